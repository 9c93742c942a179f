"""Where an archive is written: whole shards or none, and each once."""

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from pyarrow import fs

from service.archive.shards import Shard
from service.archive.sources import Source
from service.archive.store import CannotGoOn, Count, Store
from service.archive.tables import SCHEMAS, Table, build_rows
from service.examples import build_whole_answer

SOURCE = Source("in/a.jsonl", "a.jsonl", 100)
SHARD = Shard(SOURCE, 0, 50, 1, "d" * 16, 50)
OTHER = Shard(SOURCE, 50, 100, 3, "e" * 16, 50)
MADE_OF = {"service": "1", "options": {"scope": "all"}}
MAY, LAST_YEAR = datetime(2016, 5, 2, tzinfo=UTC), datetime(2015, 5, 2, tzinfo=UTC)

PROBLEM = {
    "id": "x",
    "problem": {
        "type": "urn:whosaid:problem:invalid-request",
        "title": "Invalid request",
        "status": 422,
        "detail": "bad \ud83d",
        "errors": [{"pointer": "/text", "detail": "Missing."}],
    },
}


@pytest.fixture(scope="module")
def answer():
    """What the service says of a text, by its own example."""
    return {"id": "1", "answer": build_whole_answer()}


def rows(answer, *published):
    for number, time in enumerate(published, 1):
        yield from build_rows("a.jsonl", number, time, answer)


def read(folder, table):
    partitioning = None if table is Table.REJECTS else "hive"
    return ds.dataset(folder / table, partitioning=partitioning).to_table().to_pylist()


def list_files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_write(tmp_path, answer):
    """Rows stand by the year of publication, and those without one by themselves."""
    store = Store(str(tmp_path))
    assert store.begin(MADE_OF, 7) == 7
    written = [*rows(answer, MAY, LAST_YEAR, None), *build_rows("a.jsonl", 4, None, PROBLEM)]
    assert store.write(SHARD, written) == Count(3, 1)
    (tmp_path / "_done" / ".DS_Store").touch()
    assert store.find_counts() == {SHARD.mark: Count(3, 1)}
    years = Counter(row["year"] for row in read(tmp_path, Table.DOCUMENTS))
    assert years == {2016: 1, 2015: 1, None: 1}
    quotes = read(tmp_path, Table.QUOTES)
    assert len(quotes) == 3 * len(answer["answer"]["quotes"])
    (reject,) = read(tmp_path, Table.REJECTS)
    assert reject["document_id"] == "a.jsonl:4"
    assert reject["detail"] == "bad ?"
    assert reject["errors"] == PROBLEM["problem"]["errors"]
    for table in Table:
        for path in (tmp_path / table).rglob("*.parquet"):
            assert pq.read_schema(path) == SCHEMAS[table]


def test_verbatim(tmp_path, answer):
    """Tables have every span of an answer as it is, and whatever else it says of them."""
    store = Store(str(tmp_path))
    store.begin(MADE_OF, 7)
    store.write(SHARD, rows(answer, MAY))
    said = answer["answer"]
    for quote, row in zip(said["quotes"], read(tmp_path, Table.QUOTES), strict=True):
        assert row["quote_id"] == quote["id"]
        assert [_drop_nulls(each) for each in row["fragments"]] == quote["fragments"]
        speaker = quote["speaker"] or {"name": None, "entity_id": None, "mention": None}
        assert row["speaker_name"] == speaker["name"]
        assert row["speaker_entity_id"] == speaker["entity_id"]
        assert _drop_nulls(row["speaker_mention"] or {}) == (speaker["mention"] or {})
        assert _drop_nulls(row["cue"] or {}) == (quote["cue"] or {})
        assert row["status"] == quote["attribution"]["status"]
        assert (row["prefix"], row["suffix"]) == tuple(quote["context"].values())
    entities = {row["entity_id"]: row for row in read(tmp_path, Table.ENTITIES)}
    lists = ("people", "organisations", "places")
    assert set(entities) == {entity["id"] for name in lists for entity in said[name]}
    for entity in (entity for name in lists for entity in said[name]):
        row = entities[entity["id"]]
        assert (row["name"], row["aliases"], row["count"]) == (
            entity["name"],
            entity["aliases"],
            entity["count"],
        )
        assert [_drop_nulls(mention) for mention in row["mentions"]] == entity["mentions"]


