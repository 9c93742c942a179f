"""Answers as their callers have them: JSON back to value objects, the inverse of `AnswerSchema`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from analysis.document import (
    Analysis,
    AnalysisWarning,
    Attitude,
    AttributionStatus,
    Entity,
    EntityType,
    KnownEntity,
    Mention,
    MentionKind,
    ModelInfo,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerMention,
)
from schemas.answers import LanguageStatus, Timings
from schemas.mappings import AnyMapping
from schemas.offsets import OffsetUnit
from schemas.stories import Field, Locator, Part, Place, Story

_LISTS = {
    "people": EntityType.PERSON,
    "organisations": EntityType.ORGANIZATION,
    "places": EntityType.PLACE,
}


class InvalidAnswer(ValueError):
    """What was received is not an answer, or not one to this text."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a text was answered with.

    Spans of the `analysis` index its own text, in code points: the body as it was read or, where
    there is a headline, the headline, a blank line and the body. Of plain text that is what was
    submitted; of HTML, what its readers see.

    Attributes:
        analysis: The entities and quotes, the language, and the warnings.
        story: The headline and the body that were read.
        language_status: How the language came to be known.
        service_version: The version of the service.
        model: What read the text; of the languages of a model only that of the text is told.
        timings: How long it took, to the millisecond.
        id: The identifier that was sent with the text.
        request_id: What the service's log calls the request.
        sources: Of HTML, where each span of the analysis stands in the HTML of its field.
    """

    analysis: Analysis
    story: Story
    language_status: LanguageStatus
    service_version: str
    model: ModelInfo
    timings: Timings
    id: str | None = None
    request_id: str | None = None
    sources: Mapping[Span, Span] = field(default_factory=dict, hash=False)

    def text_of(self, quote: Quote) -> str:
        """Return the words of a quote; a space joins its fragments."""
        return " ".join(fragment.of(self.analysis.text) for fragment in quote.fragments)

    def find_place(self, span: Span) -> Place:
        """Return whether a span stands in the headline or the body, and where in that."""
        return Locator(self.story, OffsetUnit.CODEPOINT).find_place(span)


def load_reply(
    answer: AnyMapping, *, text: str, headline: str | None = None, request_id: str | None = None
) -> Reply:
    """Return what an answer in Whosaid's own form says of a text and perhaps a headline.

    Where it includes the texts that were read, as it should for HTML, those count instead. Its
    offsets have to be in code points, and its entities with their mentions. Raises InvalidAnswer.
    """
    try:
        return _Loader(answer, _read_story(answer, text, headline)).load(request_id)
    except (AttributeError, KeyError, TypeError) as error:
        raise InvalidAnswer(f"not an answer: {type(error).__name__}") from error
    except InvalidAnswer:
        raise
    # What makes no sense to value objects; the message may quote the answer, which has the text.
    except ValueError as error:
        raise InvalidAnswer("not an answer: it has a value that makes no sense") from error


def _read_story(answer: AnyMapping, text: str, headline: str | None) -> Story:
    if "text" in answer:
        text, headline = answer["text"], answer["headline"]
    return Story(Part(text), None if headline is None else Part(headline))


class _Loader:
    """Builds the value objects of one answer."""

    def __init__(self, answer: AnyMapping, story: Story) -> None:
        if answer["offset_unit"] != OffsetUnit.CODEPOINT:
            raise InvalidAnswer("its offsets are not in code points")
        article = story.build_article()
        self._answer = answer
        self._story = story
        self._text = article.text
        self._starts = {Field.HEADLINE: 0, Field.BODY: article.body_start}
        self._sources: dict[Span, Span] = {}

    def load(self, request_id: str | None) -> Reply:
        answer, meta = self._answer, self._answer["meta"]
        language, model = answer["language"], meta["model"]
        analysis = Analysis(
            self._text,
            language,
            tuple(sorted(self._load_entities(), key=lambda entity: entity.mentions[0].span)),
            tuple(map(self._load_quote, answer.get("quotes", ()))),
            tuple(AnalysisWarning(each["code"], each["detail"]) for each in answer["warnings"]),
        )
        timings = meta["timings_ms"]
        return Reply(
            analysis,
            self._story,
            LanguageStatus(answer["language_status"]),
            meta["service"],
            ModelInfo(model["name"], model["version"], model["digest"], (language,)),
            Timings(timings["queue"] / 1000, timings["analysis"] / 1000),
            answer["id"],
            request_id,
            self._sources,
        )

    def _load_entities(self) -> Iterator[Entity]:
        for name, type_ in _LISTS.items():
            for entity in self._answer.get(name, ()):
                yield self._load_entity(entity, type_)

    def _load_entity(self, entity: AnyMapping, type_: EntityType) -> Entity:
        return Entity(
            id=entity["id"],
            type=type_,
            name=entity["name"],
            aliases=tuple(entity["aliases"]),
            mentions=tuple(
                Mention(self._load_span(m), type_, m["confidence"], MentionKind(m["kind"]))
                for m in entity["mentions"]
            ),
            salience=entity["salience"],
            uri=entity["uri"],
            candidates=tuple(
                KnownEntity(known["name"], type_, uri=known["uri"])
                for known in entity.get("candidates", ())
            ),
        )

    def _load_quote(self, quote: AnyMapping) -> Quote:
        speaker, attribution = quote["speaker"], quote["attribution"]
        return Quote(
            kind=QuoteKind(quote["kind"]),
            fragments=tuple(map(self._load_span, quote["fragments"])),
            cue=self._load_span(quote["cue"]) if quote["cue"] else None,
            speaker=self._load_speaker(speaker) if speaker else None,
            status=AttributionStatus(attribution["status"]),
            confidence=attribution["confidence"],
            content_confidence=quote["confidence"],
            attitude=Attitude(quote["attitude"]),
            candidates=tuple(map(self._load_speaker, attribution.get("candidates", ()))),
            joint=tuple(map(self._load_speaker, attribution.get("joint", ()))),
        )

    def _load_speaker(self, speaker: AnyMapping) -> Speaker:
        type_, mention = speaker["type"], speaker["mention"]
        return Speaker(
            speaker["name"],
            speaker["entity_id"],
            EntityType(type_) if type_ else None,
            SpeakerMention(self._load_span(mention), MentionKind(mention["kind"]))
            if mention
            else None,
        )

    def _load_span(self, view: AnyMapping) -> Span:
        start = self._starts[Field(view["field"])]
        span = Span(start + view["start"], start + view["end"])
        if span.of(self._text) != view["text"]:
            raise InvalidAnswer("a span is not the text at its offsets")
        if "source_start" in view:
            self._sources[span] = Span(view["source_start"], view["source_end"])
        return span
