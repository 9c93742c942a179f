"""Comparing returned names with labelled ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.document import EntityType, Mention, Span
from evaluation.counts import Counts
from evaluation.mentions import Comparison, Name, compare, count_by_article, keep, trim

TEXT = "The UN’s envoy met Ana Sousa in Porto."


def place(words):
    start = TEXT.index(words)
    return start, start + len(words)


def label(words, kind):
    start, end = place(words)
    return {"start": start, "end": end, "type": kind}


def mention(words, kind, confidence=0.9):
    return Mention(Span(*place(words)), EntityType(kind), confidence)


GOLD = {
    "id": "a",
    "text": TEXT,
    "mentions": [
        label("The UN’s", "organisation"),
        label("Ana Sousa", "person"),
        label("Porto", "place"),
    ],
}


@pytest.mark.parametrize(
    ("words", "trimmed"),
    [
        pytest.param("the UN", "UN", id="article"),
        pytest.param("THE\nUN’s", "UN", id="both"),
        pytest.param("Burgess'", "Burgess", id="bare apostrophe"),
        pytest.param("The ", "The ", id="nothing but an article"),
        pytest.param("'s", "'s", id="nothing but a possessive"),
        pytest.param("Theresa", "Theresa", id="a name that begins so"),
        pytest.param("O'Brien", "O'Brien", id="an apostrophe inside"),
    ],
)
def test_trim(words, trimmed):
    """A leading article and a trailing possessive make no difference, wherever a name stands."""
    text = f"By {words}, they"
    start, end = trim(text, 3, 3 + len(words))
    assert text[start:end] == trimmed


@given(st.text(), st.integers(0, 20), st.integers(1, 20))
def test_trim_stays_inside(text, start, length):
    """What is left lies within what was given, and something is always left."""
    end = min(len(text), start + length)
    if start < end:
        left = trim(text, start, end)
        assert start <= left[0] < left[1] <= end


def test_compare():
    """Trimmed range and type both have to be right."""
    returned = [
        mention("UN", "organisation"),
        mention("Ana Sousa", "place"),
        mention("Porto", "place"),
        mention("envoy", "person"),
    ]
    comparison = compare(GOLD, returned, trim)
    assert comparison.count() == Counts(right=2, returned=4, labelled=3)
    assert comparison.count("person") == Counts(right=0, returned=1, labelled=1)
    assert comparison.count("place") == Counts(right=1, returned=2, labelled=1)


def test_compare_untrimmed():
    """Where names are compared as they are, an article too many is an error."""
    comparison = compare(GOLD, [mention("UN", "organisation")], keep)
    assert comparison.count() == Counts(right=0, returned=1, labelled=3)


def test_optional():
    """Optional names count neither as found nor as missed."""
    gold = {**GOLD, "optional": [list(place("Porto"))]}
    with_it = compare(gold, [mention("Ana Sousa", "person"), mention("Porto", "person")], trim)
    assert with_it.count() == Counts(right=1, returned=1, labelled=2)


def test_cut():
    """An excerpt has the names inside it, where they stand in it, and their confidences."""
    returned = [mention("Ana Sousa", "person", 0.7), mention("UN", "organisation")]
    span = Span(TEXT.index("envoy"), TEXT.index(" in Porto"))
    excerpt = compare(GOLD, returned, trim).cut(span)
    assert excerpt.text == "envoy met Ana Sousa"
    assert excerpt.labelled == {Name(10, 19, "person")}
    assert excerpt.returned == {Name(10, 19, "person"): 0.7}


def test_cut_through():
    """A name that an excerpt holds a part of is not in it."""
    span = Span(0, TEXT.index("Sousa"))
    assert {name.of(TEXT) for name in compare(GOLD, [], trim).cut(span).labelled} == {"UN"}


def test_count_by_article():
    """Excerpts of one article count as one, in the order of articles."""
    found = {Name(0, 1, "person"): 0.5}
    comparisons = [
        Comparison("b", "X Y", frozenset(found), found),
        Comparison("a", "X", frozenset(found), {}),
        Comparison("b", "X", frozenset(), found),
    ]
    assert count_by_article(comparisons) == [Counts(1, 2, 1), Counts(0, 0, 1)]
    assert count_by_article(comparisons, "place") == [Counts(), Counts()]
