"""Word pieces with their offsets, and the windows over them."""

import itertools
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.marks import MarkState
from analysis.pieces import (
    NO_TEXT_STATE,
    Pieces,
    Shape,
    Window,
    find_windows,
    piece_id,
    share_pieces,
    split_pieces,
    trust_pieces,
    word_shape,
)
from tests.texts import texts
from tests.tiny_model import tiny_tokenizer

TOKENIZER = tiny_tokenizer()


def split(text: str) -> Pieces:
    return split_pieces(text, TOKENIZER)


def printed(text: str) -> list[str]:
    pieces = split(text)
    return [text[s:e] for s, e in zip(pieces.starts, pieces.ends, strict=True)]


@pytest.mark.parametrize(
    ("word", "shape"),
    [
        pytest.param("river", Shape.LOWER, id="lower"),
        pytest.param("1st", Shape.LOWER, id="digits and small letters"),
        pytest.param("River", Shape.CAPITALIZED, id="capitalized"),
        pytest.param("A", Shape.CAPITALIZED, id="one capital"),
        pytest.param("NATO", Shape.UPPER, id="upper"),
        pytest.param("G7", Shape.UPPER, id="upper with a digit"),
        pytest.param("McLee", Shape.MIXED, id="mixed"),
        pytest.param("水", Shape.MIXED, id="no case"),
        pytest.param("2026", Shape.DIGITS, id="digits"),
        pytest.param("2.5", Shape.MIXED, id="digits and a point"),
        pytest.param("…", Shape.NO_LETTERS, id="punctuation"),
        pytest.param("", Shape.NO_LETTERS, id="empty"),
    ],
)
def test_word_shape(word, shape):
    """A shape tells the letter case that the encoder does not see."""
    assert word_shape(word) is shape


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        pytest.param("MAYOR SAID THE RIVER PLAN IS NEW", {Shape.LOWER}, id="all capitals"),
        pytest.param("MAYOR SAID (he) THE RIVER PLAN IS NEW", {Shape.LOWER}, id="nearly all"),
        pytest.param("MAYOR SAID THE RIVER is new", {Shape.UPPER, Shape.LOWER}, id="some"),
        pytest.param("MAYOR SAID", {Shape.UPPER}, id="too short to tell"),
    ],
)
def test_capitals_that_tell_nothing(text, shapes):
    """In a text that is all capitals they say no more than small letters do elsewhere."""
    assert set(split(text).shapes) - {Shape.NO_LETTERS} == shapes


def test_pieces_of_paragraphs():
    """Pieces slice the text; a break, which stands for no text, parts paragraphs."""
    text = " Ann said:\r\n\n “new plans”"
    assert printed(text) == ["Ann", "said", ":", "", "“", "new", "plan", "s", "”"]
    pieces = split(text)
    assert pieces.paragraphs == [0, 0, 0, 1, 1, 1, 1, 1, 1]
    assert [pieces.is_break(i) for i in range(len(pieces))] == [i == 3 for i in range(9)]
    out, inside, mark = MarkState.OUTSIDE, MarkState.INSIDE, MarkState.MARK
    none = NO_TEXT_STATE
    assert pieces.states == [out, out, out, none, mark, inside, inside, inside, mark]
    assert pieces.shapes[:2] == [Shape.CAPITALIZED, Shape.LOWER]


@pytest.mark.parametrize("text", ["", " \t", "\n\n", "\u2028\u2029", "\u00a0\r\n\u3000"])
def test_no_pieces(text):
    """A text without words has no pieces, and no breaks either."""
    assert len(split(text)) == 0


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param("😀 ann", ["😀", "ann"], id="beyond the basic plane"),
        pytest.param("a\x00nn lee", ["a\x00n", "n", "lee"], id="NUL"),
        pytest.param("水water", ["水", "water"], id="no space"),
    ],
)
def test_pieces_of_awkward_texts(text, pieces):
    """What the tokenizer drops or replaces shifts no offset."""
    assert printed(text)[-1] == pieces[-1]
    assert "".join(text.split()).endswith("".join(printed(text)[-1:]))


@settings(max_examples=100, derandomize=True, deadline=None)
@given(texts().map(lambda t: "".join("?" if "\ud800" <= c <= "\udfff" else c for c in t)))
def test_pieces_are_in_order(text):
    """Pieces lie within the text, one after the other, and their lists are parallel."""
    pieces = split(text)
    ends = [0]
    for i, (start, end) in enumerate(zip(pieces.starts, pieces.ends, strict=True)):
        assert 0 <= start <= end <= len(text)
        assert start >= ends[-1] or not pieces.is_break(i)
        ends.append(end)
    assert pieces.starts == sorted(pieces.starts)
    assert pieces.ends == sorted(pieces.ends)
    lists = (pieces.ids, pieces.starts, pieces.ends, pieces.shapes, pieces.states)
    assert {len(own) for own in lists} == {len(pieces.paragraphs)}


