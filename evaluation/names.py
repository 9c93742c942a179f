"""How well names are read: by set, type and region, seen or not, in short texts, how surely.

Everything is computed from answers that are already here; F1, precision and recall are in
percent, confidences and calibration errors between 0 and 1.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from analysis.document import EntityType
from evaluation.breakdowns import count_seen, group_by_region
from evaluation.calibration import judge
from evaluation.figures import Figures, describe_counts, describe_judgements, round_percent
from evaluation.mentions import Comparison, count_by_article

KINDS: dict[str, EntityType | None] = {"all": None} | {kind.value: kind for kind in EntityType}


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
            seen: {"R": round_percent(counts.recall), "labelled": counts.labelled}
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
    """Return the calibration errors of names."""
    return describe_judgements(judge(comparisons), "names")
