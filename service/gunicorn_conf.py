"""How gunicorn runs the service: `gunicorn -c python:service.gunicorn_conf`.

The module's names are gunicorn's settings. Libraries are imported before the fork, so that
workers share them; models are loaded after it. Request threads only wait, and one thread of
each worker computes.
"""

import gc
import math
import os
import shutil
import signal
import sys
import time
from typing import Any

import structlog

from service.authority import InvalidAuthority, keep_authority, refresh_authority
from service.descriptors import TooFewDescriptors, fit_connections
from service.keys import InvalidKeys, keep_keys, refresh_keys
from service.logs import build_logging, configure_events
from service.scratch import UnusableFolder, find_place, prepare_folder, take_room, use_place
from service.settings import InvalidSettings, Settings
from service.succession import Crew

_STOPPING_SECONDS = 5
_RETRY_SECONDS = 1
# To load a model, and fail, takes what other workers compute with.
_RELOAD_SECONDS = 10
_BOOT_FAILED = 3  # gunicorn.arbiter.Arbiter.WORKER_BOOT_ERROR: stops the service

log = structlog.stdlib.get_logger()

try:
    _settings = Settings.from_env(os.environ)
except InvalidSettings as error:
    sys.exit(f"whosaid cannot start with these settings:\n{error}")

try:
    worker_connections = fit_connections(_settings.threads)
except TooFewDescriptors as error:
    sys.exit(f"whosaid cannot start:\n{error}")

_crew = Crew()
_address = f"[{_settings.host}]" if ":" in _settings.host else _settings.host

bind = f"{_address}:{_settings.port}"
wsgi_app = "service.app:create_app()"
worker_class = "service.succession.SucceedingWorker"
workers = _settings.workers
threads = _settings.threads
# So that one folder is all that must be writable.
worker_tmp_dir = _settings.metrics_dir
preload_app = False
# Of the worker's main loop, which neither loads nor computes: busy workers are not killed.
timeout = 120
graceful_timeout = math.ceil(_settings.deadline_seconds) + _STOPPING_SECONDS
control_socket_disable = True
# The service logs its own requests, without their query.
accesslog = None
logconfig_dict = build_logging(_settings.log_level)


def on_starting(_server: Any) -> None:
    """Set up what the workers' libraries read from the environment when they are imported.

    The operator's files are read here, so that one that cannot be read stops the service.
    """
    configure_events()
    try:
        keep_authority(_settings.authority_file)
    except InvalidAuthority as error:
        sys.exit(f"whosaid cannot start with this authority file:\n{error}")
    try:
        keep_keys(_settings.keys_file)
    except InvalidKeys as error:
        sys.exit(f"whosaid cannot start with this file of keys:\n{error}")
    # Threads that wait for each other shall sleep: where they spin, and other work needs the same
    # cores, two threads take several times as long as one.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        folder = prepare_folder(_settings.metrics_dir)
    except UnusableFolder as error:
        sys.exit(f"whosaid cannot start: it {error}")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = os.environ["WHOSAID_METRICS_DIR"] = folder
    _share_libraries()


def _share_libraries() -> None:
    """Import what takes seconds and much memory before the fork, for all workers at once.

    Nothing has computed by then: a model that had would hang in the workers
    (https://github.com/stanfordnlp/stanza/issues/570). What tells languages apart is a table.
    """
    import analysis.pipeline  # noqa: F401
    from analysis.languages import load_detector

    load_detector()
    # The garbage collector would write to all of it, so that nothing would be shared any more.
    gc.collect()
    gc.freeze()


def on_reload(server: Any) -> None:
    """Read the operator's files again, and retire the workers; new ones are forked after this."""
    _crew.retire(server.worker_age)
    refresh_authority(_settings.authority_file)
    refresh_keys(_settings.keys_file)


def pre_fork(server: Any, worker: Any) -> None:
    """Let a worker know of the others, and give it a place that none of them has."""
    worker.crew = _crew
    worker.place = find_place({other.place for other in server.WORKERS.values()})


def post_fork(_server: Any, worker: Any) -> None:
    """Take room on disk for a worker; where there is none, another worker tries again."""
    use_place(worker.place)
    try:
        take_room(os.environ["WHOSAID_METRICS_DIR"], worker.place)
    except UnusableFolder as error:
        log.critical("no_room_for_worker", detail=str(error))
        time.sleep(_RETRY_SECONDS)
        sys.exit(1)


def post_worker_init(worker: Any) -> None:
    """Let others know when a worker is ready; end one whose model cannot answer."""
    from service.batching import State
    from service.services import services_of

    services = services_of(worker.wsgi)
    worker.settings = services.settings
    batcher = services.batcher
    worker.is_ready = lambda: batcher.state is State.READY
    batcher.when_failed(_end_worker)


def _end_worker(loaded: bool) -> None:
    if loaded:
        # A stopping worker still tells its callers; gunicorn starts another.
        os.kill(os.getpid(), signal.SIGTERM)
    elif _crew.count_ready():
        # Others answer, whatever is amiss with this one: gunicorn tries again.
        time.sleep(_RELOAD_SECONDS)
        os._exit(1)
    else:
        # Nobody can answer, and what cannot be loaded now cannot be loaded again: gunicorn stops
        # as a whole.
        os._exit(_BOOT_FAILED)


def worker_exit(_server: Any, worker: Any) -> None:
    """Let the owner thread finish."""
    from service.services import services_of
    from service.tracing import shut_down

    app = getattr(worker, "wsgi", None)
    if app:
        shut_down(app)
    if app and not services_of(app).batcher.close(timeout_seconds=_STOPPING_SECONDS):
        # All callers are answered or gone. Native code cannot be interrupted, and would crash if
        # the interpreter ended around it.
        os._exit(0)


def child_exit(_server: Any, worker: Any) -> None:
    """Take a dead worker out of the gauges, and from among those that are ready."""
    from prometheus_client.multiprocess import mark_process_dead

    _crew.note(worker.age, ready=False)
    mark_process_dead(worker.place)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:
    """Remove the metrics' folder, unless it was somebody's choice."""
    if not _settings.metrics_dir:
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
