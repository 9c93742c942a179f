"""Our steps as Stanza processors, in running order.

Stanza runs processors in the order in which their decorators executed, so they
all live here. Names hold no underscore: Stanza splits option names at the first
one. Each processor only adapts; the decisions are plain functions on spans.
"""

import re
import sys
from pathlib import Path
from typing import Any

from stanza import Document
from stanza.pipeline.external.spacy import SpacyTokenizer
from stanza.pipeline.processor import Processor, register_processor, register_processor_variant

from analysis.confidence import load_confidences, rate_quotes
from analysis.document import Span
from analysis.entities import group_mentions
from analysis.mentions import carry_names
from analysis.models import load_model
from analysis.quotes import find_quotes
from analysis.salience import rate_salience
from analysis.speakers import resolve_speakers

STEPS = ("tokenize", "encoding", "entities", "quotes", "speakers")
"""The processors of our pipeline, in running order."""

# spaCy takes quadratic time over what no space divides; nothing in a text is that long a word.
_LONG_RUN = re.compile(r"\S{200}")


@register_processor_variant("tokenize", "bounded")
class BoundedTokenizer(SpacyTokenizer):  # type: ignore[misc] # Stanza has no types
    """spaCy's tokenizer, in linear time for any text, and forgetting every text at once.

    A run without spaces is divided every 200 characters, offset for offset.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        # The service bounds the length of texts.
        self.nlp.max_length = sys.maxsize

    def process(self, document: Document | str) -> Document:
        """Return a document with the sentences and tokens of a text."""
        text = document if isinstance(document, str) else document.text
        # Outside such a zone spaCy keeps every word that it ever saw.
        with self.nlp.memory_zone():
            read = super().process(_LONG_RUN.sub(lambda run: run[0][:-1] + " ", text))
        read.text = text
        return read


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
        reading = document.reading
        document.quotes = find_quotes(
            document.text,
            reading.attributions,
            reading.loose_cues,
            article=document.article,
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
            document.text, document.quotes, document.entities, find_sentences(document)
        )
        document.quotes = rate_quotes(quotes, self.confidences)
        document.entities = rate_salience(document.article, document.entities, document.quotes)
        return document
