"""What the scores of quotes come to mean."""

import json
from dataclasses import replace

import pytest

from analysis.calibration import Calibration
from analysis.confidence import (
    CONFIDENCES_FILE,
    Confidences,
    SpeakerForm,
    load_confidences,
    quote_group,
    rate_quotes,
    speaker_form,
)
from analysis.document import (
    Attitude,
    AttributionStatus,
    EntityType,
    MentionKind,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerMention,
)
from analysis.errors import ModelDamaged
from training.export import write_confidences

ATTRIBUTED, AMBIGUOUS = AttributionStatus.ATTRIBUTED, AttributionStatus.AMBIGUOUS
UNATTRIBUTED = AttributionStatus.UNATTRIBUTED
NAMED = ("Ann Lee", "per-1", EntityType.PERSON)
NAMELESS = (None, None, None)
SURER, DOUBTED = Calibration(intercept=1.0), Calibration(intercept=-1.0)


NAME, NOMINAL, PRONOUN = (SpeakerMention(Span(0, 3), kind) for kind in MentionKind)
FLOATING = Quote(QuoteKind.DIRECT, (Span(5, 9),), None, None, UNATTRIBUTED, 0.6, 0.6)
SAID = replace(FLOATING, speaker=Speaker(*NAMED, NAME), status=ATTRIBUTED)


@pytest.mark.parametrize(
    ("speaker", "status", "form"),
    [
        pytest.param(Speaker(*NAMED, NAME), ATTRIBUTED, SpeakerForm.NAME, id="name"),
        pytest.param(Speaker(*NAMED, PRONOUN), ATTRIBUTED, SpeakerForm.PRONOUN, id="pronoun"),
        pytest.param(Speaker(*NAMED, NOMINAL), ATTRIBUTED, SpeakerForm.NOMINAL, id="description"),
        pytest.param(Speaker(*NAMED, None), ATTRIBUTED, SpeakerForm.INHERITED, id="inherited"),
        pytest.param(Speaker(*NAMELESS, NOMINAL), ATTRIBUTED, SpeakerForm.DESCRIBED, id="nameless"),
        pytest.param(Speaker(*NAMELESS, PRONOUN), AMBIGUOUS, SpeakerForm.OPEN, id="either"),
        pytest.param(Speaker(*NAMELESS, PRONOUN), UNATTRIBUTED, SpeakerForm.NONE, id="nobody"),
        pytest.param(None, UNATTRIBUTED, SpeakerForm.NONE, id="no words"),
    ],
)
def test_speaker_form(speaker, status, form):
    """A quote comes to its speaker by a name, other words, another quote, or not at all."""
    assert speaker_form(replace(FLOATING, speaker=speaker, status=status)) is form


@pytest.mark.parametrize(
    ("kind", "attitude", "group"),
    [
        *((kind, Attitude.SPEECH, str(kind)) for kind in QuoteKind),
        (QuoteKind.INDIRECT, Attitude.BELIEF, "unspoken"),
        (QuoteKind.INDIRECT, Attitude.PLAN, "unspoken"),
        (QuoteKind.INDIRECT, Attitude.OTHER, "unspoken"),
    ],
)
def test_quote_group(kind, attitude, group):
    """Scores are read by how much stands in marks; what nobody says is a group of its own."""
    assert quote_group(replace(FLOATING, kind=kind, attitude=attitude)) == group


