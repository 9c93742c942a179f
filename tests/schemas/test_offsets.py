import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.document import Span
from schemas.offsets import OffsetUnit, OffsetView
from tests.texts import spans_in, texts


def utf16_units(text: str) -> list[str]:
    encoded = text.encode("utf-16-le", "surrogatepass")
    return [encoded[at : at + 2].hex() for at in range(0, len(encoded), 2)]


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        pytest.param("plain", 5, 5, id="ascii"),
        pytest.param("é“–”", 4, 4, id="basic plane"),
        pytest.param("😀x", 0, 0, id="before an astral character"),
        pytest.param("😀x", 1, 2, id="after an astral character"),
        pytest.param("a😀b😀c", 5, 7, id="after two of them"),
        pytest.param("\ud83d", 1, 1, id="lone surrogate"),
    ],
)
def test_utf16_counts_code_units(text, position, expected):
    """Only code points beyond the basic plane count twice."""
    assert OffsetView(text, OffsetUnit.UTF16).offset(position) == expected


@settings(deadline=None)
@given(texts())
@example("😀\r\ne\u0301\u202eאב\ud800\x00")
def test_codepoint_offsets_are_spans(text):
    """In code points a view changes nothing."""
    view = OffsetView(text, OffsetUnit.CODEPOINT)
    assert [view.offset(at) for at in range(len(text) + 1)] == list(range(len(text) + 1))


@settings(deadline=None)
@given(st.data())
def test_utf16_offsets_cut_the_same_text(data):
    """A span's UTF-16 offsets cut the same stretch out of the text's UTF-16 units."""
    text = data.draw(texts(min_size=1))
    span: Span = data.draw(spans_in(text))
    view = OffsetView(text, OffsetUnit.UTF16)
    cut = utf16_units(text)[view.offset(span.start) : view.offset(span.end)]
    assert cut == utf16_units(span.of(text))


@settings(deadline=None)
@given(texts())
def test_utf16_length_is_that_of_the_units(text):
    """The offset of the text's end is its length in UTF-16 units."""
    assert OffsetView(text, OffsetUnit.UTF16).offset(len(text)) == len(utf16_units(text))
