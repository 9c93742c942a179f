"""Names decided for a whole document: where one is seen clearly, its other occurrences count."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from analysis.document import EntityType, Mention, MentionKind, Span
from analysis.names import NAME_LIKE_TITLES, PARTICLES, fold_name, fold_word, is_title, split_suffix
from analysis.wordlists import word_set

# A name has to be this sure somewhere in the text to count elsewhere in it.
CLEAR = 0.6
# How much less sure an occurrence is that only repeats a name.
CARRIED = 0.9
# How much a full name weighs in the type of its bare surname or given name.
DERIVED = 0.5
# A mention this sure keeps a type that its name has elsewhere in the text too.
STUBBORN = 0.85

# A word as names are made of: "U.S", "O'Brien", "AT&T"; a possessive 's is not part of it.
_WORD = re.compile(r"[^\W_]+(?:[.&][^\W_]+|['\u2019](?!s\b)[^\W_]+)*")
_EDGES = (
    " \t\r\n\u00a0\"'\u201c\u201d\u2018\u2019\u201e\u00ab\u00bb()[]{},;:!?-\u2013\u2014*_/\\|<>"
)
_THE = re.compile(r"the\s+(?=\S)", re.IGNORECASE)
_POSSESSIVE = re.compile(r"(?:['\u2019\u00b4`]s|(?<=s)['\u2019\u00b4`])$", re.IGNORECASE)
# A full stop after a word too long to be an abbreviation.
_ENDS_SENTENCE = re.compile(r"(?:^|[^\w.])[^\W\d_]{6,}\.$")
_FIRST_WORD = re.compile(r"\S+\s+(?=\S)")
_PREFIXED = re.compile(r"(?:anti|pro|non|ex|post|pre|mid)-(?=[^\W\d_])", re.IGNORECASE)
_HEADLINE_SHARE = 0.7
_HEADLINE_WORDS = 4

# Capitalised words that are far more often something else than the name that they could be.
_CALENDAR = word_set(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday"
)
_FUNCTION_WORDS = word_set(
    "a an and as at but by for from he her his i if in is it its me my no not of on or our she so "
    "that the their they this to we who will with you your"
)


@dataclass(frozen=True, slots=True)
class _Name:
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


def carry_names(text: str, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """Return the names of a document, given the model's: cleaned, agreeing in type, complete.

    A name that is sure somewhere is carried to its other occurrences, a person's
    also by the surname or given name alone. The result is sorted and does not overlap.
    """
    found = _without_overlaps(_cleaned(text, mentions))
    names = _weigh_names(text, found)
    words = _read_words(text)
    found = [_agreed(mention, names[fold_name(mention.span.of(text))]) for mention in found]
    carried = _find_carried(text, words, _with_short_forms(names))
    return tuple(_joined(text, _merged(found, carried)))


def _cleaned(text: str, mentions: Iterable[Mention]) -> Iterator[Mention]:
    for mention in mentions:
        span = clean_span(text, mention.span, mention.type)
        if span is not None:
            yield replace(mention, span=span, kind=MentionKind.NAME)


def clean_span(text: str, span: Span, kind: EntityType) -> Span | None:
    """Return `span` without what does not belong to a name, or None if nothing is left.

    That is: punctuation at its edges, a leading "the", a prefix ("pro-"), a trailing
    possessive, and a person's titles.
    """
    start, end = span.start, min(span.end, len(text))
    while start < end and text[start] in _EDGES:
        start += 1
    while start < end and text[end - 1] in _EDGES:
        end -= 1
    for pattern in (_THE, _PREFIXED):
        if match := pattern.match(text, start, end):
            start = match.end()
    if match := _POSSESSIVE.search(text[start:end]):
        end = start + match.start() if match.start() else end
    if _ENDS_SENTENCE.search(text[start:end]):
        end -= 1
    if kind is EntityType.PERSON:
        start = _after_titles(text, start, end)
    return Span(start, end) if start < end else None


def _after_titles(text: str, start: int, end: int) -> int:
    while match := _FIRST_WORD.match(text, start, end):
        word = match.group().strip()
        if not is_title(word) or fold_word(word) in NAME_LIKE_TITLES:
            break
        start = match.end()
    return start


def _without_overlaps(mentions: Iterable[Mention]) -> list[Mention]:
    """Keep the longer of two mentions that overlap, as no model output here should."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.span.start, -m.span.end)):
        if not kept or kept[-1].span.end <= mention.span.start:
            kept.append(mention)
        elif mention.span.end - mention.span.start > kept[-1].span.end - kept[-1].span.start:
            kept[-1] = mention
    return [m for m in kept[:1]] + [b for a, b in pairwise(kept) if a.span.end <= b.span.start]


