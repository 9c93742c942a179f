"""`python -m evaluation.chaos DATA`: hurt a service in every way that is promised to be survived.

Each scenario starts a service of its own on loopback, and holds answers to those that a lone
caller of an unhurt service got. The exit status is 1 where a promise is broken.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from evaluation import offering
from evaluation.client import fetch_model
from evaluation.confinements import CONFINEMENTS
from evaluation.disruptions import DISRUPTIONS
from evaluation.report import describe_run, render_head, write_results
from evaluation.scenarios import NotRun, Outcome, Scenario, Stage
from evaluation.server import NotServing, run_service
from evaluation.tables import tabulate

RESULTS = Path(__file__).parent / "results"
SCENARIOS = (*DISRUPTIONS, *CONFINEMENTS)

Report = dict[str, Any]


def main() -> int:
    """Play all scenarios, and report."""
    parsed = _parse_arguments()
    chosen = [each for each in SCENARIOS if not parsed.only or each.name in parsed.only]
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder), ())
        print("Reading every text alone", flush=True)
        with run_service(stage.log) as url:
            model = fetch_model(url)
            exchanges = offering.prepare(url, offering.pick_texts(parsed.data))
        rows = [play(each, replace(stage, exchanges=exchanges)) for each in chosen]
    report = {**describe_run(), "model": model, "texts": len(exchanges), "scenarios": rows}
    table = write_results(report, parsed.results, render(report), prefix="chaos-")
    print(table.read_text())
    print(f"Written to {table}")
    return 1 if any(row["passed"] is False for row in rows) else 0


def _parse_arguments() -> argparse.Namespace:
    names = [each.name for each in SCENARIOS]
    parser = argparse.ArgumentParser(prog="python -m evaluation.chaos", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder with entities/")
    parser.add_argument("--only", action="append", choices=names, help="play just this one")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where to write the figures")
    return parser.parse_args()


def play(scenario: Scenario, stage: Stage) -> Report:
    """Play a scenario in a folder of its own; return its row, `passed` being null if not run."""
    print(f"Playing: {scenario.name}", flush=True)
    own = replace(stage, folder=stage.folder / scenario.name.replace(" ", "-").replace("/", ""))
    own.folder.mkdir(mode=0o777)
    own.folder.chmod(0o777)
    started = time.monotonic()
    seen, passed = _see(scenario, own)
    seen = seen.replace(str(stage.folder), "FOLDER")
    print(f"  {seen}", flush=True)
    return {
        "name": scenario.name,
        "done": scenario.done,
        "promised": scenario.promised,
        "seen": seen,
        "passed": passed,
        "seconds": round(time.monotonic() - started, 1),
    }


def _see(scenario: Scenario, stage: Stage) -> tuple[str, bool | None]:
    try:
        outcome = scenario.play(stage)
    except NotRun as reason:
        return f"not run: {reason}", None
    except NotServing as error:
        outcome = Outcome(f"not serving: {' '.join(str(error).split())[-300:]}", False)
    except TimeoutError as error:
        outcome = Outcome(str(error), False)
    return outcome.seen, outcome.passed


def render(report: Report) -> str:
    """Return the report as Markdown."""
    lines = [
        *render_head(report, "Chaos"),
        f"Each scenario has a service of its own, with one worker unless it says otherwise, and "
        f"callers with {report['texts']} development articles, whose answers must be those of an "
        "unhurt service, timings aside.",
        "",
        *tabulate(("scenario", "done", "promised", "seen", "passed"), _list(report["scenarios"])),
    ]
    return "\n".join(lines)


def _list(rows: Sequence[Report]) -> list[tuple[str, ...]]:
    verdicts = {True: "yes", False: "**no**", None: "not run"}
    return [
        (*(row[key] for key in ("name", "done", "promised", "seen")), verdicts[row["passed"]])
        for row in rows
    ]


if __name__ == "__main__":
    sys.exit(main())
