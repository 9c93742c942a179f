"""The command `whosaid`: what an operator does apart from running the service."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from analysis.errors import WhosaidError
from service.settings import InvalidSettings, Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    try:
        settings = Settings.from_env(os.environ)
        parsed = _build_parser(settings).parse_args(arguments)
        parsed.run(parsed)
    except (InvalidSettings, WhosaidError) as error:
        print(f"whosaid: {error}", file=sys.stderr)
        return 1
    return 0


def _build_parser(settings: Settings) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="whosaid", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_fetch_models(commands.add_parser("fetch-models", help=_FETCH_MODELS_HELP), settings)
    _add_make_key(commands.add_parser("make-key", help=_MAKE_KEY_HELP))
    openapi = commands.add_parser("openapi", help="write the OpenAPI document to standard output")
    openapi.set_defaults(run=_write_openapi)
    return parser


_FETCH_MODELS_HELP = "download official Stanza packages; the service never does so itself"


def _add_fetch_models(parser: argparse.ArgumentParser, settings: Settings) -> None:
    parser.description = _FETCH_MODELS_HELP
    parser.add_argument(
        "packages",
        nargs="*" if settings.stanza_packages else "+",
        default=settings.stanza_packages,
        metavar="package",
        help="language[:variant], such as de; default: those of WHOSAID_STANZA_PACKAGES",
    )
    parser.add_argument(
        "--models-dir",
        type=Path,
        default=settings.models_dir,
        help="where to keep it; default: WHOSAID_MODELS_DIR, or Stanza's own cache",
    )
    parser.add_argument(
        "--resources-url",
        help="a mirror of Stanza's resources; default: STANZA_RESOURCES_URL, or Stanza's own",
    )
    parser.set_defaults(run=_fetch_models)


def _fetch_models(parsed: argparse.Namespace) -> None:
    # Here, because Stanza takes seconds to import and no other command needs it.
    from analysis import packages

    models_dir = Path(parsed.models_dir or packages.DEFAULT_MODELS_DIR)
    for package in map(packages.Package.parse, parsed.packages):
        files = packages.fetch_package(package, models_dir, resources_url=parsed.resources_url)
        print(f"{package}: {len(files)} files in {models_dir}")


_MAKE_KEY_HELP = "make an API key, and the line that accepts it in WHOSAID_KEYS_FILE"


def _add_make_key(parser: argparse.ArgumentParser) -> None:
    parser.description = _MAKE_KEY_HELP
    parser.add_argument("id", help="what logs and limits will call it, such as cms-2026")
    parser.set_defaults(run=_make_key)


def _make_key(parsed: argparse.Namespace) -> None:
    # Here, because what makes keys also reads and logs them.
    from service.keys import make_key, render_line

    key = make_key()
    line = render_line(parsed.id, key)
    # The line alone on standard output, so that it can be added to the file: … >> keys.txt
    print(f"The key, which nobody can show you again:\n{key}\n", file=sys.stderr)
    print(line)


def _write_openapi(_: argparse.Namespace) -> None:
    # Here, because Flask is none of the other commands' business.
    from service.app import create_app
    from service.openapi import find_api, render_yaml

    # Whatever the environment says, the document is that of the default settings.
    sys.stdout.write(render_yaml(find_api(create_app(Settings(), start=False))))
