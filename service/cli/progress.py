"""How far a batch is, on a terminal."""

import sys
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


class Bar:
    """A bar on standard error, gone when everything is done."""

    def __init__(self, size: int) -> None:
        self._progress = Progress(
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[done]} texts, {task.fields[rate]:.1f} a second"),
            TimeElapsedColumn(),
            TextColumn("left:"),
            TimeRemainingColumn(),
            console=Console(file=sys.stderr),
        )
        self._task = self._progress.add_task("", total=size, done=0, rate=0.0)
        self._first: int | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def advance(self, end: int, done: int) -> None:
        """Note that the input is done up to a byte, so many texts altogether."""
        task = self._progress.tasks[self._task]
        if self._first is None:
            self._first = done - 1
        rate = (done - self._first) / max(task.elapsed or 0.0, 0.001)
        self._progress.update(self._task, completed=end, done=done, rate=rate)
