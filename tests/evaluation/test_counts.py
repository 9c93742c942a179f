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
