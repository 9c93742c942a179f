"""The newsroom's authority file: how it is read, and how workers come to what it holds.

The process that forks the workers reads the file, and they inherit what it read: all of them
know the same names, and a file that is broken when it is read again changes nothing.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import structlog
from marshmallow import EXCLUDE, ValidationError

from analysis.authority import Authority
from analysis.document import EntityType, KnownEntity
from schemas.requests import KnownEntitySchema

MAX_FAULTS = 20
MAX_FILE_BYTES = 64 * 1024 * 1024

_COLUMNS = ("name", "type", "aliases", "uri")
_REQUIRED = ("name", "type")
_SPELLINGS = {"organization": EntityType.ORGANIZATION.value}

# The number of a line, and what it holds or what is wrong with it.
_Row = tuple[int, Mapping[str, Any] | str]

log = structlog.stdlib.get_logger()


class InvalidAuthority(ValueError):
    """An authority file that cannot be used: its first `MAX_FAULTS` faults.

    They tell lines and kinds of faults, and quote nothing, so that they may be logged.
    """

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def load_authority(path: Path) -> Authority:
    """Read an authority file, or raise one `InvalidAuthority` that lists its bad lines.

    The name tells the format. `.csv`: UTF-8, with a header that names the columns `name`
    and `type`, and perhaps `aliases` (parted by `|`) and `uri`, in any order. `.jsonl` and
    `.ndjson`: on each line an object with these keys, `aliases` a list. Other columns and
    keys, which exports have, are passed over, as are blank lines. The limits of each value
    are those of a request's `known_entities`.
    """
    read_rows = _FORMATS.get(path.suffix.casefold())
    if read_rows is None:
        raise InvalidAuthority(("the file's name ends neither in .csv nor in .jsonl or .ndjson",))
    schema = KnownEntitySchema(unknown=EXCLUDE)
    known: list[KnownEntity] = []
    faults: list[str] = []
    for line, row in read_rows(_read_text(path)):
        try:
            known.append(_load_known(schema, row))
        except ValidationError as error:
            faults.append(f"line {line}: {_describe(error.messages)}")
        if len(faults) == MAX_FAULTS:
            break
    if faults or not known:
        raise InvalidAuthority(tuple(faults) or ("the file holds no entity",))
    return Authority(known)


_kept: dict[Path, Authority] = {}


def keep_authority(path: str | None) -> None:
    """Read the authority file, if there is one, for this process and those that it forks.

    Raises InvalidAuthority, and keeps what was read before.
    """
    if path is not None:
        authority = _kept[Path(path)] = load_authority(Path(path))
        log.info("authority_read", entities=len(authority))


def refresh_authority(path: str | None) -> None:
    """Read the authority file again; one that is broken is logged, and the last good one kept."""
    try:
        keep_authority(path)
    except InvalidAuthority as error:
        log.critical("authority_refused", faults=error.faults)


def find_authority(path: str | None) -> Authority:
    """Return what this process keeps of the authority file, or else read it now.

    Without a file nothing is known. Raises InvalidAuthority only where nothing was kept.
    """
    if path is None:
        return Authority()
    kept = _kept.get(Path(path))
    return load_authority(Path(path)) if kept is None else kept


def _read_text(path: Path) -> str:
    try:
        # Opening a pipe would wait for somebody to write.
        if not path.is_file():
            raise InvalidAuthority(("there is no such file",))
        with path.open("rb") as file:
            stored = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InvalidAuthority((f"the file cannot be read: {reason}",)) from error
    if len(stored) > MAX_FILE_BYTES:
        raise InvalidAuthority((f"the file is longer than {MAX_FILE_BYTES} bytes",))
    try:
        return stored.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = stored.count(b"\n", 0, error.start) + 1
        raise InvalidAuthority((f"line {line}: not UTF-8",)) from None


def _read_csv(text: str) -> Iterator[_Row]:
    """Yield the rows below the header, each with the line that it starts on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            if columns is None and cells:
                columns = [cell.strip().casefold() for cell in cells]
                if fault := _check_header(columns):
                    yield line, fault
                    return
            elif columns is not None and cells:
                yield line, _read_cells(columns, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        yield line, f"not CSV: {error}"


def _read_cells(columns: list[str], cells: list[str]) -> Mapping[str, Any] | str:
    if len(cells) > len(columns):
        return "more cells than the header has"
    row: dict[str, Any] = dict(zip(columns, cells, strict=False))
    return {**row, "aliases": row.get("aliases", "").split("|")}


def _check_header(columns: list[str]) -> str | None:
    for column in _COLUMNS:
        if column in _REQUIRED and column not in columns:
            return f"the header has no column {column}"
        if columns.count(column) > 1:
            return f"the header has the column {column} twice"
    return None


def _read_json_lines(text: str) -> Iterator[_Row]:
    # Unlike `splitlines`, which would also cut inside strings.
    for line, written in enumerate(text.split("\n"), start=1):
        if not written.strip():
            continue
        try:
            row = json.loads(written)
        except (ValueError, RecursionError):
            yield line, "not JSON"
        else:
            yield line, row if isinstance(row, dict) else "not a JSON object"


_FORMATS: dict[str, Callable[[str], Iterator[_Row]]] = {
    ".csv": _read_csv,
    ".jsonl": _read_json_lines,
    ".ndjson": _read_json_lines,
}


def _load_known(schema: KnownEntitySchema, row: Mapping[str, Any] | str) -> KnownEntity:
    if isinstance(row, str):
        raise ValidationError(row)
    known: KnownEntity = schema.load(_tidy(row))
    return known


def _tidy(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as the schema takes it: white space and empty values left out."""
    tidied = {column: _trim(row[column]) for column in _COLUMNS if column in row}
    kind = tidied.get("type")
    if isinstance(kind, str):
        tidied["type"] = _SPELLINGS.get(kind.casefold(), kind.casefold())
    aliases = tidied.pop("aliases", None)
    if isinstance(aliases, list):
        aliases = [alias for alias in map(_trim, aliases) if alias != ""]
    if aliases is not None:
        tidied["aliases"] = aliases
    tidied["uri"] = None if tidied.get("uri") == "" else tidied.get("uri")
    return tidied


def _trim(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _describe(messages: Any) -> str:
    """Return the first of marshmallow's messages, after the name of its column."""
    if isinstance(messages, dict):
        column, inner = next(iter(messages.items()))
        return f"{column}: {_describe(inner)}"
    return str(messages[0])
