"""Labelled texts written for these tests."""

import json
from pathlib import Path

from training.records import LabelledAttribution, NamedRange, Record


def attribution(text: str, *parts: tuple[str, str]) -> LabelledAttribution:
    """Label the first occurrence of each of the words given."""
    ranges: dict[str, list[tuple[int, int]]] = {"source": [], "cue": [], "content": []}
    for role, words in parts:
        start = text.index(words)
        ranges[role].append((start, start + len(words)))
    return LabelledAttribution(*(tuple(ranges[role]) for role in ("source", "cue", "content")))


def mentions(text: str, **names: str) -> tuple[NamedRange, ...]:
    """Label every occurrence of each name; underscores stand for spaces."""
    found = []
    for name, kind in names.items():
        name, at = name.replace("_", " "), -1
        while (at := text.find(name, at + 1)) >= 0:
            found.append(NamedRange(at, at + len(name), kind))
    return tuple(sorted(found, key=lambda mention: mention.start))


BRIDGE = "“We will not wait,” mayor Ann Lee said, “for the river.” The council of Larnport agreed."
PLAN = "Tomas Brandt told Radio Lund that the plan is new.\n\n“No,” added Brandt, “it is not.”"
PORT = "The port of Lund is shut. Ann Lee went to Larnport."

RECORDS = [
    Record(
        "bridge",
        BRIDGE,
        mentions(BRIDGE, Ann_Lee="person", Larnport="place"),
        (
            attribution(
                BRIDGE,
                ("content", "“We will not wait,”"),
                ("content", "“for the river.”"),
                ("source", "mayor Ann Lee"),
                ("cue", "said"),
            ),
        ),
    ),
    Record(
        "plan",
        PLAN,
        attributions=(
            attribution(
                PLAN,
                ("content", "the plan is new"),
                ("source", "Tomas Brandt"),
                ("cue", "told"),
            ),
            attribution(
                PLAN,
                ("content", "“No,”"),
                ("content", "“it is not.”"),
                ("source", "Brandt"),
                ("cue", "added"),
            ),
        ),
    ),
    Record("port", PORT, mentions(PORT, Ann_Lee="person", Lund="place", Larnport="place")),
]


def write_corpora(folder: Path) -> Path:
    """Write corpora of a few lines, one for each reader, and return their folder."""
    parts = RECORDS[0].attributions[0]
    quoted = {
        "id": "bridge",
        "text": BRIDGE,
        "attributions": [{"source": parts.source, "cue": parts.cue, "content": parts.content}],
    }
    place = {"start": 0, "end": 4, "type": "place"}
    article = {"id": "a", "text": "Lund is shut.", "mentions": [place]}
    (folder / "quotes.jsonl").write_text(json.dumps(quoted))
    (folder / "articles.jsonl").write_text(json.dumps(article))
    (folder / "articles.test.jsonl").write_text(json.dumps(article))
    (folder / "one.bio").write_text("Ann\tB-PER\n")
    (folder / "two.bio").write_text("Lund\tB-LOC\n")
    (folder / "silver.bio").write_text("# doc = bridge\nAnn\tB-PER\nLee\tI-PER\n")
    return folder
