"""The gunicorn worker: gthread that drains its queue of connections, and quotes nobody."""

import json
import logging
import uuid
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import structlog
from gunicorn.http import errors
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from schemas import MEDIA_TYPE, Problem, ProblemSchema

# The first that fits counts.
_REFUSALS: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    # Headers that the application tried to send.
    (errors.InvalidResponseHeader, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.InvalidResponseHeaderName, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.LimitRequestLine, HTTPStatus.REQUEST_URI_TOO_LONG),
    (errors.LimitRequestHeaders, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    (errors.ExpectationFailed, HTTPStatus.EXPECTATION_FAILED),
    (errors.UnsupportedTransferCoding, HTTPStatus.NOT_IMPLEMENTED),
    (errors.ParseException, HTTPStatus.BAD_REQUEST),
    (Exception, HTTPStatus.INTERNAL_SERVER_ERROR),
)

log = structlog.stdlib.get_logger()


class DrainingWorker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """Answers, when told to stop, also those whose connections wait to be accepted.

    gthread leaves them with the kernel, which resets them once the last worker is
    gone. Callers who come later are refused at once and can go elsewhere.
    """

    def set_accept_enabled(self, enabled: bool) -> None:
        """Start or stop accepting; on the way out, take on who is waiting."""
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                self._accept_waiting(listener)
                listener.close()

    def handle_error(self, _req: Any, client: Any, _addr: Any, error: Exception) -> None:
        """Answer with a problem what never reached the application.

        gunicorn would log the line that it cannot read, which is submitted text where
        a body is longer than its Content-Length.
        """
        status = next(status for kind, status in _REFUSALS if isinstance(error, kind))
        request_id = uuid.uuid4().hex
        is_bug = status is HTTPStatus.INTERNAL_SERVER_ERROR
        log.log(
            logging.ERROR if is_bug else logging.INFO,
            "refused",
            error=type(error).__name__,
            status=status.value,
            request_id=request_id,
            exc_info=error if is_bug else None,
        )
        with suppress(OSError):
            write_nonblock(client, render_refusal(status, request_id))

    def _accept_waiting(self, listener: object) -> None:
        connections = -1
        while connections != self.nr_conns:
            connections = self.nr_conns
            self.accept(listener)


def render_refusal(status: HTTPStatus, request_id: str) -> bytes:
    """Return a whole response, as a problem."""
    slug = status.phrase.lower().replace(" ", "-")
    problem = Problem(slug, status, "no request that this service can read", request_id)
    body = json.dumps(ProblemSchema().dump(problem)).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        f"Connection: close\r\nContent-Type: {MEDIA_TYPE}\r\nCache-Control: no-store\r\n"
        f"Content-Length: {len(body)}\r\nX-Request-ID: {request_id}\r\n\r\n"
    )
    return head.encode() + body