def test_pieces_that_stand_for_nothing():
    """What a tokenizer adds to a text, and the text does not have, is left out."""
    encoding = SimpleNamespace(ids=[9, 5], offsets=[(0, 0), (0, 3)])
    tokenizer = SimpleNamespace(
        encode_batch=lambda texts, add_special_tokens: [encoding], token_to_id=len
    )
    assert split_pieces("ann", tokenizer).ids == [5]


def test_vocabulary_that_lacks_a_piece():
    """A vocabulary that is not ours is refused, not misread."""
    with pytest.raises(ValueError, match=r"lacks \[unused2\]"):
        piece_id(TOKENIZER, "[unused2]")


@pytest.mark.parametrize(
    ("count", "windows"),
    [
        pytest.param(0, [], id="nothing"),
        pytest.param(1, [(0, 1)], id="one piece"),
        pytest.param(10, [(0, 10)], id="just one window"),
        pytest.param(11, [(0, 10), (1, 11)], id="one piece more"),
        pytest.param(15, [(0, 10), (5, 15)], id="one stride more"),
        pytest.param(17, [(0, 10), (5, 15), (7, 17)], id="the last one flush"),
    ],
)
def test_find_windows(count, windows):
    """Windows begin a stride apart, and the last one ends with the text."""
    assert [(w.start, w.end) for w in find_windows(count, size=10, stride=5)] == windows


@settings(max_examples=200, derandomize=True)
@given(st.integers(0, 300), st.integers(2, 40), st.data())
def test_every_piece_is_read_once(count, size, data):
    """Shares put end to end are the text, and each lies within its window."""
    stride = data.draw(st.integers(1, size))
    windows = find_windows(count, size=size, stride=stride)
    shares = list(share_pieces(windows))
    assert [i for share in shares for i in range(share.start, share.end)] == list(range(count))
    for window, share in zip(windows, shares, strict=True):
        assert window.end - window.start <= size
        assert window.start <= share.start <= share.end <= window.end


def test_shares_are_central():
    """A piece that two windows see belongs to the one whose edges are farther off."""
    windows = find_windows(15, size=10, stride=5)
    assert list(share_pieces(windows)) == [Window(0, 7), Window(7, 15)]


@pytest.mark.parametrize(
    ("window", "count", "ends"),
    [
        pytest.param(Window(0, 200), 200, (64, 64), id="the whole text"),
        pytest.param(Window(0, 200), 500, (64, 1), id="the first window"),
        pytest.param(Window(100, 300), 500, (1, 1), id="one in the middle"),
        pytest.param(Window(300, 500), 500, (1, 64), id="the last window"),
    ],
)
def test_trust(window, count, ends):
    """A window is trusted less near its edges, where they are not the text's own."""
    trust = trust_pieces(window, count)
    assert (trust[0], trust[-1]) == ends
    assert (len(trust), max(trust), min(trust)) == (200, 64, min(ends))
    assert all(abs(a - b) <= 1 for a, b in itertools.pairwise(trust))


@pytest.mark.parametrize("mark", ["“", '"', "&", "“”", "-*"])
@pytest.mark.parametrize("count", [1, 16, 17, 18, 24, 25, 1000])
def test_runs_of_marks(mark, count):
    """Of a long run of marks the pieces are few, and cover all of it, and nothing else."""
    run = (mark * count)[:count]
    text = f"the {run} city. {run}"
    pieces = split_pieces(text, TOKENIZER)
    here = [n for n in range(len(pieces)) if 4 <= pieces.starts[n] < 4 + count]
    assert pieces.starts[here[0]] == 4
    assert pieces.ends[here[-1]] == 4 + count
    assert all(pieces.ends[a] == pieces.starts[b] for a, b in itertools.pairwise(here))
    assert len(here) <= max(count if count <= 17 else 0, 17 + count // 8)
    assert pieces.ends[-1] == len(text)


def test_words_are_no_run():
    """Letters, and marks between spaces, are pieces of their own."""
    assert len(split_pieces("x" * 50, TOKENIZER)) == 50
    assert len(split_pieces("& " * 50, TOKENIZER)) == 50
