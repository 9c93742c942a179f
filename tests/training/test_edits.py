import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.edits import Edit, EditedText
from training.records import LabelledAttribution, NamedRange, Record

TEXT = "abcdefgh"


def move(edits: list[Edit], start: int, end: int) -> str:
    edited = EditedText(TEXT, edits)
    return edited.text[edited.start(start) : edited.end(end)]


@pytest.mark.parametrize(
    ("edits", "text"),
    [
        pytest.param([], "abcdefgh", id="none"),
        pytest.param([Edit(0, 2, "X")], "Xcdefgh", id="at the start"),
        pytest.param([Edit(6, 8, "")], "abcdef", id="at the end"),
        pytest.param([Edit(3, 3, "XY")], "abcXYdefgh", id="insertion"),
        pytest.param([Edit(4, 5, "Y"), Edit(1, 2, "X")], "aXcdYfgh", id="not in order"),
        pytest.param([Edit(1, 4, "X"), Edit(3, 5, "Y")], "aXefgh", id="overlap: the first wins"),
        pytest.param([Edit(1, 3, "X"), Edit(3, 5, "Y")], "aXYfgh", id="side by side"),
        pytest.param([Edit(8, 8, "!")], "abcdefgh!", id="insertion after the end"),
    ],
)
def test_edited_text(edits, text):
    """Edits are made in text order; one that overlaps an earlier one is left out."""
    assert EditedText(TEXT, edits).text == text


@pytest.mark.parametrize(
    ("edit", "span", "words"),
    [
        pytest.param(Edit(0, 1, "XYZ"), (2, 5), "cde", id="before"),
        pytest.param(Edit(6, 8, "XYZ"), (2, 5), "cde", id="after"),
        pytest.param(Edit(0, 2, "X"), (2, 5), "cde", id="just before"),
        pytest.param(Edit(5, 6, "X"), (2, 5), "cde", id="just after"),
        pytest.param(Edit(5, 5, "X"), (2, 5), "cde", id="put in just after"),
        pytest.param(Edit(3, 4, "XYZ"), (2, 5), "cXYZe", id="inside"),
        pytest.param(Edit(3, 3, "X"), (2, 5), "cXde", id="put in inside"),
        pytest.param(Edit(2, 3, "X"), (2, 5), "Xde", id="its first letter"),
        pytest.param(Edit(4, 5, "X"), (2, 5), "cdX", id="its last letter"),
        pytest.param(Edit(2, 5, "X"), (2, 5), "X", id="all of it"),
        pytest.param(Edit(1, 6, "X"), (2, 5), "X", id="more than it"),
        pytest.param(Edit(1, 3, "X"), (2, 5), "Xde", id="over its start"),
        pytest.param(Edit(4, 7, "X"), (2, 5), "cdX", id="over its end"),
    ],
)
def test_spans_move(edit, span, words):
    """A span keeps its words, and takes in what replaces some of them."""
    assert move([edit], *span) == words


def test_deleted_span():
    """A span whose words are all taken out is empty."""
    assert move([Edit(2, 5, "")], 2, 5) == ""


@st.composite
def edits_of(draw: st.DrawFn, text: str) -> list[Edit]:
    """Draw any edits, overlapping or not, in any order."""
    edits = []
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, len(text)))
        edits.append(Edit(start, end, draw(st.text("XYZ ", max_size=3))))
    return edits


def touches(edit: Edit, start: int, end: int) -> bool:
    """Tell whether an edit changes what text[start:end] is, or is put in where it begins."""
    return edit.start < end and (edit.end > start or edit.start == start)


@settings(max_examples=300, derandomize=True)
@given(st.data())
def test_untouched_spans_keep_their_text(data):
    """Whatever the edits, a span that none of them touches says what it said."""
    text = data.draw(st.text("abcdefg", min_size=1, max_size=20))
    edits = data.draw(edits_of(text))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    if not any(touches(edit, start, end) for edit in edits):
        edited = EditedText(text, edits)
        assert edited.text[edited.start(start) : edited.end(end)] == text[start:end]


@settings(max_examples=200, derandomize=True)
@given(st.data())
def test_order_survives(data):
    """Offsets keep their order and stay within the text."""
    text = data.draw(st.text("abcdefg", min_size=1, max_size=20))
    edited = EditedText(text, data.draw(edits_of(text)))
    for place in (edited.start, edited.end):
        moved = [place(offset) for offset in range(len(text) + 1)]
        assert moved == sorted(moved)
        assert moved[0] >= 0
        assert moved[-1] <= len(edited.text)


def test_records_move_with_their_text():
    """All labels of a record move; what is not labelled stays so."""
    attribution = LabelledAttribution(source=((6, 9),), cue=((10, 14),), content=((0, 5),))
    record = Record("r", "“Go,” Ann said.", (NamedRange(6, 9, "person"),), (attribution,), 0.4)
    edited = record.edited([Edit(4, 5, "”  "), Edit(6, 9, "Anna Lee")])
    assert edited.text == "“Go,”   Anna Lee said."
    (mention,), (moved,) = edited.mentions, edited.attributions
    assert edited.text[mention.start : mention.end] == "Anna Lee"
    printed = [edited.text[s:e] for part in (moved.source, moved.cue) for s, e in part]
    assert printed == ["Anna Lee", "said"]
    assert (edited.id, edited.mention_weight) == ("r", 0.4)
    assert Record("r", "ab").edited([Edit(0, 1, "")]).mentions is None


def test_no_edits_no_copy():
    """A record without edits is the same record."""
    record = Record("r", "text")
    assert record.edited([]) is record
