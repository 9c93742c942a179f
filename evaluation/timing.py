"""Sides timed in turn, and what their times say: medians, spreads, ratios and bounds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of several figures, the least and the greatest of them."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> "Spread":
        """Describe figures, of which there must be one at least."""
        return cls(median(figures), min(figures), max(figures))

    def format(self, unit: str = "", *, places: int = 0) -> str:
        """Return the figures as people read them: `5,210 (5,100 to 5,300) words/s`."""
        middle, low, high = (
            f"{figure:,.{places}f}" for figure in (self.median, self.low, self.high)
        )
        spread = f"{middle} ({low} to {high})" if self.low < self.high else middle
        return f"{spread} {unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of something, the bound that it is held to, and whether it keeps it.

    `met` is None where there is no bound; where there is one, `figure` is what is held to it.
    """

    what: str
    measured: str
    bound: str = ""
    met: bool | None = None
    figure: float | None = None

    HEADS: ClassVar = ("", "measured", "bound", "met")

    def list_cells(self) -> tuple[str, ...]:
        """Return the cells of a table."""
        met = {True: "yes", False: "**no**", None: ""}[self.met]
        return self.what, self.measured, self.bound, met


def alternate(sides: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Measure every side once a round, in the opposite order each other round.

    Whatever else the machine does at times then hurts no side more than another, and figures of
    the same round can be compared.
    """
    figures: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds):
        names = list(sides) if number % 2 == 0 else list(sides)[::-1]
        for name in names:
            figures[name].append(sides[name]())
    return figures


def divide(figures: Sequence[float], others: Sequence[float]) -> Spread:
    """Return the spread of the ratios of figures and others of the same round."""
    return Spread.of([one / other for one, other in zip(figures, others, strict=True)])


def percentile(figures: Sequence[float], percent: int) -> float:
    """Return the figure below which so many percent of figures lie; there must be two."""
    return quantiles(figures, n=100, method="inclusive")[percent - 1]


def hold_to_least(what: str, ratio: Spread, least: float, *, places: int = 2) -> Row:
    """Hold the median of ratios to a lower bound."""
    middle = ratio.median
    return Row(what, ratio.format(places=places), f"at least {least:g}", middle >= least, middle)


def hold_to_most(what: str, ratio: Spread, most: float, *, places: int = 2) -> Row:
    """Hold the median of ratios, or of other figures, to an upper bound."""
    middle = ratio.median
    return Row(what, ratio.format(places=places), f"at most {most:g}", middle <= most, middle)
