"""How far an utterance goes, where marks alone do not tell."""

import pytest

from analysis.marks import pair_marks
from analysis.utterances import close_quotations, extend_blocks, join_utterances
from tests.analysis.stories import attribution_of


def parts(text, attributions):
    """Return the words of each attribution's contents, and of its cue."""
    return [
        ([span.of(text) for span in own.content], own.cue[0].of(text) if own.cue else None)
        for own in attributions
    ]


def join(text, *found):
    """Join what is given as contents and cue; see `parts` for the answer."""
    attributions = [attribution_of(text, *one) for one in found]
    return parts(text, join_utterances(text, attributions, pair_marks(text)))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("“So far,” said Ann, “we wait.”", id="clause"),
        pytest.param("“So far,” Ann, the mayor, said with a smile, “we wait.”", id="long clause"),
        pytest.param("“So far —” said Ann, “we wait.”", id="dash"),
        pytest.param("“So far,” said Ann, “I wait.”", id="I"),
        pytest.param("“So far,” said Ann, looking up, “we wait,”", id="comma at the end"),
    ],
)
def test_interrupted(text):
    """A quotation that its clause interrupts goes on after it."""
    begun, rest = (text[q.start : q.end] for q in pair_marks(text))
    assert join(text, ([begun], "said")) == [([begun, rest], "said")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("“So far,” said Ann, adding, “we wait.”", id="another utterance announced"),
        pytest.param("“So far,” said Ann, adding with pride, “we wait.”", id="words between"),
        pytest.param("“So far.” said Ann, “we wait.”", id="nothing broken off"),
        pytest.param("“So far,” said Ann, “We wait.”", id="begins anew"),
        pytest.param("“So far,” said Ann “we wait.”", id="no comma"),
        pytest.param("“So far,” said Ann, “we wait”", id="held at a distance"),
        pytest.param("“So far,”“we wait,” said Ann.", id="nothing between"),
        pytest.param("“So far, said Ann, “we wait.”", id="never closed"),
    ],
)
def test_not_interrupted(text):
    """What follows is an utterance of its own where it does not go on in the same sentence."""
    assert join(text, (["So far"], "said")) == [(["So far"], "said")]


def test_a_participle_that_announces_nothing():
    """She may do something else while she speaks."""
    text = "“So far,” said Ann, smiling, “we wait.”"
    assert join(text, (["“So far,”"], "said")) == [(["“So far,”", "“we wait.”"], "said")]


TWO_HALVES = "“So far,” said Ann, “we wait.”"


@pytest.mark.parametrize(
    ("found", "joined"),
    [
        pytest.param([(["we wait"], "said")], [(["“So far,”", "“we wait.”"], "said")], id="only the second half"),
        pytest.param([(["“So far,”"], "said"), (["“we wait.”"],)], [(["“So far,”", "“we wait.”"], "said")], id="halves apart"),
        pytest.param([(["“So far,”"],), (["Ann, “we wait.”"], "said")], [(["“So far,”"], None), (["“So far,”", "“we wait.”"], "said")], id="the clause taken for words"),
        pytest.param([(["“So far,”"],)], [(["“So far,”"], None)], id="no cue between"),
        pytest.param([(["“So far,”"], "Ann")], [(["“So far,”"], "Ann")], id="no cue of speech"),
        pytest.param([], [], id="nothing read"),
    ],
)  # fmt: skip
def test_halves(found, joined):
    """Both halves go to the attribution whose cue stands between them, and to no other."""
    assert join(TWO_HALVES, *found) == joined


