"""Whom descriptions mean."""

import re

import pytest

from analysis.antecedents import Focus
from analysis.descriptions import resolve_description
from analysis.document import AttributionStatus, MentionKind
from analysis.roles import find_roles
from analysis.sources import Source
from tests.analysis.stories import discourse_of, span_of, tell

ANN, BOB, EVA, KIM = "Ann Lee", "Bob Roe", "Eva Lund", "Kim Ek"
PEOPLE = [ANN, BOB, EVA, KIM, "Lee"]
ORGS = ["Acme", "Oslo Foods", "Daily Post", "Lund Times", "Welders Union", "Bakers Union"]


def meant(marked, *said):
    """Return whom the description in braces means, that says that it was over.

    `said` are quotes before it, with the words for their speakers.
    """
    text = re.sub("[{}]", "", marked)
    quotes, _ = tell(text, *said, ("it was over", marked), people=PEOPLE, orgs=ORGS)
    quote = quotes[-1]
    assert quote.speaker.mention.kind is MentionKind.NOMINAL
    if quote.status is AttributionStatus.AMBIGUOUS:
        return {speaker.name for speaker in quote.candidates}
    return [speaker.name for speaker in quote.joint or (quote.speaker,)]


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        pytest.param("Ann Lee and Bob Roe sat. {The two} said it was over.", [None], id="no noun"),
        pytest.param("Ann Lee and Bob Roe sat. {The two friends} said it was over.", [ANN, BOB], id="two"),
        pytest.param("Ann Lee and Bob Roe sat. {Both candidates} said it was over.", [ANN, BOB], id="both"),
        pytest.param("Ann Lee and Bob Roe sat. {The couple} said it was over.", [ANN, BOB], id="couple"),
        pytest.param("Ann Lee sat. Bob Roe sat. {The pair} said it was over.", [BOB, ANN], id="two in mind"),
        pytest.param("Bob Roe met Ann Lee and Eva Lund later. {The two women} said it was over.", [ANN, EVA], id="pair before gender"),
        pytest.param("Bob Roe sat. Ann Lee sat. Eva Lund sat. {The two women} said it was over.", [EVA, ANN], id="two of the gender"),
        pytest.param("Bob Roe sat. Ann Lee sat. {The two women} said it was over.", [None], id="one of the gender"),
        pytest.param("Bob Roe sat. Ann Lee sat. Eva Lund sat. {The pair} said it was over.", [None], id="three in mind"),
        pytest.param("Bob Roe sat. {The pair} said it was over.", [None], id="one in mind"),
    ],
)  # fmt: skip
def test_two_people(marked, names):
    """Words for two people mean two who were named together, or the only two in mind."""
    assert meant(marked) == names


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        pytest.param("Ann Lee met Bob Roe. {The woman} said it was over.", [ANN], id="woman"),
        pytest.param("Bob Roe met Ann Lee. {The man} said it was over.", [BOB], id="man"),
        pytest.param("Ann Lee met Eva Lund. {The woman} said it was over.", [None], id="two women"),
        pytest.param("Bob Roe sat. {The woman} said it was over.", [None], id="no woman"),
        pytest.param("Kim Ek sat. {The woman} said it was over.", [None], id="gender unknown"),
        pytest.param("Ann Lee sat. It rained. It did. It did. {The woman} said it was over.", [None], id="hardly in mind"),
        pytest.param("Ann Lee sat. {A woman} said it was over.", [None], id="some woman"),
        pytest.param("Ann Lee sat. {The old woman} said it was over.", [None], id="one of several"),
    ],
)  # fmt: skip
def test_somebody(marked, names):
    """A word like "woman" alone means the only one in mind whom the text shows to be one."""
    assert meant(marked) == names


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        pytest.param("Ann Lee sat. {The 19-year-old} said it was over.", [ANN], id="age"),
        pytest.param("Ann Lee sat. {The shy 19-year-old} said it was over.", [ANN], id="age, with a word before"),
        pytest.param("Ann Lee sat. {The two-time champion} said it was over.", [ANN], id="times"),
        pytest.param("Ann Lee sat. {The 4-time winner} said it was over.", [ANN], id="times, in digits"),
        pytest.param("Ann Lee sat. {The young midfielder} said it was over.", [ANN], id="player"),
        pytest.param("Ann Lee sat. {The Oslo native} said it was over.", [ANN], id="native"),
        pytest.param("Ann Lee and Eva Lund sat. {The 19-year-old} said it was over.", [None], id="two in mind"),
        pytest.param("Ann Lee sat. {A 19-year-old} said it was over.", [None], id="some"),
        pytest.param("Ann Lee sat. {The shy old tired 19-year-old} said it was over.", [None], id="many words"),
        pytest.param("Bob Roe, a midfielder, sat. Ann Lee sat. {The midfielder} said it was over.", [BOB], id="a role of somebody"),
    ],
)  # fmt: skip
def test_epithets(marked, names):
    """What is said of whoever a story is about means the one who is clearly in mind."""
    assert meant(marked) == names


