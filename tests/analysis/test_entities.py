"""Mentions grouped into entities."""

import hashlib

import pytest

from analysis.document import EntityType, Mention, MentionKind, Span
from analysis.entities import entity_id, group_mentions
from tests.analysis.stories import ORGANIZATION, PERSON, PLACE, clusters_of, mentions_of


def clusters(text, **names):
    return clusters_of(text, group_mentions(text, mentions_of(text, **names)))


@pytest.mark.parametrize(
    ("text", "people", "groups"),
    [
        pytest.param(
            "Ann Lee won. Lee smiled. Ann left.",
            ["Ann Lee", "Lee", "Ann"],
            [["Ann Lee", "Lee", "Ann"]],
            id="surname and given name",
        ),
        pytest.param(
            "Lee wins\nAnn Lee won.", ["Ann Lee", "Lee"], [["Lee", "Ann Lee"]], id="headline first"
        ),
        pytest.param(
            "William Roe ran. Bill Roe won.",
            ["William Roe", "Bill Roe"],
            [["William Roe", "Bill Roe"]],
            id="nickname",
        ),
        pytest.param(
            "J. Roe wrote. John Roe read.",
            ["J. Roe", "John Roe"],
            [["J. Roe", "John Roe"]],
            id="initial",
        ),
        pytest.param(
            "J. Roe wrote to John Roe and Jane Roe.",
            ["J. Roe", "John Roe", "Jane Roe"],
            [["J. Roe"], ["John Roe"], ["Jane Roe"]],
            id="initial of two",
        ),
        pytest.param(
            "Joseph R. Biden, Jr. spoke. Joe Biden left.",
            ["Joseph R. Biden, Jr.", "Joe Biden"],
            [["Joseph R. Biden, Jr.", "Joe Biden"]],
            id="suffix and nickname",
        ),
        pytest.param(
            "Max Roe met Max Roe Jr. there.",
            ["Max Roe", "Max Roe Jr."],
            [["Max Roe"], ["Max Roe Jr."]],
            id="father and son",
        ),
        pytest.param(
            "George W. Bush met George H. W. Bush.",
            ["George W. Bush", "George H. W. Bush"],
            [["George W. Bush"], ["George H. W. Bush"]],
            id="middle initials",
        ),
        pytest.param(
            "George W. Bush met George H. Bush.",
            ["George W. Bush", "George H. Bush"],
            [["George W. Bush"], ["George H. Bush"]],
            id="other middle initial",
        ),
        pytest.param(
            "Andrés Manuel López Obrador spoke. López Obrador left. Obrador slept.",
            ["Andrés Manuel López Obrador", "López Obrador", "Obrador"],
            [["Andrés Manuel López Obrador", "López Obrador", "Obrador"]],
            id="two surnames",
        ),
        pytest.param(
            "Xi Jinping met Kim Jong-un. Xi left; Kim Jong Un slept.",
            ["Xi Jinping", "Kim Jong-un", "Xi", "Kim Jong Un"],
            [["Xi Jinping", "Xi"], ["Kim Jong-un", "Kim Jong Un"]],
            id="surname first",
        ),
        pytest.param(
            "Hun Sen met Hun Manet. Hun Sen left.",
            ["Hun Sen", "Hun Manet"],
            [["Hun Sen", "Hun Sen"], ["Hun Manet"]],
            id="one family, surname first",
        ),
        pytest.param(
            "Osama bin Laden hid. Bin Laden fled.",
            ["Osama bin Laden", "Bin Laden"],
            [["Osama bin Laden", "Bin Laden"]],
            id="particle",
        ),
        pytest.param(
            "Bashar al-Assad spoke. Assad left. Al-Assad slept.",
            ["Bashar al-Assad", "Al-Assad", "Assad"],
            [["Bashar al-Assad", "Assad", "Al-Assad"]],
            id="article",
        ),
        pytest.param(
            "José Núñez spoke. Nuñez left. NÚÑEZ slept.",
            ["José Núñez", "Nuñez", "NÚÑEZ"],
            [["José Núñez", "Nuñez", "NÚÑEZ"]],
            id="accents and capitals",
        ),
        pytest.param(
            "The Clintons met Bill Clinton.",
            ["Clintons", "Bill Clinton"],
            [["Clintons"], ["Bill Clinton"]],
            id="family",
        ),
        pytest.param("Pelé met Zico.", ["Pelé", "Zico"], [["Pelé"], ["Zico"]], id="single names"),
    ],
)
def test_people(text, people, groups):
    """All the forms of one person's name are one entity, and no other's."""
    assert clusters(text, people=people) == groups


