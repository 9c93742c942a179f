"""The Worldwide newswire corpus: its tagged words, carried over to the raw text of its articles.

What is read, in a checkout of stanfordnlp/en-worldwide-newswire:

- `regions.txt`: names of regions, a colon after each, and the prefixes of its files' names;
- `processed_annotated/**/NAME.txt.tsv`: the article's address, a blank line, then a word a line
  with its tag (and, in further columns, those of names within names, which are left out);
- `original/NAME.txt`: the address, a blank line, and the article as it was published.

Only a part of the originals could be looked at when this was written, all of them in `original/`;
where one is not there, a `NAME.txt` anywhere else in the checkout is taken for it.
"""

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from training.tagged import (
    Sentence,
    find_mentions,
    find_words,
    read_columns,
    simplify,
    write_lines,
)

_TYPES = {"Person": "PER", "Organization": "ORG", "Location": "LOC", "Facility": "LOC"}
_SUFFIX = ".txt.tsv"
_HEADER_LINES = 2


def prepare_worldwide(checkout: Path, out: Path) -> None:
    """Write `ww.train` and `ww.dev`; articles whose words do not align with a raw text drop out."""
    annotated = find_annotated(checkout)
    originals = find_originals(checkout)
    for part in ("train", "dev"):
        names = {name: path for name, path in annotated.items() if part_of(path.name) == part}
        count = write_lines(out / f"ww.{part}.jsonl", _align(names, originals))
        print(f"  ww.{part}: {count} of {len(names)} articles aligned", flush=True)


def part_of(filename: str) -> str:
    """Return the part that a file belongs to, drawn from its name as Stanza's own script does."""
    draw = random.Random()
    draw.seed(filename.removesuffix(_SUFFIX) + ".txt.4class.tsv", version=2)
    number = draw.random()
    return "train" if number < 0.7 else "dev" if number < 0.8 else "test"


def find_annotated(checkout: Path) -> dict[str, Path]:
    """Return the annotated files by REGION/NAME, those of one region together."""
    regions = _read_regions(checkout / "regions.txt")
    paths = sorted((checkout / "processed_annotated").rglob(f"*{_SUFFIX}"), key=lambda p: p.name)
    grouped: dict[str, dict[str, Path]] = {}
    for path in paths:
        region = next((r for prefix, r in regions.items() if path.name.startswith(prefix)), None)
        if region is None:
            raise SystemExit(f"{path}: regions.txt has no region for it")
        name = f"{region}/{path.name.removesuffix(_SUFFIX)}"
        if name in grouped.setdefault(region, {}):
            raise SystemExit(f"{path}: the second file of this name")
        grouped[region][name] = path
    return {name: path for group in grouped.values() for name, path in group.items()}


def find_originals(checkout: Path) -> dict[str, Path]:
    """Return the raw articles by NAME, first those in `original/`."""
    places = sorted(
        (path.relative_to(checkout) for path in checkout.rglob("*.txt")),
        key=lambda place: ("original" not in place.parts, place),
    )
    return {place.stem: checkout / place for place in reversed(places)}


def _read_regions(path: Path) -> dict[str, str]:
    regions: dict[str, str] = {}
    region = ""
    for line in map(str.strip, path.read_text(encoding="utf-8").splitlines()):
        if line.endswith(":"):
            region = line[:-1].replace(" ", "_")
        elif line and not line.startswith("#"):
            regions[line] = region
    return regions


def _align(
    annotated: Mapping[str, Path], originals: Mapping[str, Path]
) -> Iterator[dict[str, Any]]:
    for name, path in annotated.items():
        original = originals.get(path.name.removesuffix(_SUFFIX))
        if original is None:
            continue
        text = _read_article(original)
        words = _read_words(path)
        ranges = find_words(text, [word for word, _ in words])
        if ranges is not None:
            mentions = find_mentions(ranges, [tag for _, tag in words])
            yield {"id": name, "text": text, "mentions": mentions}


def _read_article(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    return text.partition("\n")[2].lstrip("\n")


def _read_words(path: Path) -> Sentence:
    lines = path.read_text(encoding="utf-8").split("\n")[_HEADER_LINES:]
    return [pair for sentence in read_columns(lines) for pair in simplify(sentence, _TYPES)]
