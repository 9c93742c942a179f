"""From what the model reads to whole utterances with exact edges."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.document import (
    Attitude,
    Attribution,
    AttributionStatus,
    MentionKind,
    Quote,
    QuoteKind,
    Span,
)
from analysis.quotes import find_quotes, read_marks
from tests.analysis.stories import attribution_of as attribution

DIRECT, MIXED, INDIRECT = QuoteKind.DIRECT, QuoteKind.MIXED, QuoteKind.INDIRECT
SPEECH, BELIEF, PLAN, OTHER = Attitude


def read(text: str, *attributions: Attribution) -> list[tuple[QuoteKind, list[str]]]:
    return [
        (quote.kind, [fragment.of(text) for fragment in quote.fragments])
        for quote in find_quotes(text, attributions)
    ]


def one(text: str, contents: list[str], cue: str = "", speaker: str = "") -> Quote:
    (quote,) = find_quotes(text, [attribution(text, contents, cue, speaker)])
    return quote


@pytest.mark.parametrize(
    ("text", "content", "kind", "fragment"),
    [
        pytest.param("“We go,” Ann said.", "“We go,”", DIRECT, "We go,", id="marks left out"),
        pytest.param("“We go,” Ann said.", "We go", DIRECT, "We go,", id="grows to the marks"),
        pytest.param("“ We go ”, Ann said.", "“ We go ”", DIRECT, "We go", id="spaces left out"),
        pytest.param("“We will surely go,” Ann said.", "will surely", DIRECT, "We will surely go,", id="nearly all"),
        pytest.param("Ann said “we go”, and left", "said “we go”", MIXED, "said “we go”", id="more than the marks"),
        pytest.param("Ann said that it is late.", "that it is late", INDIRECT, "it is late", id="that left out"),
        pytest.param("Ann said: it is late;", " it is late;", INDIRECT, "it is late", id="punctuation left out"),
        pytest.param("Ann said the “old” bridge is shut.", "the “old” bridge is shut", MIXED, "the “old” bridge is shut", id="mixed"),
    ],
)  # fmt: skip
def test_edges(text, content, kind, fragment):
    """A quote's edges are those of its quotation, or of its first and last word."""
    assert read(text, attribution(text, [content], "said", "Ann")) == [(kind, [fragment])]


def test_a_short_part_of_a_quotation_stays_short():
    """A content far from a quotation's edges does not become all of it."""
    text = "The sign “we had been told for years that it would be late and now it is” Ann said."
    found = read(text, attribution(text, ["it would be late"], "said"))
    assert found == [(DIRECT, ["it would be late"])]


@pytest.mark.parametrize(
    ("text", "cue", "attitude"),
    [
        pytest.param("Ann said it was very late.", "said", SPEECH, id="speech"),
        pytest.param("Ann feared it was very late.", "feared", BELIEF, id="belief"),
        pytest.param("Ann wants it was very late.", "wants", PLAN, id="plan"),
        pytest.param("Ann made it was very late.", "made", OTHER, id="something else"),
        pytest.param("Ann feared “it was very late”.", "feared", SPEECH, id="in marks"),
        pytest.param("Ann: it was very late.", "", OTHER, id="no cue"),
    ],
)
def test_attitudes(text, cue, attitude):
    """Without marks, what no cue says was said is a belief, a plan or something else."""
    words = text[text.index("it was") - ("“" in text) : -1]
    assert one(text, [words], cue).attitude is attitude


@pytest.mark.parametrize(
    ("text", "content", "cue", "speaker", "is_kept"),
    [
        pytest.param("Ann said it is late.", "it is late", "said", "Ann", True, id="named"),
        pytest.param("Ann said it is late.", "it is late", "said", "", False, id="nobody, short"),
        pytest.param("Ann said it is so late.", "it is so late", "said", "", True, id="nobody"),
        pytest.param("“It is late.”", "“It is late.”", "", "", True, id="nobody, in marks"),
        pytest.param("Ann said …", "…", "said", "Ann", False, id="no words"),
    ],
)
def test_what_is_too_little(text, content, cue, speaker, is_kept):
    """A few words without marks that nobody is named for are no quote."""
    assert bool(read(text, attribution(text, [content], cue, speaker))) is is_kept


def test_interrupted_quote():
    """A quote that its cue interrupts is one quote of two fragments."""
    text = "“We go,” Ann said, “and soon.”"
    quote = one(text, ["“We go,”", "“and soon.”"], "said", "Ann")
    assert [fragment.of(text) for fragment in quote.fragments] == ["We go,", "and soon."]
    assert quote.kind is DIRECT
    assert quote.cue.of(text) == "said"
    assert quote.speaker.mention.span.of(text) == "Ann"
    assert quote.speaker.mention.kind is MentionKind.NOMINAL
    assert (quote.speaker.name, quote.status) == (None, AttributionStatus.UNATTRIBUTED)
    assert quote.confidence == 0.9


