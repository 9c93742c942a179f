"""Counts and judgements put into figures."""

import pytest

from evaluation.calibration import Judgement
from evaluation.counts import Counts
from evaluation.figures import (
    Disagreement,
    check_agreement,
    describe_checked,
    describe_counts,
    describe_judgements,
)


def test_describe_counts():
    """Figures are of all articles together, rounded to a tenth of a percent."""
    figures = describe_counts([Counts(2, 3, 4), Counts(0, 0, 1)])
    assert (figures["P"], figures["R"], figures["F"]) == (66.7, 40.0, 50.0)
    assert figures["low"] <= 50 <= figures["high"]
    assert (figures["labelled"], figures["articles"]) == (5, 2)


def test_rounding():
    """Figures are rounded by way of four decimals, as those read from the scorers are."""
    assert describe_counts([Counts(797, 1000, 1000)])["F"] == 79.7
    assert describe_counts([Counts(189, 237, 237)])["F"] == 79.8  # 79.747 %, which is 0.7975


def test_check_agreement():
    """Counts that do not give the scorer's figure are refused."""
    check_agreement("some.dev", [Counts(1, 2, 2), Counts(1, 1, 1)], 66.7)
    with pytest.raises(Disagreement, match=r"some\.dev: F1 50\.00 by article, 50\.1"):
        check_agreement("some.dev", [Counts(1, 2, 2)], 50.1)


def test_describe_checked():
    """The F1 that is reported is the scorer's, beside the interval of counts that agree with it."""
    counts = [Counts(2, 3, 4), Counts(0, 0, 1)]
    assert describe_checked("some.dev", counts, 50.05) == {**describe_counts(counts), "F": 50.05}
    with pytest.raises(Disagreement, match=r"some\.dev"):
        describe_checked("some.dev", counts, 51.0)


def test_describe_judgements():
    """Two quotes, of which the surer one is right: each is alone in its bin."""
    figures = describe_judgements([Judgement(0.9, True), Judgement(0.4, False)], "quotes")
    assert (figures["quotes"], figures["confidence"], figures["right"]) == (2, 0.65, 0.5)
    assert figures["error"] == figures["error_equal_width"] == 0.25
    assert [each["quotes"] for each in figures["bins"]] == [1, 1]


def test_nothing_judged():
    """Where nothing was returned, nothing is wrong."""
    figures = describe_judgements([], "quotes")
    assert (figures["quotes"], figures["error"], figures["bins"]) == (0, 0, [])
