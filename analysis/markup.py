"""Read through what markup left behind in a text: character references and tags.

Copy that was scraped or pasted holds `&rdquo;`, `&nbsp;` and stray `<br>`. The
analysis reads what a reader of the page would have seen; every span that it
finds is then put back over the text as it was submitted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from html.entities import html5

from analysis.document import Entity, Quote, Span, Speaker
from analysis.wordlists import word_set

# Tags by the names of HTML's elements (WHATWG, section "Elements"); "<Name>" is none.
_BLOCKS = word_set(
    "address article aside blockquote body br caption dd div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 head header hr html li main nav ol p pre section table tbody "
    "td tfoot th thead title tr ul"
)
_INLINE = word_set(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr q "
    "s samp small span strike strong sub sup time tt u var wbr"
)
_LEFT_BEHIND = re.compile(
    r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
    r"|</?(?P<name>[A-Za-z][A-Za-z0-9]{0,9})(?:\s[^<>]{0,500})?/?>"
)
_SPACES = frozenset(("\u00a0", "\u2002", "\u2003", "\u2009", "\u202f"))
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
_SENTENCE_ENDS = frozenset(".!?:…”\"’'")


@dataclass(frozen=True, slots=True)
class Legible:
    """A text as a reader sees it, and for each of its characters where it was submitted.

    `starts` and `ends` are None where nothing had to be read through: the
    offsets are the same.
    """

    text: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def restore(self, span: Span) -> Span:
        """Return where `span` of the legible text stands in the submitted one."""
        if self.starts is None or self.ends is None:
            return span
        return Span(self.starts[span.start], self.ends[span.end - 1])

    def restore_entity(self, entity: Entity) -> Entity:
        """Return `entity` with the spans of the submitted text."""
        mentions = tuple(replace(m, span=self.restore(m.span)) for m in entity.mentions)
        return replace(entity, mentions=mentions)

    def restore_quote(self, quote: Quote) -> Quote:
        """Return `quote` with the spans of the submitted text."""
        return replace(
            quote,
            fragments=tuple(map(self.restore, quote.fragments)),
            cue=self.restore(quote.cue) if quote.cue else None,
            speaker=self._restore_speaker(quote.speaker) if quote.speaker else None,
            candidates=tuple(map(self._restore_speaker, quote.candidates)),
        )

    def _restore_speaker(self, speaker: Speaker) -> Speaker:
        if speaker.mention is None:
            return speaker
        span = self.restore(speaker.mention.span)
        return replace(speaker, mention=replace(speaker.mention, span=span))


def make_legible(text: str) -> Legible:
    """Return `text` without tags and with character references read, in linear time."""
    shown: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for start, end, seen in _find_left_behind(text):
        shown += text[at:start]
        starts += range(at, start)
        ends += range(at + 1, start + 1)
        shown += seen
        starts += [start] * len(seen)
        ends += [end] * len(seen)
        at = end
    if not at:
        return Legible(text)
    shown += text[at:]
    starts += range(at, len(text))
    ends += range(at + 1, len(text) + 1)
    return Legible("".join(shown), tuple(starts), tuple(ends))


def _find_left_behind(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where references and tags stand, and what a reader sees in their place."""
    if "&" not in text and "<" not in text:
        return
    for match in _LEFT_BEHIND.finditer(text):
        name = match.group("name")
        seen = _read_reference(match.group()) if name is None else _read_tag(text, match, name)
        if seen is not None:
            yield match.start(), match.end(), seen


def _read_reference(reference: str) -> str | None:
    seen = unescape(reference) if reference[1] == "#" else html5.get(reference[1:])
    if seen is None:
        return None
    if seen in _SPACES:
        return " "
    return "" if seen in _INVISIBLE else seen


def _read_tag(text: str, tag: re.Match[str], name: str) -> str | None:
    before, after = text[max(0, tag.start() - 1) : tag.start()], text[tag.end() : tag.end() + 1]
    if name.lower() in _INLINE:
        return ""
    if name.lower() not in _BLOCKS:
        return None
    # A stray one within a sentence is no end of a paragraph.
    if before in _SENTENCE_ENDS or not before or before == ">":
        return "\n"
    return " " if before.isalnum() and after.isalnum() else ""
