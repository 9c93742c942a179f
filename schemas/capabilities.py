"""What the service can do, and whether it is well."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from marshmallow import Schema, fields

from analysis.document import Attitude, EntityType, ModelInfo, QuoteKind
from schemas.offsets import OffsetUnit
from schemas.requests import MAX_KNOWN_ENTITIES, View
from schemas.responses import ModelSchema
from schemas.selections import Scope, Section
from schemas.stories import ContentType


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request may ask for."""

    max_chars: int
    max_body_bytes: int
    deadline_seconds: float
    batch_max_items: int
    max_known_entities: int = MAX_KNOWN_ENTITIES


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this instance of the service can do."""

    service: str
    models: tuple[ModelInfo, ...]
    limits: Limits
    default_scope: Scope
    known_entities: int = 0
    entity_types: tuple[EntityType, ...] = tuple(EntityType)
    quote_kinds: tuple[QuoteKind, ...] = tuple(QuoteKind)
    attitudes: tuple[Attitude, ...] = tuple(Attitude)
    offset_units: tuple[OffsetUnit, ...] = tuple(OffsetUnit)
    scopes: tuple[Scope, ...] = tuple(Scope)
    sections: tuple[Section, ...] = tuple(Section)
    views: tuple[View, ...] = tuple(View)
    content_types: tuple[ContentType, ...] = tuple(ContentType)

    @property
    def model(self) -> ModelInfo:
        """The model that answers where no language tells another."""
        return self.models[0]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that the models read."""
        return tuple(language for model in self.models for language in model.languages)


class LimitsSchema(Schema):
    """How much one request may ask for."""

    class Meta:
        """How the document describes it."""

        description = "How much one request may ask for."

    max_chars = fields.Integer(
        required=True, metadata={"description": "The longest text, in code points."}
    )
    max_body_bytes = fields.Integer(
        required=True, metadata={"description": "The longest request body, in bytes."}
    )
    deadline_seconds = fields.Float(
        required=True,
        metadata={
            "description": "How long an answer may take before the service gives up; "
            "X-Deadline-Seconds may ask for less."
        },
    )
    batch_max_items = fields.Integer(
        required=True,
        metadata={"description": "How many texts a JSON list may have; streams have no limit."},
    )
    max_known_entities = fields.Integer(
        required=True, metadata={"description": "How many known entities one text may bring."}
    )


class ReadingModelSchema(ModelSchema):
    """A model, and the languages that it reads."""

    class Meta:
        """How the document describes it."""

        description = "A model, and the languages that it reads."

    languages = fields.List(
        fields.String(), required=True, metadata={"description": "The languages that it reads."}
    )


def _choices(choices: Iterable[StrEnum], description: str) -> fields.List[str]:
    values = [choice.value for choice in choices]
    return fields.List(
        fields.String(metadata={"enum": values}),
        required=True,
        metadata={"description": description},
    )


class CapabilitiesSchema(Schema):
    """What this instance can do; dumps `Capabilities`."""

    class Meta:
        """How the document describes it."""

        description = "What this instance of the service can do."

    service = fields.String(required=True, metadata={"description": "The version of the service."})
    model = fields.Nested(
        ModelSchema,
        required=True,
        metadata={"description": "The model that answers where no language tells another."},
    )
    models = fields.List(
        fields.Nested(ReadingModelSchema),
        required=True,
        metadata={"description": "All models, each with the languages that it reads."},
    )
    languages = fields.List(
        fields.String(), required=True, metadata={"description": "The languages that are read."}
    )
    entity_types = _choices(EntityType, "What entities may be.")
    quote_kinds = _choices(QuoteKind, "What quotes may be.")
    attitudes = _choices(Attitude, "What speakers may do with the words of a quote.")
    offset_units = _choices(OffsetUnit, "What offsets may count.")
    scopes = _choices(Scope, "Which quotes may be asked for.")
    sections = _choices(Section, "What answers may include.")
    views = _choices(View, "The forms that answers may have.")
    content_types = _choices(ContentType, "What texts may be written in.")
    known_entities = fields.Integer(
        required=True,
        metadata={"description": "How many known entities the service's authority file has."},
    )
    default_scope = fields.Enum(
        Scope,
        by_value=fields.String,
        required=True,
        metadata={"description": "Which quotes they get who do not say which they want."},
    )
    limits = fields.Nested(
        LimitsSchema, required=True, metadata={"description": "How much a request may ask for."}
    )


class HealthSchema(Schema):
    """That the service is well."""

    class Meta:
        """How the document describes it."""

        description = "That the service is well."

    status = fields.String(required=True, metadata={"description": "Always `ok`.", "enum": ["ok"]})
