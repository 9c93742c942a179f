"""What the words beside a quote say about its speaker: a name, a pronoun, a description.

Corpora following PARC call these words the *source*. Which word is their head
is decided without a parser, from the small words between the names.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from analysis.discourse import Discourse
from analysis.document import EntityType, MentionKind, Span
from analysis.names import fold_word, is_title
from analysis.offices import PERSON_ROLES, role_noun
from analysis.wordlists import word_set

PRONOUNS = word_set(
    "he she it they i we you who him her his hers their them us me its my our one himself herself "
    "themselves itself which that this these those everyone everybody someone somebody nobody "
    "anyone anybody none both"
)
# Words after which a noun phrase holds no longer its head, but what qualifies it.
_QUALIFIERS = word_set(
    "of for with at in from to on by about against over under near during after before as like "
    "who whose whom which that representing including using speaking running behind among "
    "between inside outside around within without through across onto into since until when "
    "where while whether if because than and or but & responsible familiar close working based "
    "briefed released published conducted commissioned issued obtained is was are were has had "
    "said says told"
)
_CONJUNCTIONS = word_set("and or & plus")
# Heads of titles that may hold "of" or "for": "Secretary of State John Kerry".
_OFFICES = word_set(
    "secretary minister president chairman chairwoman chair director governor mayor king queen "
    "prince princess duke duchess archbishop bishop head chief ambassador commissioner speaker "
    "leader attorney general deputy prime vice premier chancellor emir sultan patriarch lord dean"
)
_BEFORE_OFFICE = _OFFICES | {"former", "the", "then"}
_MODEST = word_set("himself herself themselves itself too also jr sr ii iii iv both alone then")
_ARTICLES = word_set("the a an")
_DASHES = frozenset(["-", "--", "\u2013", "\u2014"])
# Nobody is introduced at greater length, in characters.
_LONGEST = 1000
# More who speak together than these are not told one by one.
_MOST_HEADS = 10
# How far a source that is cut short is looked for its name.
_MAX_PHRASE = 60
_WORD = re.compile(r"[^\W_]+(?:[.'\u2019-][^\W_]+)*|&")
_BREAK = re.compile(r"[,;:()\[\]]|(?<=\s)[-\u2013\u2014]+(?=\s)|\u2014")
_POSSESSIVE = re.compile(r"['\u2019]s?(?=\W|$)")


@dataclass(frozen=True, slots=True)
class Source:
    """How a source gives the speaker.

    `entities` are the ones named as its head, several where they speak together.
    `words` are those of a pronoun, or of a description up to its head, as printed.
    `owners` are the entities named in a description before its head.
    """

    kind: MentionKind
    entities: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    owners: tuple[int, ...] = ()


def read_source(discourse: Discourse, span: Span) -> Source:
    """Tell what form the words at `span` give the speaker in."""
    text = discourse.text
    span = Span(span.start, min(span.end, span.start + _LONGEST))
    words = tuple(islice(_fold_words(text, span), 2))
    if words and words[0] in PRONOUNS and (len(words) == 1 or words[1] in _MODEST):
        return Source(MentionKind.PRONOUN, words=words[:1])
    segments = _without_dateline(discourse, _segments(discourse, span))
    for i, segment in enumerate(segments):
        heads = _heads(discourse, segment)
        if heads and (i == 0 or _is_apposition(discourse, segments[0], heads)):
            return Source(MentionKind.NAME, heads)
    return _read_description(discourse, segments[0]) if segments else Source(MentionKind.NOMINAL)


def complete_source(discourse: Discourse, span: Span) -> Span:
    """Return `span` up to the end of the name that an article alone must belong to.

    A source that is cut short after "the" goes on with the words up to the next name.
    """
    text = discourse.text
    if not all(word in _ARTICLES for word in _fold_words(text, span)):
        return span
    reach = Span(span.end, min(len(text), span.end + _MAX_PHRASE)) if span.end < len(text) else span
    for name in discourse.named_in(reach):
        between = text[span.end : max(span.end, name.span.start)]
        words = [fold_word(word) for word in _WORD.findall(between)]
        if not _BREAK.search(between) and "\n" not in between and not _QUALIFIERS & set(words):
            return Span(span.start, name.span.end)
        break
    return span


def _fold_words(text: str, span: Span) -> Iterator[str]:
    """Yield the folded words of a stretch."""
    return (fold_word(match.group()) for match in _WORD.finditer(text, span.start, span.end))


def _without_dateline(discourse: Discourse, segments: list[Span]) -> list[Span]:
    """Leave out the place that a dateline sets before a dash: "BRUSSELS - European leaders"."""
    if len(segments) < 2:
        return segments
    heads = _heads(discourse, segments[0])
    gap = discourse.text[segments[0].end : segments[1].start]
    is_place = bool(heads) and all(discourse.type_of(e) is EntityType.PLACE for e in heads)
    return segments[1:] if is_place and gap.strip(" ") in _DASHES else segments


def _segments(discourse: Discourse, span: Span) -> list[Span]:
    """Cut a source at commas, brackets and dashes that are outside names."""
    text = discourse.text
    cuts = [
        match.span()
        for match in _BREAK.finditer(text, span.start, span.end)
        if not discourse.named_in(Span(*match.span()))
    ]
    starts = [span.start] + [end for _, end in cuts]
    ends = [start for start, _ in cuts] + [span.end]
    return [
        Span(start, end)
        for start, end in zip(starts, ends, strict=True)
        if _WORD.search(text, start, end)
    ]


def _heads(discourse: Discourse, segment: Span) -> tuple[int, ...]:
    """Return the entities named as the heads of a noun phrase, joined by "and"."""
    text = discourse.text
    heads: list[int] = []
    start = segment.start
    for name in discourse.named_in(segment):
        between = _WORD.findall(text, start, max(start, name.span.start))
        before = [fold_word(word) for word in between]
        if heads and not (before and before[0] in _CONJUNCTIONS):
            break
        if len(heads) == _MOST_HEADS:
            break
        blocked = any(word in _QUALIFIERS for word in (before[1:] if heads else before))
        if blocked and not _is_office(between, discourse.type_of(name.entity)):
            break
        if not _ends_phrase(text, name.span.end, segment.end):
            continue
        heads.append(name.entity)
        start = name.span.end
    return tuple(dict.fromkeys(heads))


def _is_office(words: Sequence[str], kind: EntityType) -> bool:
    """Tell whether the words before a name are one long title: "Secretary of State"."""
    return (
        kind is EntityType.PERSON
        and bool(words)
        and fold_word(words[0]) in _BEFORE_OFFICE
        and any(fold_word(word) in _OFFICES for word in words[:3])
        and words[-1][0].isupper()
        and not is_title(words[-1])
    )


def _ends_phrase(text: str, start: int, end: int) -> bool:
    """Tell whether nothing after a name takes the place of its phrase's head."""
    possessive = _POSSESSIVE.match(text, start, end)
    match = _WORD.search(text, possessive.end() if possessive else start, end)
    if match is None:
        return True
    if possessive:
        return False
    word = fold_word(match.group())
    return word in _QUALIFIERS or word in _MODEST or word.isdigit()


