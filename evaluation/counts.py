"""What precision, recall and F1 are made of."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """How many were returned, how many are labelled, and how many are both.

    What is both may count differently on the two sides, as where a quote is returned as one kind
    and labelled as another: `right` then are those of the returned, `recalled` of the labelled.
    A share has its whole on both sides, and is its own F1.
    """

    right: float = 0
    returned: int = 0
    labelled: int = 0
    recalled: float | None = None

    def __add__(self, other: "Counts") -> "Counts":
        alike = self.recalled is None and other.recalled is None
        return Counts(
            self.right + other.right,
            self.returned + other.returned,
            self.labelled + other.labelled,
            None if alike else self.right_labelled + other.right_labelled,
        )

    @property
    def right_labelled(self) -> float:
        """How many of the labelled were returned."""
        return self.right if self.recalled is None else self.recalled

    @property
    def precision(self) -> float:
        """Percent of what was returned that is labelled."""
        return 100 * self.right / max(1, self.returned)

    @property
    def recall(self) -> float:
        """Percent of what is labelled that was returned."""
        return 100 * self.right_labelled / max(1, self.labelled)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall, in percent."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def add_up(counts: Iterable[Counts]) -> Counts:
    """Return the sum of counts."""
    return sum(counts, Counts())
