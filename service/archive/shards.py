"""Shards: what is analyzed at once, and written at once; some hundred texts.

How a file is cut depends on nothing but the file, the size of shards and the column of the texts,
so that whoever goes on with an archive finds the same shards again.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow.parquet as pq

from service.archive.rows import (
    DIGEST_CHARS,
    Lines,
    open_parquet,
    read_csv,
    read_header,
    read_jsonl,
)
from service.archive.sources import Format, Source, open_file, open_lines


@dataclass(frozen=True, slots=True)
class Shard:
    """A stretch of a file.

    `start` and `end` are bytes, of what the file holds unpacked, or rows of Parquet, from 0;
    `first_row` is the number of the first row, from 1. `digest` tells whether what stands there
    is the same as before. `weight` is its part of the size of the file.
    """

    source: Source
    start: int
    end: int
    first_row: int
    digest: str
    weight: int

    @property
    def mark(self) -> tuple[str, str]:
        """What tells that this shard was done: its key and its digest."""
        return self.key, self.digest

    @property
    def key(self) -> str:
        """A name that no other shard of the archive has, and that a file can bear."""
        return f"{name_source(self.source)}-{self.start:012}"


def name_source(source: Source) -> str:
    """Return what the names of all shards of a file begin with."""
    return hashlib.sha256(source.name.encode()).hexdigest()[:DIGEST_CHARS]


def cut(source: Source, shard_bytes: int, max_bytes: int, column: str) -> list[Shard]:
    """Return the shards of a file, each of some rows that have `shard_bytes` together, or more.

    No line is held that is longer than `max_bytes`. `column` is that of the texts, by which rows
    of Parquet are measured. Raises InvalidArchive.
    """
    if source.format is Format.PARQUET:
        return list(_cut_parquet(source, shard_bytes, column))
    return list(_cut_lines(source, shard_bytes, max_bytes))


def _cut_lines(source: Source, shard_bytes: int, max_bytes: int) -> Iterator[Shard]:
    is_csv = source.format is Format.CSV
    names, begin = read_header(source, max_bytes) if is_csv else ((), 0)
    start, beginning = begin, repr(names).encode()
    with open_lines(source, start) as file:
        lines = Lines(file, max_bytes, start)
        lines.take_digest(beginning)
        cuts, first = [], 1
        for row in read_csv(lines, names) if is_csv else read_jsonl(lines):
            if lines.position - start >= shard_bytes:
                cuts.append((start, lines.position, first, lines.take_digest(beginning)))
                start, first = lines.position, row.number + 1
        if lines.position > start:
            cuts.append((start, lines.position, first, lines.take_digest(beginning)))
    for start, end, first, digest in cuts:
        weight = _weigh(source, start - begin, end - begin, lines.position - begin)
        yield Shard(source, start, end, first, digest, weight)


def _cut_parquet(source: Source, shard_bytes: int, column: str) -> Iterator[Shard]:
    with open_parquet(source) as parquet:
        metadata = parquet.metadata
        rows, size = metadata.num_rows, sum(_find_sizes(metadata, column))
    digest = _digest_footer(source)
    step = max(1, rows * shard_bytes // max(size, 1))
    for start in range(0, rows, step):
        end = min(rows, start + step)
        weight = _weigh(source, start, end, rows)
        yield Shard(source, start, end, start + 1, digest, weight)


def _weigh(source: Source, start: int, end: int, whole: int) -> int:
    """Return the bytes of a part, those of all parts together being the file's."""
    return source.size * end // whole - source.size * start // whole


def _find_sizes(metadata: pq.FileMetaData, column: str) -> Iterator[int]:
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        for at in range(group.num_columns):
            if group.column(at).path_in_schema == column:
                yield group.column(at).total_uncompressed_size


def _digest_footer(source: Source) -> str:
    """Return a digest of the end of a Parquet file, which tells where and how large all is."""
    with open_file(source) as file:
        # https://parquet.apache.org/docs/file-format/: the footer's length, and the magic number.
        length = int.from_bytes(file.read_at(4, source.size - 8), "little")
        footer = file.read_at(length, source.size - 8 - length)
    return hashlib.sha256(footer).hexdigest()[:DIGEST_CHARS]
