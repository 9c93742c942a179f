import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
FAKE = "tests.e2e.app:create()"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# It asks nobody for anything by itself.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass
class Service:
    """A running service: where it is, its process, and the file of its log."""

    url: str
    process: subprocess.Popen
    log: Path

    def post(self, path="/v1/analyze", **options):
        return requests.post(self.url + path, timeout=60, **options)

    def get(self, path):
        return requests.get(self.url + path, timeout=60)

    def wait_until_ready(self, seconds, workers=1):
        """Wait for all workers: each answers /readyz for itself."""
        self.wait_for(lambda: self.log.read_text().count('"model_loaded"') == workers, seconds)
        self.wait_for(lambda: self.get("/readyz").status_code == 200, seconds)

    def wait_for(self, condition, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()[-2000:]
            with contextlib.suppress(requests.ConnectionError):
                if condition():
                    return
            time.sleep(0.05)
        raise AssertionError(f"not within {seconds} s\n{self.log.read_text()[-2000:]}")

    def measure(self, name):
        """Return the sum over all labels of one metric."""
        lines = self.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))

    def events(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@contextlib.contextmanager
def launching(folder):
    """Start gunicorn as `make run` does, on a free port, and stop it afterwards."""
    started = []

    def start(application=FAKE, **environ):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        log = folder / f"{port}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "gunicorn",
                    "-c",
                    "python:service.gunicorn_conf",
                    application,
                ],
                cwd=ROOT,
                env=os.environ | {"PORT": str(port)} | environ,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        started.append(process)
        return Service(f"http://127.0.0.1:{port}", process, log)

    try:
        yield start
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture
def launch(tmp_path):
    """Start services as `launching` does."""
    with launching(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium, the one of the system.

    Not for a whole session: while it is there, an event loop runs, and no test can run another.
    """
    if CHROMIUM is None:
        pytest.skip("no chromium here (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()
