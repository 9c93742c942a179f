"""A few of the cases that `make fuzz` tries very many of."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.document import Analysis, Article, Entity, EntityType, Mention, Span
from analysis.models import SHIPPED_WEIGHTS
from tests.fuzz.cases import MAX_CHARS, build_case
from tests.fuzz.drawing import try_drawn
from tests.fuzz.subject import Subject, check_analysis
from tests.tiny_model import WIDE, write_tiny_model


@pytest.fixture(scope="module")
def subject(tmp_path_factory):
    return Subject(write_tiny_model(tmp_path_factory.mktemp("model"), seed=1, config=WIDE))


class Rolled:
    """A source of choices with a seed."""

    def __init__(self, seed):
        self._random = random.Random(seed)

    def below(self, number):
        return self._random.randrange(number)


def test_random_readings(subject):
    """Whatever is read in whatever text, the analysis of it keeps what it promises."""
    try_drawn(subject.try_case, 200)


@pytest.mark.model
def test_shipped_model():
    """The model that ships reads hostile texts as it reads others."""
    try_drawn(Subject(SHIPPED_WEIGHTS, with_packs=False).try_case, 50)


@given(st.integers(0, 2**32))
def test_cases_are_those_of_their_choices(seed):
    """The same choices make the same case, no longer than cases are to be."""
    case = build_case(Rolled(seed))
    assert case == build_case(Rolled(seed))
    assert len(case.text) <= MAX_CHARS


def mention(start, end):
    return Mention(Span(start, end), EntityType.PERSON, 0.9)


def person(*mentions):
    return Entity("per-1", EntityType.PERSON, "Ann", (), mentions, 0.5)


@pytest.mark.parametrize(
    "analysis",
    [
        pytest.param(Analysis("Bob", "en"), id="other text"),
        pytest.param(Analysis("Ann", "en", (person(mention(0, 4)),)), id="beyond the end"),
        pytest.param(Analysis("Ann", "en", (person(mention(0, 3)),) * 2), id="same id"),
        pytest.param(
            Analysis("Ann", "en", (person(mention(0, 2), mention(1, 3)),)), id="overlapping"
        ),
        pytest.param(Analysis("Ann", "en", (person(mention(1, 3), mention(0, 1)),)), id="order"),
    ],
)
def test_faults_are_found(analysis):
    """What breaks a promise is noticed."""
    with pytest.raises(AssertionError):
        check_analysis(analysis, Article("Ann"))


def test_failures_are_told():
    """A case that fails is made small, and told as it can be tried again."""

    def fail(case):
        assert "『" not in case.text

    with pytest.raises(AssertionError) as failure:
        try_drawn(fail, 500)
    (note,) = [n for n in failure.value.__notes__ if "failing case" in n]
    assert "\\u300e" in note
    assert len(note) < 1000
