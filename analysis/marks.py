"""Pair the quotation marks of a text, however badly they were typed or translated.

Marks are read a paragraph (line) at a time. Each double mark is an opener, a
closer or a stray; a two-state Viterbi pass (outside, inside) finds the cheapest
reading. What a mark looks like (its glyph) and where it stands (the spacing
around it) are its witnesses. How far they can be trusted is estimated for the
document itself, by hard expectation maximisation: well-formed copy pairs by
glyph and spacing, and copy whose marks are all turned round pairs by
alternation, with no switch between the two. Paragraphs whose marks look and
stand alike are read alike, so that each such pattern is read once.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, auto
from itertools import groupby
from typing import NamedTuple

from analysis.document import QuoteKind, Span

# A run of one glyph is one mark: "doubled" marks, and '' or `` for a double one. Every pattern
# here begins with the mark itself, so that a search goes from mark to mark and not by letters.
_DOUBLE = re.compile(r"\"\"*|““*|””*|„„*|‟‟*|««*|»»*|＂＂*|'''*|```*|‘‘‘*|’’’*")
_OPENS = frozenset("“„‟«`‘")
_CLOSES = frozenset("”»’")
_BREAKS = frozenset("\n\r\u2028\u2029")
_PARAGRAPH = re.compile(r"[^\n\r\u2028\u2029]+")
_BEFORE_OPENER = frozenset("([{—–-/¿¡")
_AFTER_CLOSER = frozenset(".,;:!?)]}—–-/…")
_SENTENCE_END = frozenset(".,!?…")

_SINGLE_OPENER = re.compile(r"['‘‚‹](?<![^\s(\[{—–\"“„«-].)(?=[\w$€£])")
# Not the second one of ’n’.
_SINGLE_CLOSER = re.compile(r"['’›](?<=[\w.,!?…)\"”»].)(?<!['’]n.)(?![\w'’])")
_POSSESSIVE = re.compile(r"(?<=s)['’›]\s[a-z]")
_ALNUM = re.compile(r"[^\W_]")

# Costs in nats of a mark that is neither opener nor closer, and of a quotation left open at
# a paragraph's end, where the next one opens with a mark (the news convention) and elsewhere.
_STRAY_COST = 8.0
_CARRIED_COST = 3.0
_UNCLOSED_COST = 6.0
_ROUNDS = 3
_TRUST, _DOUBT = 2.0, 0.2


class MarkState(IntEnum):
    """Where a character stands relative to the quotation marks."""

    OUTSIDE = 0
    INSIDE = 1
    MARK = 2


_INSIDE = re.compile(bytes([MarkState.INSIDE]) + b"+")


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch between quotation marks.

    `closer` is None where the paragraph ends before the mark is closed: a
    quotation that goes on in the next paragraph, or a closer that was lost.
    `inside_end` is where the words inside end, in either case.
    """

    opener: Span
    closer: Span | None
    inside_end: int

    @property
    def start(self) -> int:
        """Where the opening mark begins."""
        return self.opener.start

    @property
    def end(self) -> int:
        """Where the closing mark ends, or the paragraph where there is none."""
        return self.closer.end if self.closer else self.inside_end

    @property
    def inside_start(self) -> int:
        """Where the words inside begin."""
        return self.opener.end


class _Witness(IntEnum):
    """What tells an opener from a closer.

    Glyph and spacing go wrong together (a translator that turns a mark round
    moves its space too), so where they agree they are one witness, not two.
    """

    BOTH = auto()
    GLYPH = auto()
    SPACING = auto()
    CONFLICT = auto()


class _Evidence(NamedTuple):
    """What a mark's witness says of it: +1 opener, -1 closer, 0 nothing.

    `bias` is what speaks for an opener (+) or a closer (-) in any document.
    """

    witness: _Witness
    vote: int
    bias: float


class _Pattern(NamedTuple):
    """All that the reading of a paragraph's marks depends on."""

    evidence: tuple[_Evidence, ...]
    unclosed_cost: float


@dataclass(frozen=True, slots=True)
class _Paragraph:
    end: int
    marks: tuple[Span, ...]
    pattern: _Pattern


def pair_marks(text: str) -> tuple[Quotation, ...]:
    """Return the quotations of `text` in text order, nested single marks left out.

    Double marks of every glyph are paired first; well-formed single ones count
    where they stand outside the double ones or hold them (British style).
    """
    double = _pair_double(text)
    return tuple(sorted([*double, *_pair_single(text, double)], key=lambda q: q.start))


