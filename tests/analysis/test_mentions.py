"""Names carried through a document."""

import time

import pytest

from analysis.document import EntityType, Mention, MentionKind, Span
from analysis.mentions import carry_names, clean_span
from tests.analysis.stories import ORGANIZATION, PERSON, PLACE, names_in, span_of

KINDS = {"per": PERSON, "org": ORGANIZATION, "pla": PLACE}


def tagged(text):
    """Read mentions marked as [name|type|confidence] out of a text; return both."""
    plain, mentions = "", []
    for i, part in enumerate(text.replace("]", "[").split("[")):
        if i % 2 == 0:
            plain += part
            continue
        name, kind, *sure = part.split("|")
        span = Span(len(plain), len(plain) + len(name))
        mentions.append(Mention(span, KINDS[kind], float(sure[0]) if sure else 0.9))
        plain += name
    return plain, tuple(mentions)


def carried(marked):
    text, mentions = tagged(marked)
    return names_in(text, carry_names(text, mentions))


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        pytest.param(
            "[Ann Lee|per] won. Voters like Ann Lee.", ["Ann Lee", "Ann Lee"], id="same name"
        ),
        pytest.param("[Ann Lee|per] won. Later Lee left.", ["Ann Lee", "Lee"], id="surname"),
        pytest.param("[Lund|pla|.36] and [Rye|pla|.34]", ["Lund"], id="unlikely"),
        pytest.param("[Ann Lee|per] won. Later Ann left.", ["Ann Lee", "Ann"], id="given name"),
        pytest.param(
            "The [Western Area Service|org] met. It WAS late.",
            ["Western Area Service"],
            id="initials that are a word",
        ),
        pytest.param("[NATO|org] met. Then NATO's chief left.", ["NATO", "NATO"], id="acronym"),
        pytest.param("[Ann Lee|per] met LEE today.", ["Ann Lee", "LEE"], id="capitals"),
        pytest.param(
            "The [RAW|org] met. Yes, Raw fish. THE RAW'S men.",
            ["RAW", "RAW"],
            id="an acronym is no word",
        ),
        pytest.param(
            "[BRUSSELS|pla] slept. So did Brussels.", ["BRUSSELS", "Brussels"], id="dateline"
        ),
        pytest.param("[US|pla] firms tell us. Ask US firms.", ["US", "US"], id="us is not US"),
        pytest.param(
            "[Clinton|per] won; pro-Clinton crowds came.", ["Clinton", "Clinton"], id="pro-"
        ),
        pytest.param("In [Utah|pla], Jo Roe (R-Utah) voted.", ["Utah", "Utah"], id="R-"),
        pytest.param("[Oslo|pla] and an Oslo-based bank.", ["Oslo", "Oslo"], id="-based"),
        pytest.param("[Rosen|per] met Fraga-Rosen.", ["Rosen"], id="part of a double name"),
        pytest.param("[Asad|per] met al-Asad.", ["Asad"], id="after an Arabic article"),
        pytest.param("[Lee|per] tweeted as @Lee and #Lee at x.com/Lee.", ["Lee"], id="handles"),
        pytest.param("[Lee|per] saw Leeds and Barkley-Leeson.", ["Lee"], id="inside words"),
        pytest.param("[Ana Ruiz|per] spoke. Then Ruíz sat.", ["Ana Ruiz", "Ruíz"], id="accents"),
        pytest.param(
            "[Osama bin Laden|per] hid. Bin Laden fled; bin Laden died.",
            ["Osama bin Laden", "Bin Laden", "bin Laden"],
            id="particle",
        ),
        pytest.param(
            "[Ludwig van der Berg|per] left. Berg wept, and van der Berg sang.",
            ["Ludwig van der Berg", "Berg", "van der Berg"],
            id="particles",
        ),
        pytest.param(
            "[Xi Jinping|per] met [Kim Jong Un|per]. Xi smiled at Kim.",
            ["Xi Jinping", "Kim Jong Un", "Xi", "Kim"],
            id="a surname that comes first",
        ),
        pytest.param("[Ann Lee Jr.|per] ran. Lee won.", ["Ann Lee Jr.", "Lee"], id="suffix"),
        pytest.param("[Fla.|pla] voters. Tampa, Fla. voted.", ["Fla.", "Fla."], id="abbreviation"),
        pytest.param("[U.S.|pla] troops left. The U.S. army.", ["U.S.", "U.S."], id="dots inside"),
        pytest.param("[Jo Day|per|0.5] ran. Jo Day won.", ["Jo Day"], id="not sure enough"),
        pytest.param("[Bill Bush|per] ran. Bush burns; a bush burns.", ["Bill Bush"], id="common"),
        pytest.param(
            "[Bill Bush|per] ran. Now Bush wins; a bush burns.", ["Bill Bush", "Bush"], id="inside"
        ),
        pytest.param("[Theresa May|per] ran. In May she won.", ["Theresa May"], id="month"),
        pytest.param(
            "[Al King|per] ran. So King Carl ate; Mr. King left.", ["Al King", "King"], id="title"
        ),
        pytest.param("[Ann Lee|per] met a Robert Lee there.", ["Ann Lee"], id="somebody else"),
        pytest.param("[Ann Lee|per] saw the Lee Foundation.", ["Ann Lee"], id="longer name"),
        pytest.param(
            "[Ann Lee|per] met Senator Lee and Mr. Lee.", ["Ann Lee", "Lee", "Lee"], id="titles"
        ),
        pytest.param(
            "Big Day As Ann Lee Wins Poll\n[Ann Lee|per] won.",
            ["Ann Lee", "Ann Lee"],
            id="headline",
        ),
        pytest.param(
            "[Ann Lee|per] won. The [Lee|per] Ann line: Ann [Lee|per] won.",
            ["Ann Lee", "Lee", "Ann Lee"],
            id="a known longer name wins",
        ),
        pytest.param(
            "Hillary [Roe|per] met [Hillary|per] Roe.",
            ["Roe", "Hillary Roe"],
            id="halves",
        ),
        pytest.param(
            "[Ann Lee|per] ate.\nAnn\nLee ate.", ["Ann Lee", "Ann", "Lee"], id="line break"
        ),
        pytest.param("[A.|per] met [7|org]. A or 7 left.", ["A.", "7"], id="too short to carry"),
        pytest.param("Lee won big. Then [Ann Lee|per] lost.", ["Lee", "Ann Lee"], id="first word"),
        pytest.param("[Ann Lee|per] [—|per] left.", ["Ann Lee"], id="no word"),
        pytest.param("The U.S.Lee ship. [Lee|per] sank.", ["Lee"], id="glued after a full stop"),
    ],
)
def test_carry_names(marked, names):
    """A clear name counts wherever it stands alone, and nowhere else."""
    assert carried(marked) == names