def _weigh_names(text: str, mentions: Iterable[Mention]) -> dict[tuple[str, ...], _Name]:
    votes: defaultdict[tuple[str, ...], Counter[EntityType]] = defaultdict(Counter)
    printed: defaultdict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    surest: defaultdict[tuple[str, ...], float] = defaultdict(float)
    dotted: set[tuple[str, ...]] = set()
    for mention in mentions:
        form = mention.span.of(text)
        key = fold_name(form)
        votes[key][mention.type] += mention.confidence  # type: ignore[assignment]
        printed[key].add(tuple(_WORD.findall(form)))
        surest[key] = max(surest[key], mention.confidence)
        if form.endswith("."):
            dotted.add(key)
    for key in list(votes):
        if votes[key][EntityType.PERSON] and len(key) > 1:
            for short in _short_forms(key):
                if short in votes:
                    share = DERIVED * votes[key][EntityType.PERSON]
                    votes[short][EntityType.PERSON] += share  # type: ignore[assignment]
    return {
        key: _Name(
            max(count, key=lambda kind: (count[kind], kind.value)),
            surest[key],
            frozenset(printed[key]),
            key in dotted,
        )
        for key, count in votes.items()
    }


def _agreed(mention: Mention, name: _Name) -> Mention:
    """Give a mention the type that its name mostly has, unless it is sure of its own."""
    if mention.type is name.type or mention.confidence >= STUBBORN:
        return mention
    return replace(mention, type=name.type)


