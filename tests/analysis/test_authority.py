"""Entities linked to those that a newsroom knows."""

import random
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.authority import AMBIGUOUS_ENTITY, MAX_CANDIDATES, Authority, link_entities
from analysis.document import (
    Analysis,
    AnalysisWarning,
    AttributionStatus,
    Entity,
    KnownEntity,
    Mention,
    MentionKind,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerMention,
)
from analysis.entities import entity_id, group_mentions
from analysis.wordlists import word_set
from tests.analysis.stories import ORGANIZATION, PERSON, PLACE, mentions_of

TYPES = (PERSON, ORGANIZATION, PLACE)
DIGITS = str.maketrans("0123456789", "bdgklmnrst")


def person(name, *aliases, uri=None):
    return KnownEntity(name, PERSON, aliases, uri)


def entity(name, *aliases, kind=PERSON, at=0, salience=0.1, id=None):
    mention = Mention(Span(at, at + 1), kind, 0.9)
    return Entity(id or entity_id(kind, name), kind, name, aliases, (mention,), salience)


def analysis_of(*entities, quotes=(), text="x" * 100, warnings=()):
    return Analysis(text, "en", entities, quotes, warnings)


def link(found, *known):
    """Return one entity, linked where it is known."""
    (linked,) = link_entities(analysis_of(found), Authority(known)).entities
    return linked


def read(text, *known, **names):
    """Return the canonical names of a story's entities that are linked."""
    entities = group_mentions(text, mentions_of(text, **names))
    linked = link_entities(Analysis(text, "en", entities), Authority(known)).entities
    return [entity.name for entity in linked if entity.uri]


def is_linked(name, known_name, kind):
    """Tell whether a name is linked to a known one; the reverse has to be so, too."""
    there = link(entity(name, kind=kind), KnownEntity(known_name, kind, (), "x:1"))
    back = link(entity(known_name, kind=kind), KnownEntity(name, kind, (), "x:1"))
    assert (there.uri is None) == (back.uri is None)
    return there.uri is not None


@pytest.mark.parametrize(
    ("kind", "name", "known"),
    [
        (PERSON, "Ana Sousa", "Ana Sousa"),
        (PERSON, "ANA SOUSA", "Ana Sousa"),
        (PERSON, "Ursula von der Leyen", "Ursula Von der Leyen"),
        (PERSON, "Recep Tayyip Erdogan", "Recep Tayyip Erdoğan"),
        (PERSON, "Kim Jong-un", "Kim Jong Un"),
        (PERSON, "Ana Sousa", "President Ana Sousa"),
        (PERSON, "Ana Sousa", "Sen. Dr. Ana Sousa"),
        (PERSON, "Ana Sousa’s", "Ana Sousa"),
        (PERSON, "Prince Harry", "Prince Harry"),
        (PERSON, "习近平", "习近平"),
        (ORGANIZATION, "the E.U.", "European Union"),
        (ORGANIZATION, "AT&T", "AT & T"),
        (ORGANIZATION, "Corvane", "Corvane Inc."),
        (ORGANIZATION, "Corvane Foods Ltd", "Corvane Foods"),
        (PLACE, "the U.S.", "United States"),
        (PLACE, "Calif.", "California"),
        (PLACE, "São Paulo", "Sao Paulo"),
    ],
)
def test_equal_names(kind, name, known):
    """Names are equal whatever their case, accents, titles, company forms and usual short forms."""
    assert is_linked(name, known, kind)


@pytest.mark.parametrize(
    ("kind", "name", "known"),
    [
        (PERSON, "Volodymyr Zelenskiy", "Volodymyr Zelensky"),
        (PERSON, "Volodymyr Zelenskyy", "Volodymyr Zelensky"),
        (PERSON, "Volodymyr Zelenskyy", "Volodymyr Zelenskiy"),
        (PERSON, "Mohammed bin Salman", "Mohammad bin Salman"),
        (PERSON, "Sergei Lavrov", "Sergey Lavrov"),
        (PERSON, "Yaroslav Kaczynski", "Jaroslav Kaczynski"),
        (PERSON, "Emanuel Macron", "Emmanuel Macron"),
        (PERSON, "Jonathan Smith", "Jonathon Smith"),
        (PERSON, "Elisabeth Warren", "Elizabeth Warren"),
        (PERSON, "Jens Stoltenburg", "Jens Stoltenberg"),
        (ORGANIZATION, "World Health Organisation", "World Health Organization"),
        (ORGANIZATION, "Georgetwon University", "Georgetown University"),
        (PLACE, "Nizhniy Novgorod", "Nizhny Novgorod"),
    ],
)
def test_names_that_are_spelled_alike(kind, name, known):
    """Transliterations and slips of a long word do not hide who is meant."""
    assert is_linked(name, known, kind)


