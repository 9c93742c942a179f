"""HTML is read as on the page, and every stretch of its text found again in the HTML."""

import re
import time
import tomllib
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.document import Span
from schemas.markup import Extract, extract_text
from tests.texts import texts
from tests.timing import collector_paused

PATTERNS = tomllib.loads((Path(__file__).parent / "markup.toml").read_text())["patterns"]
BY_PATTERN = pytest.mark.parametrize(
    "pattern", [pytest.param(pattern, id=pattern["id"]) for pattern in PATTERNS]
)
# Two characters that one reference stands for are found together or not at all.
PAIRS = re.compile("fj|<\u20d2|\u2242\u0338|\u205f\u200a")
ORDINARY = (
    '<p class="body">“We will <b>not</b> go,” said <a href="/x?a=1&amp;b=2">Ana&nbsp;Sousa</a>, '
    "the mayor&rsquo;s aide,\non Monday; the port was shut for a day.</p>\n"
)
ELEMENTS = [
    *("p", "b", "br", "q", "pre", "div", "td", "blockquote", "ruby", "rt", "rp", "svg", "video"),
    *("object", "script", "style", "title", "x-y"),
]
TAGS = st.builds(
    "<{}{}{}>".format,
    st.sampled_from(["", "/"]),
    st.sampled_from(ELEMENTS),
    st.sampled_from(["", " ", "/", " /", " a=b", ' a="<p>"', " a='", ' =">', "=/"]),
)
MARKS = st.sampled_from(
    [
        *("<!--", "-->", "--!>", "<!", "-", ">", "<", "</", "<?", "<a", '"', "'", "=", "/"),
        *("<![CDATA[", "]]>", "]", "&", "#", "x", ";", "&amp", "&amp;", "&nbsp;", "&notit;"),
        *("&#10;", "&#32", "&#x1F600;", "&#1;", "&fjlig;", "&ThickSpace;", "&nosuch;", "amp;"),
        *(" ", "  ", "\n", "\r\n", "\u00a0", "a", "Ana", "fj", "<q>", "</q>", "<!-- x -->"),
    ]
)
FRAGMENTS = st.lists(st.one_of(TAGS, MARKS, texts()), max_size=24).map("".join)


def is_sharp(extract: Extract, span: Span) -> bool:
    """Tell whether a span begins and ends with a character, and with all of a reference."""
    text = span.of(extract.text)
    cuts = [span.start, span.end]
    halves = [match.start() + 1 for match in PAIRS.finditer(extract.text)]
    return not (text[0].isspace() or text[-1].isspace() or set(cuts) & set(halves))


def check_read_again(html: str, extract: Extract, span: Span) -> None:
    """Assert that a span's HTML has the span's text, but for the line ends of wire copy."""
    source = extract.locate(span)
    again = extract_text(source.of(html)).text
    wanted = span.of(extract.text)
    if "<pre" in html.lower():
        again, wanted = (re.sub("\n+", " ", text) for text in (again, wanted))
    assert again == wanted, (source.of(html), span)


@BY_PATTERN
def test_pattern_is_read_as_on_the_page(pattern):
    """What a reader sees is read, and nothing else."""
    assert extract_text(pattern["html"]).text == pattern["text"]


@BY_PATTERN
def test_pattern_has_its_block_quotes(pattern):
    """The outermost block quotes are told, without white space at their ends."""
    extract = extract_text(pattern["html"])
    quotes = [span.of(extract.text) for span in extract.block_quotes]
    assert quotes == pattern.get("quotes", [])


@BY_PATTERN
def test_every_stretch_of_a_pattern_is_found(pattern):
    """Between any two boundaries of words or tags, the HTML alone has the same text."""
    html = pattern["html"]
    extract = extract_text(html)
    length = len(extract.text)
    words = {at for match in re.finditer(r"\w+|\S", extract.text) for at in match.span()}
    seams = {
        at
        for at in range(1, length)
        if extract.locate(Span(at - 1, at)).end != extract.locate(Span(at, at + 1)).start
    }
    for start, end in combinations(sorted(words | seams), 2):
        if is_sharp(extract, Span(start, end)):
            check_read_again(html, extract, Span(start, end))


@pytest.mark.parametrize(
    ("html", "seen", "source"),
    [
        pytest.param("<p>An<b>a</b> Sousa</p>", "Ana", "An<b>a", id="name with tags"),
        pytest.param("O&#39;Brien left", "'", "&#39;", id="reference"),
        pytest.param("&ldquo;No&rdquo;", "“No”", "&ldquo;No&rdquo;", id="references at both ends"),
        pytest.param("caf&eacute, she", "café", "caf&eacute", id="reference without semicolon"),
        pytest.param("a &notit; b", "¬it", "&notit", id="longest name"),
        pytest.param("&fjlig;ord", "j", "&fjlig;", id="second of two characters"),
        pytest.param("&fjlig;ord", "f", "&fjlig;", id="first of two characters"),
        pytest.param("said <q>No</q>.", "“No”", "<q>No</q>", id="quotation element"),
        pytest.param("Ana \n\n Sousa", "Ana Sousa", "Ana \n\n Sousa", id="white space"),
        pytest.param("Ana \n\n Sousa", " ", " \n\n ", id="white space alone"),
        pytest.param("<p>Ana </p> <p>Lee", "\n\n", " </p> <p>", id="paragraph break"),
        pytest.param("Ana <b>\n Lee</b>", " ", " <b>\n ", id="white space across a tag"),
        pytest.param("<pre>Ana\n<b>\nLee", "\n\n", "\n<b>\n", id="line ends across a tag"),
        pytest.param("a <b>&nbsp;</b> c", "\u00a0", "&nbsp;", id="no-break space"),
        pytest.param("Go 😀<i>!</i>", "😀!", "😀<i>!", id="astral"),
        pytest.param("a<svg><p>a</svg>b", "ab", "a<svg><p>a</svg>b", id="left out"),
    ],
)
def test_locate(html, seen, source):
    """A span is located from its first to its last character, tags at its ends left out."""
    extract = extract_text(html)
    start = extract.text.index(seen)
    assert extract.locate(Span(start, start + len(seen))).of(html) == source


