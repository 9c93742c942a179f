"""`whosaid people`: who is quoted most in an archive, and when."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.document import EntityType
from service.cli.extras import require
from service.cli.plotting import (
    MOST_BARS,
    MOST_LINES,
    SUFFIXES,
    Period,
    choose_period,
    draw_bars,
    name_period,
    plot_trend,
)
from service.cli.quotes import CSV, archive_options, read_days, show, tell, write_rows

if TYPE_CHECKING:
    from rich.console import RenderableType

    from service.archive.queries import Point, SpeakerCount, Tally

_ANY = "any"


def _check_plot(ctx: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
    if path and path.suffix.lower() not in SUFFIXES:
        raise click.BadParameter(f"{path}: its name does not end in {' or '.join(SUFFIXES)}")
    return path


@click.command(
    short_help="Count who is quoted most in an archive.",
    epilog="""\b
Examples:
  whosaid people archive
  whosaid people --type organisation --since 2016-01-01 --by quarter archive
  whosaid people --top 5 --plot people.svg archive""",
)
@archive_options
@click.option(
    "--type",
    type=click.Choice([*(type_.value for type_ in EntityType), _ANY]),
    default=EntityType.PERSON.value,
    show_default=True,
    help="Whom to count.",
)
@click.option(
    "--top", type=click.IntRange(min=1), default=10, show_default=True, help="Count so many."
)
@click.option(
    "--by",
    type=click.Choice([period.value for period in Period]),
    help=f"Of what length the trend's periods are. Default: at most {MOST_BARS} of them.",
)
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_check_plot,
    metavar="FILE",
    help=f"Plot the trend of the first {MOST_LINES} to this file, .svg or .png, as well.",
)
def people(
    archive: str,
    since: datetime | None,
    until: datetime | None,
    form: str | None,
    by: str | None,
    plot: Path | None,
    **wanted: Any,
) -> None:
    """Count who is quoted most in an archive, and show when.

    ARCHIVE is what whosaid batch --engine ray wrote: a folder, or a URI such as
    s3://desk/archive. Speakers with a URI are told apart by that, others by their name,
    whatever its case. A quote of several together counts for each. With --json each has their
    trend as well: quotes in each period, and their share of all its quotes, from 0 to 1; with
    --csv, a column for each period.
    """
    require("archive", "duckdb", "pyarrow", *(["matplotlib"] if plot else []))
    # Here, because DuckDB and Arrow take a while to import.
    from service.archive.queries import open_archive

    days = read_days(since, until)
    with open_archive(archive) as opened:
        counts = opened.count_people(days, **wanted)
        tally = opened.tally(days)
        period = _find_period(by, tally)
        trend = opened.find_trend(counts, days, by=period)
    if form is None:
        show(_list(counts, trend, period))
    elif form == CSV:
        _write_csv(counts, trend, period)
    else:
        rows = (_describe(*each, period) for each in zip(counts, trend, strict=True))
        write_rows(form, (), rows)
    if plot and any(trend):
        plot_trend(plot, counts, trend, period)
    elif plot:
        tell(f"{plot}: not written, since there is no trend to plot")
    for note in _remark(tally):
        tell(note)


def _find_period(by: str | None, tally: "Tally") -> Period:
    if by or not (tally.first and tally.last):
        return Period(by or Period.YEAR)
    return choose_period(tally.first, tally.last)


def _describe(count: "SpeakerCount", points: Sequence["Point"], period: Period) -> dict[str, Any]:
    trend = [
        {
            "period": name_period(point.period, period),
            "quotes": point.quotes,
            "share": round(point.share, 4),
        }
        for point in points
    ]
    return {**_strip(count), "trend": trend}


def _strip(count: "SpeakerCount") -> dict[str, Any]:
    """Return what is told of somebody: all but what tells one from another within."""
    row = asdict(count)
    del row["speaker"]
    return row


def _write_csv(
    counts: Sequence["SpeakerCount"], trend: Sequence[Sequence["Point"]], period: Period
) -> None:
    from service.archive.queries import SpeakerCount

    periods = [name_period(point.period, period) for points in trend[:1] for point in points]
    names = [field.name for field in fields(SpeakerCount)][1:]
    rows = (
        _strip(count) | dict(zip(periods, (point.quotes for point in points), strict=True))
        for count, points in zip(counts, trend, strict=True)
    )
    write_rows(CSV, [*names, *periods], rows)


def _list(
    counts: Sequence["SpeakerCount"], trend: Sequence[Sequence["Point"]], period: Period
) -> Iterator["RenderableType"]:
    from rich.table import Table
    from rich.text import Text

    from service.cli.showing import STYLES, make_harmless

    if not counts:
        return
    shown = [points[-MOST_BARS:] for points in trend]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("speaker")
    for name in ("quotes", "documents"):
        table.add_column(name, justify="right")
    for name in ("first", "last", _head(shown[0], period)):
        table.add_column(name, no_wrap=True)
    for count, points in zip(counts, shown, strict=True):
        table.add_row(
            Text(make_harmless(count.name), STYLES[EntityType(count.type)]),
            str(count.quotes),
            str(count.documents),
            *(str(day or "") for day in (count.first, count.last)),
            draw_bars([point.quotes for point in points]),
        )
    yield table


def _head(points: Sequence["Point"], period: Period) -> str:
    if not points:
        return ""
    first, last = (name_period(point.period, period) for point in (points[0], points[-1]))
    return f"{first} to {last}" if first != last else first


def _remark(tally: "Tally") -> Iterator[str]:
    """Yield what nobody is counted for, and what the trend leaves out."""
    if tally.unknown:
        yield f"{tally.unknown} of {tally.quotes} quotes have no known speaker"
    if tally.undated:
        yield f"{tally.undated} of {tally.quotes} quotes have no known date, and are in no trend"
    if not tally.quotes:
        yield "no quotes"
