"""`whosaid serve`: the service."""

import os
import sys

import click

from service.settings import Settings

_COMMAND = (sys.executable, "-m", "gunicorn", "-c", "python:service.gunicorn_conf")


@click.command(
    short_help="Run the service.",
    epilog="\b\nExamples:\n  whosaid serve\n  whosaid serve --host 0.0.0.0 --port 8080 --workers 2",
)
@click.option("--host", help="Address to listen on. Default: WHOSAID_HOST, or 127.0.0.1.")
@click.option("--port", type=int, help="Port to listen on. Default: PORT, or 8000.")
@click.option("--workers", type=int, help="Worker processes. Default: WEB_CONCURRENCY, or 1.")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Run the service until it is stopped.

    It is gunicorn that runs, in place of this process. All settings of the environment hold;
    docs/settings.md lists them.
    """
    chosen = {"WHOSAID_HOST": host, "PORT": port, "WEB_CONCURRENCY": workers}
    environ = {**os.environ, **{name: str(v) for name, v in chosen.items() if v is not None}}
    # Bad values are reported here, like those of other commands.
    Settings.from_env(environ)
    os.execve(_COMMAND[0], _COMMAND, environ)
