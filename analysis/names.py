"""Forms of names: how they are folded, what belongs to them, when two may mean the same."""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

from analysis.document import Mention
from analysis.wordlists import word_set


class Gender(Enum):
    """The grammatical gender by which a text refers to a person."""

    FEMININE = "she"
    MASCULINE = "he"


@dataclass(frozen=True, slots=True)
class Naming:
    """One mention of a name: where it stands, as printed, and its folded words."""

    mention: Mention
    printed: str
    words: tuple[str, ...]


MASCULINE_TITLES = word_set(
    "mr mister sir lord king prince duke count baron emperor sultan emir sheikh tsar pope "
    "father brother monsieur herr señor signor msgr imam rabbi"
)
FEMININE_TITLES = word_set(
    "mrs ms miss madam madame dame lady queen princess duchess countess baroness empress sister "
    "mother mme mlle frau señora signora doña"
)
# Titles that tell rank, and nothing about gender. Each is followed by a name, never ends one.
RANK_TITLES = word_set(
    "dr doctor prof professor rev reverend hon honorable honourable sen senator rep representative "
    "gov governor del delegate pres president premier chancellor chairman chairwoman speaker "
    "ambassador secretary mayor judge justice attorney gen general lt lieutenant col colonel capt "
    "captain maj major cpl corporal sgt sergeant adm admiral cmdr commander cdr brig brigadier "
    "officer detective insp inspector constable superintendent archbishop bishop cardinal "
    "ayatollah mullah mx congressman congresswoman councilman councilwoman assemblyman "
    "assemblywoman minister coach"
)
TITLES = MASCULINE_TITLES | FEMININE_TITLES | RANK_TITLES
# Titles that are also given names, or are felt to belong to the name ("Sheikh Hasina").
NAME_LIKE_TITLES = word_set("sultan prince duke count baron emir sheikh mother general")
# Words that come before a title and make it longer: "former Vice President", "Lt. Gov."
TITLE_MODIFIERS = word_set(
    "former ex late vice deputy acting prime interim then retired chief mr mrs ms madam"
)

SUFFIXES = word_set("jr sr ii iii iv phd md esq kc qc mp mep")
PARTICLES = word_set(
    "van von der den de da do dos das di du del della la le ter ten bin ibn bint ben abu al el "
    "ul ur st mac zu zur y e"
)
COMPANY_FORMS = word_set(
    "inc incorporated corp corporation co company companies ltd limited llc llp plc ag sa se nv "
    "gmbh spa ab oyj asa kk bhd pty pte holdings holding group"
)

# Well-known short forms that no rule derives. Each row is one referent, its usual name first.
_ALIKE = (
    ("united states", "us", "usa", "u s a", "united states of america", "america"),
    ("united kingdom", "uk", "britain", "great britain"),
    ("united arab emirates", "uae", "emirates"),
    ("european union", "eu"),
    ("united nations", "un"),
    ("washington dc", "washington d c", "district of columbia"),
    ("republican party", "gop"),
    ("islamic state", "isis", "isil", "daesh"),
    ("north atlantic treaty organization", "nato", "north atlantic treaty organisation"),
    ("soviet union", "ussr"),
    ("alabama", "ala"),
    ("arizona", "ariz"),
    ("arkansas", "ark"),
    ("california", "calif"),
    ("colorado", "colo"),
    ("connecticut", "conn"),
    ("florida", "fla"),
    ("illinois", "ill"),
    ("kansas", "kan"),
    ("massachusetts", "mass"),
    ("michigan", "mich"),
    ("minnesota", "minn"),
    ("mississippi", "miss"),
    ("missouri", "mo"),
    ("montana", "mont"),
    ("nebraska", "neb"),
    ("nevada", "nev"),
    ("new hampshire", "nh"),
    ("new jersey", "nj"),
    ("new mexico", "nm"),
    ("north carolina", "nc"),
    ("north dakota", "nd"),
    ("oklahoma", "okla"),
    ("oregon", "ore"),
    ("pennsylvania", "pa", "penn"),
    ("rhode island", "ri"),
    ("south carolina", "sc"),
    ("south dakota", "sd"),
    ("tennessee", "tenn"),
    ("texas", "tex"),
    ("virginia", "va"),
    ("west virginia", "wva"),
    ("wisconsin", "wis"),
    ("wyoming", "wyo"),
)
USUAL_NAMES = {short: row[0] for row in _ALIKE for short in row[1:]}

_NICKNAMES = (
    "william bill will billy willy liam",
    "joseph joe joey",
    "robert bob rob bobby robbie",
    "michael mike mick",
    "james jim jimmy jamie",
    "thomas tom tommy",
    "richard dick rick rich ricky",
    "anthony tony",
    "edward ed eddie ted",
    "theodore ted teddy",
    "charles chuck charlie",
    "elizabeth liz beth betty lizzie",
    "katherine kate kathy katie catherine cathy",
    "daniel dan danny",
    "david dave",
    "benjamin ben",
    "christopher chris",
    "stephen steve steven",
    "matthew matt",
    "nicholas nick",
    "samuel sam",
    "alexander alex aleksandr",
    "andrew andy drew",
    "jeffrey jeff",
    "gregory greg",
    "kenneth ken",
    "ronald ron",
    "donald don",
    "timothy tim",
    "john jack johnny",
    "jonathan jon",
    "joshua josh",
    "patrick pat",
    "peter pete",
    "lawrence larry",
    "margaret maggie meg peggy",
    "jennifer jen jenny",
    "deborah debbie deb",
    "susan sue",
    "barbara barb",
    "patricia pat patty",
    "victoria vicky",
    "rebecca becky",
    "philip phil",
    "raymond ray",
    "francisco pancho paco",
)
_GIVEN = {nick: row.split()[0] for row in _NICKNAMES for nick in row.split()}

