"""Speakers resolved to entities."""

from dataclasses import replace

import pytest

from analysis.document import Attitude, AttributionStatus, EntityType, Mention, MentionKind, Span
from analysis.entities import group_mentions
from analysis.speakers import resolve_speakers
from tests.analysis.stories import mentions_of, quotes_of, said_by, sentences_of, tell

ANN, BOB = "Ann Lee", "Bob Roe"


@pytest.mark.parametrize(
    ("source", "names", "speaker"),
    [
        pytest.param("Ann Lee", {"people": [ANN]}, ANN, id="bare"),
        pytest.param("Mr. Bob Roe", {"people": [BOB]}, BOB, id="title"),
        pytest.param("NATO Secretary General Jens Berg", {"people": ["Jens Berg"], "orgs": ["NATO"]}, "Jens Berg", id="organisation and office"),
        pytest.param("Kremlin spokesman Ivan Ivanov", {"people": ["Ivan Ivanov"], "orgs": ["Kremlin"]}, "Ivan Ivanov", id="organisation and role"),
        pytest.param("Ann Lee, the mayor of Boston,", {"people": [ANN], "places": ["Boston"]}, ANN, id="apposition after"),
        pytest.param("the mayor of Boston, Ann Lee,", {"people": [ANN], "places": ["Boston"]}, ANN, id="apposition before"),
        pytest.param("a spokesman for Roe, Ann Lee,", {"people": [ANN, "Roe"]}, ANN, id="spokesman, named"),
        pytest.param("Roe's campaign manager, Ann Lee,", {"people": [ANN, "Roe"]}, ANN, id="possessor, named"),
        pytest.param("Roe’s longtime lawyer Ann Lee", {"people": [ANN, "Roe"]}, ANN, id="possessor"),
        pytest.param("Ann Lee of the FBI", {"people": [ANN], "orgs": ["FBI"]}, ANN, id="of"),
        pytest.param("Rep. Ann Lee (R-Utah)", {"people": [ANN], "places": ["Utah"]}, ANN, id="brackets"),
        pytest.param("Ann Lee, who runs Acme,", {"people": [ANN], "orgs": ["Acme"]}, ANN, id="relative clause"),
        pytest.param("Secretary of State Ann Lee", {"people": [ANN]}, ANN, id="secretary of state"),
        pytest.param("the Minister for Foreign Affairs Ann Lee", {"people": [ANN]}, ANN, id="minister for"),
        pytest.param("Ann Lee’s", {"people": [ANN]}, ANN, id="cut short after the name"),
        pytest.param("Ann Lee herself", {"people": [ANN]}, ANN, id="herself"),
        pytest.param("Bob Roe Jr.", {"people": [BOB]}, BOB, id="suffix outside the name"),
        pytest.param("Roe and his wife", {"people": ["Roe"]}, "Roe", id="and somebody"),
        pytest.param("the FBI", {"orgs": ["FBI"]}, "FBI", id="organisation"),
        pytest.param("the union, the Welders Association", {"orgs": ["Welders Association"]}, "Welders Association", id="organisation in apposition"),
        pytest.param("Moscow", {"places": ["Moscow"]}, "Moscow", id="place"),
        pytest.param("BRUSSELS — Ann Lee", {"people": [ANN], "places": ["BRUSSELS"]}, ANN, id="dateline"),
        pytest.param("a spokesman for Roe", {"people": ["Roe"]}, None, id="spokesman, unnamed"),
        pytest.param("a Roe aide", {"people": ["Roe"]}, None, id="aide, unnamed"),
        pytest.param("Roe's lawyer", {"people": ["Roe"]}, None, id="lawyer, unnamed"),
        pytest.param("critics of Roe", {"people": ["Roe"]}, None, id="critics"),
        pytest.param("critics, including Ann Lee,", {"people": [ANN]}, None, id="including"),
        pytest.param("critics of Roe, Ann Lee,", {"people": [ANN, "Roe"]}, None, id="apposition to several"),
        pytest.param("the boss of Roe, Ann Lee,", {"people": [ANN, "Roe"]}, ANN, id="apposition to one"),
        pytest.param("a man with ties to Roe, Ann Lee,", {"people": [ANN, "Roe"]}, ANN, id="apposition, several within"),
        pytest.param("lawyers, Ann Lee,", {"people": [ANN]}, ANN, id="apposition to one word"),
        pytest.param("a survey released Monday by Acme", {"orgs": ["Acme"]}, None, id="released by"),
        pytest.param("supporters, like Ann Lee,", {"people": [ANN]}, None, id="like"),
        pytest.param("the Roe campaign", {"people": ["Roe"]}, None, id="campaign"),
        pytest.param("officials in Moscow", {"places": ["Moscow"]}, None, id="officials in a place"),
        pytest.param("a man from Springfield, Ohio,", {"places": ["Springfield", "Ohio"]}, None, id="a man from a place"),
        pytest.param("a spokesman for the nominee, Ann Lee,", {"people": [ANN]}, None, id="apposition to whom?"),
        pytest.param("two officials", {}, None, id="nobody named"),
        pytest.param("BRUSSELS — European leaders", {"places": ["BRUSSELS"]}, None, id="dateline, unnamed"),
        pytest.param("François Ñoño", {"people": ["François Ñoño"]}, "François Ñoño", id="accents"),
        pytest.param("Prime Minister Hun Sen", {"people": ["Hun Sen"]}, "Hun Sen", id="surname first"),
        pytest.param("Jan-Peter van der Berg", {"people": ["Jan-Peter van der Berg"]}, "Jan-Peter van der Berg", id="hyphen and particles"),
    ],
)  # fmt: skip
def test_who_a_source_names(source, names, speaker):
    """A source speaks for the name that is its head, or for nobody."""
    text = f"On Monday {source} said it was over."
    assert said_by(text, ("it was over", source), **names) == [speaker]


