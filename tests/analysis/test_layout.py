"""Quotes that a paragraph's form gives away."""

import pytest

from analysis.layout import find_laid_out

SCRIPT = "SMITH: I never said so.\nJONES: You did, and you know it."


def parts(text: str) -> list[tuple[str, str, str]]:
    return [
        (a.speaker.of(text), a.cue[0].of(text), a.content[0].of(text)) for a in find_laid_out(text)
    ]


@pytest.mark.parametrize("dash", ["—", "–", "―", "-", "--"])
def test_signed_quotation(dash):
    """A quotation with a dash and a name after it is that person's."""
    text = f"Before.\n\n“We will win this, whatever it takes.” {dash} Ann Lee, mayor\n\nAfter."
    assert parts(text) == [("Ann Lee, mayor", dash, "“We will win this, whatever it takes.”")]


def test_signed_without_capitals():
    """In a text without capitals a signature has none either."""
    text = "“we will win this, whatever it takes.” ― ann lee, mayor"
    assert parts(text) == [("ann lee, mayor", "―", "“we will win this, whatever it takes.”")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("“we will win this, whatever it takes.” ― she said", id="no capitals, a verb"),
        pytest.param("“Too short.” — Ann Lee", id="short"),
        pytest.param("“We will win this, whatever it takes.” — said nobody", id="no name"),
        pytest.param("“We will win this, whatever it takes.” Ann Lee", id="no dash"),
        pytest.param("We will win this, whatever it takes. — Ann Lee", id="no marks"),
        pytest.param("“We will win this, whatever it takes.” — Ann Lee said “no”", id="goes on"),
        pytest.param(
            "“We will win this, whatever it takes.” — The crowd that had come to see him go",
            id="a clause",
        ),
    ],
)
def test_unsigned_quotations(text):
    """What only resembles a signature is none."""
    assert parts(text) == []


def test_transcript():
    """Two lines that begin with a name in capitals and a colon are a transcript."""
    assert parts(SCRIPT) == [
        ("SMITH", ":", "I never said so."),
        ("JONES", ":", "You did, and you know it."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("BREAKING: The bridge is shut.", id="one line may be a heading"),
        pytest.param("Smith: I never.\nJones: You did.", id="small letters"),
        pytest.param("SMITH:\nJONES:", id="nothing said"),
        pytest.param("THE VERY LONG TITLE OF IT: so.\nTHE VERY LONG TITLE OF IT: so.", id="long"),
    ],
)
def test_no_transcript(text):
    """A heading or a list is no transcript."""
    assert parts(text) == []


def test_laid_out_quotes_come_in_text_order():
    """Signed quotations and transcripts on one page are put in order."""
    text = f"{SCRIPT}\n“We will win this, whatever it takes.” — Ann Lee"
    assert [speaker for speaker, _, _ in parts(text)] == ["SMITH", "JONES", "Ann Lee"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("A-" * 20_000, id="one long name"),
        pytest.param("AB " * 20_000, id="many names"),
        pytest.param("AB: x" + " " * 40_000 + "y", id="room within"),
        pytest.param(" " * 40_000 + "x", id="room before"),
        pytest.param("“a” – " * 10_000, id="many dashes"),
        pytest.param(
            "“" + "a" * 20_000 + "” – A" + " " * 20_000 + "“", id="room after a signature"
        ),
        pytest.param("“" * 40_000, id="many marks"),
    ],
)
def test_long_lines(text):
    """Lines that nearly match are given up at once, however long they are."""
    assert len(find_laid_out(text)) == 0
