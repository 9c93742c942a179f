"""Names as the shared scorers compare them: which of those returned are labelled."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from analysis.document import Mention, Span
from evaluation.counts import Counts

_THE = re.compile(r"the\s+", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s?$")


class Name(NamedTuple):
    """A half-open range of code points and the type of what it names."""

    start: int
    end: int
    type: str

    def of(self, text: str) -> str:
        """Return the stretch of `text` that this name covers."""
        return text[self.start : self.end]


Trim = Callable[[str, int, int], tuple[int, int]]


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a range without a leading "the" or a trailing possessive, as score_mentions.py does.

    Neither is taken off where nothing else would be left.
    """
    the = _THE.match(text, start, end)
    if the and the.end() < end:
        start = the.end()
    possessive = _POSSESSIVE.search(text[start:end])
    if possessive and possessive.start() > 0:
        end = start + possessive.start()
    return start, end


def keep(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a range as it is: score_speakers.py compares names untrimmed."""
    return start, end


@dataclass(frozen=True, slots=True)
class Comparison:
    """An article's labelled names beside those returned for it, with their confidence (0 to 1)."""

    id: str
    text: str
    labelled: frozenset[Name]
    returned: Mapping[Name, float]

    def count(self, type_: str | None = None) -> Counts:
        """Count names of one type, or of all."""
        labelled = {name for name in self.labelled if type_ in (None, name.type)}
        returned = {name for name in self.returned if type_ in (None, name.type)}
        return Counts(len(labelled & returned), len(returned), len(labelled))

    def cut(self, span: Span) -> "Comparison":
        """Return what lies wholly inside a span of the text, with offsets from the span's start."""
        inside = {
            name: name._replace(start=name.start - span.start, end=name.end - span.start)
            for name in (*self.labelled, *self.returned)
            if span.start <= name.start and name.end <= span.end
        }
        return Comparison(
            id=self.id,
            text=span.of(self.text),
            labelled=frozenset(inside[name] for name in self.labelled if name in inside),
            returned={inside[name]: sure for name, sure in self.returned.items() if name in inside},
        )


def compare(gold: Mapping[str, Any], mentions: Iterable[Mention], trim: Trim) -> Comparison:
    """Set returned mentions beside an article's labels; `optional` spans count neither way."""
    text = gold["text"]
    optional = {tuple(span) for span in gold.get("optional", ())}
    return Comparison(
        id=gold["id"],
        text=text,
        labelled=frozenset(
            Name(*trim(text, label["start"], label["end"]), label["type"])
            for label in gold["mentions"]
            if (label["start"], label["end"]) not in optional
        ),
        returned=trim_mentions(
            text,
            (m for m in mentions if (m.span.start, m.span.end) not in optional),
            trim,
        ),
    )


def trim_mentions(text: str, mentions: Iterable[Mention], trim: Trim) -> dict[Name, float]:
    """Return mentions as trimmed names with their confidence; of equals, the last counts."""
    return {
        Name(*trim(text, mention.span.start, mention.span.end), mention.type): mention.confidence
        for mention in mentions
    }


def count_by_article(comparisons: Iterable[Comparison], type_: str | None = None) -> list[Counts]:
    """Count names of one type, or of all, in each article; its excerpts are added together."""
    counts: dict[str, Counts] = defaultdict(Counts)
    for comparison in comparisons:
        counts[comparison.id] += comparison.count(type_)
    return list(counts.values())
