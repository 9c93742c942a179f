"""Precision, recall and F1 from counts."""

import pytest

from evaluation.counts import Counts, add_up


def test_figures():
    """Of 4 returned and 5 labelled, 3 are both."""
    counts = Counts(right=3, returned=4, labelled=5)
    assert counts.precision == 75
    assert counts.recall == 60
    assert counts.f1 == pytest.approx(200 * 0.75 * 0.6 / (0.75 + 0.6))


def test_nothing():
    """Where nothing is labelled and nothing returned, figures are nought."""
    assert (Counts().precision, Counts().recall, Counts().f1) == (0, 0, 0)


def test_add_up():
    """Counts of articles add up to those of the corpus."""
    assert add_up([Counts(1, 2, 3), Counts(4, 5, 6)]) == Counts(5, 7, 9)
    assert add_up([]) == Counts()


def test_two_sides():
    """What counts differently on the two sides: 3 of 4 returned, 1 of 5 labelled."""
    counts = Counts(right=3, returned=4, labelled=5, recalled=1)
    assert (counts.precision, counts.recall) == (75, 20)
    assert counts.f1 == pytest.approx(2 * 75 * 20 / 95)


def test_add_up_sides():
    """The two sides are added apart, whichever of the counts keeps them apart."""
    assert Counts(3, 4, 5, 1) + Counts(1, 2, 2) == Counts(4, 6, 7, 2)
    assert Counts(1, 2, 2) + Counts(3, 4, 5, 1) == Counts(4, 6, 7, 2)


def test_share():
    """A share is the F1 of counts that have their whole on both sides."""
    assert Counts(3, 4, 4).f1 == 75
