"""Who a pronoun means: the people in focus, by prominence and recency.

In the spirit of Lappin and Leass (1994): each way in which someone is referred
to has a weight by its grammatical role, which fades with every sentence;
subjects weigh most, as in Hobbs (1978). News adds one preference: whoever spoke
last goes on speaking.
"""

import math
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from analysis.discourse import Discourse, Named
from analysis.document import EntityType, MentionKind, Span
from analysis.names import Gender
from analysis.prominence import SUBJECT, find_prominence

# The likeliest of two people has to be this much likelier not to be called ambiguous.
_MARGIN = 1.06
# How strongly someone has to be in mind to be meant by a word that fits many, and how much
# stronger than anybody else.
IN_MIND, _CLEARLY = 0.5, 1.5
# How many paragraphs a speaker goes on being the one that "they" or "the company" means.
_MAX_BREAKS = 1
# Two names count as a pair where nothing but this stands between them.
_AND = re.compile(r"\s+(?:and|&)\s+(?:[A-Z][\w.]*\s+){0,3}")
_MAX_PAIR = 40
_SPEAKER = 0.9
_QUOTED = 0.15
_TOLD = 0.6
_FADING = 0.72
# How much a further reference to someone adds to the strongest one.
_AGAIN = 0.15
_UNKNOWN_GENDER = 0.6
_SAME_SENTENCE = 1.25
_RECENT = 24
_MAX_SENTENCES = 12
_MAX_PARAGRAPHS = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """Who a source means, and in which form it says so.

    Several entities speak together; where `is_open`, it is one of them, the likeliest first.
    """

    kind: MentionKind
    entities: tuple[int, ...] = ()
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """One earlier reference to someone: where, to whom, and how prominent it was."""

    position: int
    sentence: int
    paragraph: int
    entity: int
    weight: float


