"""`python -m evaluation.quality DATA`: how well quotes and their speakers are read, how surely.

Every F and every share is the one that the shared scorers print. `--errors` lists what went
wrong, quote by quote; no text goes into the results.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evaluation.corpora import Measured, measure_quotes, measure_speakers, read_corpus
from evaluation.intervals import RESAMPLES
from evaluation.listing import render_misses
from evaluation.predictions import Scope
from evaluation.readers import Reader, use_reader
from evaluation.report import describe_run, render_asked, render_head, render_seed, write_results
from evaluation.scores import Tools
from evaluation.seed import score_seed
from evaluation.tables import render_calibration, render_quotes, render_speakers

RESULTS = Path(__file__).parent / "results"
TERMINAL = "-"
QUOTES = ("quotes/polnear.dev", "quotes/polnear.dev.mangled")
SPEAKERS = "quotes/speakers_entities.dev"

Report = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and report; the exit status is 1 where an answer failed or was not verbatim."""
    parsed = _parse_arguments(arguments)
    tools = Tools(parsed.tools or parsed.data.parent / "tools")
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "service.log"
        with use_reader(parsed.url, log, in_process=parsed.in_process) as reader:
            figures, measured = measure(reader, parsed.data, tools, Path(folder))
    how = "in process" if parsed.in_process else "over HTTP"
    report = {**describe_run(), "how": how, **figures}
    table = write_results(report, parsed.results, render(report), prefix="quality-")
    print(table.read_text())
    print(f"Written to {table}")
    if parsed.errors:
        write_listing(parsed.errors, measured)
    sound = all(each["failed"] == each["not_verbatim"] == 0 for each in report["asked"].values())
    return 0 if sound else 1


def _parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evaluation.quality", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder with quotes/ and seed/")
    parser.add_argument("--tools", type=Path, help="the scorers; default: tools/ beside the data")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--url", help="a running service; default: one of this checkout's own")
    who.add_argument("--in-process", action="store_true", help="no service: load the model here")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where to write the figures")
    parser.add_argument(
        "--errors",
        nargs="?",
        const=TERMINAL,
        metavar="FILE",
        help="list what went wrong, with text of the corpora, there or on the terminal",
    )
    return parser.parse_args(arguments)


def measure(
    reader: Reader, data: Path, tools: Tools, folder: Path
) -> tuple[Report, list[Measured]]:
    """Have all corpora and the sample article read; return the figures, and what they are from."""
    quotes = [
        measure_quotes(read_corpus(reader, data / f"{name}.jsonl", Scope.SPEECH, folder), tools)
        for name in QUOTES
    ]
    speakers = [
        measure_speakers(read_corpus(reader, data / f"{SPEAKERS}.jsonl", scope, folder), tools)
        for scope in Scope
    ]
    measured = [*quotes, *speakers]
    gold = json.loads((data / "seed" / "gold.json").read_text(encoding="utf-8"))
    seed = reader.read([gold["text"]], Scope.SPEECH)
    report = {
        "model": dict(reader.model),
        "quotes": {each.name: each.figures for each in quotes},
        "speakers": {each.name: each.figures for each in speakers},
        "calibration": {
            f"{each.name}: {what}": figures
            for each in measured
            for what, figures in each.calibration.items()
        },
        "seed": asdict(score_seed(gold, seed.predictions[0])),
        "asked": {each.name: each.asked for each in measured} | {"seed": seed.describe()},
    }
    return report, measured


def write_listing(where: str, measured: Iterable[Measured]) -> None:
    """List what went wrong in each corpus: in a file, or on the terminal."""
    lines = (line for each in measured for line in render_misses(each.name, each.misses))
    listing = "\n".join(lines)
    if where == TERMINAL:
        print(listing)
    else:
        Path(where).write_text(listing, encoding="utf-8")
        print(f"What went wrong is listed in {where}")


def render(report: Report) -> str:
    """Return the report as Markdown."""
    return "\n".join(_render_lines(report))


def _render_lines(report: Report) -> Iterator[str]:
    yield from render_head(report, "Quality")
    yield f"Read {report['how']}. 95 % intervals are of {RESAMPLES} resamples of articles."
    yield ""
    yield "Speech, found with the right source words, and contents found word by word:"
    yield ""
    yield from render_quotes(report["quotes"])
    yield "Quotes with the right speaker, and those that are given to somebody else:"
    yield ""
    yield from render_speakers(report["speakers"])
    yield (
        "Confidences of quotes (their content) and of attributions (content and speaker), the "
        "share that is right, and the expected calibration error in ten bins:"
    )
    yield ""
    yield from render_calibration(report["calibration"], "quotes")
    yield from render_seed(report["seed"])
    yield from render_asked(report["asked"].items())


if __name__ == "__main__":
    sys.exit(main())
