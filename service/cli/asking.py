"""Who answers a command: a service at an address, or one inside this process."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from service.client import Client


def ask_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say who answers."""
    url = click.option(
        "--url", metavar="URL", help="Ask the service there; else the model runs in this process."
    )
    key = click.option(
        "--key",
        envvar="WHOSAID_KEY",
        show_envvar=True,
        help="The API key for --url; better in the environment, where others cannot see it.",
    )
    return url(key(command))


@contextmanager
def open_client(url: str | None, key: str | None) -> Iterator["Client"]:
    """Give a client of the service at `url` or, without one, of a service in this process."""
    # Here, because requests, Flask and the model take long to import.
    if url is None:
        from service.in_process import open_in_process

        with open_in_process() as client:
            yield client
        return
    from service.client import Client

    if not url.startswith(("http://", "https://")):
        raise click.UsageError(f"--url {url}: not an address such as http://localhost:8000")
    with Client(url, key=key) as client:
        yield client


def write_json(value: Any) -> str:
    """Return a value as one line, as the service writes it."""
    return json.dumps(value)
