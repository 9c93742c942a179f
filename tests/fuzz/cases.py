"""Hostile texts: news turned round, glued, doubled and mixed with all of Unicode.

Everything is chosen through a `Source`, so that hypothesis, which makes failures small, and
atheris, which looks for code that has not run yet, draw from the same grammar.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol, TypeVar

from schemas import ContentType

_T = TypeVar("_T")
_SAMPLE_ARTICLE = Path(__file__).parents[3] / "shared/data/seed/article.txt"
MAX_CHARS = 600


class Source(Protocol):
    """Whatever makes choices."""

    def below(self, number: int) -> int:
        """Return a number from 0 to below another."""
        ...


@dataclass(frozen=True, slots=True)
class Case:
    """One story to analyze."""

    text: str
    headline: str | None
    content_type: ContentType
    language: str


SEEDS = (
    "“We will rebuild the bridge,” Mayor Ana Sousa told reporters in Porto on Monday.",
    "“I am tired,” said Rui Costa, “but we go on.” He added: “Nobody leaves.”",
    "The minister said that the plan, which Water Board chief Lee Tan called “a joke”, was dead.",
    "According to Reuters, the council of Larnport will vote on Friday, its spokesman said.",
    "SMITH: No. JONES: Why not? SMITH: Because I say so.",
    "Q: Who was there? A: Nobody, as far as I know, Mrs. O’Neill-García wrote.",
    "'It's over,' she said. 'It's not,' replied the players' union's leader, J.R. Ewing Jr.",
    "“One paragraph.\n\n“Another of the same speech.\n\n“And the last,” Dr. Mary Ann McDonald said.",
    "« Nous attendons », a dit Ana Sousa. „Wir warten“, sagte Rui Costa. —No —dijo Lee Tan—, espera.",
    "Both Ana Sousa and Rui Costa say they believe NATO lied; he thinks so, she hopes not.",
    "- Is it true? - asked the judge. - It is - said the witness , who declined to be named .",
    "Sources close to U.N. officials in the U.S. denied it, @lee_tan tweeted at 10 p.m. #porto",
)
NAMES = (
    "Ana Sousa",
    "Lee",
    "NATO",
    "McDonald's",
    "O’Neill",
    "van der Berg",
    "U.S.",
    "Åse Øst",
    "JONES",
)
CUES = (
    " said ",
    " told ",
    ": ",
    " says that ",
    ", according to ",
    " asked",
    " dit ",
    " sagte ",
    " – ",
)
MARKS = (
    '"',
    "“",
    "”",
    "‘",
    "’",
    "'",
    "«",
    "»",
    "„",
    "‹",
    "›",
    "‚",
    "``",
    "''",
    "『",
    "』",
    "—",
    "–",
    "-",
    "…",
    "*",
)
HTML = (
    "<p>", "</p>", "<blockquote>", "</blockquote>", "<cite>", "</cite>", "<b>", "</b>", "<br>", "<li>",
    "<script>", "</script>", "<style>", "<!--", "-->", "<![CDATA[", "]]>", "<a href='", "\">", "<p", "</", "<",
    "&ldquo;", "&rdquo", "&amp;", "&amp;lt;", "&#x201c;", "&#8221;", "&#xD800;", "&#x110000;", "&#0;", "&#",
    "&nbsp;", "&;", "<h1>", "</h1>", "<q>", "</q>", "<table><td>", "<template>", "<svg>", "<?x", "<title>",
)  # fmt: skip
SPECIALS = (
    "\x00", "\r\n", "\n", "\n\n", "\r", "\t", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029", "\ufeff", "\ufffe",
    "\u200b", "\u200c", "\u200d", "\u2060", "\u00ad", "\ufe0f", "\U000e0001", "\u202a", "\u202e", "\u202c",
    "\u2066", "\u2069", "\u0301", "\u0301" * 40, "\u20dd", "\ud800", "\udfff", "\udc80x\ud83d", "\u3000", "\u00a0",
    "👩‍👩‍👧", "🏳️‍🌈", "🇵🇹", "👍🏽", "ﬁ", "ß", "İ", "ı", "ſ", "\u1e9e", "אבג", "مرحبا", "你好", "ก็", "𝒜", "\U0010ffff",
)  # fmt: skip


@cache
def list_categories() -> tuple[tuple[str, ...], ...]:
    """List the characters of each of Unicode's categories."""
    found: dict[str, list[str]] = {}
    for point in range(0x110000):
        found.setdefault(unicodedata.category(chr(point)), []).append(chr(point))
    return tuple(tuple(found[name]) for name in sorted(found))


