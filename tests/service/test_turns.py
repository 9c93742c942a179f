import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.turns import pass_turn, take_turn


@pytest.fixture
def others():
    with ThreadPoolExecutor(8) as pool:
        yield pool


def take(entered: threading.Event, leave: threading.Event) -> None:
    with take_turn():
        entered.set()
        assert leave.wait(10)


def test_one_at_a_time(others):
    """Of any number of threads that compute, one has its turn."""
    inside, most = 0, 0

    def compute(_):
        nonlocal inside, most
        with take_turn():
            inside += 1
            most = max(most, inside)
            threading.Event().wait(0.001)
            inside -= 1

    list(others.map(compute, range(50)))
    assert (inside, most) == (0, 1)


def test_who_waits_lets_others_compute(others):
    """A thread that waits for something else is in nobody's way, and gets its turn back."""
    entered, leave = threading.Event(), threading.Event()
    with take_turn():
        other = others.submit(take, entered, leave)
        assert not entered.wait(0.1)
        with pass_turn():
            assert entered.wait(10)
            leave.set()
        other.result(10)
        entered.clear()
        again = others.submit(take, entered, leave)
        assert not entered.wait(0.1)
    again.result(10)


def test_who_has_no_turn_passes_none(others):
    """A thread that took no turn waits without taking another's away."""
    entered, leave = threading.Event(), threading.Event()
    holder = others.submit(take, entered, leave)
    assert entered.wait(10)
    with pass_turn():
        late = threading.Event()
        other = others.submit(take, late, leave)
        assert not late.wait(0.1)
    leave.set()
    holder.result(10)
    other.result(10)


def test_a_turn_ends_with_an_error(others):
    """Whatever goes wrong in a turn, or while it is passed on, the next thread gets its own."""
    with pytest.raises(ZeroDivisionError), take_turn():
        raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError), take_turn(), pass_turn():
        raise ZeroDivisionError
    leave = threading.Event()
    leave.set()
    others.submit(take, threading.Event(), leave).result(10)
