"""Strategies for the texts that break offsets."""

from hypothesis import strategies as st

from analysis.document import Span

AWKWARD = [
    "😀",
    "👩‍👩‍👧",
    "e\u0301",
    "\r\n",
    "\u202eאבג",
    "\x00",
    "\ufeff",
    "\u2028",
    "𝒜",
    "“",
    "”",
    "&ldquo;",
    "&nbsp;",
    "<br>",
]


def texts(min_size: int = 0) -> st.SearchStrategy[str]:
    """Draw texts of emoji, combining marks, CRLF, right-to-left runs, lone surrogates, NUL."""
    lone = st.integers(0xD800, 0xDFFF).map(chr)
    pieces = st.one_of(st.sampled_from(AWKWARD), st.text(max_size=4), lone)
    joined = st.lists(pieces, max_size=12).map("".join).map(merge_pairs)
    return joined.filter(lambda text: len(text) >= min_size)


def merge_pairs(text: str) -> str:
    """Join adjacent halves of a surrogate pair, as any reader of JSON does."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


@st.composite
def spans_in(draw: st.DrawFn, text: str) -> Span:
    """Draw a span of a text that is not empty."""
    start = draw(st.integers(0, len(text) - 1))
    return Span(start, draw(st.integers(start + 1, len(text))))
