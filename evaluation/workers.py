"""Processes beside a benchmark's own, which do one thing and tell how long it took.

What is measured thus gets an interpreter, threads and memory of its own. Both sides speak in
lines of JSON: the worker is told what to prepare, then one job after the other.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import IO, Any

STOP_SECONDS = 10

Job = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class WorkerEnded(RuntimeError):
    """A worker ended before it had answered; what went wrong is on standard error."""


class Worker:
    """A module of this package in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], setup: Mapping[str, Any]) -> None:
        self._process = process
        self._is_prepared = False
        self._tell(setup)

    def wait(self) -> None:
        """Wait until the worker is prepared."""
        if not self._is_prepared:
            self._hear()
            self._is_prepared = True

    def ask(self, **job: Any) -> dict[str, Any]:
        """Have a job done, and return what the worker says of it."""
        self.wait()
        self._tell(job)
        return self._hear()

    def _tell(self, told: Mapping[str, Any]) -> None:
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(told) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise WorkerEnded(self._process.args) from None

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise WorkerEnded(self._process.args)
        heard: dict[str, Any] = json.loads(line)
        return heard


class Team:
    """Workers that do the same job side by side, each with a share of what there is to do."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        self._workers = workers

    def ask(self, **job: Any) -> tuple[float, list[dict[str, Any]]]:
        """Return the seconds until the last has done the job, and what they say of it."""
        for worker in self._workers:
            worker.wait()
        started = time.monotonic()
        with ThreadPoolExecutor(len(self._workers)) as pool:
            said = list(pool.map(lambda worker: worker.ask(**job), self._workers))
        return time.monotonic() - started, said


@contextmanager
def start_team(module: str, setups: Sequence[Mapping[str, Any]]) -> Iterator[Team]:
    """Start a worker for each setup; see `start_worker`."""
    with ExitStack() as stack:
        yield Team([stack.enter_context(start_worker(module, **setup)) for setup in setups])


@contextmanager
def start_worker(module: str, **setup: Any) -> Iterator[Worker]:
    """Run `python -m MODULE`, which calls `serve`, until the block ends; it prepares itself."""
    command = [sys.executable, "-m", module]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Worker(process, setup)
        finally:
            assert process.stdin
            process.stdin.close()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def serve(prepare: Callable[[Mapping[str, Any]], Job]) -> None:
    """Prepare as the first line of standard input says, then do the jobs of those that follow."""
    # Whatever a library prints goes to standard error.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    do = prepare(json.loads(sys.stdin.readline()))
    _answer(answers, {})
    for line in sys.stdin:
        _answer(answers, do(json.loads(line)))


def _answer(answers: IO[str], answer: Mapping[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
