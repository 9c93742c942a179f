"""Offices and relations that a text binds to a name: "the Ukrainian president, Ann Lee"."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.discourse import Discourse, Named
from analysis.document import EntityType
from analysis.genders import words_before
from analysis.names import fold_word
from analysis.wordlists import word_set

_PERSON_ROLES = word_set(
    "president minister premier chancellor senator governor mayor secretary ambassador king queen "
    "prince princess pope bishop archbishop cardinal pastor priest imam rabbi reverend general "
    "colonel admiral captain major sergeant commander officer sheriff detective judge justice "
    "attorney lawyer prosecutor counsel solicitor barrister representative congressman lawmaker "
    "legislator delegate councilman councilor councillor commissioner chairman chair leader "
    "speaker head chief director manager executive boss owner founder president-elect nominee "
    "candidate contender challenger incumbent frontrunner front-runner running-mate mate rival "
    "opponent politician mogul tycoon billionaire millionaire businessman entrepreneur investor "
    "banker economist analyst strategist adviser advisor consultant aide spokesman deputy expert "
    "professor teacher scientist researcher scholar historian author writer novelist poet "
    "journalist reporter columnist editor correspondent anchor host broadcaster presenter "
    "moderator publisher actor singer rapper musician artist director filmmaker comedian "
    "coach player striker midfielder defender goalkeeper captain winger champion runner boxer "
    "golfer cyclist swimmer skier driver athlete gymnast quarterback pitcher footballer cricketer "
    "doctor physician surgeon nurse psychologist engineer architect designer activist organizer "
    "advocate dissident whistleblower veteran soldier pilot astronaut farmer student resident "
    "wife husband mother father son daughter brother sister widow uncle aunt cousin niece nephew "
    "partner fiancé fiancée girlfriend boyfriend grandmother grandfather friend neighbor neighbour "
    "colleague trustee chairperson curator librarian principal dean rector provost treasurer "
    "inspector superintendent constable magistrate envoy diplomat negotiator monarch emperor "
    "sultan emir crown-prince heir dictator ruler strongman hetman premier-designate democrat "
    "republican conservative liberal socialist independent winner loser laureate suspect defendant "
    "plaintiff victim survivor witness gunman shooter"
)
_ORGANIZATION_ROLES = word_set(
    "company firm corporation manufacturer maker carmaker automaker airline bank retailer lender "
    "insurer operator developer startup start-up giant conglomerate supplier brand union "
    "federation association agency organization organisation group coalition alliance bloc party "
    "campaign committee panel commission council court ministry department bureau office "
    "newspaper magazine paper daily weekly broadcaster network channel publisher outlet website "
    "university college school hospital institute institution foundation charity nonprofit "
    "thinktank think-tank club team league board parliament senate assembly government "
    "administration regulator watchdog authority central-bank police force army navy militia "
    "movement ngo church museum platform app service chain band"
)
# Words for one role. The first stands for all of them.
_SAME_ROLES = (
    "senator sen",
    "governor gov",
    "general gen",
    "representative rep congressman congresswoman",
    "doctor dr physician",
    "professor prof",
    "president pres",
    "reverend rev pastor",
    "captain capt",
    "colonel col",
    "sergeant sgt",
    "lieutenant lt",
    "admiral adm",
    "attorney lawyer counsel",
    "chairman chairwoman chair chairperson",
    "spokesman spokeswoman spokesperson",
    "businessman businesswoman tycoon mogul billionaire",
    "nominee candidate contender",
    "adviser advisor",
    "actor actress",
    "host anchor presenter moderator",
    "king monarch",
    "queen",
    "lawmaker legislator",
    "councilman councilwoman councilor councillor",
    "journalist reporter correspondent",
    "author writer",
    "company firm corporation manufacturer maker giant",
    "committee panel",
    "organization organisation group",
    "newspaper paper daily",
    "union association federation",
    "university college school",
)
_ROLE_OF = {word: row.split()[0] for row in _SAME_ROLES for word in row.split()}
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
    "senatorial mayoral opposition rival incoming outgoing elder younger late first second third"
)
# A party rarely tells one holder of a role from another in one story, and is seldom stated twice.
_PARTIES = word_set("republican democrat democratic gop conservative tory labour liberal")
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

    def holding(self, role: Role) -> list[int]:
        """Return the entities that a definite description of `role` can mean.

        Where the description narrows the role down ("Ukrainian"), only holders remain
        whom the text narrows down in the same way.
        """
        holders = self.holders.get(role.noun, {})
        if not role.modifiers:
            return list(holders)
        shared = {e: len(_alike(role.modifiers, words)) for e, words in holders.items()}
        best = max(shared.values(), default=0)
        if best:
            return [entity for entity, count in shared.items() if count == best]
        return list(holders) if role.modifiers <= _PARTIES and len(holders) == 1 else []


def role_noun(word: str) -> str | None:
    """Return the role that a folded word tells, if it tells one."""
    noun = word[3:] if word.startswith("ex-") else word
    noun = _ROLE_OF.get(noun, noun)
    return noun if noun in _PERSON_ROLES or noun in _ORGANIZATION_ROLES else None


def is_organization_role(noun: str) -> bool:
    """Tell whether a role is one of organisations."""
    return noun in _ORGANIZATION_ROLES


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
    kept = (word for word in words if word not in _ARTICLES and word not in _DEFINITE)
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
    wanted = _PERSON_ROLES if kind is EntityType.PERSON else _ORGANIZATION_ROLES
    found = [
        _role_before(discourse.text, named),
        _role_before_comma(discourse.text, named),
        _role_after(discourse, named),
    ]
    if kind is EntityType.ORGANIZATION:
        words = [fold_word(w) for w in _WORD.findall(named.span.of(discourse.text))]
        nouns = [noun for word in words if (noun := role_noun(word)) in _ORGANIZATION_ROLES]
        found += [Role(noun, frozenset(words)) for noun in nouns]
    yield from (role for role in found if role is not None and role.noun in wanted)


def _role_before(text: str, named: Named) -> Role | None:
    """Read the words before a name: "Ukrainian President Ann Lee", "his lawyer, Ann Lee"."""
    start = named.span.start
    comma = text[max(0, start - 2) : start] == ", "
    words = [fold_word(w) for w in words_before(text, start - 2 if comma else start, 6)]
    if not words:
        return None
    at = 0
    while at < len(words) and role_noun(words[at]) is None:
        at += 1
        if at > 1 or (comma and at > 0):
            return None
    if at == len(words):
        return None
    if at == 1 and words[0] in _STOPS | _ARTICLES:
        return None
    modifiers = []
    for word in words[at + 1 : at + 1 + _MAX_MODIFIERS]:
        if word in _STOPS:
            break
        modifiers.append(word.removesuffix("'s"))
        if word in _DEFINITE or word in _ARTICLES:
            break
    noun = role_noun(words[at])
    if noun is None or (comma and not (modifiers and modifiers[-1] in _DEFINITE | _ARTICLES)):
        return None
    return Role(noun, _narrowing(modifiers))


def _role_before_comma(text: str, named: Named) -> Role | None:
    """Read what a name stands in apposition to: "an attorney for Ann Lee, Bob Roy"."""
    match = _QUALIFIED.search(text, max(0, named.span.start - _REACH), named.span.start)
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
    if noun is None or (words[0] not in _ARTICLES | _DEFINITE and len(words) > 4):
        return None
    return Role(noun, _narrowing(words[:-1]) | _complement(text, position))


def _complement(text: str, position: int) -> frozenset[str]:
    """Return the capitalised words that follow a role's "of" or "for"."""
    match = _COMPLEMENT.match(text, position, position + _REACH)
    return frozenset(fold_word(w) for w in match.group(1).split()) if match else frozenset()
