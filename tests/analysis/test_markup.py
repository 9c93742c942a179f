"""What markup left in a text is read through, and every span put back over it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.document import (
    AttributionStatus,
    Entity,
    EntityType,
    Mention,
    MentionKind,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerMention,
)
from analysis.markup import make_legible
from tests.texts import texts

LEFT_BEHIND = ["&nbsp;", "&rdquo;", "&#8220;", "&#x2019;", "&amp;", "<p>", "</p>", "<br/>", "<b>"]
LEFT_BEHIND += ["</strong>", '<a href="/x?a=1&amp;b">', "&shy;", "&", "<", ">", ";", "<Lee>"]


@pytest.mark.parametrize(
    ("text", "legible"),
    [
        pytest.param("Ann&nbsp;Lee said &ldquo;no&rdquo;.", "Ann Lee said “no”.", id="references"),
        pytest.param("&#8220;No&#8221; &#x2014; Lee", "“No” — Lee", id="numbers"),
        pytest.param("AT&amp;T left", "AT&T left", id="ampersand"),
        pytest.param("AT&T; R&D; &nosuch; a & b", "AT&T; R&D; &nosuch; a & b", id="no references"),
        pytest.param("The <b>port</b> of <em>Lu</em>nd", "The port of Lund", id="inline tags"),
        pytest.param("It shut.<br>Lee left.</p><p>So", "It shut.\nLee left.\n\nSo", id="ends"),
        pytest.param("the <p>port of</div> Lund", "the port of Lund", id="stray tags"),
        pytest.param("the<br/>port", "the port", id="between words"),
        pytest.param("a < b and <Lee> or <3", "a < b and <Lee> or <3", id="no tags"),
        pytest.param('<a href="x">Lund</a>', "Lund", id="attributes"),
        pytest.param("co&shy;op&#8203;erate", "cooperate", id="invisible"),
        pytest.param("<p></p>", "\n\n", id="nothing else"),
        pytest.param("&#0; &#xD800;", "\ufffd \ufffd", id="no characters"),
    ],
)
def test_legible(text, legible):
    """References are read, tags left out; those that end a paragraph end it."""
    assert make_legible(text).text == legible


def test_nothing_to_read_through():
    """A text without markup is read as it is."""
    legible = make_legible("“No,” said Lee.")
    assert (legible.text, legible.starts) == ("“No,” said Lee.", None)
    assert legible.restore(Span(1, 3)) == Span(1, 3)


@given(texts(), st.lists(st.sampled_from(LEFT_BEHIND), max_size=6), st.randoms())
@settings(deadline=None, max_examples=200)
def test_spans_are_put_back(text, left, rng):
    """What stands over a legible character begins and ends where its source does."""
    for found in left:
        at = rng.randint(0, len(text))
        text = text[:at] + found + text[at:]
    legible = make_legible(text)
    last = 0
    for at, char in enumerate(legible.text):
        span = legible.restore(Span(at, at + 1))
        assert span.start >= last or legible.text[at - 1 : at + 1] == char * 2
        assert span.of(text) == char or span.of(text)[0] in "&<"
        last = span.start


def test_everything_is_put_back():
    """Mentions, fragments, cues, speakers and candidates get the submitted text's offsets."""
    text = "<p>&ldquo;No,&rdquo; said Ann&nbsp;Lee."
    legible = make_legible(text)
    name = Span(legible.text.index("Ann"), len(legible.text) - 1)
    mention = Mention(name, EntityType.PERSON, 0.9)
    entity = Entity("per-1", EntityType.PERSON, "Ann Lee", (), (mention,), 1.0)
    found = legible.restore_entity(entity)
    assert found.mentions[0].span.of(text) == "Ann&nbsp;Lee"
    speaker = Speaker("Ann Lee", "per-1", EntityType.PERSON, SpeakerMention(name, MentionKind.NAME))
    silent = Speaker("Ann Lee", "per-1", EntityType.PERSON, None)
    content, cue = (Span(i := legible.text.index(w), i + len(w)) for w in ("No,", "said"))
    quote = legible.restore_quote(
        Quote(
            QuoteKind.DIRECT,
            (content,),
            cue,
            speaker,
            AttributionStatus.AMBIGUOUS,
            0.5,
            (speaker, silent),
        )
    )
    assert [span.of(text) for span in quote.fragments] == ["No,"]
    assert quote.cue.of(text) == "said"
    for given_ in (quote.speaker, quote.candidates[0]):
        assert given_.mention.span.of(text) == "Ann&nbsp;Lee"
    assert quote.candidates[1] == silent
    bare = Quote(QuoteKind.DIRECT, (content,), None, None, AttributionStatus.UNATTRIBUTED, 0.5)
    assert legible.restore_quote(bare).cue is None


@pytest.mark.parametrize("text", ["<" * 50_000, "&" * 50_000, "<a " * 20_000, "<p>" * 20_000])
def test_odd_texts(text):
    """Runs of what looks like markup are read in linear time."""
    assert len(make_legible(text).text) <= len(text)