def _drop_nulls(row):
    return {name: value for name, value in row.items() if value is not None}


def test_again(tmp_path, answer):
    """A shard that is written again leaves nothing of what it was, in any year or table."""
    store = Store(str(tmp_path))
    store.begin(MADE_OF, 7)
    store.write(OTHER, rows(answer, MAY))
    kept = list_files(tmp_path)
    store.write(SHARD, [*rows(answer, LAST_YEAR), *build_rows("a.jsonl", 4, None, PROBLEM)])
    changed = Shard(SOURCE, 0, 50, 1, "f" * 16, 50)
    store.write(changed, [])
    assert store.find_counts() == {OTHER.mark: Count(1, 0), changed.mark: Count(0, 0)}
    assert [path for path in list_files(tmp_path) if changed.digest not in path] == kept


def test_changed(tmp_path, answer):
    """What a file had before it changed goes; what other files had, gone or not, stays."""
    store = Store(str(tmp_path))
    store.begin(MADE_OF, 7)
    gone = Shard(Source("in/b.jsonl", "b.jsonl", 9), 0, 9, 1, "f" * 16, 9)
    for shard in (SHARD, OTHER, gone):
        store.write(shard, rows(answer, MAY))
    longer = Shard(SOURCE, 0, 60, 1, "c" * 16, 60)
    store.forget_changed([SOURCE], [longer])
    assert list(store.find_counts()) == [gone.mark]
    assert len(read(tmp_path, Table.DOCUMENTS)) == 1
    store.write(SHARD, rows(answer, MAY))
    store.forget_changed([SOURCE], [SHARD, OTHER])
    assert set(store.find_counts()) == {gone.mark, SHARD.mark}


def test_cut_short(tmp_path, answer, monkeypatch):
    """Whatever keeps a shard from being written, it is not done then, and can be done again."""
    store = Store(str(tmp_path))
    store.begin(MADE_OF, 7)
    store.write(SHARD, rows(answer, MAY))
    files = {path: (tmp_path / path).read_bytes() for path in list_files(tmp_path)}
    steps = 0
    move = fs.FileSystem.move

    class Failing:
        """A disk that is full after so many files."""

        def __init__(self, real, left):
            self._real, self._left = real, left

        def __getattr__(self, name):
            return getattr(self._real, name)

        def move(self, *paths):
            if not self._left:
                raise OSError(28, "No space left on device")
            self._left -= 1
            move(self._real, *paths)

    for left in range(4):
        failing = Store(str(tmp_path))
        monkeypatch.setattr(failing, "_filesystem", Failing(failing._filesystem, left))
        with pytest.raises(OSError, match="No space"):
            failing.write(SHARD, rows(answer, MAY))
        assert store.find_counts() == {}
        steps += 1
    assert steps == 4
    # Whoever goes on clears away what was not finished.
    assert Store(str(tmp_path)).begin(MADE_OF, 9) == 7
    store.write(SHARD, rows(answer, MAY))
    assert {path: (tmp_path / path).read_bytes() for path in list_files(tmp_path)} == files


def test_going_on(tmp_path):
    """An archive goes on with shards as large as it has, and with nothing else than it is of."""
    store = Store(f"file://{tmp_path}/out")
    assert store.begin(MADE_OF, 7) == 7
    assert store.begin(MADE_OF, 9) == 7
    with pytest.raises(CannotGoOn, match=r"made with another options, service; name another"):
        store.begin({"options": {}, "service": "2"}, 7)
    with pytest.raises(CannotGoOn, match="made with another models"):
        store.begin({**MADE_OF, "models": []}, 7)


def test_foreign_folder(tmp_path):
    """A folder of other things is left alone."""
    (tmp_path / "letters.txt").touch()
    with pytest.raises(CannotGoOn, match=f"^{tmp_path}: it has other things"):
        Store(str(tmp_path)).begin(MADE_OF, 7)


def test_documented():
    """Every column of every table is documented."""
    written = (Path(__file__).parents[2] / "docs" / "archives.md").read_text()
    for table in Table:
        section = written.split(f"### {table}\n")[1].split("\n#")[0]
        named = set(re.findall(r"`(\w+)`", section))
        assert set(SCHEMAS[table].names) <= named
