"""`whosaid fetch-models`: official Stanza packages, for further languages."""

import os
from pathlib import Path

import click

from service.settings import Settings


@click.command(
    short_help="Download official Stanza packages.",
    epilog="\b\nExample:\n  whosaid fetch-models de fr --models-dir /var/lib/whosaid",
)
@click.argument("packages", nargs=-1, metavar="[PACKAGE]...")
@click.option(
    "--models-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to keep them. Default: WHOSAID_MODELS_DIR, or Stanza's own cache.",
)
@click.option(
    "--resources-url",
    help="A mirror of Stanza's resources. Default: STANZA_RESOURCES_URL, or Stanza's own.",
)
def fetch_models(
    packages: tuple[str, ...], models_dir: Path | None, resources_url: str | None
) -> None:
    """Download official Stanza packages; the service never does so itself.

    PACKAGE is language[:variant], such as de. Default: those of WHOSAID_STANZA_PACKAGES.
    """
    settings = Settings.from_env(os.environ)
    if not (packages := packages or settings.stanza_packages):
        raise click.UsageError("Missing argument 'PACKAGE', such as de.")
    # Here, because Stanza takes seconds to import.
    from analysis.packages import DEFAULT_MODELS_DIR, Package, fetch_package

    folder = Path(models_dir or settings.models_dir or DEFAULT_MODELS_DIR)
    for package in map(Package.parse, packages):
        files = fetch_package(package, folder, resources_url=resources_url)
        click.echo(f"{package}: {len(files)} files in {folder}")
