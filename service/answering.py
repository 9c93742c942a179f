"""From a submission to its answer: language, model, known entities, selection."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import structlog

from analysis.authority import Authority, link_entities
from analysis.document import Analysis, AnalysisWarning, Article
from analysis.errors import DetectedLanguageUnsupported, UnsupportedLanguage
from analysis.languages import Certainty, detect_language
from schemas import (
    Answer,
    ContentType,
    LanguageStatus,
    Scope,
    Story,
    Submission,
    Timings,
    select,
)
from service.batching import Batcher
from service.callers import Caller
from service.errors import CallerGone, Dropped, MarkupTooLong, TextTooLong
from service.jobs import Job, Outcome
from service.services import Services
from service.turns import pass_turn

BLANK_TEXT = AnalysisWarning("blank-text", "The text is empty or white space only.")
_NOT_DETECTED = {
    Certainty.SHORT: ("language-not-detected", "The text is too short to tell its language"),
    Certainty.MIXED: ("language-mixed", "The text seems to be in more than one language"),
    Certainty.UNSURE: ("language-not-detected", "The text does not tell its language"),
}

MAX_MARKUP = 4
"""A text may be so many times as long with its markup as it may be without."""

log = structlog.stdlib.get_logger()


@dataclass(frozen=True, slots=True)
class Pending:
    """A submission whose text may still be with the model: `job` is missing if it is blank."""

    submission: Submission
    story: Story
    language: str
    status: LanguageStatus
    warnings: tuple[AnalysisWarning, ...]
    caller: Caller
    job: Job | None


def submit(
    submission: Submission, services: Services, caller: Caller, *, patience: float = 0.0
) -> Pending:
    """Have a submission's text analyzed, without waiting for it; the thread has its turn.

    `patience` is for how many seconds to wait for room in the queue. Raises TextTooLong,
    UnsupportedLanguage, QueueFull or NotReady; DeadlineExceeded or CallerGone if nobody waits.
    """
    batcher = services.batcher
    with _counting_dropped(services):
        # Before any work is done on the text.
        caller.check(time.monotonic())
        if not patience:
            batcher.check_room()
        article, story = _read(submission, services.settings.max_chars)
        language, status, warnings = _choose_language(submission, article, batcher)
        job = None
        if not story.is_blank():
            with pass_turn():
                job = batcher.submit(article, language, caller, patience=patience)
    return Pending(submission, story, language, status, warnings, caller, job)


def give_up(pending: Pending, services: Services) -> None:
    """Leave a submission to nobody: what the model has not read yet, it will not read."""
    if pending.job is None:
        return
    future = pending.job.future
    error = CallerGone() if future.cancel() else future.exception()
    if isinstance(error, Dropped):
        _count_dropped(error, services)


@contextmanager
def _counting_dropped(services: Services) -> Iterator[None]:
    try:
        yield
    except Dropped as error:
        _count_dropped(error, services)
        raise


def _count_dropped(error: Dropped, services: Services) -> None:
    services.metrics.dropped.labels(error.reason).inc()
    log.info("dropped", reason=error.reason)


def _read(submission: Submission, max_chars: int) -> tuple[Article, Story]:
    written = len(submission.text) + len(submission.headline or "")
    if submission.content_type is ContentType.HTML and written > max_chars * MAX_MARKUP:
        raise MarkupTooLong(written, max_chars * MAX_MARKUP)
    story = submission.read_story()
    article = story.build_article()
    if len(article.text) > max_chars:
        raise TextTooLong(len(article.text), max_chars)
    return article, story


def finish(pending: Pending, services: Services) -> Answer:
    """Wait for the model, and answer; the thread has its turn.

    Raises DeadlineExceeded, CallerGone, or what the analysis raised.
    """
    submission = pending.submission
    with _counting_dropped(services):
        outcome = _await(pending, services)
        # It may have taken a while until this thread had its turn again.
        pending.caller.check(time.monotonic())
    analysis = replace(outcome.analysis, warnings=(*pending.warnings, *outcome.analysis.warnings))
    authorities = (Authority(submission.known_entities), services.authority)
    analysis = link_entities(analysis, *filter(len, authorities))
    scope = Scope(services.settings.default_scope)
    return Answer(
        select(analysis, submission.build_selection(scope)),
        pending.story,
        services.version,
        outcome.model,
        Timings(outcome.queue_seconds, outcome.analysis_seconds),
        submission.id,
        submission.offset_unit,
        submission.include,
        pending.status,
    )


def _choose_language(
    submission: Submission, article: Article, batcher: Batcher
) -> tuple[str, LanguageStatus, tuple[AnalysisWarning, ...]]:
    """Return the language to read a text in, how it is known, and what to say about that."""
    if submission.language is not None:
        return batcher.resolve_language(submission.language), LanguageStatus.GIVEN, ()
    usual = batcher.models[0].languages[0]
    if not article.text.strip():
        return usual, LanguageStatus.ASSUMED, ()
    detection = detect_language(article.text)
    if detection.language is None:
        code, reason = _NOT_DETECTED[detection.reason]
        warning = AnalysisWarning(code, f"{reason}; all of it was read as {usual!r}.")
        return usual, LanguageStatus.ASSUMED, (warning,)
    try:
        return batcher.resolve_language(detection.language), LanguageStatus.DETECTED, ()
    except UnsupportedLanguage as error:
        raise DetectedLanguageUnsupported(error.language, error.supported) from None


def _await(pending: Pending, services: Services) -> Outcome:
    if pending.job is None:
        blank = Analysis("", pending.language, warnings=(BLANK_TEXT,))
        return Outcome(blank, services.batcher.find_model(pending.language), 0.0, 0.0, 0)
    with pass_turn():
        outcome = services.batcher.await_outcome(pending.job)
    services.metrics.observe(outcome)
    log.info(
        "analyzed",
        chars=pending.story.chars,
        entities=len(outcome.analysis.entities),
        quotes=len(outcome.analysis.quotes),
        queue_ms=round(outcome.queue_seconds * 1000),
        analysis_ms=round(outcome.analysis_seconds * 1000),
        batch_jobs=outcome.batch_jobs,
    )
    return outcome
