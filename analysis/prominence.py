"""How prominent a name is where it stands: its grammatical role, read off its neighbours.

Roles and their order follow Lappin and Leass (1994): a subject outweighs an object,
an object what hangs on a preposition. No parser: a name that opens its sentence or
clause is taken for a subject.
"""

import re

from analysis.document import Span
from analysis.genders import words_before
from analysis.names import TITLES, fold_word
from analysis.wordlists import word_set

SUBJECT, OBJECT, POSSESSOR, OBLIQUE, RELATIVE = 1.0, 0.6, 0.55, 0.5, 0.3

PREPOSITIONS = word_set(
    "of for with at in from to on by about against over under near during like among between "
    "into onto toward towards behind beside including versus vs around than"
)
_CLAUSE_STARTS = word_set("that as when while if because although though but and before after how")
_KIN = word_set(
    "wife husband mother father son daughter brother sister widow widower uncle aunt cousin niece "
    "nephew grandmother grandfather partner girlfriend boyfriend fiancé fiancée parents"
)
# What may be a part of a noun phrase in small letters, and what never is one.
_PHRASE_WORDS = TITLES | {"the", "a", "an"}
_LINKS = _CLAUSE_STARTS | PREPOSITIONS
_OPENS = frozenset(".!?:\n\"'\u201c\u201d\u2018\u2019([\u2014\u2013-")
_MAX_PHRASE = 6
_KIN_PHRASE = 30
_KIN_OPENING = re.compile(r"(?:^|[\n.!?][\s\"'\u201c\u201d]*)[A-Z]\w*\s+\w+\s*$")


def find_prominence(text: str, span: Span) -> float:
    """Return how prominent the name at `span` is in its sentence."""
    end = span.end
    start, first = _phrase(text, span.start)
    if first in _KIN:
        return SUBJECT if _opens_sentence(text, start) else RELATIVE
    if text[end : end + 1] in ("'", "\u2019") and text[end + 1 : end + 2] in ("s", " "):
        return POSSESSOR
    before = text[max(0, start - 3) : start].rstrip(" \u00a0")
    if not before or before[-1] in _OPENS:
        return SUBJECT
    if before[-1] == ",":
        kin = next(words_before(text, text.rfind(",", 0, start), 1), "")
        return RELATIVE if fold_word(kin) in _KIN else SUBJECT
    if first in PREPOSITIONS:
        return OBLIQUE
    return SUBJECT if first in _CLAUSE_STARTS else OBJECT


def _opens_sentence(text: str, start: int) -> bool:
    """Tell whether the phrase of kin before a name opens its sentence: "His cousin Ann"."""
    return _KIN_OPENING.search(text[max(0, start - _KIN_PHRASE) : start]) is not None


def _phrase(text: str, start: int) -> tuple[int, str | None]:
    """Return where the noun phrase begins that a name at `start` ends.

    And the word before it, folded, where there is one.
    """
    for word in words_before(text, start, _MAX_PHRASE):
        folded = fold_word(word)
        is_part = word[0].isupper() or folded in _PHRASE_WORDS
        if not is_part or folded in _LINKS:
            return start, folded
        start = text.rfind(word, 0, start)
    return start, None
