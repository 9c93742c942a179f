"""What a text says about the gender by which it refers to a person."""

import re
from collections.abc import Iterable, Iterator

from analysis.document import Span
from analysis.given_names import FEMININE_NAMES, MASCULINE_NAMES
from analysis.names import Gender, is_title, title_gender
from analysis.wordlists import word_set

FEMININE_PRONOUNS = word_set("she her hers herself")
MASCULINE_PRONOUNS = word_set("he him his himself")

_FEMININE_NOUNS = word_set(
    "woman girl wife mother daughter sister aunt niece grandmother widow fiancée girlfriend "
    "stepmother actress waitress heiress hostess housewife nun businesswoman congresswoman "
    "spokeswoman chairwoman policewoman saleswoman sportswoman assemblywoman councilwoman "
    "anchorwoman alderwoman noblewoman servicewoman stateswoman frontwoman mum mom lady"
)
_MASCULINE_NOUNS = word_set(
    "man boy husband father son brother uncle nephew grandfather widower fiancé boyfriend "
    "stepfather waiter monk businessman congressman policeman "
    "salesman sportsman assemblyman councilman anchorman nobleman serviceman statesman "
    "frontman dad fireman gunman"
)

# How far back words are looked for, in characters a word.
_BACK = 30
# Read backwards, so that each match goes on where the one before ended.
_LAST_WORD = re.compile(r"[ \u00a0]*([\w.'\u2019-]+)")


def words_before(text: str, position: int, count: int) -> Iterator[str]:
    """Yield up to `count` words that stand right before a position, the nearest first.

    Only spaces may come between: another line, a comma, a mark or a sentence's end ends them.
    """
    backwards = text[max(0, position - _BACK * count) : position][::-1]
    at = 0
    for _ in range(count):
        match = _LAST_WORD.match(backwards, at)
        if match is None or _ends_sentence(word := match.group(1)[::-1]):
            return
        yield word
        at = match.end()


def _ends_sentence(word: str) -> bool:
    """Tell whether the full stop after a word is not one of an abbreviation."""
    return word.endswith(".") and not is_title(word) and "." not in word[:-1] and len(word) > 2


def noun_gender(noun: str) -> Gender | None:
    """Return the gender that a word for a person implies, if it implies one."""
    folded = noun.casefold()
    if folded in _FEMININE_NOUNS:
        return Gender.FEMININE
    return Gender.MASCULINE if folded in _MASCULINE_NOUNS else None


def stated_gender(text: str, span: Span) -> Gender | None:
    """Return the gender that the words right before a name state ("Mrs.", "her husband")."""
    for word in words_before(text, span.start, 3):
        if gender := title_gender(word) or noun_gender(word):
            return gender
    return None


def given_gender(words: tuple[str, ...]) -> Gender | None:
    """Return the usual gender of the given name that a name's folded words start with."""
    if words[0] in FEMININE_NAMES:
        return Gender.FEMININE
    return Gender.MASCULINE if words[0] in MASCULINE_NAMES else None


def pronoun_gender(pronoun: str) -> Gender | None:
    """Return the gender of a personal pronoun."""
    folded = pronoun.casefold()
    if folded in FEMININE_PRONOUNS:
        return Gender.FEMININE
    return Gender.MASCULINE if folded in MASCULINE_PRONOUNS else None


def majority(genders: Iterable[Gender | None]) -> Gender | None:
    """Return the gender that is given clearly more often than the other."""
    feminine = masculine = 0
    for gender in genders:
        feminine += gender is Gender.FEMININE
        masculine += gender is Gender.MASCULINE
    if feminine > 2 * masculine:
        return Gender.FEMININE
    return Gender.MASCULINE if masculine > 2 * feminine else None


def find_gender(
    stated: Iterable[Gender | None],
    names: Iterable[tuple[str, ...]],
    following: Iterable[Gender | None],
) -> Gender | None:
    """Return the gender of the person who has some `names`, given as folded words.

    What the text states before the names counts first (`stated`), then the given name,
    then the pronouns that follow the names (`following`).
    """
    return majority(stated) or given_gender(max(names, key=len)) or majority(following)
