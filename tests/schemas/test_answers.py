import json
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import Schema, fields

from analysis.document import (
    Analysis,
    AttributionStatus,
    Entity,
    EntityType,
    KnownEntity,
    Mention,
    Span,
)
from schemas import (
    Answer,
    AnswerSchema,
    ContentType,
    EntitiesAnswerSchema,
    OffsetUnit,
    Part,
    QuotesAnswerSchema,
    Section,
    Story,
    Timings,
)
from tests.fakes import MODEL
from tests.schemas.story import AIDE, CAPITAL, HE, MOSCOW, PUBLIC, TEXT, answer, quote, span
from tests.texts import spans_in, texts
from tests.timing import collector_paused


def dump(value: Answer) -> dict:
    return AnswerSchema().dump(value)


def test_envelope():
    """The envelope tells what was asked, of which text, and what answered."""
    dumped = dump(answer(id="story"))
    assert list(dumped) == [
        "id", "language", "language_status", "offset_unit", "text_length", "headline_length",
        "people", "organisations", "places", "quotes", "warnings", "meta",
    ]  # fmt: skip
    assert (dumped["id"], dumped["language"], dumped["offset_unit"]) == ("story", "en", "codepoint")
    assert (dumped["text_length"], dumped["headline_length"]) == (len(TEXT), None)
    assert dumped["language_status"] == "given"
    assert dumped["warnings"] == [{"code": "code", "detail": "Detail."}]
    assert dumped["meta"] == {
        "service": "1.2.3",
        "model": {"name": "fake", "version": "1", "digest": "0" * 64},
        "timings_ms": {"queue": 1, "analysis": 85},
    }


def test_entities_are_listed_by_type():
    """Each entity stands in the list of its type, with its mentions."""
    dumped = dump(answer())
    assert dumped["organisations"] == []
    assert [place["name"] for place in dumped["places"]] == ["Moscow"]
    (person,) = dumped["people"]
    start = TEXT.index("Jo Public")
    assert person == {
        "id": "per-1",
        "name": "Jo Public",
        "aliases": ["Jo."],
        "count": 2,
        "salience": 0.6543,
        "uri": None,
        "mentions": [
            {
                "field": "body",
                "start": start,
                "end": start + 9,
                "text": "Jo Public",
                "kind": "name",
                "confidence": 0.1235,
            },
            {
                "field": "body",
                "start": len(TEXT) - 3,
                "end": len(TEXT),
                "text": "Jo.",
                "kind": "name",
                "confidence": 0.1235,
            },
        ],
    }


def test_quote():
    """A quote has its attitude, fragments, cue, speaker, attribution and context."""
    (dumped,) = dump(answer(quote(HE)))["quotes"]
    assert dumped == {
        "id": "q1",
        "kind": "direct",
        "attitude": "speech",
        "confidence": 0.99,
        "text": "So far, we wait.",
        "fragments": [
            {"field": "body", "start": 1, "end": 8, "text": "So far,"},
            {"field": "body", "start": 20, "end": 28, "text": "we wait."},
        ],
        "cue": {"field": "body", "start": 13, "end": 17, "text": "said"},
        "speaker": {
            "name": "Jo Public",
            "entity_id": "per-1",
            "type": "person",
            "mention": {"field": "body", "start": 10, "end": 12, "text": "he", "kind": "pronoun"},
        },
        "attribution": {"status": "attributed", "confidence": 0.9877},
        "context": {"prefix": "“", "suffix": "” A senior aide in Moscow agreed with Jo"},
    }


def test_quotes_are_numbered():
    """Quotes are numbered in text order, from one."""
    assert [q["id"] for q in dump(answer(quote(HE), quote(HE)))["quotes"]] == ["q1", "q2"]


def test_text_of_one_fragment_is_verbatim():
    """A quote in one piece is the slice of the text, to the last character."""
    (dumped,) = dump(answer(quote(HE, fragments=(Span(0, 20),))))["quotes"]
    assert dumped["text"] == TEXT[:20]


@pytest.mark.parametrize(
    ("speaker", "expected"),
    [
        pytest.param(None, None, id="nobody"),
        pytest.param(
            CAPITAL,
            {"name": "Moscow", "entity_id": "loc-1", "type": "place", "mention": None},
            id="no mention of its own",
        ),
        pytest.param(
            AIDE,
            {
                "name": None,
                "entity_id": None,
                "type": None,
                "mention": {
                    "field": "body",
                    "start": 30,
                    "end": 43,
                    "text": "A senior aide",
                    "kind": "nominal",
                },
            },
            id="description only",
        ),
    ],
)
def test_speakers(speaker, expected):
    """What the text does not tell about a speaker is null."""
    (dumped,) = dump(answer(quote(speaker, cue=None)))["quotes"]
    assert dumped["speaker"] == expected
    assert dumped["cue"] is None


