"""From a submission to its answer: language, model, known entities, selection."""

from dataclasses import dataclass, replace
from threading import Lock

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
from service.errors import MarkupTooLong, TextTooLong
from service.jobs import Job, Outcome
from service.services import Services

BLANK_TEXT = AnalysisWarning("blank-text", "The text is empty or white space only.")
_NOT_DETECTED = {
    Certainty.SHORT: ("language-not-detected", "The text is too short to tell its language"),
    Certainty.MIXED: ("language-mixed", "The text seems to be in more than one language"),
    Certainty.UNSURE: ("language-not-detected", "The text does not tell its language"),
}

MAX_MARKUP = 4
"""A text may be so many times as long with its markup as it may be without."""

_READING = Lock()

log = structlog.stdlib.get_logger()


@dataclass(frozen=True, slots=True)
class Pending:
    """A submission whose text may still be with the model: `job` is missing if it is blank."""

    submission: Submission
    story: Story
    language: str
    status: LanguageStatus
    warnings: tuple[AnalysisWarning, ...]
    job: Job | None


def submit(submission: Submission, services: Services, *, patience: float = 0.0) -> Pending:
    """Have a submission's text analyzed, without waiting for it.

    `patience` is for how many seconds to wait for room in the queue. Raises TextTooLong,
    UnsupportedLanguage, QueueFull or NotReady.
    """
    if not patience:
        # Before any work is done on the text.
        services.batcher.check_room()
    article, story = _read(submission, services.settings.max_chars)
    language, status, warnings = _choose_language(submission, article, services.batcher)
    job = (
        None if story.is_blank() else services.batcher.submit(article, language, patience=patience)
    )
    return Pending(submission, story, language, status, warnings, job)


def _read(submission: Submission, max_chars: int) -> tuple[Article, Story]:
    written = len(submission.text) + len(submission.headline or "")
    if submission.content_type is ContentType.HTML and written > max_chars * MAX_MARKUP:
        raise MarkupTooLong(written, max_chars * MAX_MARKUP)
    # One at a time: threads share one interpreter anyway, and so no more memory than one needs.
    with _READING:
        story = submission.read_story()
    article = story.build_article()
    if len(article.text) > max_chars:
        raise TextTooLong(len(article.text), max_chars)
    return article, story


def finish(pending: Pending, services: Services) -> Answer:
    """Wait for the model, and answer. Raises DeadlineExceeded, or what the analysis raised."""
    submission = pending.submission
    outcome = _await(pending, services)
    analysis = replace(outcome.analysis, warnings=(*pending.warnings, *outcome.analysis.warnings))
    authorities = [Authority(submission.known_entities)] if submission.known_entities else []
    analysis = link_entities(analysis, *authorities, services.authority)
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
