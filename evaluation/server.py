"""A service of this checkout's own, for as long as an evaluation takes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import requests

READY_SECONDS = 300
STOP_SECONDS = 30


class NotServing(RuntimeError):
    """The service stopped, or never became ready; what it logged is in the message."""


def use_service(url: str | None, log: Path) -> AbstractContextManager[str]:
    """Give the address of the service named, or of one of this checkout's own."""
    if url:
        return nullcontext(url)
    print("Starting the service", flush=True)
    return run_service(log)


@contextmanager
def run_service(log: Path) -> Iterator[str]:
    """Start the service on a free port of loopback and give its address once it is ready."""
    port = _find_free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "python:service.gunicorn_conf"]
    environ = {**os.environ, "PORT": str(port), "WHOSAID_HOST": "127.0.0.1"}
    with (
        log.open("wb") as output,
        subprocess.Popen(command, env=environ, stdout=output, stderr=output) as process,
    ):
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_ready(url, process, log)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"{url}/readyz", timeout=10).ok:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.5)
    raise NotServing(log.read_text(errors="replace")[-2000:])
