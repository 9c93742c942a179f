"""What scores mean for quotes, fitted on a few texts that a stand-in for the pipeline reads."""

import json
import random
from dataclasses import replace

import pytest

from analysis.calibration import IDENTITY
from analysis.confidence import Confidences, SpeakerForm, load_confidences
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
from tests.fakes import FakeAnalyzer
from training import confidence
from training.confidence import (
    Case,
    find_errors,
    fit_confidences,
    read_attributed,
    read_named,
)

TEXT = "“Go,” said Ana Lyon, who thought ‘no’ and ‘never’."
GO, LYON, SAID, WHO, NO, NEVER = ([TEXT.index(w), TEXT.index(w) + len(w)] for w in (
    "Go,", "Ana Lyon", "said", "who", "no", "never",
))  # fmt: skip
ARTICLE = {
    "id": "a",
    "text": TEXT,
    "attributions": [
        {"content": [GO], "source": [LYON], "cue": [SAID], "kind": "direct"},
        {"content": [NO], "source": [WHO], "cue": None, "kind": "direct"},
    ],
}
SPEAKERS = {
    "id": "a",
    "text": TEXT,
    "speakers": [
        {
            "content": [GO],
            "source": [LYON],
            "kind": "direct",
            "speaker": "Bo Berg",
            "source_form": "name",
        },
        {
            "content": [NO],
            "source": [WHO],
            "kind": "direct",
            "speaker": "Ana Lyon",
            "source_form": "pronoun",
        },
    ],
    "entities": [],
}


def write(path, *articles):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(article) + "\n" for article in articles))
    return path


def outcomes(texts):
    return [[(case.found, case.attributed, case.named) for case in text] for text in texts]


def test_read_attributed(tmp_path):
    """A quote's words can be right, or its words and source, or neither."""
    gold = write(tmp_path / "gold.jsonl", ARTICLE, {**ARTICLE, "attributions": []})
    texts = list(read_attributed(FakeAnalyzer(), gold))
    assert outcomes(texts) == [
        [(True, True, False), (True, False, False), (False, False, False)],
        [(False, False, False)] * 3,
    ]
    assert [case.quote.confidence for case in texts[0]] == [0.9, 0.6, 0.6]


def test_read_named(tmp_path):
    """A speaker can be right where the source is not, and the other way round."""
    gold = write(tmp_path / "gold.jsonl", SPEAKERS, {**SPEAKERS, "speakers": []})
    texts = list(read_named(FakeAnalyzer(), gold))
    assert outcomes(texts) == [
        [(True, True, False), (True, False, True), (False, False, False)],
        [(False, False, False)] * 3,
    ]


LYON_NAMED = Speaker(
    "Ana Lyon", "per-1", EntityType.PERSON, SpeakerMention(Span(11, 19), MentionKind.NAME)
)
QUOTE = Quote(
    QuoteKind.DIRECT, (Span(1, 4),), None, LYON_NAMED, AttributionStatus.ATTRIBUTED, 0.5, 0.5
)
INHERITED = replace(QUOTE, speaker=replace(LYON_NAMED, mention=None))
NOBODY = replace(QUOTE, speaker=None, status=AttributionStatus.UNATTRIBUTED)


def test_each_group_has_its_own_maps():
    """Groups of quotes are fitted apart, and what is attributed is right less often."""
    belief = replace(QUOTE, attitude=Attitude.BELIEF)
    said = [Case(QUOTE, True, number < 60) for number in range(90)]
    believed = [Case(belief, False, False)] * 90
    fitted = fit_confidences([[*said, *believed]], [])
    assert fitted.content.keys() == fitted.attribution.keys() == {"direct", "unspoken"}
    assert fitted.content["direct"](0.5) > 0.95
    assert fitted.attribution["direct"](0.5) == pytest.approx(2 / 3, abs=0.02)
    assert fitted.content["unspoken"](0.5) < 0.05
    assert not fitted.speaker


