"""`python -m evaluation DATA`: score a service and write the figures to evaluation/results."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evaluation.breakdowns import list_forms
from evaluation.client import fetch_model
from evaluation.excerpts import cut_first_line, cut_sentences, sample
from evaluation.figures import check_agreement, describe_checked
from evaluation.load import compare_under_load
from evaluation.mentions import Comparison, Trim, count_by_article, keep, trim
from evaluation.names import (
    describe_calibration,
    describe_excerpts,
    describe_kinds,
    describe_regions,
    describe_seen,
)
from evaluation.predictions import write_predictions
from evaluation.quotes import ALL, compare_quotes
from evaluation.report import describe_run, write_report
from evaluation.scores import Scores, Tools
from evaluation.seed import score_seed
from evaluation.server import use_service
from evaluation.sets import NameSet, ask_articles, ask_excerpts, load_articles

RESULTS = Path(__file__).parent / "results"
LOAD_ARTICLES = 32
LOAD_MAX_CHARS = 5000


def main() -> int:
    """Evaluate and report; the exit status is 1 where an answer was wrong in itself."""
    parsed = _parse_arguments()
    tools = Tools(parsed.tools or parsed.data.parent / "tools")
    with (
        tempfile.TemporaryDirectory() as folder,
        use_service(parsed.url, Path(folder) / "service.log") as url,
    ):
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


def _evaluate(url: str, data: Path, tools: Tools, folder: Path) -> dict[str, Any]:
    sets = {gold: _ask(url, data / f"{gold}.jsonl", trim) for gold, trim in NAMES.items()}
    runs = [
        _run_names(sets[gold], data / f"{gold}.jsonl", tools, folder) for gold in NAMES_ONLY
    ] + [_run(url, data / f"{gold}.jsonl", tools, folder, score) for gold, score in QUOTES.items()]
    _check_scores(sets, runs)
    speech = _describe_speech(data / f"{SPEECH}.jsonl", tools, folder, runs)
    print("Reading the sample article", flush=True)
    gold = json.loads((data / "seed" / "gold.json").read_text(encoding="utf-8"))
    seed = score_seed(gold, _predict_one(url, gold, tools, folder))
    print("Asking many at once", flush=True)
    load = compare_under_load(url, _pick_texts(data / "entities" / "ww.dev.jsonl"))
    return {
        "model": fetch_model(url),
        "runs": runs,
        "names": _describe_names(url, data, sets),
        "speech": speech,
        "seed": asdict(seed),
        "load": asdict(load),
    }


def _ask(url: str, gold: Path, trim: Trim) -> NameSet:
    print(f"Reading names of {gold.stem}", flush=True)
    return ask_articles(url, load_articles(gold), trim)


Score = Callable[[Tools, Path, Path], Scores]


def _run_names(names: NameSet, gold: Path, tools: Tools, folder: Path) -> dict[str, Any]:
    prediction = folder / gold.name
    ids = [comparison.id for comparison in names.comparisons]
    write_predictions(prediction, ids, names.answers.predictions)
    scores = tools.score_mentions(gold, prediction)
    return {"data": gold.stem, "asked": names.answers.describe(), "scores": scores}


def _run(url: str, gold: Path, tools: Tools, folder: Path, score: Score) -> dict[str, Any]:
    print(f"Reading {gold.stem}", flush=True)
    prediction = folder / gold.name
    asked = tools.predict(gold, prediction, url)
    return {"data": gold.stem, "asked": asked, "scores": score(tools, gold, prediction)}


def _check_scores(sets: Mapping[str, NameSet], runs: Sequence[Mapping[str, Any]]) -> None:
    """Hold the counts that intervals and breakdowns rest on to what the shared scorers print."""
    scores = {run["data"]: run["scores"] for run in runs}
    for gold, names in sets.items():
        data = Path(gold).name
        printed = scores[data]["micro" if gold in NAMES_ONLY else "mentions"]
        check_agreement(data, count_by_article(names.comparisons), printed["F"])


def _describe_speech(
    gold: Path, tools: Tools, folder: Path, runs: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    words = tools.read_speech_words()
    articles = zip(load_articles(gold), load_articles(folder / gold.name), strict=True)
    comparisons = [compare_quotes(*article, words) for article in articles]
    counts = [each.count(each.attributed, ALL) for each in comparisons]
    (printed,) = (run["scores"]["speech"]["all"] for run in runs if run["data"] == gold.stem)
    return {gold.stem: describe_checked(gold.stem, counts, printed["joint"])}


def _describe_names(url: str, data: Path, sets: Mapping[str, NameSet]) -> dict[str, Any]:
    read = {Path(gold).name: names.comparisons for gold, names in sets.items()}
    worldwide = read[Path(WORLDWIDE).name]
    forms = list_forms(load_articles(data / "entities" / "ww.train.jsonl"))
    return {
        "sets": {name: describe_kinds(comparisons) for name, comparisons in read.items()},
        "regions": describe_regions(worldwide),
        "seen": describe_seen(worldwide, forms),
        "short": {name: _describe_short(url, name, *cut) for name, cut in _cut_short(sets).items()},
        "calibration": {
            name: describe_calibration(comparisons) for name, comparisons in read.items()
        },
    }


def _cut_short(sets: Mapping[str, NameSet]) -> dict[str, tuple[list[Comparison], Trim]]:
    worldwide, headed = sets[WORLDWIDE].comparisons, sets[SPEAKERS].comparisons
    sentences = [sentence for article in worldwide for sentence in cut_sentences(article)]
    return {
        f"sentences of ww.dev, drawn from {len(sentences)}": (sample(sentences), trim),
        "first lines of ww.dev": (list(map(cut_first_line, worldwide)), trim),
        "headlines of speakers_entities.dev": (list(map(cut_first_line, headed)), keep),
    }


def _describe_short(
    url: str, name: str, excerpts: Sequence[Comparison], trim: Trim
) -> dict[str, Any]:
    print(f"Reading {name}", flush=True)
    alone = ask_excerpts(url, excerpts, trim)
    return {
        "asked": alone.answers.describe(),
        **describe_excerpts(alone.comparisons, excerpts),
    }


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


WORLDWIDE = "entities/ww.dev"
SPEECH = "quotes/polnear.dev"
SPEAKERS = "quotes/speakers_entities.dev"
NAMES_ONLY = (WORLDWIDE, "entities/uner_ewt.dev")
# predict.py drops confidences, so names are asked for apart; where nothing but names is labelled
# that is enough, and the speakers' articles are the only ones to be sent twice.
NAMES: dict[str, Trim] = {**dict.fromkeys(NAMES_ONLY, trim), SPEAKERS: keep}
QUOTES: dict[str, Score] = {
    SPEECH: _score_quotes,
    "quotes/polnear.dev.mangled": _score_quotes,
    SPEAKERS: Tools.score_speakers,
}


def _is_sound(report: Mapping[str, Any]) -> bool:
    asked = [part["asked"] for part in (*report["runs"], *report["names"]["short"].values())]
    failed = any(each["failed"] or each["not_verbatim"] for each in asked)
    return not failed and report["load"]["different"] == 0


if __name__ == "__main__":
    sys.exit(main())
