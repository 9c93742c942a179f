import json
import socket
from types import SimpleNamespace

import pytest
import structlog
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http import errors
from gunicorn.sock import TCPSocket

from service.worker import DrainingWorker


@pytest.fixture
def worker():
    """A worker that listens on a free port, and notes the connections it takes on."""
    config = Config()
    config.set("bind", "127.0.0.1:0")
    log = Logger(config)
    listener = TCPSocket(("127.0.0.1", 0), config, log)
    made = DrainingWorker(1, 0, [listener], SimpleNamespace(), 1, config, log)
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
    for connection in waiting:
        connection.close()


def test_a_busy_worker_lets_them_wait(worker):
    """A worker that only has too much to do leaves new connections to the others."""
    worker.set_accept_enabled(True)
    with socket.create_connection(worker.sockets[0].getsockname(), timeout=5):
        worker.set_accept_enabled(False)
        assert worker.taken == []
        worker.set_accept_enabled(True)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.InvalidRequestLine("Zanzibar is far"), 400),
        (errors.InvalidHeaderName("Zanzibar"), 400),
        (errors.LimitRequestLine(8192, 4094), 414),
        (errors.LimitRequestHeaders("Zanzibar"), 431),
        (errors.ExpectationFailed("Zanzibar"), 417),
        (errors.UnsupportedTransferCoding("Zanzibar"), 501),
        (errors.InvalidResponseHeader("Zanzibar"), 500),
        (RuntimeError("Zanzibar"), 500),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_unreadable_requests_get_problems(worker, caplog, error, status):
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
    assert (problem["status"], problem["type"].rpartition(":")[0]) == (
        status,
        "urn:whosaid:problem",
    )
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
