"""Sentences of tagged words: read from columns, brought to three types, found again in a text."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from training.records import Range

Sentence = list[tuple[str, str]]
"""Words, each with its tag."""

NAMES = {"PER": "PER", "ORG": "ORG", "LOC": "LOC"}
_TYPES = {"PER": "person", "ORG": "organisation", "LOC": "place"}
_REACH = 60
_MISSED = 1 / 50


def read_columns(
    lines: Iterable[str], word: int = 0, tag: int = 1, *, separator: str = "\t"
) -> Iterator[Sentence]:
    """Yield the sentences of a file with a word a line; blank lines part them."""
    sentence: Sentence = []
    for line in lines:
        if line.strip():
            columns = line.rstrip("\n").split(separator)
            sentence.append((columns[word], columns[tag]))
        elif sentence:
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def simplify(sentence: Sentence, types: Mapping[str, str]) -> Sentence:
    """Return the sentence in BIO, whatever its scheme, with its types mapped and others dropped."""
    simple: Sentence = []
    previous = ""
    for word, tag in sentence:
        place, kind = tag[:1], tag[2:]
        goes_on = place in ("I", "E") and kind == previous
        simple.append((word, f"{'I' if goes_on else 'B'}-{types[kind]}" if kind in types else "O"))
        previous = kind
    return simple


def find_words(text: str, words: Sequence[str]) -> list[Range | None] | None:
    """Return where each word stands in `text`, in order: None for one that is not near its place.

    None for the whole where one word in fifty is missing: the words are not those of the text.
    """
    ranges: list[Range | None] = []
    at = 0
    for word in words:
        start = text.find(word, at, at + len(word) + _REACH)
        ranges.append((start, at := start + len(word)) if start >= 0 else None)
    return ranges if ranges.count(None) <= len(words) * _MISSED else None


def find_mentions(ranges: Sequence[Range | None], tags: Sequence[str]) -> list[dict[str, Any]]:
    """Return the mentions that tags in BIO mark; one ends before a word that was not found."""
    found: list[dict[str, Any]] = []
    is_open = False
    for span, tag in zip(ranges, tags, strict=True):
        if span and tag[0] == "B":
            found.append({"start": span[0], "end": span[1], "type": _TYPES[tag[2:]]})
        elif span and tag[0] == "I" and is_open:
            found[-1]["end"] = span[1]
        is_open = span is not None and (tag[0] == "B" or (tag[0] == "I" and is_open))
    return found


def write_bio(path: Path, sentences: Iterable[Sentence]) -> None:
    """Write sentences with a word and its tag a line."""
    write_documents(path, (("", [sentence]) for sentence in sentences))


def write_documents(path: Path, documents: Iterable[tuple[str, Iterable[Sentence]]]) -> None:
    """Write the sentences of documents, each after a line with its id where it has one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for document, sentences in documents:
            file.write(f"# doc = {document}\n\n" if document else "")
            for sentence in sentences:
                file.writelines(f"{word}\t{tag}\n" for word, tag in sentence)
                file.write("\n")


def write_lines(path: Path, items: Iterable[Mapping[str, Any]]) -> int:
    """Write one JSON object a line, and return how many there were."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for item in items:
            file.write(json.dumps(item, ensure_ascii=False) + "\n")
            count += 1
    return count