@pytest.mark.parametrize(
    ("marked", "said", "names"),
    [
        pytest.param("Acme fell. {The company} said it was over.", (), ["Acme"], id="in mind"),
        pytest.param("Acme fell. {The agency} said it was over.", (), ["Acme"], id="another kind"),
        pytest.param("Acme and Oslo Foods fell. {The company} said it was over.", (), [None], id="two in mind"),
        pytest.param("Acme fell. {The old company} said it was over.", (), [None], id="one of several"),
        pytest.param("Acme fell. {The bank} said it was over.", (), [None], id="one kind only"),
        pytest.param("Acme said no. Oslo Foods fell. {The company} said it was over.", [("no", "Acme")], ["Acme"], id="heard before named"),
        pytest.param("Acme said no. Bob Roe said so. {The company} said it was over.", [("no", "Acme"), ("so", "Bob Roe")], ["Acme"], id="somebody heard since"),
        pytest.param("Acme said no. A senior aide said so. {The company} said it was over.", [("no", "Acme"), ("so", "A senior aide")], ["Acme"], id="somebody unnamed heard since"),
        pytest.param("Acme said no. Oslo Foods fell. A senior aide said so. {The company} said it was over.", [("no", "Acme"), ("so", "A senior aide")], [None], id="and another named"),
        pytest.param("Acme said no.\nIt rained.\nIt did.\n{The company} said it was over.", [("no", "Acme")], [None], id="long ago"),
        pytest.param("{The company} said it was over.", (), [None], id="none"),
    ],
)  # fmt: skip
def test_bodies(marked, said, names):
    """A word for bodies of many kinds means the one just heard, or else clearly in mind."""
    assert meant(marked, *said) == names


@pytest.mark.parametrize(
    ("marked", "said", "names"),
    [
        pytest.param("Bob Roe sat. {Ann Lee's letter} said it was over.", (), [ANN], id="owner"),
        pytest.param("Ann Lee met Bob Roe. {Her letter} said it was over.", (), [ANN], id="her"),
        pytest.param("It rained. {Her letter} said it was over.", (), [None], id="her, of nobody"),
        pytest.param("Ann Lee said no. {The statement} said it was over.", [("no", "Ann Lee")], [ANN], id="just heard"),
        pytest.param("Ann Lee said no. {A statement} said it was over.", [("no", "Ann Lee")], [None], id="some statement"),
        pytest.param("Ann Lee said no.\nIt rained.\nIt did.\n{The statement} said it was over.", [("no", "Ann Lee")], [None], id="long ago"),
        pytest.param("Ann Lee sat. {The statement} said it was over.", (), [None], id="nobody heard"),
        pytest.param("Ann Lee said no. {The survey} said it was over.", [("no", "Ann Lee")], [None], id="not of a speaker"),
        pytest.param("The Daily Post met Acme. {The article} said it was over.", (), ["Daily Post"], id="newspaper"),
        pytest.param("The Daily Post met the Lund Times. {The article} said it was over.", (), [None], id="two newspapers"),
        pytest.param("Acme fell. {The article} said it was over.", (), [None], id="no newspaper"),
        pytest.param("The Daily Post fell. {The long article} said it was over.", (), [None], id="one of several"),
    ],
)  # fmt: skip
def test_documents(marked, said, names):
    """A document speaks for whoever made it, as far as the text tells."""
    assert meant(marked, *said) == names


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        pytest.param("We met Ann Lee.\nQ. Why?\n{A}. Because it was over.", [ANN], id="one"),
        pytest.param("We met Ann Lee of Acme; Lee sat.\nQ. Why?\n{A}. Because it was over.", [ANN], id="one person"),
        pytest.param("We met Ann Lee and Bob Roe.\nQ. Why?\n{A}. Because it was over.", [None], id="two"),
        pytest.param("Q. Why?\n{A}. Because it was over. Ann Lee sat.", [None], id="named after it"),
    ],
)  # fmt: skip
def test_who_answers(marked, names):
    """The answers of a transcript are those of the only person named before it."""
    assert meant(marked) == names


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        pytest.param("Senator Ann Lee met Senator Bob Roe. {The senator} said it was over.", [ANN], id="the one in mind"),
        pytest.param("Senator Ann Lee and Senator Bob Roe. {The senator} said it was over.", {ANN, BOB}, id="either"),
        pytest.param("{Senator} said it was over\nIt rained.\nSenator Ann Lee met Senator Bob Roe.", [ANN], id="heading"),
        pytest.param("It rained.\nIt did.\nIt did. {The senator} said it was over. Senator Ann Lee met Senator Bob Roe.", [None], id="no heading"),
        pytest.param("{A senator} said it was over\nIt rained.\nSenator Ann Lee sat.", [None], id="some one, in a heading"),
        pytest.param("{A union} said it was over\nIt rained.\nThe Welders Union met the Bakers Union.", ["Welders Union"], id="some body, in a heading"),
        pytest.param("{A man} said it was over\nIt rained.\nSenator Ann Lee sat.", [None], id="no role, in a heading"),
        pytest.param("{A mayor} said it was over\nIt rained.\nSenator Ann Lee sat.", [None], id="a role of nobody, in a heading"),
        pytest.param("It rained.\nIt did.\nIt did. {A senator} said it was over. Senator Ann Lee sat.", [None], id="some one, in the story"),
        pytest.param("Senator Ann Lee sat. {The senator} said it was over.", [ANN], id="the only one"),
        pytest.param("Senator Ann Lee sat. {The mayor} said it was over.", [None], id="no such role"),
        pytest.param("Senator Ann Lee sat. {The crowd} said it was over.", [None], id="no role"),
    ],
)  # fmt: skip
def test_roles(marked, names):
    """A role means whoever the text gives it to: the one in mind, in a heading the next named."""
    assert meant(marked) == names


def test_no_words():
    """Where nothing is left of a description, it means nobody."""
    discourse = discourse_of("Ann Lee sat.", people=[ANN])
    source, span = Source(MentionKind.NOMINAL), span_of("Ann Lee sat.", "sat")
    answer = resolve_description(Focus(discourse), find_roles(discourse), source, span)
    assert (answer.kind, answer.entities) == (MentionKind.NOMINAL, ())
