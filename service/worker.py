"""The gunicorn worker: gthread whose threads wait for no caller, and that quotes nobody.

gthread reads a request in the thread that answers it, so that as many slow callers as there are
threads keep everybody else out. Here the main loop reads, and threads get whole requests.
"""

import logging
import select
import socket
import time
import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import structlog
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from service.arrivals import ArrivingParser, Crowded, TooSlow
from service.callers import answering
from service.refusals import choose_refusal
from service.settings import Settings

MIN_BYTES_PER_SECOND = 8_192
"""A request gets a second more for so many bytes of it that have come."""

# Answered by a thread of their own, ahead of whatever waits for the others.
_PROBES = frozenset({"/livez", "/readyz", "/metrics"})
_PIECE_BYTES = 65_536
_MAX_HELD_BYTES = 67_108_864
_MAX_HELD_REQUESTS = 8  # of the longest, where settings allow very long ones
_TICK_SECONDS = 0.25
# How long one may keep others waiting while it sends or takes nothing.
_GRACE_SECONDS = 1.0
# How long to wait for a caller to close, so that no answer is lost (RFC 9112, section 9.6).
_LEAVING_SECONDS = 5.0
_DRAINING_SECONDS = 0.1

log = structlog.stdlib.get_logger()


class UnsupportedConfiguration(RuntimeError):
    """gunicorn is told to speak what this worker does not; gunicorn shows why and ends."""