@pytest.mark.parametrize(
    ("kind", "name", "known"),
    [
        (PERSON, "John Smith", "Joan Smith"),
        (PERSON, "George H. W. Bush", "George W. Bush"),
        (PERSON, "Ann Lee", "Anna Lee"),
        (PERSON, "Daniel Smith", "Danielle Smith"),
        (PERSON, "Julian Castro", "Juliana Castro"),
        (PERSON, "Michele Roberts", "Michelle Roberts"),
        (PERSON, "Christine Roe", "Christina Roe"),
        (PERSON, "Clinton Davis", "Clifton Davis"),
        (PERSON, "Stephen Miller", "Stephan Miller"),
        (PERSON, "Mark Andersen", "Mark Anderson"),
        (PERSON, "Carl Robertson", "Carl Robertsen"),
        (PERSON, "Boris Johnson", "Boris Johnston"),
        (PERSON, "Bruno Fernandes", "Bruno Fernandez"),
        (PERSON, "Donald Trump", "Donald Trump Jr."),
        (PERSON, "Moammar Gadhafi", "Muammar Gaddafi"),
        (PERSON, "Zelenskiy", "Zelensky"),
        (PERSON, "Sousa", "Ana Sousa"),
        (PERSON, "Ana", "Ana Sousa"),
        (PERSON, "Francis", "Pope Francis"),
        (PERSON, "Sergei Li", "Sergey Li"),
        (PERSON, "习近平", "习仲勋"),
        (ORGANIZATION, "Bank of England", "Bank of Ireland"),
        (ORGANIZATION, "Manchester United", "Manchester City"),
        (ORGANIZATION, "Department of Defense", "Department of Defence"),
        (ORGANIZATION, "Ministry of Commerce", "Minister of Commerce"),
        (ORGANIZATION, "Merck AG", "Merck & Co"),
        (ORGANIZATION, "Brigade Battery10001", "Brigade Battery10011"),
        (ORGANIZATION, "Slovakia National Bank", "Slovenia National Bank"),
        (ORGANIZATION, "University of Michigan", "University of Michoacan"),
        (PLACE, "North Korea", "South Korea"),
        (PLACE, "Iran", "Iraq"),
        (PLACE, "Austria", "Australia"),
        (PLACE, "Niger", "Nigeria"),
        (PLACE, "Northern Ireland", "Southern Ireland"),
        (PLACE, "Dominican Republic", "Dominica Republic"),
        (PLACE, "a b c d e f g Novosibirsk", "a b c d e f g Novosibyrsk"),
        (PLACE, f"Lake {'ab' * 25}", f"Lake {'ab' * 24}bb"),
    ],
)
def test_names_that_are_near(kind, name, known):
    """Names that differ as much as two referents' may are not linked."""
    assert name != known
    if name.startswith("a b c"):
        assert is_linked(name[4:], known[4:], kind)
        name, known = f"x {name}", f"x {known}"
    assert not is_linked(name, known, kind)


@pytest.mark.parametrize("kind", TYPES)
def test_types_are_kept_apart(kind):
    """A name of another type means somebody or something else."""
    known = [KnownEntity("Georgia Porto", other, (), "x:1") for other in TYPES if other is not kind]
    assert link(entity("Georgia Porto", kind=kind), *known).uri is None


def test_what_a_link_changes():
    """A linked entity has the canonical name, URI and id; the text's own forms are its aliases."""
    linked = link(
        entity("A. Sousa", "Sousa", "Ana Sousa", at=5, salience=0.7),
        person("Ana Sousa", "A. Sousa", "Aninhas", uri="https://x.org/1"),
    )
    assert linked == Entity(
        entity_id(PERSON, "Ana Sousa"),
        PERSON,
        "Ana Sousa",
        ("A. Sousa", "Sousa"),
        (Mention(Span(5, 6), PERSON, 0.9),),
        0.7,
        "https://x.org/1",
    )


def test_without_a_uri():
    """A known entity without a URI gives its name all the same."""
    linked = link(entity("ANA SOUSA"), person("Ana Sousa"))
    assert (linked.name, linked.aliases, linked.uri) == ("Ana Sousa", ("ANA SOUSA",), None)


