"""Mentions of people grouped by who is meant: full names, surnames, given names."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from analysis.genders import find_gender, majority, stated_gender
from analysis.names import Gender, Naming, is_same_person, split_suffix, usual_given
from analysis.narration import Narration
from analysis.prominence import SUBJECT, find_prominence

# Names of more words than this are not looked up by their parts.
_MAX_WORDS = 8
# How many of the people who share a key are compared with a further full name.
_MAX_COMPARED = 8
# So many pronouns have to agree before they outweigh a full name.
_MIN_VOTES = 2
# How much more someone is in mind who is called by the bare surname already, by habit more so,
# how little a given name tells of a surname, and how the memory of a name fades with every
# hundred characters.
_BARE = 1.3
_HABIT, _MAX_HABIT = 0.1, 5
_GIVEN = 0.4
_OUTSHONE = 0.6
_FADING = 0.85


@dataclass(slots=True, eq=False)
class _Person:
    """Someone named so far: the full forms, the places, and the gender where it is told."""

    forms: list[tuple[str, ...]]
    first: int
    places: list[int] = field(default_factory=list)
    gender: Gender | None = None
    # How prominent the person is in the reader's mind, and where in the text.
    weight: float = 0.0
    at: int = 0
    # How often a bare surname has meant this person.
    bare: int = 0


@dataclass(frozen=True, slots=True)
class _Clues:
    """What the words around each naming tell: the person's gender and prominence.

    `following` is the gender of the pronoun that comes next; `sure` where it can mean no other.
    """

    stated: tuple[Gender | None, ...]
    following: tuple[Gender | None, ...]
    sure: tuple[Gender | None, ...]
    prominence: tuple[float, ...]


def group_people(text: str, namings: Sequence[Naming], narration: Narration) -> list[list[Naming]]:
    """Group the namings of people, given in text order.

    A surname or given name that several people share goes to the one whose gender
    fits the title before it or the pronoun after it, then to the one who is most in
    the reader's mind: named lately, as a subject, or by the bare surname before.
    """
    clues = _find_clues(text, namings, narration)
    owners = _find_full_names(namings)
    people = list(dict.fromkeys(owners.values()))
    places: defaultdict[_Person, list[int]] = defaultdict(list)
    for i, person in owners.items():
        places[person].append(i)
    for person in people:
        person.gender = find_gender(
            (clues.stated[i] for i in places[person]),
            (namings[i].words for i in places[person]),
            (clues.sure[i] for i in places[person]),
        )
    people += _place_short_names(namings, owners, clues)
    return [[namings[i] for i in person.places] for person in people]


def _find_clues(text: str, namings: Sequence[Naming], narration: Narration) -> _Clues:
    spans = [naming.mention.span for naming in namings]
    return _Clues(
        tuple(stated_gender(text, span) for span in spans),
        tuple(narration.genders_after(spans)),
        tuple(narration.genders_after(spans, [naming.words[-1] for naming in namings])),
        tuple(find_prominence(text, span) for span in spans),
    )


def _find_full_names(namings: Sequence[Naming]) -> dict[int, _Person]:
    """Return who is meant by each naming of more than one word."""
    places: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for i, naming in enumerate(namings):
        if len(split_suffix(naming.words)[0]) > 1:
            places[naming.words].append(i)
    index: defaultdict[tuple[str, ...], list[_Person]] = defaultdict(list)
    owners: dict[int, _Person] = {}
    for form in sorted(places, key=lambda form: (-len(form), len(form[0]) == 1, places[form][0])):
        person = _known(form, index) or _Person([], places[form][0])
        person.forms.append(form)
        person.first = min(person.first, places[form][0])
        owners.update(dict.fromkeys(places[form], person))
        for key in _keys(form):
            index[key].append(person)
    return owners


def _keys(form: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield what a full name can be looked up by: given name or initial and surname, parts."""
    words = split_suffix(form)[0][:_MAX_WORDS]
    yield "given", usual_given(words[0]), words[-1]
    yield "initial", words[0][0], words[-1]
    if len(words[0]) == 1:
        yield "only initial", words[0], words[-1]
    for size in range(2, len(words)):
        yield "part", *words[:size]
        yield "part", *words[-size:]


def _known(form: tuple[str, ...], index: Mapping[tuple[str, ...], list[_Person]]) -> _Person | None:
    """Return the person who is known by a longer or equal form of a full name."""
    words = split_suffix(form)[0][:_MAX_WORDS]
    initial = "initial" if len(words[0]) == 1 else "only initial"
    keys = (
        ("given", usual_given(words[0]), words[-1]),
        (initial, words[0][0], words[-1]),
        ("part", *words),
    )
    near = dict.fromkeys(p for key in keys for p in index.get(key, ())[-_MAX_COMPARED:])
    same = [
        person
        for person in near
        if all(is_same_person(form, known) for known in person.forms[:_MAX_COMPARED])
    ]
    return same[0] if len(same) == 1 else None