class DrainingWorker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """Hands requests to threads once they are whole, and drains its queue when told to stop.

    A connection is, in turn, arriving (the main loop reads it), busy (a thread answers it) and
    kept alive or leaving (the main loop waits for its caller to close it). Each of these ends
    in time. Where connections, threads or memory run out, the slowest callers give way.
    """

    settings = Settings()
    sockets: list[Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arriving: dict[Any, float] = {}  # since when
        self._busy: dict[Any, float | None] = {}  # since when its caller takes nothing
        self._leaving: dict[Any, float] = {}  # until when
        self._prober = ThreadPoolExecutor(1, "prober")
        self._held_bytes = 0  # of requests that arrive, wait for a thread or are answered
        self._ticked = 0.0

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Raise `UnsupportedConfiguration` for what this worker would silently not do.

        It reads requests itself, without gunicorn's TLS and what may stand before them.
        """
        if cfg.is_ssl or cfg.proxy_protocol != "off":
            raise UnsupportedConfiguration(
                "whosaid speaks plain HTTP: certfile, keyfile and proxy_protocol cannot be set; "
                "leave TLS to a proxy"
            )
        super().check_config(cfg, log)

    def run(self) -> None:
        """Serve until all are answered after a stop, or the grace period is over.

        A stream whose lines go on would keep its thread after that, and that the process.
        """
        super().run()
        for conn in self._busy:
            with suppress(OSError):
                conn.sock.shutdown(socket.SHUT_RDWR)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Start or stop accepting; on the way out, take on who is waiting.

        gthread leaves them with the kernel, which resets them once the last worker is gone.
        Callers who come later are refused at once and can go elsewhere.
        """
        super().set_accept_enabled(enabled)
        if not self.alive:
            # Each of them once, however often this is said.
            listeners, self.sockets = self.sockets, []
            for listener in listeners:
                self._accept_waiting(listener)
                listener.close()

    def _accept_waiting(self, listener: object) -> None:
        connections = -1
        # Where no more files may be open, who still waits cannot be taken on.
        with suppress(OSError):
            while connections != self.nr_conns < self.worker_connections:
                connections = self.nr_conns
                self.accept(listener)

    # Arriving

    def enqueue_req(self, conn: Any) -> None:
        """Wait for a request on a connection, and have it answered once it is whole."""
        if conn.parser is None:
            max_bytes = self.settings.max_body_bytes
            conn.parser = ArrivingParser(self.cfg, conn.sock, conn.client, max_bytes)
            conn.initialized = True
        else:
            conn.parser.begin()
        conn.sock.setblocking(False)
        self._arriving[conn] = time.monotonic()
        self._held_bytes += conn.parser.received
        self.poller.register(conn.sock, select.EPOLLIN, lambda _: self._receive(conn))
        if conn.parser.is_whole():
            self._hand_over(conn)

    def _receive(self, conn: Any) -> None:
        # It may have been refused since the poller saw that it can be read.
        if conn not in self._arriving:
            return
        try:
            piece = conn.sock.recv(_PIECE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        self._held_bytes += len(piece)
        conn.parser.feed(piece)
        if not piece and not conn.parser.received:
            self._forget(conn)
            self._close(conn)
            return
        if self._held_bytes > self._max_held_bytes and not _is_short_probe(conn):
            # It holds no less than this piece, so that what is held does not grow.
            longest = max(self._arriving, key=lambda each: each.parser.received)
            self._refuse(longest, Crowded())
        if conn not in self._arriving:
            return
        if not piece or conn.parser.is_whole():
            self._hand_over(conn)
        elif conn.parser.take_expectation():
            with suppress(OSError):
                conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _hand_over(self, conn: Any) -> None:
        self._forget(conn)
        self._busy[conn] = None
        conn.whole_since = time.monotonic()
        if conn.parser.path in _PROBES:
            answered = self._prober.submit(self.handle, conn)
            answered.add_done_callback(
                lambda future: self.method_queue.defer(self.finish_request, conn, future)
            )
        else:
            super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        """Answer a request, whose time runs while it waits for a thread."""
        with answering(conn.whole_since):
            return super().handle(conn)

    def _forget(self, conn: Any) -> None:
        del self._arriving[conn]
        self.poller.unregister(conn.sock)

    def _refuse(self, conn: Any, refusal: Exception) -> None:
        self._forget(conn)
        self._held_bytes -= conn.parser.received
        if conn.parser.received:
            self.handle_error(None, conn.sock, conn.client, refusal)
            self._leave(conn)
        else:
            self._close(conn)

    @property
    def _max_held_bytes(self) -> int:
        return max(_MAX_HELD_BYTES, _MAX_HELD_REQUESTS * self.settings.max_body_bytes)

    # Leaving

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Keep a connection for its next request, or wait for its caller to close it.

        gthread waits for that in the main loop, where nobody is served meanwhile.
        """
        del self._busy[conn]
        self._held_bytes -= conn.parser.received
        if not fs.cancelled() and not fs.exception() and fs.result():
            super().finish_request(conn, fs)
        else:
            self._leave(conn)

    def _keepalive_after(self, conn: Any, keepalive: Any) -> bool:
        """Tell whether a connection can be used again; what was sent in vain is not waited for."""
        deadline = time.monotonic() + _DRAINING_SECONDS
        return bool(keepalive and conn.parser.finish_body(deadline=deadline))

    def _leave(self, conn: Any) -> None:
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(conn)
            return
        self._leaving[conn] = time.monotonic() + _LEAVING_SECONDS
        self.poller.register(conn.sock, select.EPOLLIN, lambda _: self._discard(conn))

    def _discard(self, conn: Any) -> None:
        try:
            is_over = not conn.sock.recv(_PIECE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            is_over = True
        if is_over:
            self._end(conn)

    def _end(self, conn: Any) -> None:
        del self._leaving[conn]
        self.poller.unregister(conn.sock)
        self._close(conn)

    def _close(self, conn: Any) -> None:
        self.nr_conns -= 1
        conn.close()

    # What takes too long

    def murder_pending(self) -> None:
        """End what takes too long; the main loop calls this at least every second."""
        now = time.monotonic()
        if now < self._ticked + _TICK_SECONDS:
            return
        self._ticked = now
        for conn in [conn for conn, until in self._leaving.items() if until < now]:
            self._end(conn)
        self._make_room(now, is_crowded=self.nr_conns >= self.worker_connections)
        self._free_threads(now)

    def _make_room(self, now: float, *, is_crowded: bool) -> None:
        """Refuse the requests that are late, and in a crowd all that are slow."""
        for conn, since in list(self._arriving.items()):
            seconds = self.settings.arrival_seconds + conn.parser.received / MIN_BYTES_PER_SECOND
            if is_crowded:
                seconds = _GRACE_SECONDS
            elif not self.alive and not conn.parser.received:
                seconds = STOP_KEEPALIVE_LINGER
            if now - since > seconds:
                self._refuse(conn, TooSlow())

    def _free_threads(self, now: float) -> None:
        """Cut off callers who take nothing of their answers, in a crowd after a moment."""
        is_crowded = len(self._busy) >= self.cfg.threads
        stuck = find_unwritable(conn.sock for conn in self._busy)
        for conn, since in self._busy.items():
            if conn.sock not in stuck:
                self._busy[conn] = None
            elif since is None:
                self._busy[conn] = now
            elif now - since > self._find_patience(conn, is_crowded=is_crowded):
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RDWR)

    def _find_patience(self, conn: Any, *, is_crowded: bool) -> float:
        """Return for how many seconds a caller may take nothing."""
        # There is one thread for all probes.
        is_awaited = is_crowded or conn.parser.path in _PROBES
        return _GRACE_SECONDS if is_awaited else self.settings.deadline_seconds

    def handle_error(self, _req: Any, client: Any, _addr: Any, error: Exception) -> None:
        """Answer with a problem what never reached the application.

        gunicorn would log the line that it cannot read, which is submitted text where
        a body is longer than its Content-Length.
        """
        refusal = choose_refusal(error)
        request_id = uuid.uuid4().hex
        is_bug = refusal.status is HTTPStatus.INTERNAL_SERVER_ERROR
        log.log(
            logging.ERROR if is_bug else logging.INFO,
            "refused",
            error=type(error).__name__,
            status=refusal.status.value,
            request_id=request_id,
            exc_info=error if is_bug else None,
        )
        with suppress(OSError):
            write_nonblock(client, refusal.render(request_id, self.settings.retry_after_seconds))


def _is_short_probe(conn: Any) -> bool:
    """Tell whether a request is for a probe and short, so that it is answered in any crowd."""
    return conn.parser.path in _PROBES and conn.parser.received <= _PIECE_BYTES


def find_unwritable(connections: Iterable[socket.socket]) -> set[socket.socket]:
    """Find the connections that take nothing more, for their callers have not read what came."""
    # Threads may close them meanwhile: asked twice, one might be open and then closed.
    described = [(each.fileno(), each) for each in connections]
    open_ones = {descriptor: each for descriptor, each in described if descriptor >= 0}
    poll = select.poll()
    for descriptor in open_ones:
        poll.register(descriptor, select.POLLOUT)
    for descriptor, _ in poll.poll(0):
        del open_ones[descriptor]
    return set(open_ones.values())