def test_candidates_of_an_ambiguous_quote():
    """Candidates are listed where a quote is ambiguous, and only there."""
    ambiguous = quote(None, status=AttributionStatus.AMBIGUOUS, candidates=(CAPITAL, HE))
    plain, listed = (q["attribution"] for q in dump(answer(quote(HE), ambiguous))["quotes"])
    assert "candidates" not in plain
    assert [speaker["name"] for speaker in listed["candidates"]] == ["Moscow", "Jo Public"]


def test_speakers_who_speak_together():
    """Everyone who says a quote together is listed, and nobody where one speaks alone."""
    together = quote(HE, joint=(HE, CAPITAL))
    alone, several = (q["attribution"] for q in dump(answer(quote(HE), together))["quotes"])
    assert "joint" not in alone
    assert [speaker["name"] for speaker in several["joint"]] == ["Jo Public", "Moscow"]


def test_units_reach_every_span():
    """After an emoji, offsets in UTF-16 are one more than in code points, in UTF-8 three."""
    late = quote(HE, fragments=(span("and Jo"),), cue=span("and"))
    by_unit = {unit: dump(answer(late, offset_unit=unit)) for unit in OffsetUnit}
    # “ and ” take three bytes each, and 😀 four.
    for unit, before, after in (
        (OffsetUnit.CODEPOINT, 0, 0),
        (OffsetUnit.UTF16, 0, 1),
        (OffsetUnit.UTF8, 8, 11),
    ):
        dumped = by_unit[unit]
        assert dumped["text_length"] == len(TEXT) + after
        assert dumped["quotes"][0]["fragments"][0]["start"] == TEXT.index("and Jo") + after
        assert dumped["quotes"][0]["cue"]["end"] == span("and").end + after
        assert dumped["people"][0]["mentions"][-1]["end"] == len(TEXT) + after
        assert dumped["people"][0]["mentions"][0]["start"] == TEXT.index("Jo Public") + before


def test_entities_answer_has_no_quotes():
    """The answer about entities is the same, without quotes."""
    whole = dump(answer(quote(HE)))
    del whole["quotes"]
    assert EntitiesAnswerSchema().dump(answer(quote(HE))) == whole


@pytest.mark.parametrize("schema", [AnswerSchema, EntitiesAnswerSchema, QuotesAnswerSchema])
def test_answers_are_what_their_schema_says(schema):
    """What a schema dumps, it also loads: every field is declared and valid."""
    ambiguous = quote(None, status=AttributionStatus.AMBIGUOUS, candidates=(CAPITAL,))
    together = quote(HE, joint=(HE, CAPITAL))
    others = (quote(AIDE, cue=None), quote(None), ambiguous, together)
    dumped = schema().dump(answer(quote(HE), *others))
    assert schema().validate(json.loads(json.dumps(dumped))) == {}


@pytest.mark.parametrize(
    "content_type", [pytest.param(kind, id=kind.name.lower()) for kind in ContentType]
)
def test_parts_are_what_their_schemas_dump(content_type):
    """Each object in an answer is what its own schema dumps, key for key and digit for digit."""
    linked = replace(PUBLIC, candidates=(KnownEntity("Jo", EntityType.PERSON),))
    ambiguous = quote(None, status=AttributionStatus.AMBIGUOUS, candidates=(CAPITAL, AIDE))
    together = quote(HE, joint=(HE, CAPITAL))
    made = answer(quote(AIDE, cue=None), ambiguous, together, entities=(linked, MOSCOW))
    story = Story(Part.read(TEXT, content_type))
    parts = list(find_parts(AnswerSchema(), dump(replace(made, story=story))))
    shown = {type(schema).__name__ for schema, _ in parts}
    assert shown >= {
        *("EntitySchema", "QuoteSchema"),
        *("SpanSchema", "MentionSchema", "SpeakerSchema", "SpeakerMentionSchema"),
        *("AttributionSchema", "ContextSchema", "KnownEntityCandidateSchema"),
    }
    for schema, part in parts:
        if not isinstance(schema, AnswerSchema):
            assert json.dumps(schema.dump(schema.load(part))) == json.dumps(part)


def find_parts(schema: Schema, dumped: dict) -> Iterator[tuple[Schema, dict]]:
    """Yield the objects of an answer, each with the schema that the document has for it."""
    yield schema, dumped
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested) and dumped.get(name):
            inside = dumped[name] if isinstance(field, fields.List) else [dumped[name]]
            for part in inside:
                yield from find_parts(inner.schema, part)


@pytest.mark.parametrize("unit", OffsetUnit)
def test_time_is_linear(unit):
    """An answer of very many names and quotes takes no longer, part by part, than a usual one."""
    assert dump_seconds(20, unit) < 5 * dump_seconds(1, unit) * 20 + 0.05