def _place_short_names(
    namings: Sequence[Naming], owners: Mapping[int, _Person], clues: _Clues
) -> list[_Person]:
    """Give each naming its person, in text order; return the people only known by one word."""
    surnames, givens = _short_index(owners.values())
    agreed = _agreed_genders(namings, clues)
    new: list[_Person] = []
    lately: defaultdict[str, dict[_Person, None]] = defaultdict(dict)
    for i, naming in enumerate(namings):
        person, weight = owners.get(i), clues.prominence[i]
        if person is None:
            word = naming.words[0]
            known = islice(surnames.get(word) or givens.get(word) or (), _MAX_COMPARED)
            wanted = (clues.stated[i], clues.following[i], agreed.get(word))
            near = dict.fromkeys([*known, *lately[word]])
            person = _likeliest(list(near), wanted, naming.mention.span.start)
            if person is None:
                person = _Person([naming.words], i, gender=wanted[0] or wanted[2])
                new.append(person)
            person.gender = person.gender or clues.stated[i]
            is_surname = person.forms[0] == naming.words or person in surnames.get(word, ())
            weight *= _habit(person) if is_surname else _GIVEN
        elif weight == SUBJECT:
            _outshine(person, lately[person.forms[0][-1]])
        _note(person, i, naming.mention.span.start, weight)
        for word in naming.words[:_MAX_WORDS]:
            _remember(lately[word], person)
    return new


def _outshine(person: _Person, others: Iterable[_Person]) -> None:
    """Let those of one surname step back where another of them is the subject by full name."""
    for other in others:
        if other is not person:
            other.weight *= _OUTSHONE


def _habit(person: _Person) -> float:
    """Return how much a bare surname brings a person to mind, the more so the more often."""
    person.bare += 1
    return _BARE + _HABIT * min(person.bare, _MAX_HABIT)


def _remember(people: dict[_Person, None], person: _Person) -> None:
    """Put a person last in a short memory of people."""
    people.pop(person, None)
    people[person] = None
    if len(people) > _MAX_COMPARED:
        del people[next(iter(people))]


def _note(person: _Person, number: int, position: int, weight: float) -> None:
    """Take note of a naming: the reader minds the stronger of it and what is left of earlier."""
    person.weight = max(weight, _left(person, position))
    person.at = position
    person.places.append(number)


def _left(person: _Person, position: int) -> float:
    """Return how prominent a person still is at a later position."""
    return person.weight * math.pow(_FADING, (position - person.at) / 100)


def _short_index(
    people: Iterable[_Person],
) -> tuple[dict[str, dict[_Person, None]], dict[str, dict[_Person, None]]]:
    """Index the people of full names by surname, and by the other words of their names."""
    surnames: defaultdict[str, dict[_Person, None]] = defaultdict(dict)
    givens: defaultdict[str, dict[_Person, None]] = defaultdict(dict)
    for person in dict.fromkeys(people):
        for form in person.forms:
            words = split_suffix(form)[0]
            surnames[words[-1]][person] = None
            for word in words[:-1]:
                givens[word][person] = None
    return surnames, givens


def _agreed_genders(namings: Sequence[Naming], clues: _Clues) -> dict[str, Gender | None]:
    """Return the gender on which the pronouns after each bare name agree."""
    votes: defaultdict[str, list[Gender]] = defaultdict(list)
    for naming, gender in zip(namings, clues.sure, strict=True):
        if len(naming.words) == 1 and gender is not None:
            votes[naming.words[0]].append(gender)
    return {word: majority(v) for word, v in votes.items() if len(v) >= _MIN_VOTES}


def _likeliest(
    people: Sequence[_Person],
    wanted: tuple[Gender | None, Gender | None, Gender | None],
    position: int,
) -> _Person | None:
    """Choose who is meant by a bare name; None for somebody whose full name is not given.

    `wanted` is the gender that the title before the name, the pronoun after it, and
    the pronouns after all its occurrences tell.
    """
    stated, following, agreed = wanted
    firm = stated or agreed
    fitting = [p for p in people if None in (firm, p.gender) or p.gender is firm]
    if len(fitting) > 1 and (hint := firm or following):
        fitting = [person for person in fitting if person.gender is hint] or fitting
    if not fitting:
        return None
    named = [person for person in fitting if person.places]
    if named:
        return max(named, key=lambda person: _left(person, position))
    return min(fitting, key=lambda person: person.first)
