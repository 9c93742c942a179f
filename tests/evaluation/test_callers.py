"""Callers in a process of their own, and the service made for tests that answers them."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.callers import NotAnswered, draw_arrivals, start_callers
from evaluation.workers import WorkerEnded, start_worker
from tests.evaluation.services import serving


@pytest.fixture(scope="module")
def callers():
    with start_callers() as started:
        yield started


def call(callers, texts, *, status=200, **options):
    """Return what callers tell, and which texts the service was sent."""
    with serving(lambda body: (status, {})) as (url, asked):
        calls = callers.call(urlsplit(url).port, texts, **options)
        return calls, [body["text"] for body in asked]


@pytest.mark.parametrize("clients", [1, 3])
def test_each_text_is_sent_once(callers, clients):
    """Clients share out the texts among themselves, and tell how long each answer took."""
    calls, asked = call(callers, ["a", "b “c”", "d", "e"], clients=clients)
    assert sorted(asked) == ["a", "b “c”", "d", "e"]
    assert len(calls.latencies) == 4
    assert 0 < max(calls.latencies) <= calls.seconds
    assert calls.cpu_seconds > 0


def test_texts_are_sent_when_somebody_arrives(callers):
    """Whoever arrives sends the next text, and the first one again after the last."""
    calls, asked = call(callers, ["a", "b"], clients=3, arrivals=[0.1, 0.2, 0.5])
    assert asked == ["a", "b", "a"]
    assert calls.seconds >= 0.5
    assert max(calls.latencies) < 0.4


def test_who_waits_for_a_client_waits(callers):
    """The time of an answer is counted from the arrival on, whoever is busy then."""
    calls, _ = call(callers, ["a"], clients=1, arrivals=[0.0] * 30)
    assert max(calls.latencies) > 3 * min(calls.latencies)


def test_only_answers_count(callers):
    """A refusal is no answer, and times with refusals are worth nothing."""
    with pytest.raises(NotAnswered, match="503"):
        call(callers, ["a"], status=503)


def test_a_worker_that_ends_is_told():
    """A worker that fails is an error where it was asked."""
    with start_worker("evaluation.callers") as worker, pytest.raises(WorkerEnded):
        worker.ask(port="none")


@given(st.floats(1, 100), st.integers(0, 5))
def test_arrivals(rate, seed):
    """Arrivals come in order and within the time, about as many as told, each time the same."""
    arrivals = draw_arrivals(rate, 50, seed)
    assert arrivals == sorted(arrivals) == draw_arrivals(rate, 50, seed)
    assert arrivals[0] > 0 and arrivals[-1] < 50
    assert abs(len(arrivals) - 50 * rate) < 6 * (50 * rate) ** 0.5
