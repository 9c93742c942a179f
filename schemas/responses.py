"""What callers get: the answer's envelope, its entities and its quotes."""

from typing import Any

from marshmallow import Schema, fields, pre_dump, validate

from analysis.document import Attitude, AttributionStatus, EntityType, MentionKind, QuoteKind
from schemas.answers import CONTEXT_CHARS, Answer, LanguageStatus, view_answer
from schemas.mappings import JsonObject
from schemas.offsets import OffsetUnit
from schemas.problems import ProblemSchema
from schemas.selections import round_share
from schemas.stories import Field

_HEADLINE = "Porto to rebuild its bridge"
_URI = "https://example.org/people/ana-sousa"


class Share(fields.Float):
    """A number from 0 to 1, dumped with four decimals at most."""

    def __init__(self, description: str) -> None:
        super().__init__(
            required=True,
            validate=validate.Range(min=0, max=1),
            metadata={"description": description},
        )

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return round_share(value)


def _describe(description: str, example: Any) -> dict[str, Any]:
    """Return what the document says; without an example it shows that of a whole answer."""
    shown = {} if example is None else {"examples": [example]}
    return {"description": description, **shown}


def _text(
    description: str, *, required: bool = True, example: str | None = None, **options: Any
) -> fields.String:
    return fields.String(required=required, metadata=_describe(description, example), **options)


def _number(
    description: str, *, required: bool = True, example: int | None = None, **options: Any
) -> fields.Integer:
    return fields.Integer(
        required=required,
        validate=validate.Range(min=0),
        metadata=_describe(description, example),
        **options,
    )


def _choice(choices: type[Any], description: str, **options: Any) -> fields.Enum[Any]:
    return fields.Enum(
        choices,
        by_value=fields.String,
        required=True,
        metadata={"description": description},
        **options,
    )


class _Built(fields.Nested):
    """An object that `view_answer` builds just as its schema would dump it, passed on as it is.

    For entities and quotes, of which an answer consists: to dump all that field by field took
    longer than the rest of a request. A test does, and compares.
    """

    # marshmallow's `Field` and `Nested` name the first parameter differently.
    def _serialize(  # type: ignore[override]
        self, nested_obj: Any, attr: str | None, obj: Any, **kwargs: Any
    ) -> Any:
        return nested_obj


def _nested(
    schema: type[Schema], description: str, *, required: bool = True, **options: Any
) -> fields.Nested:
    metadata = {"description": description}
    return fields.Nested(schema, required=required, metadata=metadata, **options)


def _list(
    schema: type[Schema],
    description: str,
    *,
    kind: type[fields.Nested] = fields.Nested,
    **options: Any,
) -> fields.List[Any]:
    metadata = {"description": description}
    return fields.List(kind(schema), **{"required": True, "metadata": metadata, **options})


class _ViewSchema(Schema):
    """Dumps mappings that `view_answer` builds, which have no key for what is left out."""

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        """Return the value of a key: marshmallow would also try attributes and paths."""
        return obj.get(attr, default)


class SpanSchema(_ViewSchema):
    """A half-open range of the text."""

    class Meta:
        """How the document describes it."""

        description = "A half-open range of the headline or the body, exactly as submitted."

    field = _choice(Field, "Where it stands. Offsets count in each field from 0.")
    start = _number("The offset of the first character.")
    end = _number("The offset after the last character.")
    text = _text("The text between the two offsets, verbatim.")
    source_start = _number(
        "Where it starts in the HTML that was submitted. Given for HTML only.",
        required=False,
        example=43,
    )
    source_end = _number(
        "Where it ends in the HTML: what stands between these two reads as `text`. Given for "
        "HTML only.",
        required=False,
        example=52,
    )


class MentionSchema(SpanSchema):
    """A stretch of text that refers to an entity."""

    class Meta:
        """How the document describes it."""

        description = "A stretch of text that refers to a person, an organisation or a place."

    kind = _choice(MentionKind, "The form of the mention. Only names count.")
    confidence = Share("The probability that the mention is right.")


class SpeakerMentionSchema(SpanSchema):
    """The words that stand for the speaker beside a quote."""

    class Meta:
        """How the document describes it."""

        description = "The words that stand for the speaker beside a quote."

    kind = _choice(MentionKind, "The form of these words.")


