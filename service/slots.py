"""How many batches are open at once: each one keeps a request thread."""

from collections.abc import Callable
from threading import Lock

from service.errors import TooManyBatches


class Slots:
    """Counts the open batches of this process."""

    def __init__(self, max_batches: int) -> None:
        self._max = max_batches
        self._open: set[object] = set()
        self._lock = Lock()

    def take(self) -> Callable[[], None]:
        """Open a batch, or raise `TooManyBatches`; what is returned closes it, once."""
        batch = object()
        with self._lock:
            if len(self._open) >= self._max:
                raise TooManyBatches(self._max)
            self._open.add(batch)

        def release() -> None:
            with self._lock:
                self._open.discard(batch)

        return release
