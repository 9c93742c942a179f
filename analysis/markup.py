"""Read through what markup left behind in a text: character references and tags.

Copy that was scraped or pasted holds `&rdquo;`, `&nbsp;` and stray `<br>`. The
analysis reads what a reader of the page would have seen; every span that it
finds is then put back over the text as it was submitted.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import unescape
from html.entities import html5
from operator import attrgetter
from typing import NamedTuple

from analysis.document import Article, Entity, Quote, Span, Speaker
from analysis.wordlists import word_set

# Tags by the names of HTML's elements (WHATWG, section "Elements").
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
    r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
    r"|</?(?P<name>[A-Za-z][A-Za-z0-9]{0,9})(?:\s[^<>]{0,500})?/?>"
    r"|(?P<invisible>[\u00ad\u200b-\u200f\u2060\ufeff])"
)
_SPACES = frozenset(("\u00a0", "\u2002", "\u2003", "\u2009", "\u202f"))
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
# Spaces that may stand between the end of a sentence and a tag.
_GAP = 8
_SENTENCE_ENDS = frozenset(".!?:…”\"’'")


class _Run(NamedTuple):
    """A stretch of a legible text: where it begins there, and in the submitted one.

    Each of its characters stands for `width` submitted ones.
    """

    shown: int
    submitted: int
    width: int


@dataclass(frozen=True, slots=True)
class Legible:
    """A text as a reader sees it, and the runs in which its characters were submitted.

    `runs` are in text order, and None where nothing had to be read through: the offsets
    are the same.
    """

    text: str
    runs: tuple[_Run, ...] | None = None

    def restore(self, span: Span) -> Span:
        """Return where `span` of the legible text stands in the submitted one."""
        if self.runs is None:
            return span
        start, _ = self._place(self.runs, span.start)
        _, end = self._place(self.runs, span.end - 1)
        return Span(start, end)

    @staticmethod
    def _place(runs: Sequence[_Run], position: int) -> tuple[int, int]:
        """Return the start and end of what a legible character stands for."""
        run = runs[bisect_right(runs, position, key=attrgetter("shown")) - 1]
        start = run.submitted + position - run.shown
        return start, start + run.width

    def cover(self, article: Article) -> Article:
        """Return `article`, which was submitted, as a reader sees it."""
        if self.runs is None:
            return replace(article, text=self.text)
        return Article(
            self.text,
            self._find(article.body_start),
            self._cover(article.block_quotes),
            self._cover(article.signatures),
        )

    def _cover(self, spans: Sequence[Span]) -> tuple[Span, ...]:
        places = ((self._find(span.start), self._find(span.end)) for span in spans)
        return tuple(Span(start, end) for start, end in places if start < end)

    def _find(self, position: int) -> int:
        """Return the first position of the legible text that does not stand before `position`."""
        runs = self.runs or ()
        at = bisect_right(runs, position, key=attrgetter("submitted"))
        if at == 0:
            return 0
        end = runs[at].shown if at < len(runs) else len(self.text)
        return min(end, runs[at - 1].shown + position - runs[at - 1].submitted)

    def restore_entity(self, entity: Entity) -> Entity:
        """Return `entity` with the spans of the submitted text."""
        if self.runs is None:
            return entity
        mentions = tuple(replace(m, span=self.restore(m.span)) for m in entity.mentions)
        return replace(entity, mentions=mentions)

    def restore_quote(self, quote: Quote) -> Quote:
        """Return `quote` with the spans of the submitted text."""
        if self.runs is None:
            return quote
        return replace(
            quote,
            fragments=tuple(map(self.restore, quote.fragments)),
            cue=self.restore(quote.cue) if quote.cue else None,
            speaker=self._restore_speaker(quote.speaker) if quote.speaker else None,
            candidates=tuple(map(self._restore_speaker, quote.candidates)),
            joint=tuple(map(self._restore_speaker, quote.joint)),
        )

    def _restore_speaker(self, speaker: Speaker) -> Speaker:
        if speaker.mention is None:
            return speaker
        span = self.restore(speaker.mention.span)
        return replace(speaker, mention=replace(speaker.mention, span=span))


def make_legible(text: str) -> Legible:
    """Return `text` without tags and with character references read, in linear time."""
    if not _LEFT_BEHIND.search(text):
        return Legible(text)
    page = _Page()
    at = 0
    for match in _LEFT_BEHIND.finditer(text):
        page.show(text[at : match.start()], at)
        at = match.start()
        seen = _read(match, page.end)
        if seen is not None:
            page.show(seen, match.start(), len(match.group()))
            at = match.end()
    page.show(text[at:], at)
    return Legible("".join(page.shown), tuple(page.runs))


class _Page:
    """What a reader has seen so far: the runs, their words, and the `end` of all of these."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.runs: list[_Run] = []
        self.end = ""
        self._length = 0

    def show(self, words: str, submitted: int, width: int = 1) -> None:
        """Add words that begin at a place of the submitted text, each character of a width."""
        if words:
            self.shown.append(words)
            self.runs.append(_Run(self._length, submitted, width))
            self.end = (self.end + words[-_GAP:])[-_GAP:]
            self._length += len(words)


def _read(match: re.Match[str], before: str) -> str | None:
    """Return what a reader sees in the place of a match, `before` being what ends before it.

    One character, or nothing; None where the match is neither reference nor tag.
    """
    name = match.group("name")
    if match.group("invisible"):
        return ""
    if name is None:
        return _read_reference(match.group())
    # People are called Mark and Art; elements are written small, or in capitals.
    if name.istitle() and len(name) > 1:
        return None
    if name.lower() in _INLINE:
        return ""
    return _end_block(before) if name.lower() in _BLOCKS else None


def _read_reference(reference: str) -> str | None:
    seen = unescape(reference) if reference[1] == "#" else html5.get(reference[1:])
    if seen is None or len(seen) > 1:
        return None
    if seen in _SPACES:
        return " "
    return "" if seen in _INVISIBLE else seen


def _end_block(before: str) -> str:
    """Return the end of a paragraph, or a space: a stray tag within a sentence ends nothing."""
    last = before.rstrip()[-1:]
    return " " if last and last not in _SENTENCE_ENDS else "\n"
