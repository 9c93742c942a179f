"""What an evaluation found, as JSON for machines and as a table for people.

Holds figures, names of files and names of speakers and entities; never a text.
"""

import json
import os
import platform
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

Report = dict[str, Any]


def describe_run() -> Report:
    """Return the date, the commit and the machine that figures were measured at."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": _git("rev-parse", "--short", "HEAD"),
        "uncommitted_changes": bool(_git("status", "--porcelain", "--untracked-files=no")),
        "machine": {
            "cpu": _read_cpu(),
            "cores": len(os.sched_getaffinity(0)),
            "memory_gib": round(
                os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1
            ),
            "system": platform.platform(terse=True),
            "python": platform.python_version(),
            "torch": version("torch"),
        },
    }


def write_report(report: Report, folder: Path) -> Path:
    """Write DATE-COMMIT.json and .md to `folder`, and return the latter's path."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{report['date']}-{report['commit']}"
    (folder / f"{name}.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    table = folder / f"{name}.md"
    table.write_text(render(report))
    return table


def render(report: Report) -> str:
    """Return the report as Markdown."""
    return "\n".join([*_render_head(report), *_render_figures(report), *_render_rest(report), ""])


def _render_head(report: Report) -> Iterator[str]:
    machine, model = report["machine"], report["model"]
    changes = " with uncommitted changes" if report["uncommitted_changes"] else ""
    yield f"# Evaluation of {report['commit']}{changes}, {report['date']}"
    yield ""
    yield f"Model {model['name']} {model['version']}, {model['digest']}."
    yield ""
    yield (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB; "
        f"{machine['system']}; Python {machine['python']}, torch {machine['torch']}."
    )
    yield ""


def _render_figures(report: Report) -> Iterator[str]:
    yield from _table("data", "figure", "P", "R", "F")
    for run in report["runs"]:
        for name, row in _list_figures(run["scores"]):
            yield f"| {run['data']} | {name} | {row} |"
    yield ""


def _list_figures(scores: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, figures in scores.items():
        if name == "speakers":
            yield from (
                (f"speaker end to end, {row} ({counts['gold']})", f"| | {counts['right']}")
                for row, counts in figures.items()
            )
        elif name in ("attributions", "speech"):
            yield from (
                (f"{name}, {kind}: found with the right source", f"| | {values['joint']}")
                for kind, values in figures.items()
            )
        else:
            yield name, f"{figures['P']} | {figures['R']} | {figures['F']}"


def _render_rest(report: Report) -> Iterator[str]:
    yield from _table("data", "articles", "failed", "not verbatim", "seconds")
    for run in report["runs"]:
        asked = run["asked"]
        figures = (asked[key] for key in ("articles", "failed", "not_verbatim", "seconds"))
        yield f"| {run['data']} | {' | '.join(map(str, figures))} |"
    seed, load = report["seed"], report["load"]
    yield ""
    yield (
        f"The sample article: {seed['entities_found']} of {seed['entities']} entities found, "
        f"{seed['entities_whole']} with all their mentions; {seed['quotes_found']} of "
        f"{seed['quotes']} quotes found, {seed['quotes_inside']} more inside a longer one, "
        f"{seed['speakers_right']} with the right speaker."
    )
    yield ""
    yield from (f"- {miss}" for miss in seed["misses"])
    yield ""
    yield (
        f"{load['clients']} callers at once, {load['requests']} requests: {load['different']} "
        f"answers differ from those to one caller; {load['loaded_chars_per_second']} characters "
        f"a second, against {load['serial_chars_per_second']} for one caller."
    )


def _table(*columns: str) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _read_cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
