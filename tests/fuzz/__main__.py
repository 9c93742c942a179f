"""Fuzz the analysis: `python -m tests.fuzz --cases 100000`; prints a table and keeps it.

The stand-in network reads at random, so that whatever can be read is; the model that ships reads
a share of the cases besides. Ends with status 1 if a case failed; the smallest that was found is
printed.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from analysis.models import SHIPPED_WEIGHTS
from evaluation.report import describe_run, write_results
from evaluation.tables import tabulate
from tests.fuzz.drawing import try_drawn
from tests.fuzz.subject import Subject
from tests.tiny_model import WIDE, write_tiny_model

RESULTS = Path("evaluation/results")
Figures = dict[str, Any]

# How many of all cases, in hundredths, atheris makes; hypothesis makes the others, and on top of
# all some for the model that ships.
_GUIDED, _SHIPPED = 30, 3
_DONE = re.compile(r"Done (\d+) runs in")
_TRIED = re.compile(r"^#(\d+)\s", re.MULTILINE)
_COVERED = re.compile(r"cov: (\d+)")
_MAX_BYTES = 512
_CASE_SECONDS = 30


def main(arguments: list[str] | None = None) -> int:
    options = _read_options(arguments)
    with tempfile.TemporaryDirectory() as folder:
        random = write_tiny_model(Path(folder), seed=1, config=WIDE)
        guided = options.cases * _GUIDED // 100 if find_spec("atheris") else 0
        with ThreadPoolExecutor(1) as beside:
            # Atheris has a process of its own, and so a core.
            guiding = beside.submit(guide, random, guided, options.seed) if guided else None
            runs = [draw("stand-in", random, options.cases - guided)]
            runs.append(
                draw("shipped", SHIPPED_WEIGHTS, options.cases * _SHIPPED // 100, with_packs=False)
            )
            if guiding:
                runs.append(guiding.result())
    report = {**describe_run(), "seed": options.seed, "runs": runs}
    table = render(report)
    print(table)
    if options.results:
        print(write_results(report, options.results, table, prefix="fuzz-"))
    return int(any(run["fault"] for run in runs))


def _read_options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=4711, help="of atheris")
    parser.add_argument("--results", type=Path, default=RESULTS)
    return parser.parse_args(arguments)


def draw(network: str, folder: Path, cases: int, *, with_packs: bool = True) -> Figures:
    """Try cases that hypothesis draws."""
    subject = Subject(folder, with_packs=with_packs)
    tried = 0

    def count(case: Any) -> None:
        nonlocal tried
        tried += 1
        subject.try_case(case)

    fault, seconds = _time(lambda: try_drawn(count, cases))
    return {
        "maker": "hypothesis",
        "network": network,
        "cases": tried,
        "seconds": round(seconds),
        "slowest_microseconds_per_char": round(1e6 * subject.slowest),
        "fault": fault,
    }


def _time(run: Callable[[], object]) -> tuple[str | None, float]:
    began, fault = time.monotonic(), None
    try:
        run()
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        fault = "".join(traceback.format_exception(error))
        print(ascii(fault), file=sys.stderr)
    return fault and _locate(fault), time.monotonic() - began


def _locate(trace: str) -> str:
    """Return the kind of an error and where it was raised: results keep no text."""
    places = re.findall(r'File "[^"]*?([^"/]+/[^"/]+)", line (\d+)', trace)
    kinds = re.findall(r"^(?:\w+\.)*(\w+(?:Error|Exception|Exceeded))\b", trace, re.MULTILINE)
    return f"{kinds[-1] if kinds else 'error'} at {':'.join(places[-1]) if places else '?'}"


def guide(folder: Path, cases: int, seed: int) -> Figures:
    """Try cases that atheris makes, in a process of their own."""
    options = [f"-runs={cases}", f"-seed={seed}", f"-max_len={_MAX_BYTES}", "-len_control=0"]
    options += [f"-timeout={_CASE_SECONDS}", f"-artifact_prefix={folder}/"]
    command = [sys.executable, "-m", "tests.fuzz.guided", str(folder), *options]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    log = done.stdout + done.stderr
    counted = _DONE.findall(log) or _TRIED.findall(log) or ["0"]
    if done.returncode:
        print(log[-5_000:], file=sys.stderr)
    return {
        "maker": "atheris",
        "network": "stand-in",
        "cases": int(counted[-1]),
        "seconds": round(time.monotonic() - began),
        "branches": int(_COVERED.findall(log)[-1]) if _COVERED.search(log) else 0,
        "slowest_microseconds_per_char": None,
        "fault": _locate(log) if done.returncode else None,
    }


def render(report: Figures) -> str:
    """Return a report as Markdown."""
    changes = " with uncommitted changes" if report["uncommitted_changes"] else ""
    head = f"# Fuzzing of {report['commit']}{changes}, {report['date']}\n"
    rows = [
        (
            run["maker"],
            run["network"],
            run["cases"],
            run["seconds"],
            run["slowest_microseconds_per_char"] or "",
            run["fault"] or "none",
        )
        for run in report["runs"]
    ]
    columns = ("cases by", "network", "cases", "seconds", "slowest, µs a character", "fault")
    return "\n".join([head, *tabulate(columns, rows), ""])


if __name__ == "__main__":
    sys.exit(main())
