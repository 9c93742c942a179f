import json

import pytest
from hypothesis import given, settings
from marshmallow import ValidationError

from analysis.document import EntityType, KnownEntity, QuoteKind
from schemas import (
    ContentType,
    OffsetUnit,
    OptionsSchema,
    Scope,
    Section,
    Submission,
    SubmissionSchema,
    View,
)
from tests.texts import texts


def test_only_the_text_is_required():
    """A text alone is plain, in whatever language, and answered with all but itself."""
    loaded = SubmissionSchema().load({"text": "Hello."})
    assert loaded == Submission(
        text="Hello.",
        headline=None,
        content_type=ContentType.PLAIN,
        id=None,
        language=None,
        offset_unit=OffsetUnit.CODEPOINT,
        scope=None,
        min_confidence=0.0,
        include=frozenset(set(Section) - {Section.TEXT}),
        types=frozenset(EntityType),
        kinds=frozenset(QuoteKind),
        known_entities=(),
        view=None,
    )


KNOWN = {"name": "Ana Sousa", "type": "person", "aliases": ["A. Sousa"], "uri": "urn:x:1"}


def test_options_are_loaded():
    """Every option reaches the value object."""
    fields = {
        "text": "x",
        "headline": "y",
        "content_type": "text/html",
        "headline_type": "text/plain",
        "id": "a",
        "language": "pt",
        "offset_unit": "utf8",
        "scope": "all",
        "min_confidence": 0.5,
        "include": ["quotes", "quotes"],
        "types": ["place"],
        "kinds": ["direct", "mixed"],
        "known_entities": [KNOWN, {"name": "Porto", "type": "place"}],
        "view": "schema-org",
    }
    assert SubmissionSchema().load(fields) == Submission(
        text="x",
        headline="y",
        content_type=ContentType.HTML,
        headline_type=ContentType.PLAIN,
        id="a",
        language="pt",
        offset_unit=OffsetUnit.UTF8,
        scope=Scope.ALL,
        min_confidence=0.5,
        include=frozenset({Section.QUOTES}),
        types=frozenset({EntityType.PLACE}),
        kinds=frozenset({QuoteKind.DIRECT, QuoteKind.MIXED}),
        known_entities=(
            KnownEntity("Ana Sousa", EntityType.PERSON, ("A. Sousa",), "urn:x:1"),
            KnownEntity("Porto", EntityType.PLACE),
        ),
        view=View.SCHEMA_ORG,
    )


def test_lists_in_a_query():
    """In a query, the members of a list are parted by commas."""
    loaded = OptionsSchema().load({"include": "quotes,text", "types": "person", "kinds": "mixed"})
    assert loaded["include"] == {Section.QUOTES, Section.TEXT}
    assert loaded["types"] == {EntityType.PERSON}
    assert loaded["kinds"] == {QuoteKind.MIXED}


@pytest.mark.parametrize(("scope", "expected"), [(None, Scope.ALL), (Scope.SPEECH, Scope.SPEECH)])
def test_selection(scope, expected):
    """What callers do not say of the scope, the service does."""
    submission = Submission(text="x", scope=scope, min_confidence=0.5)
    selection = submission.build_selection(Scope.ALL)
    assert (selection.scope, selection.min_confidence) == (expected, 0.5)


def test_story_of_html():
    """Headline and body are read from HTML, each with its place in it."""
    submission = Submission(text="<p>A&amp;T", headline="B<i>C", content_type=ContentType.HTML)
    story = submission.read_story()
    assert (story.headline.text, story.body.text) == ("BC", "A&T")
    assert (story.headline.source, story.body.source) == ("B<i>C", "<p>A&amp;T")


