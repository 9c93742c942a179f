"""What the service can do, and whether it is well."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from marshmallow import Schema, fields

from analysis.document import Attitude, EntityType, ModelInfo, QuoteKind
from schemas.offsets import OffsetUnit
from schemas.responses import ModelSchema
from schemas.selections import Scope


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request may ask for."""

    max_chars: int
    max_body_bytes: int
    deadline_seconds: float


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this instance of the service can do."""

    service: str
    model: ModelInfo
    limits: Limits
    default_scope: Scope
    entity_types: tuple[EntityType, ...] = tuple(EntityType)
    quote_kinds: tuple[QuoteKind, ...] = tuple(QuoteKind)
    attitudes: tuple[Attitude, ...] = tuple(Attitude)
    offset_units: tuple[OffsetUnit, ...] = tuple(OffsetUnit)
    scopes: tuple[Scope, ...] = tuple(Scope)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that the model reads."""
        return self.model.languages


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
        metadata={"description": "How long an answer may take before the service gives up."},
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
        ModelSchema, required=True, metadata={"description": "The model that answers."}
    )
    languages = fields.List(
        fields.String(), required=True, metadata={"description": "The languages that it reads."}
    )
    entity_types = _choices(EntityType, "What entities may be.")
    quote_kinds = _choices(QuoteKind, "What quotes may be.")
    attitudes = _choices(Attitude, "What speakers may do with the words of a quote.")
    offset_units = _choices(OffsetUnit, "What offsets may count.")
    scopes = _choices(Scope, "Which quotes may be asked for.")
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