@pytest.mark.parametrize(
    ("text", "people", "groups"),
    [
        pytest.param(
            "Bill Clinton met Hillary Clinton. Mrs. Clinton spoke; Mr. Clinton slept.",
            ["Bill Clinton", "Hillary Clinton", "Clinton"],
            [["Bill Clinton", "Clinton"], ["Hillary Clinton", "Clinton"]],
            id="title",
        ),
        pytest.param(
            "Hillary Clinton spoke in Ohio. Clinton was tired. Bill Clinton spoke in Iowa. Clinton was well.",
            ["Bill Clinton", "Hillary Clinton", "Clinton"],
            [["Hillary Clinton", "Clinton"], ["Bill Clinton", "Clinton"]],
            id="nearest full name",
        ),
        pytest.param(
            "Bill Clinton came for his wife, Hillary Clinton. Clinton said it was over.",
            ["Bill Clinton", "Hillary Clinton", "Clinton"],
            [["Bill Clinton", "Clinton"], ["Hillary Clinton"]],
            id="a relative does not take over the surname",
        ),
        pytest.param(
            "Bill Clinton and Hillary Clinton came. Clinton said that she was tired.",
            ["Bill Clinton", "Hillary Clinton", "Clinton"],
            [["Bill Clinton"], ["Hillary Clinton", "Clinton"]],
            id="pronoun",
        ),
        pytest.param(
            "Mr. Obama spoke. Michelle Obama listened. Mr. Obama left.",
            ["Michelle Obama", "Obama"],
            [["Obama", "Obama"], ["Michelle Obama"]],
            id="the full name is only given of the other",
        ),
        pytest.param(
            "Mr. Roe met Mrs. Roe. Mr. Roe left.",
            ["Roe"],
            [["Roe", "Roe"], ["Roe"]],
            id="no full name at all",
        ),
        pytest.param(
            "Obama spoke. He left. Obama came back. He sang. Michelle Obama wept.",
            ["Michelle Obama", "Obama"],
            [["Obama", "Obama"], ["Michelle Obama"]],
            id="pronouns against the only full name",
        ),
    ],
)
def test_shared_surnames(text, people, groups):
    """Two people with one surname are kept apart by title, pronoun and prominence."""
    assert clusters(text, people=people) == groups


@pytest.mark.parametrize(
    ("text", "orgs", "groups"),
    [
        pytest.param(
            "The Federal Bureau of Investigation acted. The FBI won.",
            ["Federal Bureau of Investigation", "FBI"],
            [["Federal Bureau of Investigation", "FBI"]],
            id="acronym",
        ),
        pytest.param(
            "The E.U. met. The European Union spoke.",
            ["E.U.", "European Union"],
            [["E.U.", "European Union"]],
            id="dotted acronym",
        ),
        pytest.param(
            "Acme Inc. grew. Acme sold. ACME Corporation left.",
            ["Acme Inc.", "Acme", "ACME Corporation"],
            [["Acme Inc.", "Acme", "ACME Corporation"]],
            id="company forms",
        ),
        pytest.param(
            "The Washington Post wrote. The Post said.",
            ["Washington Post", "Post"],
            [["Washington Post", "Post"]],
            id="short form",
        ),
        pytest.param(
            "Breitbart News wrote. Breitbart said.",
            ["Breitbart News", "Breitbart"],
            [["Breitbart News", "Breitbart"]],
            id="dropped word",
        ),
        pytest.param(
            "The House met. The House Oversight Committee sat.",
            ["House Oversight Committee", "House"],
            [["House"], ["House Oversight Committee"]],
            id="part of a body",
        ),
        pytest.param(
            "The US Senate met. The Texas Senate met. The Senate rose.",
            ["US Senate", "Texas Senate", "Senate"],
            [["US Senate"], ["Texas Senate"], ["Senate"]],
            id="short for two",
        ),
        pytest.param(
            "The GOP met. The Republican Party rose.",
            ["GOP", "Republican Party"],
            [["GOP", "Republican Party"]],
            id="well-known short form",
        ),
        pytest.param(
            "Corvane Foods grew. Corvane sold.",
            ["Corvane Foods", "Corvane"],
            [["Corvane Foods", "Corvane"]],
            id="first word",
        ),
        pytest.param(
            "Corvane Foods met Corvane Steel. Corvane sold.",
            ["Corvane Foods", "Corvane Steel", "Corvane"],
            [["Corvane Foods"], ["Corvane Steel"], ["Corvane"]],
            id="first word of two",
        ),
        pytest.param(
            "Corvane Foods of Old Porto grew. Corvane sold.",
            ["Corvane Foods of Old Porto", "Corvane"],
            [["Corvane Foods of Old Porto"], ["Corvane"]],
            id="first of many words",
        ),
        pytest.param(
            "Corvane College met Corvane.",
            ["Corvane College", "Corvane"],
            [["Corvane College", "Corvane"]],
            id="first word, and one that may be left out",
        ),
        pytest.param(
            "Corvane Hospital met Corvane.",
            ["Corvane Hospital", "Corvane"],
            [["Corvane Hospital"], ["Corvane"]],
            id="a part of what the first word names",
        ),
        pytest.param(
            "National Foods grew. National sold. Oslo Foods grew. Oslo sold. CORVANE grew.",
            ["National Foods", "National", "Oslo Foods", "Oslo", "CORVANE"],
            [["National Foods"], ["National"], ["Oslo Foods"], ["Oslo"], ["CORVANE"]],
            id="a first word of many, or short",
        ),
        pytest.param(
            "Corvane Foods grew. CORVANE sold.",
            ["Corvane Foods", "CORVANE"],
            [["Corvane Foods"], ["CORVANE"]],
            id="capitals may be initials",
        ),
        pytest.param(
            "WHO met Wild Hog Owners and World Hat Office.",
            ["WHO", "Wild Hog Owners", "World Hat Office"],
            [["WHO"], ["Wild Hog Owners"], ["World Hat Office"]],
            id="acronym of two",
        ),
    ],
)
def test_organizations(text, orgs, groups):
    """Acronyms, company forms and short forms are one organisation where only one fits."""
    assert clusters(text, orgs=orgs) == groups