HE_AND_SHE = [
    pytest.param("Ann Lee rose. She said it was over.", "{She} said", ANN, id="she"),
    pytest.param("Bob Roe met Ann Lee. He said it was over.", "{He} said", BOB, id="he"),
    pytest.param("Bob Roe met Ann Lee. She said it was over.", "{She} said", ANN, id="gender before subject"),
    pytest.param("Mr. Roe met Mr. Lee. He said it was over.", "{He} said", "Roe", id="subject before object"),
    pytest.param("In a call with Mr. Lee, Mr. Roe said that he felt it was over.", "{he} felt", "Roe", id="same sentence"),
    pytest.param("Ms. Roe and Mr. Lee came. “No,” said Ms. Roe. Then she said it was over.", "{she} said", "Roe", id="keeps speaking"),
    pytest.param("Their spokeswoman Kim Lee met Roe. She said it was over.", "{She} said", "Kim Lee", id="role"),
    pytest.param("Her husband, Kim Lee, met Ms. Roe. He said it was over.", "{He} said", "Kim Lee", id="kin"),
    pytest.param("Kim Lee spoke. His voice shook. Then he said it was over.", "{he} said", "Kim Lee", id="learned from a pronoun"),
    pytest.param("Ann Lee rose. He said it was over.", "{He} said", None, id="nobody of the gender"),
    pytest.param("He said it was over.", "{He} said", None, id="nobody at all"),
    pytest.param("Acme fell. He said it was over.", "{He} said", None, id="no person"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "source", "speaker"), HE_AND_SHE)
def test_he_and_she(text, source, speaker):
    """He and she mean the most prominent person of the gender."""
    people = [ANN, BOB, "Kim Lee", "Roe", "Lee"]
    assert said_by(text, ("it was over", source), people=people, orgs=["Acme"]) == [speaker]


def test_he_is_not_named_in_his_own_words():
    """Names inside the words that somebody says are not the speaker's."""
    text = "Mr. Roe came. “Mr. Lee is a fool,” he said."
    assert said_by(text, ("Mr. Lee is a fool,", "{he} said"), people=["Roe", "Lee"]) == ["Roe"]


@pytest.mark.parametrize(
    ("attitude", "speaker"),
    [
        pytest.param(Attitude.SPEECH, "Kim Ek", id="said"),
        pytest.param(Attitude.BELIEF, "Kit Roe", id="believed"),
        pytest.param(Attitude.OTHER, "Kit Roe", id="neither"),
    ],
)
def test_names_in_what_is_said(attitude, speaker):
    """Who is named in what somebody says is less in mind than who is named by the story."""
    text = "Kim Ek sat. Some say that Kit Roe is ill. Then he said it was over."
    people = ["Kim Ek", "Kit Roe"]
    told, said = quotes_of(text, ("that Kit Roe is ill", None), ("it was over", "{he} said"))
    entities = group_mentions(text, mentions_of(text, people=people))
    quotes = [replace(told, attitude=attitude), said]
    (_, quote), _ = resolve_speakers(text, quotes, entities, sentences_of(text))
    assert quote.speaker.name == speaker


