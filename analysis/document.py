"""Value objects: what an analysis of a text consists of.

Offsets index the text exactly as submitted, in Unicode code points. Everything
here is immutable and refuses to be built from values that make no sense.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from analysis.errors import UnsupportedLanguage


class EntityType(StrEnum):
    """What a name refers to."""

    PERSON = "person"
    ORGANIZATION = "organisation"
    PLACE = "place"


class MentionKind(StrEnum):
    """The form in which a text refers to someone or something."""

    NAME = "name"
    NOMINAL = "nominal"
    PRONOUN = "pronoun"


class QuoteKind(StrEnum):
    """How much of a quote's content stands inside quotation marks: all, some, none."""

    DIRECT = "direct"
    MIXED = "mixed"
    INDIRECT = "indirect"


class Attitude(StrEnum):
    """What someone does with the words of a quote: say them, believe them, plan what they say.

    PARC 3 and the Penn Discourse Treebank tell assertions, beliefs and eventualities apart in
    this way (Prasad et al. 2007). What stands in quotation marks counts as said.
    """

    SPEECH = "speech"
    BELIEF = "belief"
    PLAN = "plan"
    OTHER = "other"


class AttributionStatus(StrEnum):
    """Whether the text tells who said a quote."""

    ATTRIBUTED = "attributed"
    AMBIGUOUS = "ambiguous"
    UNATTRIBUTED = "unattributed"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points in a document's text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def of(self, text: str) -> str:
        """Return the stretch of `text` that this span covers."""
        return text[self.start : self.end]

    def contains(self, other: "Span") -> bool:
        """Tell whether `other` lies wholly inside this span."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: "Span") -> bool:
        """Tell whether the two spans share a code point."""
        return self.start < other.end and other.start < self.end


def _check_probability(value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"not a probability: {value}")


@dataclass(frozen=True, slots=True, order=True)
class Mention:
    """A stretch of text that refers to a person, an organisation or a place."""

    span: Span
    type: EntityType
    confidence: float
    kind: MentionKind = MentionKind.NAME

    def __post_init__(self) -> None:
        _check_probability(self.confidence)


@dataclass(frozen=True, slots=True)
class Attribution:
    """What the model reads off the page: someone (`speaker`) said (`cue`) something (`content`).

    `speaker` is the span of the words that name or describe the speaker (the
    *source*, in corpora following PARC). `content` is in text order; `cue` and
    `speaker` may be missing.
    """

    content: tuple[Span, ...]
    cue: tuple[Span, ...]
    speaker: Span | None
    confidence: float

    def __post_init__(self) -> None:
        if not self.content:
            raise ValueError("an attribution has content")
        _check_probability(self.confidence)

    def with_content(self, content: Sequence[Span]) -> "Attribution":
        """Return the attribution with these words in place of its own."""
        words = tuple(content)
        if words == self.content:
            return self
        return Attribution(words, self.cue, self.speaker, self.confidence)


@dataclass(frozen=True, slots=True)
class LooseCue:
    """A cue that the model found no content for, and the words for its speaker."""

    cue: Span
    speaker: Span | None


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that one pass of the model finds in a text, in text order."""

    mentions: tuple[Mention, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    loose_cues: tuple[LooseCue, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownEntity:
    """Someone or something that a newsroom knows: its canonical name, and what it is filed under.

    `uri` is the newsroom's own identifier.
    """

    name: str
    type: EntityType
    aliases: tuple[str, ...] = ()
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """Someone or something that a text names, with every mention of it in text order.

    `salience` is the entity's share of the document's attention, 0 to 1. `uri` is that of
    the known entity that this one is; `candidates` lists those that it may be, where there
    are several.
    """

    id: str
    type: EntityType
    name: str
    aliases: tuple[str, ...]
    mentions: tuple[Mention, ...]
    salience: float
    uri: str | None = None
    candidates: tuple[KnownEntity, ...] = ()

    def __post_init__(self) -> None:
        if not self.mentions:
            raise ValueError("an entity has mentions")
        _check_probability(self.salience)

    @property
    def count(self) -> int:
        """The number of times the entity is named; pronouns and descriptions do not count."""
        return sum(mention.kind is MentionKind.NAME for mention in self.mentions)


@dataclass(frozen=True, slots=True)
class SpeakerMention:
    """The words that stand for the speaker beside a quote, and their form."""

    span: Span
    kind: MentionKind


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who said a quote.

    `name`, `entity_id` and `type` are given together, or are all missing where
    the text only describes the speaker ("a senior aide"). `mention` is missing
    where the quote goes on from an earlier one and has no attribution of its own.
    """

    name: str | None
    entity_id: str | None
    type: EntityType | None
    mention: SpeakerMention | None

    def __post_init__(self) -> None:
        if len({self.name is None, self.entity_id is None, self.type is None}) != 1:
            raise ValueError("a speaker's name, entity and type are given together")
        if self.name is None and self.mention is None:
            raise ValueError("a speaker is named or mentioned")


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody said, attributed as far as the text allows.

    `joint` lists everyone who says it together, `speaker` first, and is empty where
    one speaks alone. `candidates` lists the possible speakers, likeliest first, of an ambiguous
    quote, and is empty otherwise. `content_confidence` is the probability that
    these words are what someone said, `confidence` that the speaker is right as
    well.
    """

    kind: QuoteKind
    fragments: tuple[Span, ...]
    cue: Span | None
    speaker: Speaker | None
    status: AttributionStatus
    confidence: float
    content_confidence: float
    attitude: Attitude = Attitude.SPEECH
    candidates: tuple[Speaker, ...] = ()
    joint: tuple[Speaker, ...] = ()

    def __post_init__(self) -> None:
        if not self.fragments:
            raise ValueError("a quote has content")
        _check_probability(self.confidence)
        _check_probability(self.content_confidence)


@dataclass(frozen=True, slots=True)
class AnalysisWarning:
    """Something that the caller should know about an answer: a stable code and a sentence."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Article:
    """What is analyzed: a text, and what is known of its layout.

    The text is a headline, if there is one, what parts the two, and from `body_start` on
    the body. `block_quotes` are the stretches that its layout sets off as quotations, and
    `signatures` those in or right after them that say whose words they are; both in text
    order and each apart from the others.
    """

    text: str
    body_start: int = 0
    block_quotes: tuple[Span, ...] = ()
    signatures: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.body_start <= len(self.text):
            raise ValueError(f"a body does not start at {self.body_start}")


@dataclass(frozen=True, slots=True)
class Analysis:
    """The entities and quotes of one text, each in order of first appearance."""

    text: str
    language: str
    entities: tuple[Entity, ...] = ()
    quotes: tuple[Quote, ...] = ()
    warnings: tuple[AnalysisWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Which model answers: its name, its version and the SHA-256 of its weights."""

    name: str
    version: str
    digest: str
    languages: tuple[str, ...]


def find_model(language: str, models: Sequence[ModelInfo]) -> ModelInfo:
    """Return the first model that reads a language. Raises UnsupportedLanguage."""
    for model in models:
        if language in model.languages:
            return model
    raise UnsupportedLanguage(language, tuple(name for model in models for name in model.languages))


def resolve_language(language: str, models: Sequence[ModelInfo]) -> str:
    """Return the language of a model that a language tag means: "en" for "en-GB" and "EN".

    Tags are those of BCP 47; where none is a model's own, its first part decides. Raises
    UnsupportedLanguage.
    """
    read = [name for model in models for name in model.languages]
    # Locales of programs have an underscore there.
    wanted = language.lower().replace("_", "-")
    for form in (str.lower, _primary):
        for name in read:
            if form(name) == form(wanted):
                return name
    raise UnsupportedLanguage(language, tuple(read))


def _primary(language: str) -> str:
    return language.partition("-")[0]
