"""The files of an archive, wherever they are."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import pyarrow as pa
from pyarrow import fs

from service.archive.errors import InvalidArchive

_COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}
_BUFFER_BYTES = 1 << 20


class Format(StrEnum):
    """How a file holds its texts."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


_FORMATS = {
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".csv": Format.CSV,
    ".parquet": Format.PARQUET,
}
_ACCEPTED = f"{', '.join(_FORMATS)}; all but the last also with {', '.join(_COMPRESSIONS)} added"


@dataclass(frozen=True, slots=True)
class Source:
    """A file of input: where it is, what it is called below the input as a whole, and its bytes."""

    uri: str
    name: str
    size: int

    @property
    def format(self) -> Format:
        """The file's format, as its name tells. Raises InvalidArchive."""
        found = _find_format(self.name)
        if found is None:
            raise InvalidArchive(self.name, f"its name does not end in one of {_ACCEPTED}")
        return found

    @property
    def compression(self) -> str | None:
        """What its lines are packed with, as its name tells."""
        return _COMPRESSIONS.get(PurePosixPath(self.name).suffix.lower())


def _find_format(name: str) -> Format | None:
    *_, before, last = "", "", *(suffix.lower() for suffix in PurePosixPath(name).suffixes)
    if last not in _COMPRESSIONS:
        return _FORMATS.get(last)
    found = _FORMATS.get(before)
    return None if found is Format.PARQUET else found


def locate(place: str) -> tuple[fs.FileSystem, str]:
    """Return the file system that a path or URI is in, and the path there.

    Raises InvalidArchive.
    """
    absolute = place if "://" in place else str(Path(place).absolute())
    try:
        filesystem, path = fs.FileSystem.from_uri(absolute)
    except (pa.ArrowException, OSError) as error:
        raise InvalidArchive(place, str(error)) from error
    return filesystem, path


def find_sources(place: str) -> list[Source]:
    """Return the file that a path or URI names or, if it is a folder, those below it, by name.

    In a folder, files of other formats are passed over, and whatever has a name that begins with
    `.` or `_`. Raises InvalidArchive.
    """
    filesystem, path = locate(place)
    root = filesystem.get_file_info(path)
    if root.type == fs.FileType.NotFound:
        raise InvalidArchive(place, "there is no such file or folder")
    if root.is_file:
        source = Source(place, root.base_name, root.size)
        _check_format(source)
        return [source]
    sources = []
    for info in filesystem.get_file_info(fs.FileSelector(path, recursive=True)):
        name = PurePosixPath(info.path).relative_to(path)
        is_hidden = any(part.startswith((".", "_")) for part in name.parts)
        if info.is_file and not is_hidden and _find_format(name.name):
            sources.append(Source(f"{place.rstrip('/')}/{name}", str(name), info.size))
    if not sources:
        raise InvalidArchive(place, f"no file below it ends in one of {_ACCEPTED}")
    return sorted(sources, key=lambda source: source.name)


def _check_format(source: Source) -> None:
    _ = source.format


@contextmanager
def open_file(source: Source) -> Iterator[fs.FileSystem]:
    """Open a file as it is stored."""
    filesystem, path = locate(source.uri)
    with filesystem.open_input_file(path) as file:
        yield file


@contextmanager
def open_lines(source: Source, start: int = 0) -> Iterator[BinaryIO]:
    """Open a file of lines, unpacked, at one of its bytes."""
    with open_file(source) as file:
        if source.compression is None:
            file.seek(min(start, file.size()))
            yield io.BufferedReader(file, _BUFFER_BYTES)
            return
        with pa.CompressedInputStream(file, source.compression) as unpacked:
            reader = io.BufferedReader(unpacked, _BUFFER_BYTES)
            while start and (passed := len(reader.read(min(start, _BUFFER_BYTES)))):
                start -= passed
            yield reader