def dump_seconds(times: int, unit: OffsetUnit) -> float:
    """Return how long it takes to dump 100 times so many entities and quotes."""
    count = 100 * times
    text = TEXT * count
    starts = range(0, len(text), len(TEXT))
    entities = tuple(
        Entity(
            f"per-{at}",
            EntityType.PERSON,
            "So",
            (),
            (Mention(Span(at + 1, at + 3), EntityType.PERSON, 0.5),),
            0.5,
        )
        for at in starts
    )
    said = tuple(quote(None, fragments=(Span(at + 1, at + 8),), cue=None) for at in starts)
    made = answer(offset_unit=unit)
    many = replace(made, analysis=Analysis(text, "en", entities, said), story=Story(Part(text)))
    with collector_paused():
        started = time.process_time()
        dump(many)
        return time.process_time() - started


@settings(deadline=None)
@given(st.data(), st.sampled_from(OffsetUnit))
def test_spans_are_verbatim_in_every_text(data, unit):
    """Whatever a text is made of, each span comes out of JSON as the slice it is."""
    text = data.draw(texts(min_size=1))
    spans = data.draw(st.lists(spans_in(text), min_size=1, max_size=4))
    mentions = tuple(Mention(found, EntityType.PERSON, 0.5) for found in spans)
    person = Entity("per-1", EntityType.PERSON, "x", (), mentions, 0.5)
    said = quote(None, fragments=(spans[0],), cue=spans[-1])
    analysis = Analysis(text, "en", (person,), (said,))
    made = Answer(analysis, Story(Part(text)), "1", MODEL, Timings(0, 0), offset_unit=unit)
    dumped = json.loads(json.dumps(dump(made)))
    shown = [*dumped["people"][0]["mentions"], *dumped["quotes"][0]["fragments"]]
    for found, view in zip([*spans, spans[0]], shown, strict=True):
        assert view["text"] == found.of(text) == cut(text, view, unit)
    assert dumped["quotes"][0]["text"] == spans[0].of(text)
    around = dumped["quotes"][0]["context"]
    assert text[: spans[0].start].endswith(around["prefix"])
    assert text[spans[0].end :].startswith(around["suffix"])


def cut(text: str, view: dict, unit: OffsetUnit) -> str:
    if unit is OffsetUnit.CODEPOINT:
        return text[view["start"] : view["end"]]
    width, codec = (2, "utf-16-le") if unit is OffsetUnit.UTF16 else (1, "utf-8")
    encoded = text.encode(codec, "surrogatepass")
    return encoded[width * view["start"] : width * view["end"]].decode(codec, "surrogatepass")


@pytest.mark.parametrize(
    ("include", "answer_keys", "entity_keys", "quote_keys"),
    [
        pytest.param({Section.ENTITIES}, {"people"}, set(), set(), id="entities"),
        pytest.param({Section.MENTIONS, Section.QUOTES}, {"quotes"}, set(), set(), id="quotes"),
        pytest.param({Section.TEXT}, {"text", "headline"}, set(), set(), id="text"),
        pytest.param(
            frozenset(Section),
            {"people", "quotes", "text", "headline"},
            {"mentions"},
            {"context"},
            id="everything",
        ),
    ],
)
def test_sections(include, answer_keys, entity_keys, quote_keys):
    """What is not to be included has no key."""
    dumped = dump(answer(quote(HE), include=frozenset(include)))
    assert {"people", "quotes", "text", "headline"} & dumped.keys() == answer_keys
    for key, optional, expected in (
        ("people", "mentions", entity_keys),
        ("quotes", "context", quote_keys),
    ):
        assert all(({optional} & shown.keys()) == expected for shown in dumped.get(key, []))
    assert AnswerSchema().validate(json.loads(json.dumps(dumped))) == {}


def test_texts_are_told_on_request():
    """The texts that offsets count in come back verbatim if they are to be included."""
    dumped = dump(answer(include=frozenset({Section.TEXT})))
    assert (dumped["text"], dumped["headline"]) == (TEXT, None)


def test_known_entities():
    """An entity that is known has its URI; one that may be several has them as candidates."""
    known = KnownEntity("Jo B. Public", EntityType.PERSON, uri="urn:x:1")
    other = KnownEntity("Joan Public", EntityType.PERSON)
    linked = replace(MOSCOW, uri="urn:x:2")
    open_ = replace(PUBLIC, candidates=(known, other))
    dumped = dump(answer(entities=(open_, linked)))
    assert dumped["places"][0]["uri"] == "urn:x:2"
    assert "candidates" not in dumped["places"][0]
    assert dumped["people"][0]["uri"] is None
    assert dumped["people"][0]["candidates"] == [
        {"name": "Jo B. Public", "uri": "urn:x:1"},
        {"name": "Joan Public", "uri": None},
    ]
