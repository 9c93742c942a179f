import importlib
import os
import signal
import sys
import threading
from types import SimpleNamespace

import pytest
import structlog

from service.app import create_app
from service.authority import find_authority, keep_authority
from service.keys import find_keys, make_key, render_line
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
    assert (conf.bind, conf.workers, conf.threads) == ("127.0.0.1:8123", 3, Settings().threads)
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
    conf.on_reload(SimpleNamespace(worker_age=1))
    assert len(find_authority(str(names))) == 2
    names.write_text(GOOD + "Porto,city\n")
    conf.on_reload(SimpleNamespace(worker_age=1))
    assert len(find_authority(str(names))) == 2
    keep_authority(None)


def test_bad_key_files_stop_the_start(configure, tmp_path):
    """The service does not start with keys that it cannot read, and says in which line."""
    keys = tmp_path / "keys.txt"
    keys.write_text(f"{render_line('cms', make_key())}\ncms\n")
    with pytest.raises(SystemExit, match="line 2"):
        configure(WHOSAID_KEYS_FILE=str(keys)).on_starting(None)


def test_key_files_are_read_again(configure, tmp_path):
    """At a reload the keys are read again; a file that cannot be read changes nothing."""
    keys = tmp_path / "keys.txt"
    keys.write_text(render_line("cms", make_key()))
    conf = configure(WHOSAID_KEYS_FILE=str(keys))
    conf.on_starting(None)
    for content, ids in ((render_line("new", make_key()), ["new"]), ("", ["new"])):
        keys.write_text(content)
        conf.on_reload(SimpleNamespace(worker_age=1))
        assert [key.id for key in find_keys(str(keys))] == ids


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


def test_unusable_metrics_folders_stop_the_start(configure, tmp_path):
    """The service does not start with a folder that it cannot write to, and names it."""
    (tmp_path / "file").touch()
    conf = configure(WHOSAID_METRICS_DIR=str(tmp_path / "file"))
    with pytest.raises(SystemExit, match=r"cannot write to .*/file"):
        conf.on_starting(None)


def test_one_folder_is_all_that_must_be_writable(configure, tmp_path):
    """Gunicorn's own files are where the metrics are, if somebody chose that."""
    assert configure(WHOSAID_METRICS_DIR=str(tmp_path)).worker_tmp_dir == str(tmp_path)


def test_too_few_open_files_stop_the_start(configure, monkeypatch):
    """The service does not start if its threads could run out of files, and says so."""
    monkeypatch.setattr("resource.getrlimit", lambda _: (64, 64))
    with pytest.raises(SystemExit, match="may open 64 files"):
        configure()


def test_workers_take_room_for_their_metrics(configure, monkeypatch, tmp_path):
    """A worker that finds no room on disk says so, and ends in a way that has gunicorn try again."""
    conf = configure(WHOSAID_METRICS_DIR=str(tmp_path))
    monkeypatch.setattr(conf, "_RETRY_SECONDS", 0)
    conf.on_starting(None)
    used = []
    monkeypatch.setattr(conf, "use_place", used.append)
    conf.post_fork(None, SimpleNamespace(place=7))
    assert used == [7]
    assert {path.name for path in tmp_path.iterdir()} >= {"counter_7.db", "histogram_7.db"}
    assert all(path.stat().st_size for path in tmp_path.iterdir())
    monkeypatch.setenv("WHOSAID_METRICS_DIR", "/nowhere")
    with structlog.testing.capture_logs() as logs, pytest.raises(SystemExit) as ended:
        conf.post_fork(None, SimpleNamespace(place=8))
    assert ended.value.code not in (0, 3, 4)
    assert [(each["event"], "/nowhere" in each["detail"]) for each in logs] == [
        ("no_room_for_worker", True)
    ]


def test_workers_know_who_is_ready(configure, tmp_path):
    """Workers share who is ready; a reload retires those that are, and a dead one is none."""
    conf = configure(WHOSAID_METRICS_DIR=str(tmp_path))
    conf.on_starting(None)
    app = create_app(Settings(), lambda _: FakeAnalyzer())
    worker = SimpleNamespace(wsgi=app, age=1)
    conf.pre_fork(SimpleNamespace(WORKERS={}), worker)
    conf.post_worker_init(worker)
    batcher = services_of(app).batcher
    assert batcher.wait_until_loaded(10)
    assert worker.is_ready()
    worker.crew.note(1, ready=True)
    conf.on_reload(SimpleNamespace(worker_age=1))
    assert worker.crew.last_retired == 1
    conf.child_exit(None, worker)
    assert worker.crew.count_ready() == 0
    assert batcher.close()
    assert not worker.is_ready()


def test_dead_workers_leave_the_gauges(configure, tmp_path):
    """The numbers of requests in flight in a dead worker are forgotten, its counts are not."""
    conf = configure(WHOSAID_METRICS_DIR=str(tmp_path))
    conf.on_starting(None)
    for name in ("gauge_livesum_3.db", "counter_3.db"):
        (tmp_path / name).touch()
    conf.child_exit(None, SimpleNamespace(pid=77, age=7, place=3))
    assert [path.name for path in tmp_path.iterdir()] == ["counter_3.db"]


def test_workers_take_the_places_of_dead_ones(configure):
    """A worker writes its metrics where a dead one did, and never where a living one does."""
    conf = configure()
    living = {}
    for pid in range(3):
        living[pid] = SimpleNamespace()
        conf.pre_fork(
            SimpleNamespace(WORKERS={key: living[key] for key in range(pid)}), living[pid]
        )
    assert [worker.place for worker in living.values()] == [0, 1, 2]
    del living[1]
    next_one = SimpleNamespace()
    conf.pre_fork(SimpleNamespace(WORKERS=living), next_one)
    assert next_one.place == 1


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


@pytest.mark.parametrize(
    ("loaded", "others", "expected"),
    [
        pytest.param(True, False, [(os.getpid(), signal.SIGTERM)], id="lost"),
        pytest.param(False, False, [3], id="never had"),
        pytest.param(False, True, ["a pause", 1], id="never had, but others have"),
    ],
)
def test_workers_end_with_their_model(configure, monkeypatch, loaded, others, expected):
    """A worker that lost its model stops gently; one that never had it stops the service.

    But not while others are ready: then gunicorn tries again, after a pause.
    """
    ended = []
    monkeypatch.setattr(os, "kill", lambda pid, number: ended.append((pid, number)))
    monkeypatch.setattr(os, "_exit", lambda status: ended.append(status))
    conf = configure()
    monkeypatch.setattr(conf, "time", SimpleNamespace(sleep=lambda _: ended.append("a pause")))
    conf._crew.note(1, ready=others)

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
    assert ended == expected


def _die(*_, **__):
    raise SystemExit