class KnownEntityCandidateSchema(_ViewSchema):
    """A known entity that an entity may be."""

    class Meta:
        """How the document describes it."""

        description = "A known entity that an entity of the text may be."

    name = _text("Its canonical name.", example="Ana Sousa")
    uri = _text("Your identifier of it.", allow_none=True, example=_URI)


class EntitySchema(_ViewSchema):
    """Someone or something that the text names."""

    class Meta:
        """How the document describes it."""

        description = "A person, an organisation or a place, with its mentions in text order."

    id = _text("Derived from type and name alone: the same in every text and every run.")
    name = _text("The fullest form of the name, or the canonical one of a known entity.")
    aliases = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "The other forms of the name that the text uses."},
    )
    count = _number("How many times the text names the entity.")
    salience = Share(
        "The entity's share of the text's attention; the shares of all add up to 1. "
        "docs/integrate.md has the formula."
    )
    uri = _text(
        "Your identifier of the entity, if it is one that you know; null otherwise.",
        allow_none=True,
        example=_URI,
    )
    candidates = _list(
        KnownEntityCandidateSchema,
        "The known entities that it may be. Given where there are several, and none is chosen.",
        required=False,
    )
    mentions = _list(
        MentionSchema,
        "Every mention, in text order. Left out unless `include` has `mentions`.",
        required=False,
    )


class SpeakerSchema(_ViewSchema):
    """Who said a quote."""

    class Meta:
        """How the document describes it."""

        description = (
            "Who said a quote. Where the text only describes the speaker (“a senior aide”), "
            "`name`, `entity_id` and `type` are null."
        )

    name = _text("The speaker's name.", allow_none=True)
    entity_id = _text("The `id` of the speaker among the entities.", allow_none=True)
    type = _choice(EntityType, "What the speaker is.", allow_none=True)
    mention = _nested(
        SpeakerMentionSchema,
        "The words that stand for the speaker; null where the quote goes on from an earlier one.",
        allow_none=True,
    )


class AttributionSchema(_ViewSchema):
    """How far the text tells who said a quote."""

    class Meta:
        """How the document describes it."""

        description = "How far the text tells who said a quote."

    status = _choice(AttributionStatus, "Whether the speaker is known.")
    confidence = Share("The probability that the words and their speaker are both right.")
    joint = _list(
        SpeakerSchema,
        "Everyone who says it together, the quote's `speaker` first. Given where several do.",
        required=False,
    )
    candidates = _list(
        SpeakerSchema,
        "The possible speakers, likeliest first. Given where `status` is `ambiguous`.",
        required=False,
    )


class ContextSchema(_ViewSchema):
    """The text around a quote."""

    class Meta:
        """How the document describes it."""

        description = (
            f"The text around a quote, verbatim, up to {CONTEXT_CHARS} code points on each side: "
            "with them a quote is found again in another copy of the text."
        )

    prefix = _text("What precedes the first fragment.")
    suffix = _text("What follows the last fragment.")


class QuoteSchema(_ViewSchema):
    """What somebody said."""

    class Meta:
        """How the document describes it."""

        description = (
            "What somebody said or, where `scope` is `all`, thought, attributed as far as the text "
            "allows."
        )

    id = _text("`q1`, `q2` …, in text order.")
    kind = _choice(
        QuoteKind,
        "How much of the quote stands inside quotation marks: all (`direct`), some (`mixed`) or "
        "nothing (`indirect`).",
    )
    attitude = _choice(
        Attitude,
        "What the speaker does with the words. Unless `scope` is `all`, always `speech`: says "
        "them; otherwise also `belief`: thinks, knows or feels so; `plan`: wants or means to do "
        "so; `other`: any further attitude. What stands inside quotation marks counts as said.",
    )
    confidence = Share(
        "The probability that these words are what somebody said or, where `scope` is `all`, "
        "thought."
    )
    text = _text(
        "The texts of the fragments, joined by one space: verbatim where there is one fragment."
    )
    fragments = _list(
        SpanSchema,
        "What was said, in text order. An interrupted quote has several fragments. Those of a "
        "direct quote leave the quotation marks out.",
        validate=validate.Length(min=1),
    )
    cue = _nested(SpanSchema, "The word that announces the quote (“said”).", allow_none=True)
    speaker = _nested(SpeakerSchema, "Null where the text gives no speaker.", allow_none=True)
    attribution = _nested(AttributionSchema, "How far the text tells who spoke.")
    context = _nested(
        ContextSchema,
        "The text around the quote. Left out unless `include` has `context`.",
        required=False,
    )


