"""Corpora of quotes, read and measured: how well, how surely, and what went wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.answers import Answers
from evaluation.confidences import describe_confidences
from evaluation.figures import Figures, describe_checked
from evaluation.listing import Miss, list_quote_misses, list_speaker_misses
from evaluation.predictions import Prediction, Scope, write_predictions
from evaluation.quotes import (
    ALL,
    KINDS,
    QuoteComparison,
    compare_quotes,
)
from evaluation.readers import Reader
from evaluation.scores import Tools
from evaluation.sets import load_articles
from evaluation.speakers import (
    SpeakerComparison,
    compare_speakers,
    count_entities,
    count_grouping,
)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Labelled articles in a file, what came back for them, and the file that holds that."""

    name: str
    gold: Path
    prediction: Path
    answers: Answers

    def pairs(self) -> Iterator[tuple[Mapping[str, Any], Prediction]]:
        """Yield each article with what came back for it."""
        return zip(load_articles(self.gold), self.answers.predictions, strict=True)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a corpus tells: figures and calibration errors by what they are of, and the faults."""

    name: str
    figures: dict[str, Any]
    calibration: dict[str, Figures]
    misses: tuple[Miss, ...]
    asked: dict[str, Any]


def read_corpus(reader: Reader, gold: Path, scope: Scope, folder: Path) -> Corpus:
    """Have every article of a file read; a file in `folder` keeps what comes back."""
    name = f"{gold.stem}, scope {scope}"
    print(f"Reading {name}", flush=True)
    articles = load_articles(gold)
    answers = reader.read([article["text"] for article in articles], scope)
    prediction = folder / f"{gold.stem}.{scope}.jsonl"
    write_predictions(prediction, (each["id"] for each in articles), answers.predictions)
    return Corpus(name, gold, prediction, answers)


def measure_quotes(corpus: Corpus, tools: Tools) -> Measured:
    """Measure the speech of a corpus that labels sources, but not who they are."""
    words = tools.read_speech_words()
    comparisons = [compare_quotes(*pair, words) for pair in corpus.pairs()]
    return Measured(
        name=corpus.name,
        figures=_describe_quotes(corpus, comparisons, tools),
        calibration=describe_confidences(
            outcome for each in comparisons for outcome in each.outcomes()
        ),
        misses=tuple(miss for each in comparisons for miss in list_quote_misses(each)),
        asked=corpus.answers.describe(),
    )


def measure_speakers(corpus: Corpus, tools: Tools) -> Measured:
    """Measure a corpus that labels speakers and entities."""
    comparisons = [compare_speakers(*pair) for pair in corpus.pairs()]
    return Measured(
        name=corpus.name,
        figures=_describe_speakers(corpus, comparisons, tools),
        calibration=describe_confidences(
            outcome for each in comparisons for outcome in each.outcomes()
        ),
        misses=tuple(miss for each in comparisons for miss in list_speaker_misses(each)),
        asked=corpus.answers.describe(),
    )


def _describe_quotes(
    corpus: Corpus, comparisons: Sequence[QuoteComparison], tools: Tools
) -> dict[str, Figures]:
    printed = tools.score_quotes(corpus.gold, corpus.prediction, speech_only=True)
    figures = {
        f"found with the right source, {kind}": (
            [each.count(each.attributed, kind) for each in comparisons],
            printed[kind]["joint"],
        )
        for kind in KINDS
    }
    exact = [each.count(each.exact, ALL) for each in comparisons]
    figures[f"exact content, {ALL}"] = exact, printed[ALL]["exact"]
    return {
        figure: describe_checked(f"{corpus.name}: {figure}", counts, f1)
        for figure, (counts, f1) in figures.items()
    }


def _describe_speakers(
    corpus: Corpus, comparisons: Sequence[SpeakerComparison], tools: Tools
) -> dict[str, Any]:
    printed = tools.score_speakers(corpus.gold, corpus.prediction)
    entities = [count_entities(*pair) for pair in corpus.pairs()]
    grouping = [count_grouping(*pair) for pair in corpus.pairs()]
    return {
        "rows": {
            row: {
                "right": describe_checked(
                    f"{corpus.name}: {row}",
                    [each.count_right(row) for each in comparisons],
                    shares["right"],
                ),
                "wrong name": describe_checked(
                    f"{corpus.name}: wrong name, {row}",
                    [each.count_wrong_names(row) for each in comparisons],
                    shares["wrong name"],
                ),
            }
            for row, shares in printed["speakers"].items()
        },
        "entities": describe_checked(
            f"{corpus.name}: entities", entities, printed["entities"]["F"]
        ),
        "B3": describe_checked(f"{corpus.name}: B3", grouping, printed["B3"]["F"]),
    }
