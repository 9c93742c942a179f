"""Who is in mind at a point of a text."""

import pytest

from analysis.antecedents import Answer, Focus, choose
from analysis.document import EntityType, MentionKind
from analysis.names import Gender
from tests.analysis.stories import discourse_of, names_of, span_of

ANN, BOB, EVA, KIM = "Ann Lee", "Bob Roe", "Eva Lund", "Kim Ek"
PEOPLE = [ANN, BOB, EVA, KIM]


def read(text, *, told=False):
    """Return what is in mind at the end of a story, all of whose names have been read."""
    focus = Focus(discourse_of(text, people=PEOPLE, orgs=["Acme", "Oslo Foods"], places=["Rome"]))
    for named in focus.discourse.named:
        focus.name(named, told=told)
    return focus


def entity(focus, name):
    return next(i for i, each in enumerate(focus.discourse.entities) if each.name == name)


def ranked(focus, gender=None, kind=EntityType.PERSON):
    ranking = focus.rank(len(focus.discourse.text), gender, kind)
    return names_of(focus.discourse, [number for _, number in ranking])


@pytest.mark.parametrize(
    ("text", "both"),
    [
        pytest.param("Ann Lee and Bob Roe came. ", [ANN, BOB], id="and"),
        pytest.param("Ann Lee & Bob Roe came. ", [ANN, BOB], id="ampersand"),
        pytest.param("Ann Lee and Judge Bob Roe came. ", [ANN, BOB], id="title"),
        pytest.param("Ann Lee and Bob Roe came.\nIt rained. ", [ANN, BOB], id="the paragraph before"),
        pytest.param("Ann Lee and Bob Roe came. Kim Ek and Eva Lund left. ", [KIM, EVA], id="the latest pair"),
        pytest.param("Ann Lee and Bob Roe came.\nIt rained.\nIt did. ", [], id="long ago"),
        pytest.param("Ann Lee met Bob Roe. ", [], id="verb"),
        pytest.param("Ann Lee and the mayor, Bob Roe. ", [], id="more between"),
        pytest.param("Ann Lee and Acme came. ", [], id="no person"),
        pytest.param("Ann Lee and Ann Lee came. ", [], id="one person"),
        pytest.param("Ann Lee and Vice Xxxxxxxxxxxxxxxxxxx Yyyyyyyyyyyyyyyyyyyyy Bob Roe. ", [], id="far apart"),
        pytest.param("Ann Lee came. ", [], id="alone"),
        pytest.param("It rained. ", [], id="nobody"),
    ],
)  # fmt: skip
def test_find_pair(text, both):
    """Two people named side by side are in mind together, in this paragraph and the next."""
    focus = read(text)
    assert names_of(focus.discourse, focus.find_pair(len(text))) == both


def test_those_who_spoke_together():
    """People who were heard together come before people who were named together."""
    text = "Kim Ek and Eva Lund came. Ann Lee and Bob Roe said no. "
    focus = read(text)
    focus.together = (entity(focus, KIM), entity(focus, EVA))
    assert names_of(focus.discourse, focus.find_pair(len(text))) == [ANN, BOB]
    focus.speak(26, entity(focus, KIM), 50)
    assert names_of(focus.discourse, focus.find_pair(len(text))) == [KIM, EVA]


@pytest.mark.parametrize(
    ("text", "name", "twin"),
    [
        pytest.param("Ann Lee and Eva Lund came. ", ANN, EVA, id="the second"),
        pytest.param("Ann Lee and Eva Lund came. ", EVA, ANN, id="the first"),
        pytest.param("Ann Lee and Kim Ek came. ", ANN, KIM, id="gender unknown"),
        pytest.param("Ann Lee and Bob Roe came. ", ANN, None, id="other gender"),
        pytest.param("Ann Lee and Eva Lund came. ", KIM, None, id="none of the two"),
        pytest.param("Ann Lee and Eva Lund came. Ann Lee sat. ", ANN, None, id="named again"),
        pytest.param("Ann Lee and Eva Lund came. It rained. It did. ", ANN, None, id="sentences ago"),
        pytest.param("Ann Lee met Eva Lund. ", ANN, None, id="no pair"),
    ],
)  # fmt: skip
def test_find_twin(text, name, twin):
    """Of two people named side by side just now, either can be meant if gender allows."""
    focus = read(text + "Kim Ek." * (name == KIM))
    found = focus.find_twin(entity(focus, name), len(text))
    assert (None if found is None else names_of(focus.discourse, [found])[0]) == twin


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        pytest.param("Acme fell. ", EntityType.ORGANIZATION, ["Acme"], id="alone"),
        pytest.param("Acme and Oslo Foods fell. ", EntityType.ORGANIZATION, [], id="two"),
        pytest.param("Acme fell. Then Acme sued Oslo Foods. Acme won. ", EntityType.ORGANIZATION, ["Acme"], id="one far before another"),
        pytest.param("The deal with Acme fell. It rained. ", EntityType.ORGANIZATION, [], id="hardly in mind"),
        pytest.param("Ann Lee fell. ", EntityType.ORGANIZATION, [], id="another type"),
        pytest.param("Ann Lee fell. ", EntityType.PERSON, [ANN], id="person"),
    ],
)  # fmt: skip
def test_clearest(text, kind, names):
    """What is much more in mind than all the rest can be meant by a word that fits many."""
    focus = read(text)
    assert names_of(focus.discourse, focus.clearest(len(text), kind)) == names


