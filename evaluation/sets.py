"""Corpora with labelled names, asked of a service once and compared."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evaluation.answers import Answers, ask_texts
from evaluation.mentions import Comparison, Trim, compare, trim_mentions


@dataclass(frozen=True, slots=True)
class NameSet:
    """Labelled texts and what came back for them, in the same order."""

    comparisons: tuple[Comparison, ...]
    answers: Answers


def load_articles(path: Path) -> list[dict[str, Any]]:
    """Read articles, one JSON object a line."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def ask_articles(url: str, articles: Sequence[Mapping[str, Any]], trim: Trim) -> NameSet:
    """Send labelled articles, each once."""
    answers = ask_texts(url, [article["text"] for article in articles])
    pairs = zip(articles, answers.names, strict=True)
    return NameSet(tuple(compare(gold, names, trim) for gold, names in pairs), answers)


def ask_excerpts(url: str, excerpts: Iterable[Comparison], trim: Trim) -> NameSet:
    """Send excerpts, each once and alone; what their articles' answers hold is replaced."""
    listed = list(excerpts)
    answers = ask_texts(url, [excerpt.text for excerpt in listed])
    pairs = zip(listed, answers.names, strict=True)
    alone = (
        replace(excerpt, returned=trim_mentions(excerpt.text, names, trim))
        for excerpt, names in pairs
    )
    return NameSet(tuple(alone), answers)
