"""What callers send: a text, and how they want it read and answered."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from marshmallow import Schema, fields, post_load, validate
from webargs.fields import DelimitedList

from analysis.document import EntityType, KnownEntity, QuoteKind
from schemas.offsets import OffsetUnit
from schemas.selections import USUAL_SECTIONS, Scope, Section, Selection
from schemas.stories import ContentType, Part, Story

MAX_ID_CHARS = 256
MAX_LANGUAGE_CHARS = 35
MAX_KNOWN_ENTITIES = 1000
MAX_NAME_CHARS = 200
MAX_ALIASES = 50
MAX_URI_CHARS = 2000

# RFC 3986: a scheme, and nothing that has to be escaped. Also a pattern of JSON Schema.
_ABSOLUTE_URI = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+$(?!\n)")


class View(StrEnum):
    """The form of an answer."""

    NATIVE = "native"
    NINJS = "ninjs"
    SCHEMA_ORG = "schema-org"
    WEB_ANNOTATION = "web-annotation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A text to analyze, as submitted, and the answer that is wanted.

    Without a language, the text's own is found out; without a scope, the service's own
    holds; without a view, what the Accept header says.
    """

    text: str
    headline: str | None = None
    content_type: ContentType = ContentType.PLAIN
    headline_type: ContentType | None = None
    id: str | None = None
    language: str | None = None
    offset_unit: OffsetUnit = OffsetUnit.CODEPOINT
    scope: Scope | None = None
    min_confidence: float = 0.0
    include: frozenset[Section] = USUAL_SECTIONS
    types: frozenset[EntityType] = frozenset(EntityType)
    kinds: frozenset[QuoteKind] = frozenset(QuoteKind)
    known_entities: tuple[KnownEntity, ...] = ()
    view: View | None = None

    def read_story(self) -> Story:
        """Return the submitted fields as texts; HTML is read once here.

        `headline_type` is the headline's own content type, if it has another than the body.
        """
        headline = None
        if self.headline is not None:
            headline = Part.read(self.headline, self.headline_type or self.content_type)
        return Story(Part.read(self.text, self.content_type), headline)

    def build_selection(self, default_scope: Scope) -> Selection:
        """Return what the answer shall have; `default_scope` holds where no scope was sent."""
        scope = self.scope or default_scope
        return Selection(scope, self.types, self.kinds, self.min_confidence)


# What is told of entities and quotes needs them.
_PARENTS = {Section.MENTIONS: Section.ENTITIES, Section.CONTEXT: Section.QUOTES}


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


class _SetOf(fields.List[Any]):
    """A list in JSON, whose order and repetitions mean nothing."""

    def _deserialize(self, *value: Any, **options: Any) -> frozenset[Any]:  # type: ignore[override]
        return frozenset(super()._deserialize(*value, **options))


class _DelimitedSetOf(DelimitedList):
    """The same in a query: its members are parted by commas."""

    def _deserialize(self, *value: Any, **options: Any) -> frozenset[Any]:  # type: ignore[override]
        members: list[Any] = super()._deserialize(*value, **options)  # type: ignore[no-untyped-call]
        return frozenset(members)


def _choices(
    kind: type[fields.List[Any]], choices: type[StrEnum], default: Any, description: str
) -> fields.List[Any]:
    return kind(
        fields.Enum(choices, by_value=fields.String),
        load_default=default,
        validate=validate.Length(min=1, error="Must name one at least."),
        metadata={
            "description": description,
            # apispec would write the set, which YAML cannot represent.
            "default": [choice.value for choice in choices if choice in default],
            "examples": [[next(iter(choices)).value]],
        },
    )


def _include(kind: type[fields.List[Any]]) -> fields.List[Any]:
    return _choices(
        kind,
        Section,
        USUAL_SECTIONS,
        "What the answer includes: `entities`, with their `mentions`, `quotes`, with their "
        "`context`, and `text`, the text that the offsets count in. Default: all but `text`, which "
        "is of use where HTML was sent.",
    )


def _types(kind: type[fields.List[Any]]) -> fields.List[Any]:
    return _choices(
        kind, EntityType, frozenset(EntityType), "Which entities the answer has. Default: all."
    )


def _kinds(kind: type[fields.List[Any]]) -> fields.List[Any]:
    return _choices(
        kind, QuoteKind, frozenset(QuoteKind), "Which quotes the answer has. Default: all."
    )


