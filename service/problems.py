"""The one place that turns errors into `application/problem+json`."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import flask
import structlog
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    RequestedRangeNotSatisfiable,
    RequestEntityTooLarge,
    TooManyRequests,
    UnsupportedMediaType,
)

from analysis.errors import DetectedLanguageUnsupported, UnsupportedLanguage
from schemas import MEDIA_TYPE, Fault, Problem, ProblemSchema
from schemas.problems import escape_token
from service.batching import NotReady, QueueFull
from service.errors import (
    BatchTooLong,
    CallerGone,
    DeadlineExceeded,
    InvalidField,
    InvalidHeader,
    InvalidRequest,
    KeyRefused,
    MalformedBody,
    RepeatedName,
    StreamIdle,
    TextTooLong,
    TooManyBatches,
)
from service.exchanges import UnsupportedEncoding
from service.services import current_services

MAX_FAULTS = 20

_NOT_SLUG = re.compile(r"[^a-z]+")

PROBLEMS: dict[type[Exception], tuple[int, str]] = {
    BadRequest: (400, "bad-request"),
    MalformedBody: (400, "malformed-body"),
    InvalidHeader: (400, "invalid-header"),
    # gunicorn reads chunks only when the body is wanted.
    ParseException: (400, "malformed-body"),
    KeyRefused: (401, "unauthorized"),
    NotFound: (404, "not-found"),
    MethodNotAllowed: (405, "method-not-allowed"),
    NotAcceptable: (406, "not-acceptable"),
    RequestEntityTooLarge: (413, "body-too-long"),
    TextTooLong: (413, "text-too-long"),
    UnsupportedMediaType: (415, "unsupported-media-type"),
    RequestedRangeNotSatisfiable: (416, "requested-range-not-satisfiable"),
    StreamIdle: (408, "request-timeout"),
    BatchTooLong: (413, "batch-too-long"),
    InvalidRequest: (422, "invalid-request"),
    InvalidField: (422, "invalid-request"),
    UnsupportedLanguage: (422, "unsupported-language"),
    # nginx's status for it, in logs and metrics: the caller is not there to see it.
    CallerGone: (499, "caller-gone"),
    TooManyRequests: (429, "too-many-requests"),
    Exception: (500, "internal-server-error"),
    NotReady: (503, "not-ready"),
    QueueFull: (503, "overloaded"),
    TooManyBatches: (503, "overloaded"),
    DeadlineExceeded: (504, "deadline-exceeded"),
}

log = structlog.stdlib.get_logger()


def register_problems(app: flask.Flask) -> None:
    """Answer every error of an application with a problem."""
    app.register_error_handler(Exception, render_problem)
    # Extensions register theirs for this class, which would win over its parent's.
    app.register_error_handler(HTTPException, render_problem)


def render_problem(error: Exception) -> flask.Response:
    """Return the response that tells a caller about an error."""
    problem = report(error, request_id=flask.g.request_id)
    flask.g.problem = problem.slug
    response = flask.jsonify(ProblemSchema().dump(problem))
    response.status_code = problem.status
    response.content_type = MEDIA_TYPE
    response.headers.extend(_find_headers(error))
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(current_services().settings.retry_after_seconds)
    return response


def report(error: Exception, *, request_id: str) -> Problem:
    """Describe an error to the caller, and log it if nobody foresaw it."""
    problem = describe(error, request_id=request_id)
    if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("bug", error=type(error).__name__, exc_info=error)
    return problem


def describe(error: Exception, *, request_id: str) -> Problem:
    """Describe an error to the caller; one that is not listed, without any detail."""
    status, slug = _classify(error)
    return Problem(slug, status, _detail(error, status), request_id, tuple(find_faults(error)))


def _classify(error: Exception) -> tuple[int, str]:
    listed = next(PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS)
    if isinstance(error, HTTPException) and listed == PROBLEMS[Exception] and error.code:
        return error.code, _NOT_SLUG.sub("-", error.name.lower())
    return listed


def _detail(error: Exception, status: int) -> str:
    if isinstance(error, RequestEntityTooLarge):
        max_bytes = current_services().settings.max_body_bytes
        return f"the body is too long; at most {max_bytes} bytes are accepted"
    if isinstance(error, TooManyRequests):
        return f"too many requests: the limit is {error.description}"
    if isinstance(error, HTTPException):
        return error.description or error.name
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return "the service failed; its log has the reason, under this request id"
    if isinstance(error, ParseException):
        return "the chunks of the body are not what they say"
    return str(error)


def _find_headers(error: Exception) -> list[tuple[str, str]]:
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        return [("Allow", ", ".join(sorted(error.valid_methods)))]
    if isinstance(error, UnsupportedEncoding):
        return [("Accept-Encoding", "gzip")]
    if isinstance(error, KeyRefused):
        # RFC 6750, 3: who sent nothing is told no error.
        invalid = ', error="invalid_token"' if error.offered else ""
        return [("WWW-Authenticate", f'Bearer realm="whosaid"{invalid}')]
    return []


def find_faults(error: Exception) -> Iterator[Fault]:
    """Find which parts of the request an error is about."""
    if isinstance(error, InvalidRequest):
        yield from list(_flatten(error.messages, ""))[:MAX_FAULTS]
    elif isinstance(error, TextTooLong):
        yield Fault(_find_text(), str(error))
    elif isinstance(error, InvalidField):
        yield Fault(error.pointer, error.detail)
    elif isinstance(error, RepeatedName):
        yield Fault(error.pointer, "given more than once")
    elif isinstance(error, BatchTooLong):
        yield Fault("", str(error))
    elif isinstance(error, UnsupportedLanguage):
        detected = isinstance(error, DetectedLanguageUnsupported)
        yield Fault(_find_text() if detected else "/language", str(error))


def _find_text() -> str:
    """Return where the text of the current request stands; a ninjs document has many places."""
    return "" if "document" in flask.g else "/text"


def _flatten(messages: Any, pointer: str) -> Iterator[Fault]:
    """Walk marshmallow's messages, where `_schema` stands for the object itself."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            step = "" if name == "_schema" else f"/{escape_token(str(name))}"
            yield from _flatten(inner, pointer + step)
    else:
        yield from (Fault(pointer, message) for message in messages)