def test_equal_candidates_are_ambiguous():
    """Where two people fit equally well, both are told and neither is chosen."""
    text = "Mr. Roe and Mr. Lee came. He said it was over."
    (quote,), entities = tell(text, ("it was over", "{He} said"), people=["Roe", "Lee"])
    assert quote.status is AttributionStatus.AMBIGUOUS
    assert {candidate.name for candidate in quote.candidates} == {"Roe", "Lee"}
    assert (quote.speaker.name, quote.joint) == (None, ())
    assert all(mention.kind is MentionKind.NAME for e in entities for mention in e.mentions)


@pytest.mark.parametrize(
    ("text", "source", "speaker"),
    [
        pytest.param("“Enough,” she said. Ann Lee left.", "{she} said", ANN, id="she"),
        pytest.param("“Enough,” he said. Kim Lee left.", "{he} said", "Kim Lee", id="gender unknown"),
        pytest.param("“Enough,” he said. Ann Lee left.", "{he} said", None, id="other gender"),
        pytest.param("“Enough,” she said. Acme met Ann Lee.", "{she} said", None, id="something else first"),
        pytest.param("“Enough,” she said. " + "It rained. " * 12 + "Ann Lee left.", "{she} said", None, id="far on"),
        pytest.param("“Enough,” she said.", "{she} said", None, id="nobody"),
    ],
)  # fmt: skip
def test_named_after_the_pronoun(text, source, speaker):
    """A pronoun before which nobody was named means whoever is named right after it."""
    names = {"people": [ANN, "Kim Lee"], "orgs": ["Acme"]}
    assert said_by(text, ("Enough,", source), **names) == [speaker]


@pytest.mark.parametrize(
    ("text", "source", "candidates"),
    [
        pytest.param("Ann Lee and Eva Lund sat. Then she said it was over.", "{she} said", {ANN, "Eva Lund"}, id="two women"),
        pytest.param("Ann Lee and Eva Lund sat. Lund rose. Then she said it was over.", "{she} said", set(), id="one named again"),
        pytest.param("Ann Lee and Bob Roe sat. Then she said it was over.", "{she} said", set(), id="woman and man"),
    ],
)  # fmt: skip
def test_named_side_by_side(text, source, candidates):
    """Of two who were only named together, either may be meant."""
    (quote,), _ = tell(text, ("it was over", source), people=[ANN, BOB, "Eva Lund", "Lund"])
    assert {speaker.name for speaker in quote.candidates} == candidates
    assert (quote.status is AttributionStatus.AMBIGUOUS) is bool(candidates)


@pytest.mark.parametrize(
    ("text", "source", "speaker"),
    [
        pytest.param("Bob Roe, who said it was over, left.", "{who} said", BOB, id="who"),
        pytest.param("They met Bob Roe, a lawyer who said it was over.", "{who} said", BOB, id="who after a role"),
        pytest.param("The mayor, Bob Roe, met the mayor, who said it was over.", "{who} said", BOB, id="who of a description"),
        pytest.param("A man who said it was over left Bob Roe.", "{who} said", None, id="who of nobody named"),
        pytest.param("The aide of Bob Roe in Rome who said it was over.", "{who} said", None, id="who of a place"),
        pytest.param("The Acme Group, which said it was over, fell.", "{which} said", "Acme Group", id="which"),
        pytest.param("Bob Roe, which said it was over.", "{which} said", None, id="which of a person"),
        pytest.param("The Acme Group met. It said it was over.", "{It} said", "Acme Group", id="it"),
        pytest.param("The Acme Group met. They said it was over.", "{They} said", "Acme Group", id="they"),
        pytest.param("The deal with the Acme Group fell. They said it was over.", "{They} said", None, id="they of nobody in focus"),
        pytest.param("Ann Lee and Bob Roe met. They said it was over.", "{They} said", ANN, id="they of two"),
        pytest.param("Kim Lee rose. They said it was over.", "{They} said", "Kim Lee", id="they of one, gender unknown"),
        pytest.param("Bob Roe rose. They said it was over.", "{They} said", None, id="they of a man"),
        pytest.param("Kim Lee rose. It said it was over.", "{It} said", None, id="it of a person"),
        pytest.param("Everyone said it was over.", "Everyone", None, id="everyone"),
        pytest.param("I said it was over, Bob Roe.", "{I} said", None, id="narrator"),
    ],
)  # fmt: skip
def test_other_pronouns(text, source, speaker):
    """Relative pronouns mean what is before them; it and they an organisation in focus."""
    names = {"people": [ANN, BOB, "Kim Lee"], "orgs": ["Acme Group"], "places": ["Rome"]}
    assert said_by(text, ("it was over", source), **names) == [speaker]


