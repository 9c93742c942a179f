"""Who writes what is not signed by another, and who signs what."""

import pytest

from analysis.authors import find_authors
from tests.analysis.stories import discourse_of, names_of, said_by

ANN, BOB = "Ann Lee", "Bob Roe"
NAMES = {"people": [ANN, BOB, "Eva Maria Lund", "Lee"], "places": ["Porto"], "orgs": ["Daily Post"]}
STORY = "The bridge is old.\nIt is shut."


def read(text):
    discourse = discourse_of(text, **NAMES)
    return discourse, find_authors(discourse)


def writing(text, at):
    """Return the name of whoever writes the words `at`."""
    discourse, authors = read(text)
    found = authors.writing(text.index(at))
    return None if found is None else names_of(discourse, [found])[0]


@pytest.mark.parametrize(
    ("text", "author"),
    [
        pytest.param(f"By Ann Lee\n{STORY}", ANN, id="byline"),
        pytest.param(f"A bridge too far\nby ANN\nBy Ann Lee, Porto\n{STORY}", ANN, id="under the headline"),
        pytest.param(f"Opinion by Ann Lee\n{STORY}", ANN, id="opinion"),
        pytest.param(f"Analysis by the Ann Lee\n{STORY}", ANN, id="article"),
        pytest.param(f"{STORY}\nIt rained.\nIt did.\nBy Ann Lee it stood.", None, id="far down"),
        pytest.param(f"By the Daily Post\n{STORY}", None, id="no person"),
        pytest.param(f"Painted by Ann Lee\n{STORY}", None, id="other work"),
        pytest.param(f"{STORY}\nAnn Lee is a writer.", ANN, id="note"),
        pytest.param(f"{STORY}\n— Ann Lee, who was the mayor when it was built, writes here every week.", ANN, id="note on an office"),
        pytest.param(f"{STORY}\nAnn Lee left.", None, id="no note"),
        pytest.param(f"{STORY}\nThen Ann Lee is a writer.", None, id="a sentence of the story"),
        pytest.param(f"{STORY}\nAnn Lee is a writer.\nIt rained.", None, id="not at the end"),
        pytest.param(f"By Bob Roe\n{STORY}\nAnn Lee is a writer.", BOB, id="byline before note"),
        pytest.param(STORY, None, id="nobody"),
        pytest.param("", None, id="empty"),
    ],
)  # fmt: skip
def test_author(text, author):
    """What nobody signs is by whoever the line at its top or the note at its end names."""
    discourse, authors = read(text)
    assert authors.signed == ()
    found = authors.writing(0)
    assert (None if found is None else names_of(discourse, [found])[0]) == author


@pytest.mark.parametrize(
    ("line", "is_signature"),
    [
        pytest.param("Ann Lee", True, id="name"),
        pytest.param("  — Ann Lee.", True, id="dash and full stop"),
        pytest.param("Eva Maria Lund", True, id="name of three words"),
        pytest.param("Ann Lee, Porto", True, id="place"),
        pytest.param("Ann Lee (Porto)", True, id="place in brackets"),
        pytest.param("Lee", False, id="one word"),
        pytest.param("Ann Lee of Porto", False, id="of"),
        pytest.param("Dear Ann Lee", False, id="words before"),
        pytest.param("Porto", False, id="no person"),
        pytest.param("Porto, Ann Lee", False, id="place first"),
        pytest.param("Ann Lee, who built the bridge when the river was low, and paid", False, id="long"),
        pytest.param("So many words of the writer stand before it that he is Ann Lee", False, id="late"),
    ],
)  # fmt: skip
def test_signature(line, is_signature):
    """A line of nothing but a full name, and after a comma little else, is a signature."""
    _, authors = read(f"{STORY}\n{line}")
    assert bool(authors.signed) is is_signature


def test_a_name_on_top_signs_nothing():
    """A signature stands under what it signs."""
    assert read(f"Ann Lee\n{STORY}")[1].signed == ()


def test_letters():
    """Of several signed letters, each is by whoever signs it, and the rest by the author."""
    text = "By Bob Roe\nThe bridge.\nAnn Lee\nThe boat.\nEva Maria Lund\nThe sea."
    places = ("bridge", "boat", "sea")
    assert [writing(text, at) for at in places] == [ANN, "Eva Maria Lund", BOB]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        pytest.param("By Ann Lee\nToday I said it was over.", ANN, id="the author's"),
        pytest.param("Dear all,\ntoday I said it was over.\nAnn Lee", ANN, id="the letter's"),
        pytest.param("Today I said it was over.", None, id="nobody's"),
        pytest.param("By Ann Lee\n“Today I said it was over.”", None, id="quoted, and nobody's"),
    ],
)
def test_first_person(text, speaker):
    """I and we outside quotations are whoever writes there."""
    assert said_by(text, ("it was over", "oday {I} said"), **NAMES) == [speaker]
