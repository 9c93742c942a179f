"""Whether confidences mean what they say: what is returned at 0.8 should be right 8 times in 10."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from evaluation.mentions import Comparison

BINS = 10


class Judgement(NamedTuple):
    """How sure the service was of something, 0 to 1, and whether that is right."""

    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Things of like confidence: the mean of it, and the share that is right, both 0 to 1."""

    low: float
    high: float
    size: int
    confidence: float
    right: float


def judge(comparisons: Iterable[Comparison]) -> Iterator[Judgement]:
    """Yield a judgement on every returned name."""
    for comparison in comparisons:
        for name, confidence in comparison.returned.items():
            yield Judgement(confidence, name in comparison.labelled)


def bin_by_mass(judgements: Sequence[Judgement], bins: int = BINS) -> list[Bin]:
    """Sort by confidence into bins of equal number; equal confidences are never parted."""
    ranked = sorted(judgement.confidence for judgement in judgements)
    return _fill(
        judgements,
        [bins * bisect_left(ranked, each.confidence) // len(ranked) for each in judgements],
    )


def bin_by_width(judgements: Sequence[Judgement], bins: int = BINS) -> list[Bin]:
    """Sort into bins of equal ranges of confidence; empty ones are left out."""
    return _fill(judgements, [min(bins - 1, int(bins * each.confidence)) for each in judgements])


def expect_error(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error, 0 to 1 (Naeini, Cooper and Hauskrecht 2015).

    It is the distance of confidence from what is right, averaged over all that was judged.
    """
    judged = sum(each.size for each in bins)
    return sum(each.size * abs(each.confidence - each.right) for each in bins) / max(1, judged)


def _fill(judgements: Sequence[Judgement], places: Sequence[int]) -> list[Bin]:
    filled: dict[int, list[Judgement]] = {place: [] for place in sorted(set(places))}
    for judgement, place in zip(judgements, places, strict=True):
        filled[place].append(judgement)
    return [_describe(each) for each in filled.values()]


def _describe(judgements: Sequence[Judgement]) -> Bin:
    confidences = [judgement.confidence for judgement in judgements]
    return Bin(
        low=min(confidences),
        high=max(confidences),
        size=len(judgements),
        confidence=sum(confidences) / len(judgements),
        right=sum(judgement.right for judgement in judgements) / len(judgements),
    )
