"""Faults of processes: workers and gunicorn killed, stopped and reloaded under load."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from evaluation import offering
from evaluation.processes import list_session, list_workers
from evaluation.scenarios import (
    Outcome,
    Scenario,
    Stage,
    await_departure,
    await_loads,
    count_loads,
    wait_for,
)
from evaluation.server import Service, launch, start, stop, wait_until_ready

KILLS = 3
KILL_EVERY_SECONDS = 10.0
# For noticing that a process is gone, and for starting gunicorn itself.
SLACK_SECONDS = 3.0
SETTLE_SECONDS = 3.0
GRACE_SECONDS = 125.0  # the deadline of 120 s and a little; see docs/operations.md

# What a caller that tries again may see of a worker that was killed.
INTERRUPTIONS = (offering.LOST, offering.UNREACHABLE, offering.REFUSED, offering.LATE)


def kill_workers(stage: Stage) -> Outcome:
    """Kill the oldest of two workers again and again."""
    with launch(stage.log, {"WEB_CONCURRENCY": "2"}) as service:
        loading = await_loads(service, 2)
        recoveries = []
        with stage.call(service) as tally:
            for kill in range(KILLS):
                time.sleep(KILL_EVERY_SECONDS if kill else SETTLE_SECONDS)
                os.kill(list_workers(service.arbiter.pid)[0], signal.SIGKILL)
                recoveries.append(await_loads(service, count_loads(service) + 1))
            time.sleep(SETTLE_SECONDS)
    return Outcome(
        f"{tally}; unserved {tally.unserved}; start-up {loading:.1f} s, workers back after "
        + ", ".join(f"{seconds:.1f} s" for seconds in recoveries),
        tally.has_only(*INTERRUPTIONS)
        and tally.unserved == 0
        and max(recoveries) <= loading + SLACK_SECONDS,
    )


def kill_only_worker(stage: Stage) -> Outcome:
    """Kill the only worker."""
    with launch(stage.log) as service:
        loading = wait_until_ready(service)
        with stage.call(service) as tally:
            time.sleep(SETTLE_SECONDS)
            os.kill(list_workers(service.arbiter.pid)[0], signal.SIGKILL)
            recovery = await_loads(service, 2)
            time.sleep(SETTLE_SECONDS)
    return Outcome(
        f"{tally}; unserved {tally.unserved}; start-up {loading:.1f} s, back after "
        f"{recovery:.1f} s",
        tally.has_only(*INTERRUPTIONS)
        and tally.unserved == 0
        and recovery <= loading + SLACK_SECONDS,
    )


def kill_arbiter(stage: Stage) -> Outcome:
    """Kill gunicorn's arbiter; a supervisor starts the service again, as often as it ends."""
    with supervise(stage, {"WEB_CONCURRENCY": "2"}) as (service, generations):
        loading = await_loads(service, 2)
        orphans = list_workers(service.arbiter.pid)
        with stage.call(service) as tally:
            time.sleep(SETTLE_SECONDS)
            os.kill(service.arbiter.pid, signal.SIGKILL)
            recovery = await_loads(service, 3)
            time.sleep(SETTLE_SECONDS)
        left = set(orphans) & set(list_session(service.arbiter.pid))
        starts = len(generations)
    return Outcome(
        f"{tally}; unserved {tally.unserved}; start-up {loading:.1f} s, back after "
        f"{recovery:.1f} s and {starts - 1} starts; {len(left)} workers left without gunicorn",
        tally.has_only(*INTERRUPTIONS)
        and tally.unserved == 0
        and not left
        and recovery <= loading + SLACK_SECONDS,
    )


@contextmanager
def supervise(stage: Stage, environ: dict[str, str]) -> Iterator[tuple[Service, list[Service]]]:
    """Give a service that is started again a second after it ends, and all its generations."""
    ending = threading.Event()
    with launch(stage.log, environ) as service:
        generations = [service]

        def keep_running() -> None:
            while not ending.wait(0.05):
                if generations[-1].arbiter.poll() is not None:
                    time.sleep(1)
                    generations.append(start(stage.log, environ, port=service.port))

        supervisor = threading.Thread(target=keep_running)
        supervisor.start()
        try:
            yield service, generations
        finally:
            ending.set()
            supervisor.join()
            for successor in generations[1:]:
                stop(successor)


