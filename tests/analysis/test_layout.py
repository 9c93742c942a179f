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


@pytest.mark.parametrize(
    "name", ["Ann Lee", "Ann Lee, mayor of Lund", "Ludwig van der Berg", "A. B. Lee (mayor)"]
)
@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n \n"])
def test_signed_in_the_next_paragraph(name, gap):
    """A quotation that is a paragraph is signed by a name after a dash in the next one."""
    text = f"Before.\n\n“We will win this, whatever it takes.”{gap}— {name}\n\nAfter."
    assert parts(text) == [(name, "—", "“We will win this, whatever it takes.”")]


@pytest.mark.parametrize("marks", ["“”", "”“", "„“", '""', "«»", "»«"])
def test_signed_with_any_marks(marks):
    """The marks of a signed quotation may be any, as wrong ones are."""
    words = "We will win this, whatever it takes.".join(marks)
    assert parts(f"{words} — Ann Lee") == [("Ann Lee", "—", words)]


def test_signed_without_capitals():
    """In a text without capitals a signature has none either."""
    text = "“we will win this, whatever it takes.” ― ann lee, mayor"
    assert parts(text) == [("ann lee, mayor", "―", "“we will win this, whatever it takes.”")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("“we will win this, whatever it takes.” ― she said", id="no capitals, a verb"),
        pytest.param("“Too short.” — Ann Lee", id="short"),
        pytest.param("“We will win this, all of it.”\n— The crowd went home", id="a clause below"),
        pytest.param("“We will win this, all of it.”\n\n— Ann", id="one word below"),
        pytest.param("“We will win this, all of it.”\n\nAnn Lee", id="no dash below"),
        pytest.param("“We will win this,” she said.\n\n— Ann Lee", id="not only a quotation"),
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
    ("text", "speakers"),
    [
        pytest.param("Ann Lee: No.\nBo: Yes.\nAnn Lee: So.", ["Ann Lee", "Bo", "Ann Lee"], id="names that come back"),
        pytest.param("Ann: No.\nBo: Yes.\nANN: So.\nAnn: Or.", ["Ann", "Bo", "ANN", "Ann"], id="capitals among them"),
        pytest.param("SMITH: No.\nJo Ek: Yes.\nJONES: So.", ["SMITH", "JONES"], id="capitals among others"),
        pytest.param("“SMITH: No.”\n“JONES: Yes.”", ["SMITH", "JONES"], id="within marks"),
        pytest.param("`` SMITH: No.''\n‘JONES: Yes.’", ["SMITH", "JONES"], id="within odd marks"),
        pytest.param("Q. Who did?\nA. Nobody.", ["Q", "A"], id="question and answer"),
        pytest.param("Q: Who did?\nA: Nobody.", ["Q", "A"], id="with colons"),
        pytest.param("Q. Who?\nA. Nobody.\nANN LEE: So.\nBO EK: Or.", ["Q", "A", "ANN LEE", "BO EK"], id="letters and names"),
        pytest.param("St. John-O’Brien: No.\nBo: Yes.\nBo: So.", ["St. John-O’Brien", "Bo", "Bo"], id="marks in a name"),
    ],
)  # fmt: skip
def test_turns(text, speakers):
    """Lines that begin with a speaker are a transcript where capitals or their return say so."""
    assert [speaker for speaker, _, _ in parts(text)] == speakers


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("BREAKING: The bridge is shut.", id="one line may be a heading"),
        pytest.param("Smith: I never.\nJones: You did.", id="small letters"),
        pytest.param("Smith: No.\nJones: Yes.\nBrown: So.", id="small letters, nobody twice"),
        pytest.param("Smith: No.\nSmith: Yes.\nSmith: So.", id="small letters, only one"),
        pytest.param("Q. Who did?\nQ. And why?", id="questions without answers"),
        pytest.param("A. A bridge.\nA. A boat.", id="a list"),
        pytest.param("WHEN: At noon.\nWHERE: The old bridge.\nTickets: None.", id="labels"),
        pytest.param("Read More: The port.\nAnn: The bridge.\nAnn: The boat.", id="a label of two words"),
        pytest.param("SMITH:\nJONES:", id="nothing said"),
        pytest.param("THE VERY LONG TITLE OF IT: so.\nTHE VERY LONG TITLE OF IT: so.", id="long"),
    ],
)  # fmt: skip
def test_no_transcript(text):
    """A heading or a list is no transcript."""
    assert parts(text) == []


TURN, NEXT = "ANN: We go now.\n", "BO: So we do.\n"


@pytest.mark.parametrize(
    ("text", "contents"),
    [
        pytest.param(f"{TURN}And we go soon.\n\nOr later.\n{NEXT}", ["We go now.", "And we go soon.", "Or later."], id="up to the next"),
        pytest.param(f"{TURN}(Laughter.)\nAnd soon.\n{NEXT}", ["We go now.", "And soon."], id="an aside"),
        pytest.param(f"{TURN}[laughs]\n \n{NEXT}", ["We go now."], id="nothing but an aside"),
        pytest.param(f"{TURN}Ann said “no” to it.\nAnd soon.\n{NEXT}", ["We go now."], id="narration with marks"),
        pytest.param(f"{TURN}“And soon.”\n{NEXT}", ["We go now."], id="a quotation"),
        pytest.param(TURN + "And so.\n" * 7 + NEXT, ["We go now."], id="too far from the next"),
    ],
)  # fmt: skip
def test_turns_go_on(text, contents):
    """A turn goes on in the paragraphs before the next one, up to what is something else."""
    assert [span.of(text) for span in find_laid_out(text)[0].content] == contents


def test_the_last_turn_ends():
    """What follows the last turn is the story again."""
    text = f"{TURN}{NEXT}It rained that day."
    assert [span.of(text) for span in find_laid_out(text)[-1].content] == ["So we do."]


@pytest.mark.parametrize(
    ("after", "contents"),
    [
        pytest.param("“And soon.”\n“Or later.”", ["So we do.”", "“And soon.”", "“Or later.”"], id="quoted"),
        pytest.param("It rained that day.\n“And soon.”", ["So we do.”"], id="the story again"),
        pytest.param("“(Laughter.)”\n“And soon.”", ["So we do.”", "“And soon.”"], id="an aside"),
    ],
)  # fmt: skip
def test_a_quoted_transcript_goes_on(after, contents):
    """In a quoted transcript the last turn, too, goes on where a mark opens the paragraph."""
    text = f"“ANN: We go now.”\n“BO: So we do.”\n{after}"
    assert [span.of(text) for span in find_laid_out(text)[-1].content] == contents


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
        pytest.param("(" + ") . " * 10_000 + "x", id="many brackets"),
    ],
)
def test_long_lines(text):
    """Lines that nearly match are given up at once, however long they are."""
    assert len(find_laid_out(text)) == 0
