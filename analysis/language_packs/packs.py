"""What the rules know of a language: its marks, its words, how it puts a report together.

A pack is a TOML file beside this module. Its words are general knowledge of the language as
its newspapers write it; a text that says more ("Mme Petit") outweighs the lists of names.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from analysis.names import Gender
from analysis.wordlists import word_set

LANGUAGES: tuple[str, ...] = ("de", "es", "fr", "it")
"""The languages that have a pack."""

Words = frozenset[str]
# The last part of a compound that is a role has so many letters: “mann” is too short to tell.
_SHORTEST_ROLE, _LONGEST_ROLE = 5, 20


@dataclass(frozen=True, slots=True)
class Verbs:
    """The forms of the verbs that report speech.

    `finite` ones take a subject ("dice"), a participle takes an auxiliary as well ("ha
    detto"); a gerund goes on from a clause before ("aggiungendo"). Where `are_split`, words
    may stand between auxiliary and participle ("hat Müller gesagt").
    """

    finite: Words
    participles: Words
    gerunds: Words
    auxiliaries: Words
    reflexive_auxiliaries: Words
    reflexives: Words
    plural: re.Pattern[str]
    are_split: bool


@dataclass(frozen=True, slots=True)
class Grammar:
    """The small words of a language, and the order in which it puts larger ones."""

    clitics: Words
    adverbs: Words
    articles: Words
    oblique_articles: Words
    prepositions: Words
    genitives: Words
    stops: Words
    coordinators: Words
    complementizers: Words
    drops_subjects: bool
    adjectives_follow: bool


@dataclass(frozen=True, slots=True)
class Sources:
    """Words that lead to a speaker without any verb.

    A source comes before the speaker ("laut"), with its sentence if `initial` ("per"), or after
    (`after`: "zufolge"). A back reference opens a sentence about the words before it ("Lo ha
    detto Rossi"). An announcement belongs to whoever makes it ("le parole di Rossi:").
    """

    before: tuple[tuple[str, ...], ...]
    initial: Words
    after: Words
    back_references: Words
    announcements: Words


@dataclass(frozen=True, slots=True)
class People:
    """Words for people: what they do, and what tells their gender.

    `endings` are those of given names in general, `names` those of some, which go first.
    Impersonal pronouns ("on dit") stand for nobody. Where there are `compounds`, a role may be
    the last part of a longer word.
    """

    roles: Words
    abbreviations: Words
    pronouns: Mapping[str, Gender | None]
    impersonal: Words
    titles: Mapping[str, Gender]
    names: Mapping[str, Gender]
    endings: Mapping[str, Gender]
    compounds: bool

    def is_role(self, form: str) -> bool:
        """Tell whether a word is a role, or one the last part of one: “vice-maire”."""
        if form in self.roles or form.rpartition("-")[2] in self.roles:
            return True
        longest = min(len(form) - 1, _LONGEST_ROLE)
        return self.compounds and any(
            form[-length:] in self.roles for length in range(_SHORTEST_ROLE, longest + 1)
        )


@dataclass(frozen=True, slots=True)
class Pack:
    """One language. `closers` has for each opening mark those that close it."""

    closers: Mapping[str, str]
    verbs: Verbs
    grammar: Grammar
    sources: Sources
    people: People


@cache
def load_pack(language: str) -> Pack:
    """Return the pack of one of `LANGUAGES`, read once."""
    path = resources.files(__package__) / f"{language}.toml"
    stored = tomllib.loads(path.read_text(encoding="utf-8"))
    words = {name: word_set(listed) for name, listed in stored["words"].items()}
    return Pack(
        closers=stored["marks"],
        verbs=_read_verbs(stored, words),
        grammar=_read_grammar(stored, words),
        sources=Sources(
            tuple(tuple(source.split()) for source in stored["sources"]),
            words["initial_sources"],
            words["sources_after"],
            words["back_references"],
            words["announcements"],
        ),
        people=_read_people(stored, words),
    )


def _read_verbs(stored: Mapping[str, Any], words: Mapping[str, Words]) -> Verbs:
    return Verbs(
        finite=words["finite"] | set(_inflect(stored["verbs"], "finite")),
        participles=words["participles"] | set(_inflect(stored["verbs"], "participle")),
        gerunds=words["gerunds"] | set(_inflect(stored["verbs"], "gerund")),
        auxiliaries=words["auxiliaries"],
        reflexive_auxiliaries=words["reflexive_auxiliaries"],
        reflexives=words["reflexives"],
        plural=re.compile(stored["plural_verbs"]),
        are_split=stored["splits_verbs"],
    )


def _inflect(classes: list[dict[str, str]], form: str) -> Iterator[str]:
    for verbs in classes:
        for ending in verbs.get(form, "").split():
            yield from (stem + ending for stem in verbs["stems"].split())


def _read_grammar(stored: Mapping[str, Any], words: Mapping[str, Words]) -> Grammar:
    names = (
        "clitics adverbs articles oblique_articles prepositions genitives stops coordinators "
        "complementizers"
    )
    return Grammar(
        **{name: words[name] for name in names.split()},
        drops_subjects=stored["drops_subjects"],
        adjectives_follow=stored["adjectives_follow"],
    )


def _read_people(stored: Mapping[str, Any], words: Mapping[str, Words]) -> People:
    pronouns = {name: word_set(listed) for name, listed in stored["pronouns"].items()}
    return People(
        roles=words["roles"],
        abbreviations=words["abbreviations"],
        pronouns={
            **dict.fromkeys(pronouns["plural"] | pronouns["impersonal"], None),
            **_by_gender(pronouns["feminine"], pronouns["masculine"]),
        },
        impersonal=pronouns["impersonal"],
        titles=_by_gender(words["feminine_titles"], words["masculine_titles"]),
        names=_by_gender(words["feminine_names"], words["masculine_names"]),
        endings=_by_gender(words["feminine_endings"], words["masculine_endings"]),
        compounds=stored["compounds"],
    )


def _by_gender(feminine: Words, masculine: Words) -> dict[str, Gender]:
    return dict.fromkeys(feminine, Gender.FEMININE) | dict.fromkeys(masculine, Gender.MASCULINE)