@pytest.mark.parametrize("mark", [",", "?", "!"])
def test_rest(mark):
    """A quotation right after the sentence that reports another one is its rest."""
    text = f"“We go{mark}” said Ann. “And we will not be back.”"
    begun = f"“We go{mark}”"
    whole = ([begun, "“And we will not be back.”"], "said")
    assert join(text, ([begun], "said")) == [whole]
    assert join(text, ([begun], "said"), (["we will not"],)) == [whole]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("“We go,” said Ann. “And soon,” added Bo.", [(["“We go,”"], "said"), (["“And soon,”"], "added")], id="a cue of its own"),
        pytest.param("“We go,” said Ann. “And soon.”", [(["“We go,”", "“And soon.”"], "said")], id="known already"),
        pytest.param("“We go,” said Ann. “And soon.”", [(["“And soon.”"], "said")], id="first one unread"),
        pytest.param("“We go,” said Ann. “And soon.”", [(["“We go,”"],)], id="no cue"),
        pytest.param("“We go.” said Ann. “And soon.”", [(["“We go.”"], "said")], id="a whole sentence"),
        pytest.param("“We go,” laughed Ann. “And soon.”", [(["“We go,”"], "laughed")], id="no verb of speech"),
        pytest.param("“We go,” said Ann. Bo left. “And soon.”", [(["“We go,”"], "said")], id="a sentence between"),
        pytest.param("“We go,” said Ann.\n“And soon.”", [(["“We go,”"], "said")], id="the next paragraph"),
    ],
)  # fmt: skip
def test_no_rest(text, found):
    """A quotation is nobody's rest where something else, or somebody else, comes between."""
    assert join(text, *found) == [(one[0], one[1] if len(one) > 1 else None) for one in found]


OVER_THREE = "“We go and go.\n\n“We stay.\n\n“We sleep,” said Ann."
ALL_THREE = ["“We go and go.", "“We stay.", "“We sleep,”"]


@pytest.mark.parametrize(
    ("found", "joined"),
    [
        pytest.param([(["“We sleep,”"], "said")], [(ALL_THREE, "said")], id="only the last read"),
        pytest.param([(["“We go and go."],), (["We stay"],), (["“We sleep,”"], "said")], [(ALL_THREE, "said")], id="all read apart"),
        pytest.param([(["We go"],)], [(ALL_THREE, None)], id="nobody reported"),
        pytest.param([(["“We sleep,”", "Ann."], "said")], [([*ALL_THREE, "Ann."], "said")], id="words after it"),
        pytest.param([(["“We go and go."], "stay"), (["“We sleep,”"], "said")], [(["“We go and go."], "stay"), (["“We sleep,”"], "said")], id="two reported"),
        pytest.param([], [], id="none read"),
    ],
)  # fmt: skip
def test_chains(found, joined):
    """A quotation that paragraph after paragraph opens anew is one, unless several are reported."""
    assert join(OVER_THREE, *found) == joined


def test_turns_are_no_chain():
    """The turns of a transcript in small letters, each left open, are not one utterance."""
    text = "“lee: we go and go.\n“roe: we stay.”"
    found = [(["we go and go."],), (["we stay.”"],)]
    assert join(text, *found) == [(contents, None) for (contents,) in found]


@pytest.mark.parametrize("turn", ["lee: we stay", "Ann Lee: we stay", "the old mayor lee: we stay"])
def test_a_turn_ends_a_chain(turn):
    """Where somebody else's turn opens the next paragraph, it is no part of the quotation."""
    text = f"“We go and go.\n“{turn}.\n“We sleep,” said Ann."
    assert join(text, (["“We go and go."],)) == [(["“We go and go."], None)]


def test_chains_apart():
    """Each quotation over several paragraphs is one of its own."""
    text = "“We go.\n“We stay,” said Ann.\n“We eat.\n“We sleep,” added Bo."
    assert join(text, (["“We stay,”"], "said"), (["“We sleep,”"], "added")) == [
        (["“We go.", "“We stay,”"], "said"),
        (["“We eat.", "“We sleep,”"], "added"),
    ]


