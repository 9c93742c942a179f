"""Ask a service for names, keeping their confidences, which the shared predict.py leaves out."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from analysis.document import EntityType, Mention, MentionKind, Span
from evaluation.load import TIMEOUT_SECONDS, TRIES

THREADS = 4
TYPES = {
    "people": EntityType.PERSON,
    "organisations": EntityType.ORGANIZATION,
    "places": EntityType.PLACE,
}


@dataclass(frozen=True, slots=True)
class Answers:
    """The names in several texts, in the texts' order; a text that failed has none.

    `not_verbatim` counts names whose text is not what their offsets point to.
    """

    names: tuple[tuple[Mention, ...], ...]
    failed: int
    not_verbatim: int
    seconds: float

    def describe(self) -> dict[str, Any]:
        """Return the figures that `Tools.predict` returns."""
        return {
            "articles": len(self.names),
            "failed": self.failed,
            "not_verbatim": self.not_verbatim,
            "seconds": round(self.seconds, 1),
        }


def ask_names(url: str, texts: Sequence[str]) -> Answers:
    """Send every text once, a few at a time, and return the names in the answers."""
    started = time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda text: _ask_one(url, text), texts))
    seconds = time.monotonic() - started
    pairs = [list(_read_names(answer)) if answer is not None else [] for answer in answers]
    return Answers(
        names=tuple(tuple(mention for mention, _ in found) for found in pairs),
        failed=sum(answer is None for answer in answers),
        not_verbatim=sum(
            mention.span.of(text) != words
            for text, found in zip(texts, pairs, strict=True)
            for mention, words in found
        ),
        seconds=seconds,
    )


def write_prediction(path: Path, ids: Iterable[str], names: Iterable[Iterable[Mention]]) -> None:
    """Write names as `predict.py` does, for the scorers."""
    with path.open("w", encoding="utf-8") as file:
        for article_id, mentions in zip(ids, names, strict=True):
            listed = [
                {"start": mention.span.start, "end": mention.span.end, "type": mention.type}
                for mention in mentions
            ]
            file.write(json.dumps({"id": article_id, "mentions": listed}) + "\n")


def _ask_one(url: str, text: str) -> Mapping[str, Any] | None:
    """Return an answer, or None where there is none; a full queue is asked again."""
    try:
        for _ in range(TRIES):
            answer = requests.post(
                f"{url}/v1/analyze", json={"text": text}, timeout=TIMEOUT_SECONDS
            )
            if answer.status_code != 503:
                break
            time.sleep(float(answer.headers.get("Retry-After", 1)))
        answer.raise_for_status()
        body: Mapping[str, Any] = answer.json()
    except requests.RequestException:
        return None
    return body


def _read_names(answer: Mapping[str, Any]) -> Iterator[tuple[Mention, str]]:
    for key, type_ in TYPES.items():
        for entity in answer[key]:
            for found in entity["mentions"]:
                if found["kind"] == MentionKind.NAME:
                    span = Span(found["start"], found["end"])
                    yield Mention(span, type_, found["confidence"]), found["text"]
