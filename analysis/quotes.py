"""Make quotes of what the model read: whole utterances with exact edges.

The model tags stretches of text; an editor wants utterances. Here contents are
fitted to the quotation marks, taken apart where one cue was given two
utterances, completed where an utterance was overlooked, and freed of the marks.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from analysis.blocks import read_blocks
from analysis.clauses import correct_clauses
from analysis.cues import is_speech_cue
from analysis.document import Article, Attribution, LooseCue, Quote, Span
from analysis.finishing import distance, finish_quote
from analysis.insertions import Insertion, find_insertions
from analysis.layout import find_laid_out
from analysis.marks import MarkState, Quotation, mark_states, pair_marks
from analysis.narration import Narration, read_narration
from analysis.pieces import PARAGRAPH
from analysis.utterances import close_quotations, extend_blocks, join_utterances

_WORD = re.compile(r"\w+")
_SENTENCE_THEN_MARK = re.compile(r"[.!?][\s\"”“»]*\s[\"“”«„]$")
# A content this many words short of a quotation's edge is meant to reach it.
_NEAR_WORDS = 3
# The only content in a quotation that holds this share of it is meant to hold all of it.
_COVERED = 0.6
# Longer stretches between two contents of one cue make two utterances of them.
_GAP_WORDS = 5
# A quoted stretch shorter than this is as likely a title or a word held at a distance.
_UTTERANCE_WORDS = 6
_UNREAD_CONFIDENCE = 0.5


def find_quotes(
    text: str,
    attributions: Sequence[Attribution],
    loose_cues: Sequence[LooseCue] = (),
    *,
    article: Article | None = None,
    narration: Narration | None = None,
) -> tuple[Quote, ...]:
    """Return the quotes of `text` in text order, their speakers not yet resolved.

    A quote whose speaker the text mentions carries the words of that mention
    and no name. An indirect quote whose cue does not report speech is a belief, a plan or
    something else that someone is said to have in mind. What the layout of the `article`
    sets off as a block quote counts as standing inside quotation marks. The `narration` is that
    of `text`, which is read where it is not given.
    """
    blocks = read_blocks(article, attributions, loose_cues) if article else ()
    narration = narration or read_narration(text)
    set_off = [span for block in blocks for span in block.content]
    page = _Page(text, narration.quotations, set_off)
    outside = _outside(find_laid_out(text), _Taken(set_off))
    laid_out = sorted([*blocks, *outside], key=lambda a: a.content)
    found = page.correct_clauses(attributions, loose_cues)
    taken = _Taken([span for attribution in laid_out for span in attribution.content])
    found = list(_outside(found, taken))
    found = page.close_quotations(found)
    found = page.cut_insertions(found)
    found = page.join_utterances(found, taken)
    found = [part for attribution in found for part in page.take_apart(attribution)]
    found = page.drop_overlaps([*laid_out, *map(page.fit_to_marks, found)])
    found = sorted([*found, *page.find_missed(found)], key=lambda a: a.content)
    # In text order again: what a quote begins with may have held no word.
    quotes = filter(None, map(page.finish, found))
    return tuple(sorted(quotes, key=lambda quote: quote.fragments))


class _Taken:
    """Stretches that others have already, in text order and apart from each other."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = spans
        self._ends = [span.end for span in spans]

    def find(self, span: Span) -> Span | None:
        """Return the first stretch that shares a character with `span`."""
        at = bisect_right(self._ends, span.start)
        if at < len(self._spans) and self._spans[at].overlaps(span):
            return self._spans[at]
        return None


def _outside(attributions: Iterable[Attribution], taken: _Taken) -> Iterator[Attribution]:
    """Yield the attributions none of whose contents has anything of what is taken."""
    for attribution in attributions:
        if not any(map(taken.find, attribution.content)):
            yield attribution


