"""Names of the whole world, for training to put into texts."""

import random
import re

import pytest

from training.gazetteers import build_gazetteers, coin_word


@pytest.fixture(scope="module")
def gazetteers():
    """Gazetteers of one seed."""
    return build_gazetteers(7)


def test_every_type(gazetteers):
    """There are thousands of names of each type, in Latin letters, on one line."""
    assert gazetteers.keys() == {"person", "organisation", "place"}
    for names in gazetteers.values():
        assert len(set(names)) > 5000
        assert all(re.fullmatch(r"[^\u0250-\u2018\u201a-\uffff\n]+", n) for n in names)


def test_whole_world(gazetteers):
    """People and places come from every continent, also those that the corpora lack."""
    people = " ".join(gazetteers["person"])
    for surname in ("Okonkwo|Eze", "Dương", "Yılmaz", r"\w+ski\b", "Silva"):
        assert re.search(surname, people), surname
    assert {"Nairobi", "Jakarta", "Lima", "Lyon", "Peru", "Samoa"} <= set(gazetteers["place"])


def test_organizations_follow_patterns(gazetteers):
    """Ministries, universities, clubs and companies are among the organisations."""
    names = "\n".join(gazetteers["organisation"])
    for pattern in (r"^Ministry of ", r" University$", r" FC$", r"^[A-Z]{3,5}$", r" GmbH|S\.A\."):
        assert re.search(pattern, names, re.MULTILINE), pattern
    assert "{" not in names


def test_seed(gazetteers):
    """The same seed gives the same names, another one others."""
    assert build_gazetteers(7) == gazetteers
    assert build_gazetteers(8)["organisation"] != gazetteers["organisation"]


@pytest.mark.parametrize("seed", range(20))
def test_coined_words(seed):
    """A coined word begins like one name and ends like the other."""
    word = coin_word("Larnport", "Oaxaca", random.Random(seed))
    assert word.startswith("La")
    assert word.endswith("ca")
    assert 4 <= len(word) <= 12


@pytest.mark.parametrize(("first", "second"), [("Li", "Xu"), ("A", "B"), ("Ng", "Ann")])
def test_short_words(first, second):
    """Names of a letter or two are put together whole."""
    assert coin_word(first, second, random.Random(1)).startswith(first)
