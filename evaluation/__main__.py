"""`python -m evaluation DATA`: score a service and write the figures to evaluation/results."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import requests

from evaluation.load import compare_under_load
from evaluation.report import describe_run, write_report
from evaluation.scores import Scores, Tools
from evaluation.seed import score_seed
from evaluation.server import run_service

RESULTS = Path(__file__).parent / "results"
LOAD_ARTICLES = 32
LOAD_MAX_CHARS = 5000


def main() -> int:
    """Evaluate and report; the exit status is 1 where an answer was wrong in itself."""
    parsed = _parse_arguments()
    tools = Tools(parsed.tools or parsed.data.parent / "tools")
    with tempfile.TemporaryDirectory() as folder, _service(parsed.url, Path(folder)) as url:
        report = {**describe_run(), **_evaluate(url, parsed.data, tools, Path(folder))}
    table = write_report(report, parsed.results)
    print(table.read_text())
    print(f"Written to {table}")
    return 0 if _is_sound(report) else 1


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder with entities/, quotes/ and seed/")
    parser.add_argument("--tools", type=Path, help="the scorers; default: tools/ beside the data")
    parser.add_argument("--url", help="a running service; default: one of this checkout's own")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where to write the figures")
    return parser.parse_args()


@contextmanager
def _service(url: str | None, folder: Path) -> Iterator[str]:
    if url:
        yield url
        return
    print("Starting the service", flush=True)
    with run_service(folder / "service.log") as own_url:
        yield own_url


def _evaluate(url: str, data: Path, tools: Tools, folder: Path) -> dict[str, Any]:
    runs = [
        _run(url, data / f"{name}.jsonl", tools, folder, score) for name, score in CORPORA.items()
    ]
    print("Reading the sample article", flush=True)
    gold = json.loads((data / "seed" / "gold.json").read_text(encoding="utf-8"))
    seed = score_seed(gold, _predict_one(url, gold, tools, folder))
    print("Asking many at once", flush=True)
    load = compare_under_load(url, _pick_texts(data / "entities" / "ww.dev.jsonl"))
    capabilities = requests.get(f"{url}/v1/capabilities", timeout=60).json()
    return {
        "model": capabilities["model"],
        "runs": runs,
        "seed": asdict(seed),
        "load": asdict(load),
    }


Score = Callable[[Tools, Path, Path], Scores]


def _run(url: str, gold: Path, tools: Tools, folder: Path, score: Score) -> dict[str, Any]:
    print(f"Reading {gold.stem}", flush=True)
    prediction = folder / gold.name
    asked = tools.predict(gold, prediction, url)
    return {"data": gold.stem, "asked": asked, "scores": score(tools, gold, prediction)}


def _predict_one(url: str, gold: Mapping[str, Any], tools: Tools, folder: Path) -> Any:
    article, prediction = folder / "seed.jsonl", folder / "seed.prediction.jsonl"
    article.write_text(json.dumps({"id": gold["id"], "text": gold["text"]}) + "\n")
    tools.predict(article, prediction, url)
    return json.loads(prediction.read_text(encoding="utf-8"))


def _pick_texts(gold: Path) -> list[str]:
    with gold.open(encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    return [text for text in texts if len(text) <= LOAD_MAX_CHARS][:LOAD_ARTICLES]


def _score_quotes(tools: Tools, gold: Path, prediction: Path) -> Scores:
    return {
        "attributions": tools.score_quotes(gold, prediction, speech_only=False),
        "speech": tools.score_quotes(gold, prediction, speech_only=True),
    }


CORPORA: dict[str, Score] = {
    "entities/ww.dev": Tools.score_mentions,
    "entities/uner_ewt.dev": Tools.score_mentions,
    "quotes/polnear.dev": _score_quotes,
    "quotes/polnear.dev.mangled": _score_quotes,
    "quotes/speakers_entities.dev": Tools.score_speakers,
}


def _is_sound(report: Mapping[str, Any]) -> bool:
    asked = [run["asked"] for run in report["runs"]]
    failed = any(run["failed"] or run["not_verbatim"] for run in asked)
    return not failed and report["load"]["different"] == 0


if __name__ == "__main__":
    sys.exit(main())
