"""The rows of files: lines of JSON, records of CSV, rows of Parquet.

A row has a number in its file, from 1: that of its line in JSON Lines, as `whosaid batch` counts
them, and elsewhere that of the record.
"""

import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from service.archive.errors import InvalidArchive
from service.archive.sources import Source, open_file, open_lines

DIGEST_CHARS = 16
_BATCH_ROWS = 256


class Lines:
    """The lines of a file, how far it has been read, and a digest of what was read."""

    def __init__(self, file: BinaryIO, max_bytes: int, position: int = 0) -> None:
        """Read `file`, which stands at `position`, holding at most `max_bytes` of a line."""
        self.max_bytes = max_bytes
        self.position = position
        self.is_cut = False
        self._file = file
        self._digest = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        """Yield each line with its end; of one that is too long a part, and `is_cut` is true."""
        while line := self._read():
            part = line
            while not part.endswith(b"\n") and (part := self._read()):
                self.is_cut = True
            yield line

    def _read(self) -> bytes:
        part = self._file.readline(self.max_bytes + 1)
        self.position += len(part)
        self._digest.update(part)
        return part

    def take_digest(self, beginning: bytes = b"") -> str:
        """Return the digest of what was read since it was last taken; begin another."""
        digest = self._digest.hexdigest()[:DIGEST_CHARS]
        self._digest = hashlib.sha256(beginning)
        return digest


@dataclass(frozen=True, slots=True)
class Row:
    """A row: what is written there, or the reason why that cannot be read.

    What is written is a line of JSON, or None where the line is too long; and in other files
    the values by the names of their columns, None those that are empty.
    """

    number: int
    written: bytes | Mapping[str, Any] | None
    reason: str = ""


def read_jsonl(lines: Lines, number: int = 1) -> Iterator[Row]:
    """Yield the lines that are not white space; `number` is the first one's."""
    for at, line in enumerate(lines, number):
        if lines.is_cut:
            lines.is_cut = False
            yield Row(at, None)
        elif line.strip():
            yield Row(at, line)


def read_csv(lines: Lines, names: Sequence[str], number: int = 1) -> Iterator[Row]:
    """Yield the records of a CSV file (RFC 4180) after its header; `number` is the first one's.

    What is no record ends where a line does.
    """
    for at, (values, reason) in enumerate(_parse_csv(lines), number):
        if reason:
            yield Row(at, None, reason)
        elif len(values) != len(names):
            yield Row(at, None, f"it has {len(values)} values; the header has {len(names)}")
        else:
            yield Row(at, {name: value or None for name, value in zip(names, values, strict=True)})


def read_header(source: Source, max_bytes: int) -> tuple[Sequence[str], int]:
    """Return what a CSV file calls its columns, and the byte where its records begin.

    Raises InvalidArchive.
    """
    with open_lines(source) as file:
        lines = Lines(file, max_bytes)
        names, reason = next(_parse_csv(lines), ((), "it is empty"))
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        reason = f"its header has a name twice: {', '.join(sorted(repeated))}"
    if reason:
        raise InvalidArchive(source.name, reason)
    return names, lines.position


def _parse_csv(lines: Lines) -> Iterator[tuple[Sequence[str], str]]:
    """Yield the values of each record, or the reason why there are none."""
    # A byte order mark can only begin the file.
    first = "utf-8-sig" if lines.position == 0 else "utf-8"
    encodings = iter([first])
    # What is not UTF-8 is the fault of its record alone.
    decoded = (line.decode(next(encodings, "utf-8"), "surrogateescape") for line in lines)
    reader = csv.reader(decoded, strict=True)
    while True:
        lines.is_cut = False
        try:
            values = _read_next(reader, lines.max_bytes)
        except StopIteration:
            return
        except csv.Error as error:
            yield (), f"not CSV: {error}"
            continue
        if lines.is_cut:
            yield (), f"a line of it is longer than {lines.max_bytes} bytes"
        elif values:
            yield values, "" if all(map(_is_utf8, values)) else "not UTF-8"


def _read_next(reader: Iterator[list[str]], max_chars: int) -> list[str]:
    """Read a record whose fields may be as long; the limit is the whole process's otherwise."""
    usual = csv.field_size_limit(max_chars)
    try:
        return next(reader)
    finally:
        csv.field_size_limit(usual)


def _is_utf8(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def open_parquet(source: Source) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file. Raises InvalidArchive if it is none."""
    with open_file(source) as file:
        try:
            parquet = pq.ParquetFile(file)
        except pa.ArrowInvalid as error:
            raise InvalidArchive(source.name, f"not Parquet: {error}") from error
        yield parquet


def read_parquet(source: Source, start: int, end: int, names: Sequence[str]) -> Iterator[Row]:
    """Yield the rows from `start` to before `end`, from 0, with their values of some columns."""
    with open_parquet(source) as parquet:
        groups, position = _find_groups(parquet.metadata, start, end)
        batches = parquet.iter_batches(_BATCH_ROWS, row_groups=groups, columns=list(names))
        for batch in batches:
            first, last = max(start - position, 0), min(end - position, batch.num_rows)
            if first < last:
                values = batch.slice(first, last - first).to_pylist()
                for at, row in enumerate(values, position + first + 1):
                    yield Row(at, row)
            position += batch.num_rows
            if position >= end:
                return


def _find_groups(metadata: pq.FileMetaData, start: int, end: int) -> tuple[list[int], int]:
    """Return the row groups that rows are in, and the first row of the first of them."""
    groups: list[int] = []
    position, first = 0, start
    for number in range(metadata.num_row_groups):
        rows = metadata.row_group(number).num_rows
        if position < end and position + rows > start:
            first = first if groups else position
            groups.append(number)
        position += rows
    return groups, first
