"""Records: rows as what the service is asked, and when each text was published.

A line of JSON is what `POST /v1/analyze` takes, and may also have `published`. Tables have a
column for each of the `FIELDS` that they know of; their other columns are passed over.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import pyarrow as pa

from schemas.mappings import JsonObject
from schemas.problems import escape_token
from service.archive.errors import InvalidArchive
from service.archive.rows import (
    Lines,
    Row,
    open_parquet,
    read_csv,
    read_header,
    read_jsonl,
    read_parquet,
)
from service.archive.shards import Shard
from service.archive.sources import Format, Source, open_lines
from service.errors import InvalidField, MalformedBody
from service.lines import describe_fault, parse_line

PUBLISHED = "published"
FIELDS = (
    "id",
    "text",
    "headline",
    "content_type",
    "headline_type",
    "language",
    "scope",
    "offset_unit",
    PUBLISHED,
)
"""What a table may have columns for."""

_NO_DATE = "Must be a date or a time of ISO 8601, such as 2016-11-08 or 2016-11-08T20:15:00Z."


@dataclass(frozen=True, slots=True)
class Record:
    """A row: the fields of a text, or None and the problem with them. `published` is in UTC."""

    row: int
    fields: Any
    problem: JsonObject | None = None
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """All columns of a table, by name and in order, and which of them has which field.

    Of JSON Lines, whose lines may all have other names, only those that were named.
    """

    names: Sequence[str]
    fields: Mapping[str, str]

    @property
    def passed_over(self) -> frozenset[str]:
        """The columns of which nothing is read."""
        return frozenset(self.names) - set(self.fields.values())


def find_columns(source: Source, named: Mapping[str, str], max_bytes: int) -> Columns:
    """Return which columns of a file hold what.

    `named` are the columns of fields that are called something else. Raises InvalidArchive.
    """
    if source.format is Format.JSONL:
        return Columns((), named)
    if source.format is Format.CSV:
        names, _ = read_header(source, max_bytes)
        types = dict.fromkeys(names, pa.string())
    else:
        with open_parquet(source) as parquet:
            types = {column.name: column.type for column in parquet.schema_arrow}
    fields = {field: column for field in FIELDS if (column := named.get(field, field)) in types}
    if lacking := sorted({"text", *named} - fields.keys()):
        lack = ", ".join(named.get(field, field) for field in lacking)
        raise InvalidArchive(source.name, f"no column {lack}: it has {', '.join(types)}")
    for field, column in fields.items():
        if not _is_fit(field, types[column]):
            reason = f"its column {column} can be no {field}: it is of type {types[column]}"
            raise InvalidArchive(source.name, reason)
    return Columns(tuple(types), fields)


def _is_fit(field: str, kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    strings = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    others = {"id": (pa.types.is_integer,), PUBLISHED: (pa.types.is_timestamp, pa.types.is_date)}
    return any(fits(kind) for fits in (*strings, *others.get(field, ())))


def read_records(shard: Shard, columns: Columns, max_bytes: int) -> Iterator[Record]:
    """Yield the records of a shard, in order. `columns` are those of its file."""
    source = shard.source
    if source.format is Format.PARQUET:
        wanted = tuple(columns.fields.values())
        for row in read_parquet(source, shard.start, shard.end, wanted):
            yield _read_values(row, columns.fields)
        return
    with open_lines(source, shard.start) as file:
        lines = Lines(file, max_bytes, shard.start)
        if source.format is Format.JSONL:
            for row in _until(shard.end, lines, read_jsonl(lines, shard.first_row)):
                yield _read_line(row, columns.fields)
        else:
            for row in _until(shard.end, lines, read_csv(lines, columns.names, shard.first_row)):
                yield _read_values(row, columns.fields)


def _until(end: int, lines: Lines, rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        if lines.position > end:
            return
        yield row


def _read_line(row: Row, named: Mapping[str, str]) -> Record:
    assert row.written is None or isinstance(row.written, bytes)
    fields, problem = parse_line(row.written)
    if problem or not isinstance(fields, dict):
        return Record(row.number, fields, problem)
    renamed = {field: fields[column] for field, column in named.items() if column in fields}
    taken = {*named, *named.values()}
    kept = {name: value for name, value in fields.items() if name not in taken}
    return _finish(row.number, {**kept, **renamed})


def _read_values(row: Row, columns: Mapping[str, str]) -> Record:
    if row.written is None:
        return Record(row.number, None, describe_fault(MalformedBody(row.reason)))
    assert isinstance(row.written, Mapping)
    values = {field: row.written[column] for field, column in columns.items()}
    fields = {field: value for field, value in values.items() if value is not None}
    if "id" in fields:
        fields["id"] = str(fields["id"])
    return _finish(row.number, fields)


def _finish(row: int, fields: dict[str, Any]) -> Record:
    """Return a record with its time of publication, which the service knows nothing of."""
    written = fields.pop(PUBLISHED, None)
    try:
        published = None if written is None else parse_time(written)
        _check_writable(fields)
    except ValueError:
        return Record(row, fields, describe_fault(InvalidField(f"/{PUBLISHED}", _NO_DATE)))
    except InvalidField as error:
        return Record(row, fields, describe_fault(error))
    return Record(row, fields, None, published)


def _check_writable(fields: Mapping[str, Any]) -> None:
    """Raise InvalidField for what JSON can hold, and no table of UTF-8 can."""
    for name, value in fields.items():
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            pointer = f"/{escape_token(name)}"
            raise InvalidField(
                pointer, "It has half a surrogate pair, which is no UTF-8."
            ) from None


def parse_time(written: object) -> datetime:
    """Return a time in UTC, where it names no other zone. Raises ValueError."""
    if isinstance(written, str):
        written = datetime.fromisoformat(written)
    elif isinstance(written, date) and not isinstance(written, datetime):
        written = datetime.combine(written, time())
    if not isinstance(written, datetime):
        raise ValueError("neither a date nor a time")
    if written.tzinfo is None:
        return written.replace(tzinfo=UTC)
    try:
        return written.astimezone(UTC)
    except OverflowError:
        raise ValueError("before the first year, or after the last") from None
