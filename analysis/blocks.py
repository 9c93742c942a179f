"""Block quotes: paragraphs that a page sets off as somebody's words, without any marks.

Editors set block quotes for statements and posts (HTML, "The blockquote element": content
quoted from another source, attributed outside of it). Who is quoted stands in a signature, or
in the clause before ("Sousa said in a statement:").
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from analysis.document import (
    Article,
    Attribution,
    AttributionStatus,
    Entity,
    LooseCue,
    MentionKind,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerMention,
)
from analysis.layout import SIGNATURE
from analysis.pieces import PARAGRAPH

_OPENS_WITH_MARK = re.compile('\\s*["“”„«»]')
_SIGNATURE = re.compile(r"\s*(?P<cue>[―—–]|--?)\s*(?P<speaker>[A-Z][^\n\"“”]{2,80}?)[.]?\s*")
_DASHES = re.compile(r"[\s―—–-]*")
_SENTENCE_END = re.compile(r"[.!?…][\"”»]?\s")
_WORD = re.compile(r"\w")
_MAX_CLAUSE = 400
# A page may show what its text says once more, larger. So many blocks of so many characters are
# looked for elsewhere, which bounds the time.
_MAX_REPEATED, _MIN_REPEATED_CHARS = 50, 20
# Somebody's words for certain only where somebody is said to say them: it may be a court's ruling.
_REPORTED, _UNREPORTED = 0.9, 0.5


def read_blocks(
    article: Article, attributions: Sequence[Attribution], loose_cues: Sequence[LooseCue]
) -> tuple[Attribution, ...]:
    """Return each block quote without marks as what somebody said, if known who.

    Blocks that open with a quotation mark are left to the marks, and those that repeat what
    the text says elsewhere are left out.
    """
    reports = _Reports(article, attributions, loose_cues)
    blocks = article.block_quotes
    starts = {block.start for block in blocks}
    repeated = {b for b in blocks[:_MAX_REPEATED] if _is_repeated(article.text, b, starts)}
    found = (_read(article.text, block, reports) for block in blocks if block not in repeated)
    return tuple(attribution for attribution in found if attribution)


def add_blocks(
    article: Article, entities: Sequence[Entity], quotes: Sequence[Quote]
) -> tuple[Quote, ...]:
    """Return the quotes of an article, and its block quotes that none of them is in.

    For languages without a model: a block quote is said by whom its signature names, or by
    nobody known.
    """
    taken = bytearray(len(article.text))
    for span in (span for quote in quotes for span in quote.fragments):
        taken[span.start : span.end] = b"\1" * (span.end - span.start)
    names = sorted((m.span, number) for number, e in enumerate(entities) for m in e.mentions)
    added = [
        _quote(block, entities, names)
        for block in read_blocks(article, (), ())
        if not any(any(taken[span.start : span.end]) for span in block.content)
    ]
    return tuple(sorted([*quotes, *added], key=lambda quote: quote.fragments))


def _quote(
    block: Attribution, entities: Sequence[Entity], names: Sequence[tuple[Span, int]]
) -> Quote:
    quote = Quote(
        kind=QuoteKind.DIRECT,
        fragments=block.content,
        cue=block.cue[0] if block.cue else None,
        speaker=None,
        status=AttributionStatus.UNATTRIBUTED,
        confidence=block.confidence,
        content_confidence=block.confidence,
    )
    if block.speaker is None:
        return quote
    at = bisect_left(names, (Span(block.speaker.start, block.speaker.start + 1), -1))
    if at == len(names) or not block.speaker.contains(names[at][0]):
        return quote
    span, number = names[at]
    entity = entities[number]
    mention = SpeakerMention(span, MentionKind.NAME)
    speaker = Speaker(entity.name, entity.id, entity.type, mention)
    return replace(quote, speaker=speaker, status=AttributionStatus.ATTRIBUTED)


def _is_repeated(text: str, block: Span, starts: Collection[int]) -> bool:
    """Tell whether the words of a block stand before it, or after it but in no other block."""
    words = block.of(text)
    if len(words) < _MIN_REPEATED_CHARS:
        return False
    after = text.find(words, block.end)
    return text.find(words, 0, block.start) >= 0 or (after >= 0 and after not in starts)


def _read(text: str, block: Span, reports: "_Reports") -> Attribution | None:
    signature = reports.find_signature(block)
    end = block.end
    if signature and signature.start < block.end:
        end = signature.start
    content = list(_find_paragraphs(text, block.start, end))
    if not content or _OPENS_WITH_MARK.match(text, content[0].start):
        return None
    report = None
    if signature:
        report = _read_signature(text, signature)
    elif len(content) > 1 and (report := _find_signature(text, content[-1])):
        content.pop()
    report = report or _find_signature_after(text, block) or reports.find_clause(block)
    if report is None:
        return Attribution(tuple(content), (), None, _UNREPORTED)
    return Attribution(tuple(content), report.cue, report.speaker, _REPORTED)


@dataclass(frozen=True, slots=True)
class _Report:
    cue: tuple[Span, ...]
    speaker: Span | None


class _Reports:
    """The clauses in which the model found that somebody says something, and the signatures."""

    def __init__(
        self, article: Article, attributions: Sequence[Attribution], loose_cues: Sequence[LooseCue]
    ) -> None:
        self._text = article.text
        self._signatures = article.signatures
        self._signature_starts = [signature.start for signature in article.signatures]
        reports = [_Report(a.cue, a.speaker) for a in attributions if a.cue]
        reports += [_Report((loose.cue,), loose.speaker) for loose in loose_cues]
        self._reports = sorted(reports, key=lambda report: report.cue[-1])
        self._cues = [report.cue[-1].start for report in self._reports]

    def find_signature(self, block: Span) -> Span | None:
        """Return what the layout says is the signature of a block: in it, or the next paragraph."""
        at = bisect_right(self._signature_starts, block.start)
        if at == len(self._signatures):
            return None
        signature = self._signatures[at]
        gap = self._text[block.end : signature.start] if signature.start > block.end else ""
        return signature if len(gap) <= 2 and not gap.strip() else None

    def find_clause(self, block: Span) -> _Report | None:
        """Return the clause that announces a block with a colon, right before it."""
        window = max(0, block.start - _MAX_CLAUSE)
        before = self._text[window : block.start].rstrip()
        if not before.endswith(":"):
            return None
        sentence = window + before.rfind("\n") + 1
        for end in _SENTENCE_END.finditer(self._text, sentence, window + len(before)):
            sentence = end.end()
        at = bisect_left(self._cues, block.start) - 1
        if at < 0 or self._cues[at] < sentence:
            return None
        return self._reports[at]


def _read_signature(text: str, signature: Span) -> _Report | None:
    dashes = _DASHES.match(text, signature.start, signature.end)
    start = dashes.end() if dashes else signature.start
    if not _WORD.search(text, start, signature.end):
        return None
    return _Report((), Span(start, signature.end))


def _find_signature(text: str, span: Span, pattern: re.Pattern[str] = _SIGNATURE) -> _Report | None:
    match = pattern.fullmatch(text, span.start, span.end)
    if match is None:
        return None
    return _Report((Span(*match.span("cue")),), Span(*match.span("speaker")))


def _find_signature_after(text: str, block: Span) -> _Report | None:
    following = next(_find_paragraphs(text, block.end, len(text)), None)
    return _find_signature(text, following, SIGNATURE) if following else None


def _find_paragraphs(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the paragraphs that have words, without white space at their edges."""
    for match in PARAGRAPH.finditer(text, start, end):
        words = match.group()
        if _WORD.search(words):
            left = match.start() + len(words) - len(words.lstrip())
            yield Span(left, match.end() - (len(words) - len(words.rstrip())))
