"""Read HTML as a reader of the page sees it, and tell where in the HTML each character stands.

Markup is told from text by the rules that browsers follow (WHATWG HTML, "Parsing HTML documents":
https://html.spec.whatwg.org/multipage/parsing.html), in time linear in the HTML whatever it holds.
`html.parser` would not do: what it makes of comments, CDATA and scripts differs between patch
releases of Python, and it needs quadratic time for some input.

What a tag does depends on its name alone, hardly ever on what stands before it. That is why any
stretch of the text can be read again from its own stretch of HTML (`Extract.locate`), and why
attributes are not looked at: what `hidden` or a style hides is read, and `<q>` is always “. Nor is
the page built as browsers build it: text that they would move out of a table stays where it is.
"""

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from html.entities import html5
from typing import NamedTuple

from analysis.document import Span
from analysis.wordlists import word_set

# Elements by what browsers make of them (WHATWG HTML, "Rendering":
# https://html.spec.whatwg.org/multipage/rendering.html).
_CELLS = word_set("td th")
_BLOCKS = word_set(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main "
    "menu nav ol optgroup option p plaintext pre search section summary table tbody tfoot thead tr "
    "ul xmp"
)
# Their end tags end what is still open inside them. Those of other blocks may be left out.
_CONTAINERS = word_set(
    "address article aside blockquote center details div dl fieldset figure footer form header "
    "main nav ol section table ul"
)
# Left out. Nothing inside the first is markup, apart from the end tag.
_RAW = word_set("iframe noembed noframes noscript script style textarea title")
_UNREAD = word_set("audio canvas datalist math object select svg template video")
_LEFT_OUT = _RAW | _UNREAD
_ANNOTATIONS = word_set("rp rt")
_ANNOTATED = word_set("rb rp rt rtc ruby")

# What HTML calls white space. Python's \s is more: U+00A0 and other spaces that do not collapse.
_WHITE = r"\t\n\f\r "
_MARKUP = re.compile(
    r"(?P<marker><!\[CDATA\[|\]\]>)"
    rf"|<(?:(?P<comment>!--)|(?P<slash>/?)(?P<name>[A-Za-z][^{_WHITE}/>]*)(?P<end>>)?|[!?]|/(?=.))",
    re.DOTALL,
)
_COMMENT = re.compile(r"<!--(?:-?>|.*?--!?>)", re.DOTALL)
# One attribute, or the end of the tag. An attribute's name may begin with "=".
_ATTRIBUTE = re.compile(
    rf"[{_WHITE}/]*(?:(?P<end>>)|=?[^{_WHITE}/>=]*"
    rf"(?:[{_WHITE}]*=[{_WHITE}]*(?:\"[^\"]*\"?|'[^']*'?|[^{_WHITE}>\"'][^{_WHITE}>]*)?)?)"
)
_SIGNATURES = frozenset({"cite", "figcaption", "footer"})
_RAW_ENDS = {
    name: re.compile(rf"</{name}(?=[{_WHITE}/>])", re.ASCII | re.IGNORECASE) for name in _RAW
}
# The dashes of "<!--" may be those of "-->".
_SCRIPT_STEP = re.compile(
    rf"(?P<open><!(?=--))|(?P<close>-->)|<(?P<slash>/?)script(?=[{_WHITE}/>])",
    re.ASCII | re.IGNORECASE,
)
_NO_REFERENCE = "&(?!#|[A-Za-z][A-Za-z0-9])"
# The bound keeps the stack of the matcher small.
_PIECE = re.compile(
    rf"(?P<white>[{_WHITE}]+)|(?P<space>[^\S{_WHITE}]+)"
    rf"|(?P<words>(?:[^\s&]+|[^\S\t\n\f\r](?=[^\s&]|{_NO_REFERENCE})|{_NO_REFERENCE}){{1,256}})"
    r"|(?P<reference>&(?:#[0-9]+;?|#[xX][0-9A-Fa-f]+;?|[A-Za-z][A-Za-z0-9]{1,30};?))|&"
)
_LINE_END = re.compile(r"\r\n?|\n")
_COLLAPSED = (" ", "\n", "\n\n")
_PARAGRAPH_LINES = 2
# No code point has more digits.
_MAX_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Extract:
    r"""The text that a reader of an HTML fragment sees, and where each character of it stands.

    The text neither begins nor ends with white space. Paragraphs are `"\n\n"` apart, lines `"\n"`;
    other white space is one space, but U+00A0 and its like are kept between words.

    `block_quotes` are the spans of the text inside outermost `<blockquote>` elements, in text
    order, white space stripped at both ends; those without text are left out. `signatures` are
    those of `<cite>` and `<footer>` in a block quote, and of a `<figcaption>` right after one: who
    is quoted stands there (HTML, "The blockquote element").
    """

    text: str
    block_quotes: tuple[Span, ...]
    signatures: tuple[Span, ...]
    _starts: "array[int]" = field(repr=False, hash=False)
    _ends: "array[int]" = field(repr=False, hash=False)

    def locate(self, span: Span) -> Span:
        """Return where in the HTML a span of the text stands: from its first to its last character.

        The HTML there, read by itself, has the text of the span, if the span neither begins nor
        ends with white space nor with half of a reference to two characters, such as `&fjlig;`.
        Line ends that were kept because they stand in `<pre>` are spaces then, where the `<pre>`
        itself stands before the span. Raises IndexError if the span ends beyond the text.
        """
        return Span(self._starts[span.start], self._ends[span.end - 1])


