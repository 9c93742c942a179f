"""Sides timed in turn, and what their times say."""

import pytest

from evaluation.timing import (
    Row,
    Spread,
    alternate,
    divide,
    hold_to_least,
    hold_to_most,
    percentile,
)


def test_sides_alternate():
    """Each side is measured once a round, and the order turns round with every round."""
    order = []
    figures = alternate(
        {name: lambda name=name: order.append(name) or len(order) for name in "ab"}, 3
    )
    assert "".join(order) == "abbaab"
    assert figures == {"a": [1, 4, 5], "b": [2, 3, 6]}


@pytest.mark.parametrize(
    ("figures", "unit", "places", "written"),
    [
        pytest.param([1000, 3000, 2000], "words/s", 0, "2,000 (1,000 to 3,000) words/s", id="unit"),
        pytest.param([0.5, 0.71, 0.6], "", 2, "0.60 (0.50 to 0.71)", id="places"),
        pytest.param([2.5], "s", 1, "2.5 s", id="one figure"),
    ],
)
def test_spread(figures, unit, places, written):
    """Figures are read as their median, with the least and the greatest where they differ."""
    assert Spread.of(figures).format(unit, places=places) == written


def test_ratios_are_of_the_same_round():
    """A machine that is twice as slow in one round changes no ratio."""
    assert divide([10, 5, 10], [5, 2.5, 5]) == Spread(2, 2, 2)


@pytest.mark.parametrize(
    ("row", "met", "written"),
    [
        pytest.param(hold_to_least("r", Spread(0.8, 0, 1), 0.8), True, "yes", id="least, met"),
        pytest.param(
            hold_to_least("r", Spread(0.79, 0, 1), 0.8), False, "**no**", id="least, missed"
        ),
        pytest.param(hold_to_most("r", Spread(1.3, 1, 2), 1.3), True, "yes", id="most, met"),
        pytest.param(
            hold_to_most("r", Spread(1.31, 1, 2), 1.3), False, "**no**", id="most, missed"
        ),
        pytest.param(Row("r", "5 ms"), None, "", id="no bound"),
    ],
)
def test_bounds(row, met, written):
    """A row tells whether the median keeps its bound, if it has one."""
    assert row.met is met
    assert row.list_cells()[-1] == written


def test_percentile():
    """The 99th percentile is where one in a hundred is beyond."""
    assert percentile(range(101), 99) == 99
    assert percentile(range(101), 50) == 50
