import pytest

from analysis.document import (
    Analysis,
    Article,
    AttributionStatus,
    Entity,
    EntityType,
    Mention,
    MentionKind,
    Quote,
    QuoteKind,
    Span,
    Speaker,
)
from analysis.salience import rate_salience

PERSON, ORGANIZATION, PLACE = EntityType


def entity(text: str, name: str, kind: EntityType = PERSON, pronouns: str = "") -> Entity:
    mentions = [Mention(Span(*at), kind, 0.9) for at in find_all(text, name)]
    if pronouns:
        mentions += [
            Mention(Span(*at), kind, 0.9, MentionKind.PRONOUN) for at in find_all(text, pronouns)
        ]
    return Entity(f"id-{name}", kind, name, (), tuple(sorted(mentions)), 0.0)


def find_all(text: str, words: str):
    at = text.find(words)
    while at >= 0:
        yield at, at + len(words)
        at = text.find(words, at + 1)


def quote(*speakers: Entity) -> Quote:
    said = tuple(Speaker(one.name, one.id, one.type, None) for one in speakers)
    return Quote(
        QuoteKind.DIRECT,
        (Span(0, 1),),
        None,
        said[0],
        AttributionStatus.ATTRIBUTED,
        0.9,
        0.9,
        joint=said if len(said) > 1 else (),
    )


def rate(article: Article, *entities: Entity, quotes=()) -> list[float]:
    return [rated.salience for rated in rate_salience(article, entities, quotes)]


def test_nothing_to_rate():
    """A text that names nobody has no salience to share."""
    assert rate_salience(Article("x"), (), ()) == ()


def test_formula():
    """Salience is the share of role x place, and of what is said, as documented."""
    text = "Lee met Roy. She left for Rome."
    lee, roy = entity(text, "Lee", pronouns="She"), entity(text, "Roy")
    rome = entity(text, "Rome", PLACE)
    length = len(text)
    attention = [
        1.0 * 1.0 + 0.5 * (1 - 0.5 * text.index("She") / length) + 0.5,
        0.8 * (1 - 0.5 * text.index("Roy") / length),
        0.75 * (1 - 0.5 * text.index("Rome") / length),
    ]
    expected = [own / sum(attention) for own in attention]
    rated = rate(Article(text), lee, roy, rome, quotes=[quote(lee)])
    assert rated == pytest.approx(expected, abs=0.00005)
    assert sum(rated) == pytest.approx(1, abs=0.001)


@pytest.mark.parametrize(
    ("text", "body_start", "more", "less"),
    [
        pytest.param("Lee won. Roy lost. Lee left.", 0, "Lee", "Roy", id="named more often"),
        pytest.param("Lee won.\n\nRoy lost.", 0, "Lee", "Roy", id="named earlier"),
        pytest.param("Roy wins\n\nLee and Roy met.", 10, "Roy", "Lee", id="in the headline"),
        pytest.param("A bus for Roy came. Lee got on.", 0, "Lee", "Roy", id="subject"),
    ],
)
def test_order(text, body_start, more, less):
    """An editor ranks whom a text names more often, earlier, as a subject or in its headline."""
    first, second = rate(Article(text, body_start), entity(text, more), entity(text, less))
    assert first > second


def test_speakers_count_for_more():
    """Whoever is quoted outranks who is only named; each of several who speak together does."""
    text = "Lee and Roy met Kim."
    lee, roy, kim = (entity(text, name) for name in ("Lee", "Roy", "Kim"))
    plain = rate(Article(text), lee, roy, kim)
    quoted = rate(Article(text), lee, roy, kim, quotes=[quote(lee, roy)])
    assert quoted[0] > plain[0]
    assert quoted[1] > plain[1]
    assert quoted[2] < plain[2]


@pytest.mark.parametrize(
    "dateline",
    [
        *("ROME (Reuters) - ", "ROME, May 3 (Reuters) — ", "ROME – ", "ROME, Italy -- "),
        *("ROME, Sept. 28 (UPI) -- ", "ST. ROME (AP) — ", "Outside ROME (AFP) - "),
    ],
)
def test_datelines_count_for_little(dateline):
    """Where a story was filed, and for whom, is not what it is about."""
    text = f"{dateline}Kim left."
    rome, kim = entity(text, "ROME", PLACE), entity(text, "Kim")
    filed, left = rate(Article(text), rome, kim)
    assert left > 3 * filed
    if "Reuters" in text:
        assert rate(Article(text), entity(text, "Reuters", ORGANIZATION), kim)[0] < 0.25


@pytest.mark.parametrize(
    "text",
    [
        "The Bank of Rome - a lender - freed Kim.",
        "Rome city council – which met – freed Kim.",
        "Rome (as it is) freed Kim.",
        " " * 200_000 + "Rome freed Kim.",
    ],
    ids=["bank", "council", "brackets", "white space"],
)
def test_what_is_no_dateline(text):
    """Organisations and places before a dash are what a story is about, as a rule."""
    rome, kim = rate(Article(text), entity(text, "Rome", PLACE), entity(text, "Kim"))
    assert rome > 0.4
    assert kim > 0.2


def test_a_name_before_a_dash_may_be_the_story():
    """A person before a dash is in no dateline."""
    text = "Lee - a judge - freed Kim."
    lee, kim = rate(Article(text), entity(text, "Lee"), entity(text, "Kim"))
    assert lee > kim


STORIES = [
    pytest.param(
        "",
        "LONDON (Reuters) - Maria Keller, who runs Brightwater, resigned on Monday after a row with "
        "Paul Stone. “I have done my part,” Keller told Reuters. She joined Brightwater in 2010. "
        "Stone declined to comment.",
        ["Maria Keller", "Brightwater"],
        ["Maria Keller", "LONDON", "Reuters"],
        id="resignation",
    ),
    pytest.param(
        "Flood cuts off Selby",
        "Heavy rain cut off Selby on Tuesday. The river broke its banks, and Selby has had no power "
        "since. Ann Brook, a nurse, walked to York. “It took me five hours,” she said.",
        ["Selby", "Ann Brook", "York"],
        ["Selby", "York"],
        id="flood",
    ),
    pytest.param(
        "Orlov wins Warsaw final",
        "Irina Orlov beat Dana Petrova in Warsaw on Sunday. Orlov needed two hours. “She was better,” "
        "Petrova said. Orlov will play in Madrid next.",
        ["Irina Orlov", "Dana Petrova", "Madrid"],
        ["Irina Orlov", "Madrid"],
        id="final",
    ),
]


@pytest.mark.model
@pytest.mark.parametrize(("headline", "body", "order", "_"), STORIES)
def test_stories_are_ranked_as_by_an_editor(pipeline, headline, body, order, _):
    """What the model finds in a story is ranked as an editor would rank it."""
    analysis = analyze(pipeline, headline, body)
    salience = {found.name: found.salience for found in analysis.entities}
    assert sorted(order, key=lambda name: -salience[name]) == order


@pytest.mark.model
@pytest.mark.parametrize(("headline", "body", "_", "order"), STORIES)
def test_where_and_for_whom_comes_last(pipeline, headline, body, _, order):
    """The subject of a story outranks where it was filed, and for whom."""
    analysis = analyze(pipeline, headline, body)
    salience = {found.name: found.salience for found in analysis.entities}
    assert all(salience[order[0]] > salience[other] for other in order[1:])


def analyze(pipeline, headline: str, body: str) -> Analysis:
    before = f"{headline}\n\n" if headline else ""
    (analysis,) = pipeline.analyze([Article(before + body, len(before))])
    return analysis
