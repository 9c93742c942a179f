"""Who waits for an answer: until when, and whether they still do."""

import math
import re
import select
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from service.errors import CallerGone, DeadlineExceeded, Dropped, InvalidHeader

DEADLINE_HEADER = "X-Deadline-Seconds"
MIN_DEADLINE_SECONDS = 0.001
MAX_DEADLINE_SECONDS = 86_400
ACCEPTED_SECONDS = (
    f"a number of seconds from {MIN_DEADLINE_SECONDS} to {MAX_DEADLINE_SECONDS}, such as 2.5"
)

_SECONDS = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,20})?")
# What else tells that a connection has ended, poll tells unasked. Linux alone has this one; it
# holds whatever still waits to be read, so that a request sent ahead hides no departure.
_ENDED = getattr(select, "POLLRDHUP", 0)
_WHOLE = threading.local()


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who waits for an answer.

    Attributes:
        seconds: How long the answer may take.
        ends: When that time is over, on the monotonic clock.
        connection: Where the answer goes; without one nobody is known to leave.
    """

    seconds: float = math.inf
    ends: float = math.inf
    connection: socket.socket | None = None

    def limit(self, seconds: float, since: float) -> "Caller":
        """Return the same caller, waiting no longer than so many seconds since a moment."""
        ends = since + seconds
        return self if ends >= self.ends else replace(self, seconds=seconds, ends=ends)

    def find_reason(self, now: float) -> Dropped | None:
        """Return why nobody waits any more, if nobody does."""
        if now >= self.ends:
            return DeadlineExceeded(self.seconds)
        if self.connection is not None and has_ended(self.connection):
            return CallerGone()
        return None

    def check(self, now: float) -> None:
        """Raise `DeadlineExceeded` or `CallerGone` unless somebody waits."""
        if reason := self.find_reason(now):
            raise reason


@contextmanager
def answering(since: float) -> Iterator[None]:
    """Have this thread answer a request that was whole, on the monotonic clock, at a moment."""
    _WHOLE.since = since
    try:
        yield
    finally:
        del _WHOLE.since


def find_beginning() -> float:
    """Return when the request was whole that this thread answers: now, where nobody has said.

    It may have waited for a thread since.
    """
    since: float = getattr(_WHOLE, "since", time.monotonic())
    return since


def find_caller(environ: Mapping[str, Any], started: float) -> Caller:
    """Return who sent a request that was whole at a moment.

    gunicorn hands over the connection; other servers do not. Raises `InvalidHeader`.
    """
    caller = Caller(connection=environ.get("gunicorn.socket"))
    written = environ.get("HTTP_X_DEADLINE_SECONDS")
    return caller if written is None else caller.limit(parse_deadline(written), started)


def parse_deadline(written: str) -> float:
    """Return the seconds that a header asks for, plainly written. Raises `InvalidHeader`."""
    seconds = float(written) if _SECONDS.fullmatch(written) else math.nan
    if not MIN_DEADLINE_SECONDS <= seconds <= MAX_DEADLINE_SECONDS:
        raise InvalidHeader(DEADLINE_HEADER, ACCEPTED_SECONDS)
    return seconds


def has_ended(connection: socket.socket) -> bool:
    """Tell, without waiting or reading, whether the other side will send nothing more.

    True once it has closed or reset the connection, or its half of it, and once this side has
    closed it. Any thread may ask. If another one closes the connection meanwhile, the answer may
    be that of a connection opened since; but what was asked for is over then.
    """
    descriptor = connection.fileno()
    if descriptor < 0:
        return True
    poll = select.poll()
    poll.register(descriptor, _ENDED)
    return bool(poll.poll(0))
