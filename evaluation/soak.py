"""`python -m evaluation.soak DATA`: offer a service several times what it can do, for minutes.

Each answer must be the one that a lone caller gets, or a refusal that comes at once and says
when to try again; probes must be answered all the while, and memory must not grow. The exit
status is 1 where a bound is missed. Only ever run against loopback.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from evaluation import offering
from evaluation.client import fetch_model
from evaluation.offering import Exchange, Reply
from evaluation.processes import list_session, list_workers, measure_memory
from evaluation.report import describe_run, render_head, write_results
from evaluation.server import Service, launch, wait_until_ready
from evaluation.tables import tabulate

RESULTS = Path(__file__).parent / "results"
CLIENTS = 16
CAPACITY_SECONDS = 15.0
# By then every thread and buffer has been used; what comes on top is a leak.
SETTLED_MINUTES = 2.0
REST_SECONDS = 10.0
SAMPLES = 10

# The service's default of WHOSAID_THREADS: what may be in work at once in each worker.
THREADS = 70
PROBES = ("/livez", "/readyz", "/metrics")
PROBE_SECONDS = 0.25
GROWTH = 0.05

Report = dict[str, Any]


@dataclass(slots=True)
class Watch:
    """What was seen of a service from outside, about once a second."""

    probes: dict[str, list[float]] = field(default_factory=lambda: {path: [] for path in PROBES})
    failed_probes: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[float, int]] = field(default_factory=list)
    in_flight: list[float] = field(default_factory=list)
    # How late this process itself woke up: no answer can be timed better than that.
    lags: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Bound:
    """Something that is promised, and what was measured of it."""

    promise: str
    measured: str
    met: bool


def main() -> int:
    """Soak a service of this checkout's own, and report."""
    parsed = _parse_arguments()
    with tempfile.TemporaryDirectory() as folder:
        environ = {"WEB_CONCURRENCY": str(parsed.workers)}
        with launch(Path(folder) / "service.log", environ) as service:
            wait_until_ready(service)
            model = fetch_model(service.url)
            found = soak(service, parsed.data, minutes=parsed.minutes, overload=parsed.overload)
    report = {**describe_run(), "model": model, "workers": parsed.workers, **found}
    table = write_results(report, parsed.results, render(report), prefix="soak-")
    print(table.read_text())
    print(f"Written to {table}")
    return 0 if all(bound["met"] for bound in report["bounds"]) else 1


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evaluation.soak", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder with entities/")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long to offer load")
    parser.add_argument("--overload", type=float, default=3.0, help="times capacity to offer")
    parser.add_argument("--workers", type=int, default=1, help="workers of the service")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where to write the figures")
    return parser.parse_args()


def soak(service: Service, data: Path, *, minutes: float, overload: float) -> Report:
    """Measure capacity, offer a multiple of it, and return what came of it."""
    print("Reading every text alone", flush=True)
    exchanges = offering.prepare(service.url, offering.pick_texts(data))
    return asyncio.run(_soak(service, exchanges, minutes=minutes, overload=overload))


async def _soak(
    service: Service, exchanges: Sequence[Exchange], *, minutes: float, overload: float
) -> Report:
    print("Measuring capacity", flush=True)
    answered, seconds = await offering.saturate(
        service.port, exchanges, clients=CLIENTS, seconds=CAPACITY_SECONDS
    )
    capacity = count_kinds(answered)[offering.RIGHT] / seconds
    if not capacity:
        raise RuntimeError("the service answers nothing rightly: there is no capacity to exceed")
    rate = capacity * overload
    print(f"Offering {rate:.1f} texts a second for {minutes:g} minutes", flush=True)
    watch = Watch()
    watching = asyncio.create_task(_watch(service, watch))
    started = time.monotonic()
    replies = await offering.offer(service.port, exchanges, rate=rate, seconds=minutes * 60)
    ended = time.monotonic()
    await asyncio.sleep(REST_SECONDS)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    settled_minute = min(SETTLED_MINUTES, minutes / 2)
    memory = compare_memory(watch.memory, settled=started + settled_minute * 60, ended=ended)
    max_in_flight = THREADS * len(list_workers(service.arbiter.pid))
    bounds = check(replies, watch, memory, max_in_flight=max_in_flight)
    return {
        "minutes": minutes,
        "overload": overload,
        "texts": len(exchanges),
        "capacity": round(capacity, 2),
        "offered": round(rate, 2),
        "replies": describe_replies(replies),
        "probes": {path: describe_probe(watch, path) for path in PROBES},
        "in_flight": max(watch.in_flight, default=0.0),
        "memory": {"settled_minute": settled_minute, **memory},
        "own_lag_ms": round(max(watch.lags, default=0.0) * 1000),
        "bounds": [asdict(bound) for bound in bounds],
    }


async def _watch(service: Service, watch: Watch) -> None:
    """Probe and measure once a second until cancelled."""
    due = time.monotonic()
    async with asyncio.TaskGroup() as group:
        while True:
            due += 1
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            watch.lags.append(max(0.0, time.monotonic() - due))
            for path in PROBES:
                group.create_task(_probe(service.port, path, watch))
            memory = measure_memory(list_session(service.arbiter.pid))
            watch.memory.append((time.monotonic(), memory))


