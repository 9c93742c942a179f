"""Counts and judgements put into figures, as results hold them.

F1, precision and recall are in percent, confidences and calibration errors between 0 and 1.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from evaluation.calibration import Bin, Judgement, bin_by_mass, bin_by_width, expect_error
from evaluation.counts import Counts, add_up
from evaluation.intervals import resample_f1

Figures = dict[str, Any]


class Disagreement(RuntimeError):
    """Counts made here and the shared scorer's figure for the same answers differ."""


def describe_counts(counts: Sequence[Counts]) -> Figures:
    """Return precision, recall and F1 of all articles, and the 95 % interval of F1."""
    total = add_up(counts)
    low, high = resample_f1(counts)
    return {
        "P": round_percent(total.precision),
        "R": round_percent(total.recall),
        "F": round_percent(total.f1),
        "low": round_percent(low),
        "high": round_percent(high),
        "labelled": total.labelled,
        "articles": len(counts),
    }


def check_agreement(data: str, counts: Iterable[Counts], f1: float) -> None:
    """Refuse counts whose F1 is not the shared scorer's, to its one decimal of a percent."""
    own = add_up(counts).f1
    if abs(own - f1) > 0.06:
        raise Disagreement(f"{data}: F1 {own:.2f} by article, {f1} by the scorer")


def describe_checked(data: str, counts: Sequence[Counts], f1: float) -> Figures:
    """Return the figures of counts that agree with the shared scorer's F1, and that F1 itself."""
    check_agreement(data, counts, f1)
    return {**describe_counts(counts), "F": f1}


def describe_judgements(judgements: Iterable[Judgement], what: str) -> Figures:
    """Return calibration errors, by bins of equal mass and of equal width, and the bins.

    `what` is the word for whatever was judged: "names", "quotes".
    """
    listed = list(judgements)
    by_mass, by_width = bin_by_mass(listed), bin_by_width(listed)
    return {
        what: len(listed),
        "confidence": _mean(judgement.confidence for judgement in listed),
        "right": _mean(judgement.right for judgement in listed),
        "error": round(expect_error(by_mass), 4),
        "error_equal_width": round(expect_error(by_width), 4),
        "bins": _describe_bins(by_mass, what),
        "bins_equal_width": _describe_bins(by_width, what),
    }


def round_percent(percent: float) -> float:
    """Round as the scorer's figures are: to four decimals of a fraction, then to one of percent."""
    return round(100 * float(f"{percent / 100:.4f}"), 1)


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return round(sum(listed) / max(1, len(listed)), 4)


def _describe_bins(bins: Iterable[Bin], what: str) -> list[Figures]:
    return [
        {
            "low": each.low,
            "high": each.high,
            what: each.size,
            "confidence": round(each.confidence, 4),
            "right": round(each.right, 4),
        }
        for each in bins
    ]
