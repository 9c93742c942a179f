"""The processes of a running service, and the memory that they take; from Linux's /proc."""

import resource
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
# Of the fields after the command's name in /proc/PID/stat; see man 5 proc_pid_stat.
_STATE, _SESSION = 0, 3


def list_session(session: int) -> list[int]:
    """Return the living processes of a session, whoever their parent is by now."""
    return sorted(
        pid
        for pid, fields in _read_stats()
        if int(fields[_SESSION]) == session and fields[_STATE] != "Z"
    )


def list_workers(arbiter: int) -> list[int]:
    """Return the children of a process, the oldest first; none once it is gone."""
    try:
        children = (_PROC / f"{arbiter}/task/{arbiter}/children").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(pid) for pid in children.split()]


def measure_memory(pids: Iterable[int]) -> int:
    """Return the resident bytes of processes together, what they share counted once.

    Taken as each one's own pages, and those from files of the process that has most of them. The
    kernel's exact sums (smaps_rollup) keep a process from using its memory while they are made:
    on a busy machine, a service stands still for half a second then.
    """
    pages = list(map(_count_pages, pids))
    own = sum(resident - shared for resident, shared in pages)
    return (own + max((shared for _, shared in pages), default=0)) * resource.getpagesize()


def measure_exactly(pids: Iterable[int]) -> int:
    """Return the resident bytes of processes together, what they share counted once.

    The kernel's own sums, which tell what workers still share with the process that they were
    forked from. For processes that are idle: see `measure_memory`.
    """
    return sum(map(_read_proportional, pids))


def _read_proportional(pid: int) -> int:
    with suppress(FileNotFoundError, ProcessLookupError):
        lines = (_PROC / f"{pid}/smaps_rollup").read_text().splitlines()
        (line,) = (line for line in lines if line.startswith("Pss:"))
        return int(line.split()[1]) * 1024
    return 0


def _count_pages(pid: int) -> tuple[int, int]:
    """Return how many pages of a process are resident, and how many of those are from files."""
    with suppress(FileNotFoundError, ProcessLookupError):
        _, resident, shared, *_ = (_PROC / f"{pid}/statm").read_text().split()
        return int(resident), int(shared)
    return 0, 0


def _read_stats() -> Iterator[tuple[int, list[str]]]:
    for folder in _PROC.glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):
            # The command's name stands in parentheses, and may hold anything.
            yield int(folder.name), (folder / "stat").read_text().rpartition(")")[2].split()
