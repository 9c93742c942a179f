"""The golden articles, and an answer in a form that reads well in a diff."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.document import Analysis, Entity, Quote, Speaker

FOLDER = Path(__file__).parent

Answer = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Article:
    """An article, by name."""

    name: str

    def __str__(self) -> str:
        return self.name

    @property
    def text(self) -> str:
        """The article as it is submitted, without the last line end."""
        return (FOLDER / f"{self.name}.txt").read_text(encoding="utf-8").removesuffix("\n")

    @property
    def gold(self) -> Answer:
        """What a reader finds in it."""
        gold: Answer = json.loads((FOLDER / f"{self.name}.gold.json").read_text(encoding="utf-8"))
        return gold

    @property
    def answer_path(self) -> Path:
        """Where the pipeline's answer is kept."""
        return FOLDER / f"{self.name}.answer.json"


ARTICLES = [Article(path.stem) for path in sorted(FOLDER.glob("*.txt"))]


def describe(analysis: Analysis) -> Answer:
    """Return names, contents and speakers of an analysis.

    Confidences and salience are left out: their last digits differ between processors.
    """
    return {
        "entities": [_describe_entity(entity) for entity in analysis.entities],
        "quotes": [_describe_quote(analysis.text, quote) for quote in analysis.quotes],
    }


def _describe_entity(entity: Entity) -> dict[str, Any]:
    return {
        "type": str(entity.type),
        "name": entity.name,
        "aliases": list(entity.aliases),
        "count": entity.count,
    }


def _describe_quote(text: str, quote: Quote) -> dict[str, Any]:
    return {
        "kind": str(quote.kind),
        "content": [span.of(text) for span in quote.fragments],
        "cue": quote.cue.of(text) if quote.cue else None,
        "mention": _mention(text, quote.speaker),
        "speaker": quote.speaker.name if quote.speaker else None,
        "candidates": [speaker.name for speaker in quote.candidates],
        "status": str(quote.status),
    }


def _mention(text: str, speaker: Speaker | None) -> str | None:
    return speaker.mention.span.of(text) if speaker and speaker.mention else None


def write(answer: Answer) -> str:
    """Return an answer as JSON with a line for each entity and each quote."""
    parts = []
    for key, items in answer.items():
        lines = ",\n".join(f"    {json.dumps(item, ensure_ascii=False)}" for item in items)
        parts.append(f'  "{key}": [\n{lines}\n  ]' if items else f'  "{key}": []')
    return "{\n" + ",\n".join(parts) + "\n}\n"
