"""Who writes in the first person: the one whose name stands under the letter, or over the story."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.discourse import Discourse, Named
from analysis.document import EntityType, Span

_PARAGRAPH = re.compile(r"[^\n]+")
_EDGE = re.compile(r"[\s\W_]*")
_BYLINE = re.compile(r"\s*(?:by|from|opinion by|analysis by)\s+(?:the\s+)?$", re.IGNORECASE)
# "Ann Lee is the former mayor of Porto.", "Ann Lee writes about schools."
_NOTE = re.compile(r"\s*(?:,[^.\n]{2,80},\s*)?(?:is|was|writes|teaches|covers|serves)\b")
# Titles and places after a signature: "Ann Lee, Porto".
_MAX_SIGNATURE = 60
_MAX_TOP = 4


@dataclass(frozen=True, slots=True)
class Authors:
    """The signatures of a text, in its order, and whoever wrote what is not signed."""

    positions: tuple[int, ...]
    signed: tuple[int, ...]
    author: int | None

    def writing(self, position: int) -> int | None:
        """Return the entity whose own words stand at a position, where the text tells."""
        at = bisect_left(self.positions, position)
        return self.signed[at] if at < len(self.signed) else self.author


def find_authors(discourse: Discourse) -> Authors:
    """Find who signs what: a paragraph of nothing but a name, a byline, or a note on the author.

    One signature alone is the author's of the whole; several are those of letters, each
    of what stands before it.
    """
    paragraphs = [Span(*match.span()) for match in _PARAGRAPH.finditer(discourse.text)]
    signatures: list[Named] = []
    author: int | None = None
    for number, paragraph in enumerate(paragraphs):
        person = _first_person(discourse, paragraph)
        if person is None:
            continue
        if number and _is_signature(discourse.text, paragraph, person):
            signatures.append(person)
        before = discourse.text[paragraph.start : person.span.start]
        if number < _MAX_TOP and _BYLINE.match(before):
            author = person.entity
        elif author is None and number == len(paragraphs) - 1 and not _EDGE.sub("", before):
            is_note = _NOTE.match(discourse.text, person.span.end, paragraph.end)
            author = person.entity if is_note else None
    return Authors(
        tuple(named.span.start for named in signatures),
        tuple(named.entity for named in signatures),
        author,
    )


def _first_person(discourse: Discourse, paragraph: Span) -> Named | None:
    """Return the first name in a paragraph, if it is a person's and stands early in it."""
    names: Sequence[Named] = discourse.named_in(paragraph)[:1]
    for named in names:
        is_person = discourse.type_of(named.entity) is EntityType.PERSON
        if is_person and named.span.start - paragraph.start <= _MAX_SIGNATURE:
            return named
    return None


def _is_signature(text: str, paragraph: Span, person: Named) -> bool:
    """Tell whether a paragraph consists of a full name and, after a comma, little else."""
    rest = text[person.span.end : paragraph.end].strip(" .\r")
    return (
        paragraph.end - paragraph.start <= _MAX_SIGNATURE
        and _EDGE.fullmatch(text, paragraph.start, person.span.start) is not None
        and " " in person.span.of(text)
        and (not rest or rest[0] in ",(" or rest.isspace())
    )
