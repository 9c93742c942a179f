"""`whosaid doctor`: what each check finds, and what it says to do."""

import errno
import os
import socket
from types import SimpleNamespace

import pytest

from analysis.document import Analysis
from analysis.errors import ModelDamaged
from service.cli import checks, main
from service.cli.checks import Verdict
from service.descriptors import TooFewDescriptors
from service.settings import Settings
from tests.fakes import FakeAnalyzer


class Blind(FakeAnalyzer):
    """Finds nothing."""

    def analyze(self, articles, language="en", **_):
        return [Analysis(article.text, language) for article in articles]


def examine(check, settings=None, *places):
    return [(f.verdict.value, f.found, f.advice) for f in check(settings or Settings(), *places)]


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def test_doctor(monkeypatch, free_port, capsys):
    """Each check is a line; what to do stands below; the status is that of the worst."""
    monkeypatch.setenv("PORT", str(free_port))
    monkeypatch.setattr("service.app.load_analyzer", lambda _: FakeAnalyzer())
    monkeypatch.setattr("service.cli.checks.find_memory", lambda *_: 10_000)
    assert main(["doctor"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("ok    settings     every variable has a value that makes sense\n")
    assert f"ok    port         127.0.0.1, port {free_port}: free\n" in shown
    assert "ok    model        fake 1, 000000000000, loaded in 0.0 s; reads" in shown


def test_doctor_fails(monkeypatch, free_port, capsys):
    """What is wrong is told with what to do, and the other checks are made all the same."""
    monkeypatch.setenv("PORT", "eighty")
    monkeypatch.setenv("WHOSAID_THREADS", "0")
    monkeypatch.setattr("service.app.load_analyzer", lambda _: FakeAnalyzer())
    assert main(["doctor"]) == 1
    shown = capsys.readouterr().out
    assert "fail  settings     PORT: 'eighty': not a number\n" + " " * 19 + "Correct it" in shown
    assert "WHOSAID_THREADS" in shown
    assert "model        fake" in shown


@pytest.mark.parametrize(
    ("workers", "threads", "verdict"),
    [
        pytest.param(2, 1, "ok", id="as-many"),
        pytest.param(2, 2, "warn", id="too-many"),
    ],
)
def test_cores(workers, threads, verdict, monkeypatch):
    """More threads than cores are slower."""
    monkeypatch.setattr("service.cli.checks.count_cores", lambda: 2)
    settings = Settings(workers=workers, inference_threads=threads)
    ((found, told, _),) = examine(checks.check_cores, settings)
    assert (found, told.split(";")[0]) == (verdict, "2 cores")


@pytest.mark.parametrize(
    ("flags", "verdict"),
    [
        pytest.param("flags : fpu avx512_vnni", "ok", id="vnni"),
        pytest.param("flags : fpu avx_vnni", "ok", id="avx-vnni"),
        pytest.param("Features : fp asimddp", "ok", id="arm"),
        pytest.param("flags : fpu avx2", "warn", id="without"),
        pytest.param(None, "ok", id="not-told"),
    ],
)
def test_processor(flags, verdict, tmp_path):
    """A processor without dot products of eight bits is slower, and that is said."""
    path = tmp_path / "cpuinfo"
    if flags is not None:
        path.write_text(flags)
    ((found, _, _),) = examine(checks.check_processor, None, path)
    assert found == verdict


@pytest.mark.parametrize(
    ("available", "limit", "used", "expected"),
    [
        pytest.param("4096000", None, None, 4000, id="no-container"),
        pytest.param("4096000", "max", "1", 4000, id="no-limit"),
        pytest.param("4096000", "1048576000", "524288000", 500, id="limit"),
        pytest.param("409600", "1048576000", "0", 400, id="short"),
        pytest.param(None, None, None, None, id="not-told"),
    ],
)
def test_memory_is_found(available, limit, used, expected, tmp_path):
    """What may be taken is what is free, within the limit of a container."""
    info = tmp_path / "meminfo"
    if available:
        info.write_text(f"MemTotal: 9 kB\nMemAvailable:   {available} kB\n")
    if limit:
        (tmp_path / "memory.max").write_text(f"{limit}\n")
        (tmp_path / "memory.current").write_text(f"{used}\n")
    assert checks.find_memory(info, tmp_path) == expected


@pytest.mark.parametrize(
    ("available", "verdict"),
    [
        pytest.param(100, "fail", id="short"),
        pytest.param(5000, "ok", id="enough"),
        pytest.param(None, "ok", id="not-told"),
    ],
)
def test_memory(available, verdict, monkeypatch):
    """Memory has to do for all workers."""
    monkeypatch.setattr("service.cli.checks.find_memory", lambda *_: available)
    ((found, told, _),) = examine(checks.check_memory, Settings(workers=3))
    assert found == verdict
    assert str(checks.SHARED_MIB + 3 * checks.WORKER_MIB) in told


def test_files(monkeypatch):
    """A process has to be allowed as many open files as it needs."""
    assert examine(checks.check_files)[0][0] == "ok"

    def refuse(_):
        raise TooFewDescriptors(64, 241)

    monkeypatch.setattr("service.cli.checks.fit_connections", refuse)
    ((verdict, _, advice),) = examine(checks.check_files)
    assert (verdict, advice) == ("fail", "Allow more: ulimit -n 241")


def test_folders(tmp_path, monkeypatch):
    """Folders have to be writable and have room, or be ones that can be made."""
    settings = Settings(metrics_dir=str(tmp_path / "not" / "yet"))
    assert [verdict for verdict, *_ in examine(checks.check_folders, settings)] == ["ok", "ok"]
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    assert examine(checks.check_folders)[0][2] == "Make room."
    monkeypatch.setattr("os.access", lambda *_: False)
    assert "cannot be written to" in examine(checks.check_folders)[0][1]


def test_no_temporary_folder(monkeypatch):
    """Without any temporary folder nothing can be loaded."""

    def refuse():
        raise FileNotFoundError

    monkeypatch.setattr("tempfile.gettempdir", refuse)
    assert examine(checks.check_folders)[0][::2] == ("fail", "Set TMPDIR.")


def test_port(free_port):
    """A port that is taken may be taken by the service itself; an address has to be one."""
    settings = Settings(port=free_port)
    assert examine(checks.check_port, settings)[0][0] == "ok"
    with socket.create_server(("127.0.0.1", free_port)):
        assert examine(checks.check_port, settings)[0][0] == "warn"
    assert examine(checks.check_port, Settings(host="host.invalid"))[0][0] == "fail"


def test_port_for_others(monkeypatch):
    """Why an address cannot be used is told."""

    def refuse(*_, **__):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("socket.getaddrinfo", refuse)
    assert examine(checks.check_port)[0][1].endswith("Permission denied")


def test_operators_files(tmp_path):
    """Files of keys and names are read as the service reads them."""
    assert examine(checks.check_operators_files) == []
    keys, names = tmp_path / "keys", tmp_path / "names.csv"
    keys.write_text(f"cms sha256:{'0' * 64}\n")
    keys.chmod(0o600)
    names.write_text("name,type\nAna Sousa,person\n")
    settings = Settings(keys_file=str(keys), authority_file=str(names))
    assert [
        found.split()[0] for _, found, _ in examine(checks.check_operators_files, settings)
    ] == [
        "1",
        "1",
    ]
    keys.write_text("nonsense")
    names.write_text("nonsense")
    assert [verdict for verdict, *_ in examine(checks.check_operators_files, settings)] == [
        "fail",
        "fail",
    ]


def test_extras(monkeypatch):
    """What a setting needs has to be installed."""
    assert {verdict for verdict, *_ in examine(checks.check_extras)} == {"ok"}
    monkeypatch.setattr("service.cli.checks.find_spec", lambda _: None)
    found = examine(checks.check_extras, Settings(tracing=True))
    assert [verdict for verdict, *_ in found] == ["ok", "fail"]
    assert found[1][2] == "pip install 'whosaid[tracing]'"


@pytest.mark.parametrize(
    ("load", "verdict", "told"),
    [
        pytest.param(lambda _: FakeAnalyzer(), "ok", "reads a text as it should", id="well"),
        pytest.param(lambda _: Blind(), "fail", "misses the name", id="misses"),
        pytest.param(None, "fail", "weights: its SHA-256 is not", id="damaged"),
    ],
)
def test_model(load, verdict, told, monkeypatch):
    """A model has to be whole, and to read."""

    def damaged(_):
        raise ModelDamaged("weights", "its SHA-256 is not the one in the config")

    monkeypatch.setattr("service.app.load_analyzer", load or damaged)
    ((found, what, _),) = examine(checks.check_model)
    assert found == verdict
    assert told in what


@pytest.mark.model
def test_shipped_model(monkeypatch):
    """The model that ships is well."""
    ((verdict, found, _),) = examine(checks.check_model)
    assert verdict == Verdict.OK
    assert found.startswith("whosaid-en ")