@pytest.mark.parametrize(
    ("marked", "types"),
    [
        pytest.param("[Lee|per|.9] [Lee|org|.5] [Lee|per|.9]", [PERSON] * 3, id="majority"),
        pytest.param("[Lee|per|.9] [Lee|org|.95]", [ORGANIZATION, ORGANIZATION], id="surest"),
        pytest.param(
            "[Oslo|pla|.9], [Oslo|org|.86], [Oslo|pla|.9]", [PLACE, ORGANIZATION, PLACE], id="sure"
        ),
        pytest.param("[Ann Lee|per|.9]. [Lee|org|.4] won.", [PERSON, PERSON], id="surname"),
        pytest.param(
            "[Global Seed Council|org|.9]. [GSC|pla|.4] won.", [ORGANIZATION] * 2, id="acronym"
        ),
    ],
)
def test_types_agree(marked, types):
    """A name has one type within a document, unless the model is sure otherwise."""
    text, mentions = tagged(marked.replace(".9]. [", ".9]. Then ["))
    found = [mention.type for mention in carry_names(text, mentions)]
    if "surest" in marked:
        assert found == types
    assert found[-1] == types[-1]


@pytest.mark.parametrize(
    ("name", "kind", "clean"),
    [
        ("the Senate", ORGANIZATION, "Senate"),
        ("The Hague", PLACE, "Hague"),
        ("Russia's", PLACE, "Russia"),
        ("Russia’s", PLACE, "Russia"),
        ("Williams'", PERSON, "Williams"),
        ("“NATO”,", ORGANIZATION, "NATO"),
        ("Mr. Lee", PERSON, "Lee"),
        ("Vice President Ann Lee", PERSON, "Vice President Ann Lee"),
        ("President Ann Lee", PERSON, "Ann Lee"),
        ("Sen. Dr. Ann Lee", PERSON, "Ann Lee"),
        ("President", PERSON, "President"),
        ("Sultan Ahmed", PERSON, "Sultan Ahmed"),
        ("King Street", PLACE, "King Street"),
        ("pro-Clinton", PERSON, "Clinton"),
        ("anti-NATO", ORGANIZATION, "NATO"),
        ("Jo Biden Jr.", PERSON, "Jo Biden Jr."),
        ("Jo Biden Junior.", PERSON, "Jo Biden Junior"),
        ("Evening News.", ORGANIZATION, "Evening News."),
        ("Nightly Mirror.", ORGANIZATION, "Nightly Mirror"),
        ("Wash.", PLACE, "Wash."),
        ("'s", PERSON, "s"),
        ("the", ORGANIZATION, "the"),
        ("—", PERSON, None),
    ],
)
def test_clean_span(name, kind, clean):
    """What does not belong to a name is left out of it; something is always left of a word."""
    text = f"({name})"
    span = clean_span(text, Span(1, 1 + len(name)), kind)
    assert (span.of(text) if span else None) == clean