def test_far_contents_of_one_cue():
    """Contents with other words between them are two quotes; the nearer one has the cue."""
    text = (
        "Ann said “we go”. The old bridge is shut and nobody knows why. “We stay” was the answer."
    )
    near, far = find_quotes(text, [attribution(text, ["“we go”", "“We stay”"], "said", "Ann")])
    assert near.cue.of(text) == "said"
    assert far.cue is None
    assert far.speaker.mention.span.of(text) == "Ann"


@pytest.mark.parametrize(
    ("gap", "count"),
    [
        pytest.param("\n\n", 1, id="next paragraph"),
        pytest.param("\n\nThe bridge.\n\n", 2, id="next but one"),
        pytest.param("\n* * *\n", 2, id="next but one, no words between"),
        pytest.param("\n\nIndeed: ", 2, id="words before"),
        pytest.param(" and ", 1, id="a word or two"),
        pytest.param(" and then again, after the rain, ", 2, id="more words"),
        pytest.param(". ", 2, id="a sentence's end"),
    ],
)
def test_contents_that_go_on(gap, count):
    """Contents of one cue are one quote where one goes on from the other."""
    text = f"Ann said: “we go”{gap}“we stay”"
    assert len(read(text, attribution(text, ["“we go”", "“we stay”"], "said"))) == count


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        pytest.param("Ann said: {“We go.”}", "{“We stay.”}", 1, id="closed after its cue"),
        pytest.param("{“We go.”}", "{“We stay,”} Ann said.", 2, id="closed before its cue"),
        pytest.param("Ann said: {“Do we go?”}", "{“We stay.”}", 2, id="a question and its answer"),
        pytest.param("Ann said: {“Do we go?}", "{“We stay.”}", 1, id="a question left open"),
        pytest.param("Ann said: {we go}.", "{“We stay.”}", 2, id="no marks in the first"),
        pytest.param("Ann said: {we go}.", "{We stay}.", 2, id="no marks at all"),
    ],
)
def test_contents_in_the_next_paragraph(first, second, count):
    """A quotation goes on in the next paragraph where it was left open, or closed after its cue."""
    text = re.sub("[{}]", "", f"{first}\n{second}")
    assert len(read(text, attribution(text, [first, second], "said", "Ann"))) == count


@pytest.mark.parametrize(
    ("text", "contents", "found"),
    [
        pytest.param("Ann said “we go”, and it was cold that day in the old town.", ["“we go”", "in the old town"], [(DIRECT, ["we go"])], id="after it"),
        pytest.param("It was cold that day in the old town when “we go” was what Ann said.", ["It was cold", "“we go”"], [(DIRECT, ["we go"])], id="before it"),
        pytest.param("Ann said it was cold that day in the old town, and “we go” too.", ["it was cold", "“we go”"], [(INDIRECT, ["it was cold"]), (DIRECT, ["we go"])], id="around words without marks"),
    ],
)  # fmt: skip
def test_the_story_around_a_quotation(text, contents, found):
    """What stands far from a quotation, and in no marks, is no words of whoever is quoted."""
    assert read(text, attribution(text, contents, "said", "Ann")) == found


def test_words_of_the_paragraph_before():
    """What a cue was given of an earlier paragraph is not its speaker's, what follows is."""
    text = "“We go now.”\n“We stay,” Ann said.\n“Well. It rained.” “And we sleep.”"
    contents = ["“We go now.”", "“We stay,”", "“And we sleep.”"]
    before, own, after = find_quotes(text, [attribution(text, contents, "said", "Ann")])
    assert (before.cue, before.speaker) == (None, None)
    assert own.cue.of(text) == "said"
    assert (after.cue, after.speaker.mention.span.of(text)) == (None, "Ann")


def test_a_closing_mark_that_was_lost():
    """A quotation that nothing closes ends where the clause that reports it begins."""
    text = "“We go now, said Ann. The bridge is shut."
    found = attribution(text, ["“We go now", ". The bridge is shut"], "said", "Ann")
    assert read(text, found) == [(DIRECT, ["We go now"])]