def close(text, contents, cue="", speaker=""):
    """Return the words inside the first quotation once it is closed, and the contents."""
    found = attribution_of(text, contents, cue, speaker)
    (first, *_), (kept,) = close_quotations(text, [found], pair_marks(text))
    return text[first.inside_start : first.inside_end], [span.of(text) for span in kept.content]


@pytest.mark.parametrize(
    ("text", "contents", "cue", "speaker", "inside", "kept"),
    [
        pytest.param("“We go, said Ann. It rained.", ["“We go"], "said", "Ann", "We go", ["“We go"], id="clause after"),
        pytest.param("“We go, Ann said. It rained.", ["“We go"], "said", "", "We go", ["“We go"], id="no speaker"),
        pytest.param("“We go, said Ann. It rained.", ["“We go", ". It rained"], "said", "Ann", "We go", ["“We go"], id="the next sentence given up"),
        pytest.param("“We go, said Ann, now. It rained.", ["“We go", "now"], "said", "Ann", "We go", ["“We go", "now"], id="the same sentence kept"),
        pytest.param("“We go now. It rained.", ["“We go"], "", "", "We go now. It rained.", ["“We go"], id="no clause"),
        pytest.param("“We go, Ann said. It rained.", ["It rained"], "said", "Ann", "We go, Ann said. It rained.", ["It rained"], id="clause before"),
        pytest.param("“We go, it rained.\nAnn said.", ["“We go"], "said", "Ann", "We go, it rained.", ["“We go"], id="clause in the next paragraph"),
        pytest.param("“We go,” said Ann. It rained.", ["“We go,”"], "said", "Ann", "We go,", ["“We go,”"], id="closed already"),
        pytest.param("“We go, Ann said.\n“And we stay.”", ["“We go"], "said", "Ann", "We go, Ann said.", ["“We go"], id="goes on in the next paragraph"),
        pytest.param("It rained, said Bo. “We go, Ann left.", ["It rained"], "said", "Bo", "We go, Ann left.", ["It rained"], id="words before the mark"),
    ],
)  # fmt: skip
def test_close_quotations(text, contents, cue, speaker, inside, kept):
    """A quotation whose closing mark was lost ends where the clause that reports it begins."""
    assert close(text, contents, cue, speaker) == (inside, kept)


@pytest.mark.parametrize(
    ("text", "found", "contents"),
    [
        pytest.param("Ann said this:\n\nWe go. We stay.", [(["We go"], "said")], [["We go. We stay."]], id="to the end"),
        pytest.param("Ann said no, and this:\nWe go. We stay.", [(["no", "We go"], "said")], [["no", "We go. We stay."]], id="the last of several"),
        pytest.param("Ann said this.\nWe go. We stay.", [(["We go"], "said")], [["We go"]], id="no colon"),
        pytest.param("Ann said this:\nAnd so we go. We stay.", [(["we go"], "said")], [["we go"]], id="within the paragraph"),
        pytest.param("Ann said this:\nWe go. We stay.", [(["We go"], "said"), (["We stay"],)], [["We go"], ["We stay"]], id="something else in it"),
        pytest.param("Ann said this:\nWe go. “We stay.”", [(["We go"], "said")], [["We go"]], id="marks in it"),
        pytest.param("As follows:\nWe go, said Ann. We stay.", [(["We go"], "said")], [["We go"]], id="a cue of its own"),
        pytest.param("As follows:\nWe go. We stay.", [(["We go"],)], [["We go"]], id="no cue"),
        pytest.param("We go. We stay.", [(["We go"],)], [["We go"]], id="the first paragraph"),
        pytest.param("\n\n", [(["\n"],)], [["\n"]], id="no paragraph"),
    ],
)  # fmt: skip
def test_extend_blocks(text, found, contents):
    """Words that a colon announces and that have a paragraph to themselves have all of it."""
    attributions = [attribution_of(text, *one) for one in found]
    extended = parts(text, extend_blocks(text, attributions))
    assert [words for words, _ in extended] == contents
