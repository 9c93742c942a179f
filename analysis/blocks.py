"""Block quotes: paragraphs that a page sets off as somebody's words, without any marks.

Editors set block quotes for statements and posts (HTML, "The blockquote element": content
quoted from another source, attributed outside of it). Who is quoted stands in the clause
before ("Sousa said in a statement:"), or in a signature after a dash.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.document import Attribution, LooseCue, Span
from analysis.pieces import PARAGRAPH

_MARKED = re.compile('["“”„«»]')
_SIGNATURE = re.compile(r"\s*(?P<cue>[―—–]|--?)\s*(?P<speaker>[A-Z][^\n\"“”]{2,80}?)[.]?\s*")
_WORD = re.compile(r"\w")
_MAX_CLAUSE = 400
# Somebody's words for certain only where somebody is said to say them: it may be a court's ruling.
_REPORTED, _UNREPORTED = 0.9, 0.5


def read_blocks(
    text: str,
    block_quotes: Sequence[Span],
    attributions: Sequence[Attribution],
    loose_cues: Sequence[LooseCue],
) -> tuple[Attribution, ...]:
    """Return each block quote without marks as what somebody said, if known who.

    `block_quotes` are in text order and apart from each other. Those with quotation marks are
    left to the marks.
    """
    reports = _Reports(text, attributions, loose_cues)
    found = (_read(text, block, reports) for block in block_quotes)
    return tuple(attribution for attribution in found if attribution)


def _read(text: str, block: Span, reports: "_Reports") -> Attribution | None:
    if _MARKED.search(text, block.start, block.end):
        return None
    content = list(_find_paragraphs(text, block.start, block.end))
    report = _find_signature(text, content[-1]) if len(content) > 1 else None
    if report:
        content.pop()
    elif content:
        report = _find_signature_after(text, block) or reports.find(block)
    else:
        return None
    if report is None:
        return Attribution(tuple(content), (), None, _UNREPORTED)
    return Attribution(tuple(content), report.cue, report.speaker, _REPORTED)


@dataclass(frozen=True, slots=True)
class _Report:
    cue: tuple[Span, ...]
    speaker: Span | None


class _Reports:
    """The clauses in which the model found that somebody says something, by where they end."""

    def __init__(
        self, text: str, attributions: Sequence[Attribution], loose_cues: Sequence[LooseCue]
    ) -> None:
        self._text = text
        reports = [_Report(a.cue, a.speaker) for a in attributions if a.cue]
        reports += [_Report((loose.cue,), loose.speaker) for loose in loose_cues]
        self._reports = sorted(reports, key=lambda report: report.cue[-1])
        self._cues = [report.cue[-1].start for report in self._reports]

    def find(self, block: Span) -> _Report | None:
        """Return the clause that announces a block with a colon, right before it."""
        window = max(0, block.start - _MAX_CLAUSE)
        before = self._text[window : block.start].rstrip()
        if not before.endswith(":"):
            return None
        paragraph = window + before.rfind("\n") + 1
        at = bisect_left(self._cues, block.start) - 1
        if at < 0 or self._cues[at] < paragraph:
            return None
        return self._reports[at]


def _find_signature(text: str, span: Span) -> _Report | None:
    match = _SIGNATURE.fullmatch(text, span.start, span.end)
    if match is None:
        return None
    return _Report((Span(*match.span("cue")),), Span(*match.span("speaker")))


def _find_signature_after(text: str, block: Span) -> _Report | None:
    following = next(_find_paragraphs(text, block.end, len(text)), None)
    return _find_signature(text, following) if following else None


def _find_paragraphs(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the paragraphs that have words."""
    for match in PARAGRAPH.finditer(text, start, end):
        if _WORD.search(text, *match.span()):
            yield Span(*match.span())
