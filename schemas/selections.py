"""What of an analysis its caller gets. The analysis itself holds everything."""

from dataclasses import replace
from enum import StrEnum

from analysis.document import Analysis, Attitude
from schemas.answers import DECIMALS


class Scope(StrEnum):
    """Which quotes are answered: what is said, or also what is believed, planned and the like."""

    SPEECH = "speech"
    ALL = "all"


def select_quotes(analysis: Analysis, scope: Scope, *, min_confidence: float = 0.0) -> Analysis:
    """Leave out the quotes that are out of scope, or less sure than is asked for.

    Confidences are compared as answers show them: a threshold read off an answer keeps
    the quote that it was read off.
    """
    return replace(
        analysis,
        quotes=tuple(
            quote
            for quote in analysis.quotes
            if (scope is Scope.ALL or quote.attitude is Attitude.SPEECH)
            and round(quote.confidence, DECIMALS) >= min_confidence
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
