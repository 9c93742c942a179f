"""`python -m evaluation.runtime_cost DATA`: what the shipped runtime costs in accuracy.

The development corpora are read twice in this process: as the service reads them, and with an
encoder of the same weights in float32 PyTorch. Everything around the encoder is the same.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.pipeline import WhosaidPipeline
from evaluation.counts import add_up
from evaluation.mentions import compare, count_by_article, trim
from evaluation.predictions import Scope
from evaluation.quotes import ALL, compare_quotes
from evaluation.readers import PipelineReader
from evaluation.scores import Tools
from evaluation.sets import load_articles
from evaluation.tables import tabulate
from evaluation.timing import Row
from training.network import load_network

ENTITIES = "entities/ww.dev"
QUOTES = "quotes/polnear.dev"
MOST_LOST = 0.3


def main() -> int:
    """Measure and print; the exit status is 1 where too much is lost."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.runtime_cost", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder with entities/ and quotes/")
    parser.add_argument("--tools", type=Path, help="the scorers; default: tools/ beside the data")
    parsed = parser.parse_args()
    rows = measure_cost(parsed.data, Tools(parsed.tools or parsed.data.parent / "tools"))
    print("\n".join(tabulate(Row.HEADS, (row.list_cells() for row in rows))))
    return 0 if all(row.met for row in rows) else 1


def measure_cost(data: Path, tools: Tools) -> list[Row]:
    """Return F1 of entities and of quotes with both runtimes, and hold the loss to its bound."""
    words = tools.read_speech_words()
    articles, quoted = (load_articles(data / f"{name}.jsonl") for name in (ENTITIES, QUOTES))
    shipped, exact = WhosaidPipeline(), WhosaidPipeline()
    # Stanza builds its processors itself, each with the model that ships.
    exact._pipeline.processors["encoding"].model = load_network()
    readers = PipelineReader(shipped), PipelineReader(exact)
    return [
        _compare(
            f"Entities of {ENTITIES}, micro F1",
            *(score_entities(reader, articles) for reader in readers),
        ),
        _compare(
            f"Speech of {QUOTES}, F1 of contents with the right source",
            *(score_quotes(reader, quoted, words) for reader in readers),
        ),
    ]


def score_entities(reader: PipelineReader, articles: Sequence[Mapping[str, Any]]) -> float:
    """Return micro F1 of names in percent, counted as the shared scorer does."""
    answers = reader.read([article["text"] for article in articles], Scope.SPEECH)
    pairs = zip(articles, answers.names, strict=True)
    return add_up(count_by_article(compare(gold, names, trim) for gold, names in pairs)).f1


def score_quotes(
    reader: PipelineReader, articles: Sequence[Mapping[str, Any]], words: frozenset[str]
) -> float:
    """Return F1 of quotes found with the right source in percent, as the shared scorer does."""
    answers = reader.read([article["text"] for article in articles], Scope.SPEECH)
    pairs = zip(articles, answers.predictions, strict=True)
    comparisons = [compare_quotes(*pair, words) for pair in pairs]
    return add_up(each.count(each.attributed, ALL) for each in comparisons).f1


def _compare(what: str, shipped: float, exact: float) -> Row:
    lost = exact - shipped
    return Row(
        f"{what}: shipped, and lost by it",
        f"{shipped:.2f}, {lost:.2f} (float32: {exact:.2f})",
        f"at most {MOST_LOST:g} lost",
        lost <= MOST_LOST,
        lost,
    )


if __name__ == "__main__":
    raise SystemExit(main())
