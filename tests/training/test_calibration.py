import random

import pytest

from analysis.calibration import IDENTITY, Calibration
from analysis.document import Attribution, EntityType, Mention, Reading, Span
from training.calibration import (
    find_held_out_error,
    fit_calibration,
    judge_attributions,
    judge_mentions,
)
from training.records import LabelledAttribution, NamedRange, Record

TEXT = "The mill will close, Ana Sousa said in Porto."


def test_fit_finds_the_map():
    """A map is found again from outcomes that were drawn by it."""
    rng = random.Random(1)
    true = Calibration(slope=0.6, intercept=-0.8)
    scores = [rng.random() for _ in range(20_000)]
    fitted = fit_calibration([(score, rng.random() < true(score)) for score in scores])
    assert fitted.slope == pytest.approx(0.6, abs=0.05)
    assert fitted.intercept == pytest.approx(-0.8, abs=0.05)


def test_fit_without_outcomes():
    """Where nothing was found, nothing is changed."""
    assert fit_calibration([]) == IDENTITY


def test_fit_when_always_right():
    """A model that was right each time is trusted more, but not for certain."""
    fitted = fit_calibration([(0.5, True)] * 10)
    assert 0.8 < fitted(0.5) < 1


@pytest.mark.parametrize("seed", range(20))
def test_fit_of_scores_that_say_little(seed):
    """Where nearly all scores are tiny, as products of many are, the map stays within reason."""
    rng = random.Random(seed)
    outcomes = [(10 ** -rng.uniform(0, 6), rng.random() < 0.6) for _ in range(500)]
    outcomes += [(0.999999, rng.random() < 0.95) for _ in range(200)]
    fitted = fit_calibration(outcomes)
    assert abs(fitted.slope) < 5
    assert abs(fitted.intercept) < 10
    low = [is_right for confidence, is_right in outcomes if confidence < 0.5]
    mean = sum(map(fitted, (c for c, _ in outcomes if c < 0.5))) / len(low)
    assert mean == pytest.approx(sum(low) / len(low), abs=0.1)


def test_held_out_error():
    """A map that fits every text fits the ones held out; one text's own habits do not carry."""
    rng = random.Random(2)
    alike = [[(score, rng.random() < score / 2) for score in (0.2, 0.8)] for _ in range(5000)]
    assert find_held_out_error(alike) < 0.02
    apart = [[(0.9, at % 5 == 0)] * 100 for at in range(5)]
    assert find_held_out_error(apart) > 0.2
    assert find_held_out_error([]) == 0.0


def test_judge_mentions():
    """A mention is right where both its span and its type are the labelled ones."""
    record = Record("a", TEXT, (NamedRange(21, 30, "person"), NamedRange(39, 44, "place")))
    reading = Reading(
        (
            Mention(Span(21, 30), EntityType.PERSON, 0.9),
            Mention(Span(39, 44), EntityType.ORGANIZATION, 0.6),
        )
    )
    assert list(judge_mentions(record, reading)) == [(0.9, True), (0.6, False)]


@pytest.mark.parametrize(
    ("content", "speaker", "right"),
    [
        pytest.param(Span(0, 19), Span(21, 30), True, id="exact"),
        pytest.param(Span(4, 19), Span(25, 30), True, id="mostly"),
        pytest.param(Span(14, 19), Span(21, 30), False, id="little of the content"),
        pytest.param(Span(0, 19), Span(39, 44), False, id="somebody else"),
        pytest.param(Span(0, 19), None, False, id="nobody"),
    ],
)
def test_judge_attributions(content, speaker, right):
    """An attribution is right where it shares half its content and its source with the label."""
    gold = LabelledAttribution(source=((21, 30),), cue=((31, 35),), content=((0, 19),))
    record = Record("a", TEXT, attributions=(gold,))
    reading = Reading(attributions=(Attribution((content,), (Span(31, 35),), speaker, 0.7),))
    assert list(judge_attributions(record, reading)) == [(0.7, right)]
