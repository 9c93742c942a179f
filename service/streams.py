"""How many streams are open at once: each one keeps a request thread."""

from threading import Lock

from service.errors import TooManyStreams


class Streams:
    """Counts the open streams of this process: each one keeps a request thread."""

    def __init__(self, max_streams: int) -> None:
        self._free = max_streams
        self._max = max_streams
        self._lock = Lock()

    def enter(self) -> None:
        """Open a stream, or raise `TooManyStreams`."""
        with self._lock:
            if self._free == 0:
                raise TooManyStreams(self._max)
            self._free -= 1

    def leave(self) -> None:
        """Close a stream."""
        with self._lock:
            self._free += 1
