"""What a batch has done already, as its own output tells: so that it goes on where it ended.

Each line of input that is not empty becomes one line in one of two files, in the order of the
input: its answer in the output, or its problem among the rejects. A line is written whole, or it
was the last one and is cut. So the lines that are there say which is the next, and nothing else
has to be remembered.

Each line also has a digest of its line of input, with whatever else its answer depends on. That
tells whether a batch goes on with the same input, options and model.
"""

import fcntl
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Self

from analysis.errors import WhosaidError

_DIGEST_CHARS = 16
_RECORD = re.compile(rb'\{"line": ([0-9]+), "input": "([0-9a-f]{16})", .*\}\n', re.DOTALL)
_BEGINNING = b'{"line": '
# More lines than are ever under way.
_MAX_AHEAD = 64


class CannotContinue(WhosaidError):
    """What is in a file is not the beginning of what this batch would write."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; name another file, or remove this one to start anew")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of input that is not empty: its number from 1, its bytes, and where it ends.

    `written` is None where the line is longer than any that is read; the digest is of all of it.
    """

    number: int
    written: bytes | None
    digest: str
    end: int


def read_lines(file: BinaryIO, max_bytes: int, seed: bytes) -> Iterator[Line]:
    """Yield the lines of a file, holding one at a time; `seed` goes into each digest."""
    number = end = 0
    while first := file.readline(max_bytes + 1):
        number += 1
        digest = hashlib.sha256(seed)
        part, is_long = first, False
        while True:
            # The last line of an input may have no end yet.
            digest.update(part.rstrip(b"\n"))
            end += len(part)
            if part.endswith(b"\n") or not (part := file.readline(max_bytes + 1)):
                break
            is_long = True
        if is_long or first.strip():
            written = None if is_long else first
            yield Line(number, written, digest.hexdigest()[:_DIGEST_CHARS], end)


class Record:
    """A file of results, which only one batch at a time writes to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file = path.open("a+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise CannotContinue(path, "another batch is writing to it") from None
        self._file.seek(0)
        self._next = self._read()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def next_number(self) -> int | None:
        """The number of the line of input whose result comes next, or None after the last."""
        return None if self._next is None else self._next[0]

    def take(self, line: Line) -> None:
        """Pass the next result, which has to be that of this line. Raises CannotContinue."""
        self._check(line)
        self.count += 1
        self._next = self._read()

    def drop_from(self, line: Line) -> None:
        """Take the next result away, which has to be that of this line, and all after it.

        Raises CannotContinue.
        """
        self._check(line)
        self._file.truncate(self._start)
        self._next = None

    def _check(self, line: Line) -> None:
        if self._next != (line.number, line.digest):
            raise CannotContinue(
                self.path,
                f"the result of line {line.number} was made of another input, with other options, "
                "or by another model",
            )

    def write(self, line: Line, result: Mapping[str, Any]) -> None:
        """Add the result of a line."""
        record = {"line": line.number, "input": line.digest, **result}
        self._file.write(json.dumps(record).encode() + b"\n")
        # What the system has, is there whatever happens to this process.
        self._file.flush()
        self.count += 1

    def _read(self) -> tuple[int, str] | None:
        """Read the next result; take away what is left of one that was cut."""
        self._start = self._file.tell()
        stored = self._file.readline()
        if found := _RECORD.fullmatch(stored):
            return int(found[1]), found[2].decode()
        is_cut = not stored.endswith(b"\n") and (
            stored.startswith(_BEGINNING) or _BEGINNING.startswith(stored)
        )
        if not is_cut:
            raise CannotContinue(self.path, "it has other things than results of a batch")
        self._file.truncate(self._start)
        return None


def find_rest(lines: Iterator[Line], answers: Record, rejects: Record) -> Iterator[Line]:
    """Return the lines that have no result yet. Raises CannotContinue."""
    for line in lines:
        found = [each for each in (answers, rejects) if each.next_number == line.number]
        if len(found) > 1:
            raise CannotContinue(answers.path, f"line {line.number} has two results")
        if not found:
            if answers.next_number is not None:
                raise CannotContinue(answers.path, _gap(line))
            return _rewind(line, lines, rejects)
        found[0].take(line)
    for each in (answers, rejects):
        if each.next_number is not None:
            raise CannotContinue(each.path, "it has results of more lines than the input has")
    return iter(())


def _rewind(line: Line, lines: Iterator[Line], rejects: Record) -> Iterator[Line]:
    """Return a line and those after it; they lose what results they have among the rejects.

    They have some where the end of the answers was lost, which only a disk loses.
    """
    ahead = [line]
    if (number := rejects.next_number) is not None:
        ahead += islice(lines, min(max(0, number - line.number), _MAX_AHEAD))
        first = next((each for each in ahead if each.number == number), None)
        if first is None:
            raise CannotContinue(rejects.path, _gap(line))
        rejects.drop_from(first)
    return chain(ahead, lines)


def _gap(line: Line) -> str:
    return f"line {line.number} has no result, but later ones have"
