"""Words that report speech."""

import pytest

from analysis.cues import is_speech_cue, read_attitude, speech_words
from analysis.document import Attitude


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


@pytest.mark.parametrize(
    ("cues", "attitude"),
    [
        pytest.param(["believes"], Attitude.BELIEF, id="belief"),
        pytest.param(["was not SURE"], Attitude.BELIEF, id="adjective, in capitals"),
        pytest.param(["hoped"], Attitude.BELIEF, id="hope"),
        pytest.param(["plans to"], Attitude.PLAN, id="plan"),
        pytest.param(["decided"], Attitude.PLAN, id="decision"),
        pytest.param(["have", "sought"], Attitude.PLAN, id="several cues"),
        pytest.param(["thinks", "wants"], Attitude.PLAN, id="plan before belief"),
        pytest.param(["danced"], Attitude.OTHER, id="neither"),
        pytest.param(["unsure"], Attitude.OTHER, id="not a part of a word"),
        pytest.param(["—"], Attitude.OTHER, id="no word"),
        pytest.param([], Attitude.OTHER, id="no cue"),
    ],
)
def test_read_attitude(cues, attitude):
    """Cues that report no speech report a plan, a belief, or something else."""
    assert read_attitude(cues) is attitude