@pytest.mark.parametrize(
    ("text", "source", "status"),
    [
        pytest.param("A man who said it was over left.", "{who} said", AttributionStatus.ATTRIBUTED, id="who"),
        pytest.param("A firm, Which said it was over, fell.", "{Which} said", AttributionStatus.ATTRIBUTED, id="which, in capitals"),
        pytest.param("They said it was over.", "{They} said", AttributionStatus.UNATTRIBUTED, id="they"),
    ],
)  # fmt: skip
def test_somebody_in_the_text(text, source, status):
    """A relative pronoun attributes a quote to whoever stands before it, name or no name."""
    (quote,), _ = tell(text, ("it was over", source))
    assert (quote.speaker.name, quote.status) == (None, status)


def test_it_is_not_an_organization_behind_a_speaker():
    """Where a person is more in focus, "they" is nobody in particular."""
    text = f"“No,” said {BOB}. Acme fell, and Bob Roe rose, and they said it was over."
    said = said_by(text, ("No,", "said {Bob Roe}"), ("it was over", "{they} said"), people=[BOB], orgs=["Acme"])  # fmt: skip
    assert said == [BOB, None]


def test_it_is_an_organization_more_in_focus_than_the_speaker():
    """An organisation that has come to the fore since somebody spoke is "it"."""
    text = "“No,” said Bob Roe. Then it rained. Acme fell. It said it was over."
    said = said_by(text, ("No,", "said {Bob Roe}"), ("it was over", "{It} said"), people=[BOB], orgs=["Acme"])  # fmt: skip
    assert said == [BOB, "Acme"]


def test_joint_speakers():
    """Of several who speak together the first is told, and "they" means them again."""
    text = "Ann Lee and Bob Roe said no. They said it was over."
    said = said_by(text, ("no", "Ann Lee and Bob Roe"), ("it was over", "{They} said"), people=[ANN, BOB])  # fmt: skip
    assert said == [ANN, ANN]


def test_all_who_speak_together_are_told():
    """Joint speakers are told in order, with the quotes that go on from theirs and "they" too."""
    text = "“No,” said Bob Roe and Ann Lee. “Never.” They said it was over. Ann Lee said so."
    quotes, entities = tell(
        text,
        ("“No,”", "Bob Roe and Ann Lee"),
        ("“Never.”", None),
        ("it was over", "{They} said"),
        ("so", "{Ann Lee} said so"),
        people=[ANN, BOB],
    )
    together, *_ = joint = [[speaker.name for speaker in quote.joint] for quote in quotes]
    assert joint == [[BOB, ANN], [BOB, ANN], [BOB, ANN], []]
    assert [quote.speaker.name for quote in quotes] == [BOB, BOB, BOB, ANN]
    assert {speaker.mention for speaker in quotes[1].joint} == {None}
    assert together == [entity.name for entity in entities]
    assert all(mention.kind is MentionKind.NAME for e in entities for mention in e.mentions)


def test_very_many_who_speak_together():
    """Of a long list of those who speak together, the first ten are told."""
    people = [f"{given}ton Lee" for given in "ABCDEFGHIJKL"]
    text = f"{' and '.join(people)} said it was over."
    (quote,), _ = tell(text, ("it was over", " and ".join(people)), people=people)
    assert [speaker.name for speaker in quote.joint] == people[:10]


def test_first_person_inside_a_quote():
    """I and we inside a quote are the one who says it."""
    text = "“Well, we say it is over,” said Ann Lee. “We think so,” we said."
    said = said_by(
        text,
        ("Well, we say it is over,", "Ann Lee"),
        ("it is over", "{we} say"),
        ("We think so,", "{we} said"),
        people=[ANN],
    )
    assert said == [ANN, ANN, None]


