"""The figures of names, put together."""

from evaluation.mentions import Comparison, Name
from evaluation.names import (
    describe_calibration,
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
