"""Which workers take new connections: the ready ones, so that a reload keeps nobody waiting.

At a reload gunicorn starts new workers and tells the old ones to stop at once
(`gunicorn.arbiter.Arbiter.reload`), though the new ones need seconds to load their models.
Here the workers know of each other. One that is loading leaves connections to those that are
ready, as long as there are any; one that is to be replaced goes on until its successors are
ready.
"""

import mmap
import time
from collections.abc import Callable
from typing import Any

from service.worker import DrainingWorker


class Crew:
    """The ages of the workers that are ready, in memory that all processes share.

    gunicorn numbers workers from 1 on, in the order of their start, and calls that their
    age. At most `PLACES` may live at once. To be created before the workers are forked.
    """

    PLACES = mmap.PAGESIZE // 8 - 1

    def __init__(self) -> None:
        # Each number is written by one process, and in one piece.
        self._numbers = memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("Q")

    @property
    def last_retired(self) -> int:
        """The age of the youngest worker that is to be replaced; 0 if none is."""
        return self._numbers[self.PLACES]

    def retire(self, up_to_age: int) -> None:
        """Have the workers that were started so far be replaced."""
        self._numbers[self.PLACES] = up_to_age

    def note(self, age: int, *, ready: bool) -> None:
        """Note whether a worker is ready."""
        self._numbers[age % self.PLACES] = age if ready else 0

    def count_ready(self, *, after_age: int = 0) -> int:
        """Return how many workers are ready that were started after another."""
        return sum(age > after_age for age in self._numbers[: self.PLACES])


class SucceedingWorker(DrainingWorker):
    """Takes connections while it is ready or nobody is, and waits for its successors.

    gunicorn's hooks set `crew` before the fork, and `is_ready` once there is an application.
    """

    alive: bool
    crew: Crew
    is_ready: Callable[[], bool] = staticmethod(lambda: False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._patient_until: float | None = None

    def notify(self) -> None:
        """Tell gunicorn and the other workers how it is; called at least once a second."""
        super().notify()
        self.crew.note(self.age, ready=self.alive and self.is_ready())
        if self.alive and self._patient_until is not None and not self._is_missed():
            self.alive = False
        elif self.alive and not self._is_wanted():
            super().set_accept_enabled(False)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Start or stop accepting; what others can answer at once is left to them."""
        super().set_accept_enabled(enabled and self._is_wanted())

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Stop; at a reload only once there are successors, or at the end of the grace period."""
        if self._patient_until is None:
            self._patient_until = time.monotonic() + self.cfg.graceful_timeout
        if not self._is_missed():
            super().handle_exit(sig, frame)

    def is_parent_alive(self) -> bool:
        """Tell whether gunicorn lives; without it, free its port for the next one."""
        if super().is_parent_alive():
            return True
        self.alive = False
        return False

    def _is_wanted(self) -> bool:
        return self.is_ready() or not self.crew.count_ready()

    def _is_missed(self) -> bool:
        """Tell whether callers would miss a worker that is told to stop."""
        retired = self.crew.last_retired
        return (
            self.age <= retired
            and self.is_ready()
            and self.crew.count_ready(after_age=retired) < self.cfg.workers
            and time.monotonic() < (self._patient_until or 0.0)
        )
