import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.document import Span
from schemas.offsets import OffsetUnit, OffsetView
from tests.texts import spans_in, texts


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


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        pytest.param("plain", 5, 5, id="ascii"),
        pytest.param("éx", 1, 2, id="two bytes"),
        pytest.param("“x", 1, 3, id="three bytes"),
        pytest.param("😀x", 1, 4, id="four bytes"),
        pytest.param("aé“😀b", 4, 10, id="one of each"),
        pytest.param("aé“😀b", 1, 1, id="before them"),
        pytest.param("\ud83d", 1, 3, id="lone surrogate"),
    ],
)
def test_utf8_counts_bytes(text, position, expected):
    """A code point counts as many times as it has bytes."""
    assert OffsetView(text, OffsetUnit.UTF8).offset(position) == expected


CODECS = {OffsetUnit.UTF16: ("utf-16-le", 2), OffsetUnit.UTF8: ("utf-8", 1)}


@pytest.mark.parametrize("unit", CODECS)
@settings(deadline=None)
@given(st.data())
def test_offsets_cut_the_same_text(unit, data):
    """A span's offsets cut the same stretch out of the text's units."""
    text = data.draw(texts(min_size=1))
    span: Span = data.draw(spans_in(text))
    view = OffsetView(text, unit)
    codec, width = CODECS[unit]
    encoded = text.encode(codec, "surrogatepass")
    cut = encoded[width * view.offset(span.start) : width * view.offset(span.end)]
    assert cut == span.of(text).encode(codec, "surrogatepass")


@pytest.mark.parametrize("unit", CODECS)
@settings(deadline=None)
@given(text=texts())
def test_length_is_that_of_the_units(unit, text):
    """The offset of the text's end is its length in units."""
    codec, width = CODECS[unit]
    expected = len(text.encode(codec, "surrogatepass")) // width
    assert OffsetView(text, unit).offset(len(text)) == expected
