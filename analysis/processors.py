"""Our steps as Stanza processors, in running order.

Stanza runs processors in the order in which their decorators executed, so they
all live here. Names hold no underscore: Stanza splits option names at the first
one. Each processor only adapts; the decisions are plain functions on spans.
"""

from pathlib import Path
from typing import Any

from stanza import Document
from stanza.pipeline.processor import (
    Processor,
    ProcessorVariant,
    register_processor,
    register_processor_variant,
)

from analysis.confidence import load_confidences, rate_quotes
from analysis.entities import group_mentions
from analysis.mentions import carry_names
from analysis.models import load_model
from analysis.narration import read_narration
from analysis.quotes import find_quotes
from analysis.salience import rate_salience
from analysis.sentences import find_sentence_starts
from analysis.speakers import resolve_speakers

STEPS = ("tokenize", "encoding", "entities", "quotes", "speakers")
"""The processors of our pipeline, in running order."""


@register_processor_variant("tokenize", "sentences")
class SentenceTokenizer(ProcessorVariant):  # type: ignore[misc] # Stanza has no types
    """Finds where sentences begin, and what is quoted; words are the encoder's to find."""

    def __init__(self, config: dict[str, Any]) -> None:
        """Take Stanza's options, of which none concerns this."""

    def process(self, text: str) -> Document:
        """Return a document of a text, with `sentence_starts` and `narration`."""
        document = Document([], text=text)
        document.sentence_starts = find_sentence_starts(text)
        document.narration = read_narration(text)
        return document


@register_processor("encoding")
class EncodingProcessor(Processor):  # type: ignore[misc] # Stanza has no types
    """Run the model over a document once, and leave the spans that it finds.

    Raises Abandoned once `document.is_wanted` says no.
    """

    REQUIRES_DEFAULT = frozenset({"tokenize"})
    PROVIDES_DEFAULT = frozenset({"encoding"})

    def __init__(self, config: dict[str, Any], pipeline: Any, device: str) -> None:
        self.model = load_model(Path(config["folder"]), threads=config["threads"])
        super().__init__(config, pipeline, device)

    def process(self, document: Document) -> Document:
        """Set `document.reading`."""
        document.reading = self.model.read(document.text, document.is_wanted)
        return document


@register_processor("entities")
class EntityProcessor(Processor):  # type: ignore[misc]
    """Group the mentions of a document into entities."""

    REQUIRES_DEFAULT = frozenset({"tokenize", "encoding"})
    PROVIDES_DEFAULT = frozenset({"entities"})

    def process(self, document: Document) -> Document:
        """Set `document.entities`."""
        mentions = carry_names(document.text, document.reading.mentions)
        document.entities = group_mentions(document.text, mentions, narration=document.narration)
        return document


@register_processor("quotes")
class QuoteProcessor(Processor):  # type: ignore[misc]
    """Make quotes of the attributions of a document."""

    REQUIRES_DEFAULT = frozenset({"tokenize", "encoding"})
    PROVIDES_DEFAULT = frozenset({"quotes"})

    def process(self, document: Document) -> Document:
        """Set `document.quotes`."""
        reading = document.reading
        document.quotes = find_quotes(
            document.text,
            reading.attributions,
            reading.loose_cues,
            article=document.article,
            narration=document.narration,
        )
        return document


@register_processor("speakers")
class SpeakerProcessor(Processor):  # type: ignore[misc]
    """Resolve the speaker of each quote to an entity, and say how sure that is."""

    REQUIRES_DEFAULT = frozenset({"tokenize", "entities", "quotes"})
    PROVIDES_DEFAULT = frozenset({"speakers"})

    def __init__(self, config: dict[str, Any], pipeline: Any, device: str) -> None:
        self.confidences = load_confidences(Path(config["folder"]))
        super().__init__(config, pipeline, device)

    def process(self, document: Document) -> Document:
        """Set `document.quotes` and `document.entities` anew."""
        quotes, document.entities = resolve_speakers(
            document.text,
            document.quotes,
            document.entities,
            document.sentence_starts,
            narration=document.narration,
        )
        document.quotes = rate_quotes(quotes, self.confidences)
        document.entities = rate_salience(document.article, document.entities, document.quotes)
        return document
