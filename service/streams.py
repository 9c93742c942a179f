"""How many streams are open at once: each one keeps a request thread."""

from collections.abc import Callable
from threading import Lock

from service.errors import TooManyStreams


class Streams:
    """Counts the open streams of this process."""

    def __init__(self, max_streams: int) -> None:
        self._max = max_streams
        self._open: set[object] = set()
        self._lock = Lock()

    def open(self) -> Callable[[], None]:
        """Open a stream, or raise `TooManyStreams`; what is returned closes it, once."""
        stream = object()
        with self._lock:
            if len(self._open) >= self._max:
                raise TooManyStreams(self._max)
            self._open.add(stream)

        def close() -> None:
            with self._lock:
                self._open.discard(stream)

        return close
