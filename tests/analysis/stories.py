"""Short stories for tests, with their names and quotes given by the words themselves."""

import re
from collections.abc import Sequence

from analysis.discourse import Discourse, read_discourse
from analysis.document import (
    Attribution,
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


def sentences_of(text: str) -> tuple[int, ...]:
    """Return where the sentences begin of a story that abbreviates only titles."""
    cut = r"(?:(?:Mr|Mrs|Ms|Dr|Sen|Gov|Gen|Jr)\.|[^.!?\n]|(?<=\b[A-Z])\.)+[.!?]*[\"”’]*\s*"
    return tuple(match.start() for match in re.finditer(cut, text))


def span_of(text: str, words: str) -> Span:
    """Return where words stand first; of "said {he}" only what the braces hold."""
    before, brace, rest = words.partition("{")
    if not brace:
        start = text.index(words)
        return Span(start, start + len(words))
    held, _, after = rest.partition("}")
    start = text.index(before + held + after) + len(before)
    return Span(start, start + len(held))


def attribution_of(
    text: str, contents: Sequence[str], cue: str = "", speaker: str = "", confidence: float = 0.9
) -> Attribution:
    """Return an attribution by the words of its parts, as `span_of` reads them."""
    return Attribution(
        tuple(span_of(text, content) for content in contents),
        (span_of(text, cue),) if cue else (),
        span_of(text, speaker) if speaker else None,
        confidence,
    )


def discourse_of(text: str, **names: Sequence[str]) -> Discourse:
    """Prepare a story for resolving references in it."""
    entities = group_mentions(text, mentions_of(text, **names))
    return read_discourse(text, entities, sentences_of(text))


def names_of(discourse: Discourse, entities: Sequence[int]) -> list[str]:
    """Return the names of some of the entities of a discourse."""
    return [discourse.entities[entity].name for entity in entities]


def quotes_of(text: str, *marked: tuple[str, str | None]) -> tuple[Quote, ...]:
    """Return quotes from pairs of content and source, found as `span_of` does."""
    states = mark_states(text, pair_marks(text))
    return tuple(_quote(text, content, source, states) for content, source in marked)


def _quote(text: str, content: str, source: str | None, states: Sequence[int]) -> Quote:
    span = span_of(text, content)
    speaker = None
    if source is not None:
        mention = SpeakerMention(span_of(text, source), MentionKind.NOMINAL)
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
