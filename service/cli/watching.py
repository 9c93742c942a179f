"""How a batch tells how far it is: on a terminal alone."""

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class _Progress(Protocol):
    """Where a batch tells how far it is."""

    def advance(self, end: int, done: int) -> None:
        """Note that the input is done up to a byte, so many texts altogether."""


class _Silence:
    """Tells nobody."""

    def advance(self, end: int, done: int) -> None:
        """Do nothing."""


def watch(size: int) -> AbstractContextManager[_Progress]:
    """Show on a terminal how far a batch is, how fast, and how long it will take."""
    if not sys.stderr.isatty():
        return nullcontext(_Silence())
    from service.cli.progress import Bar

    return Bar(size)
