"""Lines of a batch, parsed as the service parses them."""

from typing import Any

from werkzeug.exceptions import RequestEntityTooLarge

from schemas import Problem, ProblemSchema
from service.bodies import parse_json
from service.errors import MalformedBody
from service.problems import PROBLEMS, describe

_PROBLEMS = ProblemSchema()


def parse_line(written: bytes | None) -> tuple[Any, dict[str, Any] | None]:
    """Return the fields of a line, or None and the problem with it.

    None in place of a line stands for one that is longer than a body may be.
    """
    if written is None:
        status, slug = PROBLEMS[RequestEntityTooLarge]
        return None, _dump(Problem(slug, status, "the line is too long", ""))
    try:
        return parse_json(written), None
    except MalformedBody as error:
        return None, _dump(describe(error, request_id=""))


def _dump(problem: Problem) -> dict[str, Any]:
    """Return a problem as plain JSON; no request was made that an id could name."""
    dumped: dict[str, Any] = _PROBLEMS.dump(problem)
    del dumped["request_id"]
    return dumped
