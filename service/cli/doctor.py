"""`whosaid doctor`: whether this machine can serve, and what to do where it cannot."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from service.cli.exits import FAILED, OK
from service.settings import InvalidSettings, Settings

if TYPE_CHECKING:
    from service.cli.checks import Finding


@click.command(
    short_help="Check settings, machine and model.",
    epilog="\b\nExamples:\n  whosaid doctor\n  WEB_CONCURRENCY=4 whosaid doctor",
)
def doctor() -> int:
    """Check settings, machine and model, with the settings of the environment.

    Each line is ok, warn or fail; what to do stands below it. The exit status is 1 if anything
    failed. Nothing is downloaded, and nothing changed.
    """
    # Here, because rich takes a while to import.
    from rich.console import Console
    from rich.text import Text

    from service.cli.checks import Verdict

    styles = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "bold red"}
    console = Console(highlight=False, soft_wrap=True)

    def tell(finding: "Finding") -> bool:
        verdict = (f"{finding.verdict:<6}", styles[finding.verdict])
        console.print(Text.assemble(verdict, f"{finding.what:<13}{finding.found}"))
        if finding.advice:
            console.print(Text(f"{'':<19}{finding.advice}"))
        return finding.verdict is Verdict.FAIL

    return FAILED if any([tell(finding) for finding in _examine()]) else OK


def _examine() -> "Iterator[Finding]":
    from service.cli.checks import CHECKS, fail, ok

    try:
        settings = Settings.from_env(os.environ)
    except InvalidSettings as error:
        for fault in error.faults:
            yield fail("settings", fault, "Correct it, or unset it; below, defaults are checked.")
        settings = Settings()
    else:
        yield ok("settings", "every variable has a value that makes sense")
    for check in CHECKS:
        yield from check(settings)
