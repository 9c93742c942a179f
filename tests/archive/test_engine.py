"""Ray over a small archive with the model that ships, and what an actor does by itself."""

import json
from dataclasses import asdict, replace

import pyarrow.dataset as ds
import pytest

from service.archive import engine
from service.archive.engine import EngineFailed, Job, Progress, Reader, Reading, run
from service.archive.errors import InvalidArchive
from service.archive.shards import cut
from service.archive.sources import find_sources
from service.archive.store import CannotGoOn, Count, Store
from service.settings import InvalidSettings
from tests.service.shared_service import open_shared_client

LINES = [
    {"id": "1", "text": "“We wait,” said Ana Sousa.", "published": "2016-05-02"},
    {"id": "2", "text": 4},
    {"text": "Ana Sousa left.", "published": "soon"},
    {"id": "4", "text": "Ana Sousa came.", "view": "ninjs", "include": ["entities"]},
    ["no object"],
]
MAX_BYTES = 10_000


@pytest.fixture
def job(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LINES))
    return Job(input=str(tmp_path / "in"), output=str(tmp_path / "out"), columns={}, options={})


def read(job, table):
    return ds.dataset(f"{job.output}/{table}").to_table().to_pylist()


@pytest.fixture
def actor(job, monkeypatch):
    """An actor with a fake model, and the only shard that there is for it."""
    with open_shared_client() as client:
        wanted = {}

        def open_fake(**options):
            wanted.update(options)
            return _Kept(client)

        monkeypatch.setattr(engine, "open_in_process", open_fake)
        Store(job.output).begin({}, 7)
        (source,) = find_sources(job.input)
        (shard,) = cut(source, 10**6, MAX_BYTES, "text")
        yield Reader(Reading(job, 10**6, MAX_BYTES)), shard
        assert wanted == {"inference_threads": 1}


class _Kept:
    """A client for as long as its actor lives."""

    def __init__(self, client):
        self._client = client

    def __enter__(self):
        return self._client

    def __exit__(self, *_):
        pass


def test_actor(job, actor):
    """An actor writes what is found in the texts of a shard, and what is wrong with them."""
    read_shard, shard = actor
    row = asdict(shard)
    assert read_shard(row) == {"error": None, "shard": row, "answered": 2, "rejected": 3}
    documents = {each["document_id"]: each for each in read(job, "documents")}
    assert {name: each["id"] for name, each in documents.items()} == {
        "a.jsonl:1": "1",
        "a.jsonl:4": "4",
    }
    assert documents["a.jsonl:1"]["quotes"] == 1
    (quote,) = read(job, "quotes")
    assert (quote["text"], quote["speaker_name"]) == ("We wait,", "Ana Sousa")
    rejects = {each["document_id"]: each for each in read(job, "rejects")}
    assert {
        name: [fault["pointer"] for fault in each["errors"]] for name, each in rejects.items()
    } == {
        "a.jsonl:2": ["/text"],
        "a.jsonl:3": ["/published"],
        "a.jsonl:5": [""],
    }


def test_actor_tells(job, actor):
    """What an actor cannot read is told as a result, whatever was in the way."""
    read_shard, shard = actor
    gone = asdict(replace(shard, source=replace(shard.source, uri=f"{job.input}/gone.jsonl")))
    assert "gone.jsonl" in read_shard(gone)["error"]


@pytest.mark.parametrize(
    ("changes", "error", "reason"),
    [
        ({"input": "nowhere"}, InvalidArchive, "nowhere: there is no such file or folder"),
        ({"output": "{input}"}, InvalidArchive, "it is inside the input"),
        ({"output": "{input}/out"}, InvalidArchive, "it is inside the input"),
        ({"output": "s4://bucket"}, InvalidArchive, "Unrecognized filesystem"),
    ],
)
def test_refused(job, changes, error, reason, monkeypatch):
    """What cannot be begun is refused before Ray starts."""
    monkeypatch.setattr(engine.ray, "init", None)
    changes = {name: value.format(input=job.input) for name, value in changes.items()}
    with pytest.raises(error, match=reason):
        next(run(replace(job, **changes)))


def test_bad_settings(job, monkeypatch):
    """Settings are checked before Ray starts, which could not say much of them."""
    monkeypatch.setattr(engine.ray, "init", None)
    monkeypatch.setenv("WHOSAID_MAX_CHARS", "many")
    with pytest.raises(InvalidSettings, match="WHOSAID_MAX_CHARS"):
        next(run(job))


def test_progress(job):
    """Progress adds up."""
    (source,) = find_sources(job.input)
    (shard,) = cut(source, 10**6, MAX_BYTES, "text")
    progress = Progress(size=500).add(shard, Count(2, 3)).add(shard, Count(1, 0))
    assert progress == Progress(500, 2 * source.size, answered=3, rejected=3)


@pytest.mark.model
def test_run(job, tmp_path, monkeypatch, capfd):
    """A whole archive goes through Ray; again, nothing is left to do; changed, only what changed.

    Nothing of any text is printed.
    """
    (tmp_path / "in" / "b.csv").write_text('text,section\n"“We go,” said Ana Sousa.",x\n')
    *_, last = steps = list(run(job))
    assert steps[0].passed_over == {"section"}
    assert (last.answered, last.rejected, last.done) == (3, 3, last.size)
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert {row["document_id"] for row in read(job, "documents")} == {
        "a.jsonl:1",
        "a.jsonl:4",
        "b.csv:1",
    }
    quotes = {row["document_id"]: row for row in read(job, "quotes")}
    assert quotes["b.csv:1"]["speaker_name"] == "Ana Sousa"

    monkeypatch.setattr(engine, "_read_all", lambda shards, reading: _fail(shards))
    (again,) = run(job)
    assert (again.answered, again.rejected, again.done) == (3, 3, again.size)
    with pytest.raises(CannotGoOn, match="another options"):
        list(run(replace(job, options={"scope": "all"})))
    with pytest.raises(EngineFailed, match=r"b\.csv: no column head"):
        list(run(replace(job, columns={"headline": "head"}, output=f"{job.output}-2")))
    assert "Sousa" not in "".join(capfd.readouterr())


def _fail(shards):
    assert not shards
    return iter(())


@pytest.mark.model
def test_ray_fails(job, monkeypatch):
    """A cluster that is not there, and a service that cannot start, are told in a sentence."""
    with pytest.raises(EngineFailed, match="Ray does not start"):
        next(run(replace(job, address="127.0.0.1:1")))
    monkeypatch.setenv("WHOSAID_AUTHORITY_FILE", "/nowhere.csv")
    with pytest.raises(EngineFailed, match=r"/nowhere\.csv"):
        next(run(job))
