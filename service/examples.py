"""One small text and its answer, for the OpenAPI document: built, so that its offsets are right."""

from dataclasses import replace
from typing import Any

from marshmallow import Schema

from analysis.document import (
    Analysis,
    AttributionStatus,
    Entity,
    EntityType,
    Mention,
    MentionKind,
    ModelInfo,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerMention,
)
from schemas import (
    Answer,
    AnswerSchema,
    Capabilities,
    CapabilitiesSchema,
    ContentType,
    Fault,
    LanguageStatus,
    Part,
    Problem,
    ProblemSchema,
    QuotesAnswerSchema,
    Scope,
    Section,
    Story,
    Timings,
    select_speaking,
)
from service.settings import Settings

TEXT = "“We will rebuild the bridge,” said Ana Sousa, the mayor of Porto."
SERVICE_VERSION = "0.1.0"
REQUEST_ID = "6f0c9f0f6f4e4b1f9f0b6c1d2a3e4f50"

MODEL = ModelInfo(name="whosaid-en", version="1", digest="c0ffee" * 10 + "c0ff", languages=("en",))

SUBMISSION = {"text": TEXT, "id": "story-4711"}
HTML = "<p>&ldquo;We will rebuild the bridge,&rdquo; said Ana Sousa, the mayor of Porto.</p>"
NINJS = {
    "uri": "https://example.org/stories/4711",
    "standard": {"name": "ninjs", "version": "3.2"},
    "language": "en",
    "headlines": [{"role": "main", "value": "Porto to rebuild its bridge"}],
    "bodies": [{"role": "main", "contenttype": "text/html", "value": HTML}],
}
BATCH = [SUBMISSION, {"text": TEXT, "language": "xx", "id": "story-4712"}]


def build_capabilities() -> dict[str, Any]:
    """Return what the capabilities of a service with default settings look like."""
    settings = Settings()
    scope = Scope(settings.default_scope)
    return dump(
        CapabilitiesSchema(), Capabilities(SERVICE_VERSION, (MODEL,), settings.limits, scope)
    )


def build_answer(schema: Schema, **changes: Any) -> dict[str, Any]:
    """Return the answer to the example, as one of the answers' schemas dumps it."""
    porto = _entity("pla-1d0015ab", EntityType.PLACE, "Porto", 0.25)
    analysis = Analysis(TEXT, "en", entities=(_ANA, porto), quotes=(_QUOTE,))
    timings = Timings(queue_seconds=0.001, analysis_seconds=0.085)
    if isinstance(schema, QuotesAnswerSchema):
        analysis = select_speaking(analysis)
    answer = Answer(
        analysis,
        Story(Part.read(TEXT, ContentType.PLAIN)),
        SERVICE_VERSION,
        MODEL,
        timings,
        id="story-4711",
        language_status=LanguageStatus.DETECTED,
    )
    return dump(schema, replace(answer, **changes))


def build_whole_answer() -> dict[str, Any]:
    """Return the answer to the example with all that answers may include."""
    return build_answer(AnswerSchema(), include=frozenset(Section))


def build_results() -> list[dict[str, Any]]:
    """Return the results of the example of a batch."""
    fault = Fault("/language", "'xx' is not one of en")
    problem = build_problem(422, "unsupported-language", fault.detail, (fault,))
    return [
        {"index": 0, "id": "story-4711", "status": 200, "answer": build_answer(AnswerSchema())},
        {"index": 1, "id": "story-4712", "status": 422, "problem": problem},
    ]


def build_problem(
    status: int, slug: str, detail: str, errors: tuple[Fault, ...] = ()
) -> dict[str, Any]:
    """Return what a problem looks like."""
    return dump(ProblemSchema(), Problem(slug, status, detail, REQUEST_ID, errors))


def dump(schema: Schema, value: object) -> dict[str, Any]:
    """Dump one value object."""
    values: dict[str, Any] = schema.dump(value)
    return values


def _span(words: str) -> Span:
    start = TEXT.index(words)
    return Span(start, start + len(words))


def _entity(entity_id: str, entity_type: EntityType, name: str, salience: float) -> Entity:
    mention = Mention(_span(name), entity_type, 0.98)
    return Entity(entity_id, entity_type, name, (), (mention,), salience)


_ANA = _entity("per-802186be", EntityType.PERSON, "Ana Sousa", 0.75)
_QUOTE = Quote(
    kind=QuoteKind.DIRECT,
    fragments=(_span("We will rebuild the bridge,"),),
    cue=_span("said"),
    speaker=Speaker(
        _ANA.name,
        _ANA.id,
        _ANA.type,
        SpeakerMention(_span("Ana Sousa, the mayor of Porto"), MentionKind.NAME),
    ),
    status=AttributionStatus.ATTRIBUTED,
    confidence=0.93,
    content_confidence=0.96,
)
