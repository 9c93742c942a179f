"""Mentions of organisations and places grouped by what is named: acronyms, short forms."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from analysis.names import Naming, initials, split_form, usual_name
from analysis.wordlists import word_set

# Words that name many bodies, so that alone they are not short for a longer name that holds them.
_GENERIC = word_set(
    "house senate congress parliament council party government ministry court department army "
    "navy police university college school bank club committee commission agency office bureau "
    "union association federation league board authority assembly cabinet administration campaign "
    "group foundation institute company corporation service news news agency center centre "
    "supreme national international state federal city county general american european"
)
# Words that may be left out at the end of an organisation's name.
_DROPPED = word_set(
    "news university motor motors bank airlines airways industries international technologies "
    "systems pharmaceuticals newspaper magazine agency tv radio television network media party "
    "college entertainment energy petroleum electronics"
)
# What is a part, or a place's own, of what its first word names: "Clinton campaign".
_PARTS = word_set(
    "campaign camp administration university college school hospital police department city "
    "county state council government parliament court of for and the"
)
_MIN_FIRST = 5
_MAX_FULL = 3
_MIN_ACRONYM = 2
# Short forms of more words than this are not looked for: a name of n words has n endings.
_MAX_WORDS = 12


def group_organizations(namings: Sequence[Naming]) -> list[list[Naming]]:
    """Group the namings of organisations: by acronym, company form, and short form."""
    groups = _group_equal(namings)
    owners = _Owners(groups)
    for key in list(groups):
        owner = owners.acronym_owner(key) or owners.long_form_owner(key)
        if owner is not None:
            owners.join(key, owner)
    return owners.joined()


def group_places(namings: Sequence[Naming]) -> list[list[Naming]]:
    """Group the namings of places: "the U.S." with "the United States", "Fla." with "Florida"."""
    groups = _group_equal(namings)
    owners = _Owners(groups)
    for key in list(groups):
        if (owner := f"{key} dc") in groups or (owner := f"{key} d c") in groups:
            owners.join(key, owner)
    return owners.joined()


class _Owners:
    """Groups by folded name, and which of them are joined to another."""

    def __init__(self, groups: dict[str, list[Naming]]) -> None:
        self._groups = groups
        self._parents: dict[str, str] = {}
        self._acronyms = _index((initials(tuple(key.split())), key) for key in groups)
        self._tails = _index(
            (" ".join(words[at:]), key)
            for key in groups
            for words in [key.split()]
            for at in range(max(1, len(words) - _MAX_WORDS), len(words))
        )
        self._heads = _index(
            (" ".join(words[:-1]), key)
            for key in groups
            for words in [key.split()]
            if len(words) > 1 and words[-1] in _DROPPED
        )

        self._firsts = _index(
            (words[0], key)
            for key in groups
            for words in [key.split()]
            if 1 < len(words) <= _MAX_FULL and not set(words) & _PARTS
        )

    def acronym_owner(self, key: str) -> str | None:
        """Return the one longer name whose initials are this name in capitals."""
        printed = self._groups[key][0].printed.replace(".", "")
        if " " in key or len(key) < _MIN_ACRONYM or not printed.isupper():
            return None
        return _only(name for name in self._acronyms.get(key, ()) if " " in name)

    def long_form_owner(self, key: str) -> str | None:
        """Return the one longer name that ends with this one, or only adds a generic word."""
        if not set(key.split()) <= _GENERIC and (owner := _only(self._tails.get(key, ()))):
            return owner
        if owner := _only(self._heads.get(key, ())):
            return owner
        return self._first_word_owner(key)

    def _first_word_owner(self, key: str) -> str | None:
        """Return the one name that begins with this one word: "Corvane" for "Corvane Foods"."""
        printed = self._groups[key][0].printed
        if " " in key or key in _GENERIC or len(key) < _MIN_FIRST or printed.isupper():
            return None
        return _only(self._firsts.get(key, ()))

    def join(self, key: str, owner: str) -> None:
        """Count the group `key` to the group `owner`, whose name is longer."""
        self._parents[key] = owner

    def joined(self) -> list[list[Naming]]:
        """Return the groups, those joined as one."""
        together: defaultdict[str, list[Naming]] = defaultdict(list)
        for key, namings in self._groups.items():
            together[self._root(key)] += namings
        return [sorted(group, key=lambda n: n.mention.span) for group in together.values()]

    def _root(self, key: str) -> str:
        while key in self._parents:
            key = self._parents[key]
        return key


def _group_equal(namings: Sequence[Naming]) -> dict[str, list[Naming]]:
    groups: defaultdict[str, list[Naming]] = defaultdict(list)
    for naming in namings:
        groups[usual_name(split_form(naming.words))].append(naming)
    return dict(groups)


def _index(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    index: defaultdict[str, list[str]] = defaultdict(list)
    for key, value in pairs:
        index[key].append(value)
    return index


def _only(names: Iterable[str]) -> str | None:
    """Return the only one of `names`, if there is exactly one."""
    found = list(names)
    return found[0] if len(found) == 1 else None
