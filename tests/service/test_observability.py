import io
import json
import logging
import logging.config
import os
import subprocess
import sys

import pytest

from service.logs import build_logging, render_trace
from service.observability import Metrics, choose_request_id
from tests.fakes import FakeAnalyzer

SECRET = "Zanzibar"


@pytest.fixture
def logged():
    """Log everything the way the service does, and return what was logged."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logging.config.dictConfig(build_logging("debug"))
    stream = io.StringIO()
    root.handlers[0].setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    ("offered", "kept"),
    [
        ("abc", True),
        ("3f2a-77.b:c_d", True),
        ("x" * 128, True),
        (None, False),
        ("", False),
        ("x" * 129, False),
        ("a b", False),
        ("-a", False),
        ("a\nb", False),
        ("é", False),
    ],
)
def test_sane_request_ids_are_kept(offered, kept):
    """A caller's request id is kept if it is short and plain, and replaced otherwise."""
    chosen = choose_request_id(offered)
    assert (chosen == offered) is kept
    assert choose_request_id(chosen) == chosen


@pytest.mark.parametrize("path", ["/livez", "/nowhere", "/v1/analyze"])
def test_request_id_comes_back(client, path):
    """Every response carries the request's id."""
    response = client.get(path, headers={"X-Request-ID": "my-request"})
    assert response.headers["X-Request-ID"] == "my-request"


def test_events(build, logged):
    """An analysis is logged as events with fields, under the request's id."""
    client = build().test_client()
    client.post(
        "/v1/analyze", json={"text": "“Hi,” said Ana Sousa."}, headers={"X-Request-ID": "r"}
    )
    loaded, analyzed, answered = (e for e in logged() if e["logger"].startswith("service"))
    assert (loaded["event"], loaded["models"]) == ("model_loaded", ["fake 1"])
    assert (analyzed["event"], analyzed["request_id"]) == ("analyzed", "r")
    assert (analyzed["chars"], analyzed["entities"], analyzed["quotes"]) == (21, 1, 1)
    assert (answered["event"], answered["request_id"]) == ("answered", "r")
    assert (answered["endpoint"], answered["status"]) == ("/v1/analyze", 200)


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param({"json": {"text": SECRET}}, id="answered"),
        pytest.param({"json": {"text": f"{SECRET} poison"}}, id="bug"),
        pytest.param({"json": {"text": SECRET * 20}}, id="too long"),
        pytest.param({"json": {"text": SECRET, "id": SECRET, SECRET: SECRET}}, id="unknown field"),
        pytest.param({"json": {"text": SECRET, "language": SECRET}}, id="language"),
        pytest.param(
            {"data": f'{{"text": "{SECRET}', "content_type": "application/json"}, id="cut"
        ),
        pytest.param(
            {"data": SECRET.encode() + b"\xff", "content_type": "text/plain"}, id="not UTF-8"
        ),
        pytest.param({"data": SECRET, "content_type": SECRET}, id="content type"),
        pytest.param(
            {"data": "x", "content_type": "text/plain", "query_string": {"id": SECRET}}, id="query"
        ),
        pytest.param({"path": f"/{SECRET}"}, id="path"),
    ],
)
def test_logs_never_hold_what_was_submitted(build, logged, request_):
    """Whatever becomes of a text, no log line quotes it, not even at debug level."""
    client = build(FakeAnalyzer(poison="poison"), max_chars=100).test_client()
    client.open(**{"path": "/v1/analyze", "method": "POST", **request_})
    events = logged()
    assert any(event["event"] == "answered" for event in events)
    assert SECRET not in json.dumps(events)


def test_traces_say_where_but_not_what(logged):
    """A logged exception shows its kinds and places, causes first, without messages."""
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError(SECRET) from error
    except ValueError:
        logging.getLogger("elsewhere").exception("it failed")
    (event,) = logged()
    assert event["event"] == "it failed"
    assert SECRET not in json.dumps(event)
    assert [line for line in event["trace"] if "test_observability" not in line] == [
        "KeyError",
        "ValueError",
    ]


def test_endless_chains_are_cut():
    """A long chain of exceptions is told in part."""
    error = None
    for _ in range(20):
        error, error_before = ValueError(), error
        error.__cause__ = error_before
    assert render_trace(None, "", {"exc_info": error})["trace"] == ["ValueError"] * 8


def test_events_without_exceptions_have_no_trace():
    """There is a trace only where there was an exception."""
    assert render_trace(None, "", {"event": "x", "exc_info": (None, None, None)}) == {"event": "x"}


def test_metrics(client):
    """Requests are counted by endpoint and status, and measured."""
    client.post("/v1/analyze", json={"text": "“Hi,” said Ana Sousa."})
    client.post("/v1/analyze", json={})
    client.get("/no/such/path")
    response = client.get("/metrics")
    assert response.content_type.startswith("text/plain")
    for line in (
        'whosaid_requests_total{endpoint="/v1/analyze",status="200"} 1.0',
        'whosaid_requests_total{endpoint="/v1/analyze",status="422"} 1.0',
        'whosaid_requests_total{endpoint="unmatched",status="404"} 1.0',
        'whosaid_request_seconds_count{endpoint="/v1/analyze"} 2.0',
        "whosaid_queue_seconds_count 1.0",
        "whosaid_analysis_seconds_count 1.0",
        "whosaid_batch_jobs_sum 1.0",
        "whosaid_requests_in_flight 1.0",
    ):
        assert line in response.text.splitlines()


def test_metrics_of_several_processes(tmp_path):
    """With a folder that workers share, the numbers of all of them are added up."""
    for _ in range(2):
        subprocess.run(
            [sys.executable, "-c", _COUNT_ONE],
            env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
            check=True,
        )
    rendered = Metrics(str(tmp_path)).render().get_data(as_text=True)
    assert 'whosaid_requests_total{endpoint="/x",status="200"} 2.0' in rendered.splitlines()


_COUNT_ONE = """
from service.observability import Metrics
Metrics().requests.labels("/x", "200").inc()
"""
