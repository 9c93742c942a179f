"""Names by the part of the world that an article is from, and by whether training showed them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evaluation.counts import Counts
from evaluation.mentions import Comparison, trim

# Worldwide's folders. What it calls Indigenous is reporting on indigenous peoples, and other
# news, from Australia, Canada and New Zealand.
REGIONS = {
    "Africa": "Africa",
    "Asia": "Asia",
    "Indigenous": "Indigenous Commonwealth",
    "LATAM": "Latin America",
    "Middle_East": "Middle East",
}
OTHER = "other"


def name_region(article_id: str) -> str:
    """Return the region that the id of a Worldwide article begins with."""
    return REGIONS.get(article_id.partition("/")[0], OTHER)


def group_by_region(comparisons: Iterable[Comparison]) -> dict[str, list[Comparison]]:
    """Gather articles by region, in the order of the regions' names, the unknown last."""
    groups: dict[str, list[Comparison]] = defaultdict(list)
    for comparison in comparisons:
        groups[name_region(comparison.id)].append(comparison)
    return dict(sorted(groups.items(), key=lambda group: (group[0] == OTHER, group[0])))


def fold(text: str, start: int, end: int) -> str:
    """Return a name's surface form without case, "the", possessive or kinds of white space."""
    start, end = trim(text, start, end)
    return " ".join(text[start:end].casefold().split())


def list_forms(articles: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the folded form of every name that is labelled in articles."""
    return frozenset(
        fold(article["text"], label["start"], label["end"])
        for article in articles
        for label in article["mentions"]
    )


def count_seen(
    comparisons: Sequence[Comparison], forms: frozenset[str], type_: str | None = None
) -> dict[str, Counts]:
    """Count labelled names of one type, or of all, by whether their form is among `forms`.

    Only recall can be told apart: a returned name that is not labelled is of neither kind, so
    `returned` counts the right ones alone.
    """
    counts = {"seen": Counts(), "unseen": Counts()}
    for comparison in comparisons:
        for name in comparison.labelled:
            if type_ in (None, name.type):
                seen = fold(comparison.text, name.start, name.end) in forms
                right = int(name in comparison.returned)
                counts["seen" if seen else "unseen"] += Counts(right, right, 1)
    return counts
