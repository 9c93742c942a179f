"""Ask a service for all that it finds in several texts."""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import requests

from analysis.document import EntityType, Mention, Span
from evaluation.client import post_text
from evaluation.predictions import Prediction, convert_answer, count_not_verbatim

THREADS = 4


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back for several texts, in the texts' order; for a text that failed, nothing.

    `not_verbatim` counts spans whose text is not what their offsets point to.
    """

    predictions: tuple[Prediction, ...]
    failed: int
    not_verbatim: int
    seconds: float

    @property
    def names(self) -> tuple[tuple[Mention, ...], ...]:
        """The names in each text."""
        return tuple(tuple(map(_read_name, each["mentions"])) for each in self.predictions)

    def describe(self) -> dict[str, Any]:
        """Return the figures that `Tools.predict` returns."""
        return {
            "articles": len(self.predictions),
            "failed": self.failed,
            "not_verbatim": self.not_verbatim,
            "seconds": round(self.seconds, 1),
        }


def ask_texts(url: str, texts: Sequence[str], **options: str) -> Answers:
    """Send every text once, a few at a time, with the same options."""
    started = time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda text: _ask_one(url, text, options), texts))
    return Answers(
        predictions=tuple(map(convert_answer, answers)),
        failed=answers.count(None),
        not_verbatim=sum(map(count_not_verbatim, texts, answers)),
        seconds=time.monotonic() - started,
    )


def _ask_one(url: str, text: str, options: Mapping[str, str]) -> dict[str, Any] | None:
    try:
        answer: dict[str, Any] = post_text(url, text, **options).json()
    except requests.RequestException:
        return None
    return answer


def _read_name(mention: Mapping[str, Any]) -> Mention:
    span = Span(mention["start"], mention["end"])
    return Mention(span, EntityType(mention["type"]), mention["confidence"])
