"""Who a verb of saying has for its subject: a name, a description or a pronoun."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.document import EntityType, MentionKind, Span
from analysis.language_packs.clauses import Cue, Item, Name
from analysis.language_packs.packs import Grammar, Pack

# Words that may stand between an article and the name or role it belongs to: "la giovane".
_MODIFIERS = 3
_SIGNS = frozenset(',;:()[]–—-.!?…«»“”„"‹›\n\r\u2028\u2029')


@dataclass(frozen=True, slots=True)
class Subject:
    """The words for a speaker: `names` in the order they stand, or else a `head`.

    The head is the noun of a description, or the pronoun, in small letters. `first` and `end`
    number the items.
    """

    span: Span
    kind: MentionKind
    first: int
    end: int
    names: tuple[Name, ...] = ()
    head: str = ""

    @property
    def is_pronoun(self) -> bool:
        """Tell whether the subject is a pronoun."""
        return self.kind is MentionKind.PRONOUN

    @property
    def is_person(self) -> bool:
        """Tell whether the subject is a person's name."""
        return bool(self.names) and self.names[0].type is EntityType.PERSON


class Phrases:
    """The phrases for people and organisations among the items of a clause."""

    def __init__(self, items: Sequence[Item], pack: Pack) -> None:
        self._items = items
        self._grammar: Grammar = pack.grammar
        self._people = pack.people
        self._verbs = pack.verbs

    def follow(self, start: int, end: int) -> Subject | None:
        """Return the subject of a verb that comes before it, or None.

        What a preposition leads in is passed over; a comma or another clause ends the search.
        """
        at = self._skip_adverbs(start, end)
        if pronoun := self._read_pronoun(at, end):
            return pronoun
        first = at
        if noun := self._read_noun(at, end):
            return noun
        while at < end:
            form = self._items[at].form
            if form in self._grammar.stops or form in {",", ";", ":", "(", ")", "–", "—", "-"}:
                return None
            if self._leads_object(form):
                at = self._skip_object(at + 1, end)
                continue
            subject = self.read(at, end)
            if subject and (at == first or not _is_place(subject)):
                return subject
            at = subject.end if subject else at + 1
        return None

    def _read_noun(self, at: int, end: int) -> Subject | None:
        """Return what an article and a noun right after a verb describe, whatever the noun."""
        if at + 1 >= end or self._items[at].form not in self._grammar.articles:
            return None
        if not self._is_plain(self._items[at + 1]) or self.read(at, end):
            return None
        return self._describe(at, at + 1, end)

    def precede(self, cue: Cue) -> Subject | None:
        """Return the subject of a verb that comes after it, or None.

        That is the phrase right before the verb; or what an apposition between commas is for or
        belongs to; or the first person of the sentence, as a sentence begins with its subject.
        """
        items, grammar = self._items, self._grammar
        edge = cue.first
        while edge and items[edge - 1].form in grammar.adverbs | grammar.clitics:
            edge -= 1
        found = list(self._subjects(edge))
        for subject in reversed(found):
            if subject.end == edge:
                return subject
        is_parted = edge > 0 and items[edge - 1].form == ","
        if is_parted and (apposed := self._apposed(found, edge - 1)):
            return apposed
        named = [s for s in found if s.names and not _is_place(s)]
        people = [s for s in named if s.is_person]
        if items and (pronoun := self._read_pronoun(0, 1)):
            return pronoun
        described = [s for s in found if s.kind is MentionKind.NOMINAL]
        return next(iter((*people, *named, *described)), None)

    def _apposed(self, found: Sequence[Subject], comma: int) -> Subject | None:
        """Return the subject that the words between two commas are for, or belong to."""
        before = next((i for i in reversed(range(comma)) if self._items[i].form == ","), None)
        if before is None:
            return next((s for s in found if s.end == comma and s.names), None)
        inside = (s for s in found if s.first == before + 1 and s.end == comma and s.names)
        holder = (s for s in found if s.end == before)
        return next(iter((*inside, *holder)), None)

    def _subjects(self, end: int) -> Iterator[Subject]:
        """Yield the phrases before an item that no preposition leads in."""
        at = 0
        while at < end:
            form = self._items[at].form
            if form == "(":
                close = (i for i in range(at, end) if self._items[i].form == ")")
                at = next(close, at) + 1
            elif self._leads_object(form):
                at = self._skip_object(at + 1, end)
            else:
                subject = self._read_pronoun(at, end) or self.read(at, end)
                if subject and not (subject.kind is MentionKind.PRONOUN and subject.end != end):
                    yield subject
                at = subject.end if subject else at + 1

    def read(self, at: int, end: int, *, is_object: bool = False) -> Subject | None:
        """Return the phrase that begins at an item: “the mayor of Porto, Ann Lee”.

        After a preposition (`is_object`) articles may be those of other cases.
        """
        articles = self._grammar.articles
        if is_object:
            articles |= self._grammar.oblique_articles
        has_article = self._items[at].form in articles
        start = at + has_article
        for i in range(start, min(end, start + (_MODIFIERS if has_article else 1))):
            item = self._items[i]
            if item.name:
                return self._named(at, i, end)
            if self._is_role(item):
                return self._read_role(at, i, end)
            if not self._is_plain(item):
                return None
        return None

    def _named(self, at: int, name: int, end: int) -> Subject:
        """Return the subject that a name, and those joined to it, make."""
        names = [self._items[name].name]
        last = name
        while last + 2 < end and self._items[last + 1].form in self._grammar.coordinators:
            other = self.read(last + 2, end)
            if other is None or not other.names:
                break
            names += other.names
            last = other.end - 1
        known = tuple(n for n in names if n is not None)
        span = known[0].span
        return Subject(span, MentionKind.NAME, at, last + 1, known)

    def _read_role(self, at: int, head: int, end: int) -> Subject | None:
        """Return what a role and what belongs to it stand for: a name, or nobody named."""
        subject = self._describe(at, head, end)
        is_role = self._people.is_role(self._items[head].form)
        return subject if subject.names or is_role else None

    def _describe(self, at: int, head: int, end: int) -> Subject:
        """Return a noun with what belongs to it, or the name that it stands before."""
        items, i = self._items, head + 1
        may_modify = self._grammar.adjectives_follow
        while i < end:
            item = items[i]
            if item.name:
                return self._named(at, i, end)
            if item.form in self._grammar.genitives and i + 1 < end:
                i = self._skip_complement(i + 1, end)
                continue
            is_dot = item.form == "." and items[i - 1].form in self._people.abbreviations
            if is_dot or self._is_role(item):
                i += 1
            elif may_modify and self._is_plain(item):
                may_modify = False
                i += 1
            else:
                break
        # “Il sindaco, Marco Rossi,”
        is_apposed = i + 1 < end and items[i].form == "," and items[i + 1].name is not None
        if is_apposed and (i + 2 == end or items[i + 2].form in _SIGNS):
            return self._named(at, i + 1, end)
        span = Span(items[at].span.start, items[i - 1].span.end)
        return Subject(span, MentionKind.NOMINAL, at, i, head=items[head].form)

    def _skip_complement(self, at: int, end: int) -> int:
        """Return where a complement ends: “of the ministry of health”, “of minister Lee”."""
        items = self._items
        while at < end and items[at].form in (
            self._grammar.articles | self._grammar.oblique_articles
        ):
            at += 1
        if at >= end or items[at].form in _SIGNS:
            return at
        is_role = self._is_role(items[at])
        at += 1
        if is_role and at < end and items[at].name:
            return at + 1
        return at + (self._grammar.adjectives_follow and at < end and self._is_plain(items[at]))

    def _is_role(self, item: Item) -> bool:
        """Tell whether a word is a role or a title."""
        return self._people.is_role(item.form) or item.form in self._people.titles

    def _read_pronoun(self, at: int, end: int) -> Subject | None:
        if at >= end or self._items[at].form not in self._people.pronouns:
            return None
        item = self._items[at]
        return Subject(item.span, MentionKind.PRONOUN, at, at + 1, head=item.form)

    def _skip_adverbs(self, at: int, end: int) -> int:
        while at < end and self._items[at].form in self._grammar.adverbs:
            at += 1
        return at

    def _leads_object(self, form: str) -> bool:
        return form in self._grammar.prepositions or form in self._grammar.oblique_articles

    def _skip_object(self, at: int, end: int) -> int:
        """Return where what a preposition leads in ends."""
        if at >= end:
            return at
        if phrase := self.read(at, end, is_object=True):
            return phrase.end
        has_article = self._items[at].form in (
            self._grammar.articles | self._grammar.oblique_articles
        )
        at += has_article
        return at + (at < end and self._is_plain(self._items[at]))

    def _is_plain(self, item: Item) -> bool:
        """Tell whether a word is none of those that end a phrase."""
        grammar, form = self._grammar, item.form
        return item.is_word and not (
            form in grammar.adverbs
            or form in grammar.prepositions
            or form in grammar.stops
            or form in grammar.coordinators
            or form in grammar.clitics
            or form in grammar.articles
            or form in self._verbs.finite
            or form in self._verbs.auxiliaries
            or form in self._verbs.reflexives
        )


def _is_place(subject: Subject) -> bool:
    return bool(subject.names) and subject.names[0].type is EntityType.PLACE