@pytest.mark.parametrize(
    ("text", "words", "kind", "clean"),
    [
        pytest.param("Jo Biden Jr. left", "Jo Biden Jr", PERSON, "Jo Biden Jr.", id="Jr."),
        pytest.param("Jo Biden, Sr. left", "Jo Biden, Sr", PERSON, "Jo Biden, Sr.", id="Sr."),
        pytest.param("Jr. left", "Jr", PERSON, "Jr", id="no name before"),
        pytest.param("Jo Biden Jr left", "Jo Biden Jr", PERSON, "Jo Biden Jr", id="no full stop"),
        pytest.param("Jo Bidenjr. left", "Jo Bidenjr", PERSON, "Jo Bidenjr", id="within a word"),
        pytest.param("Acme Jr. left", "Acme Jr", ORGANIZATION, "Acme Jr", id="no person"),
        pytest.param("Acme Inc. left", "Acme Inc", ORGANIZATION, "Acme Inc.", id="Inc."),
        pytest.param("Acme, Bros. left", "Acme, Bros", ORGANIZATION, "Acme, Bros.", id="Bros."),
        pytest.param("Acme Inc left", "Acme Inc", ORGANIZATION, "Acme Inc", id="Inc"),
        pytest.param("Acme Zinc. left", "Acme Zinc", ORGANIZATION, "Acme Zinc", id="another word"),
        pytest.param("Jo Co. left", "Jo Co", PERSON, "Jo Co", id="no organisation"),
    ],
)
def test_suffix_with_a_full_stop(text, words, kind, clean):
    """The full stop of "Jr." or "Inc." belongs to the name, even if the model left it out."""
    assert clean_span(text, span_of(text, words), kind).of(text) == clean


@pytest.mark.parametrize("after", ["", "\n", " left"])
def test_suffix_with_its_full_stop(after):
    """A name that has the full stop of "Inc." already goes no further, nor over the text's end."""
    assert clean_span(f"Acme Inc.{after}", Span(0, 9), ORGANIZATION) == Span(0, 9)


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        pytest.param("[Lee|per] sat. [Leereplied|per] now.", ["Lee", "Lee"], id="surname"),
        pytest.param("[Ann Lee|per] sat. So Lee ate. [Ann Leetold|per] us.", ["Ann Lee", "Lee", "Ann Lee"], id="full name"),
        pytest.param("[Leereplied|per] now.", ["Leereplied"], id="never on its own"),
        pytest.param("[Lee|per] sat. [Leedanced|per] now.", ["Lee", "Leedanced"], id="no verb of speech"),
        pytest.param("[Lee|per] sat. [Leereplied Roe|per] now.", ["Lee", "Leereplied Roe"], id="not at the end"),
        pytest.param("[Lo|per] sat. [Losaid|per] now.", ["Lo", "Losaid"], id="short"),
    ],
)  # fmt: skip
def test_verb_glued_to_a_name(marked, names):
    """A verb of speech that ran into a name is no part of it."""
    assert carried(marked) == names


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        pytest.param("[Ann Lee|per] sat. [Delegates|per|.6] booed; all delegates did.", ["Ann Lee"], id="a word of the text"),
        pytest.param("[Delegates|per|.6] booed; all delegates did.", [], id="at the start"),
        pytest.param("So “[Delegates|per|.6] booed”; all delegates did.", [], id="after a mark"),
        pytest.param("[Delegates|per|.6] booed; all of them did.", ["Delegates"], id="no word of the text"),
        pytest.param("[Delegates|per|.8] booed; all delegates did.", ["Delegates"], id="sure"),
        pytest.param("Then [Delegates|per|.6] booed; all delegates did.", ["Delegates"], id="within a sentence"),
        pytest.param("[Delegates|org|.6] booed; all delegates did.", ["Delegates"], id="no person"),
    ],
)  # fmt: skip
def test_words_that_open_sentences(marked, names):
    """A doubtful person at the start of a sentence is a word where the text has it as one."""
    assert carried(marked) == names


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        pytest.param("[Betsy|per] ([Ann|per]) spoke.", ["Betsy", "Ann"], id="one after another"),
        pytest.param("[Elizabeth|per] ([Betsy) Lee|per] spoke.", ["Elizabeth (Betsy) Lee"], id="nickname"),
        pytest.param("[Ann|per] [Lee|per] spoke.", ["Ann Lee"], id="side by side"),
        pytest.param("[Ann Lee|per] [Roe|per] spoke.", ["Ann Lee", "Roe"], id="one of two words"),
        pytest.param("[Ann|per], [Lee|per] spoke.", ["Ann", "Lee"], id="comma"),
        pytest.param("[Ann|per] [Acme|org] spoke.", ["Ann", "Acme"], id="no person"),
    ],
)  # fmt: skip
def test_halves_of_names(marked, names):
    """Two halves of one person's name are one name, a nickname in brackets included."""
    assert carried(marked) == names


