"""`whosaid batch`: every line once, in order, whatever happens in between."""

import io
import json
import logging
from contextlib import nullcontext
from dataclasses import replace

import pytest

from service.cli import main
from service.cli.journal import CannotContinue, Record, find_rest, read_lines
from service.in_process import open_in_process
from tests.fakes import MODEL, FakeAnalyzer
from tests.service.shared_service import open_shared_client

LINES = [
    b'{"id": "1", "text": "\xe2\x80\x9cWe wait,\xe2\x80\x9d said Ana Sousa."}',
    b"{not json",
    b"",
    b'{"id": "4", "text": 4}',
    b'["no object"]',
    b'{"text": "Ana Sousa left.", "text": "twice"}',
    b'{"id": "7", "text": "Ana \\ud83d\\ude00 \\ud83d Sousa", "offset_unit": "utf16"}',
    b'{"id": "8", "text": "Ana Sousa came.", "view": "schema-org"}',
    b'{"id": "9", "text": "Ana Sousa stayed."}',
]
ANSWERED, REJECTED = [1, 7, 8, 9], [2, 4, 5, 6]


@pytest.fixture(scope="module")
def shared():
    with open_shared_client() as client:
        yield client


@pytest.fixture(autouse=True)
def _in_process(shared, monkeypatch):
    monkeypatch.setattr("service.in_process.open_in_process", lambda: nullcontext(shared))


@pytest.fixture
def anew(monkeypatch):
    """Have a service of its own answer, as outside of tests; return how to choose its model."""
    monkeypatch.setattr("service.in_process.open_in_process", open_in_process)

    def choose(analyzer):
        monkeypatch.setattr("service.in_process.load_analyzer", lambda _: analyzer)

    choose(FakeAnalyzer())
    before = logging.getLogger().handlers[:]
    yield choose
    logging.getLogger().handlers[:] = before


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(LINES))
    return tmp_path


def run(*options):
    return main(["batch", "in.jsonl", "out.jsonl", *options])


def read(path):
    """Return records but for what differs from one run to the next: times and request ids."""
    records = [json.loads(line) for line in path.read_text().splitlines()]
    for record in records:
        record.get("answer", {}).get("meta", {}).pop("timings_ms", None)
        record.get("problem", {}).pop("request_id", None)
    return records


def test_batch(folder, capsys):
    """Each line has its answer or its problem, in the order of the input, and its number."""
    assert run() == 3
    answered, rejected = (read(folder / name) for name in ("out.jsonl", "out.jsonl.rejects.jsonl"))
    assert [record["line"] for record in answered] == ANSWERED
    assert [record["id"] for record in answered] == ["1", "7", "8", "9"]
    assert answered[0]["answer"]["people"][0]["name"] == "Ana Sousa"
    assert answered[1]["answer"]["text_length"] == 14
    assert answered[2]["answer"]["@context"]
    assert [record["line"] for record in rejected] == REJECTED
    assert [record["problem"]["status"] for record in rejected] == [400, 422, 422, 400]
    assert [fault["pointer"] for fault in rejected[1]["problem"]["errors"]] == ["/text"]
    assert [fault["pointer"] for fault in rejected[3]["problem"]["errors"]] == ["/text"]
    assert rejected[1]["id"] == "4"
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "whosaid: 4 of 8 texts were rejected: see out.jsonl.rejects.jsonl\n"


def test_nothing_rejected(folder, capsys):
    """Where all is well, nothing is said, and no file of rejects is left."""
    (folder / "in.jsonl").write_bytes(LINES[0] + b"\n")
    assert run() == 0
    assert sorted(path.name for path in folder.iterdir()) == ["in.jsonl", "out.jsonl"]
    assert capsys.readouterr().err == ""


def test_empty(folder):
    """Nothing becomes nothing."""
    (folder / "in.jsonl").write_bytes(b"")
    assert run() == 0
    assert (folder / "out.jsonl").read_bytes() == b""


def test_options(folder):
    """Options hold for the texts that do not say otherwise."""
    assert run("--view", "web-annotation", "--language", "en", "--scope", "all") == 3
    contexts = [str(r["answer"].get("@context")) for r in read(folder / "out.jsonl")]
    assert ["anno" in context for context in contexts] == [True, True, False, True]


def test_no_file(folder, capsys):
    """Results go to files: what is done already has to be read again."""
    assert run("--rejects", "/dev/null") == 2
    assert "/dev/null: not a file, so that nothing could go on" in capsys.readouterr().err


