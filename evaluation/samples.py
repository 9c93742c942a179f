"""The texts that benchmarks send: development articles, cut and joined, and made ones.

All are the same in every run.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import islice, product
from pathlib import Path

from evaluation.sets import load_articles

SETS = ("entities/ww.dev", "quotes/polnear.dev", "quotes/speakers_entities.dev")
SEED = 6

_GIVEN = ("ka", "lo", "mi", "ne", "ru", "sa", "to", "vi", "da", "be", "ji", "mo", "ya", "zu", "fe")
_LAST = ("ston", "berg", "wick", "mann", "dale", "ford", "ner", "kov", "ley", "quist", "vara")
_SENTENCES = (
    "{} met {} on Monday to talk about the new harbour.",
    "“We will not wait another year for the bridge,” {} told {}.",
    "The court in the old town heard {}, who blamed {} for the losses.",
    "{}, a farmer, said that {} had promised more water.",
    "Neither {} nor {} answered questions after the vote.",
    "According to {}, the company owes {} nothing.",
)
_PARAGRAPH_SENTENCES = 4


def count_words(text: str) -> int:
    """Count the words of a text: whatever spaces part."""
    return len(text.split())


def load_texts(data: Path) -> list[str]:
    """Return the development articles of `data`, shuffled."""
    texts = [line["text"] for name in SETS for line in load_articles(data / f"{name}.jsonl")]
    random.Random(SEED).shuffle(texts)
    return texts


def take_words(texts: Sequence[str], words: int) -> list[str]:
    """Return the first texts that have so many words together, or all."""
    taken, total = [], 0
    for text in texts:
        if total >= words:
            break
        taken.append(text)
        total += count_words(text)
    return taken


def cut_articles(texts: Sequence[str], words: int) -> list[str]:
    """Return the first `words` words of each text that has as many, as they stand there."""
    return [_cut(text, words) for text in texts if count_words(text) >= words]


def join_articles(texts: Sequence[str], words: int) -> str:
    """Return one text of so many words, made of articles, from the first again if need be."""
    joined: list[str] = []
    total = 0
    while total < words:
        text = texts[len(joined) % len(texts)]
        joined.append(text)
        total += count_words(text)
    return _cut("\n\n".join(joined), words)


def list_names(count: int) -> list[str]:
    """Return distinct names of people, who share given names and last names, in a fixed order."""
    given = ["".join(parts).capitalize() for parts in product(_GIVEN, _GIVEN)]
    last = ["".join(parts).capitalize() for parts in product(_GIVEN, _GIVEN, _LAST)]
    names = [f"{first} {second}" for first, second in islice(product(given, last), 4 * count)]
    return random.Random(SEED).sample(names, count)


def write_about(names: Sequence[str]) -> str:
    """Return a text whose sentences, of several makes, hold each name once, two at a time."""
    return "\n\n".join(_write_paragraphs(names))


def _write_paragraphs(names: Sequence[str]) -> Iterator[str]:
    sentences = [
        _SENTENCES[number % len(_SENTENCES)].format(*pair)
        for number, pair in enumerate(zip(names[::2], names[1::2], strict=True))
    ]
    for start in range(0, len(sentences), _PARAGRAPH_SENTENCES):
        yield " ".join(sentences[start : start + _PARAGRAPH_SENTENCES])


def _cut(text: str, words: int) -> str:
    kept = "".join(text.split(maxsplit=words)[words:])
    return text[: len(text) - len(kept)].rstrip()
