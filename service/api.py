"""The API, version 1: texts to answers, and what the service can do."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial, wraps
from http import HTTPStatus
from math import inf
from typing import Any

import flask
from flask_smorest import Blueprint
from marshmallow import Schema

from analysis.document import Analysis
from analysis.errors import WhosaidError
from schemas import (
    Answer,
    AnswerSchema,
    BatchItemSchema,
    Capabilities,
    CapabilitiesSchema,
    EntitiesAnswerSchema,
    OptionsSchema,
    QuotesAnswerSchema,
    Scope,
    Section,
    Submission,
    SubmissionSchema,
    View,
    select_speaking,
)
from service import examples
from service.answering import finish, submit
from service.batches import Answerer, Item, answer_stream, check_batch
from service.bodies import (
    BATCHES,
    JSON,
    NDJSON,
    SubmissionParser,
    check_content_type,
    load_query,
    parse_json,
)
from service.callers import Caller, find_caller
from service.exchanges import note_timing, open_body, read_body
from service.openapi import (
    DEADLINE,
    HEADERS,
    Endpoint,
    document_batch,
    document_bodies,
    document_refusals,
    document_results,
    document_views,
    route,
)
from service.problems import report
from service.services import current_services
from service.settings import Settings
from service.turns import take_turn
from service.views import build_view, check_accept, choose_view

blueprint = Blueprint("v1", __name__, url_prefix="/v1", description="Texts to answers.")
blueprint.ARGUMENTS_PARSER = SubmissionParser()


def _find_caller() -> Caller:
    return find_caller(flask.request.environ, flask.g.started)


def _admit(view: Callable[..., object]) -> Callable[..., object]:
    """Refuse a text for which there is no room before any work is done on it."""

    @wraps(view)
    def admitted(*args: Any, **kwargs: Any) -> object:
        flask.g.caller = _find_caller()
        try:
            current_services().batcher.check_room()
        except WhosaidError:
            # The whole request is here; a body that is left unread can cost the connection.
            flask.request.get_data(cache=False)
            raise
        with take_turn():
            return view(*args, **kwargs)

    return admitted


def _takes_text(name: str, schema: type[Schema]) -> Callable[[Endpoint], Endpoint]:
    """Route, parse, dump and document a view that answers a submission."""
    return route(
        blueprint,
        f"/{name}",
        blueprint.doc(
            operationId=name,
            requestBody={"content": document_bodies()},
            parameters=[{"in": "query", "schema": OptionsSchema}, DEADLINE],
            responses={HTTPStatus.OK: {"content": document_views()}},
        ),
        *document_refusals(blueprint),
        _admit,
        blueprint.arguments(
            SubmissionSchema(),
            location="json",
            description="The text: in a JSON object with its options, or as it is.",
            example=examples.SUBMISSION,
        ),
        blueprint.response(
            HTTPStatus.OK,
            schema,
            description="What the text holds.",
            example=examples.build_answer(schema()),
            headers=HEADERS,
        ),
        method="POST",
    )


@_takes_text("analyze", AnswerSchema)
def analyze(submission: Submission) -> Answer | flask.Response:
    """Find who and what a text names, what is said in it, and who says it.

    Options may also stand in the query; those in a JSON body win.
    """
    return _respond(submission)


@_takes_text("entities", EntitiesAnswerSchema)
def entities(submission: Submission) -> Answer | flask.Response:
    """Find the people, organisations and places that a text names.

    The answer is that of /v1/analyze without `quotes`, so that what selects quotes
    changes nothing in it.
    """
    without = submission.include - {Section.QUOTES, Section.CONTEXT}
    return _respond(replace(submission, include=without))


@_takes_text("quotes", QuotesAnswerSchema)
def quotes(submission: Submission) -> Answer | flask.Response:
    """Find what is said in a text, and who says it.

    The answer is that of /v1/analyze with only the entities that speak in its quotes, or that
    may be the speaker of an ambiguous one.
    """
    return _respond(submission, select_more=select_speaking)


def _respond(
    submission: Submission,
    *,
    select_more: Callable[[Analysis], Analysis] = lambda analysis: analysis,
) -> Answer | flask.Response:
    """Answer a submission in the form that its caller wants; the native one is not yet dumped."""
    services = current_services()
    view, media_type = choose_view(submission.view, flask.request)
    caller = flask.g.caller.limit(services.settings.deadline_seconds, flask.g.started)
    found = finish(submit(submission, services, caller), services)
    note_timing("queue", found.timings.queue_seconds)
    note_timing("analysis", found.timings.analysis_seconds)
    found = replace(found, analysis=select_more(found.analysis))
    if view is View.NATIVE:
        return found
    built = build_view(found, view, flask.g.get("document"))
    return flask.Response(json.dumps(built), content_type=media_type)


@route(
    blueprint,
    "/analyze/batch",
    blueprint.doc(
        operationId="analyzeBatch",
        requestBody=document_batch(),
        parameters=[{"in": "query", "schema": OptionsSchema}, DEADLINE],
        responses={HTTPStatus.OK: {"content": document_results()}},
    ),
    *document_refusals(blueprint),
    blueprint.response(
        HTTPStatus.OK,
        BatchItemSchema(many=True),
        description="The results, in order: each text has its answer, or its own problem.",
        example=examples.build_results(),
        headers=HEADERS,
    ),
    method="POST",
)
def analyze_batch() -> flask.Response:
    """Analyze many texts, each as /v1/analyze does.

    A JSON list is answered with a list. Lines of JSON are answered line by line while they
    come in, in order, so that a stream may be of any length: read while you send. One bad text
    hurts no other. Options in the query hold for every text that does not say otherwise.
    """
    request, services = flask.request, current_services()
    check_content_type(request, BATCHES)
    check_accept(request, request.mimetype)
    options = load_query(request)
    services.batcher.check_ready()
    is_stream = request.mimetype == NDJSON
    caller, item_seconds = _find_caller(), services.settings.deadline_seconds
    if is_stream:
        # It may go on for ever, but none of its texts may.
        caller, item_seconds = replace(caller, ends=inf), min(caller.seconds, item_seconds)
    answerer = Answerer(
        services,
        options,
        partial(report, request_id=flask.g.request_id),
        caller=caller,
        item_seconds=item_seconds,
    )
    release = services.slots.take()
    try:
        if is_stream:
            return _respond_with_lines(answerer, services.settings, release)
        response = _respond_with_list(answerer, services.settings)
    except BaseException:
        release()
        raise
    release()
    return response


def _respond_with_list(answerer: Answerer, settings: Settings) -> flask.Response:
    items = parse_json(read_body(flask.request, settings.max_body_bytes))
    check_batch(items, settings.batch_max_items)
    results = list(answerer.answer_all(map(Item, items)))
    return flask.Response(json.dumps(results), content_type=JSON)


def _respond_with_lines(
    answerer: Answerer, settings: Settings, release: Callable[[], None]
) -> flask.Response:
    body = open_body(flask.request)
    # Whoever neither sends nor takes anything would keep the thread for ever.
    if connection := flask.request.environ.get("gunicorn.socket"):
        connection.settimeout(settings.deadline_seconds)

    def stream() -> Iterator[bytes]:
        try:
            yield from answer_stream(body, answerer, settings.max_body_bytes)
        finally:
            release()

    response = flask.Response(flask.stream_with_context(stream()), content_type=NDJSON)
    # Where nobody asks for a single line, nothing above runs.
    response.call_on_close(release)
    return response


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
        headers=HEADERS,
    ),
)
def capabilities() -> Capabilities:
    """Tell what this instance can do: its languages, types, limits and models."""
    check_accept(flask.request, JSON)
    services = current_services()
    settings = services.settings
    return Capabilities(
        services.version,
        services.batcher.models,
        settings.limits,
        Scope(settings.default_scope),
        len(services.authority),
    )
