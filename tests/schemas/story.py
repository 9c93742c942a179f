"""A text with one of everything that answers show."""

from analysis.document import (
    Analysis,
    AnalysisWarning,
    AttributionStatus,
    Entity,
    EntityType,
    Mention,
    MentionKind,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerMention,
)
from schemas import Answer, Part, Story, Timings
from tests.fakes import MODEL

TEXT = "“So far,” he said, “we wait.” A senior aide in Moscow agreed with Jo Public 😀 and Jo."


def span(words: str) -> Span:
    start = TEXT.index(words)
    return Span(start, start + len(words))


def entity(entity_id: str, entity_type: EntityType, *names: str) -> Entity:
    mentions = tuple(Mention(span(name), entity_type, 0.123456) for name in names)
    return Entity(entity_id, entity_type, names[0], names[1:], mentions, 0.654321)


def quote(speaker: Speaker | None, **changes: object) -> Quote:
    values = {
        "kind": QuoteKind.DIRECT,
        "fragments": (span("So far,"), span("we wait.")),
        "cue": span("said"),
        "speaker": speaker,
        "status": AttributionStatus.ATTRIBUTED,
        "confidence": 0.98765,
        "content_confidence": 0.99,
    }
    return Quote(**{**values, **changes})


PUBLIC = entity("per-1", EntityType.PERSON, "Jo Public", "Jo.")
MOSCOW = entity("loc-1", EntityType.PLACE, "Moscow")
HE = Speaker(
    "Jo Public", "per-1", EntityType.PERSON, SpeakerMention(span("he"), MentionKind.PRONOUN)
)
AIDE = Speaker(None, None, None, SpeakerMention(span("A senior aide"), MentionKind.NOMINAL))
CAPITAL = Speaker("Moscow", "loc-1", EntityType.PLACE, None)


def answer(*quotes: Quote, entities=(PUBLIC, MOSCOW), **options: object) -> Answer:
    analysis = Analysis(TEXT, "en", entities, quotes, (AnalysisWarning("code", "Detail."),))
    return Answer(analysis, Story(Part(TEXT)), "1.2.3", MODEL, Timings(0.0014, 0.0851), **options)
