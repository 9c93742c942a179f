"""The entities of a text linked to those that a newsroom knows.

A wrong link is worse than none. Names are equal where they fold to one form; only where none
is equal is their spelling compared; and what may be two known entities is linked to neither.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count, takewhile

from rapidfuzz.distance import OSA

from analysis.document import (
    Analysis,
    AnalysisWarning,
    AttributionStatus,
    Entity,
    EntityType,
    KnownEntity,
    MentionKind,
    Quote,
    Speaker,
)
from analysis.entities import entity_id
from analysis.genders import words_before
from analysis.given_names import FEMININE_NAMES
from analysis.names import (
    NAME_LIKE_TITLES,
    TITLES,
    fold_name,
    fold_word,
    is_same_person,
    is_title,
    split_form,
    split_suffix,
    usual_name,
)
from analysis.salience import SALIENCE_DIGITS

AMBIGUOUS_ENTITY = "ambiguous-entity"
MAX_CANDIDATES = 10
"""So many known entities are listed at most for an entity that may be any of them."""

# Two names are spelled alike that differ in one word, by one slip for so many letters of it. Given
# names are written in many ways; of surnames, Andersen and Anderson are two families'.
LETTERS_PER_SLIP = 10
LETTERS_PER_SLIP_GIVEN = 8
# Names and words of fewer letters are equal, or differ.
MIN_NAME_LETTERS = 10
MIN_WORD_LETTERS = 6

# The spelling of longer words, and of names of more words, is not compared.
_MAX_WORD_LETTERS = 40
_MAX_WORDS = 8
# What bounds the work for each form of a name: how many known entities may share it, how many of
# their full names are looked at, and how many known names may differ from it in the same word.
_MAX_SHARED = 32
_MAX_FULL_NAMES = 8
_MAX_BLOCK = 100
_MAX_TITLES = 3

# How one sound is transliterated: Zelenskyy, Zelenskiy, Zelensky; Jaroslav, Yaroslav.
_ONE_SOUND = str.maketrans("jy", "ii")
_DOUBLED = re.compile(r"(.)\1+")

_DROPPED_TITLES = TITLES - NAME_LIKE_TITLES

_Words = tuple[str, ...]
# The type and the URI or, without one, the folded name.
_Identity = tuple[EntityType, str | None, str]


class Authority:
    """What a newsroom knows, to be looked up by name; it does not change.

    Records of one type and URI are one, and so are those of one name that have no URI: the
    fullest of their names is the canonical one. The order of the records never counts. A
    look-up takes a time that is bounded, however many there are.
    """

    def __init__(self, entities: Iterable[KnownEntity] = ()) -> None:
        records: defaultdict[_Identity, list[KnownEntity]] = defaultdict(list)
        for known in entities:
            records[_identify(known)].append(known)
        self._records = {identity: _merge(same) for identity, same in records.items()}
        self._known = sorted(self._records.values(), key=lambda k: (k.type, k.name, k.uri or ""))
        self._full_names: list[tuple[_Words, ...]] = []
        self._equal: defaultdict[tuple[EntityType, str], list[int]] = defaultdict(list)
        self._formless: defaultdict[tuple[EntityType, str], list[int]] = defaultdict(list)
        self._blocks: defaultdict[str, list[tuple[str, str, int]]] = defaultdict(list)
        for number, known in enumerate(self._known):
            self._index(number, known)

    def __len__(self) -> int:
        return len(self._known)

    def find(self, entity: Entity, text: str) -> tuple[KnownEntity, ...]:
        """Return what an entity of `text` can be: nothing, one known entity, or several.

        Its name counts before its aliases, and equal names before those that are spelled
        alike. Whom the text names in full is, by an alias, only somebody who can have that
        full name: "Ana Sousa" is not "Rui Sousa", even if both are called "Sousa".
        """
        kind, words = entity.type, _fold(entity.type, entity.name)
        found = (
            self._find_equal(kind, _titled_forms(text, entity, words))
            or self._find_equal(kind, [_key(kind, words)])
            or self._find_by_alias(entity, words)
            or self._find_by_form(kind, words)
            or self._find_alike(kind, words)
        )
        return tuple(self._known[number] for number in sorted(found))

    def get(self, known: KnownEntity) -> KnownEntity | None:
        """Return this authority's own record of a known entity, if it has one."""
        return self._records.get(_identify(known))

    def _index(self, number: int, known: KnownEntity) -> None:
        kind = known.type
        forms = dict.fromkeys(_fold(kind, name) for name in (known.name, *known.aliases))
        full = [words for words in forms if _is_full(kind, words)]
        self._full_names.append(tuple(full[:_MAX_FULL_NAMES]))
        for words in forms:
            _add(self._equal[kind, _key(kind, words)], number)
            if (bare := _without_form(kind, words)) != words:
                _add(self._formless[kind, _key(kind, bare)], number)
            for at, block in _find_blocks(kind, words):
                if len(self._blocks[block]) <= _MAX_BLOCK:
                    self._blocks[block].append((words[at], _respell(words[at]), number))

    def _find_equal(self, kind: EntityType, keys: Iterable[str]) -> set[int]:
        return {number for key in keys for number in self._equal.get((kind, key), ())}

    def _find_by_alias(self, entity: Entity, words: _Words) -> set[int]:
        kind = entity.type
        keys = {_key(kind, _fold(kind, alias)) for alias in entity.aliases}
        if not _is_full(kind, words):
            return self._find_equal(kind, keys)
        sharing = (self._equal.get((kind, key), ()) for key in keys)
        return {
            number
            for numbers in sharing
            if len(numbers) <= _MAX_SHARED
            for number in numbers
            if any(is_same_person(words, full) for full in self._full_names[number])
        }

    def _find_by_form(self, kind: EntityType, words: _Words) -> set[int]:
        """Find "Corvane" for "Corvane Inc.", and the reverse; "Corvane AG" may be another."""
        bare = _key(kind, _without_form(kind, words))
        longer = self._formless.get((kind, _key(kind, words)), ())
        return {*self._find_equal(kind, [bare]), *longer}

    def _find_alike(self, kind: EntityType, words: _Words) -> set[int]:
        """Find the names that have the same words but one, and spell that one almost alike."""
        found: set[int] = set()
        for at, block in _find_blocks(kind, words):
            members = self._blocks.get(block, ())
            # In a crowd, likeness tells nobody apart.
            if len(members) > _MAX_BLOCK:
                continue
            is_alike = _is_given_alike if kind is EntityType.PERSON and at == 0 else _is_word_alike
            word, spelled = words[at], _respell(words[at])
            found.update(
                number
                for other, other_spelled, number in members
                if is_alike(word, other, OSA.distance(spelled, other_spelled))
            )
        return found


