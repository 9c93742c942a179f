"""How well names are read: by set, type and region, seen or not, in short texts, how surely.

Everything is computed from answers that are already here; F1, precision and recall are in
percent, confidences and calibration errors between 0 and 1.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from analysis.document import EntityType
from evaluation.breakdowns import count_seen, group_by_region
from evaluation.calibration import Bin, bin_by_mass, bin_by_width, expect_error, judge
from evaluation.counts import Counts, add_up
from evaluation.intervals import resample_f1
from evaluation.mentions import Comparison, count_by_article

Figures = dict[str, Any]

KINDS: dict[str, EntityType | None] = {"all": None} | {kind.value: kind for kind in EntityType}


class Disagreement(RuntimeError):
    """Counts made here and the shared scorer's figure for the same answers differ."""


def describe_counts(counts: Sequence[Counts]) -> Figures:
    """Return precision, recall and F1 of all articles, and the 95 % interval of F1."""
    total = add_up(counts)
    low, high = resample_f1(counts)
    return {
        "P": _round(total.precision),
        "R": _round(total.recall),
        "F": _round(total.f1),
        "low": _round(low),
        "high": _round(high),
        "labelled": total.labelled,
        "articles": len(counts),
    }


def check_agreement(data: str, counts: Iterable[Counts], f1: float) -> None:
    """Refuse counts whose F1 is not the shared scorer's, to its one decimal of a percent."""
    own = add_up(counts).f1
    if abs(own - f1) > 0.06:
        raise Disagreement(f"{data}: F1 {own:.2f} by article, {f1} by the scorer")


def describe_kinds(comparisons: Sequence[Comparison]) -> dict[str, Figures]:
    """Return the figures of all names and of each type."""
    return {
        kind: describe_counts(count_by_article(comparisons, type_)) for kind, type_ in KINDS.items()
    }


def describe_regions(comparisons: Iterable[Comparison]) -> dict[str, Figures]:
    """Return the figures of each region of the world."""
    return {
        region: describe_counts(count_by_article(articles))
        for region, articles in group_by_region(comparisons).items()
    }


def describe_seen(
    comparisons: Sequence[Comparison], forms: frozenset[str]
) -> dict[str, dict[str, Figures]]:
    """Return the recall of names that are, or are not, among `forms`: of all and by type."""
    return {
        kind: {
            seen: {"R": _round(counts.recall), "labelled": counts.labelled}
            for seen, counts in count_seen(comparisons, forms, type_).items()
        }
        for kind, type_ in KINDS.items()
    }


def describe_excerpts(alone: Sequence[Comparison], within: Sequence[Comparison]) -> dict[str, Any]:
    """Return the figures of excerpts sent alone, and of the same read within their articles."""
    return {
        "texts": len(alone),
        "alone": describe_counts(count_by_article(alone)),
        "within": describe_counts(count_by_article(within)),
    }


def describe_calibration(comparisons: Iterable[Comparison]) -> Figures:
    """Return calibration errors, by bins of equal mass and of equal width, and the bins."""
    judgements = list(judge(comparisons))
    by_mass, by_width = bin_by_mass(judgements), bin_by_width(judgements)
    return {
        "names": len(judgements),
        "confidence": _mean(judgement.confidence for judgement in judgements),
        "right": _mean(judgement.right for judgement in judgements),
        "error": round(expect_error(by_mass), 4),
        "error_equal_width": round(expect_error(by_width), 4),
        "bins": _describe_bins(by_mass),
        "bins_equal_width": _describe_bins(by_width),
    }


def _round(percent: float) -> float:
    """Round as the scorer's figures are: to four decimals of a fraction, then to one of percent."""
    return round(100 * float(f"{percent / 100:.4f}"), 1)


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return round(sum(listed) / max(1, len(listed)), 4)


def _describe_bins(bins: Iterable[Bin]) -> list[Figures]:
    return [
        {
            "low": each.low,
            "high": each.high,
            "names": each.names,
            "confidence": round(each.confidence, 4),
            "right": round(each.right, 4),
        }
        for each in bins
    ]
