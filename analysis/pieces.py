"""Turn a text into the word pieces that the encoder reads, and never lose an offset.

The encoder is uncased and knows no layout, so each piece carries what it
cannot see: its word shape, where it stands relative to the quotation marks, and
which paragraph it belongs to. A break piece stands between paragraphs.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from analysis.marks import MarkState, mark_states, pair_marks

PARAGRAPH = re.compile(r"[^\n\r\u2028\u2029]+")
BREAK_PIECE = "[unused1]"
# Marks of a run that are read one by one, and how many of the others become one piece.
_RUN_READ, _RUN_MERGED = 16, 8
# Pieces around one that suffice to read it.
_FULL_VIEW = 64
START_PIECE, END_PIECE = "[CLS]", "[SEP]"
# The state of pieces that stand for no text: breaks and the encoder's own markers.
NO_TEXT_STATE = len(MarkState)
STATE_COUNT = len(MarkState) + 1


class Shape(IntEnum):
    """The letter case of a piece, which the uncased encoder does not see."""

    NO_LETTERS = 0
    DIGITS = 1
    LOWER = 2
    CAPITALIZED = 3
    UPPER = 4
    MIXED = 5


# In a text that is all capitals they are read as small letters, of which training shows as many.
_SHOUTED = frozenset((Shape.CAPITALIZED, Shape.UPPER, Shape.MIXED))
_SHOUTED_LETTERS = 20


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of one text, in parallel lists.

    `starts` and `ends` are code point offsets into the text; a break piece is
    empty (start == end) and stands at the start of the paragraph that follows.
    """

    ids: list[int]
    starts: list[int]
    ends: list[int]
    shapes: list[int]
    states: list[int]
    paragraphs: list[int]

    def __len__(self) -> int:
        return len(self.ids)

    def is_break(self, index: int) -> bool:
        """Tell whether the piece stands between paragraphs."""
        return self.starts[index] == self.ends[index]


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open range of pieces that the encoder reads at once."""

    start: int
    end: int


def word_shape(word: str) -> Shape:
    """Return the case class of a word or piece."""
    if not any(map(str.isalnum, word)):
        return Shape.NO_LETTERS
    if word.isdigit():
        return Shape.DIGITS
    if word.islower():
        return Shape.LOWER
    if word[0].isupper() and (len(word) == 1 or word[1:].islower()):
        return Shape.CAPITALIZED
    return Shape.UPPER if word.isupper() else Shape.MIXED


def piece_id(tokenizer: Tokenizer, piece: str) -> int:
    """Return the number of a piece that the vocabulary must hold; ValueError where it does not."""
    number = tokenizer.token_to_id(piece)
    if number is None:
        raise ValueError(f"the vocabulary lacks {piece}")
    return number


def split_pieces(text: str, tokenizer: Tokenizer) -> Pieces:
    """Return the pieces of `text`, which must hold no lone surrogates.

    A long run of marks without spaces, each of which is a piece, says no more than its
    beginning does: of its further marks, several become one piece.
    """
    states = mark_states(text, pair_marks(text))
    shouts = _is_shouted(text)
    paragraphs = [m for m in PARAGRAPH.finditer(text) if not m.group().isspace()]
    encodings = tokenizer.encode_batch([m.group() for m in paragraphs], add_special_tokens=False)
    break_id = piece_id(tokenizer, BREAK_PIECE)
    pieces = Pieces([], [], [], [], [], [])
    run = run_end = 0
    for number, (match, encoding) in enumerate(zip(paragraphs, encodings, strict=True)):
        offset = match.start()
        if number:
            _append(pieces, break_id, offset, offset, Shape.NO_LETTERS, NO_TEXT_STATE, number)
        for piece, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
            if start == end:
                continue
            start, end = start + offset, end + offset
            shape = word_shape(text[start:end])
            is_run = end - start == 1 and shape is Shape.NO_LETTERS and start == run_end
            run = run + 1 if is_run else 0
            run_end = end
            if run >= _RUN_READ and run % _RUN_MERGED:
                pieces.ends[-1] = end
                continue
            if shouts and shape in _SHOUTED:
                shape = Shape.LOWER
            _append(pieces, piece, start, end, shape, states[start], number)
    return pieces


def _is_shouted(text: str) -> bool:
    """Tell whether capitals say nothing in `text`, because nearly all of its letters are."""
    capitals = sum(map(str.isupper, text))
    return capitals >= _SHOUTED_LETTERS and sum(map(str.islower, text)) < capitals / 10


def _append(
    pieces: Pieces, id_: int, start: int, end: int, shape: int, state: int, paragraph: int
) -> None:
    pieces.ids.append(id_)
    pieces.starts.append(start)
    pieces.ends.append(end)
    pieces.shapes.append(shape)
    pieces.states.append(state)
    pieces.paragraphs.append(paragraph)


def find_windows(count: int, *, size: int, stride: int) -> tuple[Window, ...]:
    """Cover `count` pieces with windows of at most `size`, `stride` apart, the last one flush."""
    if not count:
        return ()
    starts = [*range(0, max(1, count - size), stride), max(0, count - size)]
    return tuple(Window(start, min(count, start + size)) for start in dict.fromkeys(starts))


def trust_pieces(window: Window, count: int) -> NDArray[np.float32]:
    """Return how far a window's reading of each of its pieces counts, from 1 to `_FULL_VIEW`.

    What is near an edge of the window, where that is not the text's own, is
    seen with little around it. `count` is the number of the text's pieces.
    """
    size = window.end - window.start
    before = _FULL_VIEW if window.start == 0 else 1
    after = _FULL_VIEW if window.end == count else 1
    at = np.arange(size, dtype=np.float32)
    return np.minimum(np.minimum(before + at, after + at[::-1]), np.float32(_FULL_VIEW))


def share_pieces(windows: Sequence[Window]) -> Iterator[Window]:
    """Yield, for each window, the pieces that it sees more centrally than its neighbours do."""
    start = 0
    for window, following in pairwise(windows):
        end = (following.start + window.end) // 2
        yield Window(start, end)
        start = end
    if windows:
        yield Window(start, windows[-1].end)