@pytest.mark.parametrize(
    ("text", "source", "speaker"),
    [
        pytest.param("The Ukrainian president, Bob Roe, came. The Ukrainian president said it was over.", "{The Ukrainian president} said", BOB, id="apposition"),
        pytest.param("Ukrainian President Bob Roe came. The president said it was over.", "{The president} said", BOB, id="title"),
        pytest.param("Gov. Bob Roe came. The governor said it was over.", "{The governor} said", BOB, id="abbreviated title"),
        pytest.param("Sen. Bob Roe came. The Republican senator said it was over.", "{The Republican senator} said", BOB, id="party"),
        pytest.param("Sen. Bob Roe came. The lawmaker said it was over.", "{The lawmaker} said", BOB, id="wider word"),
        pytest.param("Bob Roe, a longtime lawyer for Acme, came. The 50-year-old attorney said it was over.", "{The 50-year-old attorney} said", BOB, id="synonym"),
        pytest.param("An attorney for Smith, Bob Roe, came. Smith's lawyer said it was over.", "{Smith's lawyer} said", BOB, id="relation"),
        pytest.param("His lawyer, Bob Roe, came. His lawyer said it was over.", "{His lawyer} said it", BOB, id="his"),
        pytest.param("Bob Roe is the mayor of Rome. The mayor said it was over.", "{The mayor} said", BOB, id="is"),
        pytest.param("Bob Roe, president of France, came. The French president said it was over.", "{The French president} said", None, id="unknown adjective"),
        pytest.param("Bob Roe, president of Ukraine, came. The Ukrainian president said it was over.", "{The Ukrainian president} said", BOB, id="nationality and country"),
        pytest.param("US President Bob Roe came. The Russian president said it was over.", "{The Russian president} said", None, id="another country's"),
        pytest.param("President Bob Roe met former President Kim Lee. The former president said it was over.", "{The former president} said", "Kim Lee", id="former"),
        pytest.param("President Bob Roe came. A former president said it was over.", "{A former president} said", None, id="indefinite"),
        pytest.param("President Bob Roe came. Presidents said it was over.", "{Presidents} said", None, id="plural"),
        pytest.param("President Bob Roe came. The vice president said it was over.", "{The vice president} said", None, id="vice"),
        pytest.param("President Bob Roe came. The thing said it was over.", "{The thing} said", None, id="no role"),
        pytest.param("Senator says it was over\nSen. Bob Roe came.", "{Senator} says", BOB, id="headline"),
        pytest.param("The Acme Company fell. The company said it was over.", "{The company} said", "Acme Company", id="company"),
        pytest.param("Acme, a maker of hats, fell. The company said it was over.", "{The company} said", "Acme", id="apposed company"),
        pytest.param("The Welders Association met. The union said it was over.", "{The union} said", "Welders Association", id="union"),
        pytest.param("Bob Roe, a man of 50, came. The company said it was over.", "{The company} said", None, id="no company"),
        pytest.param("In Bob Roe's letter it was over.", "{Bob Roe's letter} it", BOB, id="document of its maker"),
        pytest.param("Bob Roe came. His statement says it was over.", "{His statement} says", BOB, id="his document"),
        pytest.param("Democratic nominee Kim Lee met Republican nominee Bob Roe. The GOP nominee said it was over.", "{The GOP nominee} said", BOB, id="party by another name"),
        pytest.param("Libertarian nominee Bob Roe came. The GOP nominee said it was over.", "{The GOP nominee} said", None, id="another party"),
        pytest.param("Democratic vice presidential nominee Bob Roe came. The Democratic presidential nominee said it was over.", "{The Democratic presidential nominee} said", None, id="another rank"),
        pytest.param("Presidential nominee Gov. Bob Roe came. The nominee said it was over.", "{The nominee} said", BOB, id="role before a title"),
        pytest.param("The thing of Smith, Bob Roe, came; Bob Roe, in all, left. The thing said it was over.", "{The thing} said", None, id="appositions without a role"),
        pytest.param("The mayor said it was over, added Bob Roe, the mayor", "{The mayor} said", BOB, id="apposition at the end"),
        pytest.param("A report says it was over, Bob Roe.", "{A report} says", None, id="document of nobody"),
    ],
)  # fmt: skip
def test_descriptions(text, source, speaker):
    """A definite description means whom the text gives that role by name."""
    names = {"people": [BOB, "Kim Lee", "Smith"], "orgs": ["Acme Company", "Acme", "Welders Association"], "places": ["Rome"]}  # fmt: skip
    assert said_by(text, ("it was over", source), **names) == [speaker]


