"""Speakers and entities as score_speakers.py compares them: who is named, and are they right."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.confidences import Outcome
from evaluation.counts import Counts
from evaluation.quotes import ALL, LEAST_OVERLAP

_WORD = re.compile(r"[^\W_]+(?:['’.&\-][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_TITLE = re.compile(
    r"^(?:the|mr|mrs|ms|miss|dr|sir|sen|senator|rep|representative|gov|governor|president|former|"
    r"president-elect|vice president|secretary|rev|gen|judge|justice|speaker|prof|professor|mayor)"
    r"\.?\s+",
    re.IGNORECASE,
)

Line = Mapping[str, Any]
Places = frozenset[tuple[int, ...]]
Words = frozenset[int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a labelled quote: `returned` is the number of the quote that is most like it.

    `returned` is None where none is much like it. `given` is the folded name of its speaker.
    """

    label: Line
    returned: int | None
    given: str | None
    right: bool

    @property
    def found(self) -> bool:
        """Whether the quote was returned at all."""
        return self.returned is not None

    @property
    def wrong_name(self) -> bool:
        """Whether it was returned with somebody else's name, or with a name where none is meant."""
        return self.given is not None and not self.right

    def rows(self) -> Iterator[str]:
        """Yield the rows of score_speakers.py's table that the quote counts in."""
        label = self.label
        named = label["speaker"] is not None
        yield from (ALL, label["kind"], f"form {label['source_form']}")
        yield "has name" if named else "no name"
        if named and label["source_form"] != "name":
            yield "resolved"
        if named and label["kind"] in ("direct", "mixed"):
            yield "quoted+name"


@dataclass(frozen=True, slots=True)
class SpeakerComparison:
    """An article's labelled quotes and what became of them, beside all that were returned."""

    id: str
    text: str
    verdicts: tuple[Verdict, ...]
    returned: tuple[Line, ...]

    def count_right(self, row: str) -> Counts:
        """Count the quotes of a row that were found with the right speaker, among all of it."""
        of_row = [each for each in self.verdicts if row in each.rows()]
        return Counts(sum(each.right for each in of_row), len(of_row), len(of_row))

    def count_wrong_names(self, row: str) -> Counts:
        """Count the quotes of a row that were found with a wrong name, among those found."""
        found = [each for each in self.verdicts if each.found and row in each.rows()]
        return Counts(sum(each.wrong_name for each in found), len(found), len(found))

    def outcomes(self) -> Iterator[Outcome]:
        """Yield what became of every returned quote."""
        found = {verdict.returned for verdict in self.verdicts}
        right = {verdict.returned for verdict in self.verdicts if verdict.right}
        for number, quote in enumerate(self.returned):
            yield Outcome(
                quote["content_confidence"], quote["confidence"], number in found, number in right
            )


def compare_speakers(gold: Line, prediction: Line) -> SpeakerComparison:
    """Set the quotes that were returned for an article beside those whose speaker is labelled."""
    text, returned = gold["text"], tuple(prediction["quotes"])
    names = {fold(entity["name"]): _list_names(entity) for entity in gold["entities"]}
    contents = [list_words(text, quote["content"]) for quote in returned]
    verdicts = []
    for label in gold["speakers"]:
        place = _find_most_alike(list_words(text, label["content"]), contents)
        name = None if place is None else returned[place]["speaker"]
        given = fold(name) if name else None
        right = place is not None and _is_right(label, given, names)
        verdicts.append(Verdict(label, place, given, right))
    return SpeakerComparison(gold["id"], text, tuple(verdicts), returned)


def count_entities(gold: Line, prediction: Line) -> Counts:
    """Count the entities that are returned by the type and one of the names of a labelled one."""
    wanted = [(entity["type"], _list_names(entity)) for entity, _ in _list_entities(gold, gold)]
    labelled, returned, right = len(wanted), 0, 0
    for entity, _ in _list_entities(prediction, gold):
        returned += 1
        name = fold(entity["name"])
        same = (each for each in wanted if each[0] == entity["type"] and name in each[1])
        found = next(same, None)
        if found is not None:
            wanted.remove(found)
            right += 1
    return Counts(right, returned, labelled)


def count_grouping(gold: Line, prediction: Line) -> Counts:
    """Count how far mentions that both sides have stand with the right others (B3).

    Each mention counts by the share of its returned entity, and of its labelled one, that is in
    both of them (Bagga and Baldwin 1998).
    """
    labelled, returned = (
        {place: places for _, places in entities for place in places}
        for entities in (_list_entities(side, gold) for side in (gold, prediction))
    )
    shared = labelled.keys() & returned.keys()
    both = {place: len(labelled[place] & returned[place]) for place in shared}
    return Counts(
        right=sum(both[place] / len(returned[place] & labelled.keys()) for place in shared),
        returned=len(shared),
        labelled=len(shared),
        recalled=sum(both[place] / len(labelled[place] & returned.keys()) for place in shared),
    )


def list_words(text: str, ranges: Iterable[Sequence[int]]) -> frozenset[int]:
    """Return where the words in ranges begin."""
    return frozenset(
        word.start() for start, end in ranges for word in _WORD.finditer(text, start, end)
    )


def fold(name: str) -> str:
    """Return a name without case, titles, possessive and marks; a title alone stays."""
    folded = _POSSESSIVE.sub("", " ".join(name.split()))
    while (without := _TITLE.sub("", folded)) not in ("", folded):
        folded = without
    return re.sub(r"[^\w ]", "", folded.lower()).strip()


def _find_most_alike(content: Words, contents: Sequence[Words]) -> int | None:
    """Return the place of the content that is most like one, if any is much like it."""
    alike = ((_share(content, other), place) for place, other in enumerate(contents))
    share, place = max(alike, default=(0.0, 0))
    return place if share >= LEAST_OVERLAP else None


def _share(content: Words, other: Words) -> float:
    return len(content & other) / max(1, len(content | other))


def _is_right(label: Line, given: str | None, names: Mapping[str, frozenset[str]]) -> bool:
    wanted = [fold(name) for name in (label["speaker"], *label.get("also", ())) if name]
    if not wanted:
        return given is None
    return any(given in names.get(name, {name}) for name in wanted)


def _list_names(entity: Line) -> frozenset[str]:
    return frozenset(map(fold, (entity["name"], *entity["aliases"])))


def _list_entities(side: Line, gold: Line) -> Iterator[tuple[Line, Places]]:
    """Yield the entities of one side and their mentions; optional ones count neither way."""
    optional = {tuple(place) for place in gold.get("optional", ())}
    for entity in side["entities"]:
        places = frozenset(map(tuple, entity["mentions"])) - optional
        if places:
            yield entity, places
