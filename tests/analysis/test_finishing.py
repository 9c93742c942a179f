"""The last step to a quote: its edges, its kind, its attitude, and what is too little for one."""

import pytest

from analysis.document import Attitude, AttributionStatus, MentionKind, QuoteKind, Span
from analysis.finishing import distance, finish_quote
from analysis.marks import mark_states, pair_marks
from tests.analysis.stories import attribution_of

DIRECT, MIXED, INDIRECT = QuoteKind.DIRECT, QuoteKind.MIXED, QuoteKind.INDIRECT


def finish(text, *parts, **more):
    states = mark_states(text, pair_marks(text))
    return finish_quote(text, attribution_of(text, *parts, **more), states)


@pytest.mark.parametrize(
    ("text", "contents", "kind", "fragments"),
    [
        pytest.param("“We go,” Ann said.", ["“We go,”"], DIRECT, ["We go,"], id="marks"),
        pytest.param("“We go,” “and stay,” Ann said.", ["“We go,” “and stay,”"], DIRECT, ["We go,", "and stay,"], id="marks between"),
        pytest.param("“We go,” “…” Ann said.", ["“We go,”", "“…”"], DIRECT, ["We go,"], id="no words in one"),
        pytest.param("Ann said that, yes, “we” go.", ["that, yes, “we” go."], MIXED, ["yes, “we” go."], id="that"),
        pytest.param("Ann said that.", ["that."], INDIRECT, None, id="that and no more"),
        pytest.param("Ann said nothing.", ["nothing"], INDIRECT, None, id="nothing"),
        pytest.param("Ann said So.", ["So"], INDIRECT, None, id="so"),
        pytest.param("Ann said “…”", ["“…”"], DIRECT, None, id="no words"),
        pytest.param("Ann said  it is late ; ", [" it is late ; "], INDIRECT, ["it is late"], id="edges"),
        pytest.param("It is counted by hand,” Ann said.", ["It is counted by hand"], DIRECT, ["It is counted by hand,"], id="a mark that was lost"),
        pytest.param("It is counted by hand”, Ann said.", ["It is counted by hand"], DIRECT, ["It is counted by hand"], id="a mark before the comma"),
        pytest.param('It is late, "we" go, Ann said.', ["It is late"], INDIRECT, ["It is late"], id="a mark that opens"),
        pytest.param("It is late.”I, Ann said.", ["”I"], INDIRECT, ["”I"], id="a stray mark before the words"),
        pytest.param("It is late…”I, Ann said.", ["…”I"], INDIRECT, ["…”I"], id="and what it closes"),
    ],
)  # fmt: skip
def test_edges(text, contents, kind, fragments):
    """A quote has the words only, and those between marks where all of them are."""
    quote = finish(text, contents, "said", "Ann")
    if fragments is None:
        assert quote is None
        return
    assert quote.kind is kind
    assert [fragment.of(text) for fragment in quote.fragments] == fragments


@pytest.mark.parametrize(
    ("text", "cue", "attitude"),
    [
        pytest.param("Ann said it is late.", "said", Attitude.SPEECH, id="speech"),
        pytest.param("Ann: it is late.", ":", Attitude.SPEECH, id="colon"),
        pytest.param("Q. it is late.", ".", Attitude.SPEECH, id="full stop after a letter"),
        pytest.param("Ann thinks it is late.", "thinks", Attitude.BELIEF, id="belief"),
        pytest.param("Ann wants it is late.", "wants", Attitude.PLAN, id="plan"),
        pytest.param("Ann shows it is late.", "shows", Attitude.OTHER, id="something else"),
        pytest.param("Ann thinks “it is late”.", "thinks", Attitude.SPEECH, id="in marks"),
        pytest.param("Ann thinks it is “late”.", "thinks", Attitude.SPEECH, id="partly in marks"),
    ],
)
def test_attitude(text, cue, attitude):
    """What stands in marks is said, and otherwise what the cue says is."""
    words = text[text.index("it is") - ("“it" in text) : text.rindex(".")]
    assert finish(text, [words], cue, text.split()[0].strip(":.")).attitude is attitude


