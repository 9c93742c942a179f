"""What is answered to requests that never reach the application: problems, as it gives them."""

import json
from dataclasses import dataclass
from http import HTTPStatus

from gunicorn.http import errors

from schemas import MEDIA_TYPE, Problem, ProblemSchema
from service.arrivals import BodyTooLong, Crowded, TooSlow
from service.security_headers import SECURITY_HEADERS

_UNREADABLE = "no request that this service can read"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A status and a sentence; without a slug the problem is named after the status."""

    status: HTTPStatus
    detail: str = _UNREADABLE
    slug: str | None = None

    def render(self, request_id: str, retry_after_seconds: int) -> bytes:
        """Return a whole response, as a problem."""
        slug = self.slug or self.status.phrase.lower().replace(" ", "-")
        problem = Problem(slug, self.status, self.detail, request_id)
        body = json.dumps(ProblemSchema().dump(problem)).encode()
        lines = [
            f"HTTP/1.1 {self.status.value} {self.status.phrase}",
            "Connection: close",
            f"Content-Type: {MEDIA_TYPE}",
            "Cache-Control: no-store",
            f"Content-Length: {len(body)}",
            f"X-Request-ID: {request_id}",
            *(f"{name}: {value}" for name, value in SECURITY_HEADERS.items()),
        ]
        if self.status is HTTPStatus.SERVICE_UNAVAILABLE:
            lines.append(f"Retry-After: {retry_after_seconds}")
        return "\r\n".join([*lines, "", ""]).encode() + body


# The first that fits counts.
REFUSALS: tuple[tuple[type[Exception], Refusal], ...] = (
    # Headers that the application tried to send.
    (errors.InvalidResponseHeader, Refusal(HTTPStatus.INTERNAL_SERVER_ERROR)),
    (errors.InvalidResponseHeaderName, Refusal(HTTPStatus.INTERNAL_SERVER_ERROR)),
    (errors.LimitRequestLine, Refusal(HTTPStatus.REQUEST_URI_TOO_LONG)),
    (errors.LimitRequestHeaders, Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)),
    (errors.ExpectationFailed, Refusal(HTTPStatus.EXPECTATION_FAILED)),
    (errors.UnsupportedTransferCoding, Refusal(HTTPStatus.NOT_IMPLEMENTED)),
    (
        TooSlow,
        Refusal(HTTPStatus.REQUEST_TIMEOUT, "the request took too long to arrive"),
    ),
    (
        BodyTooLong,
        Refusal(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "the body is too long, with the chunks that it came in",
            "body-too-long",
        ),
    ),
    (
        Crowded,
        Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too much is arriving at once", "overloaded"),
    ),
    (errors.ParseException, Refusal(HTTPStatus.BAD_REQUEST)),
    (Exception, Refusal(HTTPStatus.INTERNAL_SERVER_ERROR)),
)


def choose_refusal(error: Exception) -> Refusal:
    """Choose what a caller gets whose request made gunicorn or its worker fail."""
    return next(refusal for kind, refusal in REFUSALS if isinstance(error, kind))