@dataclass(slots=True)
class Focus:
    """The references that a reader has in mind at a point of the text."""

    discourse: Discourse
    references: deque[Reference] = field(default_factory=lambda: deque(maxlen=_RECENT))
    speaker: Reference | None = None
    # Those who were heard together last, and the latest two named in one breath, and where.
    together: tuple[int, ...] = ()
    pair: tuple[int, tuple[int, ...]] | None = None
    _last: Named | None = None

    def name(self, named: Named, *, told: bool) -> None:
        """Take note of a name; `told` where it stands in somebody's reported words."""
        self._note_pair(named)
        if self.discourse.narration.is_quoted(named.span.start):
            weight = _QUOTED
        else:
            weight = find_prominence(self.discourse.text, named.span) * (_TOLD if told else 1.0)
        self._add(named.span.start, named.entity, weight)

    def refer(self, position: int, entity: int, weight: float = SUBJECT) -> None:
        """Take note of a resolved pronoun or description."""
        self._add(position, entity, weight)

    def speak(self, position: int, entity: int, end: int) -> None:
        """Take note of who said the latest quote, which goes on up to `end`."""
        spoken = self._reference(max(position, end - 1), entity, _SPEAKER)
        self.speaker = replace(spoken, position=position)

    def is_near(self, position: int) -> bool:
        """Tell whether the last speaker spoke in the paragraph of a position or the one before."""
        paragraph = self.discourse.paragraph(position)
        return self.speaker is not None and paragraph - self.speaker.paragraph <= _MAX_BREAKS

    def recent(self) -> set[int]:
        """Return the entities that were referred to lately."""
        return {reference.entity for reference in self.references}

    def find_pair(self, position: int) -> tuple[int, ...]:
        """Return several people who were heard or named together just before a position."""
        if len(self.together) > 1 and self.is_near(position):
            return self.together
        if self.pair is None:
            return ()
        end, both = self.pair
        apart = self.discourse.paragraph(position) - self.discourse.paragraph(end)
        return both if apart <= _MAX_BREAKS else ()

    def find_twin(self, entity: int, position: int) -> int | None:
        """Return who may be meant as well as one who has been named beside him or her only."""
        if self.pair is None:
            return None
        end, both = self.pair
        apart = self.discourse.sentence(position) - self.discourse.sentence(end)
        genders = {self.discourse.genders[each] for each in both}
        since = {each.entity for each in self.references if each.position > end}
        if entity not in both or apart > 1 or since & set(both):
            return None
        twin = both[0] if entity == both[1] else both[1]
        return twin if len(genders) == 1 or None in genders else None

    def clearest(self, position: int, kind: EntityType) -> tuple[int, ...]:
        """Return who or what is so much in mind that a word which fits many can mean it."""
        ranking = self.rank(position, None, kind)
        rival = ranking[1][0] if len(ranking) > 1 else 0.0
        is_clear = bool(ranking) and ranking[0][0] >= max(IN_MIND, _CLEARLY * rival)
        return (ranking[0][1],) if is_clear else ()

    def _note_pair(self, named: Named) -> None:
        """Keep two people in mind who are named side by side: "Ann Lee and Bob Roy"."""
        last, self._last = self._last, named
        if last is None or named.span.start - last.span.end > _MAX_PAIR:
            return
        between = self.discourse.text[last.span.end : named.span.start]
        both = tuple(dict.fromkeys((last.entity, named.entity)))
        if len(both) > 1 and all(map(self.discourse.is_person, both)) and _AND.fullmatch(between):
            self.pair = named.span.end, both

    def rank(
        self,
        position: int,
        gender: Gender | None,
        kind: EntityType = EntityType.PERSON,
        excluded: Sequence[Span] = (),
    ) -> list[tuple[float, int]]:
        """Return the entities of a type that a reference can mean, the likeliest first.

        Names inside `excluded`, the words that the sought person says, do not count.
        """
        scores: dict[int, float] = {}
        sentence, paragraph = self.discourse.sentence(position), self.discourse.paragraph(position)
        for reference in self._within_reach(position):
            entity = reference.entity
            if self.discourse.type_of(entity) is not kind:
                continue
            if any(span.start <= reference.position < span.end for span in excluded):
                continue
            known = self.discourse.genders[entity]
            if gender is not None and known not in (None, gender):
                continue
            score = _score(reference, sentence, paragraph)
            if gender is not None and known is None:
                score *= _UNKNOWN_GENDER
            before = scores.get(entity, 0.0)
            scores[entity] = max(score, before) + _AGAIN * min(score, before)
        return sorted(((score, entity) for entity, score in scores.items()), reverse=True)

    def _within_reach(self, position: int) -> Iterator[Reference]:
        sentence = self.discourse.sentence(position)
        paragraph = self.discourse.paragraph(position)
        for reference in (*self.references, *([self.speaker] if self.speaker else [])):
            if (
                reference.position < position
                and sentence - reference.sentence <= _MAX_SENTENCES
                and paragraph - reference.paragraph <= _MAX_PARAGRAPHS
            ):
                yield reference

    def _reference(self, position: int, entity: int, weight: float) -> Reference:
        discourse = self.discourse
        return Reference(
            position, discourse.sentence(position), discourse.paragraph(position), entity, weight
        )

    def _add(self, position: int, entity: int, weight: float) -> None:
        self.references.append(self._reference(position, entity, weight))


def _score(reference: Reference, sentence: int, paragraph: int) -> float:
    """Return how prominent an earlier reference still is in a sentence and a paragraph."""
    gap = max(0, sentence - reference.sentence)
    near = _SAME_SENTENCE if gap == 0 else math.pow(_FADING, gap)
    breaks = max(0, paragraph - reference.paragraph)
    return reference.weight * near * math.pow(_FADING, breaks / 2)


def choose(kind: MentionKind, ranking: Sequence[tuple[float, int]]) -> Answer:
    """Answer with the likeliest entity, or with two where they are about equally likely."""
    if len(ranking) > 1 and ranking[0][0] < _MARGIN * ranking[1][0]:
        return Answer(kind, (ranking[0][1], ranking[1][1]), is_open=True)
    return Answer(kind, tuple(entity for _, entity in ranking[:1]))