def link_entities(analysis: Analysis, *authorities: Authority) -> Analysis:
    """Return an analysis with the entities that the authorities know linked to them.

    For each entity, the first authority decides that has a match, or several. An entity with
    one gets its canonical name and URI, and the id that goes with that name; those that match
    the same one become one. An entity with several keeps its name and lists them, the first
    `MAX_CANDIDATES` in order of their names, and a warning tells. Takes a time linear in the
    number of the entities and their mentions.
    """
    found = [_find_first(entity, analysis.text, authorities) for entity in analysis.entities]
    if not any(found):
        return analysis
    matches = [_own_record(candidates, authorities) for candidates in found]
    joined = _join_matches(analysis.entities, matches)
    entities: dict[str, Entity] = {}
    for entity, candidates in zip(analysis.entities, found, strict=True):
        if entity.id in joined:
            entity = joined[entity.id]
        elif candidates:
            entity = replace(entity, candidates=candidates[:MAX_CANDIDATES])
        entities.setdefault(entity.id, entity)
    return replace(
        analysis,
        entities=tuple(entities.values()),
        quotes=tuple(_rename_speakers(quote, joined) for quote in analysis.quotes),
        warnings=(*analysis.warnings, *_warn(entities.values())),
    )


def _find_first(
    entity: Entity, text: str, authorities: Sequence[Authority]
) -> tuple[KnownEntity, ...]:
    found = (authority.find(entity, text) for authority in authorities)
    return next(filter(None, found), ())


def _own_record(
    candidates: Sequence[KnownEntity], authorities: Sequence[Authority]
) -> KnownEntity | None:
    """Return the only candidate, as the first authority that knows it has it."""
    if len(candidates) != 1:
        return None
    return next(filter(None, (authority.get(candidates[0]) for authority in authorities)))


def _join_matches(
    entities: Sequence[Entity], matches: Sequence[KnownEntity | None]
) -> dict[str, Entity]:
    """Return the new entity for the id of each old one that has a match."""
    groups: defaultdict[_Identity, list[Entity]] = defaultdict(list)
    known: dict[_Identity, KnownEntity] = {}
    taken: set[str] = set()
    for entity, match in zip(entities, matches, strict=True):
        if match is None:
            taken.add(entity.id)
        else:
            groups[_identify(match)].append(entity)
            known[_identify(match)] = match
    ordinals: defaultdict[str, Iterator[int]] = defaultdict(count)
    joined: dict[str, Entity] = {}
    for identity, members in groups.items():
        kind, name = known[identity].type, known[identity].name
        fresh = (entity_id(kind, name, n) for n in ordinals[entity_id(kind, name)])
        new_id = next(candidate for candidate in fresh if candidate not in taken)
        new = _join(members, known[identity], new_id)
        joined.update((member.id, new) for member in members)
    return joined


def _join(members: Sequence[Entity], known: KnownEntity, new_id: str) -> Entity:
    forms = (form for member in members for form in (member.name, *member.aliases))
    mentions = (mention for member in members for mention in member.mentions)
    salience = sum(member.salience for member in members)
    return Entity(
        new_id,
        known.type,
        known.name,
        tuple(form for form in dict.fromkeys(forms) if form != known.name),
        tuple(sorted(mentions)),
        min(1.0, round(salience, SALIENCE_DIGITS)),
        known.uri or None,
    )