def test_nothing_fitted():
    """Where nothing is fitted, a score is a probability, and every speaker right."""
    rated = Confidences().rate(SAID)
    assert rated.content_confidence == pytest.approx(0.6)
    assert rated.confidence == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("confidences", "content", "both"),
    [
        pytest.param(Confidences({"direct": SURER}), SURER(0.6), 0.6, id="content"),
        pytest.param(Confidences({}, {"direct": DOUBTED}), 0.6, DOUBTED(0.6), id="source"),
        pytest.param(Confidences({}, {"direct": SURER}), 0.6, 0.6, id="never above the content"),
        pytest.param(Confidences({"mixed": SURER}, {"mixed": SURER}), 0.6, 0.6, id="other group"),
        pytest.param(Confidences(speaker={SpeakerForm.NAME: 0.5}), 0.6, 0.3, id="form"),
        pytest.param(Confidences(speaker={SpeakerForm.OPEN: 0.5}), 0.6, 0.6, id="other form"),
    ],
)
def test_rate(confidences, content, both):
    """Words, source and the form of the speaker each have their say in what is sure."""
    rated = confidences.rate(SAID)
    assert rated.content_confidence == pytest.approx(content)
    assert rated.confidence == pytest.approx(both)


@pytest.mark.parametrize(
    "quote",
    [
        pytest.param(FLOATING, id="none"),
        pytest.param(replace(SAID, speaker=Speaker(*NAMED, None)), id="inherited"),
    ],
)
def test_rate_without_a_source(quote):
    """Where the quote has no source of its own, only its words and the form count."""
    shares = dict.fromkeys(SpeakerForm, 0.5)
    rated = Confidences({"direct": SURER}, {"direct": DOUBTED}, shares).rate(quote)
    assert rated.confidence == pytest.approx(SURER(0.6) / 2)


def test_rating_changes_nothing_else():
    """Quotes are rated in their order, and keep all but their confidences."""
    quotes = (SAID, FLOATING)
    rated = rate_quotes(quotes, Confidences({"direct": SURER}))
    as_before = (replace(quote, confidence=0.6, content_confidence=0.6) for quote in rated)
    assert tuple(as_before) == quotes


def test_load_confidences(tmp_path):
    """What was written beside the weights is read as it was."""
    confidences = Confidences({"direct": SURER}, {"mixed": DOUBTED}, {SpeakerForm.OPEN: 0.25})
    write_confidences(confidences, tmp_path / CONFIDENCES_FILE)
    assert load_confidences(tmp_path) == confidences


def test_no_confidences(tmp_path):
    """A folder without confidences holds no whole model, and the error names the file."""
    with pytest.raises(ModelDamaged, match="No such file") as caught:
        load_confidences(tmp_path)
    assert caught.value.path == str(tmp_path / CONFIDENCES_FILE)


def stored(**parts):
    return json.dumps({"content": {}, "attribution": {}, "speaker": {}, **parts})


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("not JSON", id="no JSON"),
        pytest.param("[]", id="a list"),
        pytest.param("{}", id="nothing in it"),
        pytest.param(stored(content=[]), id="no groups"),
        pytest.param(stored(attribution={"direct": {"tilt": 1.0}}), id="no map"),
        pytest.param(stored(attribution={"direct": 1.0}), id="a number for a map"),
        pytest.param(stored(speaker={"whisper": 1.0}), id="no form"),
        pytest.param(stored(speaker={"name": "often"}), id="no share"),
        pytest.param(stored(speaker={"name": None}), id="nothing for a share"),
        pytest.param(stored(speaker={"name": 1.5}), id="more than all"),
        pytest.param(
            stored(attribution={"direct": {"slope": "1", "intercept": 0}}), id="text for a slope"
        ),
        pytest.param(
            stored(content={"direct": {"slope": float("nan"), "intercept": 0}}), id="no number"
        ),
        pytest.param("\udcff", id="not UTF-8"),
    ],
)
def test_damaged_confidences(tmp_path, content):
    """A file that holds anything else is told as such."""
    (tmp_path / CONFIDENCES_FILE).write_text(content, "utf-8", "surrogateescape")
    with pytest.raises(ModelDamaged, match="does not hold confidences"):
        load_confidences(tmp_path)


def test_either_of_two():
    """Where nothing was fitted for an open question, the likelier of two is right half the time."""
    either = replace(FLOATING, status=AMBIGUOUS)
    assert Confidences().rate(either).confidence == pytest.approx(FLOATING.confidence / 2)
