"""Attributions put between dashes into the words they attribute: “So far – he says – none”.

Usual in Italian, Spanish and Russian copy, and in what is translated from it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.cues import speech_words
from analysis.document import Span
from analysis.marks import MarkState

_INSERTION = re.compile(
    r"[,.]?\s*(?:(?<=\s)--?|[–—―])\s*(?P<inner>[^\s–—―\"“”«»][^–—―\"“”«»\n]{1,70}?)"
    r"\s*(?:--?(?=\s)|[–—―])\s*"
)
_WORD = re.compile(r"\w+(?:[.'’-]\w+)*")
_MOST_WORDS = 9
# Words that may stand between speaker and verb, or before both.
_LIGHT = frozenset(("has", "have", "had", "also", "then", "later", "further", "again", "and"))


@dataclass(frozen=True, slots=True)
class Insertion:
    """An inserted attribution: `span` holds the dashes, `speaker` is None where it gives none."""

    span: Span
    cue: Span
    speaker: Span | None


def find_insertions(text: str, states: Sequence[int]) -> tuple[Insertion, ...]:
    """Return the attributions between dashes inside quotation marks, in text order.

    The verb comes first or last, as in "adds the minister" and "he continues";
    `states` is what `mark_states` returned.
    """
    found = []
    at = 0
    while match := _INSERTION.search(text, at):
        insertion = _read(text, match) if _is_inside(match, states) else None
        if insertion:
            found.append(insertion)
        # A closing dash that closed nothing may open the next insertion.
        at = match.end() if insertion else match.start("inner")
    return tuple(found)


def _is_inside(match: re.Match[str], states: Sequence[int]) -> bool:
    inner = range(*match.span("inner"))
    return states[inner[0]] == states[inner[-1]] == MarkState.INSIDE


def _read(text: str, match: re.Match[str]) -> Insertion | None:
    words = [Span(*word.span()) for word in _WORD.finditer(text, *match.span("inner"))]
    if not 1 <= len(words) <= _MOST_WORDS:
        return None
    spoken = [word.of(text).lower() for word in words]
    if spoken[0] in speech_words():
        cue, rest = words[0], words[1:]
    elif spoken[-1] in speech_words():
        cue, rest = words[-1], words[:-1]
        while rest and rest[-1].of(text).lower() in _LIGHT:
            rest = rest[:-1]
    else:
        return None
    speaker = Span(rest[0].start, rest[-1].end) if rest else None
    return Insertion(Span(*match.span()), cue, speaker)
