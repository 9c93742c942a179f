"""Figures as Markdown tables, for reports and for the model card."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from evaluation.intervals import RESAMPLES

Figures = Mapping[str, Any]


def tabulate(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield the lines of a table and the blank line after it."""
    heads = list(columns)
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield " ".join(["|", *(f"{cell} |".lstrip() for cell in row)])
    yield ""


def render_names(names: Figures, speech: Figures) -> Iterator[str]:
    """Yield all tables of names, each below a line that says what it holds."""
    for line, table in (
        (
            f"95 % intervals are of {RESAMPLES} resamples of articles.",
            render_intervals(names, speech),
        ),
        ("Worldwide, by the region of the world that an article is from:", render_regions(names)),
        (
            "Worldwide, by whether the form of a name is labelled in `ww.train` (seen) or not:",
            render_seen(names),
        ),
        ("Excerpts sent alone, and read within their articles:", render_short(names)),
        (
            "Confidences of names, the share that is right, and the expected calibration error in "
            "ten bins:",
            render_calibration(names["calibration"], "names"),
        ),
    ):
        yield line
        yield ""
        yield from table


def render_intervals(names: Figures, speech: Figures) -> Iterator[str]:
    """Yield F1 with its interval: of names by set and type, and of speech."""
    yield from tabulate(
        ("data", "figure", "F1", "95 % interval", "labelled", "articles"),
        [
            *(
                (data, f"names, {kind}", *_list_interval(figures))
                for data, kinds in names["sets"].items()
                for kind, figures in kinds.items()
            ),
            *(
                (data, "speech, found with the right source", *_list_interval(figures))
                for data, figures in speech.items()
            ),
        ],
    )


def render_regions(names: Figures) -> Iterator[str]:
    """Yield F1 of names by region of the world."""
    yield from tabulate(
        ("region", "P", "R", "F1", "95 % interval", "labelled", "articles"),
        (
            (region, figures["P"], figures["R"], *_list_interval(figures))
            for region, figures in names["regions"].items()
        ),
    )


def render_seen(names: Figures) -> Iterator[str]:
    """Yield the recall of names by whether training showed their form."""
    yield from tabulate(
        ("names", "recall of seen", "labelled", "recall of unseen", "labelled"),
        (
            (
                kind,
                *(figures[seen][key] for seen in ("seen", "unseen") for key in ("R", "labelled")),
            )
            for kind, figures in names["seen"].items()
        ),
    )


def render_short(names: Figures) -> Iterator[str]:
    """Yield F1 of names in excerpts that are sent alone, and in the same within their articles."""
    yield from tabulate(
        ("excerpts", "texts", "F1 alone", "95 % interval", "F1 within the article", "labelled"),
        (
            (
                excerpts,
                figures["texts"],
                figures["alone"]["F"],
                _format_interval(figures["alone"]),
                figures["within"]["F"],
                figures["alone"]["labelled"],
            )
            for excerpts, figures in names["short"].items()
        ),
    )


def render_calibration(calibration: Figures, what: str) -> Iterator[str]:
    """Yield calibration errors, and mean confidence beside the share that is right.

    `what` is the word for whatever was judged, as in `describe_judgements`.
    """
    yield from tabulate(
        ("data", what, "confidence", "right", "error", "in bins of equal width"),
        (
            (
                data,
                figures[what],
                *(
                    f"{figures[key]:.3f}"
                    for key in ("confidence", "right", "error", "error_equal_width")
                ),
            )
            for data, figures in calibration.items()
        ),
    )


def render_quotes(quotes: Figures) -> Iterator[str]:
    """Yield F1 of quotes with its interval, by corpus and by what is asked of a quote."""
    yield from tabulate(
        ("data", "quotes", "F1", "95 % interval", "labelled", "articles"),
        (
            (data, figure, *_list_interval(figures))
            for data, by_figure in quotes.items()
            for figure, figures in by_figure.items()
        ),
    )


def render_speakers(speakers: Figures) -> Iterator[str]:
    """Yield shares of quotes with the right speaker and with a wrong name, and F1 of entities."""
    yield from tabulate(
        ("data", "quotes", "labelled", "right, %", "95 %", "wrong name of found, %", "95 %"),
        (
            (data, row, shares["right"]["labelled"], *_list_shares(shares))
            for data, figures in speakers.items()
            for row, shares in figures["rows"].items()
        ),
    )
    yield from tabulate(
        ("data", "figure", "F1", "95 % interval", "labelled", "articles"),
        (
            (data, figure, *_list_interval(figures[figure]))
            for data, figures in speakers.items()
            for figure in ("entities", "B3")
        ),
    )


def _list_shares(shares: Figures) -> Iterator[object]:
    for share in ("right", "wrong name"):
        yield from (shares[share]["F"], _format_interval(shares[share]))


def _list_interval(figures: Figures) -> tuple[object, ...]:
    return figures["F"], _format_interval(figures), figures["labelled"], figures["articles"]


def _format_interval(figures: Figures) -> str:
    return f"{figures['low']} to {figures['high']}"