def _is_apposition(discourse: Discourse, before: Span, heads: Sequence[int]) -> bool:
    """Tell whether a name after a comma names the head of what stands before it.

    "An attorney for Pagliano, Mark MacDougall" does; in "a spokesman for the nominee,
    Ann Lee" the name may be the nominee's, in "a man from Boston, Massachusetts" it
    is a place's, and in "critics, including Ann Lee" it is one of several.
    """
    words = tuple(_fold_words(discourse.text, before))
    kinds = {discourse.type_of(entity) for entity in heads}
    if kinds != {EntityType.PERSON}:
        return EntityType.PLACE not in kinds and not any(w in _QUALIFIERS for w in words)
    qualifier = next((i for i, word in enumerate(words) if word in _QUALIFIERS), None)
    if qualifier is None or discourse.named_ending(before.end):
        head = words[-1] if qualifier is None else words[max(0, qualifier - 1)]
        return not head.endswith("s") or head.endswith("ss") or len(words) < 2
    inner = words[qualifier + 1 :]
    return bool(inner) and (words[0] == "one" or role_noun(inner[-1]) not in PERSON_ROLES)


def _read_description(discourse: Discourse, segment: Span) -> Source:
    """Read a description up to its head, the last word before what qualifies it."""
    words: list[str] = []
    head = segment.start
    for match in _WORD.finditer(discourse.text, segment.start, segment.end):
        if words and fold_word(match.group()) in _QUALIFIERS:
            break
        words.append(match.group())
        head = match.start()
    owners = tuple(n.entity for n in discourse.named_in(segment) if n.span.end <= head)
    return Source(MentionKind.NOMINAL, words=tuple(words), owners=owners)