class OptionsSchema(Schema):
    """What may go beside a text, in a JSON body or in the query."""

    id = _id()
    language = fields.String(
        validate=validate.Length(min=1, max=MAX_LANGUAGE_CHARS),
        metadata={
            "description": "The language of the text, one of those that /v1/capabilities lists. "
            "If it is left out, the service finds out which it is.",
            "examples": ["en"],
        },
    )
    offset_unit = fields.Enum(
        OffsetUnit,
        by_value=fields.String,
        load_default=OffsetUnit.CODEPOINT,
        metadata={
            "description": "What offsets in the answer count: Unicode code points, UTF-16 code "
            "units as browsers do, or bytes of UTF-8.",
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
    include = _include(_DelimitedSetOf)
    types = _types(_DelimitedSetOf)
    kinds = _kinds(_DelimitedSetOf)
    view = fields.Enum(
        View,
        by_value=fields.String,
        metadata={
            "description": "The form of the answer: Whosaid's own (`native`), IPTC's `ninjs`, "
            "JSON-LD with `schema-org` terms, or `web-annotation`s of the W3C. Default: what the "
            "Accept header prefers.",
            "examples": [View.NATIVE.value],
        },
    )


class KnownEntitySchema(Schema):
    """Someone or something that the caller knows; loads as a `KnownEntity`."""

    class Meta:
        """How the document describes it."""

        description = "Someone or something that you know, by name and alias."

    name = fields.String(
        required=True,
        validate=validate.Length(min=1, max=MAX_NAME_CHARS),
        metadata={
            "description": "The canonical name, which the answer will use.",
            "examples": ["Ana Sousa"],
        },
    )
    type = fields.Enum(
        EntityType,
        by_value=fields.String,
        required=True,
        metadata={"description": "What it is.", "examples": [EntityType.PERSON.value]},
    )
    aliases = fields.List(
        fields.String(validate=validate.Length(min=1, max=MAX_NAME_CHARS)),
        load_default=(),
        validate=validate.Length(max=MAX_ALIASES),
        metadata={"description": "Other names for it.", "examples": [["A. Sousa"]]},
    )
    uri = fields.String(
        load_default=None,
        allow_none=True,
        validate=[
            validate.Length(max=MAX_URI_CHARS),
            validate.Regexp(_ABSOLUTE_URI, error="Must be an absolute URI."),
        ],
        metadata={
            "description": "Your own identifier of it, an absolute URI, which the answer will "
            "carry.",
            "examples": ["https://example.org/people/ana-sousa"],
        },
    )

    @post_load
    def _build(self, values: Mapping[str, Any], **_: Any) -> KnownEntity:
        return KnownEntity(**{**values, "aliases": tuple(values["aliases"])})


class SubmissionSchema(OptionsSchema):
    """A text and how to read it; loads as a `Submission`."""

    class Meta:
        """How the document describes it."""

        description = "A text, and how you want it read and answered."

    error_messages = {"type": "Must be an object with a text and its options."}  # noqa: RUF012

    id = _id(load_default=None, allow_none=True)
    min_confidence = _min_confidence(_Number)
    include = _include(_SetOf)
    types = _types(_SetOf)
    kinds = _kinds(_SetOf)
    text = fields.String(
        required=True,
        metadata={
            "description": "The text, at most as long as /v1/capabilities says. Offsets and the "
            "texts of spans are those of the text as it was submitted: nothing is trimmed or "
            "normalized. Character references and stray tags that markup left in plain text are "
            "read through: a name over AT&amp;T is AT&T, its mention AT&amp;T. A text of white "
            "space only is valid and holds nothing.",
            "examples": ["“We will rebuild the bridge,” said Ana Sousa, the mayor of Porto."],
        },
    )
    content_type = fields.Enum(
        ContentType,
        by_value=fields.String,
        load_default=ContentType.PLAIN,
        metadata={
            "description": "What `text` and `headline` are. Of `text/html` the text is read that "
            "a reader of the page would see; every span then also has `source_start` and "
            "`source_end`, its place in the HTML.",
            "default": ContentType.PLAIN.value,
        },
    )
    headline_type = fields.Enum(
        ContentType,
        by_value=fields.String,
        load_default=None,
        allow_none=True,
        metadata={"description": "What `headline` is, if it is something else than `text`."},
    )
    headline = fields.String(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "The headline. Names in it and in the text are read together; spans "
            "say in which `field` they stand, and offsets count in each field from 0.",
            "examples": ["Porto to rebuild its bridge"],
        },
    )
    known_entities = fields.List(
        fields.Nested(KnownEntitySchema),
        load_default=(),
        validate=validate.Length(max=MAX_KNOWN_ENTITIES),
        metadata={
            "description": "Whom and what you know. An entity that is one of them gets its name "
            "and its `uri`; where several would fit, the answer says so and chooses none. They "
            "come before the service's own authority file.",
            "examples": [[{"name": "Ana Sousa", "type": "person", "aliases": ["A. Sousa"]}]],
        },
    )

    @post_load
    def _build_submission(self, values: Mapping[str, Any], **_: Any) -> Submission:
        known = tuple(values["known_entities"])
        include = values["include"] | {_PARENTS[s] for s in values["include"] if s in _PARENTS}
        return Submission(**{**values, "known_entities": known, "include": include})