def test_nothing_known():
    """An analysis is left as it is where nothing in it is known."""
    analysis = analysis_of(entity("Ana Sousa"))
    assert link_entities(analysis) is analysis
    assert link_entities(analysis, Authority(), Authority([person("Rui Costa")])) is analysis


@pytest.mark.parametrize(
    ("found", "known", "uri"),
    [
        pytest.param(
            entity("Ana Sousa", "Sousa"),
            [person("Sousa", uri="x:2"), person("Ana Sousa", uri="x:1")],
            "x:1",
            id="own name before alias",
        ),
        pytest.param(
            entity("Ana Sousa", "Sousa"), [person("Sousa", uri="x:2")], None, id="bare surname"
        ),
        pytest.param(
            entity("Ana Sousa", "Sousa"),
            [person("Rui Sousa", "Sousa", uri="x:2")],
            None,
            id="somebody of that surname",
        ),
        pytest.param(
            entity("Elizabeth Roe", "Elizabeth"),
            [person("Queen Elizabeth", "Elizabeth", uri="x:2")],
            None,
            id="a title makes no full name",
        ),
        pytest.param(
            entity("Ana M. Sousa", "Sousa"),
            [person("Ana Maria Sousa", "Sousa", uri="x:1"), person("Rui Sousa", "Sousa")],
            "x:1",
            id="who can have that full name",
        ),
        pytest.param(
            entity("Sousa"), [person("Ana Sousa", "Sousa", uri="x:1")], "x:1", id="listed surname"
        ),
        pytest.param(
            entity("Sousa", "SOUSA", "Senhora"),
            [person("Ana Sousa", "Senhora", uri="x:1")],
            "x:1",
            id="alias of a bare name",
        ),
        pytest.param(
            entity("Corvane Foods", "Corvane", kind=ORGANIZATION),
            [KnownEntity("Corvane", ORGANIZATION, (), "x:1")],
            "x:1",
            id="alias of an organisation",
        ),
        pytest.param(
            entity("Sergei Lavrov", "Minister Lavrov"),
            [
                person("Sergey Lavrov", uri="x:2"),
                person("S. Lavrov", "Sergei V. Lavrov", "Minister Lavrov", uri="x:1"),
            ],
            "x:1",
            id="equal alias before likeness",
        ),
    ],
)
def test_what_counts_first(found, known, uri):
    """The own name counts before aliases, equal ones before those alike, and none against it."""
    assert link(found, *known).uri == uri


def test_titles_in_the_text():
    """A known title and name is found where the text has both, and is no other of that name."""
    pope = person("Pope Francis", uri="x:1")
    warren = person("Elizabeth Warren", "Sen. Warren", uri="x:2")
    text = "Pope Francis met Sen. Warren. Francis smiled."
    assert read(text, pope, warren, people=["Francis", "Warren"]) == [pope.name, warren.name]
    text = "Mr. Francis met Ms. Warren. Francis smiled."
    assert read(text, pope, warren, people=["Francis", "Warren"]) == []


def test_titles_only_of_names():
    """The words before a pronoun or a description are no title of the name."""
    mention = Mention(Span(5, 6), PERSON, 0.9, MentionKind.NOMINAL)
    found = replace(entity("Francis"), mentions=(mention,))
    linked = link_entities(analysis_of(found, text="Pope x"), Authority([person("Pope Francis")]))
    assert linked.entities == (found,)


def test_places_have_no_titles():
    """A place is not found by a person's title before it."""
    found = Entity("p", PLACE, "Porto", (), (Mention(Span(5, 10), PLACE, 0.9),), 0.5)
    known = KnownEntity("Lady Porto", PLACE)
    analysis = analysis_of(found, text="Lady Porto")
    assert link_entities(analysis, Authority([known])) is analysis


ONE, TWO = person("John Smith", uri="x:1"), person("John Smith", uri="x:2")


