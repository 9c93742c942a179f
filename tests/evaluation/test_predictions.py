"""What was found, as the scorers read it."""

import pytest

from analysis.document import (
    Analysis,
    Attitude,
    AttributionStatus,
    Entity,
    EntityType,
    Mention,
    MentionKind,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerMention,
)
from evaluation.predictions import (
    Scope,
    convert_analysis,
    convert_answer,
    count_not_verbatim,
    write_predictions,
)
from evaluation.sets import load_articles

TEXT = "“Go,” she told Ana Lyon. Ana hoped for rain."


def span(words):
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words), "text": words}


ANSWER = {
    "people": [
        {
            "id": "e1",
            "name": "Ana Lyon",
            "mentions": [
                {**span("Ana Lyon"), "kind": "name", "confidence": 0.9},
                {**span("she"), "kind": "pronoun", "confidence": 1.0},
            ],
        }
    ],
    "organisations": [],
    "places": [],
    "quotes": [
        {
            "kind": "direct",
            "attitude": "speech",
            "text": "Go,",
            "confidence": 0.8,
            "fragments": [span("Go,")],
            "cue": span("told"),
            "speaker": {"name": "Ana Lyon", "mention": {**span("she"), "kind": "pronoun"}},
            "attribution": {"status": "attributed", "confidence": 0.7},
        },
        {
            "kind": "indirect",
            "attitude": "plan",
            "text": "rain",
            "confidence": 0.6,
            "fragments": [span("rain")],
            "cue": None,
            "speaker": None,
            "attribution": {"status": "unattributed", "confidence": 0.5},
        },
        {
            "kind": "indirect",
            "attitude": "speech",
            "text": "hoped",
            "confidence": 0.4,
            "fragments": [span("hoped")],
            "cue": None,
            "speaker": {"name": "Ana Lyon", "mention": None},
            "attribution": {"status": "attributed", "confidence": 0.3},
        },
    ],
}


def place(words):
    return Span(span(words)["start"], span(words)["end"])


SHE = SpeakerMention(place("she"), MentionKind.PRONOUN)
PERSON = EntityType.PERSON
SAID, OPEN = AttributionStatus.ATTRIBUTED, AttributionStatus.UNATTRIBUTED
ANALYSIS = Analysis(
    TEXT,
    "en",
    entities=(
        Entity(
            "e1",
            PERSON,
            "Ana Lyon",
            (),
            (
                Mention(place("Ana Lyon"), PERSON, 0.9),
                Mention(place("she"), PERSON, 1.0, MentionKind.PRONOUN),
            ),
            1.0,
        ),
    ),
    quotes=(
        Quote(
            QuoteKind.DIRECT,
            (place("Go,"),),
            place("told"),
            Speaker("Ana Lyon", "e1", PERSON, SHE),
            SAID,
            0.7,
            0.8,
        ),
        Quote(QuoteKind.INDIRECT, (place("rain"),), None, None, OPEN, 0.5, 0.6, Attitude.PLAN),
        Quote(
            QuoteKind.INDIRECT,
            (place("hoped"),),
            None,
            Speaker("Ana Lyon", "e1", PERSON, None),
            SAID,
            0.3,
            0.4,
        ),
    ),
)
PREDICTION = {
    "entities": [{"id": "e1", "type": "person", "name": "Ana Lyon", "mentions": [(15, 23)]}],
    "mentions": [{"start": 15, "end": 23, "type": "person", "confidence": 0.9}],
    "quotes": [
        {
            "content": [(1, 4)],
            "source": [(6, 9)],
            "cue": [(10, 14)],
            "kind": "direct",
            "speaker": "Ana Lyon",
            "confidence": 0.7,
            "content_confidence": 0.8,
            "attitude": "speech",
        },
        {
            "content": [(39, 43)],
            "source": None,
            "cue": None,
            "kind": "indirect",
            "speaker": None,
            "confidence": 0.5,
            "content_confidence": 0.6,
            "attitude": "plan",
        },
        {
            "content": [(29, 34)],
            "source": None,
            "cue": None,
            "kind": "indirect",
            "speaker": "Ana Lyon",
            "confidence": 0.3,
            "content_confidence": 0.4,
            "attitude": "speech",
        },
    ],
}


def test_answer():
    """Names only, ranges for spans, and both confidences of a quote."""
    assert convert_answer(ANSWER) == PREDICTION


def test_analysis():
    """A pipeline's findings come out as those of a service that wraps it."""
    assert convert_analysis(ANALYSIS, Scope.ALL) == PREDICTION


def test_scope():
    """What is no speech is left out where speech alone is wanted."""
    quotes = convert_analysis(ANALYSIS, Scope.SPEECH)["quotes"]
    assert quotes == [PREDICTION["quotes"][0], PREDICTION["quotes"][2]]


def test_no_answer():
    """Where nothing came back, nothing was found."""
    assert convert_answer(None) == {"entities": [], "mentions": [], "quotes": []}


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        pytest.param(ANSWER, 0, id="verbatim"),
        pytest.param({"quotes": [{"cue": span("told") | {"text": "tell"}}]}, 1, id="deep"),
        pytest.param({"quotes": [{"start": 0, "text": "x"}], "id": "x"}, 0, id="no span"),
        pytest.param(None, 0, id="nothing"),
    ],
)
def test_count_not_verbatim(answer, wrong):
    """Whatever has a start, an end and a text is a span, at any depth."""
    assert count_not_verbatim(TEXT, answer) == wrong


def test_write_predictions(tmp_path):
    """Predictions are written one a line, each with its article's id."""
    write_predictions(tmp_path / "some.jsonl", ["a", "é"], [{"mentions": []}, {"mentions": [1]}])
    assert load_articles(tmp_path / "some.jsonl") == [
        {"id": "a", "mentions": []},
        {"id": "é", "mentions": [1]},
    ]
