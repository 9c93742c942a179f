import copy
import json
import time

import pytest
from hypothesis import given, settings

from schemas.web_annotation import (
    WEB_ANNOTATION_MEDIA_TYPE,
    WebAnnotationSchema,
    view_web_annotation,
)
from tests.schemas.contracts import find_faults
from tests.schemas.contracts.answers import (
    TEXT,
    answer,
    answers,
    mention,
    quote,
    span,
    speaker,
)

COLLECTION = "urn:whosaid:annotations:urn%3Awhosaid%3Adocument%3Astory%25201"
SOURCE = "urn:whosaid:document:story%201"

ANA = speaker("Ana Sousa", "per-1", "person", mention("Ana Sousa"))
AGUAS = speaker("Águas SA", "org-1", "organisation")


def linked(uri: str, purpose: str) -> dict:
    return {"type": "SpecificResource", "purpose": purpose, "source": uri}


def said(words: str, purpose: str) -> dict:
    return {
        "type": "TextualBody",
        "purpose": purpose,
        "value": words,
        "format": "text/plain",
        "language": "en",
    }


def selected(start: int, end: int, exact: str, prefix: str, suffix: str) -> list[dict]:
    return [
        {"type": "TextPositionSelector", "start": start, "end": end},
        {"type": "TextQuoteSelector", "exact": exact, "prefix": prefix, "suffix": suffix},
    ]


def target(*selectors: dict) -> dict:
    return {"type": "SpecificResource", "source": SOURCE, "selector": list(selectors)}


EXAMPLE = {
    "@context": "http://www.w3.org/ns/anno.jsonld",
    "id": COLLECTION,
    "type": "AnnotationCollection",
    "label": "People, organisations, places and quotes found by Whosaid",
    "total": 4,
    "first": {
        "id": f"{COLLECTION}#page",
        "type": "AnnotationPage",
        "startIndex": 0,
        "items": [
            {
                "id": f"{COLLECTION}#per-1-1",
                "type": "Annotation",
                "motivation": "identifying",
                "body": [
                    linked("urn:whosaid:entity:per-1", "identifying"),
                    said("Ana Sousa", "tagging"),
                    said("person", "classifying"),
                ],
                "target": [
                    target(
                        *selected(
                            16,
                            25,
                            "Ana Sousa",
                            "“We will,” said ",
                            " of 😀 Águas SA, “rebuild.” An ai",
                        )
                    )
                ],
            },
            {
                "id": f"{COLLECTION}#org-1-1",
                "type": "Annotation",
                "motivation": "identifying",
                "body": [
                    linked("https://aguas.example", "identifying"),
                    said("Águas SA", "tagging"),
                    said("organisation", "classifying"),
                ],
                "target": [
                    target(
                        *selected(
                            31,
                            39,
                            "Águas SA",
                            "“We will,” said Ana Sousa of 😀 ",
                            ", “rebuild.” An aide agreed.",
                        )
                    )
                ],
            },
            {
                "id": f"{COLLECTION}#pla-1-1",
                "type": "Annotation",
                "motivation": "identifying",
                "body": [
                    linked("urn:whosaid:entity:pla-1", "identifying"),
                    said("Porto", "tagging"),
                    said("place", "classifying"),
                ],
                "target": [
                    target(
                        {
                            "type": "FragmentSelector",
                            "value": "headline",
                            "refinedBy": selected(0, 5, "Porto", "", " rebuilds"),
                        }
                    )
                ],
            },
            {
                "id": f"{COLLECTION}#q1",
                "type": "Annotation",
                "motivation": "describing",
                "body": [
                    linked("urn:whosaid:entity:per-1", "linking"),
                    said("Ana Sousa", "describing"),
                    said("direct", "classifying"),
                    said("speech", "classifying"),
                ],
                "target": [
                    target(*selected(1, 9, "We will,", "“", "” said Ana Sousa of 😀 Águas SA, ")),
                    target(
                        *selected(
                            42,
                            50,
                            "rebuild.",
                            " said Ana Sousa of 😀 Águas SA, “",
                            "” An aide agreed.",
                        )
                    ),
                ],
            },
        ],
    },
    "last": f"{COLLECTION}#page",
}


def test_example():
    """Mentions and quotes are annotated at their code points."""
    assert view_web_annotation(answer()) == EXAMPLE


def test_nothing_found():
    """A collection without annotations has no page."""
    nothing = answer(id="urn:a:b", people=[], organisations=[], places=[], quotes=[])
    view = view_web_annotation(nothing)
    assert view == {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": "urn:whosaid:annotations:urn%3Aa%3Ab",
        "type": "AnnotationCollection",
        "label": EXAMPLE["label"],
        "total": 0,
    }
    assert find_faults("web_annotation", view) == []


