"""How gunicorn runs the service: `gunicorn -c python:service.gunicorn_conf`.

The module's names are gunicorn's settings. Nothing is loaded before the fork;
request threads only wait, and one thread of each worker computes.
"""

import math
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from service.authority import InvalidAuthority, keep_authority, refresh_authority
from service.logs import build_logging, configure_events
from service.settings import InvalidSettings, Settings

_STOPPING_SECONDS = 5
_BOOT_FAILED = 3  # gunicorn.arbiter.Arbiter.WORKER_BOOT_ERROR: stops the service

try:
    _settings = Settings.from_env(os.environ)
except InvalidSettings as error:
    sys.exit(f"whosaid cannot start with these settings:\n{error}")

_address = f"[{_settings.host}]" if ":" in _settings.host else _settings.host

bind = f"{_address}:{_settings.port}"
wsgi_app = "service.app:create_app()"
worker_class = "service.worker.DrainingWorker"
workers = _settings.workers
threads = _settings.threads
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

    The authority file is read here, so that one that cannot be read stops the service.
    """
    configure_events()
    try:
        keep_authority(_settings.authority_file)
    except InvalidAuthority as error:
        sys.exit(f"whosaid cannot start with this authority file:\n{error}")
    # Threads that wait for each other shall sleep: where they spin, and other work needs the same
    # cores, two threads take several times as long as one.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    folder = _settings.metrics_dir or tempfile.mkdtemp(prefix="whosaid-metrics-")
    Path(folder).mkdir(parents=True, exist_ok=True)
    for left_over in Path(folder).glob("*.db"):
        left_over.unlink()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = os.environ["WHOSAID_METRICS_DIR"] = folder


def on_reload(_server: Any) -> None:
    """Read the authority file again; the new workers are forked after this."""
    refresh_authority(_settings.authority_file)


def post_worker_init(worker: Any) -> None:
    """End a worker whose model cannot answer."""
    from service.services import services_of

    services_of(worker.wsgi).batcher.when_failed(_end_worker)


def _end_worker(loaded: bool) -> None:
    if loaded:
        # A stopping worker still tells its callers; gunicorn starts another.
        os.kill(os.getpid(), signal.SIGTERM)
    else:
        # What cannot be loaded now cannot be loaded again: gunicorn stops as a whole.
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
    """Take a dead worker out of the gauges."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:
    """Remove the metrics' folder, unless it was somebody's choice."""
    if not _settings.metrics_dir:
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