def mark_states(text: str, quotations: Sequence[Quotation]) -> bytearray:
    """Return one MarkState for each code point of `text`."""
    states = bytearray(len(text))
    for quotation in quotations:
        start, end = quotation.inside_start, quotation.inside_end
        states[start:end] = bytes([MarkState.INSIDE]) * (end - start)
    for quotation in quotations:
        for mark in filter(None, (quotation.opener, quotation.closer)):
            states[mark.start : mark.end] = bytes([MarkState.MARK]) * (mark.end - mark.start)
    return states


def quote_kind(text: str, spans: Iterable[Span], states: bytearray) -> QuoteKind:
    """Tell how much of what the spans cover stands inside quotation marks.

    Only letters and digits count; `states` is what `mark_states` returned.
    """
    inside = outside = False
    for span in spans:
        at = span.start
        for quoted in inside_runs(span, states):
            inside = inside or _ALNUM.search(text, quoted.start, quoted.end) is not None
            outside = outside or _ALNUM.search(text, at, quoted.start) is not None
            at = quoted.end
        outside = outside or _ALNUM.search(text, at, span.end) is not None
    if not inside:
        return QuoteKind.INDIRECT
    return QuoteKind.MIXED if outside else QuoteKind.DIRECT


def inside_runs(span: Span, states: bytearray) -> Iterator[Span]:
    """Yield the stretches of `span` that stand inside quotation marks, between any marks."""
    for match in _INSIDE.finditer(states, span.start, span.end):
        yield Span(*match.span())


def _pair_double(text: str) -> list[Quotation]:
    paragraphs = list(_find_paragraphs(text))
    patterns = Counter(paragraph.pattern for paragraph in paragraphs)
    # Expectation maximisation finds the nearest optimum: start once from trust, once from doubt.
    readings = min(
        (_settle(patterns, weight) for weight in (_TRUST, _DOUBT)), key=lambda reading: reading[0]
    )[1]
    return [
        quotation
        for paragraph in paragraphs
        for quotation in _join(paragraph, readings[paragraph.pattern])
    ]


def _settle(
    patterns: Mapping[_Pattern, int], trust: float
) -> tuple[float, dict[_Pattern, list[int]]]:
    """Return the readings that expectation maximisation settles on, and their cost in nats.

    `patterns` are those of the paragraphs, with how many of these have each.
    """
    weights = dict.fromkeys(_Witness, trust)
    for _ in range(_ROUNDS):
        readings = {pattern: _read_marks(pattern, weights) for pattern in patterns}
        votes = _count_votes(patterns, readings)
        judged = {
            witness: _judge(votes[witness, True], votes[witness, False]) for witness in _Witness
        }
        settled, weights = weights, {witness: weight for witness, (weight, _) in judged.items()}
        if weights == settled:
            break
    cost = sum(cost for _, cost in judged.values())
    for pattern, times in patterns.items():
        roles = readings[pattern]
        cost += times * (_STRAY_COST * roles.count(0) + pattern.unclosed_cost * (sum(roles) > 0))
    return cost, readings


def _count_votes(
    patterns: Mapping[_Pattern, int], readings: Mapping[_Pattern, Sequence[int]]
) -> Counter[tuple[_Witness, bool]]:
    """Count how often each witness agreed, and how often it did not, with how a mark was read."""
    votes: Counter[tuple[_Witness, bool]] = Counter()
    for pattern, times in patterns.items():
        for evidence, role in zip(pattern.evidence, readings[pattern], strict=True):
            if role:
                votes[evidence.witness, evidence.vote == role] += times
    return votes


def _judge(agreed: int, differed: int) -> tuple[float, float]:
    """Return how far to trust a witness that agreed with the reading so often, and what it cost.

    The trust is the log-odds of its being right, never negative: a witness that
    is mostly wrong is ignored, not inverted. The prior is twenty right to one wrong.
    """
    rate = (differed + 1) / (agreed + differed + 21)
    cost = -agreed * math.log(1 - rate) - differed * math.log(rate)
    return max(0.0, math.log((1 - rate) / rate)), cost


