"""Bootstrap intervals."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.counts import Counts, add_up
from evaluation.intervals import resample_f1

ARTICLES = [Counts(right, 10, 12) for right in (2, 4, 5, 7, 8, 9, 10)]


def test_brackets_the_figure():
    """The figure of the articles themselves lies inside the interval, which is not all there is."""
    low, high = resample_f1(ARTICLES)
    assert 0 < low < add_up(ARTICLES).f1 < high < 100


def test_repeatable():
    """The same seed gives the same interval, another one a slightly different one."""
    assert resample_f1(ARTICLES) == resample_f1(ARTICLES)
    assert resample_f1(ARTICLES, seed=1) != resample_f1(ARTICLES, seed=2)
    assert resample_f1(ARTICLES, seed=1) == pytest.approx(resample_f1(ARTICLES, seed=2), abs=5)


def test_narrows():
    """More articles of the same kind make an interval narrower, by the root of their number."""
    low, high = resample_f1(ARTICLES)
    narrow_low, narrow_high = resample_f1(ARTICLES * 16)
    assert (high - low) / (narrow_high - narrow_low) == pytest.approx(4, rel=0.2)


def test_equal_articles():
    """Where articles are all alike, it makes no difference which are drawn: 2·3 of 4 + 5."""
    assert resample_f1([Counts(3, 4, 5)] * 9) == pytest.approx((200 / 3, 200 / 3))


def test_two_articles():
    """Of two articles, one all right and one all wrong, a quarter of the draws are of either alone."""
    assert resample_f1([Counts(1, 1, 1), Counts(0, 1, 1)]) == (0, 100)


def test_empty_articles():
    """Articles without a name are drawn like others, and do not fail."""
    assert resample_f1([Counts()] * 3) == (0, 0)


def test_two_sides():
    """Precision and recall are drawn each from its own side: 2·½·¼ of ¾ in every draw."""
    assert resample_f1([Counts(2, 4, 4, 1)] * 9) == pytest.approx((100 / 3, 100 / 3))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 20)] * 3), min_size=1, max_size=12))
def test_percent(numbers):
    """Whatever the counts, both ends are percentages in order."""
    articles = [Counts(right, right + wrong, right + missed) for right, wrong, missed in numbers]
    low, high = resample_f1(articles)
    assert 0 <= low <= high <= 100
