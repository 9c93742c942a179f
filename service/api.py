"""The API, version 1: texts to answers, and what the service can do."""

from collections.abc import Callable
from http import HTTPStatus

import flask
import structlog
from flask_smorest import Blueprint
from marshmallow import Schema
from werkzeug.exceptions import NotAcceptable

from analysis.document import Analysis, AnalysisWarning
from schemas import (
    Answer,
    AnswerSchema,
    Capabilities,
    CapabilitiesSchema,
    EntitiesAnswerSchema,
    Limits,
    OptionsSchema,
    QuotesAnswerSchema,
    Scope,
    Submission,
    SubmissionSchema,
    Timings,
    select_quotes,
    select_speaking,
)
from service import examples
from service.bodies import JSON, PLAIN, SubmissionParser, TextTooLong
from service.jobs import Outcome
from service.openapi import REQUEST_ID_HEADERS, View, document_refusals, route
from service.services import Services, current_services

BLANK_TEXT = AnalysisWarning("blank-text", "The text is empty or white space only.")

log = structlog.stdlib.get_logger()

_PLAIN_BODY = {
    "schema": {
        "type": "string",
        "description": "The text, verbatim, in UTF-8; its options stand in the query.",
    },
    "example": examples.TEXT,
}

blueprint = Blueprint("v1", __name__, url_prefix="/v1", description="Texts to answers.")
blueprint.ARGUMENTS_PARSER = SubmissionParser()


def check_accept() -> None:
    """Raise `NotAcceptable` unless the caller takes JSON."""
    accepted = flask.request.accept_mimetypes
    if accepted and not accepted.quality(JSON):
        raise NotAcceptable(f"answers are {JSON}, which the Accept header does not admit")


blueprint.before_request(check_accept)


def _takes_text(name: str, schema: type[Schema]) -> Callable[[View], View]:
    """Route, parse, dump and document a view that answers a submission."""
    return route(
        blueprint,
        f"/{name}",
        blueprint.doc(
            operationId=name,
            requestBody={"content": {PLAIN: _PLAIN_BODY}},
            parameters=[{"in": "query", "schema": OptionsSchema}],
        ),
        *document_refusals(blueprint),
        blueprint.arguments(
            SubmissionSchema,
            location="json",
            description="The text: in a JSON object with its options, or as it is.",
            example=examples.SUBMISSION,
        ),
        blueprint.response(
            HTTPStatus.OK,
            schema,
            description="What the text holds.",
            example=examples.build_answer(schema()),
            headers=REQUEST_ID_HEADERS,
        ),
        method="POST",
    )


@_takes_text("analyze", AnswerSchema)
def analyze(submission: Submission) -> Answer:
    """Find who and what a text names, what is said in it, and who says it.

    Options may also stand in the query; those in a JSON body win.
    """
    return answer(submission, current_services())


@_takes_text("entities", EntitiesAnswerSchema)
def entities(submission: Submission) -> Answer:
    """Find the people, organisations and places that a text names.

    The answer is that of /v1/analyze without `quotes`, so that `scope` and `min_confidence`
    change nothing in it.
    """
    return answer(submission, current_services())


@_takes_text("quotes", QuotesAnswerSchema)
def quotes(submission: Submission) -> Answer:
    """Find what is said in a text, and who says it.

    The answer is that of /v1/analyze with only the entities that speak in its quotes, or that
    may be the speaker of an ambiguous one.
    """
    return answer(submission, current_services(), select=select_speaking)


def answer(
    submission: Submission,
    services: Services,
    *,
    select: Callable[[Analysis], Analysis] = lambda analysis: analysis,
) -> Answer:
    """Have a submission analyzed, and answer it."""
    max_chars = services.settings.max_chars
    if len(submission.text) > max_chars:
        raise TextTooLong(len(submission.text), max_chars)
    outcome = _analyze(submission, services)
    scope = submission.scope or Scope(services.settings.default_scope)
    wanted = select_quotes(outcome.analysis, scope, min_confidence=submission.min_confidence)
    return Answer(
        select(wanted),
        services.version,
        outcome.model,
        Timings(outcome.queue_seconds, outcome.analysis_seconds),
        submission.id,
        submission.offset_unit,
    )


def _analyze(submission: Submission, services: Services) -> Outcome:
    text, language = submission.text, submission.language
    if not text.strip():
        services.batcher.check_language(language)
        blank = Analysis(text, language, warnings=(BLANK_TEXT,))
        return Outcome(blank, services.batcher.info, 0.0, 0.0, 0)
    outcome = services.batcher.analyze(text, language)
    services.metrics.observe(outcome)
    log.info(
        "analyzed",
        chars=len(text),
        entities=len(outcome.analysis.entities),
        quotes=len(outcome.analysis.quotes),
        queue_ms=round(outcome.queue_seconds * 1000),
        analysis_ms=round(outcome.analysis_seconds * 1000),
        batch_jobs=outcome.batch_jobs,
    )
    return outcome


@route(
    blueprint,
    "/capabilities",
    blueprint.doc(operationId="capabilities"),
    *document_refusals(blueprint, HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.SERVICE_UNAVAILABLE),
    blueprint.response(
        HTTPStatus.OK,
        CapabilitiesSchema,
        description="What this instance can do.",
        example=examples.build_capabilities(),
        headers=REQUEST_ID_HEADERS,
    ),
)
def capabilities() -> Capabilities:
    """Tell what this instance can do: its languages, types, limits and model."""
    services = current_services()
    settings = services.settings
    limits = Limits(settings.max_chars, settings.max_body_bytes, settings.deadline_seconds)
    scope = Scope(settings.default_scope)
    return Capabilities(services.version, services.batcher.info, limits, scope)