def extract_text(html: str) -> Extract:
    """Return the text of an HTML document or fragment, of any size and however broken.

    Left out are comments, declarations and the elements whose content is not the page's text. Of
    these, the ones in which browsers see no markup (scripts, styles, titles, text areas, frames)
    run to the end of the HTML if nothing closes them, as in browsers. A tag of any other that
    nothing closes (`<video>`, `<svg>`, `<select>`) hides nothing. `<script/>` and the like are
    empty, as in XHTML. The markers of CDATA sections are left out, and their content is read as
    HTML.
    """
    tags = list(_find_tags(html))
    unread_ends = _find_unread_ends(tags)
    page = _Page()
    at = 0
    for index, tag in enumerate(tags):
        if tag.start >= at:
            page.read(html, at, tag.start)
            page.pass_tag(tag)
            at = tag.end
        at = max(at, unread_ends.get(index, at))
    page.read(html, at, len(html))
    return page.finish()


class _Tag(NamedTuple):
    """A tag from `start` to `end`, with the content that it keeps from being read as HTML.

    Comments, declarations and markers are tags without a name.
    """

    start: int
    end: int
    name: str = ""
    opens: bool = False


def _find_tags(html: str) -> Iterator[_Tag]:
    at = 0
    while match := _MARKUP.search(html, at):
        tag = _read_tag(html, match) if match["name"] else _read_nameless(html, match)
        yield tag
        at = tag.end


def _read_nameless(html: str, match: re.Match[str]) -> _Tag:
    start, end = match.span()
    if match["comment"]:
        comment = _COMMENT.match(html, start)
        return _Tag(start, comment.end() if comment else len(html))
    if match["marker"]:
        return _Tag(start, end)
    return _Tag(start, html.find(">", end) + 1 or len(html))


def _read_tag(html: str, match: re.Match[str]) -> _Tag:
    """Return the tag whose name has matched. One without an end swallows what follows."""
    if match["end"]:
        return _end_tag(html, match, match.end())
    for step in _ATTRIBUTE.finditer(html, match.end()):
        if step["end"]:
            return _end_tag(html, match, step.end())
    return _Tag(match.start(), len(html))


def _end_tag(html: str, match: re.Match[str], end: int) -> _Tag:
    """Return the tag whose name has matched, and which ends there."""
    name, opens = match["name"].lower(), not match["slash"]
    if opens and name in _LEFT_OUT and html.endswith("/>", match.start(), end):
        return _Tag(match.start(), end)
    if opens and name in _RAW:
        end = _find_raw_end(html, name, end)
    return _Tag(match.start(), end, name, opens)