@cache
def list_seeds() -> tuple[str, ...]:
    """List the texts that others are made of, with the sample article's where it is at hand."""
    try:
        article = _SAMPLE_ARTICLE.read_text(encoding="utf-8")
    except OSError:
        article = ""
    return (*SEEDS, *(part for part in article.split("\n\n") if part.strip()))


def build_case(source: Source) -> Case:
    """Build a story."""
    text = build_text(source)
    headline = build_text(source)[:200] if source.below(8) == 0 else None
    content_type = ContentType.HTML if source.below(4) == 0 else ContentType.PLAIN
    language = ("en", "en", "en", "de", "fr", "es", "it", "pl")[source.below(8)]
    return Case(text, headline, content_type, language)


def build_text(source: Source) -> str:
    """Build a text of a few pieces, then change it in a few places."""
    pieces = [choose(source, _PIECES)(source) for _ in range(1 + source.below(6))]
    text = "".join(pieces)[:MAX_CHARS]
    for _ in range(source.below(6)):
        text = choose(source, _CHANGES)(source, text)[:MAX_CHARS]
    return text


def choose(source: Source, among: Sequence[_T]) -> _T:
    """Return one of several."""
    return among[source.below(len(among))]


def _run(source: Source) -> str:
    piece = choose(source, (*MARKS, *SPECIALS, "a", "A", "1", ". ", ", ", *NAMES, *HTML))
    return piece * (1 + source.below(60))


def _transcript(source: Source) -> str:
    name = choose(source, NAMES)
    return f"\n{name}: {choose(source, list_seeds())}\n{choose(source, ('Q', 'A', name.upper()))}: No.\n"


def _speech(source: Source) -> str:
    opening, closing = choose(source, MARKS), choose(source, MARKS)
    words, cue, name = (
        choose(source, list_seeds())[:60],
        choose(source, CUES),
        choose(source, NAMES),
    )
    return choose(
        source,
        (
            f"{opening}{words}{closing}{cue}{name}. ",
            f"{name}{cue}{opening}{words}{closing}",
            f"{opening}{words[:20]},{closing}{cue}{name},{opening}{words[20:]}{closing} ",
            f"{name}{cue}that {words}",
            f"{opening}{opening}{words}",
        ),
    )


_PIECES: tuple[Callable[[Source], str], ...] = (
    lambda source: choose(source, list_seeds()),
    _speech,
    _speech,
    _transcript,
    _run,
    lambda source: choose(source, NAMES),
    lambda source: choose(source, CUES),
    lambda source: choose(source, MARKS),
    lambda source: choose(source, HTML),
    lambda source: choose(source, SPECIALS),
    lambda source: choose(source, choose(source, list_categories())),
)


def _cut(source: Source, text: str) -> tuple[str, str, str]:
    """Cut a text in two places."""
    start = source.below(len(text) + 1)
    end = start + source.below(min(40, len(text) - start) + 1)
    return text[:start], text[start:end], text[end:]


def _turn_marks(source: Source, text: str) -> str:
    mark, other = choose(source, MARKS), choose(source, MARKS)
    return text.replace(mark, other)


def _change_slice(change: Callable[[str], str]) -> Callable[[Source, str], str]:
    def changed(source: Source, text: str) -> str:
        before, piece, after = _cut(source, text)
        return before + change(piece) + after

    return changed


def _insert(source: Source, text: str) -> str:
    before, piece, after = _cut(source, text)
    return before + piece + choose(source, (*MARKS, *SPECIALS, *HTML)) + after


_CHANGES: tuple[Callable[[Source, str], str], ...] = (
    _insert,
    _turn_marks,
    _change_slice(lambda _: ""),
    _change_slice(lambda piece: piece * 2),
    _change_slice(lambda piece: piece[::-1]),
    _change_slice(str.upper),
    _change_slice(str.lower),
    _change_slice(str.title),
    _change_slice(lambda piece: piece.replace(" ", "")),
    _change_slice(lambda piece: piece.replace(" ", "\n\n")),
    _change_slice(lambda piece: "".join(f"{letter}\u0301" for letter in piece)),
    _change_slice(lambda piece: unicodedata.normalize("NFD", piece)),
)
