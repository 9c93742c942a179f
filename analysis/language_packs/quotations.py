"""Pair the quotation marks of a language, one inside another, and over paragraphs.

`analysis.marks` pairs the marks of English, however badly they were typed, and takes double
marks inside double ones for the end of the outer. Here a mark has a meaning of its own in each
language (“ closes „ in German and opens in Italian), and marks nest.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.document import Span
from analysis.pieces import PARAGRAPH

_BEFORE_OPENER = frozenset("([{—–-/¿¡'’«“„‚‹»›\"")
# Marks any deeper are strays: it is the outermost that count.
_MAX_DEPTH = 6
# One glyph on both sides.
_STRAIGHT = '"'
_APOSTROPHES = frozenset("’'")
_GUILLEMETS = ("«", "»")


@dataclass(frozen=True, slots=True)
class Quotation:
    """What stands between an outermost pair of marks, in one part a paragraph.

    `parts` lie inside the marks, which `start` and `end` include. Where not `is_closed`, the
    mark that closes was lost, and the last part ends with its paragraph.
    """

    parts: tuple[Span, ...]
    start: int
    end: int
    is_closed: bool = True


@dataclass(slots=True)
class _Frame:
    """An open mark, and the pairs closed inside it."""

    mark: str
    start: int
    end: int
    inner: list[tuple[str, Quotation]] = field(default_factory=list)


def pair_quotations(text: str, closers: Mapping[str, str]) -> tuple[Quotation, ...]:
    """Return the outermost quotations of `text` in text order.

    A quotation that a paragraph leaves open goes on in the next one where that begins with
    its mark again, as newspapers do, or closes it.
    """
    pairing = _Pairing(text, _turn_guillemets(text, closers))
    for paragraph in PARAGRAPH.finditer(text):
        if not paragraph.group().isspace():
            pairing.read(*paragraph.span())
    return tuple(pairing.finish())


def _turn_guillemets(text: str, closers: Mapping[str, str]) -> Mapping[str, str]:
    """Return the marks without one guillemet as an opener, where a language has both.

    Whichever comes first in the text opens in all of it.
    """
    if not all(mark in closers for mark in _GUILLEMETS):
        return closers
    first = min(_GUILLEMETS, key=lambda mark: text.find(mark) % (len(text) + 1))
    return {
        mark: ends for mark, ends in closers.items() if mark == first or mark not in _GUILLEMETS
    }


class _Pairing:
    def __init__(self, text: str, closers: Mapping[str, str]) -> None:
        self._text = text
        self._closers = closers
        self._marks = frozenset(closers) | frozenset("".join(closers.values()))
        self._found: list[Quotation] = []
        self._open: tuple[str, int, list[Span]] | None = None

    def read(self, start: int, end: int) -> None:
        """Pair the marks of a paragraph."""
        marks = [i for i in range(start, end) if self._text[i] in self._marks]
        stack: list[_Frame] = []
        carried = self._open
        if carried:
            resumed = self._resume(carried[0], start, marks)
            if resumed is None:
                self._give_up()
                carried = None
            else:
                stack.append(resumed)
                marks = [i for i in marks if i >= resumed.end]
        for at in marks:
            self._read_mark(stack, at, start, end)
        if stack:
            self._leave_open(stack, end)

    def finish(self) -> list[Quotation]:
        """Return what was found."""
        self._give_up()
        return sorted(self._found, key=lambda quotation: quotation.start)

    def _resume(self, mark: str, start: int, marks: Sequence[int]) -> _Frame | None:
        """Return the frame in which a quotation goes on, or None where it does not."""
        if not marks:
            return None
        first = marks[0]
        glyph = self._text[first]
        is_first = not self._text[start:first].strip()
        if is_first and (glyph == mark or glyph in self._closers[mark]):
            return _Frame(mark, first, first + 1)
        is_closer = glyph in self._closers[mark] and glyph not in self._closers
        return _Frame(mark, start, start) if is_closer else None

    def _read_mark(self, stack: list[_Frame], at: int, start: int, end: int) -> None:
        before = self._text[at - 1] if at > start else " "
        after = self._text[at + 1] if at + 1 < end else " "
        mark = self._text[at]
        opens_by_place = (before.isspace() or before in _BEFORE_OPENER) and not after.isspace()
        target = self._find_open(stack, mark)
        if target is not None and mark in _APOSTROPHES and after.isalpha():
            return
        may_open = mark in self._closers
        if target is not None and (mark == _STRAIGHT or not (may_open and opens_by_place)):
            self._close(stack, target, at)
        elif may_open and len(stack) < _MAX_DEPTH and self._opens(mark, before, after):
            stack.append(_Frame(mark, at, at + 1))

    def _find_open(self, stack: Sequence[_Frame], mark: str) -> int | None:
        return next(
            (i for i in reversed(range(len(stack))) if mark in self._closers[stack[i].mark]), None
        )

    def _opens(self, mark: str, before: str, after: str) -> bool:
        if mark == _STRAIGHT:
            return not before.isdigit()
        # ‘90 and ‘ndrangheta are elisions; what is quoted begins a word.
        return mark != "‘" or (not before.isalnum() and after.isalpha())

    def _close(self, stack: list[_Frame], target: int, at: int) -> None:
        frame = stack[target]
        del stack[target:]
        inside = (Span(frame.end, at),) if frame.end < at else ()
        if stack:
            if inside:
                stack[-1].inner.append((frame.mark, Quotation(inside, frame.start, at + 1)))
            return
        begun = self._open
        self._open = None
        parts = (*(begun[2] if begun else ()), *inside)
        if parts:
            self._found.append(Quotation(parts, begun[1] if begun else frame.start, at + 1))

    def _leave_open(self, stack: Sequence[_Frame], end: int) -> None:
        """Keep what the paragraph leaves open for the next one.

        Where the same mark was opened and closed again inside, it was the outer one's closer
        that was lost, and the inner ones stand for themselves.
        """
        frame = stack[0]
        same = [quotation for mark, quotation in frame.inner if mark == frame.mark]
        if same and self._open is None:
            self._found.extend(same)
            return
        inside = [Span(frame.end, end)] if frame.end < end else []
        if self._open is None:
            self._open = (frame.mark, frame.start, inside)
        else:
            self._open[2].extend(inside)

    def _give_up(self) -> None:
        if self._open is not None and self._open[2]:
            _, start, parts = self._open
            self._found.append(Quotation(tuple(parts), start, parts[-1].end, is_closed=False))
        self._open = None


def dialogue_lines(text: str, quotations: Sequence[Quotation]) -> Iterator[Span]:
    """Yield the paragraphs that open with a dash and hold no quotation, without the dash."""
    starts = [quotation.start for quotation in quotations]
    at = 0
    for paragraph in PARAGRAPH.finditer(text):
        start, end = paragraph.span()
        while at < len(starts) and quotations[at].end <= start:
            at += 1
        is_quoted = at < len(starts) and starts[at] < end
        begun = start + len(paragraph.group()) - len(paragraph.group().lstrip())
        if not is_quoted and begun + 1 < end and text[begun] in "—–-":
            yield Span(begun + 1, end)