@pytest.mark.parametrize(
    ("marked", "name", "kind"),
    [
        pytest.param("The [Lee|per] campaign left.", "Lee campaign", ORGANIZATION, id="campaign"),
        pytest.param("The [Lee|per] [campaign|org] left.", "Lee campaign", ORGANIZATION, id="both"),
        pytest.param("The [Lee|per] camp left.", "Lee camp", ORGANIZATION, id="camp"),
        pytest.param("On the [Lee|per] campaign trail.", "Lee", PERSON, id="trail"),
        pytest.param("A [Lee|per] campaign manager.", "Lee", PERSON, id="manager"),
        pytest.param("The [Lee|per] campers left.", "Lee", PERSON, id="another word"),
        pytest.param("The [Acme|org] campaign left.", "Acme", ORGANIZATION, id="no person"),
    ],
)
def test_campaigns(marked, name, kind):
    """A candidate's campaign is a body, its events and its people are not."""
    text, mentions = tagged(marked)
    (found,) = carry_names(text, mentions)
    assert (found.span.of(text), found.type) == (name, kind)


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        pytest.param("We met. They saw [troops|per|.6] there.", [], id="sentences have capitals"),
        pytest.param("“We met.”\n\n They saw [troops|per|.6].", [], id="after marks and breaks"),
        pytest.param("we met. they saw [troops|per|.6] there.", ["troops"], id="they have none"),
        pytest.param("We met. They saw [troops|per|.98] there.", ["troops"], id="sure"),
        pytest.param("we met. [troops|per|.6], [Lee|per], [Roe|per], [Ek|per].", ["Lee", "Roe", "Ek"], id="names have capitals"),
    ],
)  # fmt: skip
def test_texts_with_capitals(marked, names):
    """Whether a text has capitals is told by its names, or by where its sentences begin."""
    assert carried(marked) == names


@pytest.mark.parametrize("run", ["\n", " \n", ". ", "“\n"])
def test_much_room(run):
    """Sentences are found in linear time where lines without words go on and on."""
    text = "lee " + run * 100_000
    begun = time.process_time()
    carry_names(text, [Mention(Span(0, 3), PERSON, 0.9)])
    assert time.process_time() - begun < 10


def test_names_without_capitals():
    """In a text that has capitals, a doubtful name without any is none."""
    text, mentions = tagged(
        "[Ann Lee|per] met [troops|per|.6], [Jo Roe|per], [Bo|per], [B2|per], [Al|per], [iPad|org|.6], [ebay|org|.99]."
    )
    names = names_in(text, carry_names(text, mentions))
    assert names == ["Ann Lee", "Jo Roe", "Bo", "B2", "Al", "iPad", "ebay"]


def test_names_in_lower_case():
    """In a text without capitals, names have none either."""
    text, mentions = tagged("[ann lee|per|.7] met [jo roe|per|.7].")
    assert names_in(text, carry_names(text, mentions)) == ["ann lee", "jo roe"]


def test_overlapping_input():
    """Of overlapping mentions the longer is kept."""
    text = "Ann Lee Roe spoke"
    spans = [Span(0, 7), Span(4, 11), Span(4, 17)]
    mentions = [Mention(span, EntityType.PERSON, 0.9) for span in spans]
    assert names_in(text, carry_names(text, mentions)) == ["Lee Roe spoke"]


def test_nothing_to_carry():
    """Without mentions there are no names."""
    assert carry_names("Ann Lee won.", ()) == ()


def test_everything_is_a_name():
    """What comes out are names, whatever kind came in."""
    mention = Mention(Span(0, 3), EntityType.PERSON, 0.9, MentionKind.PRONOUN)
    assert carry_names("Lee", [mention])[0].kind is MentionKind.NAME


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("northern Norway", "Norway"),
        ("south-eastern Ghana", "Ghana"),
        ("mid-west Wales", "Wales"),
        ("Northern Ireland", "Northern Ireland"),
        ("eastern", "eastern"),
    ],
)
def test_point_of_the_compass(text, name):
    """A point of the compass is part of a place's name only where it has a capital."""
    span = clean_span(text, Span(0, len(text)), EntityType.PLACE)
    assert span.of(text) == name
