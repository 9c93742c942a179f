import errno
import http.client
import json
import os
import select
import selectors
import socket
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from types import SimpleNamespace
from unittest import mock

import pytest
import structlog
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http import errors
from gunicorn.sock import TCPSocket
from gunicorn.workers.gthread import TConn

from service import worker as worker_module
from service.arrivals import BodyTooLong, Crowded, TooSlow
from service.callers import find_beginning
from service.settings import Settings
from service.worker import DrainingWorker, UnsupportedConfiguration, find_unwritable

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"
SECONDS = 0.5


def build_worker(threads=2, connections=1000):
    config = Config()
    config.set("bind", "127.0.0.1:0")
    config.set("threads", threads)
    config.set("worker_connections", connections)
    config.set("keepalive", 1)
    log = Logger(config)
    listener = TCPSocket(("127.0.0.1", 0), config, log)
    return DrainingWorker(1, os.getppid(), [listener], SimpleNamespace(), 1, config, log)


@pytest.fixture
def worker():
    """A worker that listens on a free port, and notes the connections it takes on."""
    made = build_worker()
    listener = made.sockets[0]
    made.poller = SimpleNamespace(register=lambda *_: None, unregister=lambda _: None)
    made.taken = []
    made.enqueue_req = made.taken.append
    yield made
    for connection in made.taken:
        connection.close()
    listener.close()
    made.tmp.close()


def test_waiting_connections_are_taken_on(worker):
    """A worker that stops accepts who is waiting, and lets nobody else in."""
    address = worker.sockets[0].getsockname()
    worker.set_accept_enabled(True)
    waiting = [socket.create_connection(address, timeout=5) for _ in range(5)]
    worker.alive = False
    worker.set_accept_enabled(False)
    assert len(worker.taken) == worker.nr_conns == 5
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=5)
    # gthread says so again when its loop has ended.
    worker.set_accept_enabled(False)
    for connection in waiting:
        connection.close()


def test_no_more_are_taken_on_than_may_be(worker):
    """A worker that stops takes on no more connections than it may hold."""
    address = worker.sockets[0].getsockname()
    worker.set_accept_enabled(True)
    waiting = [socket.create_connection(address, timeout=5) for _ in range(5)]
    worker.worker_connections = 3
    worker.alive = False
    worker.set_accept_enabled(False)
    assert worker.nr_conns == 3
    for connection in waiting:
        connection.close()


def test_a_stopping_worker_may_run_out_of_files(worker, monkeypatch):
    """Where a connection cannot be opened, a worker that stops goes on stopping."""

    def fail(_listener):
        raise OSError(errno.EMFILE, "too many open files")

    monkeypatch.setattr(worker, "accept", fail)
    worker.set_accept_enabled(True)
    worker.alive = False
    worker.set_accept_enabled(False)
    assert worker.sockets == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("certfile", "cert.pem"), ("keyfile", "key.pem"), ("proxy_protocol", "v1")],
)
def test_what_is_not_spoken_is_not_configured(name, value):
    """A worker that would serve plain HTTP in silence does not start."""
    config = Config()
    DrainingWorker.check_config(config, None)
    config.set(name, value)
    with pytest.raises(UnsupportedConfiguration, match=name):
        DrainingWorker.check_config(config, None)


