"""`whosaid quotes`: what somebody says in an archive."""

import csv
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from analysis.document import EntityType, QuoteKind
from service.cli.asking import write_json
from service.cli.extras import require

if TYPE_CHECKING:
    from rich.console import RenderableType

    from service.archive.queries import Days, FoundQuote

JSON, CSV = "json", "csv"
_DAY = click.DateTime(formats=["%Y-%m-%d"])


def archive_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command an archive, the days that it asks about, and the form of what is found."""
    for option in (
        click.option("--csv", "form", flag_value=CSV, help="Write CSV, with a line of names."),
        click.option("--json", "form", flag_value=JSON, help="Write JSON, one object a line."),
        click.option("--until", type=_DAY, metavar="YYYY-MM-DD", help="The last day, in UTC."),
        click.option("--since", type=_DAY, metavar="YYYY-MM-DD", help="The first day, in UTC."),
        click.argument("archive", metavar="ARCHIVE"),
    ):
        command = option(command)
    return command


@click.command(
    short_help="Find what somebody says in an archive.",
    epilog="""\b
Examples:
  whosaid quotes --speaker "Ana Sousa" archive
  whosaid quotes --speaker Sousa --since 2016-01-01 --until 2016-12-31 archive
  whosaid quotes --speaker Sousa --kind direct --limit 0 --csv archive > sousa.csv""",
)
@archive_options
@click.option(
    "--speaker",
    required=True,
    help="Words of the speaker's name or of an alias, in any order; or exactly a URI.",
)
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in QuoteKind]),
    help="All, some or none of the words stand in quotation marks.",
)
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0,
    help="Leave out the quotes whose attribution is less sure, from 0 to 1.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="Show no more than so many; 0 for all.",
)
def quotes(
    archive: str,
    speaker: str,
    since: datetime | None,
    until: datetime | None,
    form: str | None,
    **wanted: Any,
) -> None:
    """Find what somebody says in an archive, newest first.

    ARCHIVE is what whosaid batch --engine ray wrote: a folder, or a URI such as
    s3://desk/archive. What is found is a quote of its speaker alone or of several together;
    quotes that the text does not clearly attribute are never found. Quotes of texts without a
    date come last, and are left out with --since or --until.
    """
    require("archive", "duckdb", "pyarrow")
    # Here, because DuckDB and Arrow take a while to import.
    from service.archive.queries import FoundQuote, open_archive

    days = read_days(since, until)
    with open_archive(archive) as opened:
        found, total = opened.find_quotes(speaker, days, **wanted)
    if form is None:
        show(part for quote in found for part in _describe(quote))
    else:
        names = [field.name for field in fields(FoundQuote)]
        write_rows(form, names, (asdict(quote) for quote in found))
    if len(found) < total:
        tell(f"{len(found)} of {total} quotes; --limit shows more, 0 all")
    elif not found:
        tell(f"no quote of “{speaker}”")


def read_days(since: datetime | None, until: datetime | None) -> "Days":
    """Return the days that options name. Raises UsageError where there are none."""
    from service.archive.queries import Days

    try:
        return Days(since and since.date(), until and until.date())
    except ValueError:
        raise click.UsageError("--since is after --until") from None


def write_rows(form: str, names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows on standard output, as JSON Lines or as CSV with a line of names."""
    if form == JSON:
        for row in rows:
            click.echo(write_json({name: _make_plain(value) for name, value in row.items()}))
        return
    writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _make_flat(value) for name, value in row.items()})


def _make_plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _make_flat(value: Any) -> Any:
    return "; ".join(value) if isinstance(value, tuple) else _make_plain(value)


def show(parts: Iterable["RenderableType"]) -> None:
    """Print parts on standard output: in colour on a terminal, unless NO_COLOR is set."""
    from service.cli.showing import open_console

    console = open_console()
    for part in parts:
        console.print(part)


def tell(note: str) -> None:
    """Say on standard error what stands in no row."""
    print(f"whosaid: {note}", file=sys.stderr)


def _describe(quote: "FoundQuote") -> Iterable["RenderableType"]:
    from rich.padding import Padding
    from rich.text import Text

    from service.cli.showing import STYLES, make_harmless

    day = f"{quote.published:%Y-%m-%d}" if quote.published else "no date"
    speakers = " and ".join(quote.joint or (quote.speaker_name,))
    place = f"{quote.source}, row {quote.row}" + (f", id {quote.id}" if quote.id else "")
    yield Text.assemble(
        f"{day}  ",
        (make_harmless(speakers), STYLES[EntityType(quote.speaker_type)]),
        (f"  {quote.kind}, {quote.attitude}, {quote.attribution_confidence:.2f}", "dim"),
        (f"  {make_harmless(place)}", "dim"),
    )
    words = Text(" ".join(make_harmless(quote.text).split()))
    yield Padding(words, (0, 0, 0, 4), expand=False)
