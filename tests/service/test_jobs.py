from collections import deque

import pytest

from analysis.document import Article
from service.jobs import Job, take_batch


def job(text: str, language: str = "en") -> Job:
    return Job(Article(text), language, 0.0, 1.0)


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


def test_abandoned_jobs_are_dropped():
    """Nobody analyzes a text whose caller left; its room goes to the next."""
    waiting = deque([job("gone"), job("here"), job("gone too"), job("also here")])
    for left in (waiting[0], waiting[2]):
        left.future.cancel()
    assert [each.article.text for each in take_batch(waiting, 13)] == ["here", "also here"]
