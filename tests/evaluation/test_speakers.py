"""Comparing speakers and entities as the scorer does, on a text of our own."""

import pytest

from evaluation.confidences import Outcome
from evaluation.counts import Counts
from evaluation.speakers import (
    Verdict,
    compare_speakers,
    count_entities,
    count_grouping,
    fold,
)

TEXT = "“We will win,” Ann Lee said. She hoped for rain. Nobody knew why in Lyon."


def place(words, after=0):
    start = TEXT.index(words, after)
    return [start, start + len(words)]


def label(content, speaker, kind="indirect", source_form="name", **more):
    return {
        "content": [place(content)],
        "speaker": speaker,
        "kind": kind,
        "source_form": source_form,
        **more,
    }


def quote(content, speaker):
    return {
        "content": [place(content)],
        "speaker": speaker,
        "confidence": 0.5,
        "content_confidence": 0.6,
    }


LEE = {
    "type": "person",
    "name": "Ann Lee",
    "aliases": ["Ann Lee", "Lee"],
    "mentions": [place("Ann Lee"), place("She")],
}
LYON = {"type": "place", "name": "Lyon", "aliases": ["Lyon"], "mentions": [place("Lyon")]}
WIN = label("“We will win,”", "Ann Lee", "direct")
RAIN = label("for rain", "Ann Lee", source_form="pronoun")
WHY = label("why in Lyon", None, source_form="nominal")
GOLD = {"id": "a", "text": TEXT, "speakers": [WIN, RAIN, WHY], "entities": [LEE, LYON]}


def compare(*quotes, **gold):
    return compare_speakers({**GOLD, **gold}, {"quotes": quotes})


def test_perfect():
    """Every quote is found and has its name, or none where nobody is named."""
    comparison = compare(
        quote("We will win", "Lee"), quote("for rain", "ANN LEE"), quote("why in Lyon", None)
    )
    assert [verdict.right for verdict in comparison.verdicts] == [True] * 3
    assert comparison.count_right("all") == Counts(3, 3, 3)
    assert comparison.count_wrong_names("all") == Counts(0, 3, 3)


def test_nothing():
    """Where nothing is returned, nothing is found, and no name is wrong."""
    comparison = compare()
    assert [verdict.found for verdict in comparison.verdicts] == [False] * 3
    assert comparison.count_right("resolved") == Counts(0, 1, 1)
    assert comparison.count_wrong_names("all") == Counts(0, 0, 0)


@pytest.mark.parametrize(
    ("speaker", "right", "wrong_name"),
    [
        pytest.param("Dr. Lee", True, False, id="one of the names"),
        pytest.param("Lyon", False, True, id="another name"),
        pytest.param(None, False, False, id="no name"),
    ],
)
def test_name(speaker, right, wrong_name):
    """A speaker is right by any name of the labelled one; no name is not a wrong one."""
    verdict = compare(quote("We will win", speaker)).verdicts[0]
    assert (verdict.right, verdict.wrong_name) == (right, wrong_name)


def test_name_of_nobody():
    """A name is wrong where nobody is named."""
    verdict = compare(quote("why in Lyon", "Ann Lee")).verdicts[2]
    assert (verdict.found, verdict.right, verdict.wrong_name) == (True, False, True)


def test_joint_speakers():
    """Of several speakers together, one is enough; one who is no entity goes by the name given."""
    joint = label("“We will win,”", "Ann Lee; Bo", also=["Ann Lee", "Bo"])
    for speaker in ("Lee", "Bo"):
        comparison = compare(quote("We will win", speaker), speakers=[joint])
        assert comparison.verdicts[0].right


def test_most_alike():
    """The quote that is most like the labelled one counts, and only if it is much like it."""
    comparison = compare(
        quote("We will win,” Ann Lee said", None), quote("We will win", "Lee"), quote("She", "Lee")
    )
    assert [verdict.returned for verdict in comparison.verdicts] == [1, None, None]


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        (WIN, ["all", "direct", "form name", "has name", "quoted+name"]),
        (RAIN, ["all", "indirect", "form pronoun", "has name", "resolved"]),
        (WHY, ["all", "indirect", "form nominal", "no name"]),
    ],
)
def test_rows(line, rows):
    """A labelled quote counts in the rows of the scorer's table."""
    assert list(Verdict(line, None, None, False).rows()) == rows


def test_outcomes():
    """Of three returned, one is right, one has a wrong name, one is not labelled."""
    comparison = compare(
        quote("We will win", "Lee"), quote("for rain", "Lyon"), quote("Nobody knew", None)
    )
    assert list(comparison.outcomes()) == [
        Outcome(0.6, 0.5, True, True),
        Outcome(0.6, 0.5, True, False),
        Outcome(0.6, 0.5, False, False),
    ]


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("The  Former President Ann Lee's", "ann lee"),
        ("Mr. O’Neil", "oneil"),
        ("Speaker", "speaker"),
        ("President ", "president"),
    ],
)
def test_fold(name, folded):
    """Case, titles, possessives and marks make no difference; a title alone is a name."""
    assert fold(name) == folded


def entity(type_, name, *mentions):
    return {"type": type_, "name": name, "mentions": [place(words) for words in mentions]}


@pytest.mark.parametrize(
    ("entities", "counts"),
    [
        pytest.param([], Counts(0, 0, 2), id="none"),
        pytest.param(
            [entity("person", "Lee", "Ann Lee"), entity("place", "Lyon", "Lyon")],
            Counts(2, 2, 2),
            id="by an alias",
        ),
        pytest.param([entity("place", "Lee", "Ann Lee")], Counts(0, 1, 2), id="another type"),
        pytest.param(
            [entity("person", "Lee", "Ann Lee"), entity("person", "Ann Lee", "She")],
            Counts(1, 2, 2),
            id="split",
        ),
    ],
)
def test_count_entities(entities, counts):
    """An entity counts once, by type and name."""
    assert count_entities(GOLD, {"entities": entities}) == counts


def test_optional():
    """Optional mentions count neither way, nor do entities that have no other."""
    gold = {**GOLD, "optional": [place("Lyon"), place("She")]}
    prediction = {"entities": [entity("place", "Lyon", "Lyon")]}
    assert count_entities(gold, prediction) == Counts(0, 0, 1)


def test_count_grouping():
    """Two mentions of one entity, returned as two: each is whole, and half of what it should be."""
    split = [entity("person", "Lee", "Ann Lee"), entity("person", "Lee", "She")]
    assert count_grouping(GOLD, {"entities": split}) == Counts(2, 2, 2, 1)
    merged = [entity("person", "Lee", "Ann Lee", "She", "Lyon", "Nobody")]
    counts = count_grouping(GOLD, {"entities": merged})
    assert (counts.right, counts.returned, counts.recalled) == (pytest.approx(5 / 3), 3, 3)