@pytest.mark.parametrize(
    ("text", "contents", "speaker", "confidence", "is_kept"),
    [
        pytest.param("It is very late, Ann said.", ["It is very late"], "", 0.4, True, id="four words"),
        pytest.param("It is late, Ann said.", ["It is late"], "", 0.9, False, id="three words"),
        pytest.param("It is, Ann said, very late.", ["It is", "very late"], "", 0.9, True, id="four in two"),
        pytest.param("It is very late, Ann said.", ["It is very late"], "", 0.3, False, id="unsure"),
        pytest.param("It is late, Ann said.", ["It is late"], "Ann", 0.1, True, id="somebody is named"),
        pytest.param("“It is late,” Ann said.", ["“It is late,”"], "", 0.1, True, id="in marks"),
        pytest.param("“It” is late, Ann said.", ["“It” is late"], "", 0.1, True, id="partly in marks"),
        pytest.param("It is late, … said.", ["It is late"], "…", 0.9, False, id="no word for the speaker"),
    ],
)  # fmt: skip
def test_nobody_is_named(text, contents, speaker, confidence, is_kept):
    """Words without marks that nobody is named for are a quote if they are many and sure."""
    quote = finish(text, contents, "said", speaker, confidence)
    assert (quote is not None) is is_kept


@pytest.mark.parametrize(
    ("text", "cue", "is_kept"),
    [
        pytest.param("It was reported that it is late.", "reported", True, id="verb alone"),
        pytest.param("It was reported that it is late.", "was reported", True, id="auxiliary too"),
        pytest.param("They were soon told that it is late.", "told", True, id="adverb"),
        pytest.param("It has been said that it is late.", "said", True, id="been"),
        pytest.param("Nobody reported that it is late.", "reported", False, id="active"),
        pytest.param(
            "It was, they reported, clear that it is late.", "reported", False, id="apart"
        ),
    ],
)
def test_the_passive_has_no_speaker(text, cue, is_kept):
    """Few words that nobody is named for are a quote where nobody could be."""
    assert (finish(text, ["it is late"], cue, confidence=0.1) is not None) is is_kept


@pytest.mark.parametrize(
    ("text", "cues", "cue"),
    [
        pytest.param("Ann said it is late, adding it was.", ["said", "adding"], "said", id="the nearest"),
        pytest.param("Ann, asked, said: it is late.", ["asked", "said", ":"], ":", id="a mark for a cue"),
        pytest.param("Ann did, and said it is late.", ["said", "did"], "said", id="speech only"),
        pytest.param("Ann shows, shows it is late.", ["Ann {shows,}"], "shows", id="edges"),
        pytest.param("Ann, it is late.", [], None, id="none"),
    ],
)  # fmt: skip
def test_cue(text, cues, cue):
    """A quote has the cue that is nearest to its words, one of speech where there is any."""
    found = attribution_of(text, ["it is late"], speaker="Ann")
    spans = tuple(attribution_of(text, [own]).content[0] for own in cues)
    states = mark_states(text, pair_marks(text))
    quote = finish_quote(text, type(found)(found.content, spans, found.speaker, 0.9), states)
    assert (quote.cue.of(text) if quote.cue else None) == cue


def test_what_is_left_open():
    """The words for the speaker are kept, whoever it may be, and scores as they were."""
    text = "It is late, Ann, said."
    quote = finish(text, ["It is late"], "said", "Ann,", 0.7)
    assert quote.speaker.mention.span.of(text) == "Ann"
    assert quote.speaker.mention.kind is MentionKind.NOMINAL
    assert (quote.speaker.name, quote.status) == (None, AttributionStatus.UNATTRIBUTED)
    assert (quote.confidence, quote.content_confidence) == (0.7, 0.7)


@pytest.mark.parametrize(
    ("contents", "cues", "far"),
    [
        pytest.param([Span(0, 4)], [Span(6, 8)], 2, id="after"),
        pytest.param([Span(6, 8)], [Span(0, 4)], 2, id="before"),
        pytest.param([Span(0, 4), Span(9, 12)], [Span(5, 7), Span(20, 22)], 1, id="the nearest"),
        pytest.param([Span(0, 4)], [Span(2, 3)], 0, id="within"),
        pytest.param([Span(0, 4)], [], 0, id="no cue"),
    ],
)
def test_distance(contents, cues, far):
    """How far words are from their cue is counted from edge to edge."""
    assert distance(contents, cues) == far