def _short_forms(name: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the forms that stand for a full name once it is known: surname, given name."""
    words, _ = split_suffix(name)
    if len(words) < 2:
        return
    last = len(words) - 1
    yield words[last:]
    while last > 1 and words[last - 1] in PARTICLES:
        last -= 1
    if last < len(words) - 1:
        yield words[last:]
    if len(words[0]) > 2:
        yield words[:1]


def _with_short_forms(names: dict[tuple[str, ...], _Name]) -> dict[tuple[str, ...], _Name]:
    known = {key: name for key, name in names.items() if name.confidence >= CLEAR}
    for key, name in list(known.items()):
        if name.type is not EntityType.PERSON:
            continue
        for short in _short_forms(key):
            if short not in names and _is_telling(short):
                known[short] = _shortened(name, key, short)
    return {key: name for key, name in known.items() if _is_telling(key)}


def _shortened(name: _Name, key: tuple[str, ...], short: tuple[str, ...]) -> _Name:
    """Return what a full name says of a short form of it."""
    size = len(short)
    printed = set()
    for words in name.printed:
        folded = [fold_word(word) for word in words]
        for at in range(len(words) - size + 1):
            if tuple(folded[at : at + size]) == short:
                printed.add(words[at : at + size])
    return _Name(name.type, name.confidence, frozenset(printed), dotted=False, derived=True)


def _is_telling(key: tuple[str, ...]) -> bool:
    """Tell whether a name can be known again by its words alone."""
    if len(key) > 1:
        return True
    word = key[0]
    return len(word) > 1 and not word.isdigit() and word not in _CALENDAR | _FUNCTION_WORDS


def _read_words(text: str) -> _Words:
    spans: list[tuple[int, int]] = []
    folded: list[str] = []
    lower: set[str] = set()
    for match in _WORD.finditer(text):
        word = match.group()
        spans.append(match.span())
        folded.append(fold_word(word))
        if word.islower():
            lower.add(word)
    return _Words(tuple(spans), tuple(folded), tuple(s for s, _ in spans), frozenset(lower))


def _find_carried(
    text: str, words: _Words, names: dict[tuple[str, ...], _Name]
) -> Iterator[tuple[Mention, bool]]:
    """Yield the occurrences of the names, the longest at each place, and whether it is derived."""
    by_first: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    for key in sorted(names, key=len, reverse=True):
        by_first[key[0]].append(key)
    headline = _headline_ranges(text, words)
    at = 0
    while at < len(words.folded):
        step = 1
        for key in by_first.get(words.folded[at], ()):
            end = at + len(key)
            if words.folded[at:end] != key:
                continue
            name = names[key]
            if _is_occurrence(text, words, (at, end), name, headline):
                span = _span(text, words, (at, end), name)
                yield Mention(span, name.type, name.confidence * CARRIED), name.derived
                step = len(key)
                break
        at += step


def _span(text: str, words: _Words, place: tuple[int, int], name: _Name) -> Span:
    start, end = words.spans[place[0]][0], words.spans[place[1] - 1][1]
    dotted = name.dotted or "." in text[words.spans[place[1] - 1][0] : end]
    return Span(start, end + 1 if dotted and text[end : end + 1] == "." else end)


def _is_occurrence(
    text: str, words: _Words, place: tuple[int, int], name: _Name, headline: "_Ranges"
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
    if headline.hold(start):
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
    """Tell whether only capitals set two words apart that are long enough to be known so."""
    return word.istitle() == form.istitle() or len(form) > 3


def _is_free_before(text: str, start: int) -> bool:
    """Tell whether a name can start here: not inside a longer word, handle or address."""
    before = text[start - 1 : start]
    if before in ("@", "#", "/", "_", "\\") and before:
        return False
    if before == "-" and (match := re.search(r"([^\W\d_]+)-$", text[max(0, start - 30) : start])):
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
    word = re.search(r"([^\W_]+)\.$", before)
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


@dataclass(frozen=True, slots=True)
class _Ranges:
    """Disjoint ranges of a text, in order."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def hold(self, position: int) -> bool:
        at = bisect_right(self.starts, position) - 1
        return at >= 0 and position < self.ends[at]


def _headline_ranges(text: str, words: _Words) -> _Ranges:
    """Find the lines printed in title case or capitals, where capitals tell nothing."""
    ranges = []
    for line in re.finditer(r"[^\n]+", text):
        at, end = (bisect_left(words.starts, x) for x in line.span())
        inside = [text[s:e] for s, e in words.spans[at:end] if e - s > 3]
        capitals = sum(word[0].isupper() for word in inside)
        if end - at >= _HEADLINE_WORDS and inside and capitals >= _HEADLINE_SHARE * len(inside):
            ranges.append(line.span())
    return _Ranges(tuple(s for s, _ in ranges), tuple(e for _, e in ranges))


def _merged(found: list[Mention], carried: Iterable[tuple[Mention, bool]]) -> Iterator[Mention]:
    """Join the model's mentions with carried ones.

    The model's win where they are longer, or where a carried one is only derived
    from another name; a longer carried name swallows the parts that the model saw.
    """
    starts = [mention.span.start for mention in found]
    ends = [mention.span.end for mention in found]
    gone: set[int] = set()
    added: list[Mention] = []
    for mention, derived in carried:
        first, last = bisect_right(ends, mention.span.start), bisect_left(starts, mention.span.end)
        inside = range(first, last)
        if not inside:
            added.append(mention)
        elif not derived and all(_is_longer(mention.span, found[i].span) for i in inside):
            gone.update(inside)
            added.append(mention)
    yield from sorted(added + [m for i, m in enumerate(found) if i not in gone])


def _is_longer(span: Span, other: Span) -> bool:
    return span != other and span.contains(other)


def _joined(text: str, mentions: Iterable[Mention]) -> Iterator[Mention]:
    """Join two single words that name persons side by side: "Hillary" and "Clinton"."""
    last: Mention | None = None
    for mention in mentions:
        if last is not None and _is_one_name(text, last, mention):
            span = Span(last.span.start, mention.span.end)
            last = replace(last, span=span, confidence=min(last.confidence, mention.confidence))
            continue
        if last is not None:
            yield last
        last = mention
    if last is not None:
        yield last


def _is_one_name(text: str, first: Mention, second: Mention) -> bool:
    return (
        first.type is second.type is EntityType.PERSON
        and text[first.span.end : second.span.start] == " "
        and not any(char.isspace() for char in first.span.of(text) + second.span.of(text))
    )
