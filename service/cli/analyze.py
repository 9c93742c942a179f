"""`whosaid analyze`: what stands in a few texts, to look at or as JSON."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.errors import WhosaidError
from schemas.requests import View
from schemas.selections import Scope
from schemas.stories import ContentType
from service.cli.asking import ask_options, open_client, write_json
from service.cli.exits import FAILED, OK, REJECTED

if TYPE_CHECKING:
    from service.client import Client

STDIN = "-"
_HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})


class NotUtf8(WhosaidError):
    """A file is in another encoding."""

    def __init__(self, place: int) -> None:
        super().__init__(f"not UTF-8 at byte {place}; convert it first: iconv -f latin1 -t utf8")


@click.command(
    short_help="Show what stands in texts.",
    epilog="""\b
Examples:
  whosaid analyze story.txt
  whosaid analyze --json *.html | jq .people
  pbpaste | whosaid analyze - --view schema-org
  whosaid analyze story.txt --url https://whosaid.example.org""",
)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True),
)
@click.option("--html", is_flag=True, help="The files are HTML, whatever their names end in.")
@click.option("--headline", help="The headline, as plain text, to be read with each file.")
@click.option("--language", help="The language, such as en. Default: it is found out.")
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    help="Leave out the quotes whose attribution is less sure, from 0 to 1.",
)
@click.option(
    "--scope",
    type=click.Choice([scope.value for scope in Scope]),
    help="Quotes only (speech), or beliefs and plans as well (all).",
)
@click.option("--json", "as_json", is_flag=True, help="Write the service's answers, one a line.")
@click.option(
    "--view",
    type=click.Choice([view.value for view in View]),
    help="Write another form of the answers, as JSON, one a line.",
)
@ask_options
def analyze(
    files: tuple[str, ...],
    html: bool,
    as_json: bool,
    view: str | None,
    url: str | None,
    key: str | None,
    **options: Any,
) -> int:
    """Show the people, organisations and places of texts, and who says what in them.

    FILE is text or, by its name or with --html, HTML, in UTF-8; - stands for standard input.
    Where several files are read, those that cannot be are told, and the others answered.
    """
    wanted = {name: value for name, value in options.items() if value is not None}
    if "headline" in wanted:
        wanted["headline_type"] = ContentType.PLAIN.value
    failed = 0
    with open_client(url, key) as client:
        for name in files:
            try:
                fields = {**wanted, **_read(name, html=html)}
                _answer(client, fields, View.NATIVE if as_json else view)
            except (WhosaidError, OSError) as error:
                print(f"whosaid: {name}: {_explain(error)}", file=sys.stderr)
                failed += 1
    if not failed:
        return OK
    return FAILED if failed == len(files) else REJECTED


def _read(name: str, *, html: bool) -> Mapping[str, str]:
    """Return a file's text, every character as it is, and what it is written in."""
    stored = sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()
    try:
        text = stored.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotUtf8(error.start) from None
    is_html = html or Path(name).suffix.lower() in _HTML_SUFFIXES
    return {"text": text, "content_type": ContentType.HTML if is_html else ContentType.PLAIN}


def _answer(client: "Client", fields: Mapping[str, Any], view: str | None) -> None:
    if view is not None:
        click.echo(write_json(client.view(fields, view)))
        return
    # Here, because only this wants a terminal's abilities.
    from service.cli.showing import show

    show(client.analyze(fields))


def _explain(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
