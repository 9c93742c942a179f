"""Who a pronoun means: the people in focus, by prominence and recency.

In the spirit of Lappin and Leass (1994): each way in which someone is referred
to has a weight by its grammatical role, which fades with every sentence;
subjects weigh most, as in Hobbs (1978). News adds one preference: whoever spoke
last goes on speaking.
"""

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from analysis.discourse import Discourse, Named
from analysis.document import EntityType, Span
from analysis.names import Gender
from analysis.prominence import SUBJECT, find_prominence

_SPEAKER = 0.9
_QUOTED = 0.15
_TOLD = 0.6
_FADING = 0.72
_UNKNOWN_GENDER = 0.6
_SAME_SENTENCE = 1.25
_RECENT = 24
_MAX_SENTENCES = 12
_MAX_PARAGRAPHS = 4


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

    def name(self, named: Named, *, told: bool) -> None:
        """Take note of a name; `told` where it stands in somebody's reported words."""
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
        for reference in self._within_reach(position):
            entity = reference.entity
            if self.discourse.type_of(entity) is not kind:
                continue
            if any(span.start <= reference.position < span.end for span in excluded):
                continue
            known = self.discourse.genders[entity]
            if gender is not None and known not in (None, gender):
                continue
            score = self._score(reference, position)
            if gender is not None and known is None:
                score *= _UNKNOWN_GENDER
            scores[entity] = max(score, scores.get(entity, 0.0)) + 0.15 * min(
                score, scores.get(entity, 0.0)
            )
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

    def _score(self, reference: Reference, position: int) -> float:
        gap = max(0, self.discourse.sentence(position) - reference.sentence)
        near = _SAME_SENTENCE if gap == 0 else math.pow(_FADING, gap)
        breaks = max(0, self.discourse.paragraph(position) - reference.paragraph)
        return reference.weight * near * math.pow(_FADING, breaks / 2)

    def _reference(self, position: int, entity: int, weight: float) -> Reference:
        discourse = self.discourse
        return Reference(
            position, discourse.sentence(position), discourse.paragraph(position), entity, weight
        )

    def _add(self, position: int, entity: int, weight: float) -> None:
        self.references.append(self._reference(position, entity, weight))
