"""Whether time grows with the length of a text and with nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evaluation.callers import Callers
from evaluation.encoders import count_pieces
from evaluation.samples import cut_articles, join_articles, list_names, write_about
from evaluation.server import Service
from evaluation.timing import Row, Spread, alternate, divide, hold_to_least, hold_to_most

ARTICLE_WORDS = 500
LEAST_OF_SHORT = 0.85
MOST_TIMES_ORDINARY = 3.0

MARKS = 1_000
MARKS_IN_A_ROW = ('"', "“")
MARK_ROUNDS = 15
TOKEN_CHARS = 1_000_000


@dataclass(frozen=True, slots=True)
class Extent:
    """How long the long text is and how many short ones stand beside it, and how many names."""

    rounds: int
    long_words: int
    short_texts: int
    names: int


Timer = Callable[..., float]
"""Returns the seconds in which texts are answered, one after the other."""


def measure_growth(
    service: Service, callers: Callers, texts: Sequence[str], extent: Extent
) -> list[Row]:
    """Time long and odd texts, each sent alone; the service must accept millions of characters."""

    def time(*sent: str) -> float:
        return callers.call(service.port, sent).seconds

    long = join_articles(texts, extent.long_words)
    articles = cut_articles(texts, ARTICLE_WORDS)
    short = [articles[number % len(articles)] for number in range(extent.short_texts)]
    words = ARTICLE_WORDS * len(short)
    figures = alternate(
        {"long": lambda: extent.long_words / time(long), "short": lambda: words / time(*short)},
        extent.rounds,
    )
    per_char = extent.long_words / Spread.of(figures["long"]).median / len(long)
    names = write_about(list_names(extent.names))
    return [
        _rate_row(f"{len(short)} texts of {ARTICLE_WORDS} words", figures["short"]),
        _rate_row(f"One text of {extent.long_words:,} words", figures["long"]),
        hold_to_least("… long ÷ short", divide(figures["long"], figures["short"]), LEAST_OF_SHORT),
        *(
            row
            for mark in MARKS_IN_A_ROW
            for row in _compare_marks(mark * MARKS, long[:MARKS], time)
        ),
        _compare_long(
            f"One token of {TOKEN_CHARS:,} characters", "x" * TOKEN_CHARS, per_char, time
        ),
        _compare_long(
            f"{extent.names:,} distinct names ({len(names):,} characters)", names, per_char, time
        ),
    ]


def _rate_row(what: str, figures: Sequence[float]) -> Row:
    return Row(what, Spread.of(figures).format("words/s"))


def _compare_marks(marks: str, ordinary: str, time: Timer) -> list[Row]:
    sides = {"marks": lambda: time(marks), "ordinary": lambda: time(ordinary)}
    alternate(sides, 1)
    figures = alternate(sides, MARK_ROUNDS)
    ratio = divide(figures["marks"], figures["ordinary"])
    pieces = count_pieces(marks) / count_pieces(ordinary)
    return [
        hold_to_most(
            f"{len(marks):,} marks `{marks[0]}` in a row, a character ÷ one of ordinary copy",
            ratio,
            MOST_TIMES_ORDINARY,
        ),
        Row("… a word piece ÷ one of ordinary copy", f"{ratio.median / pieces:.2f}"),
    ]


def _compare_long(what: str, text: str, ordinary_per_char: float, time: Timer) -> Row:
    ratio = time(text) / len(text) / ordinary_per_char
    return hold_to_most(
        f"{what}, a character ÷ one of the long text", Spread.of([ratio]), MOST_TIMES_ORDINARY
    )
