"""Comparing quotes as the scorer does, on a text of our own."""

import pytest

from evaluation.confidences import Outcome
from evaluation.counts import Counts
from evaluation.quotes import Words, compare_quotes, is_speech, match

TEXT = (
    "Ann Lee, the mayor of Lyon, said that “we will win” and left. "
    "Go home, he told Bob. Critics say it rained. She hoped for more."
)
SPEECH = frozenset({"said", "told", "say"})


def place(words):
    start = TEXT.index(words)
    return [start, start + len(words)]


def quote(content, source=None, cue=None, kind="indirect", **more):
    return {
        "content": [place(content)],
        "source": [place(source)] if source else [],
        "cue": [place(cue)] if cue else [],
        "kind": kind,
        "confidence": 0.5,
        "content_confidence": 0.6,
        **more,
    }


WIN = quote("that “we will win”", "Ann Lee, the mayor of Lyon,", "said", "mixed")
HOME = quote("Go home,", "he ", "told", "direct")
RAIN = quote("it rained", None, "say")
HOPE = quote("for more", "She", "hoped")
GOLD = {"id": "a", "text": TEXT, "attributions": [WIN, HOME, RAIN, HOPE]}


def compare(*quotes):
    return compare_quotes(GOLD, {"quotes": quotes}, SPEECH)


def test_perfect():
    """Every quote is found, word by word and with its source; a hope is no speech."""
    comparison = compare(WIN, HOME, RAIN, HOPE)
    whole = {0: 0, 1: 1, 2: 2}
    assert comparison.exact == comparison.found == comparison.attributed == whole
    assert comparison.count(comparison.exact, "all") == Counts(3, 3, 3, 3)


def test_everything():
    """Without words of speech, a hope counts like what is said."""
    comparison = compare_quotes(GOLD, {"quotes": [HOPE]})
    assert comparison.attributed == {3: 0}


def test_marks_and_that():
    """Marks are no words, and a "that" before the content is not part of it."""
    assert compare(quote("we will win", "Lee", "said")).exact == {0: 0}


def test_that_alone():
    """A "that" which is all that was said stays."""
    words = Words("He said that.")
    assert words.list_content([[8, 12]]) == {2}
    assert words.list_content([[7, 8]]) == frozenset()


@pytest.mark.parametrize(
    ("source", "right"),
    [
        pytest.param("Ann Lee", True, id="head"),
        pytest.param("Ann", False, id="not the head"),
        pytest.param("the mayor of Lyon", False, id="apposition"),
        pytest.param(None, False, id="none"),
    ],
)
def test_source(source, right):
    """A source is right if it holds the head word of the labelled one."""
    assert bool(compare(quote("we will win", source, "said")).attributed) is right


def test_no_source():
    """Where no source is labelled, none is right, and any other is wrong."""
    assert compare(RAIN).attributed == {2: 0}
    assert compare(quote("it rained", "Critics", "say")).attributed == {}


@pytest.mark.parametrize(
    ("text", "head"),
    [
        pytest.param("a spokesman for Mr. Cruz", "spokesman", id="preposition"),
        pytest.param("Cruz, who left", "Cruz", id="comma"),
        pytest.param("Cruz 's", "Cruz", id="possessive"),
        pytest.param("in Rome", "Rome", id="preposition before"),
        pytest.param("“", None, id="no word"),
    ],
)
def test_head(text, head):
    """The head of a source is its last word before whatever qualifies it."""
    number = Words(text).find_head([[0, len(text)]])
    numbers = Words(text).list_in([[text.index(head), len(text)]]) if head else {None}
    assert number == min(numbers)


def test_no_words():
    """What holds no word is no quote."""
    comparison = compare(quote("“", None, "said"))
    assert comparison.returned == ()


def test_kinds():
    """Each side goes by its own kind: found as indirect, a mixed quote is missing in both."""
    comparison = compare(quote("we will win", "Lee", "said", "indirect"), HOME)
    assert comparison.count(comparison.found, "mixed") == Counts(0, 0, 1, 1)
    assert comparison.count(comparison.found, "indirect") == Counts(1, 1, 1, 0)
    assert comparison.count(comparison.found, "direct") == Counts(1, 1, 1, 1)


@pytest.mark.parametrize(
    ("line", "speech"),
    [
        pytest.param(HOPE, False, id="no word of speech"),
        pytest.param({**HOPE, "kind": "direct"}, True, id="direct"),
        pytest.param(WIN, True, id="word of speech"),
        pytest.param({**HOPE, "cue": None}, False, id="no cue"),
    ],
)
def test_is_speech(line, speech):
    """Speech is what is direct, or has a word of speech in its cue."""
    assert is_speech(TEXT, line, SPEECH) is speech


def test_colon_is_speech():
    """A colon reports speech."""
    assert is_speech("Ann: Go.", {"kind": "indirect", "cue": [[0, 4]]}, SPEECH)


@pytest.mark.parametrize(
    ("labelled", "returned", "pairs"),
    [
        pytest.param([{1, 2}], [{1}, {1, 2}], {0: 1}, id="the most alike"),
        pytest.param([{1, 2, 3}], [{3, 4, 5}], {}, id="too little"),
        pytest.param([{1, 2}, {3}], [{1, 2, 3}], {0: 0}, id="one to one"),
        pytest.param([{1}, {2}], [{2}, {1}], {0: 1, 1: 0}, id="crossed"),
    ],
)
def test_match(labelled, returned, pairs):
    """Contents are paired where they share at least half of their words, each once."""
    assert match(labelled, returned, 0.5) == pairs


def test_outcomes():
    """Of three returned, one has the right source, one is found without, one is not found."""
    comparison = compare(HOME, quote("it rained", "Critics", "say"), quote("left", None, "said"))
    assert list(comparison.outcomes()) == [
        Outcome(0.6, 0.5, True, True),
        Outcome(0.6, 0.5, True, False),
        Outcome(0.6, 0.5, False, False),
    ]
