"""Answers that are read back, against those that were dumped."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.document import (
    Analysis,
    AnalysisWarning,
    Attitude,
    AttributionStatus,
    Entity,
    EntityType,
    KnownEntity,
    Mention,
    MentionKind,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerMention,
)
from schemas import (
    Answer,
    AnswerSchema,
    ContentType,
    Field,
    LanguageStatus,
    Part,
    Section,
    Story,
    Timings,
)
from schemas.replies import InvalidAnswer, Reply, load_reply
from tests.fakes import MODEL
from tests.schemas.story import AIDE, HE, TEXT, answer, quote

# Astral characters and half of a pair, which JSON carries as well.
WORDS = st.text(st.sampled_from("a É\n“”😀\udc00<&") | st.characters(), min_size=1, max_size=30)
SHARES = st.integers(0, 10_000).map(lambda number: number / 10_000)
STRINGS = st.text(max_size=8)


def spans_in(text, start=0):
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    return (
        places.filter(lambda place: place[0] != place[1])
        .map(sorted)
        .map(lambda place: Span(start + place[0], start + place[1]))
    )


@st.composite
def answers(draw):
    """Answers as the service gives them: shares with four decimals, times in milliseconds."""
    body, headline = draw(WORDS), draw(st.none() | WORDS)
    story = Story(Part(body), None if headline is None else Part(headline))
    article = story.build_article()
    spans = spans_in(body, article.body_start)
    if headline:
        spans |= spans_in(headline)
    kinds = st.sampled_from(MentionKind)
    mentions = st.builds(SpeakerMention, spans, kinds)
    named = st.builds(Speaker, STRINGS, STRINGS, st.sampled_from(EntityType), st.none() | mentions)
    speakers = named | st.builds(Speaker, st.none(), st.none(), st.none(), mentions)

    def entities(type_):
        known = st.builds(KnownEntity, STRINGS, st.just(type_), uri=st.none() | STRINGS)
        return st.builds(
            Entity,
            STRINGS,
            st.just(type_),
            STRINGS,
            st.lists(STRINGS, max_size=2).map(tuple),
            st.lists(st.builds(Mention, spans, st.just(type_), SHARES, kinds), min_size=1).map(
                tuple
            ),
            SHARES,
            st.none() | STRINGS,
            st.lists(known, max_size=2).map(tuple),
        )

    statuses = st.sampled_from(AttributionStatus)
    quotes = st.builds(
        Quote,
        st.sampled_from(QuoteKind),
        st.lists(spans, min_size=1, max_size=3).map(tuple),
        st.none() | spans,
        st.none() | speakers,
        st.just(AttributionStatus.AMBIGUOUS),
        SHARES,
        SHARES,
        st.sampled_from(Attitude),
        st.lists(speakers, max_size=2).map(tuple),
        st.lists(speakers, max_size=2).map(tuple),
    ) | st.builds(
        Quote,
        st.sampled_from(QuoteKind),
        st.lists(spans, min_size=1, max_size=3).map(tuple),
        st.none() | spans,
        st.none() | speakers,
        statuses,
        SHARES,
        SHARES,
    )
    found = [e for type_ in EntityType for e in draw(st.lists(entities(type_), max_size=2))]
    analysis = Analysis(
        article.text,
        "en",
        tuple(sorted(found, key=lambda entity: entity.mentions[0].span)),
        tuple(draw(st.lists(quotes, max_size=3))),
        tuple(draw(st.lists(st.builds(AnalysisWarning, STRINGS, STRINGS), max_size=2))),
    )
    timings = Timings(draw(st.integers(0, 10**6)) / 1000, draw(st.integers(0, 10**6)) / 1000)
    return Answer(
        analysis,
        story,
        "1.2.3",
        MODEL,
        timings,
        draw(st.none() | STRINGS),
        language_status=draw(st.sampled_from(LanguageStatus)),
    )


def send(given):
    """Return an answer as it arrives."""
    return json.loads(json.dumps(AnswerSchema().dump(given)))


def load(given, **options):
    story = given.story
    headline = story.headline and story.headline.text
    return load_reply(send(given), text=story.body.text, headline=headline, **options)


@settings(max_examples=50)
@given(answers())
def test_round_trip(given):
    """What the service had, its caller has: every value object, and what goes with it."""
    assert load(given, request_id="r-1") == Reply(
        given.analysis,
        given.story,
        given.language_status,
        given.service_version,
        given.model,
        given.timings,
        given.id,
        "r-1",
    )


def test_places():
    """Spans index headline and body as one text, and can be had in each of them."""
    headline, body = "Jo Public waits", "So does Jo Public."
    story = Story(Part(body), Part(headline))
    start = len(headline) + 2
    mention = Mention(Span(start + 8, start + 17), EntityType.PERSON, 0.5)
    person = Entity("per-1", EntityType.PERSON, "Jo Public", (), (mention,), 1.0)
    analysis = Analysis(story.build_article().text, "en", (person,))
    reply = load(Answer(analysis, story, "1", MODEL, Timings(0, 0)))
    (found,) = reply.analysis.entities[0].mentions
    assert found.span.of(reply.analysis.text) == "Jo Public"
    place = reply.find_place(found.span)
    assert (place.field, place.span.of(body)) == (Field.BODY, "Jo Public")


def test_text_of_quotes():
    """The words of a quote are those of its fragments."""
    reply = load(answer(quote(HE)))
    assert reply.text_of(reply.analysis.quotes[0]) == "So far, we wait."


def test_sources():
    """Of HTML, the text is that of its readers, and each span is known in both."""
    html = "<p>“Yes,” said Jo <b>Pub&shy;lic</b>.</p>"
    story = Story(Part.read(html, ContentType.HTML))
    start = story.body.text.index("Jo")
    mention = Mention(Span(start, len(story.body.text) - 1), EntityType.PERSON, 0.5)
    person = Entity("per-1", EntityType.PERSON, "Jo Public", (), (mention,), 1.0)
    analysis = Analysis(story.body.text, "en", (person,))
    given = Answer(analysis, story, "1", MODEL, Timings(0, 0), include=frozenset(Section))
    reply = load_reply(send(given), text=html)
    assert reply.analysis == analysis
    assert reply.sources[mention.span].of(html) == "Jo <b>Pub&shy;lic"
    assert reply.sources == {mention.span: story.body.extract.locate(mention.span)}


def test_what_is_not_included():
    """Entities or quotes that were not asked for are none."""
    given = replace(answer(quote(AIDE)), include=frozenset({Section.QUOTES}))
    reply = load(given)
    assert reply.analysis.entities == ()
    assert len(reply.analysis.quotes) == 1


def spoil(*path, value):
    """Return an answer in which something has another value."""
    spoiled = send(answer(quote(HE)))
    part = spoiled
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    return spoiled


@pytest.mark.parametrize(
    "spoiled",
    [
        pytest.param([], id="a-list"),
        pytest.param({}, id="empty"),
        pytest.param({"status": "ok"}, id="health"),
        pytest.param(spoil("offset_unit", value="utf16"), id="unit"),
        pytest.param(spoil("people", 0, "mentions", value=[]), id="no-mentions"),
        pytest.param(spoil("people", 0, "mentions", 0, "start", value=-1), id="no-span"),
        pytest.param(spoil("people", 0, "mentions", 0, "text", value="Po"), id="other-text"),
        pytest.param(spoil("people", 0, "salience", value=2), id="no-share"),
        pytest.param(spoil("quotes", 0, "kind", value="sung"), id="unknown-kind"),
        pytest.param(spoil("quotes", 0, "fragments", value=3), id="number"),
        pytest.param(spoil("meta", value="1.2.3"), id="no-object"),
    ],
)
def test_no_answer(spoiled):
    """What is not an answer to the text is refused, in words that quote none of it."""
    with pytest.raises(InvalidAnswer) as caught:
        load_reply(spoiled, text=TEXT)
    assert not {"Public", "Po", "sung"} & set(str(caught.value).split())
