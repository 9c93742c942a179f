"""Problems as RFC 9457 describes them."""

from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, post_dump

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:whosaid:problem:"
PROBLEM_PAGES = "/docs/problems"
"""Below it, each kind of problem has a page, by its slug."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request: where (a JSON pointer) and what."""

    pointer: str
    detail: str


def escape_token(name: str) -> str:
    """Return a member's name as a step of a JSON pointer has it (RFC 6901, section 3)."""
    return name.replace("~", "~0").replace("/", "~1")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request was not answered. `slug` ends the problem's type."""

    slug: str
    status: int
    detail: str
    request_id: str
    errors: tuple[Fault, ...] = ()

    @property
    def type(self) -> str:
        """The URI that identifies this kind of problem."""
        return TYPE_PREFIX + self.slug

    @property
    def help(self) -> str:
        """Where the service tells about this kind of problem."""
        return f"{PROBLEM_PAGES}/{self.slug}"

    @property
    def title(self) -> str:
        """A short name of this kind of problem."""
        return self.slug.replace("-", " ").capitalize()


class FaultSchema(Schema):
    """One thing wrong with a request."""

    class Meta:
        """How the document describes it."""

        description = "One thing wrong with a request."

    pointer = fields.String(
        required=True,
        metadata={
            "description": "Where: a JSON pointer into the request. Query parameters and the body "
            "of a text/plain request count as members of one JSON object.",
            "examples": ["/text"],
        },
    )
    detail = fields.String(required=True, metadata={"description": "What, in a sentence."})


class ProblemSchema(Schema):
    """Why a request was not answered; dumps a `Problem`."""

    class Meta:
        """How the document describes it."""

        description = "Why a request was not answered (RFC 9457)."

    type = fields.String(
        required=True,
        metadata={
            "format": "uri-reference",
            "description": "Identifies this kind of problem. Stable.",
            "examples": [TYPE_PREFIX + "invalid-request"],
        },
    )
    title = fields.String(
        required=True, metadata={"description": "The kind of problem, in a few words."}
    )
    status = fields.Integer(required=True, metadata={"description": "The HTTP status."})
    detail = fields.String(
        required=True, metadata={"description": "What happened this time, in a sentence."}
    )
    request_id = fields.String(
        required=True,
        metadata={"description": "Names this request in the service's logs; also X-Request-ID."},
    )
    help = fields.String(
        required=True,
        metadata={
            "format": "uri-reference",
            "description": "The page of the service that tells about this kind of problem.",
            "examples": [f"{PROBLEM_PAGES}/invalid-request"],
        },
    )
    errors = fields.List(
        fields.Nested(FaultSchema),
        metadata={"description": "What is wrong with which part of the request, where known."},
    )

    @post_dump
    def _drop_empty(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        if not values["errors"]:
            del values["errors"]
        return values
