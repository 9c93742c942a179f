"""Texts by the many: lines parsed as the service parses them, and what becomes of each text."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from werkzeug.exceptions import RequestEntityTooLarge

from schemas import Problem, ProblemSchema
from schemas.mappings import AnyMapping, JsonObject
from service.bodies import parse_json
from service.client import Client, ProblemError
from service.errors import MalformedBody
from service.problems import PROBLEMS, describe

_PROBLEMS = ProblemSchema()

Place = TypeVar("Place")


def parse_line(written: bytes | None) -> tuple[Any, JsonObject | None]:
    """Return the fields of a line, or None and the problem with it.

    None in place of a line stands for one that is longer than a body may be.
    """
    if written is None:
        status, slug = PROBLEMS[RequestEntityTooLarge]
        return None, _dump(Problem(slug, status, "the line is too long", ""))
    try:
        return parse_json(written), None
    except MalformedBody as error:
        return None, describe_fault(error)


def describe_fault(error: Exception) -> JsonObject:
    """Return the problem with a text that was not sent to the service."""
    return _dump(describe(error, request_id=""))


def _dump(problem: Problem) -> JsonObject:
    """Return a problem as plain JSON; no request was made that an id could name."""
    dumped: JsonObject = _PROBLEMS.dump(problem)
    del dumped["request_id"]
    return dumped


def find_makers(capabilities: AnyMapping) -> JsonObject:
    """Return what an answer depends on beside its text and its options, out of capabilities."""
    return {
        name: capabilities[name]
        for name in ("service", "models", "default_scope", "known_entities")
    }


def fetch_answers(
    client: Client,
    texts: Iterable[tuple[Place, Any, JsonObject | None]],
    options: Mapping[str, str],
) -> Generator[tuple[Place, JsonObject]]:
    """Yield the place of each text with its `id` and its `answer`, or the `problem` with it.

    A text is its place, its fields and, if they could not be read, the problem. `options` hold
    for those that do not say otherwise. Raises ProblemError while the service is busy.
    """
    waiting: deque[tuple[Place, JsonObject | None]] = deque()

    def send() -> Iterator[Any]:
        for place, fields, problem in texts:
            waiting.append((place, problem))
            # Something stands in for a text without fields, so that order takes care of itself.
            yield {**options, **fields} if isinstance(fields, dict) else fields

    for result in client.fetch_results(send()):
        place, problem = waiting.popleft()
        if result["status"] == HTTPStatus.SERVICE_UNAVAILABLE:
            # No fault of the text.
            raise ProblemError(result["problem"])
        if problem is None and "answer" in result:
            yield place, {"id": result["id"], "answer": result["answer"]}
        else:
            yield place, {"id": result["id"], "problem": problem or result["problem"]}
