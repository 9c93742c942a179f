"""Workers that come and go under load, with a model that takes a while to load."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Event

import pytest
import requests

SLOW = "tests.e2e.slow_app:create()"
LOAD_SECONDS = 2
CALLERS = 8


def list_workers(service):
    pid = service.process.pid
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def ask_until(ending, service):
    """Ask again and again, a new connection each time; return the statuses that came back."""
    statuses = []
    for number in count():
        if ending.is_set():
            return statuses
        path = "/v1/analyze" if number % 4 else "/readyz"
        ask = service.get(path) if path == "/readyz" else service.post(path, json={"text": "Hi"})
        statuses.append(ask.status_code)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_reload_keeps_nobody_waiting(launch, workers):
    """While new workers load their models, the old ones answer; then they go."""
    service = launch(SLOW, LOAD_SECONDS=str(LOAD_SECONDS), WEB_CONCURRENCY=str(workers))
    service.wait_until_ready(30, workers=workers)
    old = set(list_workers(service))
    ending = Event()
    with ThreadPoolExecutor(CALLERS) as callers:
        asking = [callers.submit(ask_until, ending, service) for _ in range(CALLERS)]
        service.process.send_signal(signal.SIGHUP)
        service.wait_for(lambda: not old & set(list_workers(service)), 30)
        time.sleep(0.5)
        ending.set()
        statuses = [status for each in asking for status in each.result(30)]
    assert set(statuses) == {200}
    assert len(list_workers(service)) == workers


def test_ready_workers_answer_while_another_loads(launch):
    """When one of two workers is killed, the other answers alone until the new one is ready."""
    service = launch(SLOW, LOAD_SECONDS=str(LOAD_SECONDS), WEB_CONCURRENCY="2")
    service.wait_until_ready(30, workers=2)
    # Until the main loop of each has told so.
    time.sleep(1.5)
    victim = int(list_workers(service)[0])
    os.kill(victim, signal.SIGKILL)
    service.wait_for(lambda: len(set(list_workers(service)) - {str(victim)}) == 2, 10)
    ended = time.monotonic() + LOAD_SECONDS / 2
    while time.monotonic() < ended:
        assert service.get("/readyz").status_code == 200


def test_probes_are_answered_during_the_first_load(launch):
    """With no worker ready, those that load say that they live and are not ready."""
    service = launch(SLOW, LOAD_SECONDS="3", WEB_CONCURRENCY="2")
    service.wait_for(lambda: service.get("/livez").status_code == 200, 30)
    refused = service.get("/readyz")
    assert (refused.status_code, "Retry-After" in refused.headers) == (503, True)


def test_workers_without_gunicorn_leave_their_port(launch):
    """Workers whose gunicorn was killed answer what they accepted, and are in nobody's way."""
    service = launch(SLOW, FAKE_SECONDS="4")
    service.wait_until_ready(60)
    with ThreadPoolExecutor(1) as caller:
        asked = caller.submit(service.post, json={"text": "Hi"})
        service.wait_for(lambda: service.measure("whosaid_requests_in_flight") >= 2, 10)
        service.process.kill()
        service.process.wait()
        environ = os.environ | {"PORT": service.url.rpartition(":")[2]}
        command = [sys.executable, "-m", "gunicorn", "-c", "python:service.gunicorn_conf", SLOW]
        with subprocess.Popen(
            command, cwd=Path(__file__).parents[2], env=environ, stderr=subprocess.DEVNULL
        ) as successor:
            try:
                wait_until_live(service.url)
                assert not asked.done()
                assert asked.result(30).status_code == 200
            finally:
                successor.terminate()


def wait_until_live(url):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if requests.get(f"{url}/livez", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError("the port is still taken")
