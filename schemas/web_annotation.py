"""An answer as annotations of its text: https://www.w3.org/TR/annotation-model/ (2017).

Each mention of an entity is annotated with its identity, each quote with who says it. The
standard's several targets mean that the bodies hold for each of them alone, which is true of
the fragments of a quote; its `Choice` is between equivalents, so candidates for an ambiguous
quote are no such thing, and none is named.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, validate

from schemas.mappings import AnyMapping, JsonObject
from schemas.schema_org import ENTITY_TYPES, claimed_speakers, describe_speaker
from schemas.uris import document_uri, entity_uri, percent_encode, urn

WEB_ANNOTATION_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
# https://www.w3.org/TR/annotation-protocol/#annotation-retrieval
WEB_ANNOTATION_MEDIA_TYPE = f'application/ld+json; profile="{WEB_ANNOTATION_CONTEXT}"'
CONTEXT_CODEPOINTS = 32

_LABEL = "People, organisations, places and quotes found by Whosaid"
_HEADLINE = "headline"
_KINDS = dict(zip(ENTITY_TYPES, ("person", "organisation", "place"), strict=True))
# Our own words (“person”, “direct”) are English in every answer.
_OWN_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class _Source:
    """What is annotated: a URI, and the texts of its fields by their names."""

    uri: str
    texts: Mapping[str, str]


def view_web_annotation(answer: AnyMapping) -> JsonObject:
    """Return a plain answer as an annotation collection with one page.

    The standard counts positions in code points, and so must the answer. A collection without
    annotations has no page, as the standard demands.
    """
    source = _find_source(answer)
    collection = urn("annotations", source.uri)
    items = [
        *_view_mentions(answer, source, collection),
        *_view_quotes(answer, source, collection),
    ]
    view: JsonObject = {
        "@context": WEB_ANNOTATION_CONTEXT,
        "id": collection,
        "type": "AnnotationCollection",
        "label": _LABEL,
        "total": len(items),
    }
    if items:
        page = f"{collection}#page"
        first = {"id": page, "type": "AnnotationPage", "startIndex": 0, "items": items}
        view |= {"first": first, "last": page}
    return view


def _find_source(answer: AnyMapping) -> _Source:
    texts = {"body": answer["text"], _HEADLINE: answer["headline"] or ""}
    return _Source(document_uri(answer), texts)


def _view_mentions(answer: AnyMapping, source: _Source, collection: str) -> Iterator[JsonObject]:
    for key, kind in _KINDS.items():
        for entity in answer[key]:
            bodies = [
                _link(entity_uri(entity), "identifying"),
                _say(entity["name"], "tagging", answer["language"]),
                _say(kind, "classifying", _OWN_LANGUAGE),
            ]
            for number, mention in enumerate(entity["mentions"], start=1):
                yield {
                    "id": f"{collection}#{percent_encode(entity['id'])}-{number}",
                    "type": "Annotation",
                    "motivation": "identifying",
                    "body": bodies,
                    "target": [_view_target(mention, source)],
                }


def _view_quotes(answer: AnyMapping, source: _Source, collection: str) -> Iterator[JsonObject]:
    uris = {entity["id"]: entity_uri(entity) for key in _KINDS for entity in answer[key]}
    for quote in answer["quotes"]:
        speakers = list(_view_speakers(quote, uris, answer["language"]))
        yield {
            "id": f"{collection}#{percent_encode(quote['id'])}",
            "type": "Annotation",
            "motivation": "describing" if speakers else "highlighting",
            "body": [
                *speakers,
                _say(str(quote["kind"]), "classifying", _OWN_LANGUAGE),
                _say(str(quote["attitude"]), "classifying", _OWN_LANGUAGE),
            ],
            "target": [_view_target(fragment, source) for fragment in quote["fragments"]],
        }


def _view_speakers(
    quote: AnyMapping, uris: Mapping[str, str], language: str
) -> Iterator[JsonObject]:
    for speaker in claimed_speakers(quote):
        entity_id = speaker["entity_id"]
        if entity_id is not None:
            yield _link(uris.get(entity_id) or urn("entity", entity_id), "linking")
        words = speaker["name"] or describe_speaker(speaker)
        if words:
            yield _say(words, "describing", language)


def _view_target(span: AnyMapping, source: _Source) -> JsonObject:
    """Return a span as a segment of the source, found by its position or by its words.

    A headline is a part of the document that has a text of its own: a `FragmentSelector` leads
    to it, as the standard recommends over a fragment of the source's URI.
    """
    field = span["field"]
    text, start, end = source.texts[field], span["start"], span["end"]
    selectors: list[JsonObject] = [
        {"type": "TextPositionSelector", "start": start, "end": end},
        {
            "type": "TextQuoteSelector",
            "exact": text[start:end],
            "prefix": text[max(0, start - CONTEXT_CODEPOINTS) : start],
            "suffix": text[end : end + CONTEXT_CODEPOINTS],
        },
    ]
    if field == _HEADLINE:
        selectors = [{"type": "FragmentSelector", "value": _HEADLINE, "refinedBy": selectors}]
    return {"type": "SpecificResource", "source": source.uri, "selector": selectors}


def _link(uri: str, purpose: str) -> JsonObject:
    return {"type": "SpecificResource", "purpose": purpose, "source": uri}


def _say(words: str, purpose: str, language: str) -> JsonObject:
    return {
        "type": "TextualBody",
        "purpose": purpose,
        "value": words,
        "format": "text/plain",
        "language": language,
    }


def _described(description: str, *examples: Any) -> dict[str, Any]:
    metadata: dict[str, Any] = {"description": description}
    return {"metadata": metadata | ({"examples": list(examples)} if examples else {})}


def _text(description: str, *examples: str, **options: Any) -> fields.String:
    return fields.String(**_described(description, *examples), **options)


def _one_of(description: str, *choices: str) -> fields.String:
    return _text(description, choices[0], required=True, validate=validate.OneOf(choices))


def _count(description: str, *examples: int, **options: Any) -> fields.Integer:
    described = _described(description, *examples)
    return fields.Integer(validate=validate.Range(min=0), **described, **options)


def _list(schema: type[Schema], description: str, **options: Any) -> fields.List[Any]:
    nested = fields.Nested(schema)
    return fields.List(
        nested, validate=validate.Length(min=1), **_described(description), **options
    )


class AnnotationBodySchema(Schema):
    """What an annotation says."""

    class Meta:
        """How the document describes it."""

        description = "What an annotation says: a resource (its `source`) or words (a `value`)."

    type = _one_of("Which of the two.", "SpecificResource", "TextualBody")
    purpose = _one_of(
        "Why it is said: `identifying` and `tagging` give an entity's URI and name, `linking` and "
        "`describing` a speaker's, `classifying` tells what is annotated.",
        "identifying",
        "tagging",
        "linking",
        "describing",
        "classifying",
    )
    source = _text("The URI of an entity or a speaker.", "urn:whosaid:entity:per-802186be")
    value = _text(
        "A name or, where the text only describes a speaker, its words; to classify, what an "
        "entity is (`person`) or a quote's `kind` and `attitude`.",
        "Ana Sousa",
    )
    format = _text("Always `text/plain`.", "text/plain", validate=validate.Equal("text/plain"))
    language = _text("The language of the words.", "en")


class TextSelectorSchema(Schema):
    """A stretch of a text."""

    class Meta:
        """How the document describes it."""

        description = "A stretch of a text, by its position or by its words."

    type = _one_of("By which.", "TextPositionSelector", "TextQuoteSelector")
    start = _count("Where it begins, in code points, whatever the offset unit of the request.", 35)
    end = _count("Where it ends, in code points.", 44)
    exact = _text("The stretch, verbatim.", "Ana Sousa")
    prefix = _text(f"What precedes it, up to {CONTEXT_CODEPOINTS} code points.", "” said ")
    suffix = _text(f"What follows it, up to {CONTEXT_CODEPOINTS} code points.", ", the mayor")


class AnnotationSelectorSchema(TextSelectorSchema):
    """A part of a document."""

    class Meta:
        """How the document describes it."""

        description = "A stretch of the body or, refined by one, the headline."

    type = _one_of(
        "By what it selects.", "TextPositionSelector", "TextQuoteSelector", "FragmentSelector"
    )
    value = _text("The part that is the headline.", _HEADLINE, validate=validate.Equal(_HEADLINE))
    refinedBy = _list(TextSelectorSchema, "The stretch of the headline.")  # noqa: N815


class AnnotationTargetSchema(Schema):
    """What is annotated."""

    class Meta:
        """How the document describes it."""

        description = "The part of the document that is annotated."

    type = _one_of("Always `SpecificResource`.", "SpecificResource")
    source = _text(
        "The document: your `id` if it is a URI, otherwise a URN.",
        "urn:whosaid:document:story-4711",
        required=True,
    )
    selector = _list(
        AnnotationSelectorSchema, "Ways to find the same part, in equal standing.", required=True
    )


class AnnotationSchema(Schema):
    """One annotation."""

    class Meta:
        """How the document describes it."""

        description = "What is said of a mention of an entity, or of a quote."

    id = _text("The annotation's URI, the same whenever the document is.", required=True)
    type = _one_of("Always `Annotation`.", "Annotation")
    motivation = _one_of(
        "`identifying` for a mention, `describing` for a quote with a speaker, `highlighting` for "
        "one without.",
        "identifying",
        "describing",
        "highlighting",
    )
    body = _list(AnnotationBodySchema, "What is said; all of it of each target.", required=True)
    target = _list(
        AnnotationTargetSchema, "The mention, or the fragments of the quote.", required=True
    )


class AnnotationPageSchema(Schema):
    """The page of a collection."""

    class Meta:
        """How the document describes it."""

        description = "The only page of a collection."

    id = _text("The page's URI.", required=True)
    type = _one_of("Always `AnnotationPage`.", "AnnotationPage")
    startIndex = _count("Always 0.", required=True)  # noqa: N815
    items = _list(AnnotationSchema, "Mentions by entity, then quotes.", required=True)


class WebAnnotationSchema(Schema):
    """An answer as annotations; dumps what `view_web_annotation` returns."""

    class Meta:
        """How the document describes it."""

        description = "A collection of annotations, as the W3C's Web Annotation Data Model has it."

    context = fields.String(
        required=True,
        attribute="@context",
        data_key="@context",
        validate=validate.Equal(WEB_ANNOTATION_CONTEXT),
        **_described("The vocabulary.", WEB_ANNOTATION_CONTEXT),
    )
    id = _text("The collection's URI.", required=True)
    type = _one_of("Always `AnnotationCollection`.", "AnnotationCollection")
    label = _text("What it collects.", _LABEL, required=True)
    total = _count("How many annotations there are.", required=True)
    first = fields.Nested(
        AnnotationPageSchema, **_described("The annotations. Absent where there are none.")
    )
    last = _text("The URI of the same page. Absent where there are no annotations.")
