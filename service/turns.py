"""Request threads take turns at computing.

They share one interpreter with the thread that owns the model. Each further one that computes
makes all others wait longer for it, probes and the model's owner included, and none of them gets
done sooner.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_TURN = threading.Lock()
_OWN = threading.local()


@contextmanager
def take_turn() -> Iterator[None]:
    """Compute while no other request thread that takes turns does."""
    with _TURN:
        _OWN.is_taken = True
        try:
            yield
        finally:
            _OWN.is_taken = False


@contextmanager
def pass_turn() -> Iterator[None]:
    """Let others compute while this thread waits; nothing, if it took no turn."""
    if not getattr(_OWN, "is_taken", False):
        yield
        return
    _OWN.is_taken = False
    _TURN.release()
    try:
        yield
    finally:
        _TURN.acquire()
        _OWN.is_taken = True
