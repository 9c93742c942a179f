"""What can go wrong between a client and its service, and how that is read off a response."""

from collections.abc import Iterator, Mapping
from typing import Any

import requests

from analysis.errors import WhosaidError
from schemas.mappings import AnyMapping, JsonObject
from schemas.problems import MEDIA_TYPE, Fault


class ServiceError(WhosaidError):
    """The family of what can go wrong between a client and its service."""


class Unreachable(ServiceError):
    """The service did not answer, however often it was asked."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


class NotAnAnswer(ServiceError):
    """Something answered, but not as Whosaid does."""


class ProblemError(ServiceError):
    """The service says why it does not answer (RFC 9457).

    Attributes:
        type: Which kind of problem it is; stable. `about:blank` where something else answered.
        title: The kind in a few words.
        status: The HTTP status.
        detail: What happened this time.
        errors: What is wrong with which part of the request.
        request_id: What the service's log calls the request.
        problem: All that was said, as it came.
    """

    def __init__(self, problem: AnyMapping) -> None:
        self.problem = problem
        self.type = str(problem.get("type", "about:blank"))
        self.title = str(problem.get("title", ""))
        self.status = int(problem["status"])
        self.detail = str(problem.get("detail", ""))
        self.errors = tuple(_list_faults(problem.get("errors")))
        self.request_id = problem.get("request_id")
        super().__init__(self._describe())

    def _describe(self) -> str:
        told = f"{self.title} ({self.status}): {self.detail}"
        faults = "; ".join(f"{each.pointer or 'all of it'}: {each.detail}" for each in self.errors)
        return f"{told}: {faults}" if faults else told


def read_json(response: requests.Response) -> Any:
    """Return what a response holds. Raises NotAnAnswer."""
    try:
        return response.json()
    except requests.JSONDecodeError as error:
        raise NotAnAnswer(f"{response.url}: not JSON") from error


def read_object(response: requests.Response) -> JsonObject:
    """Return the object that a response holds. Raises NotAnAnswer."""
    found = read_json(response)
    if not isinstance(found, dict):
        raise NotAnAnswer(f"{response.url}: not an object")
    return found


def read_problem(response: requests.Response) -> JsonObject:
    """Return a problem as it came, or one that says what somebody else answered."""
    if response.headers.get("Content-Type", "").startswith(MEDIA_TYPE):
        return {**read_object(response), "status": response.status_code}
    moved = response.headers.get("Location")
    return {
        "title": response.reason or "Not answered",
        "status": response.status_code,
        "detail": f"it is at {moved}" if moved else "this is no answer of Whosaid",
        "request_id": response.headers.get("X-Request-ID"),
    }


def explain(error: requests.RequestException) -> str:
    """Return the system's own words for why there was no answer, if it has any."""
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return f"no answer ({type(error).__name__})"


def _list_faults(errors: Any) -> Iterator[Fault]:
    """Yield the faults of a problem; others than Whosaid may mean other things by `errors`."""
    for each in errors if isinstance(errors, list) else ():
        if isinstance(each, Mapping):
            yield Fault(str(each.get("pointer", "")), str(each.get("detail", "")))
