"""How much of what a reader finds an answer has."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.golden.articles import Answer

_ENOUGH = 0.5

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted in one or more articles.

    `attributed` counts the quotes that were found with the right speaker, who may be nobody.
    `wrong` holds, for each quote that was found but given to somebody else, its first words and
    whom it was given to.
    """

    gold_entities: int = 0
    found_entities: int = 0
    right_entities: int = 0
    quotes: int = 0
    found_quotes: int = 0
    attributed: int = 0
    wrong: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    def __str__(self) -> str:
        return (
            f"entities F1 {self.entity_f1:.2f}   quotes {self.quotes:3}  found "
            f"{self.found_quotes:3}  right speaker {self.attributed:3}  wrong {len(self.wrong)}"
        )

    @property
    def entity_f1(self) -> float:
        """The harmonic mean of how many entities were found and how many found ones are right."""
        return 2 * self.right_entities / max(1, self.gold_entities + self.found_entities)

    @property
    def attributed_share(self) -> float:
        """The share of quotes that were found with the right speaker."""
        return self.attributed / max(1, self.quotes)


def score(gold: Answer, answer: Answer) -> Tally:
    """Compare an answer with what a reader found."""
    pairs = match_quotes(gold["quotes"], answer["quotes"])
    right = [is_right_speaker(own, found, gold, answer) for own, found in pairs]
    return Tally(
        gold_entities=len(gold["entities"]),
        found_entities=len(answer["entities"]),
        right_entities=count_entities(gold["entities"], answer["entities"]),
        quotes=len(gold["quotes"]),
        found_quotes=len(pairs),
        attributed=sum(right),
        wrong=tuple(
            (opening(own), found["speaker"])
            for (own, found), is_right in zip(pairs, right, strict=True)
            if not is_right and found["speaker"]
        ),
    )


def count_entities(gold: Iterable[Item], found: Iterable[Item]) -> int:
    """Count the entities that were found: each by another one of its type and one of its names."""
    free = list(found)
    count = 0
    for entity in gold:
        match = next((other for other in free if _is_same(entity, other)), None)
        if match is not None:
            free.remove(match)
            count += 1
    return count


def match_quotes(gold: Iterable[Item], found: Iterable[Item]) -> list[tuple[Item, Item]]:
    """Pair quotes that share at least half of their words, the most alike first."""
    alike = sorted(
        (
            (overlap(own["content"], other["content"]), -i, -j, own, other)
            for i, own in enumerate(gold)
            for j, other in enumerate(found)
        ),
        key=lambda pair: pair[:3],
        reverse=True,
    )
    taken: set[tuple[str, int]] = set()
    pairs = []
    for share, i, j, own, other in alike:
        if share >= _ENOUGH and not taken & {("gold", i), ("found", j)}:
            taken |= {("gold", i), ("found", j)}
            pairs.append((-i, own, other))
    return [(own, other) for _, own, other in sorted(pairs, key=lambda pair: pair[0])]


def overlap(first: Iterable[str], second: Iterable[str]) -> float:
    """Return the share of words that two contents have in common, among all of both."""
    own, other = _words(first), _words(second)
    return (own & other).total() / max(1, (own | other).total())


def is_right_speaker(gold_quote: Item, quote: Item, gold: Answer, answer: Answer) -> bool:
    """Tell whether a quote is given to whom it belongs, or to nobody where it is nobody's."""
    wanted, given = gold_quote["speaker"], quote["speaker"]
    if wanted is None or given is None:
        return wanted == given
    return bool(_forms_of(wanted, gold) & _forms_of(given, answer))


def opening(quote: Item) -> str:
    """Return the first four words of a quote."""
    return " ".join(re.findall(r"\w+", " ".join(quote["content"]))[:4])


def _is_same(first: Item, second: Item) -> bool:
    return first["type"] == second["type"] and bool(_forms(first) & _forms(second))


def _forms(entity: Item) -> set[str]:
    return {_fold(form) for form in (entity["name"], *entity["aliases"])}


def _forms_of(name: str, answer: Answer) -> set[str]:
    """Return every form of the name of the entity called `name`."""
    named = (_forms(entity) for entity in answer["entities"] if entity["name"] == name)
    return set().union({_fold(name)}, *named)


def _fold(name: str) -> str:
    return name.casefold().removeprefix("the ")


def _words(content: Iterable[str]) -> Counter[str]:
    return Counter(word for part in content for word in re.findall(r"\w+", part.casefold()))
