"""Pair the quotation marks of a text, however badly they were typed or translated.

Marks are read a paragraph (line) at a time. Each double mark is an opener, a
closer or a stray; a two-state Viterbi pass (outside, inside) finds the cheapest
reading. What a mark looks like (its glyph) and where it stands (the spacing
around it) are its witnesses. How far they can be trusted is estimated for the
document itself, by hard expectation maximisation: well-formed copy pairs by
glyph and spacing, and copy whose marks are all turned round pairs by
alternation, with no switch between the two.
"""

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum, auto

from analysis.document import QuoteKind, Span

# A run of one glyph is one mark: "doubled" marks, and '' or `` for a double one.
_DOUBLE = re.compile(r"\"+|“+|”+|„+|‟+|«+|»+|＂+|''+|``+|‘‘+|’’+")
_OPENS = frozenset("“„‟«`‘")
_CLOSES = frozenset("”»’")
_PARAGRAPH = re.compile(r"[^\n\r\u2028\u2029]+")
_BEFORE_OPENER = frozenset("([{—–-/¿¡")
_AFTER_CLOSER = frozenset(".,;:!?)]}—–-/…")
_SENTENCE_END = frozenset(".,!?…")

_SINGLE_OPENER = re.compile(r"(?<![^\s(\[{—–\"“„«-])['‘‚‹](?=[\w$€£])")
# Not the second one of ’n’.
_SINGLE_CLOSER = re.compile(r"(?<=[\w.,!?…)\"”»])(?<!['’]n)['’›](?![\w'’])")

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


class _Witness(Enum):
    """What tells an opener from a closer.

    Glyph and spacing go wrong together (a translator that turns a mark round
    moves its space too), so where they agree they are one witness, not two.
    """

    BOTH = auto()
    GLYPH = auto()
    SPACING = auto()
    CONFLICT = auto()


@dataclass(frozen=True, slots=True)
class _Mark:
    """A double mark and what its witness says: +1 opener, -1 closer, 0 nothing.

    `bias` is what speaks for an opener (+) or a closer (-) in any document.
    """

    start: int
    end: int
    witness: _Witness
    vote: int
    bias: float


@dataclass(frozen=True, slots=True)
class _Paragraph:
    end: int
    marks: tuple[_Mark, ...]
    unclosed_cost: float


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


def quote_kind(text: str, spans: Iterable[Span], states: Sequence[int]) -> QuoteKind:
    """Tell how much of what the spans cover stands inside quotation marks.

    Only letters and digits count; `states` is what `mark_states` returned.
    """
    words = [i for span in spans for i in range(span.start, span.end) if text[i].isalnum()]
    inside = sum(states[i] == MarkState.INSIDE for i in words)
    if not inside:
        return QuoteKind.INDIRECT
    return QuoteKind.DIRECT if inside == len(words) else QuoteKind.MIXED


def _pair_double(text: str) -> list[Quotation]:
    paragraphs = list(_find_paragraphs(text))
    # Expectation maximisation finds the nearest optimum: start once from trust, once from doubt.
    readings = min(
        (_settle(paragraphs, weight) for weight in (_TRUST, _DOUBT)), key=lambda reading: reading[0]
    )[1]
    return [
        quotation
        for paragraph, roles in zip(paragraphs, readings, strict=True)
        for quotation in _join(paragraph, roles)
    ]


def _settle(paragraphs: Sequence[_Paragraph], trust: float) -> tuple[float, list[list[int]]]:
    """Return the reading that expectation maximisation settles on, and its cost in nats."""
    weights = dict.fromkeys(_Witness, trust)
    for _ in range(_ROUNDS):
        readings = [_read_marks(paragraph, weights) for paragraph in paragraphs]
        read = [
            (mark, role)
            for paragraph, roles in zip(paragraphs, readings, strict=True)
            for mark, role in zip(paragraph.marks, roles, strict=True)
        ]
        judged = {
            witness: _judge(
                mark.vote == role for mark, role in read if role and mark.witness is witness
            )
            for witness in _Witness
        }
        weights = {witness: weight for witness, (weight, _) in judged.items()}
    cost = sum(cost for _, cost in judged.values())
    cost += _STRAY_COST * sum(not role for _, role in read)
    for paragraph, roles in zip(paragraphs, readings, strict=True):
        cost += paragraph.unclosed_cost * (sum(roles) > 0)
    return cost, readings


def _judge(agreements: Iterable[bool]) -> tuple[float, float]:
    """Return how far to trust a witness that agreed with the reading so often, and what it cost.

    The trust is the log-odds of its being right, never negative: a witness that
    is mostly wrong is ignored, not inverted. The prior is twenty right to one wrong.
    """
    votes = Counter(agreements)
    rate = (votes[False] + 1) / (votes.total() + 21)
    cost = -votes[True] * math.log(1 - rate) - votes[False] * math.log(rate)
    return max(0.0, math.log((1 - rate) / rate)), cost


