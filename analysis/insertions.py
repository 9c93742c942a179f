"""Attributions put between dashes into the words they attribute: “So far – he says – none”.

Usual in Italian, Spanish and Russian copy, and in what is translated from it.
"""

import re
from dataclasses import dataclass

from analysis.cues import speech_words
from analysis.document import Span
from analysis.marks import MarkState

# White space inside one paragraph.
_BREAKS = "\n\r\u2028\u2029"
_GAP = rf"[^\S{_BREAKS}]*"
# From dash to dash, which a search finds soonest where the pattern begins with one. What stands
# before is read backwards: a pattern that began with white space would try a long run of it from
# every place in it.
_INSERTION = re.compile(
    rf"[-–—―](?:(?<=[–—―])|(?<=\s-)-?){_GAP}(?P<inner>[^\s–—―\"“”«»][^–—―\"“”«»{_BREAKS}]{{1,70}}?)"
    rf"{_GAP}(?:--?(?=\s)|[–—―]){_GAP}"
)
_WORD = re.compile(r"\w+(?:[.'’-]\w+)*")
_MOST_WORDS = 9
# What follows a verb that has its subject elsewhere: "said to be ill".
_NO_SPEAKERS = (["to"], ["that"], ["by"], ["of"], ["in"], ["on"], ["as"])
# Words that may stand between speaker and verb, or before both.
_LIGHT = frozenset(("has", "have", "had", "also", "then", "later", "further", "again", "and"))


@dataclass(frozen=True, slots=True)
class Insertion:
    """An inserted attribution: `span` holds the dashes, `speaker` is None where it gives none."""

    span: Span
    cue: Span
    speaker: Span | None


def find_insertions(text: str, states: bytearray) -> tuple[Insertion, ...]:
    """Return the attributions between dashes inside quotation marks, in text order.

    The verb comes first or last, as in "adds the minister" and "he continues";
    `states` is what `mark_states` returned.
    """
    found: list[Insertion] = []
    at = 0
    while match := _INSERTION.search(text, at):
        # Something of the quotation stands between two insertions.
        free_from = found[-1].span.end + 1 if found else 0
        insertion = _read(text, match, free_from) if _is_inside(match, states) else None
        if insertion:
            found.append(insertion)
        # A closing dash that closed nothing may open the next insertion.
        at = insertion.span.end + 1 if insertion else match.start("inner")
    return tuple(found)


def _is_inside(match: re.Match[str], states: bytearray) -> bool:
    inner = range(*match.span("inner"))
    return states[inner[0]] == states[inner[-1]] == MarkState.INSIDE


def _read(text: str, match: re.Match[str], free_from: int) -> Insertion | None:
    words = [Span(*word.span()) for word in _WORD.finditer(text, *match.span("inner"))]
    if not 1 <= len(words) <= _MOST_WORDS:
        return None
    spoken = [word.of(text).lower() for word in words]
    if spoken[0] in speech_words() and spoken[1:2] not in _NO_SPEAKERS:
        cue, rest = words[0], words[1:]
    elif spoken[-1] in speech_words():
        cue, rest = words[-1], words[:-1]
        while rest and rest[-1].of(text).lower() in _LIGHT:
            rest = rest[:-1]
    else:
        return None
    speaker = Span(rest[0].start, rest[-1].end) if rest else None
    return Insertion(Span(_start(text, match.start(), free_from), match.end()), cue, speaker)


def _is_space(char: str) -> bool:
    return char.isspace() and char not in _BREAKS


def _start(text: str, dash: int, free_from: int) -> int:
    """Return where the white space before a dash begins, and the mark before it if it has one."""
    start = dash
    while start > free_from and _is_space(text[start - 1]):
        start -= 1
    if start > free_from and text[start - 1] in ",.":
        start -= 1
    return start