def _rename_speakers(quote: Quote, joined: Mapping[str, Entity]) -> Quote:
    joint = _distinct(_rename(speaker, joined) for speaker in quote.joint)
    candidates = _distinct(_rename(speaker, joined) for speaker in quote.candidates)
    quote = replace(
        quote,
        speaker=quote.speaker and _rename(quote.speaker, joined),
        joint=joint if len(joint) > 1 else (),
    )
    if len(candidates) == 1 < len(quote.candidates):
        # All who could have said it are the same one.
        status = AttributionStatus.ATTRIBUTED
        return replace(quote, speaker=candidates[0], status=status, candidates=())
    return replace(quote, candidates=candidates)


def _rename(speaker: Speaker, joined: Mapping[str, Entity]) -> Speaker:
    new = joined.get(speaker.entity_id or "")
    return replace(speaker, name=new.name, entity_id=new.id) if new else speaker


def _distinct(speakers: Iterable[Speaker]) -> tuple[Speaker, ...]:
    first: dict[str | None, Speaker] = {}
    for speaker in speakers:
        first.setdefault(speaker.entity_id, speaker)
    return tuple(first.values())


def _warn(entities: Iterable[Entity]) -> Iterator[AnalysisWarning]:
    for entity in entities:
        if entity.candidates:
            detail = f"{entity.name} may be any of several known entities, and is linked to none."
            yield AnalysisWarning(AMBIGUOUS_ENTITY, detail)


def _identify(known: KnownEntity) -> _Identity:
    if known.uri:
        return known.type, known.uri, ""
    return known.type, None, _key(known.type, _fold(known.type, known.name))


def _merge(records: Sequence[KnownEntity]) -> KnownEntity:
    """Return the records of one known entity as one, in whatever order they come."""
    if len(records) == 1:
        return records[0]
    name = max((known.name for known in records), key=lambda n: (len(n.split()), len(n), n))
    names = {form for known in records for form in (known.name, *known.aliases)}
    aliases = tuple(sorted(names - {name}))
    return KnownEntity(name, records[0].type, aliases, records[0].uri or None)


def _fold(kind: EntityType, name: str) -> _Words:
    """Return the folded words of a name, without a person's titles.

    A title stays where only one word would be left: "Pope Francis" is not every "Francis".
    """
    words = fold_name(name)
    start = 0
    if kind is EntityType.PERSON:
        while len(words) - start > 2 and words[start] in _DROPPED_TITLES:
            start += 1
    return words[start:]


def _titled_forms(text: str, entity: Entity, words: _Words) -> list[str]:
    """Return the name of a person known by one word, with the titles that the text puts before."""
    if entity.type is not EntityType.PERSON or len(words) > 1:
        return []
    names = (mention for mention in entity.mentions if mention.kind is MentionKind.NAME)
    titles = {
        tuple(takewhile(is_title, words_before(text, name.span.start, _MAX_TITLES)))
        for name in names
    }
    return [" ".join((*map(fold_word, title[::-1]), *words)) for title in titles if title]


def _key(kind: EntityType, words: _Words) -> str:
    return " ".join(words) if kind is EntityType.PERSON else usual_name(words)


def _without_form(kind: EntityType, words: _Words) -> _Words:
    return split_form(words) if kind is EntityType.ORGANIZATION else words


def _is_full(kind: EntityType, words: _Words) -> bool:
    """Tell whether a person's name has more than one word beside a title and a suffix."""
    base, _ = split_suffix(words)
    return kind is EntityType.PERSON and len(base) - (base[0] in TITLES) > 1


def _add(numbers: list[int], number: int) -> None:
    """Add a number to a list that need not show more than that too many share a name."""
    if len(numbers) <= _MAX_SHARED and number not in numbers:
        numbers.append(number)


def _find_blocks(kind: EntityType, words: _Words) -> Iterator[tuple[int, str]]:
    """Yield which words of a name may be spelled otherwise, and a key for all else of it.

    The key has the other words, and the word's first and last letter: it is where they end
    that Julian and Juliana, Minister and Ministry, State and States differ.
    """
    if not 2 <= len(words) <= _MAX_WORDS or sum(map(len, words)) < MIN_NAME_LETTERS:
        return
    for at, word in enumerate(words):
        is_long = MIN_WORD_LETTERS <= len(word) <= _MAX_WORD_LETTERS
        if is_long and not any(char.isnumeric() for char in word):
            spelled = _respell(word)
            rest = (*words[:at], spelled[0] + spelled[-1], *words[at + 1 :])
            yield at, " ".join((kind, str(at), *rest))


def _respell(word: str) -> str:
    return _DOUBLED.sub(r"\1", word.translate(_ONE_SOUND))


def _is_word_alike(one: str, two: str, slips: int) -> bool:
    return slips * LETTERS_PER_SLIP <= min(len(one), len(two))


def _is_given_alike(one: str, two: str, slips: int) -> bool:
    """Tell whether two given names are one; no woman's name is one that may be a man's."""
    is_near = slips * LETTERS_PER_SLIP_GIVEN <= min(len(one), len(two))
    return is_near and (one in FEMININE_NAMES) == (two in FEMININE_NAMES)
