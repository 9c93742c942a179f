"""What of an analysis its caller gets. The analysis itself holds everything."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from analysis.document import Analysis, Attitude, EntityType, QuoteKind

DECIMALS = 4
"""Answers show confidences and salience with so many."""


class Scope(StrEnum):
    """Which quotes are answered: what is said, or also what is believed, planned and the like."""

    SPEECH = "speech"
    ALL = "all"


class Section(StrEnum):
    """What an answer may include: each is a key in it, but `entities`, which is three lists."""

    ENTITIES = "entities"
    MENTIONS = "mentions"
    QUOTES = "quotes"
    CONTEXT = "context"
    TEXT = "text"


USUAL_SECTIONS = frozenset(Section) - {Section.TEXT}
"""What answers include unless the caller says otherwise."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which entities and quotes an answer has."""

    scope: Scope
    types: frozenset[EntityType] = frozenset(EntityType)
    kinds: frozenset[QuoteKind] = frozenset(QuoteKind)
    min_confidence: float = 0.0


def round_share(value: float) -> float:
    """Return a confidence, or another number from 0 to 1, as answers show it."""
    return round(float(value), DECIMALS)


def select(analysis: Analysis, selection: Selection) -> Analysis:
    """Leave out the entities and quotes that were not asked for.

    Confidences are compared as answers show them: a threshold read off an answer keeps
    the quote that it was read off.
    """
    return replace(
        analysis,
        entities=tuple(entity for entity in analysis.entities if entity.type in selection.types),
        quotes=tuple(
            quote
            for quote in analysis.quotes
            if (selection.scope is Scope.ALL or quote.attitude is Attitude.SPEECH)
            and quote.kind in selection.kinds
            and round_share(quote.confidence) >= selection.min_confidence
        ),
    )


def select_speaking(analysis: Analysis) -> Analysis:
    """Leave out the entities that speak in no quote, not even as a candidate."""
    speaking = {
        speaker.entity_id
        for quote in analysis.quotes
        for speaker in (quote.speaker, *quote.joint, *quote.candidates)
        if speaker is not None
    }
    return replace(
        analysis, entities=tuple(entity for entity in analysis.entities if entity.id in speaking)
    )


def select_sections(analysis: Analysis, include: Collection[Section]) -> Analysis:
    """Leave out all entities, or all quotes, if they are not to be included."""
    return replace(
        analysis,
        entities=analysis.entities if Section.ENTITIES in include else (),
        quotes=analysis.quotes if Section.QUOTES in include else (),
    )