@pytest.mark.parametrize(
    ("ranking", "entities", "is_open"),
    [
        pytest.param([], (), False, id="nobody"),
        pytest.param([(0.9, 3)], (3,), False, id="one"),
        pytest.param([(0.9, 3), (0.5, 1), (0.2, 2)], (3,), False, id="the likeliest"),
        pytest.param([(0.9, 3), (0.89, 1), (0.88, 2)], (3, 1), True, id="about equally likely"),
        pytest.param([(0.9, 3), (0.84, 1)], (3,), False, id="likelier by enough"),
    ],
)
def test_choose(ranking, entities, is_open):
    """The likeliest is chosen, or two are told where they are about equally likely."""
    assert choose(MentionKind.PRONOUN, ranking) == Answer(MentionKind.PRONOUN, entities, is_open)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("Kim Ek met Ann Lee. ", [KIM, ANN], id="subject before object"),
        pytest.param("Kim Ek came. It rained. Ann Lee came. ", [ANN, KIM], id="the later one"),
        pytest.param("Kim Ek came.\nAnn Lee came. ", [ANN, KIM], id="the later paragraph"),
        pytest.param("“Kim Ek came.” Ann Lee sat. ", [ANN, KIM], id="narrated before quoted"),
        pytest.param("Kim Ek met Acme in Rome. ", [KIM], id="people only"),
        pytest.param("Ann Lee sat. " + "It rained. " * 13, [], id="many sentences ago"),
        pytest.param("Ann Lee sat.\n" + "It rained\n" * 5, [], id="many paragraphs ago"),
    ],
)
def test_rank(text, names):
    """People are in mind by how prominently and how lately they were named."""
    assert ranked(read(text)) == names


@pytest.mark.parametrize(
    ("gender", "names"),
    [
        pytest.param(None, [BOB, KIM, ANN], id="any"),
        pytest.param(Gender.FEMININE, [ANN, KIM], id="she"),
        pytest.param(Gender.MASCULINE, [BOB, KIM], id="he"),
    ],
)
def test_rank_by_gender(gender, names):
    """Those of the other gender are not meant, and those of whom nobody knows less so."""
    assert ranked(read("Ann Lee sat. Kim Ek sat. Bob Roe sat. "), gender) == names


def test_words_of_whoever_is_sought():
    """Names in the words that the sought person says are not his or hers."""
    text = "Kim Ek sat. “Ann Lee sat,” he said."
    focus = read(text)
    own = span_of(text, "Ann Lee sat,")
    assert [number for _, number in focus.rank(30, None, excluded=[own])] == [entity(focus, KIM)]


def test_pronouns_keep_in_mind():
    """Whoever a pronoun means is in mind again, as prominently as the pronoun stands."""
    text = "Kim Ek sat. Ann Lee sat. It rained. "
    focus = read(text)
    focus.refer(25, entity(focus, KIM), 0.1)
    assert ranked(focus) == [ANN, KIM]
    focus.refer(25, entity(focus, KIM))
    assert ranked(focus) == [KIM, ANN]


def test_told_names_count_less():
    """Who is named in somebody's reported words is less in mind."""
    text = "Kim Ek came. "
    (weight, _), (less, _) = (read(text, told=told).rank(13, None)[0] for told in (False, True))
    assert less < weight


def test_a_speaker_is_near_for_a_paragraph():
    """Who spoke is near in the same paragraph and in the next one."""
    text = "Ann Lee sat.\nIt rained.\nIt did."
    focus = read(text)
    assert not focus.is_near(0)
    focus.speak(0, entity(focus, ANN), 12)
    assert [focus.is_near(at) for at in (5, 15, 25)] == [True, True, False]
