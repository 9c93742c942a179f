"""One thread owns the model; request threads hand it texts and wait.

Stanza does not promise thread safety, and a model loaded before a fork can hang
its workers. So the owner thread, started after the fork, loads the model and is
the only one to call it. It takes what is waiting at once: batches grow only
under load.
"""

import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from threading import TIMEOUT_MAX, Condition, Thread
from typing import Protocol

import structlog

from analysis.document import Analysis, Article, ModelInfo, find_model, resolve_language
from analysis.errors import WhosaidError
from service.callers import Caller
from service.errors import DeadlineExceeded
from service.jobs import Job, Outcome, drop_unwanted, take_batch

# Read once before the service calls itself ready: everything that is built on first use, is built.
WARM_UP_TEXT = (
    "The bridge over the Douro will reopen in May, the mayor of Porto, Ana Sousa, told Reuters "
    "on Monday. “We promised the people of this city a safer crossing,” she said. Sousa added "
    "that the Ministry of Transport had paid half of the cost."
)

# How often it is found out, while texts are read, for which of them nobody waits any more.
_LOOK_SECONDS = 0.1

log = structlog.stdlib.get_logger()


class Analyzer(Protocol):
    """What the owner thread needs of an analysis pipeline."""

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """Which models it reads with, the usual one first."""

    def analyze(
        self,
        articles: Sequence[Article],
        language: str,
        *,
        is_wanted: Callable[[int], bool] = ...,
    ) -> Iterable[Analysis | None]:
        """Return the analyses of articles of one language, in order, each as soon as it is made.

        `is_wanted` tells of the number of an article whether somebody still waits for it; None
        takes the place of an analysis that nobody waited for.
        """


class QueueFull(WhosaidError):
    """More texts are waiting than the service takes on."""

    def __init__(self, jobs: int, chars: int) -> None:
        super().__init__(f"{jobs} texts of {chars} characters are waiting already")
        self.jobs = jobs
        self.chars = chars


class NotReady(WhosaidError):
    """The model is loading, failed to load, or is being closed."""

    def __init__(self, state: str) -> None:
        super().__init__(f"the model is {state}")
        self.state = state


