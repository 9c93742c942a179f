"""Short cases, each of one phenomenon, and how an analysis differs from what is expected.

`python -m tests.golden.cases` prints the cases that fail; with words after it, only those whose
id holds one of them. Lines with - say what is expected, lines with + what is returned. A case
that is `known` to fail says why; docs/accuracy.md lists them.

In `cases/*.toml` a case has its exact list of quotes, and all of its entities where it states
any. A quote without `speaker` has one that no name is known for. Contents of direct quotes have
to be the same words, other ones nearly so.
"""

import sys
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.document import Analysis, Entity, MentionKind, Quote
from analysis.pipeline import load_pipeline
from tests.golden.scoring import match_quotes, overlap

FOLDER = Path(__file__).parent / "cases"
_ENOUGH = 0.7

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """A short text, and what a careful editor finds in it.

    `known` says why the pipeline is known not to; `wavers`, why it does on some processors only.
    """

    id: str
    text: str
    quotes: tuple[Item, ...]
    entities: tuple[Item, ...] | None
    known: str | None = None
    wavers: str | None = None

    def __str__(self) -> str:
        return self.id

    def find_differences(self, analysis: Analysis) -> list[str]:
        """Return a line for each thing that is expected and missing, or returned and wrong."""
        lines = _compare_quotes(self.quotes, [_read(self.text, q) for q in analysis.quotes])
        if self.entities is not None:
            found = [_line_of_entity(_read_entity(self.text, e)) for e in analysis.entities]
            lines += _compare(list(map(_line_of_entity, self.entities)), found)
        return lines


def read_cases(folder: Path = FOLDER) -> list[Case]:
    """Return every case, file by file, its id beginning with the name of its file."""
    return [
        Case(
            f"{path.stem}/{item['id']}",
            item["text"].strip("\n"),
            tuple({"attitude": "speech", "status": "attributed"} | q for q in item["quotes"]),
            tuple(item["entities"]) if "entities" in item else None,
            item.get("known"),
            item.get("wavers"),
        )
        for path in sorted(folder.glob("*.toml"))
        for item in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    ]


CASES = read_cases()


def _read(text: str, quote: Quote) -> Item:
    item: Item = {
        "content": [span.of(text) for span in quote.fragments],
        "kind": str(quote.kind),
        "attitude": str(quote.attitude),
        "status": str(quote.status),
    }
    if quote.speaker and quote.speaker.name:
        item["speaker"] = quote.speaker.name
    if quote.candidates:
        item["candidates"] = [speaker.name for speaker in quote.candidates]
    if quote.joint:
        item["joint"] = [speaker.name for speaker in quote.joint]
    return item


def _read_entity(text: str, entity: Entity) -> Item:
    names = (m.span.of(text) for m in entity.mentions if m.kind is MentionKind.NAME)
    return {"type": str(entity.type), "name": entity.name, "mentions": list(names)}


def _compare_quotes(expected: Sequence[Item], found: Sequence[Item]) -> list[str]:
    pairs = match_quotes(expected, found)
    paired = {id(item) for pair in pairs for item in pair}
    lines = []
    for own, other in pairs:
        if not _is_right(own, other):
            lines += [f"- {_line_of_quote(own)}", f"+ {_line_of_quote(other)}"]
    lines += [f"- {_line_of_quote(item)}" for item in expected if id(item) not in paired]
    return lines + [f"+ {_line_of_quote(item)}" for item in found if id(item) not in paired]


def _is_right(own: Item, found: Item) -> bool:
    if own["kind"] == "direct":
        is_same = _words(own) == _words(found)
    else:
        is_same = overlap(own["content"], found["content"]) >= _ENOUGH
    return (
        is_same
        and all(own.get(key) == found.get(key) for key in ("kind", "attitude", "status", "speaker"))
        and set(own.get("candidates", ())) == set(found.get("candidates", ()))
        and own.get("joint") == found.get("joint")
    )


def _words(item: Item) -> list[str]:
    # Marks and spaces may be lost in the middle of a fragment, words may not.
    return "".join(c if c.isalnum() else " " for c in " ".join(item["content"])).split()


def _line_of_quote(item: Item) -> str:
    usual = ("speech", "attributed")
    marked = [item[key] for key in ("attitude", "status") if item[key] not in usual]
    speaker = item.get("speaker", "nobody")
    several = item.get("candidates") or item.get("joint")
    who = f"{speaker} {several}" if several else speaker
    return f"{' '.join([item['kind'], *marked])} | {who} | {' … '.join(item['content'])}"


def _line_of_entity(item: Item) -> str:
    return f"{item['type']} | {item['name']} | {', '.join(item['mentions'])}"


def _compare(expected: Sequence[str], found: Sequence[str]) -> list[str]:
    lines = [f"- {line}" for line in expected if line not in found]
    return lines + [f"+ {line}" for line in found if line not in expected]


def main(words: Iterable[str]) -> None:
    """Print the cases that fail, among those whose id holds one of `words`."""
    wanted = list(words) or [""]
    cases = [case for case in CASES if any(word in case.id for word in wanted)]
    analyses = load_pipeline(threads=1).analyze([case.text for case in cases])
    failing = 0
    for case, analysis in zip(cases, analyses, strict=True):
        if lines := case.find_differences(analysis):
            failing += 1
            text = case.text.replace("\n", "¶")
            known = [f"known: {case.known}"] if case.known else []
            print(case.id, text, *lines, *known, sep="\n  ", end="\n\n")
    known = sum(case.known is not None for case in cases)
    print(f"{failing} of {len(cases)} cases fail, {known} are known to")


if __name__ == "__main__":
    main(sys.argv[1:])
