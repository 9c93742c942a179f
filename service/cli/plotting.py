"""Trends for the eye: as bars of characters, and as a plot in a file."""

import warnings
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from service.archive.queries import Point, SpeakerCount

MOST_LINES = 7
MOST_BARS = 40
SUFFIXES = (".svg", ".png")

# For all forms of colour vision: Okabe and Ito, https://jfly.uni-koeln.de/color/. Without yellow,
# which is too pale on white.
_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
# For prints in grey.
_MARKERS = "osD^vPX"
_BARS = "▁▂▃▄▅▆▇█"
_MOST_TICKS = 12
_NAME_CHARS = 40
_STYLE: dict[Any, Any] = {
    # Text stays text, which readers can select and hear, and needs no font here.
    "svg.fonttype": "none",
    # The same trend gives the same file.
    "svg.hashsalt": "whosaid",
}
_METADATA: dict[str, dict[str, Any]] = {".svg": {"Date": None}}


class Period(StrEnum):
    """What the time of an archive is divided into."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


def choose_period(first: date, last: date) -> Period:
    """Return the shortest period of which no more than can be shown are between two days."""
    months = (last.year - first.year) * 12 + last.month - first.month
    fitting = (period for period, size in _MONTHS.items() if months // size < MOST_BARS - 1)
    return next(fitting, Period.YEAR)


def name_period(start: date, period: Period) -> str:
    """Return a period's name, such as 2016-05, 2016-Q2 or 2016; `start` is its first day."""
    if period is Period.YEAR:
        return f"{start.year:04}"
    part = f"{start.month:02}" if period is Period.MONTH else f"Q{(start.month + 2) // 3}"
    return f"{start.year:04}-{part}"


def draw_bars(numbers: Sequence[int]) -> str:
    """Return a bar of one character for each number, the lowest for none, the highest for most."""
    most = max(numbers, default=0)
    return "".join(
        _BARS[-(-number * (len(_BARS) - 1) // most) if most else 0] for number in numbers
    )


def plot_trend(
    path: Path,
    people: Sequence["SpeakerCount"],
    trend: Sequence[Sequence["Point"]],
    period: Period,
) -> None:
    """Write a plot of the first few trends: their quotes, and their share of all.

    Every trend has the same periods, at least one. The name of the path ends in .svg or .png.
    Raises OSError.
    """
    # Here, because only this wants it, and it takes a while to import.
    import matplotlib
    from matplotlib.figure import Figure

    periods = [name_period(point.period, period) for point in trend[0]]
    with matplotlib.rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure = Figure(figsize=(10, 6), layout="constrained")
        counts, shares = figure.subplots(2, sharex=True)
        drawn = _draw(counts, [[point.quotes for point in points] for points in trend])
        _draw(shares, [[100 * point.share for point in points] for points in trend])
        counts.set_ylabel("quotes")
        counts.yaxis.get_major_locator().set_params(integer=True)
        shares.set_ylabel("% of all quotes")
        shares.set_xlabel(f"published, by {period}")
        if len(periods) > 1:
            step = -(-len(periods) // _MOST_TICKS)
            shares.set_xticks(range(0, len(periods), step), periods[::step])
        else:
            shares.set_xticks([(len(drawn) - 1) / 2], periods)
        _name(figure, drawn, [person.name for person in people])
        figure.savefig(path, dpi=150, metadata=_METADATA.get(path.suffix.lower()))


def _draw(axes: Any, rows: Sequence[Sequence[float]]) -> list[Any]:
    """Draw a line for each row of numbers or, if they are of one period alone, a bar."""
    drawn = []
    for at, (numbers, color, marker) in enumerate(zip(rows, _COLORS, _MARKERS, strict=False)):
        if len(numbers) > 1:
            drawn += axes.plot(numbers, color=color, marker=marker, markersize=4)
        else:
            drawn.append(axes.bar(at, numbers, color=color))
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return drawn


def _name(figure: Any, drawn: Sequence[Any], names: Sequence[str]) -> None:
    from service.cli.showing import make_harmless

    legend = figure.legend(drawn, ["-"] * len(drawn), loc="outside right upper", frameon=False)
    for text, name in zip(legend.get_texts(), names, strict=False):
        # A name is no formula, whatever stands in it; nor is it left out if it begins with _.
        text.set_parse_math(False)
        is_long = len(name) > _NAME_CHARS
        text.set_text(make_harmless(f"{name[:_NAME_CHARS]}…" if is_long else name))