def test_two_holders_of_a_role():
    """Of two with one role, the one in focus is meant."""
    text = "Sen. Ann Lee met Sen. Bob Roe. Sen. Lee left. Sen. Lee said no. The senator said it was over."
    said = said_by(text, ("no", "{Sen. Lee} said"), ("it was over", "{The senator} said"), people=[ANN, BOB, "Lee"])  # fmt: skip
    assert said == [ANN, ANN]


def test_the_company_that_spoke():
    """An organisation that has been heard is "the company", even if the text never said so."""
    text = "Acme said no. The company said it was over. Bob Roe said so. The company said we did."
    said = said_by(
        text,
        ("no", "Acme"),
        ("it was over", "{The company} said it"),
        ("so", "Bob Roe"),
        ("we did", "{The company} said we"),
        people=[BOB],
        orgs=["Acme"],
    )
    assert said == ["Acme", "Acme", BOB, "Acme"]


def test_the_statement_of_the_last_speaker():
    """A statement is that of whoever spoke last."""
    text = "Acme said no. The statement said it was over."
    said = said_by(text, ("no", "Acme"), ("it was over", "{The statement} said"), orgs=["Acme"])
    assert said == ["Acme", "Acme"]


def test_an_unnamed_speaker_ends_a_turn():
    """After an unnamed speaker, a statement is not that of the one before any more."""
    text = "Acme said no. A senior aide said so. The statement said it was over."
    said = said_by(text, ("no", "Acme"), ("so", "{A senior aide} said"), ("it was over", "{The statement} said"), orgs=["Acme"])  # fmt: skip
    assert said == ["Acme", None, None]


@pytest.mark.parametrize(
    ("text", "marked", "names"),
    [
        pytest.param("“It is over,” said Ann Lee. “Go home.”", [("“It is over,”", "Ann Lee"), ("“Go home.”", None)], [ANN, ANN], id="same paragraph"),
        pytest.param("“It is over,” said Ann Lee.\n\n“Go home.”", [("“It is over,”", "Ann Lee"), ("“Go home.”", None)], [ANN, ANN], id="next paragraph"),
        pytest.param("“It is over,” said Ann Lee. “Go.” “Home.”", [("“It is over,”", "Ann Lee"), ("“Go.”", None), ("“Home.”", None)], [ANN, ANN, ANN], id="twice"),
        pytest.param("“Go home.” “It is over,” said Ann Lee.", [("“Go home.”", None), ("“It is over,”", "Ann Lee")], [ANN, ANN], id="before"),
        pytest.param("“Go home.”\n“It is over,” said Ann Lee.", [("“Go home.”", None), ("“It is over,”", "Ann Lee")], [None, ANN], id="not from the next paragraph"),
        pytest.param("“It is over,” said Ann Lee. Rain fell. “Go home.”", [("“It is over,”", "Ann Lee"), ("“Go home.”", None)], [ANN, None], id="narration between"),
        pytest.param("Ann Lee said it is over. “Go home.”", [("it is over", "Ann Lee"), ("“Go home.”", None)], [ANN, None], id="not from an indirect one"),
        pytest.param("“It is over,” said a man. “Go home.”", [("“It is over,”", "a man"), ("“Go home.”", None)], [None, None], id="nobody to inherit"),
        pytest.param("“It is over,” said Ann Lee.\n\n\n\n“Go home.”", [("“It is over,”", "Ann Lee"), ("“Go home.”", None)], [ANN, ANN], id="next paragraph, far below"),
        pytest.param("“Go home.” Rain fell.", [("“Go home.”", None)], [None], id="alone"),
    ],
)  # fmt: skip
def test_floating_quotes(text, marked, names):
    """A quote without a source goes on with the speaker of the words right beside it."""
    assert said_by(text, *marked, people=[ANN]) == names


A_SAID, B_SAID = ("“We go,”", "said {Ann Lee}"), ("“We stay,”", "said {Bob Roe}")


