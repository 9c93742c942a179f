"""Names decided for a whole document: where one is seen clearly, its other occurrences count."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

from analysis.cues import speech_words
from analysis.document import EntityType, Mention, Span
from analysis.names import (
    NAME_LIKE_TITLES,
    PARTICLES,
    fold_name,
    fold_word,
    initials,
    is_title,
    split_suffix,
)
from analysis.occurrences import NAME_WORD, KnownName, find_occurrences
from analysis.wordlists import word_set

# A name has to be this sure somewhere in the text to count elsewhere in it.
CLEAR = 0.6
# Less likely mentions cost more in precision than they bring in recall: F1 is highest where what
# is kept is right more often than F1/2 (Lipton, Elkan and Naryanaswamy 2014).
LIKELY = 0.35
# How much less sure an occurrence is that only repeats a name.
CARRIED = 0.9
# How much a full name weighs in the type of its bare surname or given name.
DERIVED = 0.5
# Initials of fewer words than this are no acronym of a name.
_MIN_ACRONYM = 3
# A mention this sure keeps a type that its name has elsewhere in the text too.
STUBBORN = 0.85
# A person's name that is also a word in this text has to be this sure where a sentence begins.
_TELLING = 0.7
# Where so many of the names have capitals, one without has to be this sure.
_CASED_SHARE = 0.75
_SURE = 0.97

_EDGES = (
    " \t\r\n\u00a0\"'\u201c\u201d\u2018\u2019\u201e\u00ab\u00bb()[]{},;:!?-\u2013\u2014*_/\\|<>"
)
_THE = re.compile(r"the\s+(?=\S)", re.IGNORECASE)
_POSSESSIVE = re.compile(r"(?:['\u2019\u00b4`]s|(?<=s)['\u2019\u00b4`])$", re.IGNORECASE)
_CAMPAIGN = re.compile(r" camp(?:aign)?\b(?! (?:trail|season|stop|event|rally|manager|ad|ads)\b)")
_NICKNAMED = re.compile(r"[\w.'\u2019-]+\)\s[^()]+")
# What a name's own full stop stands after, which the model may leave to the sentence.
_JUNIOR = re.compile(r"\W[JS]r\.$")
_INCORPORATED = re.compile(r"\W(?:Inc|Corp|Ltd|Co|Bros)\.$")
_LONGEST_SUFFIX = 5
# A full stop after a word too long to be an abbreviation.
_ENDS_SENTENCE = re.compile(r"(?:^|[^\w.])[^\W\d_]{6,}\.$")
# A point of the compass belongs to a name only where it has a capital: "northern Europe".
_COMPASS = re.compile(
    r"(?:(?:north|south|mid)-?)?(?:north|south|east|west)(?:ern)?\s+(?=[^\W\d_a-z])"
)
_SENTENCE_START = re.compile(r"(?:^|[.!?]\s+|\n[^\S\n]*)[\"'\u201c\u2018]?([^\W\d_])")
_WORD = re.compile(r"\w+")
_OPENS_SENTENCE = re.compile(r"(?:^|[\n.!?:\"\u201c\u201d])\s*$")
_FIRST_WORD = re.compile(r"\S+\s+(?=\S)")
_PREFIXED = re.compile(r"(?:anti|pro|non|ex|post|pre|mid)-(?=[^\W\d_])", re.IGNORECASE)

# Capitalised words that are far more often something else than the name that they could be.
_GLUED = re.compile(r"[^\W\d_a-z][a-z\u00df-\u00ff]{5,29}$")
_MIN_GLUED = 3
_GLUABLE = frozenset(word for word in speech_words() if len(word) > _MIN_GLUED)
_UNTELLING = word_set(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday "
    "a an and as at but by for from he her his i if in is it its me my no not of on or our she so "
    "that the their they this to we who will with you your"
)


def carry_names(text: str, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """Return the names of a document, given the model's: cleaned, agreeing in type, complete.

    A name that is sure somewhere is carried to its other occurrences, a person's
    also by the surname or given name alone. The result is sorted and does not overlap.
    """
    found = _without_overlaps(_cleaned(text, mentions))
    keys = [fold_name(mention.span.of(text)) for mention in found]
    names = _weigh_names(text, found, keys)
    agreed = [_agreed(mention, names[key]) for mention, key in zip(found, keys, strict=True)]
    carried = find_occurrences(text, _with_short_forms(names))
    likely = (m for m in _merged(agreed, carried) if m.confidence >= LIKELY)
    bodies = (_embodied(text, mention) for mention in _joined(text, likely))
    return tuple(_without_overlaps(bodies))


def _cleaned(text: str, mentions: Sequence[Mention]) -> Iterator[Mention]:
    capitals = sum(_has_capital(mention.span.of(text)) for mention in mentions)
    is_cased = capitals >= _CASED_SHARE * len(mentions) or _is_cased(text)
    words = _Vocabulary(text)
    for mention in mentions:
        span = clean_span(text, mention.span, mention.type)
        if span is None or _is_word(text, mention, span, words):
            continue
        span = _unglued(text, span, words)
        if is_cased and mention.confidence < _SURE and not _has_capital(span.of(text)):
            continue
        yield Mention(span, mention.type, mention.confidence)


class _Vocabulary:
    """The words that a text holds, which are only read once one is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __contains__(self, word: str) -> bool:
        return word in self._words

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(_WORD.findall(self._text))