def read_marks(text: str) -> tuple[Attribution, ...]:
    """Return what stands between quotation marks, for texts that no model has read.

    Short stretches are left out: as likely titles, or words held at a distance.
    """
    return tuple(
        Attribution((Span(quotation.start, quotation.end),), (), None, _UNREAD_CONFIDENCE)
        for quotation in pair_marks(text)
        if len(_WORD.findall(text, quotation.inside_start, quotation.inside_end))
        >= _UTTERANCE_WORDS
    )


@dataclass(frozen=True, slots=True)
class _Edges:
    """Where quotations begin and end, for looking them up by position."""

    quotations: Sequence[Quotation]
    starts: Sequence[int]

    def touching(self, span: Span) -> Iterator[Quotation]:
        """Yield the quotations that share a character with `span`, in text order."""
        at = max(0, bisect_left(self.starts, span.start) - 1)
        while at < len(self.quotations) and self.starts[at] < span.end:
            if self.quotations[at].end > span.start:
                yield self.quotations[at]
            at += 1


class _Page:
    """A text with its quotation marks and paragraphs, looked up once."""

    def __init__(self, text: str, quotations: Sequence[Quotation], blocks: Sequence[Span]) -> None:
        self._text = text
        self._blocks = blocks
        self._read_marks(quotations)
        self._paragraphs = [match.start() for match in PARAGRAPH.finditer(text)]
        self._insertions = find_insertions(text, self._states)
        self._words = [match.start() for match in _WORD.finditer(text)]

    def _read_marks(self, quotations: Sequence[Quotation]) -> None:
        self._quotations = quotations
        self._edges = _Edges(quotations, [quotation.start for quotation in quotations])
        self._states = mark_states(self._text, quotations)
        for span in self._blocks:
            self._states[span.start : span.end] = bytes([MarkState.INSIDE]) * (
                span.end - span.start
            )

    def correct_clauses(
        self, attributions: Sequence[Attribution], loose_cues: Sequence[LooseCue]
    ) -> list[Attribution]:
        """Return the attributions with cues and speakers where grammar puts them."""
        return correct_clauses(self._text, attributions, loose_cues, self._states)

    def close_quotations(self, attributions: Sequence[Attribution]) -> list[Attribution]:
        """Let quotations that no mark closes end where the clause that reports them begins.

        Return the attributions without what the model took for words after that clause.
        """
        closed, kept = close_quotations(self._text, attributions, self._quotations)
        if closed != self._quotations:
            self._read_marks(closed)
        return kept

    def cut_insertions(self, attributions: Sequence[Attribution]) -> list[Attribution]:
        """Return the attributions, those between dashes in place of what the model made of them.

        A quotation with an attribution inserted is one utterance, as far as it
        goes and the contents in it do.
        """
        interrupted = list(self._interrupted())
        if not interrupted:
            return list(attributions)
        spans = sorted((span, a.confidence) for a in attributions for span in a.content)
        starts = [span.start for span, _ in spans]
        inserted: list[Attribution] = []
        for quotation, insertions in interrupted:
            start, end = quotation.start, quotation.end
            if inserted and start < inserted[-1].content[-1].end:
                # A part of the utterance before, which goes on over it.
                continue
            at = bisect_left(starts, start)
            at -= at > 0 and spans[at - 1][0].end > start
            inside = spans[at : bisect_left(starts, end)]
            inserted.append(
                Attribution(
                    tuple(_around(insertions, start, max([end, *(s.end for s, _ in inside)]))),
                    (insertions[0].cue,),
                    insertions[0].speaker,
                    max((confidence for _, confidence in inside), default=_UNREAD_CONFIDENCE),
                )
            )
        taken = [Span(a.content[0].start, a.content[-1].end) for a in inserted]
        return [*inserted, *_without(attributions, _Taken(taken))]

    def _interrupted(self) -> Iterator[tuple[Quotation, list[Insertion]]]:
        """Yield the quotations that have insertions with words on either side, with these."""
        held: dict[Quotation, list[Insertion]] = {}
        for insertion in self._insertions:
            quotation = next(self._edges.touching(insertion.span), None)
            if quotation and self._count_words(quotation.start, insertion.span.start):
                held.setdefault(quotation, []).append(insertion)
        for quotation, insertions in held.items():
            if self._count_words(insertions[-1].span.end, quotation.end):
                yield quotation, insertions

    def join_utterances(
        self, attributions: Sequence[Attribution], taken: _Taken
    ) -> list[Attribution]:
        """Return the attributions, one utterance in several quotations being one of them."""
        free = [q for q in self._quotations if not taken.find(Span(q.start, q.end))]
        return extend_blocks(self._text, join_utterances(self._text, attributions, free))

    def take_apart(self, attribution: Attribution) -> Iterator[Attribution]:
        """Yield the utterances that the model gave to one cue.

        The one nearest to the cue keeps it; the others keep the speaker only.
        """
        if len(attribution.content) == 1:
            yield attribution
            return
        contents = sorted(attribution.content)
        groups = [[contents[0]]]
        for before, after in pairwise(contents):
            if self._goes_on(attribution, before, after):
                groups[-1].append(after)
            else:
                groups.append([after])
        main = min(groups, key=lambda group: distance(group, attribution.cue))
        for group in groups:
            if group is main:
                yield attribution.with_content(group)
                continue
            # The story around a quotation is no words of whoever is quoted.
            if self._is_marked(main) and not self._is_marked(group):
                continue
            # What a paragraph before says is somebody else's as likely as not.
            is_before = self._paragraph(group[-1]) < self._paragraph(main[0])
            speaker = None if is_before else attribution.speaker
            yield replace(attribution, content=tuple(group), cue=(), speaker=speaker)

    def _is_marked(self, spans: Sequence[Span]) -> bool:
        """Tell whether any of some stretches shares a character with a quotation."""
        return any(True for span in spans for _ in self._edges.touching(span))

    def _goes_on(self, attribution: Attribution, before: Span, after: Span) -> bool:
        """Tell whether two contents of one cue are one utterance."""
        if before.end >= after.start:
            return True
        own = [*attribution.cue, *([attribution.speaker] if attribution.speaker else [])]
        between = [span for span in own if before.end <= span.start and span.end <= after.start]
        words = self._count_words(before.end, after.start)
        words -= sum(self._count_words(span.start, span.end) for span in between)
        if self._paragraph(before) == self._paragraph(after):
            return bool(between) or (words <= _GAP_WORDS and not self._opens_anew(before, after))
        return words == 0 and self._goes_over(attribution, before, after)

    def _goes_over(self, attribution: Attribution, before: Span, after: Span) -> bool:
        """Tell whether a quotation goes on in the next paragraph.

        Either it was left open, or it was closed, after its cue: no question, then, that the
        next paragraph answers.
        """
        if self._paragraph(after) - self._paragraph(before) != 1:
            return False
        opened = [q for q in self._edges.touching(before) if q.end >= before.end]
        if not opened or not any(self._edges.touching(after)):
            return False
        is_reported = any(cue.end <= after.start for cue in attribution.cue)
        asks = self._text[opened[-1].inside_start : opened[-1].inside_end].rstrip().endswith("?")
        return opened[-1].closer is None or (is_reported and not asks)

    def _opens_anew(self, before: Span, after: Span) -> bool:
        """Tell whether a sentence ends, and a quotation opens, between two contents."""
        gap = self._text[max(before.start, before.end - 3) : after.start + 1]
        return _SENTENCE_THEN_MARK.search(gap) is not None

    def fit_to_marks(self, attribution: Attribution) -> Attribution:
        """Let contents that nearly have a quotation's edges have them exactly."""
        is_whole = len(attribution.content) == 1
        fitted = [self._fit(span, is_whole=is_whole) for span in attribution.content]
        return attribution.with_content(_merge(fitted))

    def _fit(self, span: Span, *, is_whole: bool) -> Span:
        for quotation in self._edges.touching(span):
            starts_in = quotation.start <= span.start < quotation.end
            ends_in = quotation.start < span.end <= quotation.end
            missing_before = self._count_words(quotation.inside_start, span.start)
            missing_after = self._count_words(span.end, quotation.inside_end)
            if starts_in and ends_in:
                near = missing_before <= _NEAR_WORDS and missing_after <= _NEAR_WORDS
                covers = is_whole and span.end - span.start >= _COVERED * (
                    quotation.end - quotation.start
                )
                if near or covers:
                    span = Span(quotation.start, quotation.end)
            elif starts_in and missing_before <= _NEAR_WORDS:
                span = Span(quotation.start, span.end)
            elif ends_in and missing_after <= _NEAR_WORDS:
                span = Span(span.start, quotation.end)
        return span

    def drop_overlaps(self, attributions: Sequence[Attribution]) -> list[Attribution]:
        """Leave a stretch that two contents claim to the one that begins first."""
        claims = sorted((span, i) for i, a in enumerate(attributions) for span in a.content)
        kept: dict[int, list[Span]] = {}
        free_from = 0
        for span, i in claims:
            start = max(span.start, free_from)
            if start < span.end:
                kept.setdefault(i, []).append(Span(start, span.end))
                free_from = span.end
        return [attributions[i].with_content(own) for i, own in kept.items()]

    def find_missed(self, found: Sequence[Attribution]) -> Iterator[Attribution]:
        """Yield whole quoted utterances that no content covers, with nobody to say them."""
        covered = bytearray(len(self._text))
        for span in (span for attribution in found for span in attribution.content):
            covered[span.start : span.end] = b"\1" * (span.end - span.start)
        for quotation in self._quotations:
            known = any(covered[quotation.inside_start : quotation.inside_end])
            if not known and self._is_utterance(quotation, covered):
                covered[quotation.start : quotation.end] = b"\1" * (quotation.end - quotation.start)
                span = Span(quotation.start, quotation.end)
                yield Attribution((span,), (), None, _UNREAD_CONFIDENCE)

    def _is_utterance(self, quotation: Quotation, covered: bytearray) -> bool:
        """Tell whether what stands between two marks was said as a whole.

        It is long enough, ends as a sentence or clause does, and opens its
        paragraph or follows another quote. Words that begin with "said" stand
        between two quotations, whose marks are wrong.
        """
        inside = self._text[quotation.inside_start : quotation.inside_end].rstrip()
        words = _WORD.findall(inside)
        if len(words) < _UTTERANCE_WORDS or (words[0].islower() and is_speech_cue(words[0])):
            return False
        return inside[-1] in ".!?,…" and self._opens(quotation, covered)

    def _opens(self, quotation: Quotation, covered: bytearray) -> bool:
        at = bisect_right(self._paragraphs, quotation.start) - 1
        before = quotation.start - 1
        while before >= self._paragraphs[at] and not self._text[before].isalnum():
            before -= 1
        return before < self._paragraphs[at] or bool(covered[before])

    def finish(self, attribution: Attribution) -> Quote | None:
        """Return the attribution as a quote, if it has words."""
        return finish_quote(self._text, attribution, self._states)

    def _count_words(self, start: int, end: int) -> int:
        """Return how many words begin in text[start:end]."""
        return max(0, bisect_left(self._words, end) - bisect_left(self._words, start))

    def _paragraph(self, span: Span) -> int:
        return bisect_right(self._paragraphs, span.start)


def _without(attributions: Iterable[Attribution], taken: _Taken) -> Iterator[Attribution]:
    """Yield what the attributions have before anything that is taken."""
    for attribution in attributions:
        kept: list[Span] = []
        for own in attribution.content:
            other = taken.find(own)
            end = other.start if other else own.end
            if own.start < end:
                kept.append(Span(own.start, end))
        # A cue in there belongs to what was taken, and not to what is left.
        cue = tuple(own for own in attribution.cue if not taken.find(own))
        if kept:
            yield replace(attribution, content=tuple(kept), cue=cue)


def _around(insertions: Sequence[Insertion], start: int, end: int) -> Iterator[Span]:
    """Yield what text[start:end] holds besides the insertions, with words on either side."""
    for insertion in insertions:
        yield Span(start, insertion.span.start)
        start = insertion.span.end
    yield Span(start, end)


def _merge(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged
