"""Where a document repeats the names that it is known to hold."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from analysis.document import EntityType, Span
from analysis.names import PARTICLES, fold_word, is_title
from analysis.ranges import Ranges

# A word as names are made of: "U.S", "O'Brien", "AT&T"; a possessive 's is not part of it.
NAME_WORD = re.compile(r"[^\W_]+(?:[.&][^\W_]+|['\u2019](?![sS]\b)[^\W_]+)*")
_HEADLINE_SHARE = 0.7
_HEADLINE_WORDS = 3
# "LEE" may be Lee; but "Who" is not the WHO, though "Nato" is NATO.
_MIN_SHOUTED, _MIN_ACRONYM_AS_WORD = 3, 4
_SHORT_WORD = 3
_LINE = re.compile(r"[^\n]+")
_LAST_LETTERS = re.compile(r"([^\W\d_]+)-$")
_DOTTED_WORD = re.compile(r"([^\W_]+)\.$")


@dataclass(frozen=True, slots=True)
class KnownName:
    """What a document's mentions say about one folded name."""

    type: EntityType
    confidence: float
    printed: frozenset[tuple[str, ...]]
    dotted: bool
    derived: bool = False


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a text: where they stand and their folded form."""

    spans: tuple[tuple[int, int], ...]
    folded: tuple[str, ...]
    starts: tuple[int, ...]
    lower: frozenset[str]


def _read_words(text: str) -> _Words:
    spans: list[tuple[int, int]] = []
    folded: list[str] = []
    lower: set[str] = set()
    for match in NAME_WORD.finditer(text):
        word = match.group()
        spans.append(match.span())
        folded.append(fold_word(word))
        if word.islower():
            lower.add(word)
    return _Words(tuple(spans), tuple(folded), tuple(s for s, _ in spans), frozenset(lower))


def find_occurrences(
    text: str, names: Mapping[tuple[str, ...], KnownName]
) -> Iterator[tuple[Span, KnownName]]:
    """Yield the places where a text has one of `names`, the longest at each place.

    `names` are known by their folded words. One pass over the words of the text.
    """
    words = _read_words(text)
    sizes: defaultdict[str, set[int]] = defaultdict(set)
    for key in names:
        sizes[key[0]].add(len(key))
    longest_first = {word: sorted(known, reverse=True) for word, known in sizes.items()}
    headlines = _find_headlines(text, words)
    at, count = 0, len(words.folded)
    while at < count:
        step = 1
        for size in longest_first.get(words.folded[at], ()):
            place = (at, at + size)
            name = names.get(words.folded[at : at + size]) if place[1] <= count else None
            if name is not None and _is_occurrence(text, words, place, name, headlines):
                yield _span(text, words, place, name), name
                step = size
                break
        at += step


def _span(text: str, words: _Words, place: tuple[int, int], name: KnownName) -> Span:
    start, end = words.spans[place[0]][0], words.spans[place[1] - 1][1]
    dotted = name.dotted or "." in text[words.spans[place[1] - 1][0] : end]
    return Span(start, end + 1 if dotted and text[end : end + 1] == "." else end)


def _is_occurrence(
    text: str, words: _Words, place: tuple[int, int], name: KnownName, headlines: Ranges
) -> bool:
    first, last = place[0], place[1] - 1
    start, end = words.spans[first][0], words.spans[last][1]
    printed = tuple(text[s:e] for s, e in words.spans[first : last + 1])
    if not any(_is_printed_like(printed, form) for form in name.printed):
        return False
    if any("\n" in text[a[1] : b[0]] for a, b in pairwise(words.spans[first : last + 1])):
        return False
    if not _is_free_before(text, start) or not _is_free_after(text, end):
        return False
    if len(printed) == 1 and words.folded[first] in words.lower and _opens_sentence(text, start):
        return False
    if len(printed) == 1 and is_title(printed[0]) and _next_is_capital(text, end):
        return False
    if headlines.hold(start):
        return True
    return not (name.derived and _prev_is_capital(text, words, first)) and not (
        _next_is_capital(text, end) and len(printed) == 1
    )


def _is_printed_like(words: tuple[str, ...], form: tuple[str, ...]) -> bool:
    """Tell whether words are a form of a name as printed, give or take capitals for all of it."""
    return len(words) == len(form) and all(
        a == b or (a[0].isupper() and fold_word(a) == fold_word(b) and _is_recased(a, b))
        for a, b in zip(words, form, strict=True)
    )


def _is_recased(word: str, form: str) -> bool:
    """Tell whether a word is a form of a name in other capitals, and long enough to tell."""
    if form.islower() or word.istitle() == form.istitle():
        return True
    return len(form) >= (_MIN_SHOUTED if form.istitle() else _MIN_ACRONYM_AS_WORD)


def _is_free_before(text: str, start: int) -> bool:
    """Tell whether a name can start here: not inside a longer word, handle or address."""
    before = text[start - 1 : start]
    if before in ("@", "#", "/", "_", "\\") and before:
        return False
    if before == "-" and (match := _LAST_LETTERS.search(text, max(0, start - 30), start)):
        part = match.group(1)
        return (part.islower() and part not in PARTICLES) or len(part) == 1
    return not (before == "." and text[start - 2 : start - 1].isalnum() and start >= 2)


def _is_free_after(text: str, end: int) -> bool:
    """Tell whether a name can end here."""
    after = text[end : end + 2]
    if after[:1] == "-":
        return after[1:].islower() or not after[1:].isalnum()
    return after[:1] not in ("@", "_") or not after


def _opens_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 40) : start].rstrip(" \t\u00a0\"'\u201c\u201d\u2018\u2019([")
    if not before or before[-1] in "\n!?:":
        return True
    if before[-1] != ".":
        return before[-1] in "\u2013\u2014-*\u2022"
    word = _DOTTED_WORD.search(before)
    return not (word and (is_title(word.group(1)) or len(word.group(1)) == 1))


def _next_is_capital(text: str, end: int) -> bool:
    """Tell whether a capitalised word follows with only a space between."""
    return text[end : end + 1] == " " and text[end + 1 : end + 2].isupper()


def _prev_is_capital(text: str, words: _Words, at: int) -> bool:
    """Tell whether a capitalised word that is no title comes before with only a space between."""
    if not at:
        return False
    start, end = words.spans[at - 1]
    word = text[start:end]
    if text[end : words.spans[at][0]] != " " or not word[0].isupper() or is_title(word):
        return False
    return not _opens_sentence(text, start)


def _find_headlines(text: str, words: _Words) -> Ranges:
    """Find the lines printed in title case or capitals, where capitals tell nothing."""
    lines = []
    for line in _LINE.finditer(text):
        at, end = (bisect_left(words.starts, x) for x in line.span())
        long = [text[s] for s, e in words.spans[at:end] if e - s > _SHORT_WORD]
        capitals = sum(first.isupper() for first in long)
        if len(long) >= _HEADLINE_WORDS and capitals >= _HEADLINE_SHARE * len(long):
            lines.append(Span(*line.span()))
    return Ranges(lines)