@pytest.mark.parametrize(
    ("text", "said", "names"),
    [
        pytest.param("“We go,” said Ann Lee.\n“We stay,” said Bob Roe.\n“So go.”\n“Or not.”", [A_SAID, B_SAID, ("“So go.”", None), ("“Or not.”", None)], [ANN, BOB, ANN, BOB], id="two"),
        pytest.param("“We go,” said Ann Lee.\n“So go.”", [A_SAID, ("“So go.”", None)], [ANN, ANN], id="one"),
        pytest.param("“We go,” said Ann Lee.\n“We stay,” added Ann Lee.\n“So go.”", [A_SAID, ("“We stay,”", "added {Ann Lee}"), ("“So go.”", None)], [ANN, ANN, ANN], id="one twice"),
        pytest.param("“We go,” said Ann Lee.\nIt rained.\n“We stay,” said Bob Roe.\n“So go.”", [A_SAID, B_SAID, ("“So go.”", None)], [ANN, BOB, BOB], id="story between"),
        pytest.param("“We go,” said Ann Lee. “We stay,” said Bob Roe.\n“So go.”", [A_SAID, B_SAID, ("“So go.”", None)], [ANN, BOB, BOB], id="one paragraph"),
        pytest.param("“We go,” said a man.\n“We stay,” said Bob Roe.\n“So go.”", [("“We go,”", "said {a man}"), B_SAID, ("“So go.”", None)], [None, BOB, BOB], id="somebody unnamed"),
        pytest.param("“We go.”\n“We stay,” said Bob Roe.\n“So go.”", [("“We go.”", None), B_SAID, ("“So go.”", None)], [None, BOB, BOB], id="nobody before"),
    ],
)  # fmt: skip
def test_taking_turns(text, said, names):
    """Where two have spoken paragraph by paragraph, the next paragraph is the first one's again."""
    assert said_by(text, *said, people=[ANN, BOB]) == names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("Ann Lee was blunt. “Go home.”", ANN, id="sentence before"),
        pytest.param("It rained. Ann Lee was blunt. “Go home.”", ANN, id="the last sentence"),
        pytest.param("Ann Lee was blunt: “Go home.”", ANN, id="colon"),
        pytest.param("Ann Lee was blunt:\n“Go home.”", ANN, id="colon, and a paragraph"),
        pytest.param("It was a line by Ann Lee: “Go home.”", ANN, id="by"),
        pytest.param("A note came from the old mayor Ann Lee: “Go home.”", ANN, id="from"),
        pytest.param("Bob Roe read a line by Ann Lee: “Go home.”", ANN, id="by, before the subject"),
        pytest.param("Bob Roe read a line by Acme: “Go home.”", BOB, id="by no person"),
        pytest.param("Ann Lee was blunt.\n“Go home.”", None, id="another paragraph"),
        pytest.param("They saw Ann Lee. “Go home.”", None, id="no subject"),
        pytest.param("It was a line by Ann Lee. “Go home.”", None, id="by, without a colon"),
        pytest.param("Acme was blunt. “Go home.”", None, id="no person"),
        pytest.param("It rained. “Go home.”", None, id="nobody"),
        pytest.param("Ann Lee was blunt, " + "so very " * 9 + "blunt. “Go home.”", None, id="a long sentence"),
        pytest.param("Ann Lee was blunt, " + "so very " * 9 + "blunt: “Go home.”", ANN, id="a long one with a colon"),
        pytest.param("Ann Lee was blunt, " + "so very " * 30 + "blunt: “Go home.”", None, id="too long with a colon"),
        pytest.param("“Go home.”", None, id="nothing before"),
    ],
)  # fmt: skip
def test_introduced(text, name):
    """A quotation that nothing else attributes is whose the words right before it are about."""
    (quote,), _ = tell(text, ("Go home.", None), people=[ANN, BOB], orgs=["Acme"])
    assert (quote.speaker.name if quote.speaker else None) == name
    if name:
        assert quote.status is AttributionStatus.ATTRIBUTED
        assert quote.speaker.mention.span.of(text) == name


def test_words_without_marks_are_not_introduced():
    """Only a quotation can be introduced by a sentence before it."""
    assert said_by("Ann Lee was blunt: “Go” home.", ("“Go” home", None), people=[ANN]) == [None]


def test_inherited_speakers_have_no_mention():
    """A quote that goes on from another has no words of its own for the speaker."""
    text = "“It is over,” said Ann Lee. “Go home.”"
    (_, quote), _ = tell(text, ("“It is over,”", "Ann Lee"), ("“Go home.”", None), people=[ANN])
    assert quote.speaker.mention is None
    assert quote.status is AttributionStatus.ATTRIBUTED


