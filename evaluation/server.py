"""A service of this checkout's own, for as long as an evaluation takes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import requests

READY_SECONDS = 300
STOP_SECONDS = 30
COMMAND = (sys.executable, "-m", "gunicorn", "-c", "python:service.gunicorn_conf")
ROOT = Path(__file__).parents[1]

_POLL_SECONDS = 0.1


class NotServing(RuntimeError):
    """The service stopped, or never became ready; what it logged is in the message."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service in a session of its own: its address, gunicorn's arbiter, and its log."""

    url: str
    port: int
    arbiter: subprocess.Popen[bytes]
    log: Path

    def read_log(self) -> str:
        """Return all that it logged so far."""
        return self.log.read_text(errors="replace")


def use_service(url: str | None, log: Path) -> AbstractContextManager[str]:
    """Give the address of the service named, or of one of this checkout's own."""
    if url:
        return nullcontext(url)
    print("Starting the service", flush=True)
    return run_service(log)


@contextmanager
def run_service(log: Path, environ: Mapping[str, str] | None = None) -> Iterator[str]:
    """Start the service on a free port of loopback and give its address once it is ready."""
    with launch(log, environ) as service:
        wait_until_ready(service)
        yield service.url


@contextmanager
def launch(
    log: Path,
    environ: Mapping[str, str] | None = None,
    *,
    port: int | None = None,
    wrap: Sequence[str] = (),
) -> Iterator[Service]:
    """Start the service, ready or not; at the end, nothing of it is left.

    `environ` adds to the environment. `wrap` is a command that ends by executing its
    further arguments, so that gunicorn gets its process id: `setpriv …`.
    """
    service = start(log, environ or {}, port=port or find_free_port(), wrap=wrap)
    try:
        yield service
    finally:
        stop(service)


def start(log: Path, environ: Mapping[str, str], *, port: int, wrap: Sequence[str] = ()) -> Service:
    """Start the service on a port of loopback; whoever calls this has to `stop` it."""
    with log.open("ab") as output:
        arbiter = subprocess.Popen(
            [*wrap, *COMMAND],
            cwd=ROOT,
            env={**os.environ, "PORT": str(port), "WHOSAID_HOST": "127.0.0.1", **environ},
            stdout=output,
            stderr=output,
            # So that workers without an arbiter are found, and ended.
            start_new_session=True,
        )
    return Service(f"http://127.0.0.1:{port}", port, arbiter, log)


def stop(service: Service) -> None:
    """End a service, gently at first, and whatever it left behind."""
    service.arbiter.terminate()
    try:
        service.arbiter.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        service.arbiter.kill()
        service.arbiter.wait()
    with suppress(ProcessLookupError):
        os.killpg(service.arbiter.pid, signal.SIGKILL)


def find_free_port() -> int:
    """Return a port of loopback that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(service: Service, seconds: float = READY_SECONDS) -> float:
    """Wait for the first worker that is ready, and return for how long; or raise `NotServing`."""
    started = time.monotonic()
    while time.monotonic() < started + seconds and service.arbiter.poll() is None:
        with suppress(requests.ConnectionError):
            if requests.get(f"{service.url}/readyz", timeout=10).ok:
                return time.monotonic() - started
        time.sleep(_POLL_SECONDS)
    raise NotServing(service.read_log()[-2000:])
