"""Our steps as Stanza processors, in running order.

Stanza runs processors in the order in which their decorators executed, so they
all live here. Names hold no underscore: Stanza splits option names at the first
one. Each processor only adapts; the decisions are plain functions on spans.
"""

from pathlib import Path
from typing import Any

from stanza import Document
from stanza.pipeline.processor import Processor, register_processor

from analysis.document import Span
from analysis.entities import group_mentions
from analysis.mentions import carry_names
from analysis.models import load_model
from analysis.quotes import find_quotes
from analysis.speakers import resolve_speakers


def find_sentences(document: Document) -> tuple[Span, ...]:
    """Return the sentences that the tokenizer found, as spans of the text."""
    return tuple(
        Span(sentence.tokens[0].start_char, sentence.tokens[-1].end_char)
        for sentence in document.sentences
    )


@register_processor("encoding")
class EncodingProcessor(Processor):  # type: ignore[misc] # Stanza has no types
    """Run the model over a document once, and leave the spans that it finds."""

    REQUIRES_DEFAULT = frozenset({"tokenize"})
    PROVIDES_DEFAULT = frozenset({"encoding"})

    def __init__(self, config: dict[str, Any], pipeline: Any, device: str) -> None:
        self.model = load_model(Path(config["folder"]))
        super().__init__(config, pipeline, device)

    def process(self, document: Document) -> Document:
        """Set `document.reading`."""
        document.reading = self.model.read(document.text)
        return document


@register_processor("entities")
class EntityProcessor(Processor):  # type: ignore[misc]
    """Group the mentions of a document into entities."""

    REQUIRES_DEFAULT = frozenset({"encoding"})
    PROVIDES_DEFAULT = frozenset({"entities"})

    def process(self, document: Document) -> Document:
        """Set `document.entities`."""
        mentions = carry_names(document.text, document.reading.mentions)
        document.entities = group_mentions(document.text, mentions)
        return document


@register_processor("quotes")
class QuoteProcessor(Processor):  # type: ignore[misc]
    """Make quotes of the attributions of a document."""

    REQUIRES_DEFAULT = frozenset({"encoding"})
    PROVIDES_DEFAULT = frozenset({"quotes"})

    def process(self, document: Document) -> Document:
        """Set `document.quotes`."""
        document.quotes = find_quotes(document.text, document.reading.attributions)
        return document


@register_processor("speakers")
class SpeakerProcessor(Processor):  # type: ignore[misc]
    """Resolve the speaker of each quote to an entity."""

    REQUIRES_DEFAULT = frozenset({"tokenize", "entities", "quotes"})
    PROVIDES_DEFAULT = frozenset({"speakers"})

    def process(self, document: Document) -> Document:
        """Set `document.quotes` and `document.entities` anew."""
        document.quotes, document.entities = resolve_speakers(
            document.text, document.quotes, document.entities, find_sentences(document)
        )
        return document
