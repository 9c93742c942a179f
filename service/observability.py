"""Every request named, counted, measured and logged; never a word of what was submitted."""

import re
import time
import uuid
from http import HTTPMethod

import flask
import structlog
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from service.callers import find_beginning
from service.jobs import Outcome

REQUEST_ID_HEADER = "X-Request-ID"

_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_JOBS = (1, 2, 4, 8, 16, 32, 64)

_METHODS = frozenset(HTTPMethod)

log = structlog.stdlib.get_logger()


class Metrics:
    """What is counted and measured, in a registry of its own.

    Where `multiprocess_dir` is given, the workers share their numbers there;
    prometheus_client wants it in the environment before it is imported.
    """

    def __init__(self, multiprocess_dir: str | None = None) -> None:
        self._registry = CollectorRegistry()
        self._multiprocess_dir = multiprocess_dir
        self.requests = Counter(
            "whosaid_requests",
            "Requests answered.",
            ("endpoint", "status"),
            registry=self._registry,
        )
        self.in_flight = Gauge(
            "whosaid_requests_in_flight",
            "Requests being answered.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        self.request_seconds = self._histogram(
            "whosaid_request_seconds", "Time to answer a request.", ("endpoint",)
        )
        self.queue_seconds = self._histogram(
            "whosaid_queue_seconds", "Time that texts waited for the model."
        )
        self.analysis_seconds = self._histogram(
            "whosaid_analysis_seconds", "Time from the beginning of a text's batch to its analysis."
        )
        self.batch_jobs = self._histogram(
            "whosaid_batch_jobs", "Texts in the batch of a text.", buckets=_JOBS
        )
        self.dropped = Counter(
            "whosaid_dropped",
            "Texts given up before their analysis was complete.",
            ("reason",),
            registry=self._registry,
        )

    def observe(self, outcome: Outcome) -> None:
        """Measure how a text fared."""
        self.queue_seconds.observe(outcome.queue_seconds)
        self.analysis_seconds.observe(outcome.analysis_seconds)
        self.batch_jobs.observe(outcome.batch_jobs)

    def render(self) -> flask.Response:
        """Return the numbers of all workers, or of this process where it is alone."""
        registry = self._registry
        if self._multiprocess_dir:
            registry = CollectorRegistry()
            MultiProcessCollector(registry, path=self._multiprocess_dir)  # type: ignore[no-untyped-call]
        return flask.Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    def _histogram(
        self,
        name: str,
        description: str,
        labels: tuple[str, ...] = (),
        buckets: tuple[float, ...] = _SECONDS,
    ) -> Histogram:
        return Histogram(name, description, labels, registry=self._registry, buckets=buckets)


def observe_requests(app: flask.Flask, metrics: Metrics) -> None:
    """Name, count, measure and log every request of an application."""

    def begin() -> None:
        flask.g.started = find_beginning()
        flask.g.request_id = choose_request_id(flask.request.headers.get(REQUEST_ID_HEADER))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=flask.g.request_id)
        metrics.in_flight.inc()

    def finish(response: flask.Response) -> flask.Response:
        seconds = time.monotonic() - flask.g.started
        rule = flask.request.url_rule
        endpoint = rule.rule if rule else "unmatched"
        response.headers[REQUEST_ID_HEADER] = flask.g.request_id
        metrics.requests.labels(endpoint, str(response.status_code)).inc()
        metrics.request_seconds.labels(endpoint).observe(seconds)
        log.info(
            "answered",
            # Else a caller could write what it likes into the log.
            method=flask.request.method if flask.request.method in _METHODS else "other",
            endpoint=endpoint,
            status=response.status_code,
            problem=flask.g.get("problem"),
            milliseconds=round(seconds * 1000),
        )
        return response

    def end(_: BaseException | None) -> None:
        metrics.in_flight.dec()
        # What this thread logs next may belong to no request.
        structlog.contextvars.clear_contextvars()

    app.before_request(begin)
    app.after_request(finish)
    app.teardown_request(end)


def choose_request_id(offered: str | None) -> str:
    """Return a caller's request id if it is a sane one, and a new one otherwise."""
    if offered and _SANE_REQUEST_ID.fullmatch(offered):
        return offered
    return uuid.uuid4().hex
