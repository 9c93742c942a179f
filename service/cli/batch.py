"""`whosaid batch`: a file of texts, answered line by line, and again from where it ended."""

import json
import sys
from collections import deque
from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from schemas.requests import View
from schemas.selections import Scope
from service.cli.asking import ask_options, open_client
from service.cli.exits import OK, REJECTED
from service.cli.journal import Line, Record, find_rest, read_lines

if TYPE_CHECKING:
    from service.client import Client

_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
_NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command(
    short_help="Answer a file of texts, line by line.",
    epilog="""\b
Examples:
  whosaid batch archive.jsonl answers.jsonl
  whosaid batch archive.jsonl answers.jsonl --url http://localhost:8000""",
)
@click.argument("input", metavar="IN.jsonl", type=_FILE)
@click.argument("output", metavar="OUT.jsonl", type=_NEW_FILE)
@click.option(
    "--rejects",
    type=_NEW_FILE,
    metavar="FILE",
    help="Where lines go that are not answered. Default: OUT.jsonl.rejects.jsonl.",
)
@click.option("--language", help="The language of texts that state none. Default: it is found out.")
@click.option(
    "--scope",
    type=click.Choice([scope.value for scope in Scope]),
    help="The scope of texts that state none.",
)
@click.option(
    "--view",
    type=click.Choice([view.value for view in View]),
    help="The form of answers to texts that state none.",
)
@ask_options
def batch(
    input: Path,
    output: Path,
    rejects: Path | None,
    url: str | None,
    key: str | None,
    **options: str | None,
) -> int:
    """Answer a file of texts, one JSON object a line, in the order of its lines.

    Each line is what POST /v1/analyze takes: an object with text and, if need be, id, headline,
    content_type … Each becomes a line of OUT.jsonl, with its number, its id and its answer; or, if
    it is bad, one of the rejects, with its problem.

    Interrupted or killed, the same command goes on where it ended. It refuses to go on with
    another input, other options or another model.
    """
    rejects = rejects or output.with_name(f"{output.name}.rejects.jsonl")
    if len({each.resolve() for each in (input, output, rejects)}) < 3:
        raise click.UsageError("input, output and rejects are not three different files")
    for path in (output, rejects):
        if path.exists() and not path.is_file():
            raise click.UsageError(f"{path}: not a file, so that nothing could go on from it")
    wanted = {name: value for name, value in options.items() if value is not None}
    with ExitStack() as stack:
        answered, rejected = (stack.enter_context(Record(path)) for path in (output, rejects))
        file = stack.enter_context(input.open("rb"))
        client = stack.enter_context(open_client(url, key))
        capabilities = client.capabilities()
        max_bytes = int(capabilities["limits"]["max_body_bytes"])
        lines = read_lines(file, max_bytes, _seed(wanted, capabilities))
        rest = find_rest(lines, answered, rejected)
        done = answered.count + rejected.count
        progress = stack.enter_context(_watch(input.stat().st_size))
        # Closed before the client is: what is underway then is waited for, and left out.
        results = stack.enter_context(closing(_answer(client, rest, wanted)))
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


def _seed(options: Mapping[str, str], capabilities: Mapping[str, Any]) -> bytes:
    """Return what an answer depends on beside its line."""
    made_by = {
        name: capabilities[name]
        for name in ("service", "models", "default_scope", "known_entities")
    }
    return json.dumps([options, made_by], sort_keys=True).encode()


def _answer(
    client: "Client", lines: Iterator[Line], options: Mapping[str, str]
) -> Generator[tuple[Line, Mapping[str, Any]]]:
    """Yield each line with what becomes of it. Raises ProblemError while the service is busy."""
    # Here, because it knows how a service parses, and with that Flask.
    from service.cli.parsing import parse_line
    from service.client import ProblemError

    waiting: deque[tuple[Line, Any]] = deque()

    def send() -> Iterator[Any]:
        for line in lines:
            fields, problem = parse_line(line.written)
            waiting.append((line, problem))
            # Something stands in for a line without fields, so that order takes care of itself.
            yield {**options, **fields} if isinstance(fields, dict) else fields

    for result in client.fetch_results(send()):
        line, problem = waiting.popleft()
        if result["status"] == HTTPStatus.SERVICE_UNAVAILABLE:
            # No fault of the line.
            raise ProblemError(result["problem"])
        if problem is None and "answer" in result:
            yield line, {"id": result["id"], "answer": result["answer"]}
        else:
            yield line, {"id": result["id"], "problem": problem or result["problem"]}


class _Progress(Protocol):
    """Where a batch tells how far it is."""

    def advance(self, end: int, done: int) -> None:
        """Note that the input is done up to a byte, so many texts altogether."""


class _Silence:
    """Tells nobody."""

    def advance(self, end: int, done: int) -> None:
        """Do nothing."""


def _watch(size: int) -> AbstractContextManager[_Progress]:
    """Show on a terminal how far a batch is, how fast, and how long it will take."""
    if not sys.stderr.isatty():
        return nullcontext(_Silence())
    from service.cli.progress import Bar

    return Bar(size)
