"""The command line as people run it: as a process of its own, against the shipped model."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.e2e.conftest import ROOT

REAL = "service.app:create_app()"
WHOSAID = [sys.executable, "-c", "import sys; from service.cli import main; sys.exit(main())"]
STORY = (ROOT / "tests/golden/dam.txt").read_bytes().decode()
TEXTS = sorted((ROOT / "tests/golden").glob("*.txt"))


def whosaid(*arguments, folder=ROOT, **options):
    return subprocess.run(
        [*WHOSAID, *map(str, arguments)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=120,
        **options,
    )


def drop_times(answer):
    answer["meta"].pop("timings_ms")
    return answer


@pytest.mark.model
def test_analyze_is_the_service(launch, tmp_path):
    """In its own process the command answers what the service answers, times aside."""
    service = launch(REAL)
    story, html = tmp_path / "story.txt", tmp_path / "story.html"
    story.write_bytes(STORY.encode())
    html.write_text("<p>“We will,” said Ana <b>Sousa</b> of Porto &amp; Lisbon.</p>\r\n")
    local = whosaid("analyze", "--json", story, html)
    service.wait_until_ready(120)
    remote = whosaid("analyze", "--json", story, html, "--url", service.url)
    posted = service.post(json={"text": STORY, "content_type": "text/plain"}).json()
    assert (local.returncode, remote.returncode) == (0, 0), local.stderr + remote.stderr
    locals_, remotes = (
        [drop_times(json.loads(line)) for line in done.stdout.splitlines()]
        for done in (local, remote)
    )
    assert locals_ == remotes
    assert locals_[0] == drop_times(posted)
    assert len(locals_) == 2


def write_archive(path, count):
    with path.open("w") as file:
        for number in range(count):
            text = TEXTS[number % len(TEXTS)].read_text()
            file.write(json.dumps({"id": str(number), "text": text}) + "\n")
            if number % 10 == 3:
                file.write("not json\n")


def read(path):
    records = [json.loads(line) for line in path.read_text().splitlines()]
    for record in records:
        record.get("answer", {}).get("meta", {}).pop("timings_ms", None)
    return records


@pytest.mark.model
def test_killed_batch_goes_on(tmp_path):
    """A batch that is killed and run again has the output of one that was not."""
    write_archive(tmp_path / "in.jsonl", 64)
    batch = ["batch", tmp_path / "in.jsonl"]
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    once = whosaid(*batch, whole)
    assert once.returncode == 3, once.stderr
    process = subprocess.Popen(
        [*WHOSAID, *map(str, [*batch, cut])], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while process.poll() is None and not (cut.exists() and cut.stat().st_size):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = len(cut.read_bytes().splitlines())
    assert 0 < done < 64
    # As if the last line had been cut in half as well.
    os.truncate(cut, cut.stat().st_size - 100)
    assert whosaid(*batch, cut).returncode == 3
    for name in ("", ".rejects.jsonl"):
        assert read(Path(f"{cut}{name}")) == read(Path(f"{whole}{name}"))


MANY = 1_000


def test_interrupted_batch_ends_soon(launch, tmp_path):
    """Ctrl-C ends a batch at once, with what was done; the same command goes on."""
    service = launch(FAKE_SECONDS="0.02")
    service.wait_until_ready(60)
    lines = (json.dumps({"text": f"“{n},” said Ana Sousa."}) for n in range(MANY))
    (tmp_path / "in.jsonl").write_text("\n".join(lines))
    batch = ["batch", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl")]
    process = subprocess.Popen(
        [*WHOSAID, *batch, "--url", service.url],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        # What runs in the background of a script ignores it, and so would what it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    out = tmp_path / "out.jsonl"
    service.wait_for(lambda: out.exists() and out.stat().st_size, 60)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 130
    assert told.endswith(b"whosaid: interrupted\n")
    assert 0 < len(out.read_bytes().splitlines()) < MANY
    assert whosaid(*batch, "--url", service.url).returncode == 0
    quotes = [record["answer"]["quotes"][0]["text"] for record in read(out)]
    assert quotes == [f"{n}," for n in range(MANY)]


def test_serve(tmp_path):
    """`whosaid serve` is the service: it answers at the port that was asked for, until stopped."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(
        [*WHOSAID, "serve", "--port", str(port)], cwd=ROOT, stdout=log, stderr=log
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                assert requests.get(f"http://127.0.0.1:{port}/livez", timeout=5).ok
                break
            except requests.ConnectionError:
                assert time.monotonic() < deadline
                assert process.poll() is None
                time.sleep(0.1)
    finally:
        process.terminate()
        assert process.wait(60) == 0
        log.close()


def test_closed_pipe(tmp_path):
    """Whoever reads only the beginning causes no trace."""
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {sys.executable} -c '{WHOSAID[2]}' openapi | head -1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr
