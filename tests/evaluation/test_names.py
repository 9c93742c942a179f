"""The figures of names, put together."""

import pytest

from evaluation.counts import Counts
from evaluation.mentions import Comparison, Name
from evaluation.names import (
    Disagreement,
    check_agreement,
    describe_calibration,
    describe_counts,
    describe_excerpts,
    describe_kinds,
    describe_regions,
    describe_seen,
)

TEXT = "Ana Lyon UN"
ANA, LYON, UN = Name(0, 3, "person"), Name(4, 8, "place"), Name(9, 11, "organisation")
ARTICLES = [
    Comparison("Asia/a", TEXT, frozenset({ANA, LYON, UN}), {ANA: 0.9, LYON: 0.7}),
    Comparison("LATAM/b", TEXT, frozenset({ANA}), {ANA: 0.8, UN: 0.4}),
]


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


def test_describe_kinds():
    """All names, then each type: of 4 labelled and 4 returned, 3 are both."""
    kinds = describe_kinds(ARTICLES)
    assert {kind: figures["F"] for kind, figures in kinds.items()} == {
        "all": 75.0,
        "person": 100.0,
        "organisation": 0.0,
        "place": 100.0,
    }


def test_describe_regions():
    """Each region has its own figures."""
    regions = describe_regions(ARTICLES)
    assert {region: figures["F"] for region, figures in regions.items()} == {
        "Asia": 80.0,
        "Latin America": 66.7,
    }


def test_describe_seen():
    """Recall of the seen and of the unseen, of all and by type."""
    seen = describe_seen(ARTICLES, frozenset({"ana"}))
    assert seen["all"] == {
        "seen": {"R": 100.0, "labelled": 2},
        "unseen": {"R": 50.0, "labelled": 2},
    }
    assert seen["organisation"]["unseen"] == {"R": 0.0, "labelled": 1}


def test_describe_excerpts():
    """Excerpts alone stand beside the same within their articles."""
    figures = describe_excerpts(ARTICLES[:1], ARTICLES[1:])
    assert figures["texts"] == 1
    assert (figures["alone"]["F"], figures["within"]["F"]) == (80.0, 66.7)


def test_describe_calibration():
    """Of 4 names at 0.7 on average 3 are right; alone in their bins, each is as far off as it is."""
    figures = describe_calibration(ARTICLES)
    assert (figures["names"], figures["confidence"], figures["right"]) == (4, 0.7, 0.75)
    assert figures["error"] == figures["error_equal_width"] == (0.1 + 0.3 + 0.2 + 0.4) / 4
    assert figures["bins"][0] == {
        "low": 0.4,
        "high": 0.4,
        "names": 1,
        "confidence": 0.4,
        "right": 0.0,
    }
