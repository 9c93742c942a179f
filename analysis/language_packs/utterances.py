"""What is said at once: which quotations are utterances, which make one, what reports them."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from analysis.document import Span
from analysis.language_packs.clauses import DASHES, Page, find_cues
from analysis.language_packs.insertions import find_insertions
from analysis.language_packs.quotations import Quotation, dialogue_lines
from analysis.language_packs.reports import Report, read_after, read_before
from analysis.pieces import PARAGRAPH

# What nobody is said to say is as likely a title, or a word held at a distance, if it is shorter.
_UTTERANCE_WORDS = 6
# The same of words that are part of somebody's sentence.
_PARTIAL_WORDS = 3
# Between two parts of one utterance: so many code points at most.
_MAX_GAP = 200
_WORD = re.compile(r"\w+")
_PARTS = frozenset(",;:—–-")
_BEFORE_UTTERANCE = frozenset('.:!?…»«”“"\n\r\u2028\u2029')
_REACH_BACK = 5


@dataclass(frozen=True, slots=True)
class Utterance:
    """What is said at once: where it stands, its words, and what reports it.

    `start` and `end` hold the marks; `reach` is the end of the sentence that follows, if that
    reports it. `is_line` tells a line of dialogue, that a dash opens.
    """

    start: int
    end: int
    fragments: tuple[Span, ...]
    report: Report | None
    reach: int
    is_line: bool = False


@dataclass(frozen=True, slots=True)
class _Reported:
    """A quotation with the reports that come before and after it."""

    quotation: Quotation
    before: Report | None
    after: Report | None
    reach: int


def find_utterances(page: Page, quotations: Sequence[Quotation]) -> list[Utterance]:
    """Return the utterances of a text in its order."""
    found = [*_join(page, list(_read_reports(page, quotations))), *_read_lines(page, quotations)]
    return sorted(found, key=lambda utterance: utterance.start)


def _read_reports(page: Page, quotations: Sequence[Quotation]) -> Iterator[_Reported]:
    paragraphs = [match.span() for match in PARAGRAPH.finditer(page.text)]
    starts = [start for start, _ in paragraphs]
    free_from = 0
    for i, quotation in enumerate(quotations):
        number = bisect_right(starts, quotation.start) - 1
        last = bisect_right(starts, quotation.end - 1) - 1
        limit = paragraphs[last][1]
        if i + 1 < len(quotations):
            limit = min(limit, quotations[i + 1].start)
        after = None
        if quotation.is_closed:
            after = read_after(page, quotation.parts[-1], quotation.end, limit)
        lead = paragraphs[max(0, number - 1) : number + 1]
        before = _read_lead(page, lead, free_from, quotation.start)
        reach = _sentence_end(page, quotation.end, limit) if after else quotation.end
        yield _Reported(quotation, before, after, reach)
        free_from = quotation.end


def _read_lead(
    page: Page, paragraphs: Sequence[tuple[int, int]], free_from: int, mark: int
) -> Report | None:
    """Return the report before a mark: in its paragraph, or with a colon at the end of the last."""
    start = max(free_from, paragraphs[-1][0])
    if page.text[start:mark].strip() or len(paragraphs) == 1:
        return read_before(page, start, mark)
    before, end = paragraphs[0]
    if free_from > before or not page.text[before:end].rstrip().endswith(":"):
        return None
    return read_before(page, before, end)


def _sentence_end(page: Page, start: int, limit: int) -> int:
    items = page.sentence_after(start, limit)
    return items[-1].span.end if items else start


def _join(page: Page, reported: Sequence[_Reported]) -> Iterator[Utterance]:
    """Yield utterances, those that a report interrupts whole."""
    pending: Utterance | None = None
    joinable: Report | None = None
    for each in reported:
        quotation, before = each.quotation, each.before
        is_same = before is not None and joinable is not None and before.cue == joinable.cue
        is_free = each.after is None and (before is None or is_same)
        if pending and joinable and is_free and _is_interrupted(page, pending, joinable, quotation):
            pending = replace(
                pending,
                end=quotation.end,
                fragments=(*pending.fragments, *_fragments(page.text, quotation.parts)),
                reach=quotation.end,
            )
            joinable = None
            continue
        if pending:
            yield pending
        pending = _utter(page, replace(each, before=None) if is_same else each)
        joinable = each.after if pending and pending.report is each.after else None
    if pending:
        yield pending


def _is_interrupted(page: Page, first: Utterance, report: Report, second: Quotation) -> bool:
    """Tell whether the clause between two quotations, one sentence, is all that parts them."""
    if second.start - first.end > _MAX_GAP or not second.is_closed:
        return False
    gap = page.text[first.end : second.start]
    if "\n" in gap or "\r" in gap:
        return False
    items = page.sentence_after(first.end, second.start)
    rest = page.text[items[-1].span.end : second.start] if items else gap
    ends_sentence = rest.strip() != ""
    if _WORD.search(rest) or not (ends_sentence or items[-1].form in _PARTS):
        return False
    return all(cue.span.start <= report.cue.start for cue in find_cues(items, page.pack))


def _utter(page: Page, each: _Reported) -> Utterance | None:
    """Return a quotation as an utterance, or None where it is none."""
    quotation, text = each.quotation, page.text
    fragments = _fragments(text, quotation.parts)
    report = each.after
    if each.before and (each.after is None or not (each.before.is_partial or each.before.is_weak)):
        report = each.before
    words = sum(len(_WORD.findall(text, part.start, part.end)) for part in fragments)
    if report and report.is_partial and not _is_part(text, fragments, words):
        report = None
    if report is None:
        report, fragments = _cut_insertions(page, quotation.parts, fragments)
    is_utterance = report or (words >= _UTTERANCE_WORDS and _stands_alone(text, quotation))
    if not fragments or not is_utterance:
        return None
    reach = each.reach if report is each.after else quotation.end
    return Utterance(quotation.start, quotation.end, fragments, report, reach)


def _stands_alone(text: str, quotation: Quotation) -> bool:
    """Tell whether a quotation that nothing reports is none of a sentence's words, as a title is.

    It opens its paragraph, or follows a sentence, a colon or another quotation.
    """
    before = text[max(0, quotation.start - _REACH_BACK) : quotation.start].rstrip(" \t\u00a0\u202f")
    return quotation.is_closed and (not before or before[-1] in _BEFORE_UTTERANCE)


def _is_part(text: str, fragments: Sequence[Span], words: int) -> bool:
    """Tell whether words in marks go on with the sentence around them: a title has a capital."""
    return words >= _PARTIAL_WORDS and text[fragments[0].start].islower()


def _cut_insertions(
    page: Page, parts: Sequence[Span], fragments: tuple[Span, ...], *, is_spoken: bool = False
) -> tuple[Report | None, tuple[Span, ...]]:
    """Return the first report inside the words, and the words without any."""
    first: Report | None = None
    kept: list[Span] = []
    for part in parts:
        start = part.start
        for insertion in find_insertions(page, part, is_spoken=is_spoken):
            first = first or insertion.report
            # Before a report there may be white space only, which is no part of any words.
            kept += [Span(start, insertion.span.start)] if start < insertion.span.start else []
            start = insertion.span.end
        kept += [Span(start, part.end)] if start < part.end else []
    return (first, _fragments(page.text, kept)) if first else (None, fragments)


def _fragments(text: str, parts: Sequence[Span]) -> tuple[Span, ...]:
    """Return the parts that hold words, without the white space around them."""
    return tuple(filter(None, (_trim(text, part) for part in parts)))


def _trim(text: str, part: Span) -> Span | None:
    words = part.of(text)
    start = part.start + len(words) - len(words.lstrip())
    end = part.end - (len(words) - len(words.rstrip()))
    return Span(start, end) if _WORD.search(text, start, end) else None


def _read_lines(page: Page, quotations: Sequence[Quotation]) -> Iterator[Utterance]:
    """Yield the lines of dialogues: paragraphs in a row that dashes open, some of them reported."""
    run: list[Span] = []
    for line in dialogue_lines(page.text, quotations):
        if run and page.text[run[-1].end : line.start].strip() not in {"", *DASHES}:
            yield from _read_run(page, run)
            run = []
        run.append(line)
    yield from _read_run(page, run)


def _read_run(page: Page, run: Sequence[Span]) -> Iterator[Utterance]:
    lines: list[Utterance] = []
    for line in run:
        report, words = _cut_insertions(
            page, (line,), _fragments(page.text, (line,)), is_spoken=True
        )
        if words:
            lines.append(Utterance(line.start - 1, line.end, words, report, line.end, is_line=True))
    if any(line.report for line in lines):
        yield from lines
