"""Whom a pronoun, a dropped subject or a role means: by what was named before, or nobody."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence

from analysis.document import EntityType, Span
from analysis.genders import majority
from analysis.language_packs.clauses import Name, Page
from analysis.language_packs.quotations import Quotation
from analysis.names import Gender
from analysis.pieces import PARAGRAPH

# How many of the names before a pronoun are looked at.
_MOST_NAMES = 20
# How far around a name its role is looked for, in code points and in words.
_REACH, _ROLE_WORDS = 60, 4
_WORD = re.compile(r"[\w-]+")
# A full stop after a word too long for an abbreviation ends a sentence.
_PARTED = re.compile(r"[,;:!?…«»“”„\"()]|(?<=\w{5})\.")
_APPOSED = re.compile(r"[^\S\n]*,[^\S\n]*((?:[\w'’-]+[^\S\n]+){0,2}[\w-]+)")


class Cast:
    """The people and organisations that a text names, and what it says of them."""

    def __init__(self, page: Page, quotations: Sequence[Quotation]) -> None:
        self._page = page
        self._told = tuple(_outside(page.names, quotations))
        self._starts = [name.span.start for name in self._told]
        self._paragraphs = [match.start() for match in PARAGRAPH.finditer(page.text)]
        self._roles: defaultdict[str, set[int]] = defaultdict(set)
        genders: defaultdict[int, list[Gender | None]] = defaultdict(list)
        for name in page.names:
            if name.type is EntityType.PERSON:
                before, after = self._words_around(name.span)
                for role in (*self._own(before), *after):
                    if role in page.pack.people.roles:
                        self._roles[role].add(name.entity)
                genders[name.entity].append(self._title_gender(before))
        self._genders = {
            entity: majority(stated) or self._name_gender(entity)
            for entity, stated in genders.items()
        }

    def with_role(self, role: str) -> int | None:
        """Return the one person that the text gives a role to, or None."""
        holders = self._roles.get(role, set())
        return next(iter(holders)) if len(holders) == 1 else None

    def gender(self, entity: int) -> Gender | None:
        """Return the gender of a person, where title or given name tells it."""
        return self._genders.get(entity)

    def antecedents(
        self, position: int, gender: Gender | None, last: tuple[int, int] | None
    ) -> tuple[int, ...]:
        """Return whom a pronoun at `position` may mean, in this paragraph and the one before.

        `last` is who spoke last and where that ended: it is this one where nobody else who fits
        was named since. Otherwise it is anybody who fits.
        """
        at = bisect_left(self._paragraphs, position + 1) - 2
        start = self._paragraphs[max(0, at)] if self._paragraphs else 0
        people = [name for name in self._before(position, start) if self._fits(name.entity, gender)]
        if last and last[1] >= start and self._may_mean(last[0], gender):
            since = (name.entity for name in people if name.span.start >= last[1])
            if all(entity == last[0] for entity in since):
                return (last[0],)
        return tuple(dict.fromkeys(name.entity for name in people))

    def people_in(self, span: Span) -> list[Name]:
        """Return the people named in a stretch of the story, the first `_MOST_NAMES` of them."""
        at = bisect_left(self._starts, span.start)
        end = bisect_left(self._starts, span.end)
        names = self._told[at : min(end, at + _MOST_NAMES)]
        return [name for name in names if name.type is EntityType.PERSON]

    def _before(self, position: int, start: int) -> list[Name]:
        end = bisect_left(self._starts, position)
        names = self._told[max(0, end - _MOST_NAMES) : end]
        return [
            name for name in names if name.span.start >= start and name.type is EntityType.PERSON
        ]

    def _fits(self, entity: int, gender: Gender | None) -> bool:
        return gender is None or self.gender(entity) in {None, gender}

    def _may_mean(self, entity: int, gender: Gender | None) -> bool:
        """Tell whether who spoke last may be meant: by no pronoun, an organisation as well."""
        is_person = self._page.entities[entity].type is EntityType.PERSON
        return self._fits(entity, gender) and (is_person or gender is None)

    def _words_around(self, span: Span) -> tuple[list[str], list[str]]:
        text = self._page.text
        line = text[max(0, span.start - _REACH) : span.start].rpartition("\n")[2]
        before = _WORD.findall(_PARTED.split(line.rstrip(" ,\u00a0"))[-1])
        apposed = _APPOSED.match(text, span.end, min(len(text), span.end + _REACH))
        after = _WORD.findall(apposed.group(1)) if apposed else []
        fold = [[word.lower() for word in words] for words in (before, after)]
        return fold[0][-_ROLE_WORDS:], fold[1]

    def _own(self, before: Sequence[str]) -> Iterator[str]:
        """Yield the words before a name that belong to it, and not to who belongs to it."""
        pack = self._page.pack
        is_beside = True
        for word in reversed(before):
            is_title = word in pack.people.roles or word in pack.people.titles
            if word in pack.grammar.genitives:
                if is_beside:
                    return
            elif word in pack.grammar.prepositions:
                return
            is_beside = is_beside and (is_title or word in pack.grammar.articles)
            yield word

    def _title_gender(self, before: Sequence[str]) -> Gender | None:
        titles = self._page.pack.people.titles
        return next((titles[word] for word in reversed(before) if word in titles), None)

    def _name_gender(self, entity: int) -> Gender | None:
        people = self._page.pack.people
        words = self._page.entities[entity].name.lower().split()
        given = words[0] if words else ""
        if given in people.names:
            return people.names[given]
        # A surname alone tells nothing by its ending.
        return people.endings.get(given[-1]) if len(words) > 1 else None


def _outside(names: Sequence[Name], quotations: Sequence[Quotation]) -> list[Name]:
    """Return the names that stand in no quotation."""
    starts = [quotation.start for quotation in quotations]
    told = []
    for name in names:
        at = bisect_left(starts, name.span.start + 1) - 1
        if at < 0 or quotations[at].end <= name.span.start:
            told.append(name)
    return told
