import importlib
import os
import signal
import sys
import threading
from types import SimpleNamespace

import pytest

from service.app import create_app
from service.authority import find_authority, keep_authority
from service.services import services_of
from service.settings import Settings
from tests.fakes import FakeAnalyzer


@pytest.fixture
def configure(monkeypatch):
    """Read gunicorn's configuration in an environment of the test's own."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    monkeypatch.setenv("WHOSAID_METRICS_DIR", "")
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")

    def read(**environ):
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delitem(sys.modules, "service.gunicorn_conf", raising=False)
        return importlib.import_module("service.gunicorn_conf")

    yield read
    sys.modules.pop("service.gunicorn_conf", None)


def test_settings_reach_gunicorn(configure):
    """Gunicorn listens, forks and waits as the settings say, and preloads nothing."""
    conf = configure(PORT="8123", WEB_CONCURRENCY="3", WHOSAID_DEADLINE_SECONDS="7.5")
    assert (conf.bind, conf.workers, conf.threads) == ("127.0.0.1:8123", 3, 80)
    assert conf.preload_app is False
    assert conf.graceful_timeout > 7.5


def test_ipv6_addresses_are_bracketed(configure):
    """An IPv6 address is told apart from its port."""
    assert configure(WHOSAID_HOST="::1", PORT="80").bind == "[::1]:80"


def test_bad_settings_stop_the_start(configure):
    """The service does not start with bad settings, and says which."""
    with pytest.raises(SystemExit, match="PORT: 'http': not a number"):
        configure(PORT="http")


GOOD = "name,type\nAna Sousa,person\n"


def test_bad_authority_files_stop_the_start(configure, tmp_path):
    """The service does not start with names that it cannot read, and says in which line."""
    names = tmp_path / "names.csv"
    names.write_text(GOOD + "Porto,city\n")
    with pytest.raises(SystemExit, match="line 3"):
        configure(WHOSAID_AUTHORITY_FILE=str(names)).on_starting(None)


def test_authority_files_are_read_again(configure, tmp_path):
    """At a reload the file is read again; one that cannot be read changes nothing."""
    names = tmp_path / "names.csv"
    names.write_text(GOOD)
    conf = configure(WHOSAID_AUTHORITY_FILE=str(names))
    conf.on_starting(None)
    assert len(find_authority(str(names))) == 1
    names.write_text(GOOD + "Porto,place\n")
    conf.on_reload(None)
    assert len(find_authority(str(names))) == 2
    names.write_text(GOOD + "Porto,city\n")
    conf.on_reload(None)
    assert len(find_authority(str(names))) == 2
    keep_authority(None)


def test_metrics_folder_of_our_own(configure):
    """Without a folder for metrics a temporary one is made, and removed at the end."""
    conf = configure()
    conf.on_starting(None)
    folder = os.environ["WHOSAID_METRICS_DIR"]
    assert os.path.isdir(folder)
    assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == folder
    conf.on_exit(None)
    assert not os.path.exists(folder)


def test_metrics_folder_of_choice(configure, tmp_path):
    """A chosen folder is emptied of an earlier run's metrics at the start, and stays."""
    folder = tmp_path / "metrics"
    folder.mkdir()
    (folder / "counter_1.db").touch()
    (folder / "other").touch()
    conf = configure(WHOSAID_METRICS_DIR=str(folder))
    conf.on_starting(None)
    assert [path.name for path in folder.iterdir()] == ["other"]
    conf.on_exit(None)
    assert folder.is_dir()


def test_dead_workers_leave_the_gauges(configure, tmp_path):
    """The numbers of requests in flight in a dead worker are forgotten."""
    conf = configure(WHOSAID_METRICS_DIR=str(tmp_path))
    conf.on_starting(None)
    for name in ("gauge_livesum_77.db", "counter_77.db"):
        (tmp_path / name).touch()
    conf.child_exit(None, SimpleNamespace(pid=77))
    assert [path.name for path in tmp_path.iterdir()] == ["counter_77.db"]


def test_exiting_workers_finish(configure):
    """A worker that exits closes its batcher; one that never got an application does not."""
    conf = configure()
    app = create_app(Settings(), lambda _: FakeAnalyzer())
    conf.worker_exit(None, SimpleNamespace(wsgi=app))
    assert not services_of(app).batcher._owner.is_alive()
    conf.worker_exit(None, SimpleNamespace())


def test_an_endless_analysis_does_not_keep_a_worker(configure, monkeypatch):
    """A worker whose model is still busy, though nobody waits for it, exits all the same."""
    ended = []
    monkeypatch.setattr(os, "_exit", ended.append)
    conf = configure()
    monkeypatch.setattr(conf, "_STOPPING_SECONDS", 0.05)
    analyzer = FakeAnalyzer(gate=threading.Event())
    app = create_app(Settings(deadline_seconds=0.05), lambda _: analyzer)
    assert services_of(app).batcher.wait_until_loaded(10)
    assert app.test_client().post("/v1/analyze", json={"text": "x"}).status_code == 504
    conf.worker_exit(None, SimpleNamespace(wsgi=app))
    assert ended == [0]
    analyzer.gate.set()
    assert services_of(app).batcher.close()


def test_waiting_threads_sleep(configure, monkeypatch):
    """Threads of the model's libraries sleep while they wait, unless somebody wants otherwise."""
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    conf = configure()
    conf.on_starting(None)
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"
    monkeypatch.delenv("OMP_WAIT_POLICY")
    conf.on_starting(None)
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"


@pytest.mark.parametrize("loaded", [True, False])
def test_workers_end_with_their_model(configure, monkeypatch, loaded):
    """A worker that lost its model stops gently; one that never had it stops the service."""
    ended = []
    monkeypatch.setattr(os, "kill", lambda pid, number: ended.append((pid, number)))
    monkeypatch.setattr(os, "_exit", lambda status: ended.append(status))
    conf = configure()

    def build(_):
        if loaded:
            return analyzer
        raise OSError("no model")

    analyzer = FakeAnalyzer()
    app = create_app(Settings(), build)
    batcher = services_of(app).batcher
    batcher.wait_until_loaded(10)
    conf.post_worker_init(SimpleNamespace(wsgi=app))
    if loaded:
        analyzer.analyze = _die
        app.test_client().post("/v1/analyze", json={"text": "x"})
    batcher._owner.join(10)
    assert ended == [(os.getpid(), signal.SIGTERM) if loaded else 3]


def _die(texts, language):
    raise SystemExit
