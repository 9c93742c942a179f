"""Each quote's speaker resolved to one of the document's entities, or honestly left open."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from analysis.antecedents import Answer
from analysis.discourse import Discourse, read_discourse
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
from analysis.narration import Narration
from analysis.prominence import SUBJECT, find_prominence
from analysis.references import RELATIVE, answer_sources

# How likely a pronoun or description is to be a mention of whom it was resolved to.
_SURE = {MentionKind.PRONOUN: 0.9, MentionKind.NOMINAL: 0.85}
# Quotation marks and punctuation: all that may stand between two parts of one utterance.
_NO_WORDS = re.compile(r"[^\w]*")
_MAX_GAP = 40
# The end of a sentence in the same paragraph, or a colon, up to the mark that opens a quotation.
_INTRODUCTION = re.compile(
    r"(?:\.[^\S\n]+|:\s+)[\"'\u201c\u201d\u2018\u201e\u00ab\u00bb`]+[^\S\n]*$"
)
_MAX_INTRODUCTION, _MAX_ANNOUNCEMENT = 80, 200
_BY = re.compile(r"\b(?:by|from)\s+(?:[\w.]+\s+){0,3}$")
_BREAKS = re.compile(r"\s*\n\s*")
_OPENER = re.compile(r"[\"'\u201c\u201d\u2018\u201e\u201f\u00ab\u00bb\uff02`]")


def resolve_speakers(
    text: str,
    quotes: Sequence[Quote],
    entities: Sequence[Entity],
    sentence_starts: Sequence[int],
    *,
    narration: Narration | None = None,
) -> tuple[tuple[Quote, ...], tuple[Entity, ...]]:
    """Return the quotes with their speakers resolved, and the entities with what resolved to them.

    A quote comes with the words that stand for its speaker, if the text gives it any. A
    description that means nobody named ("a senior aide") attributes the quote, without
    a name; a pronoun that leads to nobody leaves it unattributed. The `narration` is that of
    `text`, which is read where it is not given.
    """
    discourse = read_discourse(text, entities, sentence_starts, narration=narration)
    answers = answer_sources(discourse, quotes)
    resolved = [
        _attributed(text, quote, answers[i], entities) if i in answers else quote
        for i, quote in enumerate(quotes)
    ]
    _inherit(discourse, resolved, entities)
    return tuple(resolved), _extended(entities, quotes, answers)


def _attributed(text: str, quote: Quote, answer: Answer, entities: Sequence[Entity]) -> Quote:
    mention = SpeakerMention(_source(quote), answer.kind)
    named = tuple(_speaker(entities[entity], mention) for entity in answer.entities)
    unnamed = Speaker(None, None, None, mention)
    if answer.is_open:
        return replace(
            quote,
            speaker=unnamed,
            status=AttributionStatus.AMBIGUOUS,
            candidates=named,
        )
    if named:
        return replace(
            quote,
            speaker=named[0],
            joint=named if len(named) > 1 else (),
            status=AttributionStatus.ATTRIBUTED,
        )
    # Whoever a relative pronoun means stands in the text, if not by name.
    words = _source(quote).of(text).casefold()
    described = answer.kind is MentionKind.NOMINAL or words in RELATIVE
    status = AttributionStatus.ATTRIBUTED if described else AttributionStatus.UNATTRIBUTED
    return replace(quote, speaker=unnamed, status=status)


def _source(quote: Quote) -> Span:
    """Return the words for the speaker of a quote that has an answer."""
    assert quote.speaker is not None
    assert quote.speaker.mention is not None
    return quote.speaker.mention.span


def _speaker(entity: Entity, mention: SpeakerMention | None) -> Speaker:
    return Speaker(entity.name, entity.id, entity.type, mention)


def _inherit(discourse: Discourse, quotes: list[Quote], entities: Sequence[Entity]) -> None:
    """Give quotes without any source the speaker of the words that they go on from.

    They go on from the quote before where nothing but marks stands between, or where
    they open the next paragraph; or else from the quote after, in the same paragraph;
    or from a sentence before that is about somebody: "Ann Lee was blunt."
    """
    text = discourse.text
    order = sorted(range(len(quotes)), key=lambda i: quotes[i].fragments[0])
    ends = sorted((_end(quote), i) for i, quote in enumerate(quotes))
    for i in order:
        if quotes[i].speaker is None:
            at = bisect_left(ends, (quotes[i].fragments[0].start + 1, -1)) - 1
            if at >= 0:
                last = ends[at][1]
                if _goes_on(text, quotes[i], quotes[last]):
                    turn = _turn(discourse, quotes, ends, at)
                    quotes[i] = _said_by(quotes[i], quotes[last if turn is None else turn])
    for i, following in reversed(list(pairwise(order))):
        if quotes[i].speaker is None and _goes_on(text, quotes[i], quotes[following]):
            quotes[i] = _said_by(quotes[i], quotes[following])
    for i in order:
        quote = quotes[i]
        if quote.speaker is None and quote.kind is QuoteKind.DIRECT:
            quotes[i] = _introduced(discourse, quote, entities)


def _turn(
    discourse: Discourse, quotes: Sequence[Quote], ends: Sequence[tuple[int, int]], at: int
) -> int | None:
    """Return the quote of whose speaker it is the turn where two take turns.

    That is, where the last two quotes are paragraphs in a row, of two speakers (the
    conversational pattern of He, Barbosa and Kondrak 2013).
    """
    if at < 1:
        return None
    before, last = quotes[ends[at - 1][1]], quotes[ends[at][1]]
    names = [quote.speaker and quote.speaker.entity_id for quote in (before, last)]
    first, second = (discourse.paragraph(quote.fragments[0].start) for quote in (before, last))
    are_turns = None not in names and names[0] != names[1] and second == first + 1
    return ends[at - 1][1] if are_turns else None


def _introduced(discourse: Discourse, quote: Quote, entities: Sequence[Entity]) -> Quote:
    """Attribute a quote to the person that the words right before it are about.

    That is the subject of a short sentence, or whoever words before a colon are by.
    """
    end = quote.fragments[0].start
    opening = _INTRODUCTION.search(discourse.text, max(0, end - _MAX_GAP), end)
    if opening is None:
        return quote
    start = discourse.sentence_start(opening.start())
    is_announced = discourse.text[opening.start()] == ":"
    if opening.start() - start > (_MAX_ANNOUNCEMENT if is_announced else _MAX_INTRODUCTION):
        return quote
    named = discourse.named_in(Span(start, opening.end()))
    makers = [n for n in named if is_announced and _BY.search(discourse.text, start, n.span.start)]
    subjects = [n for n in named[:1] if find_prominence(discourse.text, n.span) == SUBJECT]
    for name in (*makers[-1:], *subjects):
        if discourse.is_person(name.entity):
            mention = SpeakerMention(name.span, MentionKind.NAME)
            speaker = _speaker(entities[name.entity], mention)
            return replace(quote, speaker=speaker, status=AttributionStatus.ATTRIBUTED)
    return quote


def _end(quote: Quote) -> int:
    """Return where a quote ends, its cue and the words for its speaker included."""
    spans = [*quote.fragments, *([quote.cue] if quote.cue else [])]
    if quote.speaker is not None and quote.speaker.mention is not None:
        spans.append(quote.speaker.mention.span)
    return max(span.end for span in spans)


def _goes_on(text: str, quote: Quote, source: Quote) -> bool:
    """Tell whether one quote can have the speaker of another: as two parts of one utterance."""
    if QuoteKind.INDIRECT in (quote.kind, source.kind):
        return False
    if source.speaker is None or source.speaker.name is None:
        return False
    is_after = source.fragments[0] < quote.fragments[0]
    first, then = (source, quote) if is_after else (quote, source)
    start, end = _end(first), then.fragments[0].start
    if end - start > _MAX_GAP or not _NO_WORDS.fullmatch(text, start, max(start, end)):
        return False
    breaks = _BREAKS.findall(text, start, end)
    return len(breaks) <= is_after and (not breaks or bool(_OPENER.search(text, start, end + 1)))


def _said_by(quote: Quote, source: Quote) -> Quote:
    """Return a quote with the speaker of another."""
    assert source.speaker is not None
    return replace(
        quote,
        speaker=replace(source.speaker, mention=None),
        joint=tuple(replace(speaker, mention=None) for speaker in source.joint),
        status=AttributionStatus.ATTRIBUTED,
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
        replace(entity, mentions=tuple(_with_others(entity.mentions, added[i])))
        if i in added
        else entity
        for i, entity in enumerate(entities)
    )


def _with_others(names: Sequence[Mention], others: set[Mention]) -> list[Mention]:
    """Return an entity's names with the other mentions of it, without those that overlap them.

    A model can read part of a name for a pronoun: "it" in "Dmitry".
    """
    mentions: list[Mention] = []
    for mention in sorted({*names, *others}):
        if mentions and mentions[-1].span.overlaps(mention.span):
            if mention in others:
                continue
            mentions.pop()
        mentions.append(mention)
    return mentions
