"""Short inputs: sentences and first lines of articles, to be sent alone."""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise

import spacy
from spacy.language import Language

from analysis.document import Span
from evaluation.mentions import Comparison, Name

SENTENCES = 600
SEED = 20230715

_LINE = re.compile(r"\S[^\n]*")
_OPENING = re.compile(r"\s(['\"“‘«(\[]+)\s*$")


def cut_sentences(comparison: Comparison) -> list[Comparison]:
    """Cut an article into its sentences; a cut inside a labelled name is not made."""
    spans = _split_sentences(comparison.text)
    return [comparison.cut(span) for span in _join_around(comparison.labelled, spans)]


def cut_first_line(comparison: Comparison) -> Comparison:
    """Return an article's first line: its headline, where it has one, or its lead paragraph."""
    return comparison.cut(next(_split_lines(comparison.text)))


def sample(
    excerpts: Sequence[Comparison], number: int = SENTENCES, *, seed: int = SEED
) -> list[Comparison]:
    """Return at most `number` excerpts, drawn without replacement, in their order."""
    drawn = random.Random(seed).sample(range(len(excerpts)), min(number, len(excerpts)))
    return [excerpts[place] for place in sorted(drawn)]


@cache
def _load_splitter() -> Language:
    splitter = spacy.blank("en")
    splitter.add_pipe("sentencizer")
    return splitter


def _split_lines(text: str) -> Iterator[Span]:
    for line in _LINE.finditer(text):
        yield _strip(text, line.start(), line.end())


def _split_sentences(text: str) -> Iterator[Span]:
    for line in _split_lines(text):
        for start, end in pairwise([*_find_starts(line.of(text)), line.end - line.start]):
            if any(map(str.isalnum, text[line.start + start : line.start + end])):
                yield _strip(text, line.start + start, line.start + end)


def _find_starts(line: str) -> Iterator[int]:
    """Yield where sentences start; opening marks, left behind by the splitter, go with them."""
    for sentence in _load_splitter()(line).sents:
        opening = _OPENING.search(line, 0, sentence.start_char)
        yield opening.start(1) if opening else sentence.start_char


def _strip(text: str, start: int, end: int) -> Span:
    words = text[start:end]
    return Span(end - len(words.lstrip()), start + len(words.rstrip()))


def _join_around(names: Iterable[Name], spans: Iterable[Span]) -> list[Span]:
    kept = tuple(names)
    joined: list[Span] = []
    for span in spans:
        if joined and any(name.start < span.start < name.end for name in kept):
            span = Span(joined.pop().start, span.end)
        joined.append(span)
    return joined
