"""The terminal's side of `whosaid batch --engine ray`."""

import sys
from collections.abc import Iterable, Mapping
from contextlib import closing

import click

from service.cli.exits import OK, REJECTED
from service.cli.extras import require
from service.cli.watching import watch


def answer_archive(
    input: str,
    output: str,
    columns: Iterable[str],
    options: Mapping[str, str],
    address: str | None,
    actors: int | None,
) -> int:
    """Write the tables of an archive, show how far they are, and return the exit status."""
    require("ray", "ray", "pyarrow")
    # Here, because Ray takes seconds to import.
    from service.archive.engine import Job, run

    job = Job(
        input=input,
        output=output,
        columns=_read_columns(columns),
        options=options,
        address=address,
        actors=actors,
    )
    with closing(run(job)) as steps:
        progress = next(steps)
        if progress.passed_over:
            names = ", ".join(sorted(progress.passed_over))
            print(f"whosaid: columns that no field is read from: {names}", file=sys.stderr)
        with watch(progress.size) as bar:
            bar.advance(progress.done, progress.answered + progress.rejected)
            for progress in steps:
                bar.advance(progress.done, progress.answered + progress.rejected)
    if not progress.rejected:
        return OK
    total = progress.answered + progress.rejected
    place = f"{output.rstrip('/')}/rejects"
    print(
        f"whosaid: {progress.rejected} of {total} texts were rejected: see {place}",
        file=sys.stderr,
    )
    return REJECTED


def _read_columns(written: Iterable[str]) -> dict[str, str]:
    from service.archive.records import FIELDS

    columns = {}
    for each in written:
        field, _, column = each.partition("=")
        if field not in FIELDS or not column:
            raise click.UsageError(
                f"--column {each}: not FIELD=COLUMN, FIELD one of {', '.join(FIELDS)}"
            )
        columns[field] = column
    return columns
