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
    """Counts, and a line for each miss; quotes are numbered as in the gold reading."""

    entities: int
    entities_found: int
    entities_whole: int
    quotes: int
    quotes_found: int
    speakers_right: int
    misses: tuple[str, ...]


def score_seed(gold: Mapping[str, Any], prediction: Mapping[str, Any]) -> SeedScore:
    """Compare a prediction with the gold reading."""
    wanted = _group(gold["entities"])
    found = {key: _find_entity(key, prediction["entities"]) for key in wanted}
    whole = {key for key, places in found.items() if places is not None and wanted[key] <= places}
    quotes = [_best_quote(gold["text"], quote, prediction["quotes"]) for quote in gold["quotes"]]
    pairs = list(zip(gold["quotes"], quotes, strict=True))
    return SeedScore(
        entities=len(wanted),
        entities_found=sum(mentions is not None for mentions in found.values()),
        entities_whole=len(whole),
        quotes=len(quotes),
        quotes_found=sum(quote is not None for quote in quotes),
        speakers_right=sum(_is_speaker_right(*pair) for pair in pairs),
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


def _overlap(text: str, one: Ranges, other: Ranges) -> float:
    first, second = _words(text, one), _words(text, other)
    return len(first & second) / max(1, len(first | second))


def _best_quote(
    text: str, wanted: Mapping[str, Any], quotes: Iterable[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    def overlap(quote: Mapping[str, Any]) -> float:
        return _overlap(text, wanted["content"], quote["content"])

    best = max(quotes, key=overlap, default=None)
    return best if best is not None and overlap(best) >= LEAST_OVERLAP else None


def _is_speaker_right(wanted: Mapping[str, Any], quote: Mapping[str, Any] | None) -> bool:
    return quote is not None and (quote["speaker"] or "").casefold() == wanted["speaker"].casefold()


def _list_entity_misses(
    wanted: Mapping[Key, Places], found: Mapping[Key, Places | None], whole: set[Key]
) -> Iterator[str]:
    for key in wanted:
        if key in whole:
            continue
        missing = len(wanted[key] - (found[key] or frozenset()))
        yield f"{key[0]} {key[1]}: {missing} of {len(wanted[key])} mentions missing"


def _list_quote_misses(
    pairs: Iterable[tuple[Mapping[str, Any], Mapping[str, Any] | None]],
) -> Iterator[str]:
    for number, (wanted, quote) in enumerate(pairs, start=1):
        if quote is None:
            yield f"quote {number} ({wanted['kind']}, {wanted['speaker']}): not found"
        elif not _is_speaker_right(wanted, quote):
            got = quote["speaker"] or "nobody"
            yield f"quote {number} ({wanted['kind']}, {wanted['speaker']}): given to {got}"