def _find_raw_end(html: str, name: str, at: int) -> int:
    if name == "script":
        return _find_script_end(html, at)
    end = _RAW_ENDS[name].search(html, at)
    return end.start() if end else len(html)


def _find_script_end(html: str, at: int) -> int:
    """Return where the script that begins at `at` ends.

    A script inside a comment inside a script is part of the latter: WHATWG HTML, "Script data
    double escaped state" and its neighbors.
    """
    is_comment = is_nested = False
    for step in _SCRIPT_STEP.finditer(html, at):
        if step["open"]:
            is_comment = True
        elif step["close"]:
            is_comment = is_nested = False
        elif not step["slash"]:
            is_nested = is_comment
        elif is_nested:
            is_nested = False
        else:
            return step.start()
    return len(html)


def _find_unread_ends(tags: Sequence[_Tag]) -> dict[int, int]:
    """Return, by the index of its first tag, where each element ends that is to be left out.

    Pairs are found name by name, so that they are the same in every stretch that holds both tags.
    """
    ends: dict[int, int] = {}
    opened: defaultdict[str, list[int]] = defaultdict(list)
    annotation: int | None = None
    for index, (start, _, name, opens) in enumerate(tags):
        if name in _ANNOTATED or name in _BLOCKS:
            if annotation is not None:
                ends[annotation] = start
            annotation = index if opens and name in _ANNOTATIONS else None
        elif name in _UNREAD:
            if opens:
                opened[name].append(index)
            elif opened[name]:
                ends[opened[name].pop()] = start
    return ends


