"""Odd and very long input: right or empty, in linear time, never an exception."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.document import (
    AttributionStatus,
    EntityType,
    Mention,
    MentionKind,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerMention,
)
from analysis.entities import group_mentions
from analysis.mentions import carry_names
from analysis.speakers import resolve_speakers

# Generous, for slow and busy machines: a quadratic step would take minutes.
MAX_SECONDS = 20.0
WORDS = 50_000
MANY = 20_000


def quote(start, end, source=None, kind=QuoteKind.DIRECT):
    speaker = None
    if source is not None:
        mention = SpeakerMention(Span(*source), MentionKind.NOMINAL)
        speaker = Speaker(None, None, None, mention)
    return Quote(kind, (Span(start, end),), None, speaker, AttributionStatus.UNATTRIBUTED, 0.9, 0.9)


def word_spans(text):
    at = 0
    for word in text.split(" "):
        yield at, at + len(word)
        at += len(word) + 1


def run_all(text, mentions, quotes):
    carried = carry_names(text, mentions)
    entities = group_mentions(text, carried)
    resolved, extended = resolve_speakers(text, quotes, entities, ())
    assert len(resolved) == len(quotes)
    assert len({entity.id for entity in extended}) == len(extended)
    return carried, extended, resolved


LONG = {
    "pronouns": "he she they it " * (WORDS // 4),
    "one name": "Lee " * MANY,
    "no spaces": "a" * (5 * MANY),
    "marks": '" ' * MANY,
    "commas": "Lee, " * MANY,
    "possessives": "Lee's " * MANY,
    "hyphens": "Lee-" * MANY,
    "digits": "1.1" * MANY,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_one_long_paragraph(text):
    """One paragraph of very many words is read in linear time, whatever they are."""
    spans = list(word_spans(text))[:WORDS]
    mentions = [Mention(Span(s, s + 3), EntityType.PERSON, 0.9) for s, e in spans[:20] if e - s > 3]
    quotes = [quote(s, e, (s, e)) for s, e in spans[:: max(1, len(spans) // 2000)] if e > s]
    begun = time.process_time()
    run_all(text, mentions, quotes)
    assert time.process_time() - begun < MAX_SECONDS


def test_many_names():
    """Five hundred names in a 50,000-word text, all sharing given names and surnames."""
    letters = "abcdefghijklmnopqrstuvwxy"
    names = [f"A{a} B{b}" for a in letters for b in letters[:20]]
    text = " said it. ".join(names[i % len(names)] for i in range(WORDS // 4))
    at, mentions = 0, []
    for i in range(WORDS // 4):
        name = names[i % len(names)]
        mentions.append(Mention(Span(at, at + len(name)), EntityType.PERSON, 0.9))
        at += len(name) + len(" said it. ")
    begun = time.process_time()
    carried, entities, _ = run_all(text, mentions, [])
    assert time.process_time() - begun < MAX_SECONDS
    assert len(carried) == len(mentions)
    assert len(entities) == len(names)


def test_one_long_source():
    """The words for one speaker are a list of very many names."""
    text = "Lee, " * MANY + "said so."
    mentions = [Mention(Span(at, at + 3), EntityType.PERSON, 0.9) for at in range(0, 5 * MANY, 5)]
    begun = time.process_time()
    run_all(text, mentions, [quote(5 * MANY, len(text), (0, 5 * MANY - 2))])
    assert time.process_time() - begun < MAX_SECONDS


def test_one_long_organization():
    """One name of very many words does not take memory for each of its endings."""
    text = " ".join(f"Ab{n}" for n in range(MANY))
    (entity,) = group_mentions(text, [Mention(Span(0, len(text)), EntityType.ORGANIZATION, 0.9)])
    assert entity.name == text


def test_many_mentions_of_one_surname():
    """Many people share one surname, and bare surnames stand between."""
    text = " ".join(f"G{i}x Lee met Lee." for i in range(5_000))
    mentions, at = [], 0
    for i in range(5_000):
        name = f"G{i}x Lee"
        mentions.append(Mention(Span(at, at + len(name)), EntityType.PERSON, 0.9))
        at += len(name) + len(" met Lee. ")
    begun = time.process_time()
    run_all(text, mentions, [])
    assert time.process_time() - begun < MAX_SECONDS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00",
        "\x00Lee\x00 said \x00no\x00.",
        "\ud800Lee\udfff said \ud800.",
        "\u202eاحمد قال «لا» \u202c وقال احمد",
        "e\u0301\u0301\u0301 Lee\u0301 said “no”.",
        "👩‍👩‍👧‍👦 Lee 👍🏽 said “👎”.",
        "\r\nLee\r\n\r\nsaid\r\n",
        "“”“”",
        "... --- ...",
    ],
)
def test_odd_text(text):
    """No text makes an exception, wherever the names and quotes in it lie."""
    length = len(text)
    spans = [(s, e) for s in range(length) for e in range(s + 1, min(length, s + 4) + 1)]
    mentions = [Mention(Span(s, e), kind, 0.9) for s, e in spans[::3] for kind in EntityType]
    quotes = [quote(s, e, (s, e)) for s, e in spans[::2]]
    carried, _, _ = run_all(text, mentions, quotes)
    assert all(a.span.end <= b.span.start for a, b in pairwise(carried))


PIECES = st.sampled_from(
    [
        *"aL.,'’\"“”()-\n \x00é@#&/",
        "Lee",
        " Ann Lee",
        "Mr. ",
        "he ",
        "who ",
        " said ",
        "the ",
        "'s ",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join), st.data())
def test_any_text(text, data):
    """Spans stay verbatim, sorted and apart, whatever the text and the model's output."""
    if not text:
        return
    at = st.integers(0, len(text) - 1)
    spans = st.builds(lambda s, n: Span(s, min(len(text), s + n)), at, st.integers(1, 12))
    kinds, sure = st.sampled_from(list(EntityType)), st.floats(0, 1)
    mentions = data.draw(st.lists(st.builds(Mention, spans, kinds, sure), max_size=8))
    drawn = data.draw(
        st.lists(st.tuples(spans, st.none() | spans, st.sampled_from(list(QuoteKind))), max_size=6)
    )
    quotes = [
        quote(c.start, c.end, None if s is None else (s.start, s.end), kind) for c, s, kind in drawn
    ]
    carried, entities, resolved = run_all(text, mentions, quotes)
    assert list(carried) == sorted(carried)
    assert all(mention.span.end <= len(text) for mention in carried)
    assert all(a.span.end <= b.span.start for a, b in pairwise(carried))
    named = {entity.id for entity in entities}
    for answer in resolved:
        assert answer.speaker is None or answer.speaker.entity_id in named | {None}


def test_nothing():
    """Without mentions and quotes there is nothing to say."""
    assert carry_names("Some words.", ()) == ()
    assert group_mentions("Some words.", ()) == ()
    assert resolve_speakers("Some words.", (), (), ()) == ((), ())