class WarningSchema(Schema):
    """Something that the caller should know about an answer."""

    class Meta:
        """How the document describes it."""

        description = "Something to know about an answer."

    code = _text("A stable code.", example="blank-text")
    detail = _text("A sentence for people.", example="The text is empty or white space only.")


class ModelSchema(Schema):
    """Which model answered."""

    class Meta:
        """How the document describes it."""

        description = "The model that answers."

    name = _text("The model's name.")
    version = _text("The model's version.")
    digest = _text("The SHA-256 of the model's weights.")


class TimingsSchema(_ViewSchema):
    """Where the time went."""

    class Meta:
        """How the document describes it."""

        description = "Where the time went, in milliseconds."

    queue = _number("How long the text waited for the model.")
    analysis = _number("How long the analysis took, with those before it in its batch.")


class MetaSchema(_ViewSchema):
    """What made an answer."""

    class Meta:
        """How the document describes it."""

        description = "What made the answer, and how long it took."

    service = _text("The version of the service.")
    model = _nested(ModelSchema, "The model that answered.")
    timings_ms = _nested(TimingsSchema, "Where the time went, in milliseconds.")


def _entities(description: str) -> fields.List[Any]:
    left_out = "Left out unless `include` has `entities`."
    return _list(EntitySchema, f"{description} {left_out}", kind=_Built, required=False)


class AnswerSchema(_ViewSchema):
    """An answer with everything in it; dumps an `Answer`."""

    class Meta:
        """How the document describes it."""

        description = (
            "What a text holds: entities in the order in which it first names them, quotes in text "
            "order."
        )

    id = _text("The identifier sent with the text.", allow_none=True)
    language = _text("The language that the text was read in.")
    language_status = _choice(
        LanguageStatus,
        "Whether you named it (`given`), the text told it (`detected`), or the text is too short "
        "or too mixed to tell, so that the usual one was taken (`assumed`).",
    )
    offset_unit = _choice(OffsetUnit, "What offsets count.")
    text_length = _number("The length of the body's text in that unit.")
    headline_length = _number(
        "The length of the headline's text in that unit; null if there is none.",
        allow_none=True,
        example=len(_HEADLINE),
    )
    text = _text(
        "The body's text, which offsets count in. Left out unless `include` has `text`.",
        required=False,
        example="“We will rebuild the bridge,” said Ana Sousa, the mayor of Porto.",
    )
    headline = _text(
        "The headline's text; null if there is none. Left out unless `include` has `text`.",
        required=False,
        allow_none=True,
        example=_HEADLINE,
    )
    people = _entities("The people that the text names.")
    organisations = _entities("The organisations that the text names.")
    places = _entities("The places that the text names.")
    quotes = _list(
        QuoteSchema,
        "What is said in the text and, where `scope` is `all`, what is believed or planned in it. "
        "Left out unless `include` has `quotes`.",
        kind=_Built,
        required=False,
    )
    warnings = _list(WarningSchema, "What to know about this answer.")
    meta = _nested(MetaSchema, "What made the answer, and how long it took.")

    @pre_dump
    def _view(self, answer: Answer, **_: Any) -> JsonObject:
        return view_answer(answer)


class BatchItemSchema(Schema):
    """What became of one text of a batch."""

    class Meta:
        """How the document describes it."""

        description = "What became of one text of a batch: its answer, or its problem."

    index = _number("The place of the text in the batch, from 0.")
    id = _text("The identifier sent with the text.", allow_none=True)
    status = _number("The HTTP status that the text alone would have been answered with.")
    answer = fields.Raw(
        metadata={
            "description": "What the text holds, in the form that its `view` says. Given where "
            "`status` is 200.",
            "anyOf": [
                {"$ref": f"#/components/schemas/{form}"}
                for form in ("Answer", "Ninjs", "SchemaOrg", "WebAnnotation")
            ],
        },
    )
    problem = _nested(
        ProblemSchema, "Why the text was not answered. Given in all other cases.", required=False
    )


class EntitiesAnswerSchema(AnswerSchema):
    """An answer without its quotes; dumps an `Answer`."""

    class Meta:
        """How the document describes it."""

        description = "The people, organisations and places of a text."
        exclude = ("quotes",)


class QuotesAnswerSchema(AnswerSchema):
    """An answer with the entities that speak; dumps an `Answer`."""

    class Meta:
        """How the document describes it."""

        description = "The quotes of a text, and the entities that speak or may speak in them."
