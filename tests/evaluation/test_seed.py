"""Scoring the sample article, on a text of our own."""

import pytest

from evaluation.seed import score_seed

TEXT = "“We will vote,” said Ann Lee in Lyon. Lee added that the Senate would wait."


def place(words, after=0):
    start = TEXT.index(words, after)
    return [start, start + len(words)]


def mention(words, kind, name, after=0):
    start, end = place(words, after)
    return {"start": start, "end": end, "type": kind, "name": name}


GOLD = {
    "text": TEXT,
    "entities": [
        mention("Ann Lee", "PER", "Ann Lee"),
        mention("Lee", "PER", "Ann Lee", after=30),
        mention("Lyon", "LOC", "Lyon"),
        mention("vote", "EVENT", "vote"),
    ],
    "quotes": [
        {"content": [place("“We will vote,”")], "kind": "direct", "speaker": "Ann Lee"},
        {"content": [place("the Senate would wait")], "kind": "indirect", "speaker": "Ann Lee"},
    ],
}


def predict(**changes):
    perfect = {
        "entities": [
            {
                "type": "person",
                "name": "Ann Lee",
                "mentions": [place("Ann Lee"), place("Lee", after=30)],
            },
            {"type": "place", "name": "Lyon", "mentions": [place("Lyon")]},
        ],
        "quotes": [
            {"content": [place("We will vote")], "speaker": "Ann Lee"},
            {"content": [place("the Senate would wait")], "speaker": "ann lee"},
        ],
    }
    return {**perfect, **changes}


def test_perfect():
    """Marks around a quote and the case of a name make no difference; events do not count."""
    score = score_seed(GOLD, predict())
    assert (score.entities, score.entities_found, score.entities_whole) == (2, 2, 2)
    assert (score.quotes, score.quotes_found, score.speakers_right) == (2, 2, 2)
    assert score.misses == ()


def test_nothing():
    """Where nothing is found, everything is a miss."""
    score = score_seed(GOLD, predict(entities=[], quotes=[]))
    assert (score.entities_found, score.quotes_found, score.speakers_right) == (0, 0, 0)
    assert len(score.misses) == 4


@pytest.mark.parametrize(
    ("speaker", "miss"),
    [
        pytest.param(None, "quote 2 (indirect, Ann Lee): given to nobody", id="none"),
        pytest.param("Lyon", "quote 2 (indirect, Ann Lee): given to Lyon", id="wrong"),
    ],
)
def test_wrong_speaker(speaker, miss):
    """A quote that is given to somebody else is told apart from one that is not found."""
    first, second = predict()["quotes"]
    score = score_seed(GOLD, predict(quotes=[first, {**second, "speaker": speaker}]))
    assert (score.quotes_found, score.speakers_right) == (2, 1)
    assert score.misses == (miss,)


def test_split_entity():
    """An entity that lacks one of its mentions is found, but not whole."""
    person, lyon = predict()["entities"]
    score = score_seed(GOLD, predict(entities=[{**person, "mentions": [place("Ann Lee")]}, lyon]))
    assert (score.entities_found, score.entities_whole) == (2, 1)
    assert score.misses == ("person Ann Lee: 1 of 2 mentions missing",)


def test_wrong_type():
    """A place is not found by a person of its name."""
    person, lyon = predict()["entities"]
    score = score_seed(GOLD, predict(entities=[person, {**lyon, "type": "person"}]))
    assert score.entities_found == 1


def test_merged_quotes():
    """A quote inside a longer one keeps its speaker, but does not count as found."""
    whole = {"content": [[0, len(TEXT)]], "speaker": "Ann Lee"}
    score = score_seed(GOLD, predict(quotes=[whole]))
    assert (score.quotes_found, score.quotes_inside, score.speakers_right) == (0, 2, 2)
    assert score.misses == (
        "quote 1 (direct, Ann Lee): inside a longer quote",
        "quote 2 (indirect, Ann Lee): inside a longer quote",
    )


def test_half_a_quote():
    """A quote of which less than half is found is not found."""
    first, second = predict()["quotes"]
    score = score_seed(GOLD, predict(quotes=[{**first, "content": [place("We")]}, second]))
    assert score.quotes_found == 1
    assert score.misses == ("quote 1 (direct, Ann Lee): not found",)
