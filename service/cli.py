"""The command line: `whosaid`."""

import argparse
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command, and return its exit status."""
    arguments = _build_parser().parse_args(argv)
    status: int = arguments.run(arguments)
    return status


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="whosaid", description="News text in; who said what out.")
    commands = parser.add_subparsers(title="commands", required=True)
    openapi = commands.add_parser("openapi", help="write the OpenAPI document to standard output")
    openapi.set_defaults(run=write_openapi)
    return parser


def write_openapi(_: argparse.Namespace) -> int:
    """Write the OpenAPI document, as YAML, to standard output."""
    # Flask is none of the other commands' business.
    from service.app import create_app
    from service.openapi import find_api, render_yaml
    from service.settings import Settings

    sys.stdout.write(render_yaml(find_api(create_app(Settings(), start=False))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