@pytest.mark.parametrize(
    ("text", "source", "kind", "status"),
    [
        ("Ann Lee said it was over.", "Ann Lee", MentionKind.NAME, AttributionStatus.ATTRIBUTED),
        ("Ann Lee rose. She said it was over.", "{She} said", MentionKind.PRONOUN, AttributionStatus.ATTRIBUTED),
        ("Mayor Ann Lee rose. The mayor said it was over.", "{The mayor} said", MentionKind.NOMINAL, AttributionStatus.ATTRIBUTED),
        ("A senior aide said it was over.", "A senior aide", MentionKind.NOMINAL, AttributionStatus.ATTRIBUTED),
        ("They said it was over.", "They", MentionKind.PRONOUN, AttributionStatus.UNATTRIBUTED),
    ],
)  # fmt: skip
def test_kind_and_status(text, source, kind, status):
    """A name or a description attributes a quote; a pronoun that leads nowhere does not."""
    (quote,), _ = tell(text, ("it was over", source), people=[ANN])
    assert quote.speaker.mention.kind is kind
    assert quote.status is status


def test_no_source():
    """A quote without a source stays unattributed."""
    (quote,), _ = tell("It was over.", ("It was over", None))
    assert quote.speaker is None
    assert quote.status is AttributionStatus.UNATTRIBUTED


def test_entities_gain_what_resolved_to_them():
    """Pronouns and descriptions of the sources become mentions; they do not count."""
    text = "Mayor Ann Lee rose. She said no. The mayor said it was over."
    _, (entity,) = tell(text, ("no", "{She} said"), ("it was over", "{The mayor} said"), people=[ANN])  # fmt: skip
    assert [(m.span.of(text), m.kind) for m in entity.mentions] == [
        ("Ann Lee", MentionKind.NAME),
        ("She", MentionKind.PRONOUN),
        ("The mayor", MentionKind.NOMINAL),
    ]
    assert entity.count == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        pytest.param("Dmitry Co.", "Dm{it}ry", id="inside"),
        pytest.param("It Co.", "{It} Co. said", id="at its beginning"),
    ],
)
def test_parts_of_names_are_no_pronouns(name, source):
    """A pronoun that the model reads in a name is no mention beside the name."""
    text = f"{name} rose. {name} said it was over."
    _, (entity,) = tell(text, ("it was over", source), orgs=[name])
    assert [mention.span.of(text) for mention in entity.mentions] == [name, name]


def test_shared_source():
    """Two quotes with one source have one speaker, who is mentioned once."""
    text = "Ann Lee rose. She said no, adding it was over."
    quotes, (entity,) = tell(text, ("no", "{She} said"), ("it was over", "{She} said"), people=[ANN])  # fmt: skip
    assert [quote.speaker.name for quote in quotes] == [ANN, ANN]
    assert len(entity.mentions) == 2


def test_a_source_cut_short():
    """An article alone stands for the name after it, unless a mark or a small word is between."""
    names = {"orgs": ["Daily Post"]}
    assert said_by("The Daily Post said it was over.", ("it was over", "The"), **names) == [
        "Daily Post"
    ]
    assert said_by("The, Daily Post said it was over.", ("it was over", "The"), **names) == [None]
    assert said_by("Daily Post said it was over the", ("it was over", "{the}"), **names) == [None]


def test_far_away_names_are_forgotten():
    """A pronoun means nobody who was last named many paragraphs ago."""
    text = "Ann Lee rose.\n" + "Rain fell.\n" * 6 + "She said it was over."
    assert said_by(text, ("it was over", "{She} said"), people=[ANN]) == [None]


def test_names_side_by_side():
    """A name that only touches a source is no part of it."""
    text = "FBIAnn Lee said it was over."
    mentions = [
        Mention(Span(0, 3), EntityType.ORGANIZATION, 0.9),
        Mention(Span(3, 10), EntityType.PERSON, 0.9),
    ]
    quotes = quotes_of(text, ("it was over", "FBI{Ann Lee}"))
    (quote,), _ = resolve_speakers(text, quotes, group_mentions(text, mentions), sentences_of(text))
    assert quote.speaker.name == ANN


def test_types_of_speakers():
    """A speaker has its entity's id and type."""
    text = "Moscow said it was over."
    (quote,), (entity,) = tell(text, ("it was over", "Moscow"), places=["Moscow"])
    assert quote.speaker.type is EntityType.PLACE
    assert quote.speaker.entity_id == entity.id
