"""The folders that the service writes to, and room in them.

prometheus_client maps files into memory that grow as they are written to. Where the disk is
full, such a write does not fail: it kills the process (SIGBUS). So room is taken beforehand,
and where there is none, that is told.
"""

import os
import tempfile
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

# Of prometheus_client, for the kinds that the service has.
_KINDS = ("counter", "histogram", "gauge_livesum")
# Several times what all endpoints with all their statuses take.
_FILE_BYTES = 256 * 1024
# The classifier of languages is unpacked to a temporary file of 66 MiB, gone once it is loaded.
_LOADING_BYTES = 72 * 1024 * 1024


class UnusableFolder(RuntimeError):
    """A folder cannot be written to, or has no room."""

    def __init__(self, variable: str, folder: str, reason: str | None) -> None:
        super().__init__(f"cannot write to {folder}: {reason}; {variable} names another folder")
        self.folder = folder


def prepare_folder(chosen: str | None) -> str:
    """Return the folder for metrics, chosen or temporary, without those of an earlier run.

    Where the system has no other temporary folder, libraries get this one. Raises
    `UnusableFolder` unless a worker can be started.
    """
    folder = chosen or _make_folder()
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        for left_over in Path(folder).glob("*.db"):
            left_over.unlink()
    except OSError as error:
        raise UnusableFolder("WHOSAID_METRICS_DIR", folder, error.strerror) from error
    if _find_temporary() is None:
        os.environ["TMPDIR"] = folder
    take_room(folder, 0)
    _remove(_list_files(folder, 0))
    return folder


def find_place(taken: Collection[int]) -> int:
    """Return the lowest number that no living worker has.

    Its metrics are in files of that number. A worker in the place of a dead one counts on in
    its files: there are never more of them than workers that lived at once, and no count falls.
    """
    return next(place for place in range(len(taken) + 1) if place not in taken)


def use_place(place: int) -> None:
    """Have prometheus_client keep this process's metrics in the files of a place.

    To be called before there are any metrics.
    """
    from prometheus_client import values

    values.ValueClass = values.MultiProcessValue(lambda: place)  # type: ignore[no-untyped-call]


def take_room(folder: str, place: int) -> None:
    """Take the room for the metrics of a worker, and see that there is some to load its model.

    Raises `UnusableFolder` where there is none, and takes nothing. What a dead worker has
    counted there stays.
    """
    made = [path for path in _list_files(folder, place) if not path.exists()]
    try:
        for path in _list_files(folder, place):
            with path.open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, _FILE_BYTES)
    except OSError as error:
        _remove(made)
        raise UnusableFolder("WHOSAID_METRICS_DIR", folder, error.strerror) from error
    try:
        with tempfile.TemporaryFile() as probe:
            os.posix_fallocate(probe.fileno(), 0, _LOADING_BYTES)
    except OSError as error:
        _remove(made)
        raise UnusableFolder("TMPDIR", tempfile.gettempdir(), error.strerror) from error


def _make_folder() -> str:
    temporary = _find_temporary()
    if temporary is None:
        reason = "no temporary folder can be written to"
        raise UnusableFolder("WHOSAID_METRICS_DIR or TMPDIR", "any folder", reason)
    try:
        return tempfile.mkdtemp(prefix="whosaid-metrics-")
    except OSError as error:
        raise UnusableFolder("TMPDIR", temporary, error.strerror) from error


def _find_temporary() -> str | None:
    try:
        return tempfile.gettempdir()
    except FileNotFoundError:
        return None


def _remove(files: Iterable[Path]) -> None:
    for path in files:
        path.unlink(missing_ok=True)


def _list_files(folder: str, place: int) -> Iterator[Path]:
    return (Path(folder) / f"{kind}_{place}.db" for kind in _KINDS)
