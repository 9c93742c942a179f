"""What archives on Ray are measured with; the commands themselves are run in tests/e2e."""

import json
import sys
from datetime import UTC, datetime

import pytest

from evaluation import archives
from evaluation.archives import (
    FULL,
    list_answered,
    list_found,
    read_tables,
    render,
    run_to_end,
    start,
    write_articles,
    write_sampled,
)
from evaluation.report import describe_run
from service.archive.shards import Shard
from service.archive.sources import Source
from service.archive.store import Store
from service.archive.tables import build_rows
from service.examples import build_whole_answer

MAY = datetime(2016, 5, 2, tzinfo=UTC)


@pytest.fixture
def made(tmp_path):
    """Answers of a plain batch, and the archive of the same."""
    result = {"id": "1", "answer": build_whole_answer()}
    lines = (json.dumps({"line": line, **result}) + "\n" for line in (1, 3))
    (tmp_path / "plain.jsonl").write_text("".join(lines))
    store = Store(str(tmp_path / "out"))
    store.begin({}, 7)
    shard = Shard(Source("a.jsonl", "a.jsonl", 9), 0, 9, 1, "d" * 16, 9)
    rows = [row for line in (1, 3) for row in build_rows("a.jsonl", line, MAY, result)]
    return tmp_path, store, shard, rows


def test_same(made):
    """An archive and answers of the same texts say the same."""
    folder, store, shard, rows = made
    store.write(shard, rows)
    expected = list_answered(folder / "plain.jsonl", "a.jsonl")
    assert list_found(folder / "out") == expected
    assert len(expected) == 6


@pytest.mark.parametrize("change", ["lost", "doubled", "other"])
def test_not_same(made, change):
    """What is lost, doubled or different is seen."""
    folder, store, shard, rows = made
    if change == "lost":
        rows.pop()
    elif change == "doubled":
        rows.append(rows[-1])
    else:
        rows[-1][1]["fragments"][0]["start"] += 1
    store.write(shard, rows)
    assert list_found(folder / "out") != list_answered(folder / "plain.jsonl", "a.jsonl")


def test_tables(made):
    """Tables that have no rows are not there."""
    folder, store, shard, rows = made
    store.write(shard, rows[:1])
    assert list(read_tables(folder / "out")) == ["documents"]


def test_texts(tmp_path):
    """Texts are the same in every run, as many as are asked for, and have days."""
    assert write_articles(tmp_path / "a.jsonl", ["one two", "three"], 6) == 6
    assert len((tmp_path / "a.jsonl").read_text().splitlines()) == 4
    for name in ("b.jsonl", "c.jsonl"):
        text = "a b c d e f\n\nshort\n\ng h i j k l"
        write_sampled(tmp_path / name, [text], articles=3, words=10)
    written = (tmp_path / "b.jsonl").read_text()
    assert written == (tmp_path / "c.jsonl").read_text()
    for line in map(json.loads, written.splitlines()):
        assert len(line["text"].split()) == 12
        assert "short" not in line["text"]
        assert 2000 <= datetime.fromisoformat(line["published"]).year < 2020


def test_commands(tmp_path, capfd):
    """A command's time is told, or its failure; what it started is ended with it."""
    assert run_to_end(["true"], tmp_path / "out") < 10
    with pytest.raises(RuntimeError, match="status 1"):
        run_to_end(["false"], tmp_path / "out")
    child = (
        "import subprocess, time; subprocess.Popen(['sleep', '100']); print('x'); time.sleep(100)"
    )
    with (
        pytest.raises(RuntimeError, match="before it was to"),
        start([sys.executable, "-c", "print('what went wrong')"], tmp_path / "out") as run,
    ):
        run.wait_for_marks(1)
    assert "what went wrong" in capfd.readouterr().err
    with start([sys.executable, "-c", child], tmp_path / "out") as run:
        while len(run.list_processes()) < 2:
            assert run.process.poll() is None
        assert run.list_actors() == []
    assert not run.list_processes()


def test_report(tmp_path, monkeypatch, capsys):
    """Each part has a table of its own; a missed bound is the exit status."""
    met = archives.Row("What", "1.0", "at most 1.1", True)
    monkeypatch.setattr(archives, "load_texts", lambda data: ["a b"])
    monkeypatch.setattr(archives, "measure_overhead", lambda *_: [met])
    monkeypatch.setattr(archives, "measure_actors", lambda *_: [archives.Row("W", "2", "1", False)])
    options = [str(tmp_path), "--results", str(tmp_path)]
    assert archives.main([*options, "--parts", "overhead"]) == 0
    (path,) = tmp_path.glob("archives-overhead-*.md")
    assert "| What | 1.0 | at most 1.1 | yes |" in path.read_text()
    assert archives.main([*options, "--parts", "actors"]) == 1
    assert "| W | 2 | 1 | **no** |" in capsys.readouterr().out
    report = {**describe_run(), "part": "memory", "rows": []}
    assert render(report).startswith("# Archives, memory, of ")
    assert FULL.articles == 50_000
