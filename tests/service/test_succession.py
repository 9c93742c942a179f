"""Which workers take connections, told from the numbers that they share."""

import os
import socket
import time
from types import SimpleNamespace

import pytest

from service.succession import Crew, SucceedingWorker
from service.worker import DrainingWorker


def test_crew_counts_the_ready():
    """Workers are counted while they are ready, all of them or only those after another."""
    crew = Crew()
    for age in (1, 2, 3):
        crew.note(age, ready=True)
    crew.note(2, ready=False)
    assert (crew.count_ready(), crew.count_ready(after_age=1), crew.count_ready(after_age=3)) == (
        2,
        1,
        0,
    )


def test_crew_has_places_for_ever():
    """However many workers come and go, the places of the dead are used again."""
    crew = Crew()
    for age in range(1, 3 * Crew.PLACES):
        crew.note(age, ready=True)
        assert crew.count_ready() == 1
        crew.note(age, ready=False)
    assert crew.last_retired == 0


def test_crew_is_shared_with_forked_processes():
    """What one process notes, those see that were forked before."""
    crew = Crew()
    pid = os.fork()
    if not pid:
        crew.note(7, ready=True)
        os._exit(0)
    os.waitpid(pid, 0)
    assert crew.count_ready() == 1


class Poller:
    """Remembers which listeners would be accepted from."""

    def __init__(self):
        self.registered = set()

    def register(self, listener, _events, _callback):
        self.registered.add(listener)

    def unregister(self, listener):
        self.registered.discard(listener)


@pytest.fixture
def start():
    """Build workers that share a crew; each hears on a listener of its own."""
    crew = Crew()
    listeners = []

    def build(age, *, ready):
        listeners.append(socket.create_server(("127.0.0.1", 0)))
        cfg = SimpleNamespace(
            worker_connections=10,
            threads=1,
            graceful_timeout=60,
            workers=1,
            worker_tmp_dir=None,
            umask=0,
            uid=os.geteuid(),
            gid=os.getegid(),
            max_requests=0,
        )
        log = SimpleNamespace(info=lambda *_: None)
        worker = SucceedingWorker(age, os.getppid(), [listeners[-1]], None, 30, cfg, log)
        worker.method_queue.init()
        worker.poller = Poller()
        worker.crew, worker.is_ready = crew, lambda: ready
        return worker

    yield build
    for listener in listeners:
        listener.close()


def accepts(worker):
    """Tell whether a worker takes connections after a turn of its main loop."""
    worker.notify()
    worker.set_accept_enabled(True)
    return bool(worker.poller.registered)


def test_a_lone_worker_accepts_while_it_loads(start):
    """With nobody ready, a loading worker says so to callers and probes."""
    assert accepts(start(1, ready=False))


def test_a_loading_worker_leaves_connections_to_a_ready_one(start):
    """Once one is ready, those that are loading take no connections, until they are ready."""
    first, second = start(1, ready=False), start(2, ready=False)
    assert accepts(first)
    assert accepts(second)
    second.is_ready = lambda: True
    assert accepts(second)
    assert not accepts(first)
    first.is_ready = lambda: True
    assert accepts(first)


def test_a_worker_accepts_again_when_the_ready_one_is_gone(start):
    """When the last ready worker dies, those that are loading answer probes again."""
    ready, loading = start(1, ready=True), start(2, ready=False)
    assert accepts(ready)
    assert not accepts(loading)
    ready.crew.note(1, ready=False)
    assert accepts(loading)


def test_a_retired_worker_waits_for_its_successor(start):
    """At a reload the old worker goes on until as many new ones are ready as there shall be."""
    old, new = start(1, ready=True), start(2, ready=False)
    old.notify()
    old.crew.retire(1)
    old.handle_exit(None, None)
    assert accepts(old)
    assert not accepts(new)
    assert old.alive
    new.is_ready = lambda: True
    assert accepts(new)
    old.notify()
    assert not old.alive


def test_a_retired_worker_waits_no_longer_than_the_grace_period(start):
    """If no successor ever gets ready, the old worker stops at the end of the grace period."""
    old = start(1, ready=True)
    old.crew.retire(1)
    old.handle_exit(None, None)
    assert old.alive
    old._patient_until = time.monotonic() - 1
    # gunicorn tells it again and again.
    old.handle_exit(None, None)
    assert not old.alive


@pytest.mark.parametrize(
    ("age", "ready"),
    [pytest.param(2, True, id="not retired"), pytest.param(1, False, id="without a model")],
)
def test_others_stop_at_once(start, age, ready):
    """A worker that is not to be replaced, or cannot answer anyway, stops when it is told to."""
    worker = start(age, ready=ready)
    worker.crew.retire(1)
    worker.handle_exit(None, None)
    assert not worker.alive


def test_a_stopping_worker_is_not_ready(start):
    """A worker that drains its connections is no reason for others to take none."""
    worker = start(1, ready=True)
    worker.notify()
    assert worker.crew.count_ready() == 1
    worker.handle_exit(None, None)
    worker.notify()
    assert worker.crew.count_ready() == 0


@pytest.mark.parametrize("alive", [True, False])
def test_a_worker_without_gunicorn_frees_its_port(start, monkeypatch, alive):
    """When gunicorn is gone, its worker stops as if told to, so that its listeners are closed."""
    monkeypatch.setattr(DrainingWorker, "is_parent_alive", lambda _: alive)
    worker = start(1, ready=True)
    assert worker.is_parent_alive() is alive
    assert worker.alive is alive
