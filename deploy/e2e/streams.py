"""Streams of lines that stay open, and how they end."""

import http.client
import json
import threading
from collections.abc import Sequence
from itertools import cycle
from typing import Any

COMPLETE = "complete"
BROKEN = "broken off"

_PATH = "/v1/analyze/batch"
_PATIENCE_SECONDS = 60


class Stream:
    """A request that sends a line every `period_seconds`, and reads the answers meanwhile.

    `sent` are the numbers of the lines that were sent, in order, `results` what came back,
    `ending` how the answer ended, once it has.
    """

    def __init__(self, port: int, lines: Sequence[bytes], period_seconds: float) -> None:
        self.sent: list[int] = []
        self.results: list[dict[str, Any]] = []
        self.ending: str | None = None
        self.status: int | None = None
        self._lines = lines
        self._period_seconds = period_seconds
        self._is_over = threading.Event()
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
        self._connection.putrequest("POST", _PATH)
        self._connection.putheader("Content-Type", "application/x-ndjson")
        self._connection.putheader("Transfer-Encoding", "chunked")
        self._connection.endheaders()
        self._threads = [
            threading.Thread(target=each, daemon=True) for each in (self._send, self._receive)
        ]
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Send no more lines, and wait until the answer has ended."""
        self._is_over.set()
        for thread in self._threads:
            thread.join()
        self._connection.close()

    def list_unanswered(self) -> list[int]:
        """Return the numbers of the lines that were sent and not answered, or not with 200."""
        answered = {result["index"] for result in self.results if result["status"] == 200}
        return [number for line, number in enumerate(self.sent) if line not in answered]

    def _send(self) -> None:
        try:
            for number in cycle(range(len(self._lines))):
                line = self._lines[number]
                self._connection.send(b"%x\r\n%s\r\n" % (len(line), line))
                self.sent.append(number)
                if self._is_over.wait(self._period_seconds):
                    break
            self._connection.send(b"0\r\n\r\n")
        except OSError:
            return

    def _receive(self) -> None:
        received = b""
        try:
            response = self._connection.getresponse()
            self.status = response.status
            while piece := response.read1(65_536):
                *lines, received = (received + piece).split(b"\n")
                self.results += map(json.loads, lines)
            self.ending = COMPLETE
        except (OSError, http.client.HTTPException):
            self.ending = BROKEN
        finally:
            self._is_over.set()
