"""Stretches of a text as one sorted, disjoint whole."""

from bisect import bisect_right
from collections.abc import Iterable

from analysis.document import Span


class Ranges:
    """The positions that any of some spans, which may overlap, hold."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for span in sorted(spans):
            if self._ends and span.start < self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], span.end)
            else:
                self._starts.append(span.start)
                self._ends.append(span.end)

    def hold(self, position: int) -> bool:
        """Tell whether a position lies inside one of the spans."""
        at = bisect_right(self._starts, position) - 1
        return at >= 0 and position < self._ends[at]