def test_rules_for_utterances_come_together():
    """Halves, rests and later paragraphs are one quote, and words after a colon a whole one."""
    halves = "“So far,” Ann said, “we wait.”"
    rest = "“We go,” Ann said. “And we will not be back.”"
    chain = "“We go and go.\n“We stay,” Ann said."
    block = "Ann said this:\nWe go now. We stay."
    assert read(halves, attribution(halves, ["“So far,”"], "said", "Ann")) == [
        (DIRECT, ["So far,", "we wait."])
    ]
    assert read(rest, attribution(rest, ["“We go,”"], "said", "Ann")) == [
        (DIRECT, ["We go,", "And we will not be back."])
    ]
    assert read(chain, attribution(chain, ["“We stay,”"], "said", "Ann")) == [
        (DIRECT, ["We go and go.", "We stay,"])
    ]
    assert read(block, attribution(block, ["We go now"], "said", "Ann")) == [
        (INDIRECT, ["We go now. We stay."])
    ]


def test_two_who_take_turns():
    """A quotation that opens the next paragraph is not the rest of the one before."""
    text = "“We go,” Ann said.\n“We stay,” Bo said.\n“Then I will go alone tonight.”"
    said = [
        attribution(text, ["“We go,”"], "said", "Ann"),
        attribution(text, ["“We stay,”"], "Bo {said}", "Bo"),
    ]
    assert [quote.speaker is not None for quote in find_quotes(text, said)] == [True, True, False]


@pytest.mark.parametrize(
    ("contents", "found"),
    [
        pytest.param(["not see anything of it at all"], ["oh no I do not see anything of it at all"], id="alone"),
        pytest.param(["not see anything of it at all", "“no”"], ["not see anything of it at all", "no"], id="one of two"),
        pytest.param(["do not"], ["do not"], id="too little of it"),
    ],
)  # fmt: skip
def test_most_of_a_quotation(contents, found):
    """The only content in a quotation that has most of it is meant to have all of it."""
    text = "Ann said “oh no I do not see anything of it at all” and “no”."
    assert read(text, attribution(text, contents, "said", "Ann")) == [(DIRECT, found)]


def test_overlapping_claims():
    """What two attributions claim is the one's that begins first."""
    text = "Ann said it is late and Bo said it is not."
    found = read(
        text,
        attribution(text, ["it is late and Bo said"], "said", "Ann"),
        attribution(text, ["Bo said it is not"], "Bo {said}", "Bo"),
    )
    assert found == [(INDIRECT, ["it is late and Bo said"]), (INDIRECT, ["it is not"])]


def test_same_claims():
    """Of two attributions with the same content one remains."""
    text = "Ann said it is late."
    twice = attribution(text, ["it is late"], "said", "Ann")
    assert len(read(text, twice, twice)) == 1


@pytest.mark.parametrize(
    ("text", "contents"),
    [
        pytest.param("“This is a whole utterance that nobody read.”", 1, id="alone"),
        pytest.param("“Said the mayor of the old town, who left.”", 1, id="a verb that begins it"),
        pytest.param("“said the mayor of the old town, who left.”", 0, id="between two quotations"),
        pytest.param("“Too short.”", 0, id="short"),
        pytest.param("The book “This is a title of many words.” sold well.", 0, id="within a sentence"),
        pytest.param("“This is something without an end at all” he", 0, id="no sentence's end"),
        pytest.param("“This goes on – Ann said – as long as it likes” he", 1, id="with an insertion"),
        pytest.param("No marks at all in this one.", 0, id="no marks"),
        pytest.param("", 0, id="empty"),
    ],
)  # fmt: skip
def test_missed_utterances(text, contents):
    """A whole quoted utterance that the model overlooked is a quote all the same."""
    assert len(find_quotes(text, [])) == contents


def test_missed_utterance_after_a_quote():
    """A quoted utterance that follows another one is a quote, with nobody to say it."""
    text = "“We go,” Ann said.\n\n“We go,” Bo said. “And we will not come back before May.”"
    start = text.index("Bo") - 9
    read_first = Attribution((Span(start, start + 8),), (Span(start + 12, start + 16),), None, 0.9)
    quotes = find_quotes(text, [read_first])
    assert [q.fragments[0].of(text) for q in quotes] == ["We go,"]
    near = text.replace("Bo said. ", "")
    read_first = Attribution((Span(start, start + 8),), (), None, 0.9)
    quotes = find_quotes(near, [read_first])
    assert quotes[-1].fragments[0].of(near) == "And we will not come back before May."
    assert quotes[-1].speaker is None


def test_insertion_between_dashes():
    """An attribution between dashes parts a quote, and speaks for it."""
    text = "“So far – he continues – we see none at all.”"
    (quote,) = find_quotes(text, [attribution(text, [text])])
    assert [fragment.of(text) for fragment in quote.fragments] == ["So far", "we see none at all."]
    assert (quote.cue.of(text), quote.speaker.mention.span.of(text)) == ("continues", "he")


