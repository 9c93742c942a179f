"""What was found in a text, in the form in which the shared scorers read it.

The shared predict.py writes the same form and leaves out the confidences of names and of the
contents of quotes, and the attitude that a quote reports; here they are kept.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from analysis.document import Analysis, Attitude, EntityType, MentionKind, Quote

TYPES = {
    "people": EntityType.PERSON,
    "organisations": EntityType.ORGANIZATION,
    "places": EntityType.PLACE,
}

Prediction = dict[str, Any]
Range = tuple[int, int]


class Scope(StrEnum):
    """Which quotes are wanted: what is said, or also what is believed, planned and the like."""

    SPEECH = "speech"
    ALL = "all"


def write_predictions(
    path: Path, ids: Iterable[str], predictions: Iterable[Mapping[str, Any]]
) -> None:
    """Write predictions as `predict.py` does, for the scorers."""
    with path.open("w", encoding="utf-8") as file:
        for article_id, prediction in zip(ids, predictions, strict=True):
            line = json.dumps({"id": article_id, **prediction}, ensure_ascii=False)
            file.write(f"{line}\n")


def count_not_verbatim(text: str, answer: Any) -> int:
    """Count the spans, however deep in an answer, whose text is not what they point to."""
    return sum(span["text"] != text[span["start"] : span["end"]] for span in _find_spans(answer))


def _find_spans(part: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(part, dict):
        if {"start", "end", "text"} <= part.keys():
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _find_spans(each)


def convert_answer(answer: Mapping[str, Any] | None) -> Prediction:
    """Convert what a service answered; where it did not answer, nothing was found."""
    if answer is None:
        return _gather([], [])
    entities = (
        _Entity(
            entity["id"],
            type_,
            entity["name"],
            {_range(each): each["confidence"] for each in entity["mentions"] if _is_name(each)},
        )
        for key, type_ in TYPES.items()
        for entity in answer[key]
    )
    return _gather(entities, map(_convert_answered, answer["quotes"]))


def convert_analysis(analysis: Analysis, scope: Scope) -> Prediction:
    """Convert what a pipeline found, as far as a service would tell within this scope."""
    entities = (
        _Entity(
            entity.id,
            entity.type,
            entity.name,
            {
                (each.span.start, each.span.end): each.confidence
                for each in entity.mentions
                if each.kind is MentionKind.NAME
            },
        )
        for entity in analysis.entities
    )
    wanted = (
        quote
        for quote in analysis.quotes
        if scope is Scope.ALL or quote.attitude is Attitude.SPEECH
    )
    return _gather(entities, map(_convert_analyzed, wanted))


class _Entity(NamedTuple):
    """Someone or something, and where it is named how surely."""

    id: str
    type: EntityType
    name: str
    names: Mapping[Range, float]


def _gather(entities: Iterable[_Entity], quotes: Iterable[Prediction]) -> Prediction:
    listed = list(entities)
    return {
        "entities": [
            {"id": each.id, "type": each.type, "name": each.name, "mentions": list(each.names)}
            for each in listed
        ],
        "mentions": [
            {"start": start, "end": end, "type": each.type, "confidence": confidence}
            for each in listed
            for (start, end), confidence in each.names.items()
        ],
        "quotes": list(quotes),
    }


def _convert_answered(quote: Mapping[str, Any]) -> Prediction:
    speaker = quote["speaker"] or {"name": None, "mention": None}
    return {
        "content": [_range(fragment) for fragment in quote["fragments"]],
        "source": [_range(speaker["mention"])] if speaker["mention"] else None,
        "cue": [_range(quote["cue"])] if quote["cue"] else None,
        "kind": quote["kind"],
        "speaker": speaker["name"],
        "confidence": quote["attribution"]["confidence"],
        "content_confidence": quote["confidence"],
        "attitude": quote["attitude"],
    }


def _convert_analyzed(quote: Quote) -> Prediction:
    mention = quote.speaker and quote.speaker.mention
    return {
        "content": [(fragment.start, fragment.end) for fragment in quote.fragments],
        "source": [(mention.span.start, mention.span.end)] if mention else None,
        "cue": [(quote.cue.start, quote.cue.end)] if quote.cue else None,
        "kind": quote.kind,
        "speaker": quote.speaker.name if quote.speaker else None,
        "confidence": quote.confidence,
        "content_confidence": quote.content_confidence,
        "attitude": quote.attitude,
    }


def _is_name(mention: Mapping[str, Any]) -> bool:
    return bool(mention["kind"] == MentionKind.NAME)


def _range(span: Mapping[str, Any]) -> Range:
    return span["start"], span["end"]
