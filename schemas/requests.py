"""What callers send: a text, and how they want it read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from schemas.offsets import OffsetUnit
from schemas.selections import Scope

DEFAULT_LANGUAGE = "en"
MAX_ID_CHARS = 256
MAX_LANGUAGE_CHARS = 35


@dataclass(frozen=True, slots=True)
class Submission:
    """A text to analyze, as submitted. Without a scope, the service's own holds."""

    text: str
    id: str | None = None
    language: str = DEFAULT_LANGUAGE
    offset_unit: OffsetUnit = OffsetUnit.CODEPOINT
    scope: Scope | None = None
    min_confidence: float = 0.0


def _id(**options: Any) -> fields.String:
    return fields.String(
        validate=validate.Length(max=MAX_ID_CHARS),
        metadata={
            "description": "Your own identifier of the text. It comes back unchanged and is "
            "neither stored nor interpreted.",
            "examples": ["story-4711"],
        },
        **options,
    )


class _Number(fields.Float):
    """A number, and not a string of one."""

    def _deserialize(self, value: Any, *place: Any, **options: Any) -> float:
        if isinstance(value, str):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, *place, **options)


def _min_confidence(field: type[fields.Float]) -> fields.Float:
    accepted = "Must be a number from 0 to 1."
    return field(
        load_default=0.0,
        validate=validate.Range(min=0, max=1, error=accepted),
        error_messages=dict.fromkeys(("invalid", "special", "too_large"), accepted),
        metadata={
            "description": "Leaves out the quotes whose `attribution.confidence` is lower.",
            "examples": [0.5],
        },
    )


class OptionsSchema(Schema):
    """What may go beside a text, in a JSON body or in the query."""

    id = _id()
    language = fields.String(
        load_default=DEFAULT_LANGUAGE,
        validate=validate.Length(min=1, max=MAX_LANGUAGE_CHARS),
        metadata={
            "description": "The language of the text, one of those that /v1/capabilities lists.",
            "examples": [DEFAULT_LANGUAGE],
        },
    )
    offset_unit = fields.Enum(
        OffsetUnit,
        by_value=fields.String,
        load_default=OffsetUnit.CODEPOINT,
        metadata={
            "description": "What offsets in the answer count: Unicode code points, or UTF-16 code "
            "units as browsers do.",
            # apispec would write the enum's member, which YAML cannot represent.
            "default": OffsetUnit.CODEPOINT.value,
        },
    )
    scope = fields.Enum(
        Scope,
        by_value=fields.String,
        metadata={
            "description": "Which quotes the answer has. `speech`: what somebody says, and all "
            "that stands inside quotation marks. `all`: also what somebody believes or plans, and "
            "other attributions; `attitude` tells them apart. The default is the service's own, "
            "which /v1/capabilities names: `speech`, unless it was set otherwise.",
            "examples": [Scope.ALL.value],
        },
    )
    # In a query everything is a string.
    min_confidence = _min_confidence(fields.Float)


class SubmissionSchema(OptionsSchema):
    """A text and how to read it; loads as a `Submission`."""

    id = _id(load_default=None, allow_none=True)
    min_confidence = _min_confidence(_Number)
    text = fields.String(
        required=True,
        metadata={
            "description": "The text, at most as long as /v1/capabilities says. Offsets and the "
            "texts of spans are those of the text as it was submitted: nothing is trimmed or "
            "normalized. Character references and stray tags that markup left in it are read "
            "through: a name over AT&amp;T is AT&T, its mention AT&amp;T. A text of white space "
            "only is valid and holds nothing.",
            "examples": ["“We will rebuild the bridge,” said Ana Sousa, the mayor of Porto."],
        },
    )

    @post_load
    def _build_submission(self, values: Mapping[str, Any], **_: Any) -> Submission:
        return Submission(**values)
