"""`whosaid evaluate`: how well a gold file's labels are found."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

import click

from analysis.document import EntityType, Mention, Span
from analysis.errors import WhosaidError
from schemas.selections import Scope
from service.cli.asking import ask_options, open_client

if TYPE_CHECKING:
    from evaluation.counts import Counts
    from service.client import Client

Figures = dict[str, dict[str, float]]
Pair = tuple[Mapping[str, Any], Mapping[str, Any]]
_LABELS = ("mentions", "attributions", "speakers")


class NotGold(WhosaidError):
    """A file is not one of labelled articles."""


@click.command(
    short_help="Score the model on labelled articles.",
    epilog="""\b
Examples:
  whosaid evaluate gold.jsonl
  whosaid evaluate gold.jsonl --json --url http://localhost:8000""",
)
@click.argument(
    "gold", metavar="GOLD.jsonl", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="Write the figures as JSON.")
@ask_options
def evaluate(gold: Path, as_json: bool, url: str | None, key: str | None) -> None:
    """Score the model on labelled articles, one JSON object a line.

    Each has a text, and labels: mentions (start, end, type), attributions (content, source, kind),
    or entities and speakers. What has labels is scored; docs/cli.md describes them. Offsets are
    code points, figures percent.
    """
    articles = _load(gold)
    with open_client(url, key) as client:
        pairs = list(zip(articles, _predict(client, articles), strict=True))
    try:
        figures = score(pairs)
    except (KeyError, TypeError, ValueError) as error:
        raise NotGold(f"{gold}: labels are not what they should be: {error!r}") from error
    if as_json:
        click.echo(json.dumps({"articles": len(articles), "figures": figures}))
    else:
        _show(figures, len(articles))


def _load(path: Path) -> list[dict[str, Any]]:
    articles = []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                article = json.loads(line)
            except ValueError:
                article = None
            if not _is_gold(article):
                raise NotGold(f"{path}, line {number}: not an article with labels")
            articles.append({"id": str(number), **article})
    return articles


def _is_gold(article: Any) -> bool:
    return (
        isinstance(article, dict)
        and isinstance(article.get("text"), str)
        and any(name in article for name in _LABELS)
    )


def _predict(client: "Client", articles: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    # Here, because those who only analyze have no use for scorers.
    from evaluation.predictions import convert_answer
    from service.client import ProblemError

    predictions: list[Mapping[str, Any]] = []
    asked = ({"text": article["text"], "scope": Scope.ALL} for article in articles)
    for result in client.fetch_results(asked):
        if "problem" in result:
            raise ProblemError(result["problem"])
        predictions.append(convert_answer(result["answer"]))
    return predictions


def score(pairs: Sequence[Pair]) -> Figures:
    """Return the figures of whatever is labelled, by what they are of; all in percent."""
    return {**_score_names(pairs), **_score_quotes(pairs), **_score_speakers(pairs)}


def _score_names(pairs: Sequence[Pair]) -> Figures:
    from evaluation.counts import add_up
    from evaluation.mentions import compare, keep, trim

    # As the scorers of these corpora do: where speakers are labelled, names are exact.
    comparisons = [
        compare(gold, map(_read_name, found["mentions"]), keep if "speakers" in gold else trim)
        for gold, found in pairs
        if "mentions" in gold
    ]
    if not comparisons:
        return {}
    by_type = {
        f"names: {type_}": _measure(add_up(each.count(type_) for each in comparisons))
        for type_ in EntityType
    }
    macro = {
        figure: round(mean(each[figure] for each in by_type.values()), 1)
        for figure in ("P", "R", "F1")
    }
    micro = _measure(add_up(each.count() for each in comparisons))
    return {**by_type, "names, micro": micro, "names, macro": macro}


def _score_quotes(pairs: Sequence[Pair]) -> Figures:
    from evaluation.counts import add_up
    from evaluation.quotes import KINDS, compare_quotes

    comparisons = [compare_quotes(*pair) for pair in pairs if "attributions" in pair[0]]
    if not comparisons:
        return {}
    return {
        f"quotes, {what}: {kind}": _measure(
            add_up(each.count(getattr(each, right), kind) for each in comparisons)
        )
        for what, right in (("found", "found"), ("with their source", "attributed"))
        for kind in KINDS
    }


def _score_speakers(pairs: Sequence[Pair]) -> Figures:
    from evaluation.counts import add_up
    from evaluation.quotes import KINDS
    from evaluation.speakers import compare_speakers

    comparisons = [compare_speakers(*pair) for pair in pairs if "speakers" in pair[0]]
    if not comparisons:
        return {}
    return {
        f"speakers: {row}": {
            "right": round(add_up(each.count_right(row) for each in comparisons).recall, 1),
            "wrong name": round(
                add_up(each.count_wrong_names(row) for each in comparisons).recall, 1
            ),
        }
        for row in KINDS
    }


def _read_name(mention: Mapping[str, Any]) -> Mention:
    span = Span(mention["start"], mention["end"])
    return Mention(span, EntityType(mention["type"]), mention["confidence"])


def _measure(counts: "Counts") -> dict[str, float]:
    figures = {"P": counts.precision, "R": counts.recall, "F1": counts.f1}
    return {name: round(figure, 1) for name, figure in figures.items()}


def _show(figures: Figures, articles: int) -> None:
    # Here, because rich takes a while to import.
    from rich.console import Console
    from rich.table import Table

    table = Table("percent", "precision", "recall", "F1", "right", "wrong name", box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for name, row in figures.items():
        cells = (row.get(key) for key in ("P", "R", "F1", "right", "wrong name"))
        table.add_row(name, *("" if cell is None else f"{cell:.1f}" for cell in cells))
    table.caption = f"{articles} articles"
    Console(highlight=False).print(table)