@pytest.mark.parametrize("share", [0.0, 0.2, 0.45, 0.7, 0.9, 1.0])
def test_goes_on(folder, share):
    """Wherever the output was cut, the rest is added: as if it had been one run."""
    assert run() == 3
    whole = [(folder / name) for name in ("out.jsonl", "out.jsonl.rejects.jsonl")]
    expected = [read(path) for path in whole]
    records = sorted(
        (json.loads(line)["line"], path, line)
        for path in whole
        for line in path.read_bytes().splitlines(keepends=True)
    )
    size = int(share * sum(len(line) for *_, line in records))
    for path in whole:
        path.write_bytes(b"")
    for _, path, line in records:
        with path.open("ab") as file:
            file.write(line[: max(0, size)])
        size -= len(line)
    assert run() == 3
    assert [read(path) for path in whole] == expected


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_lost_answers(folder, lost):
    """Where the end of the answers was lost, they are written anew, and later rejects as well."""
    (folder / "in.jsonl").write_bytes(b"\n".join([*LINES[:1], *LINES[6:], *LINES[1:6]]))
    assert run() == 3
    paths = folder / "out.jsonl", folder / "out.jsonl.rejects.jsonl"
    expected = [read(path) for path in paths]
    kept = paths[0].read_bytes().splitlines(keepends=True)
    paths[0].write_bytes(b"".join(kept[:-lost]) + kept[-lost][:99])
    assert run() == 3
    assert [read(path) for path in paths] == expected


def test_rejects_of_another_batch(folder, capsys):
    """Rejects that are not of this batch are left alone."""
    assert run() == 3
    (folder / "out.jsonl").unlink()
    before = (folder / "out.jsonl.rejects.jsonl").read_bytes()
    swap(folder, b"{not json", b"{nor json")
    assert run() == 1
    assert OTHER.replace("1", "2") in capsys.readouterr().err
    (folder / "in.jsonl").write_bytes(b"")
    assert run() == 1
    (folder / "in.jsonl").write_bytes(b"\n" * 5 + LINES[0])
    assert run() == 1
    told = capsys.readouterr().err
    assert "out.jsonl.rejects.jsonl: it has results of more lines than the input has" in told
    assert "out.jsonl.rejects.jsonl: line 6 has no result, but later ones have" in told
    assert (folder / "out.jsonl.rejects.jsonl").read_bytes() == before


def test_written_at_once(tmp_path):
    """A result is in the system's hands as soon as it is written, whatever becomes of the process."""
    (line,) = read_lines(io.BytesIO(b"x\n"), 10, b"")
    with Record(tmp_path / "a") as record:
        record.write(line, {"id": None})
        assert (tmp_path / "a").read_bytes().endswith(b"}\n")


def test_every_cut(folder):
    """A line that was cut at any byte is written anew."""
    (folder / "in.jsonl").write_bytes(LINES[0])
    line = next(read_lines(io.BytesIO(LINES[0]), 1000, b""))
    path = folder / "record"
    with Record(path) as record:
        record.write(line, {"id": "1", "answer": {}})
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        with Record(path) as record:
            assert record.next_number is None
            record.write(line, {"id": "1", "answer": {}})
        assert path.read_bytes() == whole


def test_done_already(folder):
    """What is done is not done again, and the exit status stays."""
    assert run() == 3
    before = (folder / "out.jsonl").read_bytes()
    assert run() == 3
    assert (folder / "out.jsonl").read_bytes() == before


def test_longer_input(folder):
    """Lines that were added to the input are added to the output."""
    whole = (folder / "in.jsonl").read_bytes() + b"\n"
    (folder / "in.jsonl").write_bytes(LINES[0] + b"\n")
    assert run() == 0
    (folder / "in.jsonl").write_bytes(whole)
    assert run() == 3
    assert [record["line"] for record in read(folder / "out.jsonl")] == ANSWERED


OTHER = "the result of line 1 was made of another input, with other options, or by another model"


@pytest.mark.parametrize(
    ("change", "options", "reason"),
    [
        pytest.param(lambda f: swap(f, b"wait", b"went"), [], OTHER, id="input"),
        pytest.param(lambda f: None, ["--scope", "all"], OTHER, id="options"),
        pytest.param(
            lambda f: (f / "in.jsonl").write_bytes(LINES[0]),
            ["--rejects", "other"],
            "it has results of more lines than the input has",
            id="shorter",
        ),
        pytest.param(
            lambda f: None,
            ["--rejects", "other"],
            "line 2 has no result, but later ones have",
            id="other-rejects",
        ),
        pytest.param(
            lambda f: (f / "out.jsonl").write_text("my diary\n"),
            [],
            "it has other things than results of a batch",
            id="other-file",
        ),
        pytest.param(
            lambda f: (f / "out.jsonl").write_text("my diary"),
            [],
            "it has other things than results of a batch",
            id="other-file-without-end",
        ),
    ],
)
def test_refuses_to_go_on(change, options, reason, folder, capsys):
    """Output that is not the beginning of this one is left alone."""
    assert run() == 3
    change(folder)
    before = (folder / "out.jsonl").read_bytes()
    assert run(*options) == 1
    told = capsys.readouterr().err
    assert f"whosaid: out.jsonl: {reason}; name another file" in told
    assert (folder / "out.jsonl").read_bytes() == before


def swap(folder, old, new):
    path = folder / "in.jsonl"
    path.write_bytes(path.read_bytes().replace(old, new))


def test_other_model(folder, anew, capsys):
    """Answers of two models are not mixed."""
    assert run() == 3
    anew(FakeAnalyzer(info=replace(MODEL, version="2")))
    assert run() == 1
    assert OTHER in capsys.readouterr().err


