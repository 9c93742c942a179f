"""An answer as JSON-LD in schema.org's vocabulary.

Which property belongs to which type: https://schema.org/Quotation (`spokenByCharacter`: people
and organisations only), https://schema.org/CreativeWork (`text`, `creator`, `creditText`,
`isPartOf`, `mentions`, `headline`, `inLanguage`), https://schema.org/Thing (`name`,
`alternateName`, `sameAs`, `identifier`).
"""

from typing import Any

from marshmallow import Schema, fields, validate

from analysis.document import AttributionStatus, EntityType, MentionKind, QuoteKind
from schemas.mappings import AnyMapping, JsonObject
from schemas.uris import document_uri, known_uri, urn

SCHEMA_ORG_MEDIA_TYPE = "application/ld+json"
SCHEMA_ORG_CONTEXT = "https://schema.org"
# An answer's lists of entities, and schema.org's type of what is in them.
ENTITY_TYPES = {"people": "Person", "organisations": "Organization", "places": "Place"}

_SPEAKING = {EntityType.PERSON: "Person", EntityType.ORGANIZATION: "Organization"}


def claimed_speakers(quote: AnyMapping) -> list[AnyMapping]:
    """Return who says a quote: everyone who does so together, and nobody if it is left open."""
    attribution = quote["attribution"]
    if attribution["status"] != AttributionStatus.ATTRIBUTED or quote["speaker"] is None:
        return []
    return attribution.get("joint") or [quote["speaker"]]


def describe_speaker(speaker: AnyMapping) -> str | None:
    """Return the words for a speaker without a name (“a senior aide”), unless they say nothing."""
    mention = speaker["mention"]
    if speaker["name"] is not None or mention is None or mention["kind"] == MentionKind.PRONOUN:
        return None
    return str(mention["text"])


def view_schema_org(answer: AnyMapping) -> JsonObject:
    """Return a plain answer as a JSON-LD graph: the article, its entities, its quotations.

    The `@id` of an entity is Whosaid's own URN, so that no two nodes share one; a newsroom's
    URI is its `sameAs`, another identifier its `identifier`.
    """
    article = document_uri(answer)
    entities = [
        _view_entity(entity, schema_type)
        for key, schema_type in ENTITY_TYPES.items()
        for entity in answer[key]
    ]
    quotations = [_view_quotation(quote, article) for quote in answer["quotes"]]
    about = _view_article(answer, article, entities)
    return {
        "@context": SCHEMA_ORG_CONTEXT,
        "@graph": [about, *entities, *_view_other_speakers(answer), *quotations],
    }


def _view_other_speakers(answer: AnyMapping) -> list[JsonObject]:
    """Return who speaks without being among the entities, which may have been left out."""
    listed = {entity["id"] for key in ENTITY_TYPES for entity in answer[key]}
    speakers = {
        speaker["entity_id"]: {
            "@type": _SPEAKING[speaker["type"]],
            "@id": urn("entity", speaker["entity_id"]),
            "name": speaker["name"],
        }
        for quote in answer["quotes"]
        for speaker in claimed_speakers(quote)
        if speaker["type"] in _SPEAKING and speaker["entity_id"] not in listed
    }
    return list(speakers.values())


def _view_article(answer: AnyMapping, article: str, entities: list[JsonObject]) -> JsonObject:
    view: JsonObject = {"@type": "NewsArticle", "@id": article, "inLanguage": answer["language"]}
    if answer["headline"] is not None:
        view["headline"] = answer["headline"]
    return {**view, "mentions": [{"@id": entity["@id"]} for entity in entities]}


def _view_entity(entity: AnyMapping, schema_type: str) -> JsonObject:
    view: JsonObject = {
        "@type": schema_type,
        "@id": urn("entity", entity["id"]),
        "name": entity["name"],
    }
    if entity["aliases"]:
        view["alternateName"] = list(entity["aliases"])
    if entity["uri"]:
        known = known_uri(entity)
        view["sameAs" if known else "identifier"] = known or entity["uri"]
    return view