def _unglued(text: str, span: Span, words: _Vocabulary) -> Span:
    """Return a name without the verb of speech that was glued to it: "Leereplied".

    The name has to stand in the text on its own, too: `words` holds what does.
    """
    match = _GLUED.search(text, span.start, span.end)
    if match is None or match.end() != span.end:
        return span
    word = match.group()
    for cut in range(_MIN_GLUED, len(word) - _MIN_GLUED + 1):
        if word[cut:] in _GLUABLE and word[:cut] in words:
            return Span(span.start, match.start() + cut)
    return span


def _is_word(text: str, mention: Mention, span: Span, words: _Vocabulary) -> bool:
    """Tell whether a doubtful person at the start of a sentence is a word: "Delegates booed".

    `span` is where its name stands.
    """
    return (
        mention.type is EntityType.PERSON
        and mention.confidence < _TELLING
        and _OPENS_SENTENCE.search(text[max(0, span.start - 4) : span.start]) is not None
        and span.of(text).casefold() in words
    )


def _is_cased(text: str) -> bool:
    """Tell whether a text begins its sentences with capitals."""
    starts = [match.group(1) for match in _SENTENCE_START.finditer(text)]
    return sum(map(str.isupper, starts)) > _CASED_SHARE * len(starts)


def _has_capital(name: str) -> bool:
    """Tell whether a name has what sets it apart: a capital, a digit, or letters without case."""
    return any(not char.islower() and char.isalnum() for char in name)


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
    suffixed = _JUNIOR if kind is EntityType.PERSON else _INCORPORATED
    has_stop = text[end : end + 1] == "."
    if has_stop and suffixed.search(text, max(start, end - _LONGEST_SUFFIX), end + 1):
        end += 1
    if kind is EntityType.PERSON:
        start = _after_titles(text, start, end)
    elif kind is EntityType.PLACE and (match := _COMPASS.match(text, start, end)):
        start = match.end()
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


def _weigh_names(
    text: str, mentions: Sequence[Mention], keys: Sequence[tuple[str, ...]]
) -> dict[tuple[str, ...], KnownName]:
    """Return what the mentions together say of each name, by its folded words: their `keys`."""
    forms: defaultdict[tuple[str, ...], list[Mention]] = defaultdict(list)
    for mention, key in zip(mentions, keys, strict=True):
        forms[key].append(mention)
    votes = {key: _vote(same) for key, same in forms.items()}
    shares = [
        (short, kind, DERIVED * weight)
        for key, count in votes.items()
        for kind, weight in count.items()
        for short in _short_forms(key, kind)
        if short in votes
    ]
    for short, kind, share in shares:
        votes[short][kind] = votes[short].get(kind, 0.0) + share
    return {key: _weigh(text, same, votes[key]) for key, same in forms.items()}


def _weigh(text: str, mentions: Sequence[Mention], votes: Mapping[EntityType, float]) -> KnownName:
    """Return what the mentions of one name say of it, `votes` being how much for each type."""
    printed = {mention.span.of(text) for mention in mentions}
    return KnownName(
        max(votes, key=lambda kind: (votes[kind], kind.value)),
        max(mention.confidence for mention in mentions),
        frozenset(tuple(NAME_WORD.findall(form)) for form in printed),
        any(form.endswith(".") for form in printed),
    )


