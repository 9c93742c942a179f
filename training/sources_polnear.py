"""PolNeAR: attributions in BRAT's stand-off format, and the names that CoreNLP found.

What is read, for each PART in a checkout of networkdynamics/PolNeAR:

- `data/PART/text/ID.txt`: the article, which offsets in code points refer to;
- `data/PART/attributions/ID_ANNOTATOR.ann`: text-bound annotations (`T1⇥Content 3 9;12 20⇥words`)
  and events (`E1⇥Attribution:T4 Content:T1 Cue:T2 Source:T3`); an event of the type
  `Attribution-no-source` has no source; `Discard` marks what is not part of the article;
- `data/PART/corenlp/ID.txt.xml`: CoreNLP's tokens with their entity types.

The XML is the corpus's own, from a checkout that its user chose, so the standard library reads it.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from analysis.document import Span
from analysis.marks import mark_states, pair_marks, quote_kind
from training.tagged import Sentence, simplify, write_documents, write_lines

_PARTS = ("train", "dev")
_ROLES = ("source", "cue", "content")
_TYPES = {"PERSON": "PER", "ORGANIZATION": "ORG", "LOCATION": "LOC"}
_WORDS = {
    "``": '"',
    "''": '"',
    "-LRB-": "(",
    "-RRB-": ")",
    "-LSB-": "[",
    "-RSB-": "]",
    "-LCB-": "{",
    "-RCB-": "}",
}
_Fragments = list[list[int]]


def prepare_polnear(checkout: Path, quotes: Path, entities: Path) -> None:
    """Write the attributions and CoreNLP's names of the train and dev parts."""
    for part in _PARTS:
        folder = checkout / "data" / part
        count = write_lines(quotes / f"polnear.{part}.jsonl", read_articles(folder))
        documents = [(path.name.removesuffix(".txt.xml"), path) for path in _tagged(folder)]
        write_documents(
            entities / f"polnear_corenlp.{part}.bio",
            ((name, read_corenlp(path)) for name, path in documents),
        )
        print(f"  polnear.{part}: {count} articles, {len(documents)} with names", flush=True)


def read_articles(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the articles of a part by id, each as its first annotator read it."""
    readings: dict[str, Path] = {}
    for path in sorted((folder / "attributions").glob("*.ann")):
        readings.setdefault(path.stem.rpartition("_")[0], path)
    for name, path in sorted(readings.items()):
        text = (folder / "text" / f"{name}.txt").read_bytes().decode()
        yield {
            "id": name,
            "publisher": name.partition("_")[0],
            "annotator": path.stem.rpartition("_")[2],
            "text": text,
            **read_annotations(path.read_text(encoding="utf-8"), text),
        }


def read_annotations(standoff: str, text: str) -> dict[str, Any]:
    """Return the attributions, in the order of their contents, and what is to be discarded."""
    bound, events = _parse(standoff)
    states = mark_states(text, pair_marks(text))
    attributions: list[dict[str, Any]] = []
    for name, arguments in events:
        parts: dict[str, _Fragments] = {role: [] for role in _ROLES}
        for role, target in arguments:
            if role in parts:
                parts[role] += bound[target][1]
        if parts["content"]:
            joined = {role: _join(text, fragments) for role, fragments in parts.items()}
            content = [Span(*fragment) for fragment in joined["content"]]
            kind = quote_kind(text, content, states).value
            attributions.append(
                {"id": name, **joined, "kind": kind, "no_source": not joined["source"]}
            )
    discarded = [f for kind, fragments in bound.values() if kind == "Discard" for f in fragments]
    return {
        "attributions": sorted(attributions, key=lambda attribution: attribution["content"][0]),
        "discard": _join(text, discarded),
    }


def read_corenlp(path: Path) -> Iterator[Sentence]:
    """Yield an article's sentences as CoreNLP tagged them, quotation marks and brackets plain."""
    for sentence in ElementTree.parse(path).iterfind("document/sentences/sentence"):
        tokens = [
            (token.findtext("word", ""), f"I-{token.findtext('NER', 'O')}")
            for token in sentence.iterfind("tokens/token")
        ]
        yield simplify([(_WORDS.get(word, word), tag) for word, tag in tokens], _TYPES)


def _tagged(folder: Path) -> list[Path]:
    return sorted((folder / "corenlp").glob("*.txt.xml"))


def _parse(
    standoff: str,
) -> tuple[dict[str, tuple[str, _Fragments]], list[tuple[str, list[tuple[str, str]]]]]:
    """Return the text-bound annotations by id, and the attributions with their arguments."""
    bound: dict[str, tuple[str, _Fragments]] = {}
    events: list[tuple[str, list[tuple[str, str]]]] = []
    for line in standoff.splitlines():
        name, _, rest = line.partition("\t")
        if name.startswith("T"):
            kind, _, offsets = rest.partition("\t")[0].partition(" ")
            bound[name] = kind, [list(map(int, f.split())) for f in offsets.split(";")]
        elif name.startswith("E") and rest.startswith("Attribution"):
            events.append((name, list(_arguments(rest.split()[1:]))))
    return bound, events


def _arguments(arguments: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield role and target of an event's arguments; BRAT numbers roles that come again."""
    for argument in arguments:
        role, _, target = argument.partition(":")
        yield re.sub(r"\d+$", "", role).lower(), target


def _join(text: str, fragments: _Fragments) -> _Fragments:
    """Return the fragments in order, those with nothing but spaces between them as one."""
    joined: _Fragments = []
    for start, end in sorted(fragments):
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1][1] = max(end, joined[-1][1])
        else:
            joined.append([start, end])
    return joined
