"""A document as it unfolds: who is named where, in which sentence, with which gender."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.document import Entity, EntityType, MentionKind, Span
from analysis.genders import find_gender, stated_gender
from analysis.names import Gender, fold_name
from analysis.narration import Narration, read_narration

_PARAGRAPH = re.compile(r"[^\n]+")
_HEADING_LINES = 2


@dataclass(frozen=True, slots=True)
class Named:
    """One name in the text, and which of the document's entities it means."""

    span: Span
    entity: int


@dataclass(frozen=True, slots=True)
class Discourse:
    """What resolving references needs to look up, each in logarithmic time."""

    text: str
    entities: tuple[Entity, ...]
    genders: tuple[Gender | None, ...]
    narration: Narration
    named: tuple[Named, ...]
    sentence_starts: tuple[int, ...]
    paragraph_starts: tuple[int, ...]

    def type_of(self, entity: int) -> EntityType:
        """Return the type of an entity."""
        return self.entities[entity].type

    def is_person(self, entity: int) -> bool:
        """Tell whether an entity is a person."""
        return self.type_of(entity) is EntityType.PERSON

    def named_after(self, position: int, count: int) -> tuple[Named, ...]:
        """Return the next names after a position, up to `count`."""
        at = bisect_right(self.named, position, key=lambda named: named.span.start)
        return self.named[at : at + count]

    def sentence(self, position: int) -> int:
        """Return the number of the sentence at a position."""
        return bisect_right(self.sentence_starts, position) - 1

    def sentence_start(self, position: int) -> int:
        """Return where the sentence at a position begins."""
        at = self.sentence(position)
        return self.sentence_starts[at] if at >= 0 else 0

    def paragraph(self, position: int) -> int:
        """Return the number of the paragraph at a position."""
        return bisect_right(self.paragraph_starts, position) - 1

    def is_heading(self, position: int) -> bool:
        """Tell whether a position is in the text's first lines: a headline, or what is under it."""
        return self.paragraph(position) < _HEADING_LINES

    def named_in(self, span: Span) -> tuple[Named, ...]:
        """Return the names that share a character with `span`."""
        first = bisect_left(self.named, span.start, key=lambda named: named.span.end)
        if first < len(self.named) and self.named[first].span.end == span.start:
            first += 1
        last = bisect_left(self.named, span.end, key=lambda named: named.span.start)
        return self.named[first:last]

    def named_ending(self, position: int) -> Named | None:
        """Return the name that ends at a position."""
        at = bisect_left(self.named, position, key=lambda named: named.span.end)
        if at < len(self.named) and self.named[at].span.end == position:
            return self.named[at]
        return None


def read_discourse(
    text: str,
    entities: Sequence[Entity],
    sentence_starts: Sequence[int],
    *,
    narration: Narration | None = None,
) -> Discourse:
    """Prepare a document for resolving references in it; without its narration, that is read."""
    narration = narration or read_narration(text)
    named = [
        Named(mention.span, i)
        for i, entity in enumerate(entities)
        for mention in entity.mentions
        if mention.kind is MentionKind.NAME
    ]
    named.sort(key=lambda name: (name.span.start, name.span.end, name.entity))
    paragraphs = tuple(match.start() for match in _PARAGRAPH.finditer(text))
    starts = sorted({*sentence_starts, *paragraphs})
    return Discourse(
        text,
        tuple(entities),
        _find_genders(text, entities, named, narration),
        narration,
        tuple(named),
        tuple(starts),
        paragraphs,
    )


def _find_genders(
    text: str, entities: Sequence[Entity], named: Sequence[Named], narration: Narration
) -> tuple[Gender | None, ...]:
    people = [name for name in named if entities[name.entity].type is EntityType.PERSON]
    following: defaultdict[int, list[Gender | None]] = defaultdict(list)
    genders = narration.genders_after(
        [name.span for name in people], [name.entity for name in people]
    )
    for name, gender in zip(people, genders, strict=True):
        following[name.entity].append(gender)
    return tuple(
        _find_gender(text, entity, following[i]) if entity.type is EntityType.PERSON else None
        for i, entity in enumerate(entities)
    )


def _find_gender(text: str, person: Entity, following: Sequence[Gender | None]) -> Gender | None:
    spans = [mention.span for mention in person.mentions]
    printed = dict.fromkeys(span.of(text) for span in spans)
    stated = (stated_gender(text, span) for span in spans)
    return find_gender(stated, map(fold_name, printed), following)