@pytest.mark.parametrize("contents", [["it had rained.", "QUOTED"], ["it had rained. QUOTED"]])
def test_words_before_an_insertion(contents):
    """Words before a quotation with an insertion stay whose they were."""
    quoted = "“So far – he continues – we see none at all.”"
    text = f"Ann said it had rained. {quoted}"
    first, *others = (words.replace("QUOTED", quoted) for words in contents)
    read = [attribution(text, [first], "said", "Ann"), *(attribution(text, [w]) for w in others)]
    assert [
        (quote.cue.of(text), quote.fragments[0].of(text)) for quote in find_quotes(text, read)
    ] == [
        ("said", "it had rained."),
        ("continues", "So far"),
    ]


def test_insertion_in_what_goes_on():
    """Words that go on over another quotation with an insertion have the first insertion only."""
    said = "“A b – says he – b c.” So. “C d – he adds – d e.”"
    (quote,) = find_quotes(f"{said} Then.", [attribution(said, [said])])
    fragments = [fragment.of(said) for fragment in quote.fragments]
    assert fragments == ["“A b", "b c.” So. “C d – he adds – d e.”"]
    assert quote.cue.of(said) == "says"


def test_two_insertions():
    """Both attributions that interrupt one utterance are left out of it; the first speaks."""
    text = "“So far – he continues – we see none. But hope – he added – is not yet lost.”"
    (quote,) = find_quotes(text, [attribution(text, [text])])
    assert [fragment.of(text) for fragment in quote.fragments] == [
        "So far",
        "we see none. But hope",
        "is not yet lost.",
    ]
    assert quote.cue.of(text) == "continues"


def test_layout_wins():
    """What a transcript or a signature gives away is not read otherwise."""
    text = "SMITH: I never said that it was late.\nJONES: You did."
    found = find_quotes(text, [attribution(text, ["it was late"], "said", "I")])
    assert [q.speaker.mention.span.of(text) for q in found] == ["SMITH", "JONES"]


@pytest.mark.parametrize(
    ("text", "contents"),
    [
        pytest.param("„Wir gehen heute nicht mehr nach Hause.“", 1, id="long"),
        pytest.param("Das „Haus am See“ ist zu.", 0, id="a title"),
        pytest.param("Nichts.", 0, id="none"),
    ],
)
def test_read_marks(text, contents):
    """Without a model, what stands between marks is content where it is long enough."""
    found = read_marks(text)
    assert len(found) == contents
    assert all(a.speaker is None and not a.cue for a in found)


WORDS = [
    "Ann ",
    "said ",
    "that ",
    "“",
    "”",
    "we ",
    "go. ",
    " – ",
    "he added",
    "\n\n",
    ": ",
    ", ",
    "SMITH: ",
]


@st.composite
def pages(draw: st.DrawFn) -> tuple[str, list[Attribution]]:
    """Draw a text and attributions anywhere in it."""
    text = "".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=30)))
    starts = st.integers(0, len(text) - 1)

    def draw_span() -> Span:
        start = draw(starts)
        return Span(start, draw(st.integers(start + 1, len(text))))

    attributions = []
    for _ in range(draw(st.integers(0, 4))):
        contents = tuple(draw_span() for _ in range(draw(st.integers(1, 3))))
        cue = (draw_span(),) if draw(st.booleans()) else ()
        attributions.append(Attribution(contents, cue, draw_span() if cue else None, 0.5))
    return text, attributions


@settings(max_examples=300, derandomize=True, deadline=None)
@given(pages())
def test_any_attributions(page):
    """Whatever the model reads, quotes are in order, apart, and hold words."""
    text, attributions = page
    quotes = find_quotes(text, attributions)
    assert [q.fragments[0] for q in quotes] == sorted(q.fragments[0] for q in quotes)
    fragments = sorted(fragment for q in quotes for fragment in q.fragments)
    for before, after in pairwise(fragments):
        assert before.end <= after.start
    for quote in quotes:
        assert list(quote.fragments) == sorted(quote.fragments)
        assert all(any(map(str.isalnum, f.of(text))) for f in quote.fragments)
        assert quote.kind is INDIRECT or quote.attitude is SPEECH
        assert quote.cue or quote.kind is not INDIRECT or quote.attitude is OTHER


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("“– he says – we see none of it at all.”", id="nothing before"),
        pytest.param("“We see none of it at all, none – he says –.”", id="nothing after"),
    ],
)
def test_dashes_at_an_edge_interrupt_nothing(text):
    """An attribution between dashes divides a quotation that has words on either side."""
    (quote,) = find_quotes(text, [])
    assert len(quote.fragments) == 1
