"""Words that report speech."""

import pytest

from analysis.cues import is_speech_cue, speech_words


@pytest.mark.parametrize(
    ("cue", "is_speech"),
    [
        pytest.param("said", True, id="say"),
        pytest.param("has repeatedly told", True, id="within a phrase"),
        pytest.param("According to", True, id="according to"),
        pytest.param("ANNOUNCED", True, id="capitals"),
        pytest.param("argued", True, id="-e and -d"),
        pytest.param("denying", True, id="-y and -ing"),
        pytest.param("testifies", True, id="-ies"),
        pytest.param("admitted", True, id="doubled consonant"),
        pytest.param("quipped", True, id="doubled p"),
        pytest.param(":", True, id="colon"),
        pytest.param("tweeted", True, id="written"),
        pytest.param("believes", False, id="belief"),
        pytest.param("hopes", False, id="wish"),
        pytest.param("plans to", False, id="plan"),
        pytest.param("fears", False, id="fear"),
        pytest.param("unsaid", False, id="not a part of a word"),
        pytest.param("—", False, id="dash"),
        pytest.param("", False, id="empty"),
    ],
)
def test_is_speech_cue(cue, is_speech):
    """A cue reports speech by one word of saying or writing, or by a colon."""
    assert is_speech_cue(cue) is is_speech


def test_speech_words_are_small_letters():
    """The words come in the form in which they are looked up."""
    words = speech_words()
    assert {"say", "said", "adds", "claiming"} <= words
    assert all(word == word.lower() and word.isalpha() for word in words)
