"""Ray over a small archive with the model that ships, and what an actor does by itself."""

import json
from contextlib import nullcontext
from dataclasses import asdict, replace
from types import SimpleNamespace

import pyarrow.dataset as ds
import pytest

from service.archive import engine
from service.archive.engine import EngineFailed, Job, Progress, Reader, Reading, run
from service.archive.errors import InvalidArchive
from service.archive.shards import cut
from service.archive.sources import find_sources
from service.archive.store import CannotGoOn, Count, Store
from service.in_process import CannotStart
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


def test_actor_gives_up(job, actor):
    """What has ended the processes that read it is not read for ever; in another run it is again."""
    read_shard, shard = actor
    store = Store(job.output)
    for attempt in range(1, engine.ATTEMPTS + 1):
        assert store.count_attempt(shard) == attempt
    told = read_shard(asdict(shard))["error"]
    assert told == "a.jsonl, from row 1 on: 5 processes ended while they read it"
    store.begin({}, 7)
    assert read_shard(asdict(shard))["error"] is None
    assert store.count_attempt(shard) == 1


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


@pytest.fixture
def without_ray(monkeypatch):
    """Have this process do with a fake model what Ray has others do; return what was read."""
    read_again = []

    def read_all(shards, reading):
        reader = Reader(reading)
        for shard in shards:
            read_again.append(shard.source.name)
            result = reader(asdict(shard))
            yield shard, Count(result["answered"], result["rejected"])

    def cut_all(sources, reading):
        parts = [engine._cut(asdict(source), reading) for source in sources]
        return [
            engine._load_shard(shard) for part in parts for shard in part["shards"]
        ], frozenset()

    with open_shared_client() as client:
        monkeypatch.setattr(engine, "open_in_process", lambda **_: _Kept(client))
        monkeypatch.setattr(engine, "_start_ray", lambda address: nullcontext())
        monkeypatch.setattr(engine, "_ask_service", SimpleNamespace(remote=client.capabilities))
        monkeypatch.setattr(engine, "_get", lambda capabilities: capabilities)
        monkeypatch.setattr(engine, "_cut_all", cut_all)
        monkeypatch.setattr(engine, "_read_all", read_all)
        yield read_again


def test_going_on(job, tmp_path, without_ray):
    """What is done is not done again; what has changed is; with other options nothing is."""
    (tmp_path / "in" / "b.csv").write_text('text\n"“We go,” said Ana Sousa."\n')
    *_, last = list(run(job))
    assert (last.answered, last.rejected, last.done) == (3, 3, last.size)
    before = read(job, "quotes")
    (again,) = run(job)
    assert again == last
    assert without_ray == ["a.jsonl", "b.csv"]
    (tmp_path / "in" / "b.csv").write_text('text\n"“We stay,” said Ana Sousa."\n')
    *_, last = list(run(job))
    assert (last.answered, last.rejected, last.done) == (3, 3, last.size)
    assert without_ray == ["a.jsonl", "b.csv", "b.csv"]
    words = {row["document_id"]: row["text"] for row in read(job, "quotes")}
    assert words == {**{r["document_id"]: r["text"] for r in before}, "b.csv:1": "We stay,"}
    path = tmp_path / "in" / "a.jsonl"
    path.write_text(path.read_text() * 2)
    *_, last = list(run(job))
    assert (last.answered, last.rejected) == (5, 6)
    assert len(read(job, "documents")) == 5
    with pytest.raises(CannotGoOn, match="another options"):
        next(run(replace(job, options={"scope": "all"})))


def test_columns_are_told(job, tmp_path):
    """What cannot be cut is told as a result; columns that nothing is read from are named."""
    (tmp_path / "in" / "b.csv").write_text("text,section\na,b\n")
    source = find_sources(job.input)[1]
    cut_up = engine._cut(asdict(source), Reading(job, 100, MAX_BYTES))
    assert (cut_up["error"], cut_up["passed_over"]) == (None, ["section"])
    job = replace(job, columns={"headline": "head"})
    told = engine._cut(asdict(source), Reading(job, 100, MAX_BYTES))
    assert told == {"error": "b.csv: no column head: it has text, section"}

    class Told:
        def iter_rows(self):
            return iter([told])

    with pytest.raises(EngineFailed, match=r"^b\.csv: no column head"):
        list(engine._take(Told()))


@pytest.mark.model
def test_run(job, tmp_path, capfd):
    """A whole archive goes through Ray, and nothing of any text is printed."""
    (tmp_path / "in" / "b.csv").write_text('text,section\n"“We go,” said Ana Sousa.",x\n')
    *_, last = steps = list(run(job))
    assert steps[0].passed_over == {"section"}
    assert (last.answered, last.rejected, last.done) == (3, 3, last.size)
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    names = {row["document_id"] for row in read(job, "documents")}
    assert names == {"a.jsonl:1", "a.jsonl:4", "b.csv:1"}
    quotes = {row["document_id"]: row for row in read(job, "quotes")}
    assert quotes["b.csv:1"]["speaker_name"] == "Ana Sousa"
    assert "Sousa" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1"])
def test_no_cluster(job, monkeypatch, address):
    """A cluster that is not there is told at once."""
    monkeypatch.setattr(engine.ray, "init", None)
    with pytest.raises(EngineFailed, match=f"no Ray cluster at {address}: Connection refused"):
        next(run(replace(job, address=address)))


def test_ray_does_not_start(job, monkeypatch):
    """Whatever Ray says of why it does not start is told; its own address is its own business."""

    def fail(address, **options):
        asked.append((address, options))
        raise RuntimeError("no such thing")

    asked = []
    monkeypatch.setattr(engine.ray, "init", fail)
    monkeypatch.setenv("WHOSAID_DEFAULT_SCOPE", "all")
    for address in ("auto", None):
        with pytest.raises(EngineFailed, match="Ray does not start: no such thing"):
            next(run(replace(job, address=address)))
    (elsewhere, there), (local, here) = asked
    assert (elsewhere, local) == ("auto", "local")
    assert there["runtime_env"]["env_vars"]["WHOSAID_DEFAULT_SCOPE"] == "all"
    assert here["_node_ip_address"] == "127.0.0.1"


def test_ray_breaks(monkeypatch):
    """What Ray itself breaks on is told by its kind alone: its own words may quote anything."""

    class Broken:
        def iter_rows(self):
            raise engine.ray.exceptions.ActorDiedError

    with pytest.raises(EngineFailed, match=r"^Ray failed: ActorDiedError$"):
        list(engine._take(Broken()))


def test_service_cannot_start(monkeypatch):
    """What keeps the service from starting on a worker is told in its own words."""

    def fail(reference):
        raise engine.ray.exceptions.RayTaskError("f", "traceback", CannotStart("no such file"))

    monkeypatch.setattr(engine.ray, "get", fail)
    with pytest.raises(EngineFailed, match=r"^no such file$"):
        engine._get(None)
