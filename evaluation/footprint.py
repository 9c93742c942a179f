"""How much memory a service takes, and how long it takes to start."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evaluation.callers import Callers
from evaluation.processes import list_session, measure_exactly
from evaluation.server import READY_SECONDS, NotServing, Service, launch, wait_until_ready
from evaluation.timing import Row, Spread, hold_to_most

CLIENTS = 16
MOST_START_SECONDS = 5.0
# 250 MB, as little as megabytes ever are.
MOST_SECOND_MIB = 238.0

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Memory:
    """The resident memory of a service, in MiB.

    `together` counts once what processes share (PSS); `each` is that of every process, largest
    first, with all that it shares (RSS).
    """

    together: float
    each: tuple[float, ...]

    def describe(self) -> str:
        """Return the figures as people read them."""
        each = ", ".join(f"{size:,.0f}" for size in self.each)
        return f"{self.together:,.0f} MiB (processes, with what they share: {each})"


@contextmanager
def run_workers(log: Path, workers: int, **environ: str) -> Iterator[Service]:
    """Run a service until the block ends; it begins once every worker is ready."""
    with launch(log, {"WEB_CONCURRENCY": str(workers), **environ}) as service:
        wait_until_ready(service)
        _wait_for(lambda: service.read_log().count('"model_loaded"') >= workers, service)
        yield service


def time_start(log: Path) -> float:
    """Return how many seconds a service takes until it is ready, cached files and all."""
    started = time.monotonic()
    with launch(log) as service:
        wait_until_ready(service)
        return time.monotonic() - started


def describe_memory(service: Service) -> Memory:
    """Measure all processes of a service."""
    pids = list_session(service.arbiter.pid)
    each = sorted((_read_status(pid, "VmRSS") / 2**20 for pid in pids), reverse=True)
    return Memory(measure_exactly(pids) / 2**20, tuple(each))


def describe_peak(service: Service) -> Row:
    """Tell how much memory the largest process of a service ever took."""
    peak = max(_read_status(pid, "VmHWM") for pid in list_session(service.arbiter.pid))
    what = "Resident memory of the worker at its highest, the texts above included"
    return Row(what, f"{peak / 2**20:,.0f} MiB")


def measure_footprint(
    folder: Path, callers: Callers, texts: Sequence[str], *, starts: int
) -> list[Row]:
    """Start a service again and again, and see what one and two workers take once they are warm."""
    seconds = Spread.of([time_start(folder / f"start-{number}.log") for number in range(starts)])
    one, two = (_measure_warm(folder, callers, texts, workers) for workers in (1, 2))
    second = two.together - one.together
    return [
        hold_to_most("Start to ready, 1 worker, s", seconds, MOST_START_SECONDS, places=1),
        Row("Resident memory, 1 worker", one.describe()),
        Row("Resident memory, 2 workers", two.describe()),
        hold_to_most("The second worker adds, MiB", Spread.of([second]), MOST_SECOND_MIB, places=0),
    ]


def _measure_warm(folder: Path, callers: Callers, texts: Sequence[str], workers: int) -> Memory:
    with run_workers(folder / f"memory-{workers}.log", workers) as service:
        callers.call(service.port, texts, clients=CLIENTS)
        return describe_memory(service)


def _read_status(pid: int, field: str) -> int:
    fields = (_PROC / f"{pid}/status").read_text().splitlines()
    (line,) = (line for line in fields if line.startswith(f"{field}:"))
    return int(line.split()[1]) * 1024


def _wait_for(condition: Callable[[], bool], service: Service) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise NotServing(service.read_log()[-2000:])
        time.sleep(0.05)
