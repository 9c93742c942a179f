"""Answers as value objects, and the plain mappings that their schemas dump.

This is the one place where spans turn into the caller's offsets.
"""

from dataclasses import dataclass
from enum import StrEnum

from analysis.document import (
    Analysis,
    AttributionStatus,
    Entity,
    EntityType,
    KnownEntity,
    Mention,
    ModelInfo,
    Quote,
    Span,
    Speaker,
    SpeakerMention,
)
from schemas.mappings import JsonObject
from schemas.offsets import OffsetUnit
from schemas.selections import USUAL_SECTIONS, Section, round_share
from schemas.stories import Field, Locator, Story

CONTEXT_CHARS = 40


class LanguageStatus(StrEnum):
    """How the language of a text came to be known."""

    GIVEN = "given"
    DETECTED = "detected"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Timings:
    """How long a text waited for the model, and how long its analysis took."""

    queue_seconds: float
    analysis_seconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    """An analysis, with what its caller asked for and what it was made by."""

    analysis: Analysis
    story: Story
    service_version: str
    model: ModelInfo
    timings: Timings
    id: str | None = None
    offset_unit: OffsetUnit = OffsetUnit.CODEPOINT
    include: frozenset[Section] = USUAL_SECTIONS
    language_status: LanguageStatus = LanguageStatus.GIVEN


def view_answer(answer: Answer) -> JsonObject:
    """Return an answer as the nested mappings that `AnswerSchema` dumps.

    What is not to be included has no key. Entities and quotes are JSON already.
    """
    analysis = answer.analysis
    view = _Viewer(answer)
    shown: JsonObject = {
        "id": answer.id,
        "language": analysis.language,
        "language_status": answer.language_status,
        "offset_unit": answer.offset_unit,
        "text_length": view.locator.length(Field.BODY),
        "headline_length": view.locator.length(Field.HEADLINE),
    }
    if Section.TEXT in answer.include:
        shown["text"] = view.locator.text(Field.BODY)
        shown["headline"] = view.locator.text(Field.HEADLINE)
    if Section.ENTITIES in answer.include:
        shown["people"] = view.view_entities(EntityType.PERSON)
        shown["organisations"] = view.view_entities(EntityType.ORGANIZATION)
        shown["places"] = view.view_entities(EntityType.PLACE)
    if Section.QUOTES in answer.include:
        shown["quotes"] = view.view_quotes()
    return {**shown, "warnings": analysis.warnings, "meta": _view_meta(answer)}


class _Viewer:
    """Turns the parts of one answer into mappings."""

    def __init__(self, answer: Answer) -> None:
        self.locator = Locator(answer.story, answer.offset_unit)
        self._analysis = answer.analysis
        self._include = answer.include

    def view_entities(self, entity_type: EntityType) -> list[JsonObject]:
        return [
            self._view_entity(entity)
            for entity in self._analysis.entities
            if entity.type is entity_type
        ]

    def view_quotes(self) -> list[JsonObject]:
        return [
            self._view_quote(f"q{number}", quote)
            for number, quote in enumerate(self._analysis.quotes, start=1)
        ]

    def _view_entity(self, entity: Entity) -> JsonObject:
        view: JsonObject = {
            "id": entity.id,
            "name": entity.name,
            "aliases": list(entity.aliases),
            "count": entity.count,
            "salience": round_share(entity.salience),
            "uri": entity.uri,
        }
        if entity.candidates:
            view["candidates"] = [_view_known(known) for known in entity.candidates]
        if Section.MENTIONS in self._include:
            view["mentions"] = [self._view_mention(mention) for mention in entity.mentions]
        return view

    def _view_mention(self, mention: Mention) -> JsonObject:
        return {
            **self.locator.view_span(mention.span),
            "kind": mention.kind.value,
            "confidence": round_share(mention.confidence),
        }

    def _view_quote(self, quote_id: str, quote: Quote) -> JsonObject:
        fragments = [self.locator.view_span(fragment) for fragment in quote.fragments]
        view: JsonObject = {
            "id": quote_id,
            "kind": quote.kind.value,
            "attitude": quote.attitude.value,
            "confidence": round_share(quote.content_confidence),
            "text": " ".join(str(fragment["text"]) for fragment in fragments),
            "fragments": fragments,
            "cue": quote.cue and self.locator.view_span(quote.cue),
            "speaker": quote.speaker and self._view_speaker(quote.speaker),
            "attribution": self._view_attribution(quote),
        }
        if Section.CONTEXT in self._include:
            view["context"] = self._view_context(quote)
        return view

    def _view_attribution(self, quote: Quote) -> JsonObject:
        view: JsonObject = {
            "status": quote.status.value,
            "confidence": round_share(quote.confidence),
        }
        if quote.joint:
            view["joint"] = [self._view_speaker(speaker) for speaker in quote.joint]
        if quote.status is AttributionStatus.AMBIGUOUS:
            view["candidates"] = [self._view_speaker(speaker) for speaker in quote.candidates]
        return view

    def _view_speaker(self, speaker: Speaker) -> JsonObject:
        return {
            "name": speaker.name,
            "entity_id": speaker.entity_id,
            "type": speaker.type and speaker.type.value,
            "mention": speaker.mention and self._view_speaker_mention(speaker.mention),
        }

    def _view_speaker_mention(self, mention: SpeakerMention) -> JsonObject:
        return {**self.locator.view_span(mention.span), "kind": mention.kind.value}

    def _view_context(self, quote: Quote) -> JsonObject:
        start = min(fragment.start for fragment in quote.fragments)
        end = max(fragment.end for fragment in quote.fragments)
        prefix, suffix = self.locator.cut(Span(start, end), CONTEXT_CHARS)
        return {"prefix": prefix, "suffix": suffix}


def _view_known(known: KnownEntity) -> JsonObject:
    return {"name": known.name, "uri": known.uri}


def _view_meta(answer: Answer) -> JsonObject:
    return {
        "service": answer.service_version,
        "model": answer.model,
        "timings_ms": {
            "queue": round(answer.timings.queue_seconds * 1000),
            "analysis": round(answer.timings.analysis_seconds * 1000),
        },
    }
