"""How much of a text is about each entity, in the order in which an editor would rank them.

What counts follows what has been found to tell salient entities from others in news: how
often, how early and in which roles they are mentioned, pronouns included, and whether the
headline names them (Dunietz and Gillick 2014). Whoever is quoted counts for more.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from analysis.document import Article, Entity, EntityType, Mention, MentionKind, Quote
from analysis.prominence import find_prominence

SALIENCE_DIGITS = 4
_HEADLINE = 3.0
# A mention at the end of the body counts half of one at its start.
_FADING = 0.5
_UNNAMED = 0.5
_SPEAKING = 0.5
_DATELINE = 0.2
# PARIS — …, ROME, May 3 – …, Porto, May 3 (Reuters) - …: where, and for whom, it was filed.
_FILED = re.compile(
    r"(?:[A-Z]{2}[A-Z .'’/-]{0,40}(?:,[^\n!?:“”\"(–—-]{1,40})?\s{0,3}(?:\([^)\n]{1,40}\)\s{0,3})?"
    r"|[^\n!?:“”\"(–—-]{1,60}\([A-Z][^)\n]{1,40}\)\s{0,3})(?:[—–]|--?)\s"
)


def rate_salience(
    article: Article, entities: Sequence[Entity], quotes: Sequence[Quote]
) -> tuple[Entity, ...]:
    """Return the entities with the share of the text's attention that each one has, 0 to 1.

    The shares add up to 1. An entity's attention is the sum over its mentions of role x place,
    and 0.5 for each quote that it says, alone or with others. The role of a name is 1 as a
    subject, 0.8 as an object, 0.775 as a possessor, 0.75 after a preposition, 0.65 as kin
    (half of 1 + `find_prominence`) and 0.2 in a dateline; that of a pronoun or a
    description is 0.5. The place counts 3 in a headline, and in a body 1 at its start, falling
    to 0.5 at its end.
    """
    dateline = _find_dateline(article)
    said = _count_quotes(quotes)
    attention = [
        sum(_weigh(article, mention, dateline) for mention in entity.mentions)
        + _SPEAKING * said.get(entity.id, 0)
        for entity in entities
    ]
    total = sum(attention)
    return tuple(
        replace(entity, salience=round(own / total, SALIENCE_DIGITS))
        for entity, own in zip(entities, attention, strict=True)
    )


def _count_quotes(quotes: Sequence[Quote]) -> dict[str, int]:
    said: dict[str, int] = {}
    for quote in quotes:
        for speaker in quote.joint or (quote.speaker,):
            if speaker and speaker.entity_id:
                said[speaker.entity_id] = said.get(speaker.entity_id, 0) + 1
    return said


def _find_dateline(article: Article) -> int:
    """Return where the dateline of a body ends, or where the body starts."""
    match = _FILED.match(article.text, article.body_start)
    return match.end() if match else article.body_start


def _weigh(article: Article, mention: Mention, dateline: int) -> float:
    start = mention.span.start
    role = _UNNAMED
    if mention.kind is MentionKind.NAME:
        role = (1.0 + find_prominence(article.text, mention.span)) / 2
    if start < article.body_start:
        return _HEADLINE * role
    if start < dateline and mention.type is not EntityType.PERSON:
        role = _DATELINE
    length = len(article.text) - article.body_start
    return role * (1.0 - _FADING * (start - article.body_start) / length)
