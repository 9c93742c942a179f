"""Forms of names."""

import pytest

from analysis.genders import majority, stated_gender, words_before
from analysis.names import Gender, fold_name, is_same_person
from analysis.narration import read_narration
from analysis.prominence import OBJECT, OBLIQUE, POSSESSOR, RELATIVE, SUBJECT, find_prominence
from tests.analysis.stories import span_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("The E.U.", ("eu",)),
        ("al-Assad's", ("al", "assad")),
        ("O’Brien", ("o'brien",)),
        ("Straße", ("strasse",)),
        ("ＮＡＴＯ", ("nato",)),
        ("Đặng", ("đang",)),
        ("AT&T", ("at", "t")),
        ("नरेन्द्र मोदी", ("नरेन्द्र", "मोदी")),
        ("…", ("…",)),
        ("", ("",)),
    ],
)
def test_fold_name(name, words):
    """Folding takes away case, accents, full stops and what is no part of a name."""
    assert fold_name(name) == words


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("Ann Lee", "Ann Lee", True),
        ("Ann Lee", "Bob Lee", False),
        ("Ann Lee", "Ann Roe", False),
        ("Ann B. Lee", "Ann Lee", True),
        ("Ann B. Lee", "Ann C. Lee", False),
        ("Ann Bea Lee", "Ann B. Lee", True),
        ("Bill Lee", "William Lee", True),
        ("A. Lee", "Ann Lee", True),
        ("Lee Roe", "Ann Lee Roe", True),
        ("Ann Lee", "Ann Lee Roe", True),
        ("Ann Lee", "Ann Lee Jr.", False),
        ("Ann Lee Sr.", "Ann Lee Jr.", False),
        ("Joe Lee", "Joseph Lee Jr.", True),
    ],
)
def test_is_same_person(one, two, same):
    """Full names of one person agree in surname, given name and suffix."""
    assert is_same_person(fold_name(one), fold_name(two)) is same
    assert is_same_person(fold_name(two), fold_name(one)) is same


@pytest.mark.parametrize(
    ("text", "prominence"),
    [
        ("Lee left.", SUBJECT),
        ("It rained. Sen. Lee left.", SUBJECT),
        ("He knew that Lee left.", SUBJECT),
        ("On Monday, Lee left.", SUBJECT),
        ("“No,” Lee said.", SUBJECT),
        ("They saw Lee.", OBJECT),
        ("They went with Lee.", OBLIQUE),
        ("Lee's dog left.", POSSESSOR),
        ("his wife Lee left", RELATIVE),
        ("His wife Lee left", SUBJECT),
        ("It rained. Their niece Lee left", SUBJECT),
        ("“Hello.” Ek’s wife Lee left", RELATIVE),
        ("It rained.\nMy wife Lee left", SUBJECT),
        ("It rained, and His wife Lee left", RELATIVE),
        ("his wife, Lee, left", RELATIVE),
    ],
)
def test_find_prominence(text, prominence):
    """A name's role is read off the words around it."""
    assert find_prominence(text, span_of(text, "Lee")) == prominence


@pytest.mark.parametrize(
    ("text", "gender"),
    [
        ("Mr. Lee", Gender.MASCULINE),
        ("Mrs. Lee", Gender.FEMININE),
        ("spokeswoman Kim Lee", Gender.FEMININE),
        ("the businessman Kim Lee", Gender.MASCULINE),
        ("her husband, Lee", None),
        ("spokesman Lee", None),
        ("Sen. Lee", None),
    ],
)
def test_stated_gender(text, gender):
    """Titles and some nouns before a name state a gender."""
    assert stated_gender(text, span_of(text, "Lee")) is gender


def test_majority():
    """A gender has to be given clearly more often."""
    he, she = Gender.MASCULINE, Gender.FEMININE
    assert majority([he, None]) is he
    assert majority([she, she, she, he]) is she
    assert majority([he, she]) is None
    assert majority([]) is None


def test_words_before():
    """Words are read backwards up to a mark or the sentence's end."""
    text = "He left. So Sen. A. Lee, said Ann Roe"
    assert list(words_before(text, text.index(" Lee"), 9)) == ["A.", "Sen.", "So"]
    assert list(words_before(text, len(text), 2)) == ["Roe", "Ann"]


def test_narration():
    """What is quoted is no narration, and does not count as distance."""
    text = "He said “she is ‘her’ own” and left."
    narration = read_narration(text)
    assert narration.is_quoted(text.index("she"))
    assert not narration.is_quoted(0)
    assert narration.pronouns == ((0, Gender.MASCULINE),)
    assert narration.distance(0, len(text)) < len("He said ” and left.") + 1
    assert narration.next_pronoun(1) is None


def test_nested_quotations():
    """A quotation inside another is quoted once."""
    for text in ("“She said ‘no’ to him,” said Lee.", "‘Then “he said no” to her,’ said Lee."):
        assert read_narration(text).pronouns == ()