def _vote(mentions: Iterable[Mention]) -> dict[EntityType, float]:
    votes: dict[EntityType, float] = {}
    for mention in mentions:
        votes[mention.type] = votes.get(mention.type, 0.0) + mention.confidence
    return votes


def _agreed(mention: Mention, name: KnownName) -> Mention:
    """Give a mention the type that its name mostly has, unless it is sure of its own."""
    if mention.type is name.type or mention.confidence >= STUBBORN:
        return mention
    return replace(mention, type=name.type)


def _short_forms(name: tuple[str, ...], kind: EntityType) -> Iterator[tuple[str, ...]]:
    """Yield the forms that stand for a full name once it is known.

    A person's surname and given name; the acronym of anything else.
    """
    if kind is not EntityType.PERSON:
        if len(acronym := initials(name)) >= _MIN_ACRONYM:
            yield (acronym,)
        return
    words, _ = split_suffix(name)
    if len(words) < 2:
        return
    last = len(words) - 1
    yield words[last:]
    while last > 1 and words[last - 1] in PARTICLES:
        last -= 1
    if last < len(words) - 1:
        yield words[last:]
    if len(words[0]) > 1 and words[0] not in PARTICLES:
        yield words[:1]


def _with_short_forms(names: dict[tuple[str, ...], KnownName]) -> dict[tuple[str, ...], KnownName]:
    known = {key: name for key, name in names.items() if name.confidence >= CLEAR}
    for key, name in list(known.items()):
        if name.type is not EntityType.PERSON:
            continue
        for short in _short_forms(key, name.type):
            if short not in names and _is_telling(short):
                known[short] = _shortened(name, short)
    return {key: name for key, name in known.items() if _is_telling(key)}


def _shortened(name: KnownName, short: tuple[str, ...]) -> KnownName:
    """Return what a full name says of a short form of it."""
    size = len(short)
    printed = set()
    for words in name.printed:
        folded = [fold_word(word) for word in words]
        for at in range(len(words) - size + 1):
            if tuple(folded[at : at + size]) == short:
                printed.add(words[at : at + size])
    return KnownName(name.type, name.confidence, frozenset(printed), dotted=False, derived=True)


def _is_telling(key: tuple[str, ...]) -> bool:
    """Tell whether a name can be known again by its words alone."""
    if len(key) > 1:
        return True
    word = key[0]
    return len(word) > 1 and not word.isdigit() and word not in _UNTELLING


def _merged(found: list[Mention], carried: Iterable[tuple[Span, KnownName]]) -> Iterator[Mention]:
    """Join the model's mentions with carried ones.

    The model's win where they are longer, or where a carried one is only derived
    from another name; a longer carried name swallows the parts that the model saw.
    """
    starts = [mention.span.start for mention in found]
    ends = [mention.span.end for mention in found]
    gone: set[int] = set()
    added: list[Mention] = []
    for span, name in carried:
        inside = range(bisect_right(ends, span.start), bisect_left(starts, span.end))
        is_longer = not name.derived and all(_is_longer(span, found[i].span) for i in inside)
        if not inside or is_longer:
            gone.update(inside)
            added.append(Mention(span, name.type, name.confidence * CARRIED))
    kept = added + [mention for i, mention in enumerate(found) if i not in gone]
    yield from sorted(kept, key=lambda mention: mention.span.start)


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


def _embodied(text: str, mention: Mention) -> Mention:
    """Return the body that a candidate's name is part of: "the Lee campaign"."""
    match = _CAMPAIGN.match(text, mention.span.end) if mention.type is EntityType.PERSON else None
    if match is None:
        return mention
    span = Span(mention.span.start, match.end())
    return replace(mention, span=span, type=EntityType.ORGANIZATION)


def _is_one_name(text: str, first: Mention, second: Mention) -> bool:
    return (
        first.type is second.type is EntityType.PERSON
        and (
            (
                text[first.span.end : second.span.start] == " "
                and not any(char.isspace() for char in first.span.of(text) + second.span.of(text))
            )
            # Elizabeth (Betsy) Lee
            or (
                text[first.span.end : second.span.start] == " ("
                and _NICKNAMED.fullmatch(text, second.span.start, second.span.end) is not None
            )
        )
    )
