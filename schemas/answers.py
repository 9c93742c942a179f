"""Answers as value objects, and the plain mappings that their schemas dump.

This is the one place where spans turn into the caller's offsets.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from analysis.document import (
    Analysis,
    AttributionStatus,
    Entity,
    EntityType,
    Mention,
    ModelInfo,
    Quote,
    Span,
    Speaker,
    SpeakerMention,
)
from schemas.offsets import OffsetUnit, OffsetView

CONTEXT_CHARS = 40
DECIMALS = 4

View = dict[str, Any]
SpanView = Callable[[Span], View]


@dataclass(frozen=True, slots=True)
class Timings:
    """How long a text waited for the model, and how long its analysis took."""

    queue_seconds: float
    analysis_seconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    """An analysis, with what its caller asked for and what it was made by."""

    analysis: Analysis
    service_version: str
    model: ModelInfo
    timings: Timings
    id: str | None = None
    offset_unit: OffsetUnit = OffsetUnit.CODEPOINT


def view_answer(answer: Answer) -> View:
    """Return an answer as the nested mappings that `AnswerSchema` dumps."""
    analysis = answer.analysis
    offsets = OffsetView(analysis.text, answer.offset_unit)

    def view_span(span: Span) -> View:
        return {
            "start": offsets.offset(span.start),
            "end": offsets.offset(span.end),
            "text": span.of(analysis.text),
        }

    return {
        "id": answer.id,
        "language": analysis.language,
        "offset_unit": answer.offset_unit,
        "text_length": offsets.offset(len(analysis.text)),
        "people": _view_entities(analysis, EntityType.PERSON, view_span),
        "organisations": _view_entities(analysis, EntityType.ORGANIZATION, view_span),
        "places": _view_entities(analysis, EntityType.PLACE, view_span),
        "quotes": [
            _view_quote(f"q{number}", quote, analysis.text, view_span)
            for number, quote in enumerate(analysis.quotes, start=1)
        ],
        "warnings": analysis.warnings,
        "meta": _view_meta(answer),
    }


def _view_entities(analysis: Analysis, entity_type: EntityType, view_span: SpanView) -> list[View]:
    return [
        _view_entity(entity, view_span)
        for entity in analysis.entities
        if entity.type is entity_type
    ]


def _view_entity(entity: Entity, view_span: SpanView) -> View:
    return {
        "id": entity.id,
        "name": entity.name,
        "aliases": entity.aliases,
        "count": entity.count,
        "salience": entity.salience,
        "mentions": [_view_mention(mention, view_span) for mention in entity.mentions],
    }


def _view_mention(mention: Mention, view_span: SpanView) -> View:
    return {**view_span(mention.span), "kind": mention.kind, "confidence": mention.confidence}


def _view_quote(quote_id: str, quote: Quote, text: str, view_span: SpanView) -> View:
    return {
        "id": quote_id,
        "kind": quote.kind,
        "attitude": quote.attitude,
        "confidence": quote.content_confidence,
        "text": " ".join(fragment.of(text) for fragment in quote.fragments),
        "fragments": [view_span(fragment) for fragment in quote.fragments],
        "cue": quote.cue and view_span(quote.cue),
        "speaker": quote.speaker and _view_speaker(quote.speaker, view_span),
        "attribution": _view_attribution(quote, view_span),
        "context": _view_context(quote, text),
    }


def _view_attribution(quote: Quote, view_span: SpanView) -> View:
    view: View = {"status": quote.status, "confidence": quote.confidence}
    if quote.joint:
        view["joint"] = [_view_speaker(speaker, view_span) for speaker in quote.joint]
    if quote.status is AttributionStatus.AMBIGUOUS:
        view["candidates"] = [_view_speaker(speaker, view_span) for speaker in quote.candidates]
    return view


def _view_speaker(speaker: Speaker, view_span: SpanView) -> View:
    return {
        "name": speaker.name,
        "entity_id": speaker.entity_id,
        "type": speaker.type,
        "mention": speaker.mention and _view_speaker_mention(speaker.mention, view_span),
    }


def _view_speaker_mention(mention: SpeakerMention, view_span: SpanView) -> View:
    return {**view_span(mention.span), "kind": mention.kind}


def _view_context(quote: Quote, text: str) -> View:
    start = min(fragment.start for fragment in quote.fragments)
    end = max(fragment.end for fragment in quote.fragments)
    return {
        "prefix": text[max(0, start - CONTEXT_CHARS) : start],
        "suffix": text[end : end + CONTEXT_CHARS],
    }


def _view_meta(answer: Answer) -> View:
    return {
        "service": answer.service_version,
        "model": answer.model,
        "timings_ms": {
            "queue": round(answer.timings.queue_seconds * 1000),
            "analysis": round(answer.timings.analysis_seconds * 1000),
        },
    }
