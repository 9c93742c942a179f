"""The command `whosaid`: everything there is, without writing HTTP.

What takes long to import (Flask, models, rich) is imported by the commands that need it, when
they run.
"""

import io
import sys
from collections.abc import Sequence

import click

from analysis.errors import WhosaidError
from service.cli.analyze import analyze
from service.cli.batch import batch
from service.cli.doctor import doctor
from service.cli.evaluate import evaluate
from service.cli.exits import EPILOG, FAILED, INTERRUPTED, OK, USAGE
from service.cli.fetch_models import fetch_models
from service.cli.make_key import make_key
from service.cli.openapi import openapi
from service.cli.people import people
from service.cli.quotes import quotes
from service.cli.serve import serve
from service.settings import InvalidSettings

_COMMANDS: Sequence[click.Command] = (
    analyze,
    batch,
    quotes,
    people,
    serve,
    doctor,
    evaluate,
    fetch_models,
    make_key,
    openapi,
)


class _Group(click.Group):
    """Lists commands by how often they are wanted, not by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(
    cls=_Group,
    commands=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EPILOG,
)
@click.version_option(package_name="whosaid")
def whosaid() -> None:
    """Find people, organisations and places in news text, what is said in it, and by whom."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a character is no reason to fail.
            stream.reconfigure(errors="replace")
    try:
        # None where a command has nothing to say about how it ended.
        return whosaid.main(arguments, prog_name="whosaid", standalone_mode=False) or OK
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return USAGE
    except click.UsageError as error:
        click.echo(error.ctx.get_usage() if error.ctx else "Usage: whosaid COMMAND", err=True)
        return _complain(error.format_message(), USAGE)
    except click.Abort:
        return _complain("interrupted", INTERRUPTED)
    except click.ClickException as error:
        return _complain(error.format_message(), FAILED)
    except (InvalidSettings, WhosaidError) as error:
        return _complain(str(error), FAILED)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _complain(f"{place}{error.strerror or error}", FAILED)


def _complain(message: str, status: int) -> int:
    print(f"whosaid: {message}", file=sys.stderr)
    return status
