"""Where a document repeats the names that it is known to hold."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analysis.document import EntityType, Span
from analysis.names import PARTICLES, fold_word, is_title

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

    spans: list[tuple[int, int]]
    folded: list[str]
    lower: frozenset[str]


def _read_words(text: str) -> _Words:
    spans = [match.span() for match in NAME_WORD.finditer(text)]
    words = [text[start:end] for start, end in spans]
    forms = {word: fold_word(word) for word in set(words)}
    folded = [forms[word] for word in words]
    return _Words(spans, folded, frozenset(filter(str.islower, forms)))


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
    headlines = _Headlines(text, words)
    free_from = 0
    for at in (at for at, word in enumerate(words.folded) if word in longest_first):
        if at < free_from:
            continue
        for size in longest_first[words.folded[at]]:
            place = (at, at + size)
            key = tuple(words.folded[at : at + size])
            name = names.get(key) if len(key) == size else None
            if name is not None and _is_occurrence(text, words, place, name, headlines):
                yield _span(text, words, place, name), name
                free_from = at + size
                break


def _span(text: str, words: _Words, place: tuple[int, int], name: KnownName) -> Span:
    start, end = words.spans[place[0]][0], words.spans[place[1] - 1][1]
    dotted = name.dotted or "." in text[words.spans[place[1] - 1][0] : end]
    return Span(start, end + 1 if dotted and text[end : end + 1] == "." else end)


def _is_occurrence(
    text: str, words: _Words, place: tuple[int, int], name: KnownName, headlines: "_Headlines"
) -> bool:
    first, last = place[0], place[1] - 1
    start, end = words.spans[first][0], words.spans[last][1]
    printed = tuple(text[s:e] for s, e in words.spans[first : last + 1])
    if printed not in name.printed and not any(
        _is_printed_like(printed, form) for form in name.printed
    ):
        return False
    if "\n" in text[start:end]:
        return False
    if not _is_free_before(text, start) or not _is_free_after(text, end):
        return False
    if len(printed) == 1 and words.folded[first] in words.lower and _opens_sentence(text, start):
        return False
    if len(printed) == 1 and is_title(printed[0]) and _next_is_capital(text, end):
        return False
    is_part = (name.derived and _prev_is_capital(text, words, first)) or (
        len(printed) == 1 and _next_is_capital(text, end)
    )
    return not is_part or headlines.hold(start)


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


class _Headlines:
    """The lines printed in title case or capitals, where capitals tell nothing."""

    def __init__(self, text: str, words: _Words) -> None:
        self._text = text
        self._words = words
        self._bounds = [match.span() for match in _LINE.finditer(text)]
        self._known: dict[int, bool] = {}

    def hold(self, position: int) -> bool:
        """Tell whether the line at a position is one. Each line is looked at once."""
        line = bisect_right(self._bounds, (position, len(self._text))) - 1
        if line not in self._known:
            self._known[line] = self._is_headline(*self._bounds[line])
        return self._known[line]

    def _is_headline(self, start: int, end: int) -> bool:
        spans = self._words.spans
        at, stop = bisect_left(spans, (start,)), bisect_left(spans, (end,))
        long = [self._text[s] for s, e in spans[at:stop] if e - s > _SHORT_WORD]
        capitals = sum(map(str.isupper, long))
        return len(long) >= _HEADLINE_WORDS and capitals >= _HEADLINE_SHARE * len(long)