def test_one_at_a_time(folder, capsys):
    """Two batches do not write to the same file."""
    with Record(folder / "out.jsonl"):
        assert run() == 1
    assert "out.jsonl: another batch is writing to it" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["in.jsonl", "in.jsonl"], id="output"),
        pytest.param(["in.jsonl", "out.jsonl", "--rejects", "./out.jsonl"], id="rejects"),
    ],
)
def test_same_files(arguments, folder, capsys):
    """Nothing is written over what is read."""
    assert main(["batch", *arguments]) == 2
    assert "not three different files" in capsys.readouterr().err


def test_busy(folder, monkeypatch, capsys):
    """A service that is too busy is no fault of a line: what is done stays, the rest is for later."""
    busy = {"index": 0, "id": None, "status": 503}
    busy["problem"] = {"title": "Overloaded", "status": 503, "detail": "many are waiting"}

    def fetch(_, items):
        list(items)
        yield {"index": 0, "id": "1", "status": 200, "answer": {}}
        yield busy

    monkeypatch.setattr("service.client.Client.fetch_results", fetch)
    assert run() == 1
    assert "whosaid: Overloaded (503): many are waiting" in capsys.readouterr().err
    assert [record["line"] for record in read(folder / "out.jsonl")] == [1]


def test_interrupted(folder, monkeypatch, capsys):
    """What is done stays, and the same command goes on."""
    write = Record.write

    def interrupt(record, line, result):
        write(record, line, result)
        if line.number == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(Record, "write", interrupt)
    assert run() == 130
    assert capsys.readouterr().err.endswith("whosaid: interrupted\n")
    monkeypatch.setattr(Record, "write", write)
    assert run() == 3
    assert [record["line"] for record in read(folder / "out.jsonl")] == ANSWERED


def test_progress(folder, monkeypatch, capsys):
    """A terminal shows how far it is, how fast, and how long it will take."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert run() == 3
    shown = capsys.readouterr().err
    assert "100%" in shown
    assert "8 texts, " in shown
    assert "left:" in shown


LONG = 50


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        pytest.param(b"", [], id="empty"),
        pytest.param(b"a", [(1, b"a", 1)], id="no-end"),
        pytest.param(b"a\r\n\r\n \nb\n", [(1, b"a\r\n", 3), (4, b"b\n", 9)], id="blank"),
        pytest.param(
            b"a" * LONG + b"\nb", [(1, b"a" * LONG + b"\n", 51), (2, b"b", 52)], id="long"
        ),
        pytest.param(b"a" * 51 + b"\nb", [(1, None, 52), (2, b"b", 53)], id="too-long"),
        pytest.param(b"a" * 500, [(1, None, 500)], id="much-too-long"),
        pytest.param("a\u2028b\n".encode(), [(1, "a\u2028b\n".encode(), 6)], id="separator"),
    ],
)
def test_lines(content, lines):
    """Lines end at line feeds; those that are empty count, and are left out."""
    found = list(read_lines(io.BytesIO(content), LONG, b""))
    assert [(line.number, line.written, line.end) for line in found] == lines


def test_digests():
    """A digest is of all of a line, also of one that is too long, and of what else matters."""
    first, second = (b"a" * 500 + end for end in (b"b\n", b"c\n"))
    digests = {
        line.digest
        for content in (first, second)
        for seed in (b"", b"x")
        for line in read_lines(io.BytesIO(content), LONG, seed)
    }
    assert len(digests) == 4


def test_too_long_line(folder, anew, monkeypatch):
    """A line that is longer than any text may be is rejected, and not held."""
    monkeypatch.setenv("WHOSAID_MAX_CHARS", "100")
    monkeypatch.setenv("WHOSAID_QUEUE_MAX_CHARS", "100")
    (folder / "in.jsonl").write_bytes(b'{"text": "' + b"a" * 100_000 + b'"}\n' + LINES[0])
    assert run() == 3
    (rejected,) = read(folder / "out.jsonl.rejects.jsonl")
    assert (rejected["line"], rejected["problem"]["status"]) == (1, 413)
    assert [record["line"] for record in read(folder / "out.jsonl")] == [2]


def test_memory_is_flat(tmp_path):
    """However long an input is, no more of it is held than a few lines."""
    lines = (line for line in read_lines(Endless(), 1000, b""))
    with Record(tmp_path / "a") as answers, Record(tmp_path / "b") as rejects:
        rest = find_rest(lines, answers, rejects)
        assert next(rest).number == 1
        assert next(rest).number == 2


class Endless(io.RawIOBase):
    """A file of lines without an end."""

    def readline(self, size=-1):
        return b'{"text": "x"}\n'


def test_line_in_both(tmp_path):
    """A line that has an answer and a problem is none that this command wrote."""
    (line,) = read_lines(io.BytesIO(b"x\n"), 10, b"")
    for name in ("a", "b"):
        with Record(tmp_path / name) as record:
            record.write(line, {"id": None})
    with (
        Record(tmp_path / "a") as answers,
        Record(tmp_path / "b") as rejects,
        pytest.raises(CannotContinue, match="line 1 has two results"),
    ):
        find_rest(iter([line]), answers, rejects)
