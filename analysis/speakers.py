"""Each quote's speaker resolved to one of the document's entities, or honestly left open."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from analysis.discourse import read_discourse
from analysis.document import (
    AttributionStatus,
    Entity,
    Mention,
    MentionKind,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerMention,
)
from analysis.references import Answer, answer_sources

# How likely a resolved speaker is to be right, given that the quote is.
_SURE = {MentionKind.NAME: 0.98, MentionKind.PRONOUN: 0.9, MentionKind.NOMINAL: 0.85}
_INHERITED = 0.9
_OPEN = 0.5
# Quotation marks and punctuation: all that may stand between two parts of one utterance.
_NO_WORDS = re.compile(r"[^\w]*")
_MAX_GAP = 40
_BREAKS = re.compile(r"\s*\n\s*")
_OPENER = re.compile(r"[\"'\u201c\u201d\u2018\u201e\u201f\u00ab\u00bb\uff02`]")


def resolve_speakers(
    text: str,
    quotes: Sequence[Quote],
    entities: Sequence[Entity],
    sentences: Sequence[Span],
) -> tuple[tuple[Quote, ...], tuple[Entity, ...]]:
    """Return the quotes with their speakers resolved, and the entities with what resolved to them.

    A quote comes with the words that stand for its speaker, if the text gives it any. A
    description that means nobody named ("a senior aide") attributes the quote, without
    a name; a pronoun that leads to nobody leaves it unattributed.
    """
    answers = answer_sources(read_discourse(text, entities, sentences), quotes)
    resolved = [
        _attributed(quote, answers[i], entities) if i in answers else quote
        for i, quote in enumerate(quotes)
    ]
    _inherit(text, resolved)
    return tuple(resolved), _extended(entities, quotes, answers)


def _attributed(quote: Quote, answer: Answer, entities: Sequence[Entity]) -> Quote:
    mention = SpeakerMention(_source(quote), answer.kind)
    named = tuple(_speaker(entities[entity], mention) for entity in answer.entities)
    unnamed = Speaker(None, None, None, mention)
    if answer.is_open:
        return replace(
            quote,
            speaker=unnamed,
            status=AttributionStatus.AMBIGUOUS,
            candidates=named,
            confidence=quote.confidence * _OPEN,
        )
    if named:
        return replace(
            quote,
            speaker=named[0],
            status=AttributionStatus.ATTRIBUTED,
            confidence=quote.confidence * _SURE[answer.kind],
        )
    described = answer.kind is MentionKind.NOMINAL
    status = AttributionStatus.ATTRIBUTED if described else AttributionStatus.UNATTRIBUTED
    return replace(quote, speaker=unnamed, status=status)


def _source(quote: Quote) -> Span:
    """Return the words for the speaker of a quote that has an answer."""
    assert quote.speaker is not None
    assert quote.speaker.mention is not None
    return quote.speaker.mention.span


def _speaker(entity: Entity, mention: SpeakerMention | None) -> Speaker:
    return Speaker(entity.name, entity.id, entity.type, mention)


def _inherit(text: str, quotes: list[Quote]) -> None:
    """Give quotes without any source the speaker of the words that they go on from.

    They go on from the quote before where nothing but marks stands between, or where
    they open the next paragraph; or else from the quote after, in the same paragraph.
    """
    order = sorted(range(len(quotes)), key=lambda i: quotes[i].fragments[0])
    ends = sorted((_end(quote), i) for i, quote in enumerate(quotes))
    for i in order:
        if quotes[i].speaker is None:
            at = bisect_left(ends, (quotes[i].fragments[0].start + 1, -1)) - 1
            if at >= 0:
                _go_on(text, quotes, i, ends[at][1])
    for i, following in reversed(list(pairwise(order))):
        if quotes[i].speaker is None:
            _go_on(text, quotes, i, following)


def _end(quote: Quote) -> int:
    """Return where a quote ends, its cue and the words for its speaker included."""
    spans = [*quote.fragments, *([quote.cue] if quote.cue else [])]
    if quote.speaker is not None and quote.speaker.mention is not None:
        spans.append(quote.speaker.mention.span)
    return max(span.end for span in spans)


def _go_on(text: str, quotes: list[Quote], number: int, other: int) -> None:
    """Give one quote the speaker of another, if they are two parts of one utterance."""
    quote, source = quotes[number], quotes[other]
    if QuoteKind.INDIRECT in (quote.kind, source.kind):
        return
    if source.speaker is None or source.speaker.name is None:
        return
    is_after = source.fragments[0] < quote.fragments[0]
    first, then = (source, quote) if is_after else (quote, source)
    start, end = _end(first), then.fragments[0].start
    if end - start > _MAX_GAP or not _NO_WORDS.fullmatch(text, start, max(start, end)):
        return
    breaks = _BREAKS.findall(text, start, end)
    if len(breaks) > is_after or (breaks and not _OPENER.search(text, start, end + 1)):
        return
    quotes[number] = replace(
        quote,
        speaker=replace(source.speaker, mention=None),
        status=AttributionStatus.ATTRIBUTED,
        confidence=min(quote.confidence, source.confidence) * _INHERITED,
    )


def _extended(
    entities: Sequence[Entity], quotes: Sequence[Quote], answers: Mapping[int, Answer]
) -> tuple[Entity, ...]:
    """Add the pronouns and descriptions that were resolved to each entity."""
    added: defaultdict[int, set[Mention]] = defaultdict(set)
    for i, answer in answers.items():
        if answer.is_open or answer.kind is MentionKind.NAME or len(answer.entities) != 1:
            continue
        entity = answer.entities[0]
        kind, sure = entities[entity].type, _SURE[answer.kind]
        added[entity].add(Mention(_source(quotes[i]), kind, sure, answer.kind))
    return tuple(
        replace(entity, mentions=tuple(sorted({*entity.mentions, *added[i]})))
        if i in added
        else entity
        for i, entity in enumerate(entities)
    )
