"""`python -m evaluation.robustness DATA`: how much worse a service reads damaged texts.

Each development corpus is read as it is and under each perturbation, and is scored
against gold labels that moved with the text. The loss is the F of the clean texts
less that of the damaged ones, in points. No text goes into the results.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluation.client import fetch_model
from evaluation.perturbations import PERTURBATIONS, Line, perturb
from evaluation.report import describe_run, render_head, write_results
from evaluation.scores import Tools
from evaluation.server import use_service
from evaluation.sets import load_articles
from evaluation.tables import tabulate

RESULTS = Path(__file__).parent / "results"
CLEAN = "clean"

Figures = dict[str, float]
Score = Callable[[Tools, Path, Path], Figures]
Report = dict[str, Any]


def main() -> int:
    """Measure and report; the exit status is 1 where an answer failed or was not verbatim."""
    parsed = _parse_arguments()
    tools = Tools(parsed.tools or parsed.data.parent / "tools")
    with (
        tempfile.TemporaryDirectory() as folder,
        use_service(parsed.url, Path(folder) / "service.log") as url,
    ):
        corpora = {
            name: pick(load_articles(parsed.data / f"{name}.jsonl"), parsed.limit) for name in SETS
        }
        rows = measure(url, corpora, tools, Path(folder))
        model = fetch_model(url)
    articles = {name: len(lines) for name, lines in corpora.items()}
    report = {**describe_run(), "model": model, "limit": parsed.limit, "articles": articles}
    table = write_report({**report, "rows": rows}, parsed.results)
    print(table.read_text())
    print(f"Written to {table}")
    return 0 if all(row["failed"] == row["not_verbatim"] == 0 for row in rows) else 1


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evaluation.robustness", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder with entities/ and quotes/")
    parser.add_argument("--tools", type=Path, help="the scorers; default: tools/ beside the data")
    parser.add_argument("--url", help="a running service; default: one of this checkout's own")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where to write the figures")
    parser.add_argument("--limit", type=int, help="the most articles of each corpus; default: all")
    return parser.parse_args()


def pick(lines: Sequence[Line], limit: int | None) -> list[Line]:
    """Return at most `limit` lines, from all over the corpus."""
    if limit is None or limit >= len(lines):
        return list(lines)
    return [lines[number * len(lines) // limit] for number in range(limit)]


def _score_mentions(tools: Tools, gold: Path, prediction: Path) -> Figures:
    return {"names": tools.score_mentions(gold, prediction)["micro"]["F"]}


def _score_speech(tools: Tools, gold: Path, prediction: Path) -> Figures:
    """Return the F of speech that is found with the right source.

    The scorer tells speech by the cue as it stands in the damaged text: under noise,
    an indirect quote whose cue is misread, about one in twenty, does not count.
    """
    scores = tools.score_quotes(gold, prediction, speech_only=True)
    return {"speech": scores["all"]["joint"], "direct speech": scores["direct"]["joint"]}


def _score_speakers(tools: Tools, gold: Path, prediction: Path) -> Figures:
    return {"names": tools.score_speakers(gold, prediction)["mentions"]["F"]}


SETS: dict[str, Score] = {
    "entities/ww.dev": _score_mentions,
    "entities/uner_ewt.dev": _score_mentions,
    "quotes/polnear.dev": _score_speech,
    "quotes/speakers_entities.dev": _score_speakers,
}


def measure(
    url: str, corpora: Mapping[str, Sequence[Line]], tools: Tools, folder: Path
) -> list[Report]:
    """Return one row of figures for the clean corpora, and one for each perturbation."""
    clean = _measure_row(url, corpora, tools, folder)
    rows = [{"perturbation": CLEAN, "changed": 0, **clean}]
    for name in PERTURBATIONS:
        print(f"Reading with {name}", flush=True)
        damaged = {
            corpus: [perturb(line, name) for line in lines] for corpus, lines in corpora.items()
        }
        row = _measure_row(url, damaged, tools, folder)
        changed = sum(_count_changed(corpora[corpus], damaged[corpus]) for corpus in corpora)
        loss = {
            figure: round(before - row["F"][figure], 1) for figure, before in clean["F"].items()
        }
        rows.append({"perturbation": name, "changed": changed, **row, "loss": loss})
    return rows


def _measure_row(
    url: str, corpora: Mapping[str, Sequence[Line]], tools: Tools, folder: Path
) -> Report:
    figures: Figures = {}
    asked = []
    for corpus, lines in corpora.items():
        gold, prediction = folder / "gold.jsonl", folder / "prediction.jsonl"
        _write_lines(gold, lines)
        asked.append(tools.predict(gold, prediction, url))
        data = Path(corpus).name
        for figure, value in SETS[corpus](tools, gold, prediction).items():
            figures[f"{data}, {figure}"] = value
    sums = {key: sum(each[key] for each in asked) for key in ("failed", "not_verbatim")}
    return {"F": figures, **sums}


def _write_lines(path: Path, lines: Iterable[Line]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)


def _count_changed(clean: Iterable[Line], damaged: Iterable[Line]) -> int:
    return sum(a["text"] != b["text"] for a, b in zip(clean, damaged, strict=True))


def write_report(report: Report, folder: Path) -> Path:
    """Write robustness-DATE-COMMIT.json and .md to `folder`, and return the latter's path."""
    return write_results(report, folder, render(report), prefix="robustness-")


def render(report: Report) -> str:
    """Return the report as Markdown."""
    lines = [*render_head(report, "Robustness"), _describe_articles(report), ""]
    lines.append("F of each figure, and in parentheses how many points the perturbation costs.")
    return "\n".join([*lines, "", *render_losses(report["rows"])])


def _describe_articles(report: Report) -> str:
    some = "all articles" if report["limit"] is None else f"at most {report['limit']} of each"
    counts = [f"{Path(corpus).name} {count}" for corpus, count in report["articles"].items()]
    failed, not_verbatim = (
        sum(row[key] for row in report["rows"]) for key in ("failed", "not_verbatim")
    )
    listed = ", ".join(counts)
    return f"Articles ({some}): {listed}. {failed} failed, {not_verbatim} not verbatim."


def render_losses(rows: Sequence[Report]) -> Iterator[str]:
    """Yield a table of every figure, clean and under each perturbation."""
    figures = list(rows[0]["F"])
    yield from tabulate(
        ("perturbation", "articles changed", *figures),
        (
            (row["perturbation"], row["changed"], *(_render_figure(row, f) for f in figures))
            for row in rows
        ),
    )


def _render_figure(row: Report, figure: str) -> str:
    value = f"{row['F'][figure]:.1f}"
    return f"{value} ({row['loss'][figure]:.1f})" if "loss" in row else value


if __name__ == "__main__":
    sys.exit(main())
