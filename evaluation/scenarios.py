"""What a fault test is made of: a service of its own, callers, and a promise."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from threading import Thread

from evaluation import offering
from evaluation.offering import Exchange, Reply
from evaluation.processes import list_workers
from evaluation.server import READY_SECONDS, NotServing, Service, launch, wait_until_ready

CALLERS = 4
# Between the tries of a caller that is refused or cut off, and before it gives up.
RETRY_SECONDS = 0.5
PERSISTENCE_SECONDS = 60.0


class NotRun(Exception):
    """This machine, or this user, cannot make the fault; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was seen, and whether it is what is promised."""

    seen: str
    passed: bool


@dataclass(slots=True)
class Tally:
    """What callers got: replies by kind, tries again included, and how long callers waited."""

    replies: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    unserved: int = 0

    @property
    def served(self) -> int:
        """How many callers got an answer."""
        return len(self.waits)

    @property
    def longest(self) -> float:
        """The longest that a caller waited for an answer, all tries together, in seconds."""
        return max(self.waits, default=0.0)

    def has_only(self, *kinds: str) -> bool:
        """Tell whether some got the right answer, and none anything beside it and `kinds`."""
        return self.replies[offering.RIGHT] > 0 and set(self.replies) <= {offering.RIGHT, *kinds}

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.replies.most_common())
        return f"{kinds or 'no replies'}; longest wait {self.longest:.1f} s"


@dataclass(frozen=True, slots=True)
class Stage:
    """What scenarios share: a folder for each, and texts with the answers that they must get."""

    folder: Path
    exchanges: Sequence[Exchange]

    @property
    def log(self) -> Path:
        """Where the scenario's service logs."""
        return self.folder / "service.log"

    @contextmanager
    def serve(self, *, wrap: Sequence[str] = (), **environ: str) -> Iterator[Service]:
        """Start a service, and give it once it is ready."""
        with launch(self.log, environ, wrap=wrap) as service:
            wait_until_ready(service)
            yield service

    def fail_to_serve(self, wrap: Sequence[str] = (), **environ: str) -> tuple[int, str]:
        """Start a service that shall not; return its status and what it printed."""
        with launch(self.log, environ, wrap=wrap) as service:
            try:
                wait_until_ready(service)
            except NotServing:
                return service.arbiter.wait(), service.read_log()
            return 0, service.read_log()

    def ask_all(self, service: Service) -> Tally:
        """Ask for each text once, one after the other, without trying again."""
        tally = Tally()
        for exchange in self.exchanges:
            _note(tally, asyncio.run(offering.ask(service.port, exchange)))
        return tally

    @contextmanager
    def call(
        self, service: Service, *, callers: int = CALLERS, persistent: bool = True
    ) -> Iterator[Tally]:
        """Have callers ask all the while, each for one text after the other.

        Persistent ones try again until they are answered; others stop at the first
        connection that is refused. All of them are done when this ends.
        """
        tally, ending = Tally(), asyncio.Event()
        loop = asyncio.new_event_loop()
        upcoming = cycle(self.exchanges)

        async def call() -> None:
            while not ending.is_set():
                exchange = next(upcoming)
                if persistent:
                    await _persist(service.port, exchange, tally)
                elif _note(tally, await offering.ask(service.port, exchange)):
                    return

        async def call_all() -> None:
            await asyncio.gather(*(call() for _ in range(callers)))

        thread = Thread(target=loop.run_until_complete, args=(call_all(),))
        thread.start()
        try:
            yield tally
        finally:
            loop.call_soon_threadsafe(ending.set)
            thread.join()
            loop.close()


def _note(tally: Tally, reply: Reply) -> bool:
    """Count a reply; tell whether nobody listens any more."""
    tally.replies[reply.kind] += 1
    if reply.kind == offering.RIGHT:
        tally.waits.append(reply.seconds)
    return reply.kind == offering.UNREACHABLE


async def _persist(port: int, exchange: Exchange, tally: Tally) -> None:
    """Ask again until there is an answer, right or wrong, or patience ends."""
    started = time.monotonic()
    while time.monotonic() < started + PERSISTENCE_SECONDS:
        reply = await offering.ask(port, exchange)
        tally.replies[reply.kind] += 1
        if reply.kind in (offering.RIGHT, offering.WRONG):
            tally.waits.append(time.monotonic() - started)
            return
        await asyncio.sleep(RETRY_SECONDS)
    tally.unserved += 1


@dataclass(frozen=True, slots=True)
class Scenario:
    """A fault, what is promised of it, and how to see whether that holds."""

    name: str
    done: str
    promised: str
    play: Callable[[Stage], Outcome]


def wait_for(condition: Callable[[], bool], seconds: float) -> float:
    """Wait until something holds, and return for how long; raise `TimeoutError` if it does not."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() > started + seconds:
            raise TimeoutError(f"not within {seconds:g} s")
        time.sleep(0.05)
    return time.monotonic() - started


def count_loads(service: Service) -> int:
    """Return how many workers have loaded their model so far."""
    return service.read_log().count('"model_loaded"')


def await_loads(service: Service, loads: int) -> float:
    """Wait until so many workers have loaded their model, ever; return for how long."""
    return wait_for(lambda: count_loads(service) >= loads, READY_SECONDS)


def await_departure(service: Service, workers: Collection[int]) -> float:
    """Wait until none of some workers is left; return for how long."""
    left = set(workers)
    return wait_for(lambda: not left & set(list_workers(service.arbiter.pid)), READY_SECONDS)