class State(StrEnum):
    """What the owner thread is doing."""

    LOADING = "loading"
    READY = "ready"
    CLOSED = "closed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """How much a batcher takes on. Code points count over all texts together."""

    max_jobs: int
    max_chars: int
    batch_max_chars: int
    deadline_seconds: float


class Batcher:
    """Owns an analyzer, and answers request threads with it.

    `build` and the analyzer run in the owner thread only.
    """

    def __init__(
        self,
        build: Callable[[], Analyzer],
        capacity: Capacity,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._build = build
        self._capacity = capacity
        self._when_failed: Callable[[bool], None] = lambda loaded: None
        self._clock = clock
        self._changed = Condition()
        self._waiting: deque[Job] = deque()
        self._jobs = 0
        self._chars = 0
        self._looked = -math.inf
        self._state = State.LOADING
        self._models: tuple[ModelInfo, ...] = ()
        self._owner = Thread(target=self._own, name="model-owner", daemon=True)

    @property
    def state(self) -> State:
        """What the owner thread is doing."""
        return self._state

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """The loaded models, the usual one first. Raises `NotReady` before they are loaded."""
        self.check_ready()
        return self._models

    def check_ready(self) -> None:
        """Raise `NotReady` unless texts are read."""
        if self._state is not State.READY:
            raise NotReady(self._state)

    def find_model(self, language: str) -> ModelInfo:
        """Return the model that reads a language, or raise `UnsupportedLanguage`."""
        return find_model(language, self.models)

    def resolve_language(self, language: str) -> str:
        """Return what the models call a language, or raise `UnsupportedLanguage`."""
        return resolve_language(language, self.models)

    def start(self) -> None:
        """Start the owner thread, which loads the model."""
        self._owner.start()

    def when_failed(self, call: Callable[[bool], None]) -> None:
        """Have the owner's end announced, at once if it came already.

        `call` is told whether the model had been loaded.
        """
        with self._changed:
            self._when_failed = call
            failed, loaded = self._state is State.FAILED, bool(self._models)
        if failed:
            call(loaded)

    def wait_until_loaded(self, timeout_seconds: float) -> bool:
        """Wait for the model; tell whether it is ready."""
        with self._changed:
            self._changed.wait_for(lambda: self._state is not State.LOADING, timeout_seconds)
        return self._state is State.READY

    def analyze(self, article: Article, language: str, caller: Caller | None = None) -> Outcome:
        """Have an article analyzed in a batch, and wait for the outcome.

        Raises what `submit` and `await_outcome` raise.
        """
        return self.await_outcome(self.submit(article, language, caller))

    def check_room(self) -> None:
        """Raise `NotReady` or `QueueFull` if not even the shortest text would be accepted."""
        with self._changed:
            self._check_admission(chars=0)

    def submit(
        self,
        article: Article,
        language: str,
        caller: Caller | None = None,
        *,
        patience: float = 0.0,
    ) -> Job:
        """Accept an article for a caller, or for somebody who waits as long as the capacity says.

        `patience` is for how many seconds to wait for room. Raises `NotReady`, `QueueFull` or
        `UnsupportedLanguage`; `DeadlineExceeded` or `CallerGone` if nobody waits for it.
        """
        find_model(language, self.models)
        chars = len(article.text)
        with self._changed:
            if patience:
                self._changed.wait_for(
                    lambda: self._state is not State.READY or self._has_room(chars), patience
                )
            self._check_admission(chars)
            now = self._clock()
            caller = caller or Caller().limit(self._capacity.deadline_seconds, now)
            caller.check(now)
            job = Job(article, language, now, caller)
            self._jobs += 1
            self._chars += job.chars
            self._waiting.append(job)
            self._changed.notify_all()
        job.future.add_done_callback(lambda _: self._release(job))
        return job

    def await_outcome(self, job: Job) -> Outcome:
        """Wait for the outcome of a job.

        Raises `DeadlineExceeded` or `CallerGone` once nobody else waits for it, `NotReady`, and
        whatever the analyzer raised for this text.
        """
        with suppress(TimeoutError):
            job.future.exception(min(max(0.0, job.caller.ends - self._clock()), TIMEOUT_MAX))
        if job.future.cancel():
            raise DeadlineExceeded(job.caller.seconds)
        return job.future.result()

    def close(self, timeout_seconds: float | None = None) -> bool:
        """Accept nothing more, finish what was accepted, and end the owner thread.

        Tells whether the owner thread ended in time.
        """
        with self._changed:
            if self._state is not State.FAILED:
                self._state = State.CLOSED
            self._changed.notify_all()
        if self._owner.is_alive():
            self._owner.join(timeout_seconds)
        return not self._owner.is_alive()

    def _check_admission(self, chars: int) -> None:
        self.check_ready()
        if not self._has_room(chars):
            raise QueueFull(self._jobs, self._chars)

    def _has_room(self, chars: int) -> bool:
        """Tell whether a text of so many code points fits in beside the others."""
        capacity = self._capacity
        return self._jobs < capacity.max_jobs and self._chars + chars <= capacity.max_chars

    def _release(self, job: Job) -> None:
        with self._changed:
            self._jobs -= 1
            self._chars -= job.chars
            self._changed.notify_all()

    def _own(self) -> None:
        batch: list[Job] = []
        try:
            analyzer = self._load()
            while batch := self._next_batch():
                self._answer(analyzer, batch)
        # Whatever ends this thread, nobody may be left waiting for it.
        except BaseException as error:
            self._fail(error, batch)

    def _load(self) -> Analyzer:
        started = self._clock()
        analyzer = self._build()
        for model in analyzer.models:
            list(analyzer.analyze([Article(WARM_UP_TEXT)], model.languages[0]))
        seconds = round(self._clock() - started, 3)
        with self._changed:
            self._models = analyzer.models
            if self._state is State.LOADING:
                self._state = State.READY
            self._changed.notify_all()
        names = [f"{model.name} {model.version}" for model in analyzer.models]
        log.info("model_loaded", models=names, seconds=seconds)
        return analyzer

    def _next_batch(self) -> list[Job]:
        """Wait for jobs and return some; nothing once closed and finished."""
        with self._changed:
            while True:
                self._waiting = drop_unwanted(self._waiting, self._clock())
                if batch := take_batch(self._waiting, self._capacity.batch_max_chars):
                    return batch
                if self._state is State.CLOSED:
                    return []
                self._changed.wait()

    def _answer(self, analyzer: Analyzer, batch: list[Job]) -> None:
        """Answer a batch, each job as soon as it is read.

        If that fails, the jobs left are read one at a time, so one bad text hurts one.
        """
        started = self._clock()
        model = find_model(batch[0].language, analyzer.models)
        try:
            analyses = analyzer.analyze(
                [job.article for job in batch],
                batch[0].language,
                is_wanted=partial(self._is_wanted, batch),
            )
            for job, analysis in zip(batch, analyses, strict=True):
                if analysis is not None:
                    waited, seconds = started - job.submitted, self._clock() - started
                    job.settle(Outcome(analysis, model, waited, seconds, len(batch)))
                elif not job.future.done():
                    raise ValueError("the analyzer left out a text that somebody waits for")
        except Exception as error:
            self._retry(analyzer, batch, error)

    def _is_wanted(self, batch: list[Job], number: int) -> bool:
        """Tell whether somebody waits for a job; now and then, find out for all of them."""
        now = self._clock()
        if now >= self._looked + _LOOK_SECONDS:
            self._looked = now
            drop_unwanted(batch, now)
            # Those who leave while others are read make room at once.
            with self._changed:
                self._waiting = drop_unwanted(self._waiting, now)
        return not batch[number].future.done()

    def _retry(self, analyzer: Analyzer, batch: list[Job], error: Exception) -> None:
        if len(batch) == 1:
            batch[0].settle(error)
            return
        log.warning("batch_failed", jobs=len(batch), error=type(error).__name__)
        for job in batch:
            if drop_unwanted([job], self._clock()):
                self._answer(analyzer, [job])

    def _fail(self, error: BaseException, batch: list[Job]) -> None:
        loaded = bool(self._models)
        # Once texts have been read, the message of an error may quote one.
        detail = None if loaded else str(error)
        # First of all, because what follows may end the process.
        log.critical("model_failed", error=type(error).__name__, detail=detail, exc_info=error)
        with self._changed:
            self._state = State.FAILED
            unanswered = [*batch, *self._waiting]
            self._waiting.clear()
            self._changed.notify_all()
            when_failed = self._when_failed
        for job in unanswered:
            job.settle(NotReady(State.FAILED))
        when_failed(loaded)
