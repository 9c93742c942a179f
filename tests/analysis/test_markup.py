"""What markup left in a text is read through, and every span put back over it."""

import time

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
        pytest.param("the <p>port of</div> Lund", "the  port of  Lund", id="stray tags"),
        pytest.param("the<br/>port</p><em>of</em> Lund", "the port of Lund", id="between words"),
        pytest.param("said &ldquo;No.&rdquo;<p>She", "said “No.”\nShe", id="after a reference"),
        pytest.param("Lee said<br>“No.”", "Lee said “No.”", id="before a mark"),
        pytest.param("Ann Lee,<br>the mayor", "Ann Lee, the mayor", id="after a comma"),
        pytest.param("Ann Lee<br><em>Bo Ek</em>", "Ann Lee Bo Ek", id="before a tag"),
        pytest.param("the <b>port</b><br>of Lund", "the port of Lund", id="after a tag"),
        pytest.param("It shut. <br>Lee left.", "It shut. \nLee left.", id="after a space"),
        pytest.param("<Mark> and <Time> <P>So", "<Mark> and <Time>  So", id="names"),
        pytest.param("&fjlig; &#١٢;", "&fjlig; &#١٢;", id="not one character"),
        pytest.param("a < b and <Lee> or <3", "a < b and <Lee> or <3", id="no tags"),
        pytest.param('<a href="x">Lund</a>', "Lund", id="attributes"),
        pytest.param("co&shy;op&#8203;erate", "cooperate", id="invisible"),
        pytest.param("Ana Sou\u00adsa\ufeff", "Ana Sousa", id="invisible, as it is"),
        pytest.param("<p> </p>", "\n \n", id="nothing else"),
        pytest.param("&#0; &#xD800;", "\ufffd \ufffd", id="no characters"),
    ],
)
def test_legible(text, legible):
    """References are read, tags left out; those that end a paragraph end it."""
    assert make_legible(text).text == legible


def test_nothing_to_read_through():
    """A text without markup is read as it is."""
    legible = make_legible("“No,” said Lee.")
    assert (legible.text, legible.runs) == ("“No,” said Lee.", None)
    assert legible.restore(Span(1, 3)) == Span(1, 3)


@pytest.mark.parametrize(
    ("text", "shown", "submitted"),
    [
        pytest.param("the Caf&eacute; Lund", "Café", "Caf&eacute;", id="reference at the end"),
        pytest.param("&Eacute;mile Lee", "Émile", "&Eacute;mile", id="reference at the start"),
        pytest.param("met <b>Ann&nbsp;Lee</b>.", "Ann Lee", "Ann&nbsp;Lee", id="within tags"),
        pytest.param("met A<b>nn</b> Lee.", "Ann Lee", "A<b>nn</b> Lee", id="tags within"),
        pytest.param("😀<br>Ann &amp; Co", "Ann & Co", "Ann &amp; Co", id="astral before"),
    ],
)
def test_span_is_put_back(text, shown, submitted):
    """A span covers the submitted text from its first character to the end of its last."""
    legible = make_legible(text)
    start = legible.text.index(shown)
    assert legible.restore(Span(start, start + len(shown))).of(text) == submitted


@given(texts(), st.lists(st.sampled_from(LEFT_BEHIND), max_size=6), st.randoms())
@settings(deadline=None, max_examples=200)
def test_spans_are_put_back(text, left, rng):
    """Every legible character stands for a stretch of its own, in the same order."""
    for found in left:
        at = rng.randint(0, len(text))
        text = text[:at] + found + text[at:]
    legible = make_legible(text)
    end = 0
    for at, char in enumerate(legible.text):
        span = legible.restore(Span(at, at + 1))
        assert span.start >= end
        end = span.end
        assert span.of(text) == char or (span.of(text)[0], span.of(text)[-1]) in {
            ("&", ";"),
            ("<", ">"),
        }


def test_everything_is_put_back():
    """Mentions, fragments, cues, and speakers of each kind get the submitted text's offsets."""
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
            0.5,
            candidates=(speaker, silent),
            joint=(silent, speaker),
        )
    )
    assert [span.of(text) for span in quote.fragments] == ["No,"]
    assert quote.cue.of(text) == "said"
    for given_ in (quote.speaker, quote.candidates[0], quote.joint[1]):
        assert given_.mention.span.of(text) == "Ann&nbsp;Lee"
    assert quote.candidates[1] == quote.joint[0] == silent
    bare = Quote(QuoteKind.DIRECT, (content,), None, None, AttributionStatus.UNATTRIBUTED, 0.5, 0.5)
    assert legible.restore_quote(bare).cue is None


@pytest.mark.parametrize("part", ["<", "&", "<a ", "<p>", "&amp;", "&#", " <br> "])
def test_odd_texts(part):
    """Runs of what looks like markup are read in linear time: a hundred times as many in seconds."""
    started = time.process_time()
    make_legible(part * 2_000)
    short = time.process_time() - started
    started = time.process_time()
    make_legible(part * 100_000)
    assert time.process_time() - started < 0.5 + 150 * short
