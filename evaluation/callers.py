"""`python -m evaluation.callers`: callers of a service on loopback, in a process of their own.

They share the machine with the service that they time, so they do next to nothing: bodies are
made beforehand, connections are kept, and no answer is read beyond its status. How much of the
processor they took is told with the times.
"""

import json
import random
import resource
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from threading import Lock
from typing import Any

from evaluation.workers import Job, Worker, serve, start_worker

HOST = "127.0.0.1"
PATH = "/v1/analyze"
PATIENCE_SECONDS = 900


class NotAnswered(RuntimeError):
    """The service answered some request with another status than 200."""


@dataclass(frozen=True, slots=True)
class Calls:
    """How long requests took: all of them from the first to the last, and each; in seconds.

    `cpu_seconds` is what the callers took of the processor.
    """

    seconds: float
    cpu_seconds: float
    latencies: tuple[float, ...]


class Callers:
    """Callers in a process of their own."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def call(
        self,
        port: int,
        texts: Sequence[str],
        *,
        clients: int = 1,
        arrivals: Sequence[float] | None = None,
    ) -> Calls:
        """Have texts sent by so many clients, each once, or each time that somebody arrives."""
        bodies = [json.dumps({"text": text}) for text in texts]
        answer = self._worker.ask(port=port, bodies=bodies, clients=clients, arrivals=arrivals)
        if set(answer["statuses"]) != {"200"}:
            raise NotAnswered(answer["statuses"])
        return Calls(answer["seconds"], answer["cpu_seconds"], tuple(answer["latencies"]))


@contextmanager
def start_callers() -> Iterator[Callers]:
    """Start a process that calls whomever it is told to, on loopback."""
    with start_worker("evaluation.callers") as worker:
        yield Callers(worker)


def draw_arrivals(rate: float, seconds: float, seed: int) -> list[float]:
    """Return when callers come who know nothing of each other: `rate` a second, for `seconds`."""
    generator = random.Random(seed)
    arrivals, now = [], generator.expovariate(rate)
    while now < seconds:
        arrivals.append(now)
        now += generator.expovariate(rate)
    return arrivals


def prepare(_setup: Mapping[str, Any]) -> Job:
    """Return what does the jobs: `port`, `bodies`, `clients` and `arrivals`."""
    return _call


def _call(job: Mapping[str, Any]) -> Mapping[str, Any]:
    calls = _Calls(job["port"], [body.encode() for body in job["bodies"]], job["arrivals"])
    before, started = _measure_cpu(), time.monotonic()
    with ThreadPoolExecutor(job["clients"]) as pool:
        timed = [each for part in pool.map(calls.make, range(job["clients"])) for each in part]
    seconds = time.monotonic() - started
    return {
        "seconds": seconds,
        "cpu_seconds": _measure_cpu() - before,
        "statuses": Counter(str(status) for status, _ in timed),
        "latencies": [latency for _, latency in timed],
    }


class _Calls:
    """Requests that several threads share out among themselves, each body once in order.

    Where there are arrivals, in seconds from now, the bodies are sent then, again and again from
    the first; a caller who has to wait for a thread waits from its arrival on.
    """

    def __init__(
        self, port: int, bodies: Sequence[bytes], arrivals: Sequence[float] | None
    ) -> None:
        self._port = port
        self._bodies = bodies
        self._arrivals = arrivals
        self._numbers = count()
        self._lock = Lock()
        self._started = time.monotonic()

    def make(self, _thread: int) -> list[tuple[int, float]]:
        """Send until nothing is left; return the status and the seconds of each answer."""
        with closing(HTTPConnection(HOST, self._port, timeout=PATIENCE_SECONDS)) as connection:
            return [self._send(connection, number) for number in self._take()]

    def _take(self) -> Iterator[int]:
        total = len(self._bodies if self._arrivals is None else self._arrivals)
        while True:
            with self._lock:
                number = next(self._numbers)
            if number >= total:
                return
            yield number

    def _send(self, connection: HTTPConnection, number: int) -> tuple[int, float]:
        came = time.monotonic()
        if self._arrivals is not None:
            came = self._started + self._arrivals[number]
            time.sleep(max(0.0, came - time.monotonic()))
            # After a rest the service may be about to close a connection that it kept.
            connection.close()
        body = self._bodies[number % len(self._bodies)]
        connection.request("POST", PATH, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        return response.status, time.monotonic() - came


def _measure_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    serve(prepare)