def terminate_under_load(stage: Stage) -> Outcome:
    """Tell the service to stop, twice, while callers wait."""
    with stage.serve() as service:
        with stage.call(service, callers=16, persistent=False) as tally:
            time.sleep(SETTLE_SECONDS)
            told = time.monotonic()
            service.arbiter.send_signal(signal.SIGTERM)
            time.sleep(0.2)
            service.arbiter.send_signal(signal.SIGTERM)
            status = _await_end(service, GRACE_SECONDS)
            took = time.monotonic() - told
        return Outcome(
            f"{tally}; exit status {status} after {took:.1f} s",
            tally.has_only(offering.UNREACHABLE) and status == 0,
        )


def terminate_while_loading(stage: Stage) -> Outcome:
    """Tell the service to stop before its model is loaded."""
    with launch(stage.log) as service:
        wait_for(lambda: bool(list_workers(service.arbiter.pid)), 30)
        time.sleep(1)
        told = time.monotonic()
        service.arbiter.send_signal(signal.SIGTERM)
        status = _await_end(service, GRACE_SECONDS)
        took = time.monotonic() - told
        loaded = count_loads(service)
    return Outcome(
        f"exit status {status} after {took:.1f} s; models loaded {loaded}",
        status == 0 and took <= 15,
    )


def interrupt(stage: Stage) -> Outcome:
    """Interrupt the service, as Ctrl-C does."""
    with stage.serve() as service:
        with stage.call(service, persistent=False) as tally:
            time.sleep(SETTLE_SECONDS)
            told = time.monotonic()
            service.arbiter.send_signal(signal.SIGINT)
            status = _await_end(service, GRACE_SECONDS)
            took = time.monotonic() - told
        return Outcome(
            f"{tally}; exit status {status} after {took:.1f} s",
            tally.has_only(offering.UNREACHABLE, offering.LOST) and status == 0 and took <= 10,
        )


def reload(stage: Stage) -> Outcome:
    """Reload the one worker, twice, under load."""
    with stage.serve() as service, stage.call(service) as tally:
        time.sleep(SETTLE_SECONDS)
        for _ in range(2):
            before = list_workers(service.arbiter.pid)
            service.arbiter.send_signal(signal.SIGHUP)
            await_departure(service, before)
        time.sleep(SETTLE_SECONDS)
    return Outcome(f"{tally}; unserved {tally.unserved}", tally.has_only() and not tally.unserved)


def _await_end(service: Service, seconds: float) -> int | None:
    try:
        return service.arbiter.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


DISRUPTIONS = (
    Scenario(
        "worker killed",
        f"kill -9 of one of two workers, {KILLS} times, every {KILL_EVERY_SECONDS:g} s, under load",
        "no wrong answer; callers that try again are all served; the worker is back within "
        "start-up time",
        kill_workers,
    ),
    Scenario(
        "only worker killed",
        "kill -9 of the one worker, under load",
        "no wrong answer; callers that try again are all served; back within start-up time",
        kill_only_worker,
    ),
    Scenario(
        "gunicorn killed",
        "kill -9 of gunicorn's arbiter under load; a supervisor starts it again after a second",
        "no wrong answer; callers that try again are all served; no worker is left over; back "
        "within start-up time",
        kill_arbiter,
    ),
    Scenario(
        "SIGTERM",
        "SIGTERM twice, with 16 callers waiting",
        "accepted requests are answered, later connections refused; exit 0 within the grace period",
        terminate_under_load,
    ),
    Scenario(
        "SIGTERM while loading",
        "SIGTERM a second after the start",
        "exit 0 within 15 s",
        terminate_while_loading,
    ),
    Scenario(
        "SIGINT",
        "SIGINT under load",
        "stops at once; no wrong answer; exit 0 within 10 s",
        interrupt,
    ),
    Scenario(
        "SIGHUP",
        "SIGHUP twice, one worker, under load",
        "every caller is answered at the first try",
        reload,
    ),
)