@pytest.mark.parametrize(
    ("case", "forms"),
    [
        pytest.param(Case(QUOTE, True, True, True), {SpeakerForm.NAME}, id="named"),
        pytest.param(Case(QUOTE, False, False, False), set(), id="words are wrong"),
        pytest.param(Case(QUOTE, True, False, True), set(), id="source is wrong"),
        pytest.param(
            Case(INHERITED, True, False, True), {SpeakerForm.INHERITED}, id="no source, a speaker"
        ),
        pytest.param(
            Case(NOBODY, True, False, False), {SpeakerForm.NONE}, id="no source, no speaker"
        ),
        pytest.param(Case(NOBODY, False, False, False), set(), id="no source, words are wrong"),
    ],
)
def test_speakers_that_count(case, forms):
    """A form is judged by quotes whose words are right, and whose source is, if they have one."""
    assert fit_confidences([], [[case]]).speaker.keys() == forms


@pytest.mark.parametrize("quote", [QUOTE, NOBODY], ids=["source", "no source"])
def test_shares_of_right_speakers(quote):
    """A few quotes of a form move what is supposed of it, and many settle it."""

    def share(*named):
        cases = [Case(quote, True, True, each) for each in named]
        (found,) = fit_confidences([], [cases]).speaker.values()
        return found

    assert 0.5 < share(False, False) < share(False) < share(True) < 1
    assert share(*[False] * 4000) < 0.02
    assert share(*[True] * 4000) > 0.98


def draw(texts, quotes, chance):
    """Return cases of texts whose scores are drawn, right as often as `chance` of score and text."""
    rng = random.Random(3)
    drawn = []
    for text in range(texts):
        scored = (replace(QUOTE, confidence=rng.uniform(0.05, 0.95)) for _ in range(quotes))
        cases = ((quote, rng.random() < chance(quote.confidence, text)) for quote in scored)
        drawn.append([Case(quote, right, right, right) for quote, right in cases])
    return drawn


def test_held_out_errors():
    """Where texts are alike the maps carry over to others, and the errors are small."""
    texts = draw(100, 40, lambda score, text: score)
    errors = find_errors(texts, texts)
    assert errors.keys() == {"quotes, held out", "attributions, held out"}
    assert all(error < 0.04 for error in errors.values())


def test_held_out_errors_of_texts_that_differ():
    """What one fold alone has is not known from the others."""
    texts = draw(5, 100, lambda score, text: text == 0)
    errors = find_errors(texts, texts)
    assert all(error > 0.2 for error in errors.values())


def test_held_out_errors_of_nothing():
    """Where no quote was returned, nothing is wrong."""
    assert set(find_errors([], []).values()) == {0.0}


def test_main(tmp_path, monkeypatch, capsys):
    """The maps are fitted on scores as the model gives them, and lie beside the weights."""
    write(tmp_path / "data" / confidence.ATTRIBUTIONS, *[ARTICLE] * 6)
    write(tmp_path / "data" / confidence.SPEAKERS, *[SPEAKERS] * 6)
    weights = tmp_path / "weights"
    weights.mkdir()
    confidence.write_confidences(Confidences({"direct": IDENTITY}), weights / "confidences.json")
    found = []

    def load(folder):
        found.append(load_confidences(folder))
        return FakeAnalyzer()

    monkeypatch.setattr(confidence, "WhosaidPipeline", load)
    arguments = ["confidence", str(tmp_path / "data"), "--weights", str(weights)]
    monkeypatch.setattr("sys.argv", arguments)
    confidence.main()
    assert found == [Confidences()]
    fitted = load_confidences(weights)
    # Said: right six times. Believed: found once of two, with another source.
    assert fitted.content.keys() == {"direct", "unspoken"}
    assert fitted.attribution["unspoken"](0.6) < fitted.content["unspoken"](0.6) < 0.6
    assert fitted.speaker.keys() == {SpeakerForm.NAME}
    printed = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in printed[:2]] == [
        "quotes, held out",
        "attributions, held out",
    ]
    assert printed[2] == f"written to {weights / 'confidences.json'}"