@pytest.mark.parametrize(
    ("found", "known"),
    [
        pytest.param(entity("John Smith"), [ONE, TWO], id="one name"),
        pytest.param(
            entity("Smith"),
            [person("John Smith", "Smith"), person("Smith", uri="x:2")],
            id="name and alias",
        ),
        pytest.param(
            entity("Ana Sousa"),
            [person("Ana Sousa"), person("Ana Sousa", uri="x:1")],
            id="URI and none",
        ),
        pytest.param(
            entity("Sergei Lavrov"),
            [person("Sergej Lavrov", uri="x:1"), person("Sergey Lavrov", uri="x:2")],
            id="alike",
        ),
        pytest.param(
            entity("J. Roe", "John Roe", "Jack Roe"),
            [person("Jack Roe", uri="x:1"), person("John Roe", uri="x:2")],
            id="aliases",
        ),
    ],
)
def test_ambiguous(found, known):
    """What may be two known entities is neither: both are listed, and a warning tells."""
    before = AnalysisWarning("other", "Other.")
    analysis = analysis_of(found, warnings=(before,))
    for authority in (Authority(known), Authority(known[::-1])):
        answer = link_entities(analysis, authority)
        assert answer.entities == (replace(found, candidates=tuple(known)),)
        detail = f"{found.name} may be any of several known entities, and is linked to none."
        assert answer.warnings == (before, AnalysisWarning(AMBIGUOUS_ENTITY, detail))


def test_candidates_are_bounded():
    """Of many candidates the first are listed, in the order of their names."""
    known = [person(f"Ana {n:05} Sousa", "Sousa", uri=f"x:{n}") for n in range(1000)]
    random.Random(0).shuffle(known)
    names = [candidate.name for candidate in link(entity("Sousa"), *known).candidates]
    assert names == [f"Ana {n:05} Sousa" for n in range(MAX_CANDIDATES)]


def test_a_crowd_tells_nobody_apart():
    """An alias that very many share does not tell who a person is, nor does likeness to many."""
    crowd = [person(f"Ana {chr(97 + n % 26)}{n} Sousa", "Sousa") for n in range(40)]
    assert (
        link(
            entity("Ana Maria Sousa", "Sousa"), person("Ana Maria B Sousa", "Sousa"), *crowd[:5]
        ).name
        == "Ana Maria B Sousa"
    )
    assert (
        link(entity("Ana Maria Sousa", "Sousa"), person("Ana Maria B Sousa", "Sousa"), *crowd).name
        == "Ana Maria Sousa"
    )
    letters = "abcdefghijklmnopqrstuvwxyz"
    crowd = [person(f"Rui Lav{a}{b}xxxxov") for a in letters[:10] for b in letters[:10]]
    near = person("Rui Lavvernottov")
    assert link(entity("Rui Lavvernostov"), near, *crowd[:-1]).name == near.name
    assert link(entity("Rui Lavvernostov"), near, *crowd).name == "Rui Lavvernostov"


def test_records_of_one_entity():
    """Records of one URI are one, and so are those of one name without any; the fullest name holds."""
    known = [
        person("A. Sousa", uri="x:1"),
        person("Ana Sousa", "Aninhas", uri="x:1"),
        person("rui costa", "Rui"),
        person("Rui Costa"),
        KnownEntity("Sousa", ORGANIZATION, (), "x:1"),
    ]
    for authority in (Authority(known), Authority(reversed(known))):
        assert len(authority) == 3
        assert authority.find(entity("Aninhas"), "") == (
            person("Ana Sousa", "A. Sousa", "Aninhas", uri="x:1"),
        )
        assert authority.find(entity("Rui"), "") == (person("rui costa", "Rui", "Rui Costa"),)


def test_first_authority_decides():
    """What one authority knows, or cannot decide, is not asked of the next."""
    first = Authority([person("Ana Sousa", uri="x:3"), ONE, TWO])
    second = Authority([person("Ana Sousa", uri="y:1"), ONE, person("Rui Costa", uri="y:3")])
    found = [entity("Ana Sousa"), entity("John Smith"), entity("Rui Costa")]
    linked = link_entities(analysis_of(*found), first, second).entities
    assert [entity.uri for entity in linked] == ["x:3", None, "y:3"]
    assert linked[1].candidates == (ONE, TWO)


def test_one_entity_in_two_authorities():
    """A known entity has the name that the first authority gives it, by whichever it is found."""
    first = Authority([person("Ana Sousa", uri="x:1")])
    second = Authority([person("Ana Maria Sousa", "Aninhas", uri="x:1")])
    found = [entity("Ana Sousa"), entity("Aninhas", at=1)]
    (linked,) = link_entities(analysis_of(*found), first, second).entities
    assert (linked.name, linked.aliases) == ("Ana Sousa", ("Aninhas",))


