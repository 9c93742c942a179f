"""`whosaid batch --engine ray`: options in, progress and exit status out."""

from types import SimpleNamespace

import pytest

from service.archive import engine
from service.archive.engine import EngineFailed, Job, Progress
from service.cli import main


@pytest.fixture
def jobs(monkeypatch):
    """Jobs that were begun; each ends with some texts answered and some rejected."""
    begun = []

    def run(job):
        begun.append(job)
        passed_over = frozenset() if job.columns else frozenset({"url", "section"})
        yield Progress(100, 20, answered=2, passed_over=passed_over)
        yield Progress(100, 100, answered=9, rejected=len(job.options))

    monkeypatch.setattr(engine, "run", run)
    return begun


def run(*options):
    return main(["batch", "--engine", "ray", "in", "s3://desk/out", *options])


def test_job(jobs, capsys):
    """Without options, all of this machine works, and nothing is said but what was passed over."""
    assert run() == 0
    assert jobs == [Job(input="in", output="s3://desk/out", columns={}, options={})]
    assert capsys.readouterr().err == "whosaid: columns that no field is read from: section, url\n"


def test_options(jobs, capsys):
    """Options say how, and where; whether texts were rejected is the exit status."""
    options = ["--column", "text=body", "--column", "published=the date=", "--scope", "all"]
    assert run(*options, "--address", "10.0.0.5:6379", "--actors", "3") == 3
    (job,) = jobs
    assert job.columns == {"text": "body", "published": "the date="}
    assert (job.options, job.address, job.actors) == ({"scope": "all"}, "10.0.0.5:6379", 3)
    told = capsys.readouterr().err
    assert told == "whosaid: 1 of 10 texts were rejected: see s3://desk/out/rejects\n"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--column", "body"], "--column body: not FIELD=COLUMN"),
        (["--column", "text="], "--column text=: not FIELD=COLUMN"),
        (["--column", "body=text"], "FIELD one of id, text, headline"),
        (["--actors", "0"], "x>=1"),
        (["--rejects", "r.jsonl"], "--rejects, --view, --url are for --engine plain"),
        (["--view", "ninjs"], "are for --engine plain"),
        (["--url", "http://localhost:8000"], "are for --engine plain"),
    ],
)
def test_usage(jobs, capsys, options, reason):
    """What makes no sense is refused before anything is begun."""
    assert run(*options) == 2
    assert reason in capsys.readouterr().err
    assert not jobs


@pytest.mark.parametrize(
    "options", [["--column", "text=body"], ["--address", "a:1"], ["--actors", "2"]]
)
def test_plain_usage(capsys, tmp_path, options):
    """What Ray alone knows of is no option of the plain batch."""
    assert main(["batch", str(tmp_path / "in.jsonl"), "out.jsonl", *options]) == 2
    assert "--column, --address, --actors are for --engine ray" in capsys.readouterr().err


def test_failures(monkeypatch, capsys):
    """What keeps Ray from its work is told in a sentence."""

    def fail(job):
        raise EngineFailed("no Ray cluster at 10.0.0.5:6379: Connection refused")
        yield

    monkeypatch.setattr(engine, "run", fail)
    assert run() == 1
    expected = "whosaid: no Ray cluster at 10.0.0.5:6379: Connection refused\n"
    assert capsys.readouterr().err == expected


def test_extra_missing(monkeypatch, capsys):
    """Without the extra it is said how to install it."""
    monkeypatch.setattr(
        "service.cli.extras.find_spec", lambda name: None if name == "ray" else SimpleNamespace()
    )
    assert run() == 1
    expected = "whosaid: ray not installed: pip install 'whosaid[ray]' installs it\n"
    assert capsys.readouterr().err == expected
