import socket
from types import SimpleNamespace

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
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