def test_two_entities_become_one():
    """Two entities of a text that are one known entity become one, where the first of them stood."""
    mentions = [Mention(Span(at, at + 1), PERSON, 0.9) for at in (0, 10, 20, 30)]
    one = Entity("1", PERSON, "Ana Sousa", ("Sousa",), (mentions[0], mentions[2]), 0.7)
    other = Entity("2", PERSON, "Rui Costa", (), (Mention(Span(5, 6), PERSON, 0.9),), 0.2)
    two = Entity("3", PERSON, "Aninhas", ("Sousa",), (mentions[1], mentions[3]), 0.45678)
    known = Authority([person("Ana Maria Sousa", "Ana Sousa", "Aninhas", uri="x:1")])
    joined, kept = link_entities(analysis_of(one, other, two), known).entities
    assert kept == other
    assert joined.mentions == tuple(mentions)
    assert joined.aliases == ("Ana Sousa", "Sousa", "Aninhas")
    assert joined.salience == 1.0
    assert link_entities(analysis_of(other, two), known).entities[1].salience == 0.4568


def test_ids_stay_unique():
    """A linked entity whose id another one has already gets the next one of that name."""
    kept = entity("Ana Sousa", at=1)
    known = Authority(
        [person("Ana Sousa", "Aninhas", uri="x:1"), person("Ana Sousa", "Sousinha", uri="x:2")]
    )
    found = (kept, entity("Aninhas", at=2), entity("Sousinha", at=3))
    linked = link_entities(analysis_of(*found), known).entities
    assert [entity.uri for entity in linked] == [None, "x:1", "x:2"]
    assert [entity.id for entity in linked] == [entity_id(PERSON, "Ana Sousa", n) for n in range(3)]


def speaker(entity, at=0):
    mention = SpeakerMention(Span(at, at + 1), MentionKind.NAME)
    return Speaker(entity.name, entity.id, entity.type, mention)


def quote_of(who, *, joint=(), candidates=()):
    status = AttributionStatus.AMBIGUOUS if candidates else AttributionStatus.ATTRIBUTED
    fragments = (Span(0, 1),)
    return Quote(
        QuoteKind.DIRECT,
        fragments,
        None,
        who,
        status,
        0.9,
        0.9,
        candidates=candidates,
        joint=joint,
    )


ANA, ANINHAS, RUI = entity("Ana Sousa"), entity("Aninhas", at=1), entity("Rui Costa", at=2)
KNOWN_ANA = person("Ana Maria Sousa", "Ana Sousa", "Aninhas", uri="x:1")
AIDE = Speaker(None, None, None, SpeakerMention(Span(0, 1), MentionKind.NOMINAL))


def relabel(quote):
    analysis = analysis_of(ANA, ANINHAS, RUI, quotes=(quote,))
    answer = link_entities(analysis, Authority([KNOWN_ANA]))
    return answer.quotes[0], speaker(answer.entities[0])


def test_speakers_are_renamed():
    """Whoever speaks, alone, together or perhaps, has the name and id of the linked entity."""
    quote, ana = relabel(quote_of(speaker(ANA)))
    assert quote == quote_of(ana)
    quote, _ = relabel(quote_of(speaker(RUI), joint=(speaker(RUI), speaker(ANINHAS))))
    assert quote == quote_of(speaker(RUI), joint=(speaker(RUI), ana))
    quote, _ = relabel(quote_of(AIDE, candidates=(speaker(ANINHAS), speaker(RUI))))
    assert quote == quote_of(AIDE, candidates=(ana, speaker(RUI)))


@pytest.mark.parametrize(
    "quote",
    [
        quote_of(None),
        quote_of(AIDE),
        quote_of(speaker(RUI)),
        quote_of(AIDE, candidates=(speaker(RUI),)),
    ],
    ids=["nobody", "described", "unknown", "one candidate"],
)
def test_other_speakers_stay(quote):
    """Speakers who are not known stay as they are."""
    assert relabel(quote)[0] == quote


def test_one_of_two_names_speaks_alone():
    """Two who turn out to be one are neither joint speakers nor two candidates."""
    both = (speaker(ANA), speaker(ANINHAS))
    quote, ana = relabel(quote_of(both[0], joint=both))
    assert quote == quote_of(ana)
    quote, _ = relabel(quote_of(AIDE, candidates=both))
    assert quote == quote_of(ana)
    quote, _ = relabel(quote_of(AIDE, candidates=(*both, speaker(RUI))))
    assert quote == quote_of(AIDE, candidates=(ana, speaker(RUI)))