class _Page:
    """The text read so far, and the state that reading it needs.

    White space is written as it comes, and taken back where it turns out to stand beside a break.
    `_lines` counts the line breaks since the last character that a reader sees: two or more are
    the end of a paragraph.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._starts = array("I")
        self._ends = array("I")
        self._seen_pieces = self._seen_chars = 0
        self._lines = 0
        self._is_preformatted = False
        self._containers: list[str] = []
        self._open = Counter[str]()
        self._quote_start = 0
        self._quotes: list[Span] = []
        self._signing: tuple[str, int] | None = None
        self._signed: list[tuple[int, int]] = []

    def read(self, html: str, start: int, end: int) -> None:
        """Read a stretch of HTML without tags."""
        while piece := _PIECE.match(html, start, end):
            seen, start = piece[0], piece.end()
            if piece["reference"]:
                seen, length = _decode(seen)
                start = piece.start() + length
            if seen.isspace():
                self._add_space(seen, piece.start(), start)
            elif seen:
                self._show(seen, piece.start(), start)

    def pass_tag(self, tag: _Tag) -> None:
        """Do what a reader sees a tag do."""
        if tag.name == "q":
            self._show("“" if tag.opens else "”", tag.start, tag.end)
        elif tag.name == "br":
            self._lines += 1
        elif tag.name in _CELLS:
            self._lines = max(self._lines, 1)
        elif tag.name in _BLOCKS:
            self._lines = max(self._lines, _PARAGRAPH_LINES)
        if tag.name == "pre":
            self._is_preformatted = tag.opens
        if tag.name in _SIGNATURES:
            self._sign(tag)
        if tag.name in _CONTAINERS:
            self._nest(tag)

    def finish(self) -> Extract:
        """Return what has been read."""
        self._cut(self._seen_pieces, self._seen_chars)
        if self._open["blockquote"]:
            self._end_quote()
        text = "".join(self._pieces)
        signatures = (_strip(text, start, end) for start, end in self._signed)
        signed = tuple(filter(None, signatures))
        return Extract(text, tuple(self._quotes), signed, self._starts, self._ends)

    def _show(self, seen: str, start: int, end: int) -> None:
        if self._lines:
            self._cut(self._seen_pieces, self._seen_chars)
            if self._pieces:
                self._write(_collapse(self._lines), self._ends[-1], start)
            self._lines = 0
        self._write(seen, start, end)
        self._seen_pieces, self._seen_chars = len(self._pieces), len(self._starts)

    def _add_space(self, space: str, start: int, end: int) -> None:
        if self._lines or not self._pieces:
            return
        if not space.strip(" \t\n\f\r"):
            lines = len(_LINE_END.findall(space)) if self._is_preformatted else 0
            last = self._pieces[-1]
            if last in _COLLAPSED:
                lines += last.count("\n")
                start = self._starts[-len(last)]
                self._cut(len(self._pieces) - 1, len(self._starts) - len(last))
            space = _collapse(lines)
        self._write(space, start, end)

    def _write(self, piece: str, start: int, end: int) -> None:
        """Write what stands from `start` to `end`, as it stands there or in place of all of it."""
        self._pieces.append(piece)
        if len(piece) == end - start:
            self._starts.extend(range(start, end))
            self._ends.extend(range(start + 1, end + 1))
        else:
            self._starts.extend([start] * len(piece))
            self._ends.extend([end] * len(piece))

    def _cut(self, pieces: int, chars: int) -> None:
        """Take back all but so many pieces, which have so many characters."""
        del self._pieces[pieces:], self._starts[chars:], self._ends[chars:]

    def _nest(self, tag: _Tag) -> None:
        """Open or close an element, and note the block quotes that begin or end with it."""
        if tag.opens:
            if tag.name == "blockquote" and not self._open["blockquote"]:
                self._quote_start = self._seen_chars
            self._containers.append(tag.name)
            self._open[tag.name] += 1
        elif self._open[tag.name]:
            was_quoted = self._open["blockquote"] > 0
            name = ""
            while name != tag.name:
                name = self._containers.pop()
                self._open[name] -= 1
            if was_quoted and not self._open["blockquote"]:
                self._end_quote()

    def _sign(self, tag: _Tag) -> None:
        """Note where the name of whom a block quote quotes begins, or ends."""
        if tag.opens and self._signing is None:
            is_after = bool(self._quotes) and self._quotes[-1].end == self._seen_chars
            if self._open["blockquote"] or (tag.name == "figcaption" and is_after):
                self._signing = (tag.name, self._seen_chars)
        elif not tag.opens and self._signing and self._signing[0] == tag.name:
            self._end_signature()

    def _end_signature(self) -> None:
        if self._signing:
            self._signed.append((self._signing[1], self._seen_chars))
            self._signing = None

    def _end_quote(self) -> None:
        self._end_signature()
        # A block quote begins a paragraph.
        start = self._quote_start and self._quote_start + _PARAGRAPH_LINES
        if start < self._seen_chars:
            self._quotes.append(Span(start, self._seen_chars))


def _strip(text: str, start: int, end: int) -> Span | None:
    """Return text[start:end] without white space at its edges, if anything is left."""
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    end -= len(words) - len(words.rstrip())
    return Span(start, end) if start < end else None


def _collapse(lines: int) -> str:
    return "\n" * min(lines, _PARAGRAPH_LINES) or " "


def _decode(reference: str) -> tuple[str, int]:
    """Return what a reference stands for, and how many characters of it are the reference.

    References to control characters stand for nothing. `&` stands for itself where nothing has
    the name.
    """
    if reference[1] == "#":
        return _decode_number(reference[2:].rstrip(";")), len(reference)
    for end in range(len(reference), 2, -1):
        if shown := html5.get(reference[1:end]):
            return shown, end
    return "&", 1


def _decode_number(number: str) -> str:
    # `unescape` raises ValueError where there are thousands of digits.
    digits = number.lstrip("xX").lstrip("0") or "0"
    if len(digits) > _MAX_DIGITS:
        return "\ufffd"
    return unescape(f"&#{'x' if number[0] in 'xX' else ''}{digits};")
