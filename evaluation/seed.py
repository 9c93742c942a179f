"""How much of the user's sample article is read as its gold reading says.

Gold holds mentions with type and cluster name, and quotes with content and
speaker; a prediction is what `predict.py` makes of an answer.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TYPES = {"PER": "person", "ORG": "organisation", "LOC": "place"}
LEAST_OVERLAP = 0.5

_WORD = re.compile(r"\w+")

Ranges = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class SeedScore:
    """Counts, and a line for each miss; quotes are numbered as in the gold reading.

    `quotes_inside` are no quotes of their own in the prediction, but most of
    their words are in a longer one; their speaker may be right all the same.
    """

    entities: int
    entities_found: int
    entities_whole: int
    quotes: int
    quotes_found: int
    quotes_inside: int
    speakers_right: int
    misses: tuple[str, ...]


def score_seed(gold: Mapping[str, Any], prediction: Mapping[str, Any]) -> SeedScore:
    """Compare a prediction with the gold reading."""
    wanted = _group(gold["entities"])
    found = {key: _find_entity(key, prediction["entities"]) for key in wanted}
    whole = {key for key, places in found.items() if places is not None and wanted[key] <= places}
    pairs = [_Pair.find(gold["text"], quote, prediction["quotes"]) for quote in gold["quotes"]]
    return SeedScore(
        entities=len(wanted),
        entities_found=sum(mentions is not None for mentions in found.values()),
        entities_whole=len(whole),
        quotes=len(pairs),
        quotes_found=sum(pair.quote is not None and not pair.inside for pair in pairs),
        quotes_inside=sum(pair.inside for pair in pairs),
        speakers_right=sum(pair.is_right() for pair in pairs),
        misses=(*_list_entity_misses(wanted, found, whole), *_list_quote_misses(pairs)),
    )


Key = tuple[str, str]
Places = frozenset[tuple[int, int]]


def _group(mentions: Iterable[Mapping[str, Any]]) -> dict[Key, Places]:
    """Gather the mentions of each entity; what is no person, organisation or place is left out."""
    clusters: dict[Key, set[tuple[int, int]]] = defaultdict(set)
    for mention in mentions:
        if mention["type"] in TYPES:
            key = TYPES[mention["type"]], mention["name"]
            clusters[key].add((mention["start"], mention["end"]))
    return {key: frozenset(places) for key, places in clusters.items()}


def _find_entity(key: Key, entities: Iterable[Mapping[str, Any]]) -> Places | None:
    for entity in entities:
        if (entity["type"], entity["name"].casefold()) == (key[0], key[1].casefold()):
            return frozenset((start, end) for start, end in entity["mentions"])
    return None


def _words(text: str, ranges: Ranges) -> frozenset[int]:
    return frozenset(
        word.start() for start, end in ranges for word in _WORD.finditer(text, start, end)
    )


@dataclass(frozen=True, slots=True)
class _Pair:
    """A gold quote and the predicted one that holds its words, if any does."""

    wanted: Mapping[str, Any]
    quote: Mapping[str, Any] | None
    inside: bool = False

    @classmethod
    def find(
        cls, text: str, wanted: Mapping[str, Any], quotes: Sequence[Mapping[str, Any]]
    ) -> "_Pair":
        words = _words(text, wanted["content"])
        found = [(quote, _words(text, quote["content"])) for quote in quotes]
        for quote, own in found:
            if len(words & own) >= LEAST_OVERLAP * len(words | own):
                return cls(wanted, quote)
        for quote, own in found:
            if len(words & own) >= LEAST_OVERLAP * len(words):
                return cls(wanted, quote, inside=True)
        return cls(wanted, None)

    def is_right(self) -> bool:
        if self.quote is None:
            return False
        speaker: str = self.wanted["speaker"]
        return speaker.casefold() == (self.quote["speaker"] or "").casefold()


def _list_entity_misses(
    wanted: Mapping[Key, Places], found: Mapping[Key, Places | None], whole: set[Key]
) -> Iterator[str]:
    for key in wanted:
        if key in whole:
            continue
        missing = len(wanted[key] - (found[key] or frozenset()))
        yield f"{key[0]} {key[1]}: {missing} of {len(wanted[key])} mentions missing"


def _list_quote_misses(pairs: Iterable[_Pair]) -> Iterator[str]:
    for number, pair in enumerate(pairs, start=1):
        name = f"quote {number} ({pair.wanted['kind']}, {pair.wanted['speaker']})"
        if pair.quote is None:
            yield f"{name}: not found"
            continue
        if pair.inside:
            yield f"{name}: inside a longer quote"
        if not pair.is_right():
            yield f"{name}: given to {pair.quote['speaker'] or 'nobody'}"