_SMALL_WORDS = word_set("of the and for in on to de des du la y e")

_MARKS = re.compile("[\u0300-\u036f]+")
_APOSTROPHES = re.compile("[\u2018\u2019\u02bc\u0060\u00b4]")
# What separates words; not the vowel signs of scripts in which they are letters of their own.
_GAPS = re.compile(r"[^\w'\u0591-\u05c7\u0610-\u065f\u0900-\u0dff\u0e00-\u0eff]+")
_POSSESSIVE = re.compile(r"(?:['\u2019]s|(?<=s)['\u2019])$", re.IGNORECASE)
_THE = re.compile(r"the\s+(?=\S)", re.IGNORECASE)


def fold_word(word: str) -> str:
    """Return `word` in compatibility form (NFKC), case-folded, without accents and full stops."""
    if word.isascii():
        return word.casefold().replace(".", "").replace("`", "'")
    folded = unicodedata.normalize("NFKC", word).casefold()
    plain = _MARKS.sub("", unicodedata.normalize("NFD", folded)).replace(".", "")
    return _APOSTROPHES.sub("'", unicodedata.normalize("NFC", plain))


def fold_name(name: str) -> tuple[str, ...]:
    """Return the folded words of a name.

    Hyphens and punctuation only separate words; a leading "the" and a trailing
    possessive are left out: "The E.U." is ("eu",), "al-Assad's" is ("al", "assad").
    A name without any letter or digit is kept as it stands.
    """
    bare = _POSSESSIVE.sub("", _THE.sub("", name.strip(), count=1))
    words = tuple(w.strip("'") for w in _GAPS.split(fold_word(bare)))
    return tuple(w for w in words if w) or (name,)


def usual_name(words: tuple[str, ...]) -> str:
    """Return the folded name by which other documents too would know the same referent."""
    name = " ".join(words)
    return USUAL_NAMES.get(name, name)


def split_suffix(words: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Split what follows a person's surname ("Jr.", "II") from the folded words of the name."""
    end = len(words)
    while end > 1 and words[end - 1] in SUFFIXES:
        end -= 1
    return words[:end], " ".join(words[end:])


def split_form(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return an organisation's folded words without the company forms that end it ("Inc.")."""
    end = len(words)
    while end > 1 and words[end - 1] in COMPANY_FORMS:
        end -= 1
    return words[:end]


def is_title(word: str) -> bool:
    """Tell whether a word as printed is a person's title or rank."""
    return fold_word(word) in TITLES


def title_gender(word: str) -> Gender | None:
    """Return the gender that a title implies, if it implies one."""
    folded = fold_word(word)
    if folded in MASCULINE_TITLES:
        return Gender.MASCULINE
    return Gender.FEMININE if folded in FEMININE_TITLES else None


def is_same_given(first: str, second: str) -> bool:
    """Tell whether two folded given names can be one person's: equal, an initial, a nickname."""
    if first == second or (first[0] == second[0] and 1 in (len(first), len(second))):
        return True
    return _GIVEN.get(first, first) == _GIVEN.get(second, second)


def usual_given(given: str) -> str:
    """Return the folded given name that a folded nickname usually stands for."""
    return _GIVEN.get(given, given)


def is_same_person(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Tell whether two full names, as folded words, can belong to one person.

    Middle names may be missing but not contradict each other; "Donald Trump" and
    "Donald Trump Jr." are two people, "Joe Biden" and "Joseph R. Biden Jr." one.
    """
    (one, one_suffix), (two, two_suffix) = split_suffix(first), split_suffix(second)
    short, long = sorted((one, two), key=len)
    if one_suffix != two_suffix and (one[0] == two[0] or (one_suffix and two_suffix)):
        return False
    if len(short) >= 2 and short in (long[: len(short)], long[-len(short) :]):
        return True
    if one[-1] != two[-1] or not is_same_given(one[0], two[0]):
        return False
    return _is_middle(short[1:-1], long[1:-1])


def _is_middle(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Tell whether the fewer middle names of someone are among the more, in their order.

    Initials have to be the first ones: "George W. Bush" is not "George H. W. Bush".
    """
    if short and len(short[0]) == 1 and not is_same_given(short[0], long[0]):
        return False
    rest = iter(long)
    return all(any(is_same_given(name, other) for other in rest) for name in short)


def initials(words: tuple[str, ...]) -> str:
    """Return the acronym that a name's folded words would give, small words left out."""
    return "".join(word[0] for word in words if word not in _SMALL_WORDS)
