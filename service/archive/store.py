"""Where an archive is written, and how it is told what is there already.

    _archive.json                          what all of it is made of, and with
    _done/KEY.DIGEST.ANSWERED.REJECTED     a shard that is there, and how much came of it
    documents/year=2016/KEY.parquet        its rows, by the year of publication
    entities/…  quotes/…  rejects/KEY.parquet

Files are moved to where they belong when they are whole, and the shard's mark comes last. So a
shard without a mark is done again, and takes the place of what is there of it.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pyarrow.parquet as pq
from pyarrow import fs

from schemas.mappings import AnyMapping, JsonObject
from service.archive.errors import InvalidArchive
from service.archive.shards import Shard, name_source
from service.archive.sources import Source, locate
from service.archive.tables import Table, build_table

_MANIFEST = "_archive.json"
_DONE = "_done"
_PARTIAL = "_partial"
_MARK = re.compile(r"([0-9a-f]+-[0-9]+)\.([0-9a-f]+)\.([0-9]+)\.([0-9]+)")
_NO_YEAR = "__HIVE_DEFAULT_PARTITION__"

Mark = tuple[str, str]
"""A shard's key and its digest."""


class CannotGoOn(InvalidArchive):
    """What a folder holds is not the beginning of what would be written there."""

    def __str__(self) -> str:
        return f"{super().__str__()}; name another folder, or remove this one"


@dataclass(frozen=True, slots=True)
class Count:
    """How many texts of a shard were answered, and how many rejected."""

    answered: int
    rejected: int


class Store:
    """An archive at a path or URI. Whatever it does may raise OSError."""

    def __init__(self, place: str) -> None:
        """Find the place; nothing is read or written yet. Raises InvalidArchive."""
        self._place = place
        self._filesystem, self._root = locate(place)

    def begin(self, made_of: AnyMapping, shard_bytes: int) -> int:
        """Begin an archive, or go on with one; return the size of its shards.

        `made_of` is what the tables depend on: plain JSON. Raises CannotGoOn where the archive
        was made of something else, or the folder is none.
        """
        manifest = {"made_of": made_of, "shard_bytes": shard_bytes}
        if (written := self._read(_MANIFEST)) is not None:
            found = json.loads(written)
            others = _find_differences(found["made_of"], json.loads(json.dumps(made_of)))
            if others:
                raise CannotGoOn(self._place, f"made with another {', '.join(others)}")
            self._remove_partial()
            return int(found["shard_bytes"])
        if {*self._list("")} - {_PARTIAL}:
            raise CannotGoOn(self._place, "it has other things than an archive")
        self._write(_MANIFEST, json.dumps(manifest, indent=2).encode())
        return shard_bytes

    def find_counts(self) -> dict[Mark, Count]:
        """Return what came of each shard that is done, by what marks it."""
        marks = map(_MARK.fullmatch, self._list(_DONE))
        return {(mark[1], mark[2]): Count(int(mark[3]), int(mark[4])) for mark in marks if mark}

    def count_attempt(self, shard: Shard) -> int:
        """Note that a shard is begun; return how often that was, in this run, without an end."""
        self._filesystem.create_dir(self._path(_PARTIAL))
        with self._filesystem.open_output_stream(
            self._path(_PARTIAL, f"{shard.key}.{uuid4().hex}")
        ):
            pass
        return len(self._list_attempts(shard))

    def write(self, shard: Shard, rows: Iterable[tuple[Table, JsonObject]]) -> Count:
        """Write the rows of a shard in place of what is there of it; return what came of it."""
        files: dict[tuple[Table, str], list[JsonObject]] = defaultdict(list)
        for table, row in rows:
            files[table, _name_folder(table, row)].append(row)
        self._forget(shard.key)
        for (table, folder), some in sorted(files.items()):
            partial = self._name_partial()
            with self._filesystem.open_output_stream(partial) as file:
                pq.write_table(build_table(table, some), file, compression="zstd")
            self._move(partial, f"{folder}/{shard.key}.parquet")
        count = Count(*(_count(files, table) for table in (Table.DOCUMENTS, Table.REJECTS)))
        mark = (shard.key, shard.digest, str(count.answered), str(count.rejected))
        self._write(f"{_DONE}/{'.'.join(mark)}", b"")
        for attempt in self._list_attempts(shard):
            self._filesystem.delete_file(self._path(_PARTIAL, attempt))
        return count

    def _list_attempts(self, shard: Shard) -> list[str]:
        return [name for name in self._list(_PARTIAL) if name.startswith(f"{shard.key}.")]

    def forget_changed(self, sources: Iterable[Source], shards: Iterable[Shard]) -> None:
        """Remove the shards that files had before they changed. `shards` are what they have now.

        What files had that are no longer among `sources` stays.
        """
        names, marks = {name_source(source) for source in sources}, {each.mark for each in shards}
        for key, digest in self.find_counts():
            if key.partition("-")[0] in names and (key, digest) not in marks:
                self._forget(key)

    def _forget(self, key: str) -> None:
        """Remove what there is of a shard: of an attempt that was cut short, or another input."""
        for name in self._list(_DONE):
            if name.startswith(f"{key}."):
                self._filesystem.delete_file(self._path(_DONE, name))
        for table in Table:
            for folder in ("", *self._list(table)):
                path = self._path(table, folder, f"{key}.parquet")
                if self._filesystem.get_file_info(path).is_file:
                    self._filesystem.delete_file(path)

    def _path(self, *parts: str) -> str:
        return "/".join(part for part in (self._root.rstrip("/"), *parts) if part)

    def _list(self, folder: str) -> list[str]:
        selector = fs.FileSelector(self._path(folder), allow_not_found=True)
        return [info.base_name for info in self._filesystem.get_file_info(selector)]

    def _read(self, name: str) -> bytes | None:
        path = self._path(name)
        if not self._filesystem.get_file_info(path).is_file:
            return None
        with self._filesystem.open_input_stream(path) as file:
            written: bytes = file.read()
        return written

    def _write(self, name: str, written: bytes) -> None:
        partial = self._name_partial()
        with self._filesystem.open_output_stream(partial) as file:
            file.write(written)
        self._move(partial, name)

    def _name_partial(self) -> str:
        self._filesystem.create_dir(self._path(_PARTIAL))
        return self._path(_PARTIAL, uuid4().hex)

    def _move(self, partial: str, name: str) -> None:
        path = self._path(name)
        self._filesystem.create_dir(path.rpartition("/")[0])
        self._filesystem.move(partial, path)

    def _remove_partial(self) -> None:
        self._filesystem.delete_dir_contents(self._path(_PARTIAL), missing_dir_ok=True)


def _count(files: Mapping[tuple[Table, str], Sequence[Any]], table: Table) -> int:
    return sum(len(rows) for (each, _), rows in files.items() if each is table)


def _name_folder(table: Table, row: AnyMapping) -> str:
    """Return the folder of a row, by Hive's convention, which readers of Parquet know."""
    if table is Table.REJECTS:
        return table
    published = row["published"]
    return f"{table}/year={published.year if published else _NO_YEAR}"


def _find_differences(one: Any, other: Any) -> list[str]:
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