def test_a_busy_worker_lets_them_wait(worker):
    """A worker that only has too much to do leaves new connections to the others."""
    worker.set_accept_enabled(True)
    with socket.create_connection(worker.sockets[0].getsockname(), timeout=5):
        worker.set_accept_enabled(False)
        assert worker.taken == []
        worker.set_accept_enabled(True)


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (errors.InvalidRequestLine("Zanzibar is far"), 400, "bad-request"),
        (errors.InvalidHeaderName("Zanzibar"), 400, "bad-request"),
        (errors.LimitRequestLine(8192, 4094), 414, "request-uri-too-long"),
        (errors.LimitRequestHeaders("Zanzibar"), 431, "request-header-fields-too-large"),
        (errors.ExpectationFailed("Zanzibar"), 417, "expectation-failed"),
        (errors.UnsupportedTransferCoding("Zanzibar"), 501, "not-implemented"),
        (errors.InvalidResponseHeader("Zanzibar"), 500, "internal-server-error"),
        (TooSlow(), 408, "request-timeout"),
        (BodyTooLong(), 413, "body-too-long"),
        (Crowded(), 503, "overloaded"),
        (RuntimeError("Zanzibar"), 500, "internal-server-error"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_unreadable_requests_get_problems(worker, caplog, error, status, slug):
    """What gunicorn cannot read is answered with a problem, and not quoted, in the log or back."""
    here, there = socket.socketpair()
    with here, there, structlog.testing.capture_logs() as events:
        worker.handle_error(None, here, None, error)
        here.shutdown(socket.SHUT_WR)
        response = there.makefile("rb").read().decode()
    head, _, body = response.partition("\r\n\r\n")
    problem = json.loads(body)
    assert head.startswith(f"HTTP/1.1 {status} ")
    assert "Content-Type: application/problem+json" in head
    assert f"Content-Length: {len(body)}" in head
    assert ("Retry-After: 2" in head) is (status == 503)
    assert (problem["status"], problem["type"]) == (status, f"urn:whosaid:problem:{slug}")
    (event,) = events
    assert (event["status"], event["request_id"]) == (status, problem["request_id"])
    assert (event["log_level"] == "error") is (status == 500)
    del event["exc_info"]  # its message is left out when it is rendered
    assert "Zanzibar" not in f"{response} {event} {caplog.text}"


def test_callers_who_left_are_not_answered(worker):
    """A connection that is closed already is nobody's fault."""
    here, there = socket.socketpair()
    there.close()
    with here, structlog.testing.capture_logs() as events:
        worker.handle_error(None, here, None, errors.InvalidRequestLine("Zanzibar"))
    assert [(event["status"], event["log_level"]) for event in events] == [(400, "info")]


# The running worker


def answer(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


class Running:
    """A worker in a thread, and its callers."""

    def __init__(self, app, settings, **options):
        self.worker = build_worker(**options)
        self.worker.settings = Settings(**{"arrival_seconds": SECONDS, **settings})
        self.worker.wsgi = app
        self.worker.tpool = self.worker.get_thread_pool()
        self.worker.poller = selectors.DefaultSelector()
        self.worker.method_queue.init()
        self.address = self.worker.sockets[0].getsockname()
        self.callers = []
        self._thread = threading.Thread(target=self.worker.run)
        self._thread.start()

    def call(self, sent=b""):
        caller = socket.create_connection(self.address, timeout=20)
        self.callers.append(caller)
        caller.sendall(sent)
        return caller

    def stop(self):
        self.worker.alive = False
        self.worker.method_queue.defer(lambda: None)
        self._thread.join(20)
        assert not self._thread.is_alive()

    def close(self):
        for caller in self.callers:
            caller.close()
        self.stop()
        self.worker.tmp.close()


@pytest.fixture
def run(monkeypatch):
    """Start workers, which wait for no more than moments."""
    monkeypatch.setattr(worker_module, "_TICK_SECONDS", 0.02)
    monkeypatch.setattr(worker_module, "_GRACE_SECONDS", 0.2)
    monkeypatch.setattr(worker_module, "_LEAVING_SECONDS", 0.3)
    started = []

    def start(app=answer, settings=(), **options):
        started.append(Running(app, dict(settings), **options))
        return started[-1]

    yield start
    for running in started:
        running.close()


def read_status(caller):
    """Return the status of a response; None where the connection is closed without one."""
    response = http.client.HTTPResponse(caller)
    try:
        response.begin()
    except (http.client.BadStatusLine, ConnectionResetError):
        return None
    response.read()
    return response.status


def wait_until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_requests_are_answered_once_they_are_whole(run):
    """A request in pieces is answered, and so are others on its connection."""
    running = run(settings={"arrival_seconds": 60.0})
    caller = running.call(POST[:20])
    time.sleep(0.05)
    caller.sendall(POST[20:] + b"abc")
    time.sleep(0.05)
    assert not running.worker._busy
    caller.sendall(b"de" + GET + POST[:9])
    assert read_status(caller) == 200
    assert read_status(caller) == 200
    caller.sendall(POST[9:] + b"abcde")
    assert read_status(caller) == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [(b"", None), (GET[:-1], 408), (POST + b"abcd", 408), (b"GET /\r\n", 400)],
    ids=["nothing", "head", "body", "refused"],
)
def test_late_requests_are_refused(run, sent, status):
    """What has not arrived in time is refused, and what is nothing is closed."""
    began = time.monotonic()
    assert read_status(run().call(sent)) == status
    assert time.monotonic() - began < SECONDS + 5


def test_bytes_that_come_renew_little(run):
    """Who sends a byte now and then is refused nonetheless; who sends much has more time."""
    running = run(settings={"arrival_seconds": 1.0})
    slow = running.call(POST[:5])
    length = 4 * worker_module.MIN_BYTES_PER_SECOND
    fast = running.call(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % length)
    fast.sendall(b"x" * (length - 1))
    for _ in range(6):
        time.sleep(0.25)
        if running.worker._arriving.keys():
            slow.send(b"x")
    assert read_status(slow) == 408
    fast.sendall(b"x")
    assert read_status(fast) == 200


def test_callers_who_leave_are_forgotten(run):
    """Connections that are closed or reset while a request arrives cost nothing further."""
    running = run(settings={"arrival_seconds": 60.0})
    for sent in (b"", GET[:-1]):
        running.call(sent).close()
        reset = running.call(sent)
        reset.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        reset.close()
    wait_until(lambda: running.worker.nr_conns == 0)
    assert running.worker._held_bytes == 0


def test_time_runs_while_a_request_waits_for_a_thread(run):
    """A request counts as begun once it is whole, whenever a thread is free for it."""
    waited = []

    def answer_slowly(environ, start_response):
        waited.append(time.monotonic() - find_beginning())
        time.sleep(0.3)
        return answer(environ, start_response)

    running = run(answer_slowly, threads=1)
    callers = [running.call(GET), running.call(GET)]
    assert [read_status(caller) for caller in callers] == [200, 200]
    assert waited[0] < 0.2 < waited[1]
    assert time.monotonic() - find_beginning() < 0.1


def test_a_spurious_wake_up_is_none(run):
    """Where a connection that was readable is not, nothing has come."""
    running = run()
    caller = running.call(GET[:-1])
    wait_until(lambda: running.worker._held_bytes)
    (conn,) = running.worker._arriving
    running.worker._receive(conn)
    caller.sendall(GET[-1:])
    assert read_status(caller) == 200


class Reset:
    """A connection that its caller has reset."""

    def __init__(self, connection):
        self._connection = connection

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def recv(self, _size):
        raise ConnectionResetError


def test_a_reset_is_an_end(run):
    """A connection that cannot be read any more is forgotten."""
    running = run(settings={"arrival_seconds": 60.0})
    caller = running.call()
    wait_until(lambda: running.worker._arriving)
    (conn,) = running.worker._arriving
    conn.sock = Reset(conn.sock)
    caller.sendall(GET)
    wait_until(lambda: running.worker.nr_conns == 0)


def test_callers_are_told_to_go_on(run):
    """Who waits to be told to send a body is told."""
    caller = run().call(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert caller.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    caller.sendall(b"ab")
    assert read_status(caller) == 200


def test_a_crowd_of_connections_makes_the_slow_ones_go(run):
    """Where no connection is left, those whose requests are slow are ended early."""
    running = run(settings={"arrival_seconds": 60.0}, connections=3)
    slow = [running.call(GET[:-1]) for _ in range(3)]
    assert read_status(running.call(GET)) == 200
    assert [read_status(caller) for caller in slow] == [408] * 3


def test_too_much_at_once_makes_the_longest_go(run, monkeypatch):
    """Where more arrives than may be held, the longest request gives way."""
    monkeypatch.setattr(worker_module, "_MAX_HELD_BYTES", 1_000)
    monkeypatch.setattr(worker_module, "_MAX_HELD_REQUESTS", 0)
    running = run(settings={"arrival_seconds": 60.0})
    short = running.call(POST + b"abcd")
    long = running.call(b"POST / HTTP/1.1\r\nContent-Length: 2000\r\n\r\n" + b"x" * 1_500)
    assert read_status(long) == 503
    short.sendall(b"e")
    assert read_status(short) == 200


@pytest.fixture
def receiving(monkeypatch):
    """A worker that is not running, and may hold a thousand bytes."""
    monkeypatch.setattr(worker_module, "_MAX_HELD_BYTES", 1_000)
    monkeypatch.setattr(worker_module, "_MAX_HELD_REQUESTS", 0)
    made = build_worker()
    made.poller = SimpleNamespace(register=lambda *_: None, unregister=lambda _: None)
    made.tpool = SimpleNamespace(submit=lambda *_: Future())
    made._prober = SimpleNamespace(submit=lambda *_: Future())
    callers = []

    def call(sent):
        here, there = socket.socketpair()
        callers.extend((here, there))
        conn = TConn(made.cfg, here, ("127.0.0.1", 1), None)
        made.nr_conns += 1
        made.enqueue_req(conn)
        there.sendall(sent)
        return conn, there

    yield made, call
    for opened in (*callers, *made.sockets):
        opened.close()
    made.tmp.close()


LONG = b"POST / HTTP/1.1\r\nContent-Length: 600\r\n\r\n" + b"x" * 600


def test_what_was_refused_meanwhile_is_not_received(receiving):
    """A connection that is refused between its event and its turn is left alone."""
    worker, call = receiving
    (first, _), (second, there) = call(LONG[:-1]), call(LONG[:-2])
    worker._receive(first)
    worker._receive(second)
    assert worker._leaving.keys() == {first}
    there.sendall(b"x")
    worker._receive(first)
    assert worker._held_bytes == len(LONG) - 2


def test_requests_that_wait_for_threads_are_held(receiving):
    """What waits for a thread counts until it is answered, and newcomers are refused meanwhile."""
    worker, call = receiving
    (first, _), (second, there), (probe, _) = (
        call(LONG),
        call(LONG),
        call(GET.replace(b"/ ", b"/livez ")),
    )
    worker._receive(first)
    assert worker._held_bytes == len(LONG)
    worker._receive(second)
    assert read_status(there) == 503
    assert worker._busy.keys() == {first}
    worker._held_bytes += 1_000
    worker._receive(probe)
    worker._held_bytes -= 1_000
    assert worker._busy.keys() == {first, probe}
    for conn in (first, probe):
        done = Future()
        done.set_result(False)
        worker.finish_request(conn, done)
    assert worker._held_bytes == 0


def test_callers_who_do_not_close_keep_nobody_waiting(run):
    """Who is to close a connection and does not is left after a moment, and nobody waits for it."""
    running = run()
    open_ends = [running.call(GET[:-2] + b"Connection: close\r\n\r\n") for _ in range(20)]
    began = time.monotonic()
    assert [read_status(caller) for caller in open_ends] == [200] * 20
    assert time.monotonic() - began < 5
    open_ends[0].sendall(b"more")
    open_ends[1].close()
    wait_until(lambda: running.worker.nr_conns == 0)


def test_leaving_connections_may_be_reset(run):
    """A connection that is reset while it is left is gone."""
    running = run()
    caller = running.call(GET[:-2] + b"Connection: close\r\n\r\n")
    assert read_status(caller) == 200
    wait_until(lambda: running.worker._leaving)
    (conn,) = running.worker._leaving
    running.worker._discard(conn)
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    caller.close()
    wait_until(lambda: running.worker.nr_conns == 0)


def test_connections_that_are_gone_are_not_left(run):
    """A connection that cannot be shut down any more is closed at once."""
    running = run(lambda environ, _: environ["gunicorn.socket"].close() or [])
    assert read_status(running.call(GET)) is None
    wait_until(lambda: running.worker.nr_conns == 0)


@pytest.mark.parametrize(
    ("settings", "count"), [({}, 2), ({"deadline_seconds": 0.3}, 1)], ids=["crowd", "deadline"]
)
def test_callers_who_never_read_are_cut_off(run, settings, count):
    """Who takes nothing of an answer keeps a thread for as long as a deadline, or for a moment."""
    finished = threading.Event()

    def answer_endlessly(environ, start_response):
        start_response("200 OK", [])
        try:
            while True:
                yield b"x" * 1_000_000
        finally:
            finished.set()

    def choose(environ, start_response):
        chosen = answer_endlessly if environ["PATH_INFO"] == "/endless" else answer
        return chosen(environ, start_response)

    running = run(choose, settings)
    for _ in range(count):
        running.call(GET.replace(b"/ ", b"/endless "))
    assert read_status(running.call(GET)) == 200
    assert finished.wait(10)


def test_callers_of_probes_who_never_read_are_cut_off(run):
    """The one thread for probes is kept from the others for a moment at most."""

    def answer_much(environ, start_response):
        size = 20_000_000 if environ["QUERY_STRING"] else 1
        start_response("200 OK", [("Content-Length", str(size))])
        return [b"x" * size]

    running = run(answer_much, threads=9)
    running.call(GET.replace(b"/ ", b"/metrics?much "))
    assert read_status(running.call(GET.replace(b"/ ", b"/livez "))) == 200


def test_callers_who_read_slowly_may_take_their_time(run):
    """Who goes on reading is not cut off."""
    running = run(lambda _, start: [start("200 OK", []), [b"x" * 4_000_000]][1], threads=1)
    caller = running.call(GET)
    received = 0
    while piece := caller.recv(400_000):
        received += len(piece)
        time.sleep(0.02)
    assert received > 4_000_000


def test_bodies_that_nobody_reads_are_not_waited_for(run):
    """A stream whose body is not wanted is answered, and its connection closed."""

    def refuse(_, start_response):
        start_response("415 Unsupported Media Type", [("Content-Length", "0")])
        return []

    running = run(refuse)
    lines = POST.replace(b"/ ", b"/v1/analyze/batch ")
    caller = running.call(lines.replace(b"Host: x", b"Content-Type: application/x-ndjson"))
    assert read_status(caller) == 415
    wait_until(lambda: running.worker.nr_conns == 0)


def test_a_stopping_worker_waits_for_who_has_begun(run):
    """A worker that stops answers requests that are under way, and not connections that are not."""
    running = run(settings={"arrival_seconds": 60.0})
    silent, begun = running.call(), running.call(POST + b"abcd")
    wait_until(lambda: len(running.worker._arriving) == 2)
    stopping = threading.Thread(target=running.stop)
    stopping.start()
    begun.sendall(b"e")
    assert read_status(begun) == 200
    assert read_status(silent) is None
    stopping.join(20)
    assert running.worker.nr_conns == 0


def test_a_stopping_worker_ends_what_does_not_end(run):
    """Who is still being answered once the grace period is over is cut off."""
    ended = threading.Event()

    def answer_endlessly(_, start_response):
        start_response("200 OK", [])
        try:
            while True:
                time.sleep(0.02)
                yield b"line\n"
        finally:
            ended.set()

    running = run(answer_endlessly)
    running.worker.cfg.set("graceful_timeout", 1)
    caller = running.call(GET)
    assert caller.recv(10)
    stopping = threading.Thread(target=running.stop)
    stopping.start()
    with suppress(ConnectionResetError):
        while caller.recv(1_000):
            pass
    assert ended.wait(10)
    stopping.join(20)


def test_callers_who_do_not_read_have_a_moment(worker, monkeypatch):
    """A caller is cut off who has taken nothing for a while, and not for having paused."""
    monkeypatch.setattr(worker_module, "_GRACE_SECONDS", 10.0)
    monkeypatch.setattr(worker_module, "find_unwritable", set)
    here, there = socket.socketpair()
    with here, there:
        conn = TConn(worker.cfg, here, None, None)
        conn.parser = SimpleNamespace(path="/livez")
        worker._busy[conn] = None
        worker._free_threads(100.0)
        worker._free_threads(109.0)
        assert worker._busy == {conn: 100.0}
        here.send(b"x")
        worker._free_threads(111.0)
        with pytest.raises(BrokenPipeError):
            here.send(b"x")
        monkeypatch.setattr(worker_module, "find_unwritable", lambda _: set())
        worker._free_threads(112.0)
        assert worker._busy == {conn: None}


def test_unwritable_connections_are_found():
    """A connection is stuck if its caller has not read what came; one that is closed is not."""
    here, there = socket.socketpair()
    with here, there:
        assert find_unwritable([here]) == set()
        here.setblocking(False)
        with pytest.raises(BlockingIOError):
            while True:
                here.send(b"x" * 10_000)
        assert find_unwritable([here, there]) == {here}
        assert select.select([], [there], [], 0)[1] == [there]
    assert find_unwritable([here]) == set()


def test_a_connection_may_close_while_it_is_looked_at():
    """A connection that a thread closes at this moment is not stuck."""
    here, there = socket.socketpair()
    with here, there:
        descriptors = iter([here.fileno(), -1])
        closing = mock.Mock(fileno=lambda: next(descriptors))
        assert find_unwritable([closing]) == set()