def test_span_beyond_the_text():
    """A span that ends beyond the text stands nowhere."""
    with pytest.raises(IndexError):
        extract_text("<b>Ana</b>").locate(Span(2, 4))


def test_line_ends_of_wire_copy():
    """Without its tag, wire copy reads as other text does."""
    html = "<pre>One\n\nTwo</pre>"
    extract = extract_text(html)
    source = extract.locate(Span(0, len(extract.text)))
    assert extract.text == "One\n\nTwo"
    assert extract_text(source.of(html)).text == "One Two"


def test_extracts_are_values():
    """Extracts of the same HTML are equal and hash alike."""
    one, other = extract_text("<b>Ana</b>"), extract_text("<b>Ana</b>")
    assert one == other
    assert len({one, other}) == 1
    assert one != extract_text("<i><b>Ana</b></i>")


@settings(deadline=None)
@given(FRAGMENTS, st.data())
def test_any_stretch_is_found(html, data):
    """Any span that begins and ends with a character has the same text in its HTML alone."""
    extract = extract_text(html)
    cuts = range(len(extract.text) + 1)
    for _ in range(min(len(extract.text), 10)):
        start, end = sorted(
            data.draw(st.lists(st.sampled_from(cuts), min_size=2, max_size=2, unique=True))
        )
        if is_sharp(extract, Span(start, end)):
            check_read_again(html, extract, Span(start, end))


@settings(deadline=None)
@given(FRAGMENTS)
def test_offsets_are_in_order(html):
    """Whatever the HTML, its characters stand inside it, one after the other or together."""
    extract = extract_text(html)
    places = [extract.locate(Span(at, at + 1)) for at in range(len(extract.text))]
    assert all(place.end <= len(html) for place in places)
    for one, other in pairwise(places):
        assert one == other or one.end <= other.start or one.start < other.start < one.end


@settings(deadline=None)
@given(FRAGMENTS)
def test_text_is_tidy(html):
    """Whatever the HTML, paragraphs are one blank line apart and no white space is left over."""
    extract = extract_text(html)
    assert extract.text == extract.text.strip()
    assert not re.search(r"\n{3}|  |[\t\r\f]| \n|\n ", extract.text)


@settings(deadline=None)
@given(FRAGMENTS)
def test_block_quotes_are_in_order(html):
    """Whatever the HTML, block quotes are apart, begin and end with a character."""
    extract = extract_text(html)
    for span in extract.block_quotes:
        assert span.of(extract.text) == span.of(extract.text).strip()
        assert span.end <= len(extract.text)
    for one, other in pairwise(extract.block_quotes):
        assert one.end < other.start


@settings(deadline=None)
@given(texts())
def test_text_without_markup_is_kept(text):
    """Text that holds no markup keeps every character but white space."""
    plain = text.replace("<", "").replace("&", "")
    assert extract_text(plain).text.split() == plain.split()


@pytest.fixture(scope="module")
def ordinary_seconds():
    """The time that ordinary copy takes, by the character."""
    copy = ORDINARY * 1000
    return read_seconds(copy) / len(copy)


def read_seconds(html: str) -> float:
    with collector_paused():
        started = time.process_time()
        extract_text(html)
        return time.process_time() - started


@pytest.mark.parametrize(
    "piece",
    [
        *("<", "</", "<!", "<!--", "<!-- -", "<![CDATA[", "]]>", "]", ">", "<?", "-->", "<b>"),
        *("<a ", '<a b="', "<a b='", "<a b=", "<a =", "<a\n\n\n\n\n\n\n\n", "<b a a=b a='b'>", "="),
        *("&", "&#", "&#9", "&#x", "&lt;", "&aa ", "&amp", "&" + "a" * 31, "0", "&nbsp;"),
        *(
            " ",
            "\n",
            "\u00a0 ",
            "a ",
            "a\n",
            "<p>",
            "<br>",
            "<q>",
            "<pre>\n",
            "😀",
            "\x00",
            "\ud800",
        ),
        *("<script>", "<script><!--<script>", "</script>", "<title>", "<textarea", "<style></"),
        *("<video>", "<svg></svg>", "<video></object><object></video>", "<rt>", "<div>"),
        *("<blockquote>", "<blockquote>a</blockquote>", "<div></section>", "<ruby>a<rt>b"),
    ],
)
@pytest.mark.parametrize("before", ["", "<a ", "<!--", "<script>", "<script><!--"])
def test_time_is_linear(ordinary_seconds, before, piece):
    """Hostile input takes a few times as long as ordinary copy, not its square."""
    html = before + piece * (50_000 // len(piece))
    assert read_seconds(html) < 20 * ordinary_seconds * len(html) + 0.05
