"""Questions to an archive, which DuckDB answers from its files.

What is asked is in `sql/`, and explained in docs/archives.md. DuckDB can reach nothing but the
tables that it is given here: no other file, no network, no extension.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import fs

from schemas.mappings import JsonObject
from service.archive.errors import InvalidArchive
from service.archive.sources import locate
from service.archive.store import Store
from service.archive.tables import SCHEMAS, Table

_SUFFIX = ".parquet"
_YEAR = pa.field("year", pa.int32())
_ASKED = (Table.DOCUMENTS, Table.ENTITIES, Table.QUOTES)


@dataclass(frozen=True, slots=True)
class Days:
    """From which day to which, in UTC and both included; None where there is no end."""

    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"no days: {self.since}..{self.until}")


ALWAYS = Days()
"""All days, and what has no date."""


@dataclass(frozen=True, slots=True)
class FoundQuote:
    """A quote, and the row of the input that it stands in.

    `joint` names all who say it together, and is empty where one speaks alone. The confidence
    is that of the attribution.
    """

    published: datetime | None
    speaker_name: str
    speaker_type: str
    speaker_uri: str | None
    joint: tuple[str, ...]
    text: str
    kind: str
    attitude: str
    attribution_confidence: float
    prefix: str
    suffix: str
    source: str
    row: int
    id: str | None
    document_id: str
    quote_id: str


@dataclass(frozen=True, slots=True)
class SpeakerCount:
    """How many quotes somebody has in how many documents, and the first and last of their days.

    `speaker` tells one from another. `name` is the one most often used. The days are None where
    no document has a date.
    """

    speaker: str
    name: str
    type: str
    uri: str | None
    quotes: int
    documents: int
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Point:
    """A speaker's quotes in a period, and their share of all its quotes, from 0 to 1.

    `period` is its first day.
    """

    period: date
    quotes: int
    share: float


@dataclass(frozen=True, slots=True)
class Tally:
    """How many quotes there are, of how many the speaker or the date is unknown, and their days."""

    quotes: int
    unknown: int
    undated: int
    first: date | None
    last: date | None


class Archive:
    """An archive that can be asked. Whatever it does may raise InvalidArchive or OSError."""

    def __init__(self, place: str, connection: duckdb.DuckDBPyConnection) -> None:
        """Ask the tables of a connection; `place` is where they are from."""
        self._place = place
        self._connection = connection

    def find_quotes(
        self,
        speaker: str,
        days: Days = ALWAYS,
        *,
        kind: str | None = None,
        min_confidence: float = 0,
        limit: int = 0,
    ) -> tuple[list[FoundQuote], int]:
        """Return the latest quotes of a speaker, newest first, and how many there are in all.

        `speaker` is some or all words of a name or an alias, in any order, or exactly a URI. No
        more than `limit` are returned, unless that is 0.
        """
        wanted = {
            "speaker": speaker,
            "kind": kind,
            "min_confidence": min_confidence,
            "limit": limit,
        }
        rows = self._ask("quotes", days, wanted)
        total = rows[0]["total"] if rows else 0
        return [_build_quote(row) for row in rows], total

    def count_people(
        self, days: Days = ALWAYS, *, type: str = "person", top: int = 10
    ) -> list[SpeakerCount]:
        """Return who is most quoted, most first; `type` is that of an entity, or `any`."""
        rows = self._ask("people", days, {"type": type, "top": top})
        return [SpeakerCount(**row) for row in rows]

    def find_trend(
        self, speakers: Sequence[SpeakerCount], days: Days = ALWAYS, *, by: str = "month"
    ) -> list[list[Point]]:
        """Return for each speaker how much is quoted in each period that the archive spans.

        `by` is month, quarter or year. Quotes without a date are left out.
        """
        keys = [each.speaker for each in speakers]
        points = defaultdict(list)
        for row in self._ask("trend", days, {"speakers": keys, "by": by}):
            points[row.pop("speaker")].append(Point(**row))
        return [points[key] for key in keys]

    def tally(self, days: Days = ALWAYS) -> Tally:
        """Return how many quotes there are, whoever says them."""
        (row,) = self._ask("tally", days, {})
        return Tally(**row)

    def _ask(self, question: str, days: Days, wanted: Mapping[str, Any]) -> list[JsonObject]:
        parameters = {"since": days.since, "until": days.until, **wanted}
        try:
            answer = self._connection.execute(load_sql(question), parameters)
            names = [column[0] for column in answer.description]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
        except duckdb.Error as error:
            raise InvalidArchive(self._place, str(error).splitlines()[0]) from error


def _build_quote(row: JsonObject) -> FoundQuote:
    fields = {name: value for name, value in row.items() if name != "total"}
    return FoundQuote(**{**fields, "joint": tuple(row["joint"])})


@contextmanager
def open_archive(place: str) -> Iterator[Archive]:
    """Give what is done of the archive at a path or URI. Raises InvalidArchive or OSError."""
    tables = _find_tables(place)
    with TemporaryDirectory(prefix="whosaid-") as folder, _connect(folder) as connection:
        for table, rows in tables.items():
            connection.register(table, rows)
        connection.execute(load_sql("views"))
        yield Archive(place, connection)


def _connect(folder: str) -> duckdb.DuckDBPyConnection:
    """Open a database in memory, which may keep in a folder what does not fit there."""
    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "enable_external_access": False,
            "temp_directory": folder,
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def load_sql(name: str) -> str:
    """Return a question of `sql/`."""
    return (files("service.archive") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def _find_tables(place: str) -> dict[Table, ds.Dataset | pa.Table]:
    filesystem, path = locate(place)
    root = path.rstrip("/")
    if not filesystem.get_file_info(f"{root}/_archive.json").is_file:
        raise InvalidArchive(
            place, "not an archive: whosaid batch --engine ray makes one, with an _archive.json"
        )
    done = {key for key, _ in Store(place).find_counts()}
    return {table: _open_table(table, filesystem, f"{root}/{table}", done) for table in _ASKED}


def _open_table(
    table: Table, filesystem: fs.FileSystem, folder: str, done: set[str]
) -> ds.Dataset | pa.Table:
    """Return a table of the files of shards that are done; nothing of them is read yet."""
    schema = SCHEMAS[table].append(_YEAR)
    selector = fs.FileSelector(folder, allow_not_found=True, recursive=True)
    paths = [
        info.path
        for info in filesystem.get_file_info(selector)
        if info.is_file and info.base_name.removesuffix(_SUFFIX) in done
    ]
    if not paths:
        return schema.empty_table()
    return ds.dataset(
        sorted(paths),
        schema,
        format="parquet",
        filesystem=filesystem,
        partitioning=ds.partitioning(pa.schema([_YEAR]), flavor="hive"),
        partition_base_dir=folder,
    )
