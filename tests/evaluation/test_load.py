"""Comparing answers under load, with a service made for it."""

from itertools import count

import pytest

from evaluation.load import ROUNDS, compare_under_load
from tests.evaluation.services import serving


def answering(*, drifts=False):
    """Answer with the text's length; timings differ each time, and so does an answer that drifts."""
    numbers = count()

    def answer(body):
        number = next(numbers)
        length = len(body["text"]) + drifts * number
        return 200, {"length": length, "timings_ms": {"queue": number}}

    return answer


def test_same_answers():
    """Timings aside, answers are compared byte by byte."""
    with serving(answering()) as (url, _):
        score = compare_under_load(url, ["one", "three"], clients=4)
    assert (score.requests, score.different) == (2 * ROUNDS, 0)


def test_different_answers():
    """An answer that changes from request to request is counted."""
    with serving(answering(drifts=True)) as (url, _):
        assert compare_under_load(url, ["one"], clients=2).different == ROUNDS


def test_overloaded():
    """A service that is full is asked again, as it says."""
    with serving(answering(), refusals=3) as (url, _):
        assert compare_under_load(url, ["one"], clients=2).different == 0


def test_loopback_only():
    """No other machine is ever put under load."""
    with pytest.raises(ValueError, match="not on loopback"):
        compare_under_load("http://example.org", ["one"])