def _view_quotation(quote: AnyMapping, article: str) -> JsonObject:
    """Return a quote as a node whose `@id` holds within this graph only.

    The words of an indirect or mixed quote are the article's, at least in part: only of those
    of a direct one is the speaker the `creator`. A speaker that can be no `spokenByCharacter`,
    a place or one whom the text only describes, is credited in words.
    """
    view: JsonObject = {
        "@type": "Quotation",
        "@id": f"_:{quote['id']}",
        "text": quote["text"],
        "isPartOf": {"@id": article},
    }
    speakers = claimed_speakers(quote)
    characters = [
        {"@id": urn("entity", speaker["entity_id"])}
        for speaker in speakers
        if speaker["type"] in _SPEAKING
    ]
    credits = [
        words
        for speaker in speakers
        if speaker["type"] not in _SPEAKING
        and (words := speaker["name"] or describe_speaker(speaker))
    ]
    if characters:
        view["spokenByCharacter"] = characters
    if characters and quote["kind"] == QuoteKind.DIRECT:
        view["creator"] = characters
    if credits:
        view["creditText"] = credits
    return view


def _key(name: str, description: str, **options: Any) -> fields.String:
    metadata = {"description": description, **options.pop("metadata", {})}
    return fields.String(attribute=name, data_key=name, metadata=metadata, **options)


class ReferenceSchema(Schema):
    """A reference to a node."""

    class Meta:
        """How the document describes it."""

        description = "A reference to a node of the graph."

    id_ = _key("@id", "The `@id` of the node.", required=True)


def _references(description: str) -> fields.List[Any]:
    return fields.List(fields.Nested(ReferenceSchema), metadata={"description": description})


class SchemaOrgNodeSchema(Schema):
    """A node of a graph."""

    class Meta:
        """How the document describes it."""

        description = "An article, an entity or a quotation. Which of them decides what it has."

    type_ = _key(
        "@type",
        "What the node is.",
        required=True,
        validate=validate.OneOf(("NewsArticle", *ENTITY_TYPES.values(), "Quotation")),
        metadata={"examples": ["Quotation"]},
    )
    id_ = _key(
        "@id",
        "The node's URI: of the article, your `id` if it is a URI; of an entity, a URN of its "
        "stable id; of a quotation, a name that holds within the graph.",
        required=True,
        metadata={"examples": ["urn:whosaid:entity:per-802186be"]},
    )
    inLanguage = _key("inLanguage", "The language of an article.")  # noqa: N815
    headline = _key(
        "headline",
        "The headline of an article, if it has one.",
        metadata={"examples": ["Porto to rebuild its bridge"]},
    )
    mentions = _references("The entities that an article names.")
    name = _key("name", "The name of an entity.", metadata={"examples": ["Ana Sousa"]})
    alternateName = fields.List(  # noqa: N815
        fields.String(),
        metadata={
            "description": "The other forms of an entity's name, if any.",
            "examples": [["Sousa"]],
        },
    )
    sameAs = _key(  # noqa: N815
        "sameAs",
        "The URI under which you know an entity.",
        metadata={"examples": ["http://www.wikidata.org/entity/Q42"]},
    )
    identifier = _key(
        "identifier",
        "Your identifier of an entity, where it is not a URI.",
        metadata={"examples": ["people/4711"]},
    )
    text = _key("text", "The words of a quotation.")
    isPartOf = fields.Nested(  # noqa: N815
        ReferenceSchema, metadata={"description": "The article that a quotation is in."}
    )
    spokenByCharacter = _references(  # noqa: N815
        "The people and organisations that say a quotation. Absent where the text leaves it open."
    )
    creator = _references("Whose words a direct quotation is: the same as who says it.")
    creditText = fields.List(  # noqa: N815
        fields.String(),
        metadata={
            "description": "Who says a quotation and is only described, or is a place.",
            "examples": [["a senior aide"]],
        },
    )


class SchemaOrgSchema(Schema):
    """An answer in schema.org's vocabulary; dumps what `view_schema_org` returns."""

    class Meta:
        """How the document describes it."""

        description = "A JSON-LD graph in the vocabulary of schema.org."

    context = _key(
        "@context",
        "The vocabulary.",
        required=True,
        validate=validate.Equal(SCHEMA_ORG_CONTEXT),
        metadata={"examples": [SCHEMA_ORG_CONTEXT]},
    )
    graph = fields.List(
        fields.Nested(SchemaOrgNodeSchema),
        required=True,
        attribute="@graph",
        data_key="@graph",
        validate=validate.Length(min=1),
        metadata={"description": "The article, then its entities, then its quotations."},
    )
