"""Quotes as score_quotes.py compares them: which of those returned are labelled, and whose."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.confidences import Outcome
from evaluation.counts import Counts

ALL = "all"
KINDS = (ALL, "direct", "mixed", "indirect")
LEAST_OVERLAP = 0.5

_WORD = re.compile(r"[^\W_]+(?:['’.,&@/\-–][^\W_]+)*")
# Prepositions, relative pronouns and the like: what may follow the head of a noun phrase.
_AFTER_HEADS = """
    of in for from at on with to by who whom whose which that as about near inside after during
    against including like under over among within said says
"""
_AFTER_HEAD = frozenset(_AFTER_HEADS.split())

Line = Mapping[str, Any]
Ranges = Sequence[Sequence[int]]
Numbers = frozenset[int]


class Words:
    """The words of a text, told by their numbers; marks are no words."""

    def __init__(self, text: str) -> None:
        self._text = text
        places = [word.span() for word in _WORD.finditer(text)]
        self._starts = [start for start, _ in places]
        self._ends = [end for _, end in places]

    def list_in(self, ranges: Ranges | None) -> Numbers:
        """Return the words that ranges touch."""
        return frozenset(
            number
            for start, end in ranges or ()
            for number in range(bisect_right(self._ends, start), bisect_left(self._starts, end))
        )

    def list_content(self, ranges: Ranges) -> Numbers:
        """Return the words of a content: a "that" before it belongs to the sentence around it."""
        words = self.list_in(ranges)
        first = min(words, default=0)
        return words - {first} if len(words) > 1 and self._word(first) == "that" else words

    def find_head(self, source: Ranges | None) -> int | None:
        """Return the last word of a source before a comma, a preposition or a relative clause."""
        head: int | None = None
        for number in sorted(self.list_in((source or ())[:1])):
            if head is not None and self._ends_phrase(head, number):
                break
            if self._word(number) != "s":
                head = number
        return head

    def _ends_phrase(self, last: int, number: int) -> bool:
        between = self._text[self._ends[last] : self._starts[number]]
        return "," in between or self._word(number) in _AFTER_HEAD

    def _word(self, number: int) -> str:
        return self._text[self._starts[number] : self._ends[number]].lower()


@dataclass(frozen=True, slots=True)
class Said:
    """A quote as one side has it, and the words of its content and source.

    `head` is the word of the source that a source has to hold in order to be the same.
    """

    line: Line
    content: Numbers
    source: Numbers
    head: int | None

    @property
    def kind(self) -> str:
        """How much of the quote stands inside quotation marks."""
        return str(self.line["kind"])


@dataclass(frozen=True, slots=True)
class QuoteComparison:
    """An article's labelled quotes beside those returned for it.

    `exact` and `found` lead from the number of a labelled quote to that of the returned one that
    has the same words, or much the same; `attributed` holds those found that have the right
    source as well.
    """

    id: str
    text: str
    labelled: tuple[Said, ...]
    returned: tuple[Said, ...]
    exact: Mapping[int, int]
    found: Mapping[int, int]
    attributed: Mapping[int, int]

    def count(self, right: Mapping[int, int], kind: str) -> Counts:
        """Count quotes of a kind, each by the kind that its own side takes it for."""
        labelled = [kind in (ALL, quote.kind) for quote in self.labelled]
        returned = [kind in (ALL, quote.kind) for quote in self.returned]
        return Counts(
            right=sum(returned[other] for other in right.values()),
            returned=sum(returned),
            labelled=sum(labelled),
            recalled=sum(labelled[own] for own in right),
        )

    def outcomes(self) -> Iterator[Outcome]:
        """Yield what became of every returned quote."""
        found, right = set(self.found.values()), set(self.attributed.values())
        for number, quote in enumerate(self.returned):
            yield Outcome(
                quote.line["content_confidence"],
                quote.line["confidence"],
                number in found,
                number in right,
            )


def compare_quotes(
    gold: Line, prediction: Line, speech_words: frozenset[str] | None = None
) -> QuoteComparison:
    """Set the speech that was returned for an article beside the speech that is labelled.

    Without `speech_words` everything counts, be it said or thought.
    """
    text, words = gold["text"], Words(gold["text"])
    labelled, returned = (
        tuple(
            said
            for quote in quotes
            if (speech_words is None or is_speech(text, quote, speech_words))
            and (said := _read(quote, words)).content
        )
        for quotes in (gold["attributions"], prediction["quotes"])
    )
    own, others = ([quote.content for quote in quotes] for quotes in (labelled, returned))
    found = match(own, others, LEAST_OVERLAP)
    return QuoteComparison(
        id=gold["id"],
        text=text,
        labelled=labelled,
        returned=returned,
        exact=match(own, others, 1),
        found=found,
        attributed={i: j for i, j in found.items() if _is_source_right(labelled[i], returned[j])},
    )


def is_speech(text: str, quote: Line, speech_words: frozenset[str]) -> bool:
    """Tell whether a quote is direct, or its cue reports speech."""
    cue = " ".join(text[start:end] for start, end in quote["cue"] or ()).lower()
    return (
        quote["kind"] == "direct"
        or ":" in cue
        or not speech_words.isdisjoint(re.findall(r"[a-z]+", cue))
    )


def match(labelled: Sequence[Numbers], returned: Sequence[Numbers], least: float) -> dict[int, int]:
    """Pair contents one to one, the most alike first, where they share `least` of their words."""
    alike = sorted(
        (
            (len(own & other) / len(own | other), -i, -j)
            for i, own in enumerate(labelled)
            for j, other in enumerate(returned)
            if own & other
        ),
        reverse=True,
    )
    pairs: dict[int, int] = {}
    for share, i, j in alike:
        if share >= least and -i not in pairs and -j not in pairs.values():
            pairs[-i] = -j
    return pairs


def inflect(stem: str) -> set[str]:
    """Return the forms that a word of speech_cues.txt stands for."""
    forms = {stem + ending for ending in ("", "s", "ed", "ing", "d", "es")}
    if stem.endswith("e"):
        forms.add(stem[:-1] + "ing")
    if stem.endswith("y"):
        forms |= {stem[:-1] + "ies", stem[:-1] + "ied"}
    if stem[-1] in "tgp":
        forms |= {stem + stem[-1] + ending for ending in ("ed", "ing")}
    return forms | ({"said"} if stem == "say" else set())


def _read(quote: Line, words: Words) -> Said:
    return Said(
        line=quote,
        content=words.list_content(quote["content"]),
        source=words.list_in(quote["source"]),
        head=words.find_head(quote["source"]),
    )


def _is_source_right(labelled: Said, returned: Said) -> bool:
    return not returned.source if labelled.head is None else labelled.head in returned.source
