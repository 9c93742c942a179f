"""Short stories for tests, with their names and quotes given by the words themselves."""

import re
from collections.abc import Sequence

from analysis.document import (
    AttributionStatus,
    Entity,
    EntityType,
    Mention,
    MentionKind,
    Quote,
    Span,
    Speaker,
    SpeakerMention,
)
from analysis.entities import group_mentions
from analysis.marks import mark_states, pair_marks, quote_kind
from analysis.speakers import resolve_speakers

PERSON, ORGANIZATION, PLACE = EntityType.PERSON, EntityType.ORGANIZATION, EntityType.PLACE


def mentions_of(text: str, **names: Sequence[str]) -> tuple[Mention, ...]:
    """Return every occurrence of the given people, orgs and places as a sure mention.

    The longest name counts where two overlap.
    """
    kinds = {"people": PERSON, "orgs": ORGANIZATION, "places": PLACE}
    wanted = sorted(((n, kinds[k]) for k, v in names.items() for n in v), key=lambda x: -len(x[0]))
    found: list[Mention] = []
    for name, kind in wanted:
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            span = Span(*match.span())
            if not any(span.overlaps(other.span) for other in found):
                found.append(Mention(span, kind, 0.95))
    return tuple(sorted(found))


def sentences_of(text: str) -> tuple[Span, ...]:
    """Return the sentences of a story that abbreviates only titles."""
    cut = r"(?:(?:Mr|Mrs|Ms|Dr|Sen|Gov|Gen|Jr)\.|[^.!?\n]|(?<=\b[A-Z])\.)+[.!?]*[\"”’]*\s*"
    return tuple(Span(*match.span()) for match in re.finditer(cut, text))


def quotes_of(text: str, *marked: tuple[str, str | None]) -> tuple[Quote, ...]:
    """Return quotes from pairs of content and source, each found in order in the text.

    `{}` in a source stands for where it is, so that "said {he}" finds the right "he".
    """
    states = mark_states(text, pair_marks(text))
    return tuple(_quote(text, content, source, states) for content, source in marked)


def _quote(text: str, content: str, source: str | None, states: Sequence[int]) -> Quote:
    start = text.index(content)
    span = Span(start, start + len(content))
    speaker = None
    if source is not None:
        before, _, rest = source.partition("{")
        words, _, after = rest.partition("}") if rest else (source, "", "")
        before = before if rest else ""
        at = text.index(before + words + after) + len(before)
        mention = SpeakerMention(Span(at, at + len(words)), MentionKind.NOMINAL)
        speaker = Speaker(None, None, None, mention)
    kind = quote_kind(text, [span], states)
    return Quote(kind, (span,), None, speaker, AttributionStatus.UNATTRIBUTED, 0.9, 0.9)


def names_in(text: str, mentions: Sequence[Mention]) -> list[str]:
    """Return the words of the mentions."""
    return [mention.span.of(text) for mention in mentions]


def clusters_of(text: str, entities: Sequence[Entity]) -> list[list[str]]:
    """Return the words of each entity's mentions."""
    return [names_in(text, entity.mentions) for entity in entities]


def tell(
    text: str, *marked: tuple[str, str | None], **names: Sequence[str]
) -> tuple[tuple[Quote, ...], tuple[Entity, ...]]:
    """Resolve the speakers of a story."""
    entities = group_mentions(text, mentions_of(text, **names))
    return resolve_speakers(text, quotes_of(text, *marked), entities, sentences_of(text))


def said_by(text: str, *marked: tuple[str, str | None], **names: Sequence[str]) -> list[str | None]:
    """Return the names of the speakers of a story's quotes."""
    quotes, _ = tell(text, *marked, **names)
    return [quote.speaker.name if quote.speaker else None for quote in quotes]