@pytest.mark.parametrize(
    ("text", "places", "groups"),
    [
        ("The U.S. and the United States and America.", ["U.S.", "United States", "America"], [["U.S.", "United States", "America"]]),
        ("Tampa, Fla. is in Florida.", ["Tampa", "Fla.", "Florida"], [["Tampa"], ["Fla.", "Florida"]]),
        ("Washington, D.C. and Washington.", ["Washington, D.C.", "Washington"], [["Washington, D.C.", "Washington"]]),
        ("New York and New York City.", ["New York City", "New York"], [["New York"], ["New York City"]]),
    ],
)  # fmt: skip
def test_places(text, places, groups):
    """A place's usual short forms are the same place."""
    assert clusters(text, places=places) == groups


def test_many_of_one_surname():
    """The surname of a big family goes to the one named last."""
    family = [
        f"{name} Roe" for name in ["Al", "Bo", "Cy", "Di", "Ed", "Flo", "Gus", "Hal", "Ike", "Jo"]
    ]
    text = " ".join(f"{name} came." for name in family) + " Roe left."
    assert clusters(text, people=[*family, "Roe"])[-1] == ["Jo Roe", "Roe"]


def test_types_are_never_merged():
    """One word may name a person, an organisation and a place."""
    text = "Lincoln Lincoln Lincoln"
    mentions = [Mention(Span(8 * i, 8 * i + 7), kind, 0.9) for i, kind in enumerate(EntityType)]
    assert [entity.type for entity in group_mentions(text, mentions)] == list(EntityType)


def test_names_and_aliases():
    """The fullest form names the entity; the other forms, each once, are its aliases."""
    text = "TRUMP WINS\nTrump won. Donald Trump smiled. Trump left."
    (entity,) = group_mentions(text, mentions_of(text, people=["Donald Trump", "Trump", "TRUMP"]))
    assert entity.name == "Donald Trump"
    assert entity.aliases == ("TRUMP", "Trump")
    assert entity.count == 4


def test_capitals_do_not_name():
    """A form that is not shouted names the entity."""
    text = "WALLACE: No.\nWallace left."
    (entity,) = group_mentions(text, mentions_of(text, people=["WALLACE", "Wallace"]))
    assert (entity.name, entity.aliases) == ("Wallace", ("WALLACE",))


def test_only_names_count():
    """Pronouns and descriptions are no part of the input."""
    mentions = [
        Mention(Span(0, 3), PERSON, 0.9),
        Mention(Span(8, 10), PERSON, 0.9, MentionKind.PRONOUN),
    ]
    (entity,) = group_mentions("Lee says he left", mentions)
    assert len(entity.mentions) == 1


def test_order():
    """Entities come in the order of first mention, their salience not yet rated."""
    text = "Oslo slept. Ann Lee woke. Lee sang in Oslo. Lee left."
    entities = group_mentions(text, mentions_of(text, people=["Ann Lee", "Lee"], places=["Oslo"]))
    assert [entity.name for entity in entities] == ["Oslo", "Ann Lee"]
    assert {entity.salience for entity in entities} == {0.0}


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (PERSON, ["José Núñez", "Jose Nunez", "JOSÉ NÚÑEZ", "José  Núñez’s"]),
        (ORGANIZATION, ["The E.U.", "EU", "European Union"]),
        (PLACE, ["U.S.", "US", "United States", "the United States"]),
        (ORGANIZATION, ["AFL-CIO", "AFL CIO"]),
    ],
)
def test_ids_fold_names(kind, names):
    """Spellings of one name give one id, in every document."""
    assert len({entity_id(kind, name) for name in names}) == 1


def test_ids_are_documented():
    """An id is its type's prefix and the start of a SHA-256 over type and folded name."""
    digest = hashlib.sha256(b"person\nann lee").hexdigest()
    assert entity_id(PERSON, "Ann Lee") == "per-" + digest[:8]
    assert entity_id(PLACE, "Ann Lee").startswith("pla-")
    assert entity_id(PERSON, "US") != entity_id(PERSON, "United States")


def test_ids_differ_within_a_document():
    """Two people known by one name have two ids."""
    text = "Mr. Roe met Mrs. Roe."
    first, second = group_mentions(text, mentions_of(text, people=["Roe"]))
    assert first.name == second.name
    assert first.id != second.id
    assert first.id == entity_id(PERSON, "Roe")