WORDS = word_set(
    "Ana Sousa Rui Costa Sergei Sergey Lavrov Pope Francis Sen. Inc. the U.S. Jr. ’s 😀 ﷺ \ud800 \0"
)
NAMES = st.lists(st.sampled_from(sorted(WORDS)), min_size=1, max_size=4).map(" ".join) | st.text(
    min_size=1, max_size=8
)
KNOWN = st.builds(
    KnownEntity,
    NAMES,
    st.sampled_from(TYPES),
    st.lists(NAMES, max_size=3).map(tuple),
    st.sampled_from([None, "", "x:1", "x:2", "x:3"]),
)
FOUND = st.tuples(NAMES, st.lists(NAMES, max_size=3), st.sampled_from(TYPES))


@given(st.lists(FOUND, max_size=6), st.lists(KNOWN, max_size=8), st.randoms())
def test_links_of_any_names(found, known, shuffler):
    """Whatever the names: no mention is lost, ids are unique, and no order of records counts."""
    entities = tuple(
        entity(name, *aliases, kind=kind, at=at, salience=1 / 8, id=str(at))
        for at, (name, aliases, kind) in enumerate(found)
    )
    analysis = analysis_of(*entities, quotes=tuple(quote_of(speaker(each)) for each in entities))
    answer = link_entities(analysis, Authority(known))
    ids = [each.id for each in answer.entities]
    assert len(set(ids)) == len(ids)
    mentions = [mention for each in answer.entities for mention in each.mentions]
    assert sorted(mentions) == [each.mentions[0] for each in entities]
    assert [each.mentions for each in answer.entities] == sorted(
        e.mentions for e in answer.entities
    )
    names = {each.id: each.name for each in answer.entities}
    for quote in answer.quotes:
        assert names[quote.speaker.entity_id] == quote.speaker.name
    for each in answer.entities:
        assert each.name not in each.aliases or each.id in {old.id for old in entities}
        assert not (each.uri and each.candidates)
        assert len(each.candidates) != 1
    shuffled = list(known)
    shuffler.shuffle(shuffled)
    assert link_entities(analysis, Authority(shuffled)) == answer


def test_time_is_bounded():
    """Five thousand entities are looked up among fifty thousand known ones in seconds."""
    given_names = [f"{a}{b}{c}or" for a in "BDKLMNRSTV" for b in "aeiou" for c in "ldmnrstv"]
    known = [
        person(
            f"{given_names[n % 400].title()} Stol{n // 400:03}".translate(DIGITS),
            "Sousa",
            uri=f"x:{n}",
        )
        for n in range(50_000)
    ]
    authority = Authority(known)
    entities = [
        entity(f"{each.name}enberg", "Sousa", at=0, id=str(n))
        for n, each in enumerate(known[:5000])
    ]
    begun = time.process_time()
    answer = link_entities(analysis_of(*entities), authority)
    assert time.process_time() - begun < 10
    assert answer.entities == tuple(entities)


@pytest.mark.parametrize(
    ("known_name", "name"),
    [
        pytest.param(
            "Alexander S{}n {} Bernardo Fabricio", "Alexander S{}n {} Bernardo Fabricio", id="alike"
        ),
        pytest.param("John {}", "{} John", id="apart"),
    ],
)
def test_time_does_not_depend_on_the_crowd(known_name, name):
    """Names that only differ in one word, and one alias for all, take no longer than others."""
    letters = [
        f"{a}{b}{c}{d}" for a in "bdgk" for b in "aeiou" for c in "lmnrstvz" for d in "aeiou"
    ]
    known = [person(known_name.format(a, b), "Sousa") for a in letters for b in letters[:20]]
    authority = Authority(known)
    entities = [
        entity(name.format(a, "xu"), "Sousa", id=f"{a}{n}") for n in range(2) for a in letters
    ]
    begun = time.process_time()
    link_entities(analysis_of(*entities), authority)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "name",
    ["x" * 500_000, "x " * 250_000, "𝔛-" * 100_000, "Jr. " * 100_000],
    ids=["one word", "words", "parts", "suffixes"],
)
def test_time_is_linear_in_a_name(name):
    """A name as long as a text is folded and looked up in a time linear in its length."""
    begun = time.process_time()
    link(entity(f"Ana {name}", name), person(f"Ana {name}y", name))
    assert time.process_time() - begun < 10