@pytest.mark.parametrize(
    ("said_by", "changes", "motivation", "bodies"),
    [
        pytest.param(
            ANA,
            {"attribution": {"joint": [ANA, AGUAS]}},
            "describing",
            [
                linked("urn:whosaid:entity:per-1", "linking"),
                said("Ana Sousa", "describing"),
                linked("https://aguas.example", "linking"),
                said("Águas SA", "describing"),
            ],
            id="joint",
        ),
        pytest.param(
            speaker("Jo", "per-lost", "person"),
            {},
            "describing",
            [linked("urn:whosaid:entity:per-lost", "linking"), said("Jo", "describing")],
            id="not among the entities",
        ),
        pytest.param(
            speaker(words=mention("An aide", "nominal")),
            {},
            "describing",
            [said("An aide", "describing")],
            id="described",
        ),
        pytest.param(
            speaker(words=mention("An", "pronoun")), {}, "highlighting", [], id="pronoun of nobody"
        ),
        pytest.param(None, {}, "highlighting", [], id="none"),
        pytest.param(
            None,
            {"status": "ambiguous", "attribution": {"candidates": [ANA, AGUAS]}},
            "highlighting",
            [],
            id="ambiguous",
        ),
        pytest.param(ANA, {"status": "unattributed"}, "highlighting", [], id="unattributed"),
    ],
)
def test_speakers_of_quotes(said_by, changes, motivation, bodies):
    """A quote that the text gives a speaker is linked to it; another is only highlighted."""
    changes = {"kind": "mixed", "attitude": "belief", **changes}
    view = view_web_annotation(answer(quotes=[quote(said_by, span("We will,"), **changes)]))
    annotation = view["first"]["items"][-1]
    assert annotation["motivation"] == motivation
    kinds = [said("mixed", "classifying"), said("belief", "classifying")]
    assert annotation["body"] == [*bodies, *kinds]


def test_media_type():
    """The media type is the one that the protocol demands."""
    assert WEB_ANNOTATION_MEDIA_TYPE == (
        'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"'
    )


@settings(deadline=None)
@given(answers())
def test_every_answer_is_legal(given_answer):
    """Every view is what the standard allows, names nothing twice, and leaves the answer be."""
    before = copy.deepcopy(given_answer)
    view = json.loads(json.dumps(view_web_annotation(given_answer)))
    assert given_answer == before
    assert find_faults("web_annotation", view) == []
    assert WebAnnotationSchema().validate(view) == {}
    assert WebAnnotationSchema().dump(view) == view
    items = view.get("first", {}).get("items", [])
    ids = [view["id"], *[item["id"] for item in items], *[view["last"] for _ in items[:1]]]
    assert len(set(ids)) == len(ids)
    assert view["total"] == len(items)


@settings(deadline=None)
@given(answers())
def test_selectors_select_what_spans_hold(given_answer):
    """Positions and quoted words select the text of the span they stand for."""
    lists = [given_answer[key] for key in ("people", "organisations", "places")]
    spans = [m for entities in lists for entity in entities for m in entity["mentions"]]
    spans += [fragment for each in given_answer["quotes"] for fragment in each["fragments"]]
    items = view_web_annotation(given_answer).get("first", {}).get("items", [])
    targets = [each for item in items for each in item["target"]]
    for found, each in zip(spans, targets, strict=True):
        text = given_answer["headline" if found["field"] == "headline" else "text"]
        selectors = each["selector"]
        if found["field"] == "headline":
            assert selectors[0]["value"] == "headline"
            selectors = selectors[0]["refinedBy"]
        position, words = selectors
        start, end = position["start"], position["end"]
        assert text[start:end] == words["exact"] == found["text"]
        assert words["prefix"] == text[:start][-32:]
        assert words["suffix"] == text[end:][:32]


@pytest.mark.parametrize("char", ["a", "é", "”", "😀", "\ud800"])
def test_long_texts_take_linear_time(char):
    """A megabyte with thousands of mentions is viewed in a moment."""
    text = char * 1_000_000
    mentions = [mention(char, text=text, at=at) for at in range(0, 1_000_000, 200)]
    person = {**answer()["people"][0], "mentions": mentions}
    long = answer(text=text, people=[person], organisations=[], places=[], quotes=[])
    begin = time.process_time()
    items = view_web_annotation(long)["first"]["items"]
    assert time.process_time() - begin < 5
    assert items[-1]["target"][0]["selector"][0] == {
        "type": "TextPositionSelector",
        "start": 999_800,
        "end": 999_801,
    }


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"first": None}, id="no page"),
        pytest.param({"total": 0}, id="a page of nothing"),
        pytest.param({"id": "a b"}, id="no URI"),
        pytest.param({"quotes": []}, id="unknown property"),
    ],
)
def test_contract_refuses(change):
    """The contract that views are held against can fail."""
    assert find_faults("web_annotation", view_web_annotation(answer())) == []
    assert find_faults("web_annotation", {**view_web_annotation(answer()), **change})


def test_example_text():
    """The text of the example has characters of all widths."""
    assert {len(char.encode()) for char in TEXT} == {1, 2, 3, 4}
