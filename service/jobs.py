"""Texts that somebody waits for, and how many of them make a batch."""

from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field

from analysis.document import Analysis, Article, ModelInfo


@dataclass(frozen=True, slots=True)
class Outcome:
    """An analysis and its model, how long its text waited, and how long its batch took."""

    analysis: Analysis
    model: ModelInfo
    queue_seconds: float
    analysis_seconds: float
    batch_jobs: int


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """An article that somebody waits for. Times are those of the monotonic clock."""

    article: Article
    language: str
    submitted: float
    deadline: float
    future: Future[Outcome] = field(default_factory=Future)

    @property
    def chars(self) -> int:
        """The length of the text, in code points."""
        return len(self.article.text)


def take_batch(waiting: deque[Job], max_chars: int) -> list[Job]:
    """Remove and return the next jobs of one language that fit the budget together.

    A first job larger than the budget goes alone; abandoned jobs are dropped.
    """
    batch: list[Job] = []
    chars = 0
    while waiting and (not batch or _fits(waiting[0], batch[0], max_chars - chars)):
        job = waiting.popleft()
        if job.future.set_running_or_notify_cancel():
            batch.append(job)
            chars += job.chars
    return batch


def _fits(job: Job, first: Job, room: int) -> bool:
    return job.language == first.language and job.chars <= room
