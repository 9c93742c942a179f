"""Offices and relations that a text binds to a name: "the Ukrainian president, Ann Lee"."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from analysis.discourse import Discourse, Named
from analysis.document import EntityType
from analysis.genders import words_before
from analysis.names import fold_name, fold_word, usual_name
from analysis.offices import KNOWN_BODIES, ORGANIZATION_ROLES, PERSON_ROLES, role_noun
from analysis.wordlists import word_set

_LAWMAKERS = word_set("senator representative delegate")

_ARTICLES = word_set("a an the")
_DEFINITE = word_set("the this that his her their its our my")
_INDEFINITE = word_set(
    "a an one some any no every each another either neither many several few most other others "
    "two three four five six seven eight nine ten dozens hundreds thousands all both what which "
    "multiple various numerous certain"
)
# Adjectives in lower case that tell one holder of a role from another.
_RESTRICTIVE = word_set(
    "former ex vice deputy assistant associate acting interim prime foreign finance defense "
    "defence interior health trade energy justice education presidential gubernatorial "
    "senatorial mayoral opposition rival incoming outgoing elder younger late first second third "
    "appeals district circuit federal supreme constitutional state local regional national"
)
# Adjectives that make a role another one.
_RANKS = word_set("former ex vice deputy assistant associate acting interim")
# A party need not be stated twice, but two parties are two people.
_PARTIES = word_set(
    "republican democrat democratic gop conservative tory labour liberal libertarian green "
    "independent socialist"
)
_PARTY_OF = {"gop": "republican", "democrat": "democratic", "tory": "conservative"}
_DETERMINERS = _ARTICLES | _DEFINITE
_STOPS = word_set(
    "of for to at in on by with from who which that and or but is was are were said says told as "
    "when after before while since whose than over against"
)
_WORD = re.compile(r"[^\W_]+(?:[.'\u2019-][^\W_]+)*")
_APPOSITION = re.compile(
    r"(?:\s*\([^)\n]{0,40}\))?\s*,\s+(?=[^\W\d_])|\s+(?:is|was|became)\s+(?=an?\s|the\s)"
)
_QUALIFIED = re.compile(
    r"\b(?:an?|the|his|her|their|its)\s+(?P<role>[\w'\u2019 -]{2,40}?)\s+(?:for|of|to|at|with)\s+"
    r"(?P<owner>[^,.;:\n]{1,40}),\s+$",
    re.IGNORECASE,
)
_COMPLEMENT = re.compile(r"\s+(?:of|for)\s+(?:the\s+)?((?:[^\W\d_a-z][\w.'\u2019-]*\s?){1,4})")
_REACH = 80
# More holders of one role than this are not compared each time that it is named.
_MANY = 40
_MAX_MODIFIERS = 5


@dataclass(frozen=True, slots=True)
class Role:
    """A role that the text gives someone, as one word, and the words that narrow it down.

    A description is definite by an article or a possessive; the terse one of a headline
    ("Senator from Texas") is not.
    """

    noun: str
    modifiers: frozenset[str]
    definite: bool = True


@dataclass(frozen=True, slots=True)
class Roles:
    """Which entities have which role, in text order of the binding."""

    holders: dict[str, dict[int, frozenset[str]]]

    def holding(self, role: Role, near: Collection[int]) -> list[int]:
        """Return the entities that a definite description of `role` can mean.

        Where the description narrows the role down ("Ukrainian"), only holders remain
        whom the text narrows down in the same way. Where very many hold it, only those
        `near` are looked at.
        """
        known = self.holders.get(role.noun, {})
        if len(known) > _MANY:
            known = {entity: known[entity] for entity in near if entity in known}
        holders = {e: words for e, words in known.items() if _is_compatible(role.modifiers, words)}
        wanted = role.modifiers - _RANKS
        shared = {e: len(_alike(wanted, words)) for e, words in holders.items()}
        best = max(shared.values(), default=0)
        if best or not wanted:
            return [entity for entity, count in shared.items() if count == best]
        return list(holders) if len(holders) == 1 and wanted <= _PARTIES else []


def _is_compatible(described: frozenset[str], known: frozenset[str]) -> bool:
    """Tell whether a description contradicts nothing that the text says of a holder."""
    if described & _RANKS != known & _RANKS:
        return False
    parties = {_PARTY_OF.get(word, word) for word in described & _PARTIES}
    others = {_PARTY_OF.get(word, word) for word in known & _PARTIES}
    return not parties or not others or bool(parties & others)


def describe(words: Sequence[str]) -> Role | None:
    """Return the role that a description gives, from its words as printed up to its head.

    Indefinite ones ("a senior aide") and plural ones mean nobody in particular.
    """
    folded = [fold_word(word) for word in words]
    if not folded or folded[0] in _INDEFINITE:
        return None
    noun = role_noun(folded[-1].removesuffix("'s"))
    if noun is None:
        return None
    definite = folded[0] in _DEFINITE or any(word.endswith(("'s", "s'")) for word in folded[:-1])
    narrowing = [
        word
        for word, printed in zip(folded[:-1], words[:-1], strict=True)
        if printed[0].isupper() or word in _RESTRICTIVE
    ]
    return Role(noun, _narrowing(narrowing), definite)


def _narrowing(words: Sequence[str]) -> frozenset[str]:
    kept = (word for word in words if word not in _DETERMINERS)
    return frozenset(word.removesuffix("'s").removesuffix("'") for word in kept)


def _alike(first: frozenset[str], second: frozenset[str]) -> frozenset[str]:
    """Return the words of `first` that are in `second`, a nationality also as its country."""
    stems = {word[:5] for word in second}
    return frozenset(word for word in first if word in second or word[:5] in stems)


def find_roles(discourse: Discourse) -> Roles:
    """Collect the roles that the text binds to names by title, apposition or "is"."""
    holders: defaultdict[str, dict[int, frozenset[str]]] = defaultdict(dict)
    for named in discourse.named:
        for role in _roles_of(discourse, named):
            known = holders[role.noun].get(named.entity, frozenset())
            holders[role.noun][named.entity] = known | role.modifiers
    for noun in _LAWMAKERS & set(holders):
        for entity, words in holders[noun].items():
            holders["lawmaker"].setdefault(entity, words)
    return Roles(dict(holders))


def _roles_of(discourse: Discourse, named: Named) -> Iterator[Role]:
    kind = discourse.type_of(named.entity)
    if kind is EntityType.PLACE:
        return
    wanted = PERSON_ROLES if kind is EntityType.PERSON else ORGANIZATION_ROLES
    found = [
        *_roles_before(discourse.text, named),
        _role_before_comma(discourse.text, named),
        _role_after(discourse, named),
    ]
    if kind is EntityType.ORGANIZATION:
        words = [fold_word(w) for w in _WORD.findall(named.span.of(discourse.text))]
        nouns = [noun for word in words if (noun := role_noun(word)) in ORGANIZATION_ROLES]
        found += [Role(noun, frozenset(words)) for noun in nouns]
        known = KNOWN_BODIES.get(usual_name(fold_name(named.span.of(discourse.text))))
        found += [Role(known, frozenset(words))] if known else []
    yield from (role for role in found if role is not None and role.noun in wanted)


def _roles_before(text: str, named: Named) -> Iterator[Role]:
    """Read the words before a name: "Ukrainian President Ann Lee", "his lawyer, Ann Lee"."""
    start = named.span.start
    comma = text[max(0, start - 2) : start] == ", "
    before = map(fold_word, words_before(text, start - 2 * comma, _MAX_MODIFIERS + 1))
    first = next(before, "")
    if role_noun(first) is None:
        return
    whose = frozenset() if comma else _complement(text, named.span.end)
    words = [first, *before]
    for at, word in enumerate(words):
        noun = role_noun(word)
        if noun is None:
            break
        modifiers = _modifiers_before(words[at + 1 :])
        if not comma or (modifiers and modifiers[-1] in _DETERMINERS):
            yield Role(noun, _narrowing(modifiers) | whose)


def _modifiers_before(words: Sequence[str]) -> list[str]:
    """Return the words before a role, the nearest first, up to an article or a small word."""
    modifiers: list[str] = []
    for word in words:
        if word in _STOPS:
            break
        modifiers.append(word)
        if word in _DETERMINERS:
            break
    return modifiers


def _role_before_comma(text: str, named: Named) -> Role | None:
    """Read what a name stands in apposition to: "an attorney for Ann Lee, Bob Roy"."""
    start = named.span.start
    if not text[max(0, start - _REACH) : start].rstrip().endswith(","):
        return None
    match = _QUALIFIED.search(text, max(0, start - _REACH), start)
    if match is None:
        return None
    words = [fold_word(word) for word in _WORD.findall(match.group("role"))]
    noun = role_noun(words[-1]) if words else None
    if noun is None:
        return None
    owner = (fold_word(word) for word in _WORD.findall(match.group("owner")))
    return Role(noun, _narrowing([*words[:-1], *owner]))


def _role_after(discourse: Discourse, named: Named) -> Role | None:
    """Read the words after a name: "Ann Lee, a senior adviser to …", "Ann Lee is the …"."""
    text, start = discourse.text, named.span.end
    match = _APPOSITION.match(text, start, start + _REACH)
    if match is None:
        return None
    words: list[str] = []
    end = match.end() + _REACH
    position = match.end()
    for word_match in _WORD.finditer(text, match.end(), end):
        if any(char in ",;.\n:()" for char in text[position : word_match.start()]):
            break
        word = fold_word(word_match.group())
        if word in _STOPS:
            break
        words.append(word.removesuffix("'s"))
        position = word_match.end()
    noun = role_noun(words[-1]) if words else None
    if noun is None or (words[0] not in _DETERMINERS and len(words) > 4):
        return None
    return Role(noun, _narrowing(words[:-1]) | _complement(text, position))


def _complement(text: str, position: int) -> frozenset[str]:
    """Return the capitalised words that follow a role's "of" or "for"."""
    match = _COMPLEMENT.match(text, position, position + _REACH)
    return frozenset(fold_word(w) for w in match.group(1).split()) if match else frozenset()
