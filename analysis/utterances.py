"""How far an utterance goes, where marks alone do not tell.

A clause or the end of a paragraph may part what is one utterance; a mark may be lost.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from analysis.cues import is_speech_cue
from analysis.document import Attribution, Span
from analysis.marks import Quotation

# “So far,” she said, smiling, “we wait.” A clause breaks off; another one, which a comma
# announces, goes on in small letters.
_BREAKS_OFF = re.compile(r"[,–—-]\s*$")
_GOES_ON = re.compile(r"\s*(?:[a-z]|I\b)")
_CLAUSE = re.compile(r"[^\n\"“”«»„]{3,200},\s*")
# What follows is another utterance: “…,” she said, adding, “…”
_ANNOUNCES = re.compile(r"\b(\w+ing)(?: \w+){0,2},\s*$")
# A whole clause between two quotations: “…,” she said. “…”
_BROKEN = re.compile(r"[,?!]\s*$")
_REPORT = re.compile(r"[^\n\"“”«»„.]{3,120}\.[^\S\n]+")
_WHOLE = re.compile(r"[.!?…,–—-]\s*$")
_SENTENCE_END = re.compile(r"\s*[.!?]")
_PARAGRAPH = re.compile(r"[^\n]+")
_ANNOUNCED = re.compile(r":\s*$")
_MARKED = re.compile(r"[\"“”«»„]")
# Somebody's turn, in a transcript without capitals: “lee: we said so
_TURN = re.compile(r"\s*[\w.'’-]{1,30}(?: [\w.'’-]{1,30}){0,3}:\s")
_NEXT_PARAGRAPH = re.compile(r"[^\S\n]*\n\s*")


def join_utterances(
    text: str, attributions: Sequence[Attribution], quotations: Sequence[Quotation]
) -> list[Attribution]:
    """Return the attributions, one utterance in several quotations being one of them.

    A quotation is interrupted by the clause that reports it, or left open at the end of a
    paragraph and opened anew in the next. What the model made of the later parts, or of
    the clause between them, gives way.
    """
    parts = _Parts(text, attributions)
    for first, second in pairwise(quotations):
        if _is_interrupted(text, first, second):
            parts.join_halves(first, second)
        elif _is_followed(text, first, second):
            parts.join_rest(first, second)
    for chain in _find_chains(text, quotations):
        if not any(_TURN.match(text, part.inside_start, part.inside_end) for part in chain):
            parts.join_chain(chain)
    return parts.joined()


class _Parts:
    """The contents of the attributions, as they are handed from one to another."""

    def __init__(self, text: str, attributions: Sequence[Attribution]) -> None:
        self._text = text
        self._attributions = attributions
        self._contents = [list(attribution.content) for attribution in attributions]
        self._places = sorted((span, i) for i, own in enumerate(self._contents) for span in own)
        self._starts = [span.start for span, _ in self._places]

    def join_halves(self, first: Quotation, second: Quotation) -> None:
        """Give the second half to the attribution whose cue stands between the halves."""
        near = self._near(first.start, second.end)
        gap = Span(first.end, second.start)
        owner = next((i for i in near if self._is_reported(i, gap)), None)
        if owner is None:
            return
        for i in near:
            self._contents[i] = [
                span
                for span in self._contents[i]
                if span.end <= gap.start or span.start >= second.end
            ]
        begun = self._contents[owner] or [Span(first.start, first.end)]
        self._contents[owner] = sorted([*begun, Span(second.start, second.end)])

    def join_rest(self, first: Quotation, second: Quotation) -> None:
        """Give a quotation that nobody is named for to the attribution reported right before."""
        gap = Span(first.end, second.start)
        near = self._near(first.start, first.end)
        owner = next((i for i in near if self._is_reported(i, gap)), None)
        rest = self._near(second.start, second.end)
        is_free = all(i == owner or not self._attributions[i].cue for i in rest)
        if owner is None or owner in rest or not is_free:
            return
        for i in rest:
            self._contents[i] = []
        self._contents[owner] = sorted([*self._contents[owner], Span(second.start, second.end)])

    def join_chain(self, chain: Sequence[Quotation]) -> None:
        """Make one of the attributions in a chain, unless several of them have cues."""
        near = [i for i in self._near(chain[0].start, chain[-1].end) if self._contents[i]]
        reported = [i for i in near if self._attributions[i].cue]
        if not near or len(reported) > 1:
            return
        owner = (reported or near)[0]
        own = [Span(quotation.start, quotation.end) for quotation in chain]
        ends = [whole.end for whole in own]
        for span in [span for i in near for span in self._contents[i]]:
            at = bisect_right(ends, span.start)
            own += [] if at < len(ends) and own[at].overlaps(span) else [span]
        for i in near:
            self._contents[i] = sorted(own) if i == owner else []

    def joined(self) -> list[Attribution]:
        """Return the attributions that still have content."""
        return [
            attribution.with_content(own)
            for attribution, own in zip(self._attributions, self._contents, strict=True)
            if own
        ]

    def _near(self, start: int, end: int) -> list[int]:
        """Return the numbers of the attributions with content between two positions."""
        at = bisect_left(self._starts, start)
        at -= at > 0 and self._places[at - 1][0].end > start
        return list(dict.fromkeys(i for _, i in self._places[at : bisect_left(self._starts, end)]))

    def _is_reported(self, number: int, gap: Span) -> bool:
        """Tell whether the clause between two halves holds the cue of an attribution."""
        cues = self._attributions[number].cue
        return any(gap.contains(cue) and is_speech_cue(cue.of(self._text)) for cue in cues)


def _is_interrupted(text: str, first: Quotation, second: Quotation) -> bool:
    if first.closer is None or first.end >= second.start:
        return False
    announced = _ANNOUNCES.search(text, first.end, second.start)
    if announced and is_speech_cue(announced.group(1)):
        return False
    return (
        _CLAUSE.fullmatch(text, first.end, second.start) is not None
        and _BREAKS_OFF.search(text, first.inside_start, first.inside_end) is not None
        and _GOES_ON.match(text, second.inside_start, second.inside_end) is not None
        and _WHOLE.search(text, second.inside_start, second.inside_end) is not None
        and is_speech_cue(text[first.end : second.start])
    )


def _is_followed(text: str, first: Quotation, second: Quotation) -> bool:
    """Tell whether a quotation follows right after the clause that reports another one."""
    return (
        first.closer is not None
        and first.end < second.start
        and _BROKEN.search(text, first.inside_start, first.inside_end) is not None
        and _REPORT.fullmatch(text, first.end, second.start) is not None
        and is_speech_cue(text[first.end : second.start])
    )


def _find_chains(text: str, quotations: Sequence[Quotation]) -> Iterator[list[Quotation]]:
    """Yield the quotations that go over several paragraphs, each but the last left open."""
    chain: list[Quotation] = []
    for first, second in pairwise(quotations):
        if first.closer is None and _NEXT_PARAGRAPH.fullmatch(text, first.end, second.start):
            chain += [second] if chain else [first, second]
        elif chain:
            yield chain
            chain = []
    if chain:
        yield chain


def close_quotations(
    text: str, attributions: Sequence[Attribution], quotations: Sequence[Quotation]
) -> tuple[Sequence[Quotation], list[Attribution]]:
    """Close quotations that have no closing mark where the clause that reports them begins.

    Return the quotations and the attributions, without the words that the model took to go
    on after the sentence. A quotation that goes on in the next paragraph is left open.
    """
    left_open = {q.start for chain in _find_chains(text, quotations) for q in chain[:-1]}
    lost = [q for q in quotations if q.closer is None and q.start not in left_open]
    starts = [quotation.start for quotation in lost]
    ends: dict[int, int] = {}
    kept = []
    for attribution in attributions:
        first = attribution.content[0]
        at = bisect_right(starts, first.start) - 1
        clause = [*attribution.cue, *([attribution.speaker] if attribution.speaker else [])]
        if (
            at >= 0
            and clause
            and first.end <= min(clause).start
            and max(clause).end <= lost[at].end
        ):
            ends[lost[at].start] = first.end
            later = [s for s in attribution.content[1:] if not _SENTENCE_END.match(text, s.start)]
            attribution = attribution.with_content((first, *later))
        kept.append(attribution)
    closed = tuple(
        replace(q, inside_end=ends[q.start]) if q.start in ends else q for q in quotations
    )
    return closed, kept


def extend_blocks(text: str, attributions: Sequence[Attribution]) -> list[Attribution]:
    """Let words that open a paragraph of their own after a colon go on to its end.

    That is, where they are the only words in it that the model found, and it has no marks.
    """
    paragraphs = [Span(*m.span()) for m in _PARAGRAPH.finditer(text) if not m.group().isspace()]
    starts = [paragraph.start for paragraph in paragraphs]
    homes = [bisect_right(starts, a.content[-1].start) - 1 for a in attributions]
    counts = Counter(homes)
    extended = []
    for attribution, home in zip(attributions, homes, strict=True):
        last, paragraph = attribution.content[-1], paragraphs[home] if home > 0 else None
        if (
            paragraph
            and counts[home] == 1
            and not text[paragraph.start : last.start].strip()
            and any(cue.start < paragraph.start for cue in attribution.cue)
            and _ANNOUNCED.search(text, paragraphs[home - 1].start, paragraphs[home - 1].end)
            and not _MARKED.search(text, paragraph.start, paragraph.end)
        ):
            whole = Span(last.start, paragraph.end)
            attribution = attribution.with_content((*attribution.content[:-1], whole))
        extended.append(attribution)
    return extended
