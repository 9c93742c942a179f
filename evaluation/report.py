"""What an evaluation found, as JSON for machines and as a table for people.

Holds figures, names of files and names of speakers and entities; never a text.
"""

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from evaluation import tables

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
            "system": _name_system(),
            "python": platform.python_version(),
            "torch": version("torch"),
        },
    }


def write_report(report: Report, folder: Path) -> Path:
    """Write DATE-COMMIT.json and .md to `folder`, and return the latter's path."""
    return write_results(report, folder, render(report))


def write_results(report: Report, folder: Path, table: str, *, prefix: str = "") -> Path:
    """Write a report as JSON, and its table, named by date and commit; return the table's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{prefix}{report['date']}-{report['commit']}.md"
    written = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    path.with_suffix(".json").write_text(written, encoding="utf-8")
    path.write_text(table, encoding="utf-8")
    return path


def render(report: Report) -> str:
    """Return the report as Markdown."""
    parts = (render_head, _render_figures, _render_names, _render_rest)
    return "\n".join([*(line for part in parts for line in part(report)), ""])


def render_head(report: Report, what: str = "Evaluation") -> Iterator[str]:
    """Yield the title of a report and the lines that say of which model, on which machine."""
    machine, model = report["machine"], report["model"]
    changes = " with uncommitted changes" if report["uncommitted_changes"] else ""
    yield f"# {what} of {report['commit']}{changes}, {report['date']}"
    yield ""
    yield f"Model {model['name']} {model['version']}, {model['digest']}."
    yield ""
    yield (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB; "
        f"{machine['system']}; Python {machine['python']}, torch {machine['torch']}."
    )
    yield ""


def _render_figures(report: Report) -> Iterator[str]:
    yield from tables.tabulate(
        ("data", "figure", "P", "R", "F"),
        (
            (run["data"], name, *row)
            for run in report["runs"]
            for name, row in _list_figures(run["scores"])
        ),
    )


def _list_figures(scores: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Any, Any, Any]]]:
    for name, figures in scores.items():
        if name == "speakers":
            yield from (
                (f"speaker end to end, {row} ({counts['gold']})", ("", "", counts["right"]))
                for row, counts in figures.items()
            )
        elif name in ("attributions", "speech"):
            yield from (
                (f"{name}, {kind}: found with the right source", ("", "", values["joint"]))
                for kind, values in figures.items()
            )
        else:
            yield name, (figures["P"], figures["R"], figures["F"])


def _render_names(report: Report) -> Iterator[str]:
    yield "## Names"
    yield ""
    yield from tables.render_names(report["names"], report["speech"])


def _render_rest(report: Report) -> Iterator[str]:
    yield "## Answers"
    yield ""
    yield from render_asked(_list_asked(report))
    yield from render_seed(report["seed"])
    load = report["load"]
    yield (
        f"{load['clients']} callers at once, {load['requests']} requests: {load['different']} "
        f"answers differ from those to one caller; {load['loaded_chars_per_second']} characters "
        f"a second, against {load['serial_chars_per_second']} for one caller."
    )


def render_asked(asked: Iterable[tuple[str, Report]]) -> Iterator[str]:
    """Yield a table of how texts were answered, by where they are from."""
    yield from tables.tabulate(
        ("data", "articles", "failed", "not verbatim", "seconds"),
        (
            (data, *(figures[key] for key in ("articles", "failed", "not_verbatim", "seconds")))
            for data, figures in asked
        ),
    )


def render_seed(seed: Report) -> Iterator[str]:
    """Yield how much of the sample article was read rightly, and what was not."""
    yield (
        f"The sample article: {seed['entities_found']} of {seed['entities']} entities found, "
        f"{seed['entities_whole']} with all their mentions; {seed['quotes_found']} of "
        f"{seed['quotes']} quotes found, {seed['quotes_inside']} more inside a longer one, "
        f"{seed['speakers_right']} with the right speaker."
    )
    yield ""
    yield from (f"- {miss}" for miss in seed["misses"])
    yield ""


def _list_asked(report: Report) -> Iterator[tuple[str, Report]]:
    yield from ((run["data"], run["asked"]) for run in report["runs"])
    yield from ((name, short["asked"]) for name, short in report["names"]["short"].items())


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _name_system() -> str:
    release = platform.release().partition("-")[0]
    return f"{platform.system()} {release} {platform.machine()}"


def _read_cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
