from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.document import (
    Analysis,
    Attitude,
    AttributionStatus,
    EntityType,
    Quote,
    QuoteKind,
)
from schemas import (
    AnswerSchema,
    Scope,
    Section,
    Selection,
    select,
    select_sections,
    select_speaking,
)
from tests.schemas.story import AIDE, CAPITAL, HE, MOSCOW, PUBLIC, TEXT, answer, quote

QUOTES = tuple(
    quote(HE, attitude=attitude, confidence=confidence)
    for attitude in Attitude
    for confidence in (0.25, 0.75)
)


def analysis_of(*quotes: Quote) -> Analysis:
    return Analysis(TEXT, "en", (PUBLIC, MOSCOW), quotes)


@pytest.mark.parametrize(
    ("scope", "attitudes"), [(Scope.SPEECH, [Attitude.SPEECH]), (Scope.ALL, list(Attitude))]
)
@pytest.mark.parametrize(
    ("min_confidence", "confidences"),
    [
        (0.0, [0.25, 0.75]),
        (0.25, [0.25, 0.75]),
        (0.2501, [0.75]),
        (0.75, [0.75]),
        (0.8, []),
        (1.0, []),
    ],
)
def test_scope_and_confidence(scope, attitudes, min_confidence, confidences):
    """Quotes stay, in order, whose attitude and confidence are both asked for."""
    analysis = analysis_of(*QUOTES)
    selected = select(analysis, Selection(scope, min_confidence=min_confidence))
    assert [(found.attitude, found.confidence) for found in selected.quotes] == [
        (attitude, confidence) for attitude in attitudes for confidence in confidences
    ]
    assert replace(selected, quotes=QUOTES) == analysis


def test_every_quote_may_be_asked_for():
    """Without a threshold, the widest scope holds all that was found."""
    analysis = analysis_of(*QUOTES, quote(None, confidence=0.0, content_confidence=0.0))
    assert select(analysis, Selection(Scope.ALL)) == analysis


def test_the_speaker_counts_too():
    """A quote that is sure to be one, said by who knows whom, is not sure."""
    doubtful = analysis_of(quote(HE, confidence=0.3, content_confidence=0.99))
    assert select(doubtful, Selection(Scope.SPEECH, min_confidence=0.5)).quotes == ()


@given(st.floats(0, 1))
def test_thresholds_are_those_that_answers_show(confidence):
    """A threshold read off an answer keeps the quote that it was read off."""
    analysis = analysis_of(quote(HE, confidence=confidence))
    (dumped,) = AnswerSchema().dump(answer(*analysis.quotes))["quotes"]
    shown = dumped["attribution"]["confidence"]
    assert select(analysis, Selection(Scope.SPEECH, min_confidence=shown)) == analysis
    above = Selection(Scope.SPEECH, min_confidence=shown + 0.00001)
    assert not select(analysis, above).quotes


@pytest.mark.parametrize(
    ("types", "names"),
    [
        ({EntityType.PERSON}, ["Jo Public"]),
        ({EntityType.PLACE, EntityType.ORGANIZATION}, ["Moscow"]),
        ({EntityType.ORGANIZATION}, []),
        (set(EntityType), ["Jo Public", "Moscow"]),
    ],
)
def test_types(types, names):
    """Entities stay that are of a type that is asked for; quotes all do."""
    analysis = analysis_of(quote(HE))
    selected = select(analysis, Selection(Scope.ALL, types=frozenset(types)))
    assert [entity.name for entity in selected.entities] == names
    assert selected.quotes == analysis.quotes


@pytest.mark.parametrize("kind", QuoteKind)
def test_kinds(kind):
    """Quotes stay that are of a kind that is asked for; entities all do."""
    analysis = analysis_of(*(quote(HE, kind=each) for each in QuoteKind))
    selected = select(analysis, Selection(Scope.ALL, kinds=frozenset({kind})))
    assert [found.kind for found in selected.quotes] == [kind]
    assert selected.entities == analysis.entities


@pytest.mark.parametrize(
    ("include", "entities", "quotes"),
    [(set(), 0, 0), ({Section.ENTITIES}, 2, 0), ({Section.QUOTES}, 0, 1), (set(Section), 2, 1)],
)
def test_select_sections(include, entities, quotes):
    """All entities go, or all quotes, that are not to be included."""
    selected = select_sections(analysis_of(quote(HE)), include)
    assert (len(selected.entities), len(selected.quotes)) == (entities, quotes)


@pytest.mark.parametrize(
    ("quotes", "expected"),
    [
        pytest.param((), [], id="no quotes"),
        pytest.param((quote(HE),), [PUBLIC], id="speaker"),
        pytest.param((quote(AIDE), quote(None)), [], id="no entity speaks"),
        pytest.param(
            (quote(None, status=AttributionStatus.AMBIGUOUS, candidates=(CAPITAL, HE)),),
            [PUBLIC, MOSCOW],
            id="candidates",
        ),
    ],
)
def test_select_speaking(quotes, expected):
    """Entities stay that speak, or may be the speaker, in some quote."""
    selected = select_speaking(analysis_of(*quotes))
    assert list(selected.entities) == expected
    assert selected.quotes == quotes