def _find_paragraphs(text: str) -> Iterator[_Paragraph]:
    """Yield the paragraphs that have marks."""
    bounds = [match.span() for match in _PARAGRAPH.finditer(text)]
    ends = [end for _, end in bounds]
    found = groupby(_find_marks(text), key=lambda mark: bisect_right(ends, mark[0].start))
    marks = {number: tuple(own) for number, own in found}
    for number, own in marks.items():
        following = marks.get(number + 1)
        carried = following and not text[bounds[number + 1][0] : following[0][0].start].strip()
        spans, evidence = zip(*own, strict=True)
        pattern = _Pattern(evidence, _CARRIED_COST if carried else _UNCLOSED_COST)
        yield _Paragraph(ends[number], spans, pattern)


def _find_marks(text: str) -> Iterator[tuple[Span, _Evidence]]:
    for match in _DOUBLE.finditer(text):
        at, stop = match.span()
        before, after = text[at - 1 : at] or "\n", text[stop : stop + 1] or "\n"
        opens, closes = before in _BREAKS, after in _BREAKS
        glyph = (text[at] in _OPENS) - (text[at] in _CLOSES)
        room_before = before.isspace() or before in _BEFORE_OPENER
        room_after = after.isspace() or after in _AFTER_CLOSER
        bias = 1.5 * opens - 1.5 * closes - 1.0 * (before in _SENTENCE_END)
        yield Span(at, stop), _Evidence(*_hear(glyph, room_before - room_after), bias)


def _hear(glyph: int, spacing: int) -> tuple[_Witness, int]:
    if not glyph or not spacing:
        return (_Witness.GLYPH, glyph) if glyph else (_Witness.SPACING, spacing)
    return (_Witness.BOTH if glyph == spacing else _Witness.CONFLICT), spacing


def _read_marks(pattern: _Pattern, weights: Mapping[_Witness, float]) -> list[int]:
    """Return the cheapest reading: +1 opener, -1 closer or 0 stray for each mark."""
    cost_outside, cost_inside = 0.0, math.inf
    back: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for witness, vote, bias in pattern.evidence:
        evidence = weights[witness] * vote + bias
        closed, opened = cost_inside + max(0.0, evidence), cost_outside + max(0.0, -evidence)
        stray_outside, stray_inside = cost_outside + _STRAY_COST, cost_inside + _STRAY_COST
        is_closed, is_opened = closed <= stray_outside, opened < stray_inside
        # For either state after this mark: its role, and the state before it.
        back.append(((-1, 1) if is_closed else (0, 0), (1, 0) if is_opened else (0, 1)))
        cost_outside = closed if is_closed else stray_outside
        cost_inside = opened if is_opened else stray_inside
    state = int(cost_inside + pattern.unclosed_cost < cost_outside)
    roles: list[int] = []
    for step in reversed(back):
        role, state = step[state]
        roles.append(role)
    return roles[::-1]


def _join(paragraph: _Paragraph, roles: Sequence[int]) -> Iterator[Quotation]:
    opener: Span | None = None
    for mark, role in zip(paragraph.marks, roles, strict=True):
        if role > 0:
            opener = mark
        elif role < 0 and opener:
            yield Quotation(opener, mark, mark.start)
            opener = None
    if opener:
        yield Quotation(opener, None, paragraph.end)


def _pair_single(text: str, taken: Sequence[Quotation]) -> Iterator[Quotation]:
    """Yield well-formed single-quoted stretches that do not begin inside a double-quoted one."""
    openers = [match.start() for match in _SINGLE_OPENER.finditer(text)]
    if not openers:
        return
    closers = [match.start() for match in _SINGLE_CLOSER.finditer(text)]
    ends = [match.end() for match in _PARAGRAPH.finditer(text)]
    starts = [quotation.start for quotation in taken]
    free_from = 0
    for at in openers:
        holder = bisect_left(starts, at) - 1
        if at < free_from or (holder >= 0 and at < taken[holder].end):
            continue
        close = _single_close(text, closers, at, ends[bisect_right(ends, at)])
        if close is not None:
            free_from = close + 1
            yield Quotation(Span(at, at + 1), Span(close, close + 1), close)


def _single_close(text: str, closers: Sequence[int], opener: int, end: int) -> int | None:
    """Return the first closer after `opener` that is no plural possessive ("the boys’ club")."""
    i = bisect_left(closers, opener + 2)
    while i < len(closers) and closers[i] < end:
        at = closers[i]
        if not _POSSESSIVE.match(text, at) or i + 1 == len(closers) or closers[i + 1] >= end:
            return at
        i += 1
    return None
