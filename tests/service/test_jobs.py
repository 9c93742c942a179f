from collections import deque

import pytest

from analysis.document import Article
from service.callers import Caller
from service.errors import DeadlineExceeded
from service.jobs import Job, drop_unwanted, take_batch


def job(text: str, language: str = "en", ends: float = 1.0) -> Job:
    return Job(Article(text), language, 0.0, Caller(1.0, ends))


@pytest.mark.parametrize(
    ("lengths", "max_chars", "taken"),
    [
        pytest.param([], 10, 0, id="nothing waits"),
        pytest.param([3, 3, 3], 10, 3, id="all fit"),
        pytest.param([3, 3, 3], 9, 3, id="all fit exactly"),
        pytest.param([3, 3, 3], 8, 2, id="two fit"),
        pytest.param([30, 1], 10, 1, id="first too large goes alone"),
        pytest.param([1, 30, 1], 10, 1, id="order is kept"),
        pytest.param([0, 0, 0], 1, 3, id="empty texts"),
    ],
)
def test_batches_are_bounded_by_characters(lengths, max_chars, taken):
    """A batch holds the next jobs that fit the budget together, and always one."""
    waiting = deque(job("x" * length) for length in lengths)
    everything = list(waiting)
    assert take_batch(waiting, max_chars) == everything[:taken]
    assert list(waiting) == everything[taken:]


def test_batches_have_one_language():
    """A batch ends where the language changes."""
    waiting = deque([job("a"), job("b"), job("c", "pt"), job("d")])
    assert [[each.article.text for each in take_batch(waiting, 99)] for _ in range(3)] == [
        ["a", "b"],
        ["c"],
        ["d"],
    ]


def test_unwanted_jobs_are_dropped():
    """Jobs that were given up go, and those whose time is over, who are told so."""
    jobs = [job("given up"), job("here"), job("late", ends=0.5), job("also here"), job("told")]
    jobs[0].future.cancel()
    told = ValueError()
    jobs[4].settle(told)
    assert [each.article.text for each in drop_unwanted(jobs, 0.5)] == ["here", "also here"]
    assert isinstance(jobs[2].future.exception(0), DeadlineExceeded)
    assert jobs[4].future.exception(0) is told


def test_what_comes_too_late_is_for_nobody():
    """A job that was given up can be settled all the same, and nobody is told."""
    given_up = job("text")
    given_up.future.cancel()
    given_up.settle(ValueError())
    assert given_up.future.cancelled()
