"""`whosaid openapi`: the OpenAPI document."""

import click

from service.settings import Settings


@click.command(
    short_help="Write the OpenAPI document.",
    epilog="\b\nExample:\n  whosaid openapi > openapi.yaml",
)
def openapi() -> None:
    """Write the OpenAPI document to standard output.

    Whatever the environment says, it is that of the default settings.
    """
    # Here, because Flask is none of the other commands' business.
    from service.app import create_app
    from service.openapi import find_api, render_yaml

    click.echo(render_yaml(find_api(create_app(Settings(), start=False))), nl=False)
