import time

import pytest

from analysis.insertions import find_insertions
from analysis.marks import mark_states, pair_marks


@pytest.mark.parametrize(
    ("text", "cue", "speaker"),
    [
        pytest.param("“So far – he continues – we see none.”", "continues", "he", id="verb last"),
        pytest.param("“What we see – adds Lindqvist – is hope.”", "adds", "Lindqvist", id="first"),
        pytest.param("“We—the mayor has said—will stay.”", "said", "the mayor", id="auxiliary"),
        pytest.param('"It is -- said Ms. Okoro -- late."', "said", "Ms. Okoro", id="hyphens"),
        pytest.param("„Nein – sagte – said Weber – so.“", "said", "Weber", id="dash before"),
        pytest.param("“Late – she says –, very late.”", "says", "she", id="comma after"),
    ],
)
def test_attribution_between_dashes(text, cue, speaker):
    """A verb of speech at either end makes what stands between dashes an attribution."""
    (insertion,) = find_insertions(text, mark_states(text, pair_marks(text)))
    assert insertion.cue.of(text) == cue
    assert insertion.speaker.of(text) == speaker


def test_verb_alone():
    """A verb alone attributes without a speaker."""
    text = "“Late – added – but not too late.”"
    (insertion,) = find_insertions(text, mark_states(text, pair_marks(text)))
    assert insertion.speaker is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("So far – he continues – we see none.", id="outside marks"),
        pytest.param("“The bridge – all of it – must go.”", id="no verb of speech"),
        pytest.param("“The well-known half-said thing is late.”", id="hyphens inside words"),
        pytest.param("“We – he said, and left it at that.”", id="one dash"),
        pytest.param("“The king – said to be ill – is here.”", id="said of somebody"),
        pytest.param(
            "“It – he said when we met him on the old quay that evening – is late.”", id="too long"
        ),
        pytest.param("– – – –", id="only dashes"),
        pytest.param("", id="empty"),
    ],
)
def test_no_attribution(text):
    """Dashes alone, or words of the quotation between them, attribute nothing."""
    assert find_insertions(text, mark_states(text, pair_marks(text))) == ()


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        pytest.param("“So far – he says –– he adds – none.”", [" – he says –"], id="touching"),
        pytest.param(
            "“Late – he says –, – he adds – late.”", [" – he says –", " – he adds – "], id="comma"
        ),
        pytest.param("“So far – he says –\n“More.”", [" – he says –"], id="end of a paragraph"),
        pytest.param("“So far –\nhe says – none.”", [], id="two paragraphs"),
    ],
)
def test_insertions_stay_apart(text, spans):
    """Insertions keep to their paragraph, and something stands between two of them."""
    insertions = find_insertions(text, mark_states(text, pair_marks(text)))
    assert [insertion.span.of(text) for insertion in insertions] == spans


@pytest.mark.parametrize("space", [" ", "\n", "\u00a0"])
def test_much_white_space(space):
    """White space that goes on and on is passed over in linear time."""
    text = "“a" + space * 100_000 + "– he said – b”"
    begun = time.process_time()
    find_insertions(text, mark_states(text, pair_marks(text)))
    assert time.process_time() - begun < 10


def test_mark_before_the_dash():
    """A comma or full stop before the dash belongs to the attribution, not to the quotation."""
    text = "“So far, – he says – none.”"
    (insertion,) = find_insertions(text, mark_states(text, pair_marks(text)))
    assert text[: insertion.span.start] == "“So far"