def _find_paragraphs(text: str) -> Iterator[_Paragraph]:
    bounds = [match.span() for match in _PARAGRAPH.finditer(text)]
    marks = [tuple(_find_marks(text, start, end)) for start, end in bounds]
    for i, (_, end) in enumerate(bounds):
        if not marks[i]:
            continue
        following = marks[i + 1] if i + 1 < len(bounds) else ()
        carried = following and not text[bounds[i + 1][0] : following[0].start].strip()
        yield _Paragraph(end, marks[i], _CARRIED_COST if carried else _UNCLOSED_COST)


def _find_marks(text: str, start: int, end: int) -> Iterator[_Mark]:
    for match in _DOUBLE.finditer(text, start, end):
        at, stop = match.span()
        before = text[at - 1] if at > start else "\n"
        after = text[stop] if stop < end else "\n"
        glyph = (text[at] in _OPENS) - (text[at] in _CLOSES)
        room_before = before.isspace() or before in _BEFORE_OPENER
        room_after = after.isspace() or after in _AFTER_CLOSER
        bias = 1.5 * (before == "\n") - 1.5 * (after == "\n") - 1.0 * (before in _SENTENCE_END)
        yield _Mark(at, stop, *_hear(glyph, room_before - room_after), bias)


def _hear(glyph: int, spacing: int) -> tuple[_Witness, int]:
    if not glyph or not spacing:
        return (_Witness.GLYPH, glyph) if glyph else (_Witness.SPACING, spacing)
    return (_Witness.BOTH if glyph == spacing else _Witness.CONFLICT), spacing


def _read_marks(paragraph: _Paragraph, weights: Mapping[_Witness, float]) -> list[int]:
    """Return the cheapest reading: +1 opener, -1 closer or 0 stray for each mark."""
    cost_outside, cost_inside = 0.0, math.inf
    back: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for mark in paragraph.marks:
        evidence = weights[mark.witness] * mark.vote + mark.bias
        as_opener, as_closer = max(0.0, -evidence), max(0.0, evidence)
        # (cost, role of this mark, state before it) for either state after it
        outside = min((cost_inside + as_closer, -1, 1), (cost_outside + _STRAY_COST, 0, 0))
        inside = min((cost_outside + as_opener, 1, 0), (cost_inside + _STRAY_COST, 0, 1))
        back.append((outside[1:], inside[1:]))
        cost_outside, cost_inside = outside[0], inside[0]
    state = int(cost_inside + paragraph.unclosed_cost < cost_outside)
    roles: list[int] = []
    for step in reversed(back):
        role, state = step[state]
        roles.append(role)
    return roles[::-1]


def _join(paragraph: _Paragraph, roles: Sequence[int]) -> Iterator[Quotation]:
    opener: Span | None = None
    for mark, role in zip(paragraph.marks, roles, strict=True):
        span = Span(mark.start, mark.end)
        if role > 0:
            opener = span
        elif role < 0 and opener:
            yield Quotation(opener, span, mark.start)
            opener = None
    if opener:
        yield Quotation(opener, None, paragraph.end)


def _pair_single(text: str, taken: Sequence[Quotation]) -> Iterator[Quotation]:
    """Yield well-formed single-quoted stretches that do not begin inside a double-quoted one."""
    closers = [match.start() for match in _SINGLE_CLOSER.finditer(text)]
    starts = [quotation.start for quotation in taken]
    free_from = 0
    for paragraph in _PARAGRAPH.finditer(text):
        for match in _SINGLE_OPENER.finditer(text, *paragraph.span()):
            at = match.start()
            holder = bisect_left(starts, at) - 1
            if at < free_from or (holder >= 0 and at < taken[holder].end):
                continue
            close = _single_close(text, closers, at, paragraph.end())
            if close is not None:
                free_from = close + 1
                yield Quotation(Span(at, at + 1), Span(close, close + 1), close)


def _single_close(text: str, closers: Sequence[int], opener: int, end: int) -> int | None:
    """Return the first closer after `opener` that is no plural possessive ("the boys’ club")."""
    i = bisect_left(closers, opener + 2)
    while i < len(closers) and closers[i] < end:
        at = closers[i]
        possessive = text[at - 1] == "s" and re.match(r"\s[a-z]", text[at + 1 : at + 3])
        if not possessive or i + 1 == len(closers) or closers[i + 1] >= end:
            return at
        i += 1
    return None
