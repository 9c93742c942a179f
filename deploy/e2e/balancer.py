"""nginx with the configuration that ships, on ports of loopback."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests

ROOT = Path(__file__).parents[2]
CONFIGURATION = ROOT / "deploy/nginx/whosaid.conf"
# Debian's, as a package or as `make nginx` unpacks it.
NGINX = shutil.which(
    "nginx", path=f"{os.environ['PATH']}:/usr/sbin:{ROOT / 'build/nginx/usr/sbin'}"
)
START_SECONDS = 10
STOP_SECONDS = 10

_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
_AROUND = """\
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
{temporary}
    include {folder}/whosaid.conf;
}}
"""


def render(configuration: str, port: int, instances: Sequence[int], log: Path) -> str:
    """Return the configuration that ships for other ports, all on loopback, and another log.

    Raises ValueError unless it has just the places that are changed here.
    """
    changes = {
        r"listen 8080;": f"listen 127.0.0.1:{port};",
        r"access_log /dev/stdout ": f"access_log {log} ",
        **{
            rf"server whosaid-{number}:8000 ": f"server 127.0.0.1:{instance} "
            for number, instance in enumerate(instances, 1)
        },
    }
    for found, wanted in changes.items():
        if configuration.count(found) != 1:
            raise ValueError(f"not once in the configuration: {found}")
        configuration = configuration.replace(found, wanted)
    if left := re.findall(r"whosaid-\d+:\d+", configuration):
        raise ValueError(f"more instances than ports: {left}")
    return configuration


def write_configuration(folder: Path, port: int, instances: Sequence[int]) -> Path:
    """Write all that nginx reads into a folder of its own; return the main file."""
    rendered = render(CONFIGURATION.read_text(), port, instances, folder / "access.log")
    (folder / "whosaid.conf").write_text(rendered)
    temporary = "\n".join(f"    {name}_temp_path {folder}/{name};" for name in _TEMPORARY)
    main = folder / "nginx.conf"
    main.write_text(_AROUND.format(folder=folder, temporary=temporary))
    return main


def build_command(main: Path) -> list[str]:
    """Return the command that runs nginx with a configuration of ours, as a child of its own."""
    return [NGINX or "nginx", "-e", "stderr", "-p", str(main.parent), "-c", str(main)]


@contextmanager
def balance(folder: Path, port: int, instances: Sequence[int]) -> Iterator[subprocess.Popen[bytes]]:
    """Run nginx before some instances; give its process, and end it with what is left of it."""
    command = build_command(write_configuration(folder, port, instances))
    with (folder / "nginx.log").open("wb") as log:
        process = subprocess.Popen(command, stderr=log, start_new_session=True)
    try:
        _wait_for_answer(port, process)
        yield process
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def _wait_for_answer(port: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < ends:
        try:
            # Refused, by nginx alone.
            requests.get(f"http://127.0.0.1:{port}/metrics", timeout=1)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("nginx does not answer; its folder has nginx.log")


def count_written(folder: Path) -> int:
    """Return how many requests and answers nginx put into a file, of which it warns each time."""
    return (folder / "nginx.log").read_text().count("to a temporary file")
