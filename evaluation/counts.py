"""What precision, recall and F1 are made of."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """How many were returned, how many are labelled, and how many are both."""

    right: int = 0
    returned: int = 0
    labelled: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.right + other.right,
            self.returned + other.returned,
            self.labelled + other.labelled,
        )

    @property
    def precision(self) -> float:
        """Percent of what was returned that is labelled."""
        return 100 * self.right / max(1, self.returned)

    @property
    def recall(self) -> float:
        """Percent of what is labelled that was returned."""
        return 100 * self.right / max(1, self.labelled)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall, in percent."""
        return 200 * self.right / max(1, self.returned + self.labelled)


def add_up(counts: Iterable[Counts]) -> Counts:
    """Return the sum of counts."""
    return sum(counts, Counts())
