"""The words around a quotation, as the rules read them: names whole, all else word by word."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from analysis.document import Entity, EntityType, MentionKind, Span
from analysis.language_packs.packs import Pack

# An elided word ("l'"), a word with its hyphens ("a-t-elle"), or one sign that parts clauses.
_TOKEN = re.compile(
    r"[^\W\d_]{1,8}['’](?=[^\W\d_])|\w+(?:-\w+)*|[,;:()\[\].!?…–—-]|[«»“”„\"‹›\n\r\u2028\u2029]"
)
DASHES = frozenset("—–-")
_SENTENCE_ENDS = frozenset(".!?…\n\r\u2028\u2029")
# How far from a quotation its report is looked for, in code points and in words.
REACH = 300
_MOST_ITEMS = 60


@dataclass(frozen=True, slots=True)
class Name:
    """A name in the text: where it stands, and the number of its entity."""

    span: Span
    entity: int
    type: EntityType


@dataclass(frozen=True, slots=True)
class Item:
    """A word in small letters, a sign, or a name whole."""

    span: Span
    form: str
    name: Name | None = None

    @property
    def is_word(self) -> bool:
        """Tell whether this is a word and no name or sign."""
        return self.name is None and self.form[:1].isalnum()


@dataclass(frozen=True, slots=True)
class Cue:
    """A verb that reports: the items from `first` to `last`, and its pronoun ("dit-il").

    `span` is what stands for it in an answer. Of a verb in two parts the subject may stand
    between `first` and `last`.
    """

    first: int
    last: int
    span: Span
    is_split: bool = False
    is_plural: bool = False
    is_gerund: bool = False
    pronoun: Item | None = None


class Page:
    """A text, the pack of its language, and the names in it."""

    def __init__(self, text: str, entities: Sequence[Entity], pack: Pack) -> None:
        self.text = text
        self.entities = entities
        self.pack = pack
        self.names = tuple(_apart(entities, len(text)))
        self.starts = [name.span.start for name in self.names]
        # What may stand between the sign that parts a report from its words and the verb.
        self.light = pack.grammar.adverbs | pack.grammar.clitics | pack.verbs.reflexives

    def items(self, start: int, end: int) -> Iterator[Item]:
        """Yield what stands between two places, word by word."""
        at = start
        number = bisect_left(self.starts, start)
        while match := _TOKEN.search(self.text, at, end):
            while number < len(self.names) and self.starts[number] < at:
                number += 1
            name = self.names[number] if number < len(self.names) else None
            if name and name.span.start <= match.start() and name.span.end <= end:
                yield Item(name.span, "", name)
                at = name.span.end
            else:
                yield Item(Span(*match.span()), match.group().lower().replace("’", "'"))
                at = match.end()

    def sentence_before(self, start: int, end: int) -> list[Item]:
        """Return the items from the last start of a sentence to `end`, not before `start`."""
        sentence: list[Item] = []
        for item in self.items(max(start, end - REACH), end):
            if self._ends_sentence(sentence, item):
                sentence = []
            else:
                sentence.append(item)
        return sentence[-_MOST_ITEMS:]

    def sentence_after(self, start: int, end: int) -> list[Item]:
        """Return the items from `start` to the end of its sentence, not after `end`."""
        sentence: list[Item] = []
        for item in islice(self.items(start, min(end, start + REACH)), _MOST_ITEMS):
            if self._ends_sentence(sentence, item):
                break
            sentence.append(item)
        return sentence

    def _ends_sentence(self, before: Sequence[Item], item: Item) -> bool:
        return item.form in _SENTENCE_ENDS and not self.is_abbreviated(before, item)

    def is_abbreviated(self, before: Sequence[Item], item: Item) -> bool:
        """Tell whether a full stop belongs to the word before it: “M.”, “J.”."""
        if item.form != "." or not before or before[-1].span.end != item.span.start:
            return False
        last = before[-1]
        is_short = len(last.form) == 1 or last.form in self.pack.people.abbreviations
        return last.is_word and is_short


def _apart(entities: Sequence[Entity], length: int) -> Iterator[Name]:
    """Yield the names of a text in its order; of two that overlap, the first."""
    names = sorted(
        (mention.span, number, mention.type)
        for number, entity in enumerate(entities)
        for mention in entity.mentions
        if mention.kind is MentionKind.NAME and mention.span.end <= length
    )
    free_from = 0
    for span, entity, kind in names:
        if span.start >= free_from:
            yield Name(span, entity, kind)
            free_from = span.end


def read_cue(items: Sequence[Item], at: int, pack: Pack) -> Cue | None:
    """Return the verb of saying whose first part stands at one of the items."""
    item = items[at]
    if not item.is_word:
        return None
    verbs = pack.verbs
    verb, pronoun = _split_inversion(item, pack)
    before = items[at - 1].form if at else ""
    first = at - (before in verbs.reflexives and at > 0)
    last = _find_participle(items, at, verb, before, pack)
    is_plural = verbs.plural.fullmatch(verb) is not None
    if last is not None:
        is_split = verbs.are_split
        span = items[last].span if is_split else Span(items[first].span.start, items[last].span.end)
        return Cue(first, last, span, is_split, is_plural, False, pronoun)
    is_noun = before in pack.grammar.articles or before in pack.grammar.prepositions
    if verb in verbs.finite and not is_noun:
        span = Span(items[first].span.start, item.span.end)
        return Cue(first, at, span, False, is_plural, False, pronoun)
    # Without a comma or another word to lead it in, a gerund may be an adjective ("rassurant").
    is_led = before == "," or before in pack.grammar.prepositions | pack.grammar.coordinators
    is_gerund = verb in verbs.gerunds and (is_led or at == 0)
    return Cue(at, at, item.span, is_gerund=True) if is_gerund else None


def may_report(item: Item, pack: Pack) -> bool:
    """Tell whether a verb of saying may begin with an item."""
    verbs = pack.verbs
    forms = verbs.finite | verbs.auxiliaries | verbs.reflexive_auxiliaries
    return item.is_word and _split_inversion(item, pack)[0] in forms


def _split_inversion(item: Item, pack: Pack) -> tuple[str, Item | None]:
    """Return a verb and the pronoun that a hyphen ties to it ("a-t-elle")."""
    verb, hyphen, pronoun = item.form.rpartition("-")
    if not hyphen or pronoun not in pack.people.pronouns:
        return item.form, None
    span = Span(item.span.end - len(pronoun), item.span.end)
    return verb.removesuffix("-t"), Item(span, pronoun)


# How many words may stand between an auxiliary and its participle.
_SPLIT_WORDS, _WORDS_BETWEEN = 14, 3


def _find_participle(
    items: Sequence[Item], at: int, verb: str, before: str, pack: Pack
) -> int | None:
    """Return where the participle of an auxiliary stands."""
    verbs, grammar = pack.verbs, pack.grammar
    is_reflexive = verb in verbs.reflexive_auxiliaries and before in verbs.reflexives
    if verb not in verbs.auxiliaries and not is_reflexive:
        return None
    reach = _SPLIT_WORDS if verbs.are_split else _WORDS_BETWEEN
    for i in range(at + 1, min(len(items), at + 1 + reach)):
        form = items[i].form
        if form in verbs.participles:
            return i
        if form in grammar.stops or form in {",", ":", ";"}:
            return None
        if not verbs.are_split and form not in grammar.adverbs:
            return None
    return None


def find_cues(items: Sequence[Item], pack: Pack, start: int = 0) -> list[Cue]:
    """Return the verbs of saying among the items, from one of them on."""
    cues: list[Cue] = []
    for at in range(start, len(items)):
        if not cues or at > cues[-1].last:
            cue = read_cue(items, at, pack)
            cues += [cue] if cue else []
    return cues