async def _probe(port: int, path: str, watch: Watch) -> None:
    started = time.monotonic()
    try:
        async with asyncio.timeout(offering.PATIENCE_SECONDS):
            response = await offering.send(port, offering.render_probe(path))
    except (OSError, offering.ConnectionLost):  # TimeoutError is an OSError
        watch.failed_probes[path] += 1
        return
    watch.probes[path].append(time.monotonic() - started)
    if response.status != 200:
        watch.failed_probes[path] += 1
    elif path == "/metrics":
        watch.in_flight.append(read_metric(response.body.decode(), "whosaid_requests_in_flight"))


def read_metric(exposition: str, name: str) -> float:
    """Return a metric without labels from Prometheus's text format; 0 if it is not there."""
    lines = (line.split() for line in exposition.splitlines())
    return next((float(parts[1]) for parts in lines if parts[:1] == [name]), 0.0)


def count_kinds(replies: Sequence[Reply]) -> Counter[str]:
    """Count replies by kind."""
    return Counter(reply.kind for reply in replies)


def describe_replies(replies: Sequence[Reply]) -> Report:
    """Return, for each kind of reply, how many there were and how long they took, in seconds."""
    return {
        kind: {
            "count": count,
            **describe_seconds([reply.seconds for reply in replies if reply.kind == kind]),
        }
        for kind, count in count_kinds(replies).most_common()
    }


def describe_probe(watch: Watch, path: str) -> Report:
    """Return how a probe was answered, in seconds."""
    seconds = watch.probes[path]
    failed = watch.failed_probes[path]
    return {"count": len(seconds), "failed": failed, **describe_seconds(seconds)}


def describe_seconds(seconds: Sequence[float]) -> dict[str, float]:
    """Return the median, the 99th percentile and the maximum of times."""
    if not seconds:
        return {"p50": 0.0, "p99": 0.0, "max": 0.0}
    p99 = quantiles(seconds, n=100, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
    figures = {"p50": median(seconds), "p99": p99, "max": max(seconds)}
    return {name: round(value, 4) for name, value in figures.items()}


def compare_memory(
    samples: Sequence[tuple[float, int]], *, settled: float, ended: float
) -> dict[str, float]:
    """Return resident MiB: around when it had settled, after the load, and at most."""
    before = [size for at, size in samples if abs(at - settled) <= SAMPLES / 2]
    after = [size for at, size in samples if at > ended]
    return {
        "settled_mib": _to_mib(before),
        "after_mib": _to_mib(after[-SAMPLES:]),
        "most_mib": _to_mib([max((size for _, size in samples), default=0)]),
    }


def _to_mib(sizes: Sequence[int]) -> float:
    return round(median(sizes) / 2**20, 1) if sizes else 0.0


def check(
    replies: Sequence[Reply], watch: Watch, memory: dict[str, float], *, max_in_flight: int
) -> Iterator[Bound]:
    """Hold what was seen to what is promised."""
    kinds = count_kinds(replies)
    bad = kinds.total() - kinds[offering.RIGHT] - kinds[offering.REFUSED]
    yield Bound(
        "every answer is the one that a lone caller gets, or a refusal with Retry-After within "
        f"{offering.REFUSAL_SECONDS:g} s",
        f"{kinds[offering.RIGHT]} right, {kinds[offering.REFUSED]} refused, {bad} other",
        bad == 0 and kinds[offering.RIGHT] > 0,
    )
    most = max(watch.in_flight, default=0.0)
    yield Bound(
        f"at most {max_in_flight} requests in work",
        f"at most {most:g}, seen {len(watch.in_flight)} times",
        bool(watch.in_flight) and most <= max_in_flight,
    )
    for path in PROBES:
        seconds, failed = watch.probes[path], watch.failed_probes[path]
        slowest = max(seconds, default=0.0)
        yield Bound(
            f"{path} answers within {PROBE_SECONDS * 1000:.0f} ms",
            f"at most {slowest * 1000:.0f} ms, {failed} of {len(seconds)} failed",
            bool(seconds) and not failed and slowest <= PROBE_SECONDS,
        )
    before, after = memory["settled_mib"], memory["after_mib"]
    growth = after / before - 1 if before and after else float("inf")
    yield Bound(
        f"resident memory after the load within {GROWTH:.0%} of what it was once settled",
        f"{before:g} MiB, then {after:g} MiB ({growth:+.1%})",
        abs(growth) <= GROWTH,
    )


def render(report: Report) -> str:
    """Return the report as Markdown."""
    lines = [
        *render_head(report, "Soak"),
        f"{report['texts']} development articles, {report['workers']} workers. {CLIENTS} clients "
        f"that wait for each answer got {report['capacity']} answers a second; then "
        f"{report['offered']} a second ({report['overload']:g} times as many) were offered for "
        f"{report['minutes']:g} minutes, at random times, each over its own connection. Client "
        "and service share the machine; the client itself woke up at most "
        f"{report['own_lag_ms']} ms late. Memory is that of all processes, shared pages counted "
        f"once; it had settled at minute {report['memory']['settled_minute']:g}.",
        "",
    ]
    lines += tabulate(("promised", "measured", "met"), map(_list_bound, report["bounds"]))
    times = ("p50", "p99", "max")
    rows = (*report["replies"].items(), *report["probes"].items())
    lines += tabulate(
        ("reply", "count", *(f"{name}, s" for name in times)),
        ((name, row["count"], *(row[each] for each in times)) for name, row in rows),
    )
    return "\n".join([*lines, ""])


def _list_bound(bound: Report) -> tuple[str, str, str]:
    return bound["promise"], bound["measured"], "yes" if bound["met"] else "**no**"


if __name__ == "__main__":
    sys.exit(main())
