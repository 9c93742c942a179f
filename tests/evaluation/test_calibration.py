"""Calibration errors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.calibration import (
    Bin,
    Judgement,
    bin_by_mass,
    bin_by_width,
    expect_error,
    judge,
)
from evaluation.mentions import Comparison, Name

JUDGEMENTS = [
    Judgement(0.9, True),
    Judgement(0.2, False),
    Judgement(0.6, True),
    Judgement(0.4, True),
]


def test_judge():
    """A returned name is right if it is labelled, range and type."""
    comparison = Comparison(
        id="a",
        text="Ana Lyon",
        labelled=frozenset({Name(0, 3, "person"), Name(4, 8, "place")}),
        returned={Name(0, 3, "person"): 0.8, Name(4, 8, "person"): 0.3},
    )
    assert list(judge([comparison])) == [(0.8, True), (0.3, False)]


def test_bin_by_mass():
    """Two bins of two names: of 0.2 and 0.4 one is right, of 0.6 and 0.9 both."""
    first, second = bin_by_mass(JUDGEMENTS, bins=2)
    assert first == Bin(low=0.2, high=0.4, size=2, confidence=pytest.approx(0.3), right=0.5)
    assert second == Bin(low=0.6, high=0.9, size=2, confidence=0.75, right=1.0)
    assert expect_error([first, second]) == pytest.approx((2 * 0.2 + 2 * 0.25) / 4)


def test_bin_by_width():
    """A bin of five covers a fifth: 0.2 and 0.9 are alone, 0.4 too, 0.6 too; one is empty."""
    bins = bin_by_width(JUDGEMENTS, bins=5)
    assert [(each.low, each.size) for each in bins] == [(0.2, 1), (0.4, 1), (0.6, 1), (0.9, 1)]
    assert expect_error(bins) == pytest.approx((0.2 + 0.6 + 0.4 + 0.1) / 4)


def test_certainty():
    """A confidence of 1 belongs to the last bin."""
    (only,) = bin_by_width([Judgement(1.0, True), Judgement(0.95, True)])
    assert only.size == 2


def test_equal_confidences():
    """Names of one confidence share a bin, so that their order makes no difference."""
    judgements = [Judgement(0.8, right) for right in (True, True, True, True, False)]
    (only,) = bin_by_mass(judgements)
    assert (only.size, only.right) == (5, 0.8)
    assert expect_error([only]) == pytest.approx(0)


def test_nothing():
    """Where nothing was returned there is no error."""
    assert bin_by_mass([]) == bin_by_width([]) == []
    assert expect_error([]) == 0


PROBABILITIES = st.floats(0, 1, allow_nan=False)


@given(st.lists(st.builds(Judgement, PROBABILITIES, st.booleans()), min_size=1), st.randoms())
def test_bins(judgements, random):
    """Bins hold every name, hold them in any order, and their error is a probability."""
    shuffled = random.sample(judgements, len(judgements))
    for sort in (bin_by_mass, bin_by_width):
        bins = sort(judgements)
        assert sum(each.size for each in bins) == len(judgements)
        assert len(bins) <= 10
        assert 0 <= expect_error(bins) <= 1 + 1e-9
        assert expect_error(sort(shuffled)) == pytest.approx(expect_error(bins))


@given(st.sets(PROBABILITIES, min_size=10, max_size=60))
def test_masses(confidences):
    """Where all confidences differ, bins differ by one name at most."""
    sizes = [each.size for each in bin_by_mass([Judgement(each, True) for each in confidences])]
    assert len(sizes) == 10
    assert max(sizes) - min(sizes) <= 1
