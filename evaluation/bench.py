"""`python -m evaluation.bench DATA`: how fast the service is, held to what is promised.

Everything is measured in one run on one machine: the service over HTTP, its encoder alone, the
same weights in eager PyTorch and stock Stanza, in turn, so that ratios hold also where times do
not. With `--strict` the exit status is 1 where a bound is missed. Only ever run against loopback.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evaluation import growth, latency, throughput
from evaluation.callers import start_callers
from evaluation.client import fetch_model
from evaluation.footprint import describe_peak, measure_footprint, run_workers
from evaluation.report import describe_run, render_head, write_results
from evaluation.runtime_cost import measure_cost
from evaluation.samples import load_texts, take_words
from evaluation.scores import Tools
from evaluation.tables import tabulate
from evaluation.timing import Row

RESULTS = Path(__file__).parent / "results"
# What the long texts need.
ENVIRON = {
    "WHOSAID_MAX_CHARS": "3000000",
    "WHOSAID_QUEUE_MAX_CHARS": "3000000",
    "WHOSAID_DEADLINE_SECONDS": "600",
}

Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured; without any `starts`, neither they nor the memory."""

    starts: int
    warm_words: int
    throughput: throughput.Extent
    latency: latency.Extent
    growth: growth.Extent


FULL = Plan(
    starts=5,
    warm_words=8_000,
    throughput=throughput.Extent(
        rounds=5, words=72_000, eager_words=6_000, stanza_texts=6, tries_layouts=True
    ),
    latency=latency.Extent(rounds=40, load_rounds=5, capacity_texts=80, load_seconds=60),
    growth=growth.Extent(rounds=3, long_words=100_000, short_texts=40, names=50_000),
)
QUICK = Plan(
    starts=0,
    warm_words=2_000,
    throughput=throughput.Extent(
        rounds=2, words=5_000, eager_words=600, stanza_texts=2, tries_layouts=False
    ),
    latency=latency.Extent(rounds=6, load_rounds=1, capacity_texts=12, load_seconds=3),
    growth=growth.Extent(rounds=1, long_words=6_000, short_texts=6, names=2_000),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and report."""
    parsed = _parse_arguments(arguments)
    measured = measure(parsed.data, QUICK if parsed.quick else FULL)
    if parsed.quality:
        tools = Tools(parsed.tools or parsed.data.parent / "tools")
        measured["rows"] += map(asdict, measure_cost(parsed.data, tools))
    report = {**describe_run(), **measured}
    table = write_results(report, parsed.results, render(report), prefix="bench-")
    print(table.read_text())
    print(f"Written to {table}")
    missed = any(row["met"] is False for row in report["rows"])
    return 1 if missed and parsed.strict else 0


def _parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evaluation.bench", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder with entities/ and quotes/")
    parser.add_argument("--quick", action="store_true", help="a minute, for the ratios only")
    parser.add_argument("--quality", action="store_true", help="also what the runtime costs in F1")
    parser.add_argument("--tools", type=Path, help="the scorers; default: tools/ beside the data")
    parser.add_argument("--strict", action="store_true", help="fail where a bound is missed")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where to write the figures")
    return parser.parse_args(arguments)


def measure(data: Path, plan: Plan) -> Report:
    """Measure all that is promised, and return the rows of the table."""
    texts = load_texts(data)
    cores = len(os.sched_getaffinity(0))
    rows: list[Row] = []
    with (
        tempfile.TemporaryDirectory() as name,
        start_callers() as callers,
        ExitStack() as stack,
    ):
        folder = Path(name)
        warm = take_words(texts, plan.warm_words)
        _say("Starting services and weighing them")
        if plan.starts:
            rows += measure_footprint(folder, callers, warm, starts=plan.starts)
        services = {
            workers: stack.enter_context(
                run_workers(folder / f"bench-{workers}.log", workers, **ENVIRON)
            )
            for workers in sorted({1, cores})
        }
        model = fetch_model(services[1].url)
        _say("Reading articles with everything that reads them")
        rows += throughput.measure_throughput(
            services, callers, texts, plan.throughput, cores=cores
        )
        _say("Waiting for answers")
        rows += latency.measure_latency(services[1], callers, texts, plan.latency, cores=cores)
        _say("Sending long and odd texts")
        rows += growth.measure_growth(services[1], callers, texts, plan.growth)
        rows.append(describe_peak(services[1]))
    return {"model": model, "plan": asdict(plan), "rows": [asdict(row) for row in rows]}


def _say(what: str) -> None:
    print(what, flush=True)


def render(report: Report) -> str:
    """Return the report as Markdown."""
    return "\n".join(_render_lines(report))


def _render_lines(report: Report) -> Iterator[str]:
    yield from render_head(report, "Bench")
    rounds = report["plan"]["throughput"]["rounds"]
    yield (
        "Development articles, the same in every run; words are what spaces part. Figures are "
        f"medians, the least and the greatest in parentheses, of {rounds} rounds or more in which "
        "all sides are measured in turn; ratios are of the same round. Stock Stanza has the "
        "published architecture and sizes and random weights, on which its time does not depend."
    )
    yield ""
    rows = (Row(**row) for row in report["rows"])
    yield from tabulate(Row.HEADS, (row.list_cells() for row in rows))


if __name__ == "__main__":
    sys.exit(main())
