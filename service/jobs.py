"""Texts that somebody waits for, and how many of them make a batch."""

from collections import deque
from collections.abc import Collection
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field

from analysis.document import Analysis, Article, ModelInfo
from service.callers import Caller


@dataclass(frozen=True, slots=True)
class Outcome:
    """An analysis and its model, how long its text waited, and then took.

    The second counts from when its batch began.
    """

    analysis: Analysis
    model: ModelInfo
    queue_seconds: float
    analysis_seconds: float
    batch_jobs: int


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """An article that somebody waits for, and when it was submitted, on the monotonic clock.

    Its future is never said to run, so that its caller can give it up at any moment.
    """

    article: Article
    language: str
    submitted: float
    caller: Caller
    future: Future[Outcome] = field(default_factory=Future)

    @property
    def chars(self) -> int:
        """The length of the text, in code points."""
        return len(self.article.text)

    def settle(self, result: Outcome | Exception) -> None:
        """Hand over an outcome, or why there is none, unless the caller has given up."""
        with suppress(InvalidStateError):
            if isinstance(result, Exception):
                self.future.set_exception(result)
            else:
                self.future.set_result(result)


def drop_unwanted(jobs: Collection[Job], now: float) -> deque[Job]:
    """Return the jobs that somebody waits for, in order, and settle the others."""
    for job in jobs:
        if not job.future.done() and (reason := job.caller.find_reason(now)):
            job.settle(reason)
    return deque(job for job in jobs if not job.future.done())


def take_batch(waiting: deque[Job], max_chars: int) -> list[Job]:
    """Remove and return the next jobs of one language that fit the budget together.

    A first job larger than the budget goes alone.
    """
    batch: list[Job] = []
    chars = 0
    while waiting and (not batch or _fits(waiting[0], batch[0], max_chars - chars)):
        batch.append(job := waiting.popleft())
        chars += job.chars
    return batch


def _fits(job: Job, first: Job, room: int) -> bool:
    return job.language == first.language and job.chars <= room
