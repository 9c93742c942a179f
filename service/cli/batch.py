"""`whosaid batch`: many texts, answered one by one, and again from where it ended."""

import json
import sys
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import click

from schemas.requests import View
from schemas.selections import Scope
from service.cli.asking import ask_options, open_client
from service.cli.exits import OK, REJECTED
from service.cli.journal import Record, find_rest, read_lines
from service.cli.watching import watch

_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
_NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)
PLAIN, RAY = "plain", "ray"
_ONLY = {PLAIN: ("rejects", "view", "url"), RAY: ("column", "address", "actors")}


@click.command(
    short_help="Answer many texts, from a file or a whole archive.",
    epilog="""\b
Examples:
  whosaid batch archive.jsonl answers.jsonl
  whosaid batch archive.jsonl answers.jsonl --url http://localhost:8000
  whosaid batch --engine ray articles/ archive/
  whosaid batch --engine ray s3://desk/articles s3://desk/archive --address 10.0.0.5:6379""",
)
@click.argument("input", metavar="IN")
@click.argument("output", metavar="OUT")
@click.option(
    "--engine",
    type=click.Choice([PLAIN, RAY]),
    default=PLAIN,
    help="plain: a file of JSON Lines to another, in order. ray: JSON Lines, CSV or Parquet, a "
    "file or a folder of them, to tables of Parquet; needs the extra ray.",
)
@click.option("--language", help="The language of texts that state none. Default: it is found out.")
@click.option(
    "--scope",
    type=click.Choice([scope.value for scope in Scope]),
    help="The scope of texts that state none.",
)
@click.option(
    "--rejects",
    type=_NEW_FILE,
    metavar="FILE",
    help="plain: where lines go that are not answered. Default: OUT.rejects.jsonl.",
)
@click.option(
    "--view",
    type=click.Choice([view.value for view in View]),
    help="plain: the form of answers to texts that state none.",
)
@click.option(
    "--column",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="ray: the column of a field, if it is not called as the field is; may be repeated.",
)
@click.option("--address", help="ray: that of a cluster. Default: this machine alone.")
@click.option(
    "--actors",
    type=click.IntRange(min=1),
    help="ray: how many texts are read at a time. Default: one on each core.",
)
@ask_options
def batch(input: str, output: str, engine: str, key: str | None, **options: Any) -> int:
    """Answer many texts: one JSON object a line, or with --engine ray a whole archive.

    Each line is what POST /v1/analyze takes: an object with text and, if need be, id, headline,
    content_type … Each becomes a line of OUT, with its number, its id and its answer; or, if it
    is bad, one of the rejects, with its problem. docs/archives.md tells what --engine ray reads
    and writes.

    Interrupted or killed, the same command goes on where it ended. It refuses to go on with
    another input, other options or another model.
    """
    for other in _ONLY:
        if other != engine and any(options[name] for name in _ONLY[other]):
            listed = ", ".join(f"--{name}" for name in _ONLY[other])
            raise click.UsageError(f"{listed} are for --engine {other}")
    wanted = {name: options[name] for name in ("language", "scope", "view") if options[name]}
    if engine == PLAIN:
        paths = (_check(_FILE, input), _check(_NEW_FILE, output))
        return _answer_file(*paths, options["rejects"], options["url"], key, wanted)
    from service.cli.archiving import answer_archive

    return answer_archive(
        input, output, options["column"], wanted, options["address"], options["actors"]
    )


def _check(kind: click.Path, path: str) -> Path:
    return Path(str(kind.convert(path, None, click.get_current_context())))


def _answer_file(
    input: Path,
    output: Path,
    rejects: Path | None,
    url: str | None,
    key: str | None,
    wanted: Mapping[str, str],
) -> int:
    rejects = rejects or output.with_name(f"{output.name}.rejects.jsonl")
    if len({each.resolve() for each in (input, output, rejects)}) < 3:
        raise click.UsageError("input, output and rejects are not three different files")
    for path in (output, rejects):
        if path.exists() and not path.is_file():
            raise click.UsageError(f"{path}: not a file, so that nothing could go on from it")
    with ExitStack() as stack:
        answered, rejected = (stack.enter_context(Record(path)) for path in (output, rejects))
        file = stack.enter_context(input.open("rb"))
        client = stack.enter_context(open_client(url, key))
        # Here, because they know how a service parses, and with that Flask.
        from service.lines import fetch_answers, find_makers, parse_line

        capabilities = client.capabilities()
        max_bytes = int(capabilities["limits"]["max_body_bytes"])
        seed = json.dumps([wanted, find_makers(capabilities)], sort_keys=True).encode()
        rest = find_rest(read_lines(file, max_bytes, seed), answered, rejected)
        done = answered.count + rejected.count
        progress = stack.enter_context(watch(input.stat().st_size))
        texts = ((line, *parse_line(line.written)) for line in rest)
        # Closed before the client is: what is underway then is waited for, and left out.
        results = stack.enter_context(closing(fetch_answers(client, texts, wanted)))
        for line, result in results:
            (rejected if "problem" in result else answered).write(line, result)
            done += 1
            progress.advance(line.end, done)
        count = rejected.count
    if not count:
        rejects.unlink()
        return OK
    print(f"whosaid: {count} of {done} texts were rejected: see {rejects}", file=sys.stderr)
    return REJECTED