def test_headline_of_a_type_of_its_own():
    """A headline may be plain beside a body of HTML."""
    submission = Submission(
        text="<p>x",
        headline="a < b",
        content_type=ContentType.HTML,
        headline_type=ContentType.PLAIN,
    )
    story = submission.read_story()
    assert (story.headline.text, story.headline.source, story.body.text) == ("a < b", None, "x")


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        pytest.param({}, "text", id="no text"),
        pytest.param({"text": None}, "text", id="null text"),
        pytest.param({"text": 1}, "text", id="text not a string"),
        pytest.param({"text": "x", "id": "i" * 257}, "id", id="id too long"),
        pytest.param({"text": "x", "id": 7}, "id", id="id not a string"),
        pytest.param({"text": "x", "language": None}, "language", id="null language"),
        pytest.param({"text": "x", "language": ""}, "language", id="no language"),
        pytest.param({"text": "x", "language": "e" * 36}, "language", id="language too long"),
        pytest.param({"text": "x", "offset_unit": "byte"}, "offset_unit", id="unit"),
        pytest.param({"text": "x", "offset_unit": {}}, "offset_unit", id="unit not a string"),
        pytest.param({"text": "x", "scope": "speeches"}, "scope", id="scope"),
        pytest.param({"text": "x", "scope": None}, "scope", id="null scope"),
        pytest.param({"text": "x", "min_confidence": None}, "min_confidence", id="null confidence"),
        pytest.param({"text": "x", "headline": 1}, "headline", id="headline not a string"),
        pytest.param({"text": "x", "content_type": "html"}, "content_type", id="content type"),
        pytest.param({"text": "x", "include": "quotes"}, "include", id="include not a list"),
        pytest.param({"text": "x", "include": []}, "include", id="nothing to include"),
        pytest.param({"text": "x", "include": ["all"]}, "include", id="unknown section"),
        pytest.param({"text": "x", "types": ["loc"]}, "types", id="unknown type"),
        pytest.param({"text": "x", "kinds": [1]}, "kinds", id="kind not a string"),
        pytest.param({"text": "x", "view": "xml"}, "view", id="unknown view"),
        pytest.param({"text": "x", "known_entities": {}}, "known_entities", id="known not a list"),
        pytest.param(
            {"text": "x", "known_entities": [{}] * 1001}, "known_entities", id="too many known"
        ),
        pytest.param({"text": "x", "txet": "y"}, "txet", id="unknown field"),
    ],
)
def test_bad_fields_are_named(fields, at_fault):
    """What is wrong with a request is said of the field that it is wrong with."""
    with pytest.raises(ValidationError) as caught:
        SubmissionSchema().load(fields)
    assert list(caught.value.messages_dict) == [at_fault]


@pytest.mark.parametrize(
    ("changes", "at_fault"),
    [
        pytest.param({"name": ""}, "name", id="no name"),
        pytest.param({"name": "x" * 201}, "name", id="name too long"),
        pytest.param({"type": "city"}, "type", id="type"),
        pytest.param({"aliases": "A"}, "aliases", id="aliases not a list"),
        pytest.param({"aliases": ["x"] * 51}, "aliases", id="too many aliases"),
        pytest.param({"aliases": [""]}, "aliases", id="empty alias"),
        pytest.param({"uri": "people/1"}, "uri", id="relative URI"),
        pytest.param({"uri": "urn:x y"}, "uri", id="URI with a space"),
        pytest.param({"uri": "urn:x\n"}, "uri", id="URI with a line break"),
        pytest.param({"uri": "urn:" + "x" * 2000}, "uri", id="URI too long"),
        pytest.param({"tag": 1}, "tag", id="unknown field"),
    ],
)
def test_bad_known_entities(changes, at_fault):
    """What is wrong with a known entity is said of its field."""
    messages = SubmissionSchema().validate({"text": "x", "known_entities": [{**KNOWN, **changes}]})
    assert list(messages["known_entities"][0]) == [at_fault]


@pytest.mark.parametrize("number", [0, 1, 0.5, 1e-9])
def test_confidences_are_numbers_from_0_to_1(number):
    """The least confidence is a number in JSON, and the string of one in a query."""
    submission = SubmissionSchema().load({"text": "x", "min_confidence": number})
    assert submission.min_confidence == number
    assert OptionsSchema().load({"min_confidence": str(number)})["min_confidence"] == number


REFUSED = {"min_confidence": ["Must be a number from 0 to 1."]}


@pytest.mark.parametrize(
    "value",
    [
        *(-0.01, 1.01, -1, 2, float("nan"), float("inf"), True, False, "0.5", "", [0.5], {}),
        pytest.param(10**400, id="huge"),
    ],
)
def test_what_is_no_confidence_in_json(value):
    """In JSON, what is not a number from 0 to 1 is refused with what is accepted."""
    assert SubmissionSchema().validate({"text": "x", "min_confidence": value}) == REFUSED


@pytest.mark.parametrize("value", ["-0.01", "1.01", "nan", "inf", "true", "", ["0.5", "0.5"]])
def test_what_is_no_confidence_in_a_query(value):
    """In a query, what is not the string of such a number is refused in the same words."""
    assert OptionsSchema().validate({"min_confidence": value}) == REFUSED


@pytest.mark.parametrize("length", [0, 256])
def test_id_up_to_256_characters(length):
    """An id may have 256 characters, or none."""
    assert SubmissionSchema().load({"text": "", "id": "i" * length}).id == "i" * length


@settings(deadline=None)
@given(texts())
def test_text_is_loaded_verbatim(text):
    """Whatever stands in the JSON string is the text."""
    assert SubmissionSchema().load(json.loads(json.dumps({"text": text}))).text == text
