import http.server
import logging
import subprocess
import sys
import threading
import time

import flask
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from service.exchanges import answer_options, note_timing
from service.observability import Metrics, observe_requests
from service.tracing import (
    TracingUnavailable,
    find_trace_id,
    follow_traces,
    instrument,
    shut_down,
)

SECRET = "Zanzibar"
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
VALID = f"00-{TRACE}-{PARENT}-01"


@pytest.mark.parametrize(
    "traceparent",
    [
        pytest.param(VALID, id="sampled"),
        pytest.param(f"00-{TRACE}-{PARENT}-00", id="not sampled"),
        pytest.param(f"00-{TRACE}-{PARENT}-ff", id="unknown flags"),
        pytest.param(f"01-{TRACE}-{PARENT}-01", id="version to come"),
        pytest.param(f"cc-{TRACE}-{PARENT}-01-what-the-future-brings", id="more to come"),
        pytest.param(f"fe-{TRACE}-{PARENT}-01-", id="nothing to come"),
    ],
)
def test_valid_traceparents(traceparent):
    """A trace id is read from every version, whatever follows what is known."""
    assert find_trace_id(traceparent) == TRACE


@pytest.mark.parametrize(
    "traceparent",
    [
        pytest.param(None, id="none"),
        pytest.param("", id="empty"),
        pytest.param(f"ff-{TRACE}-{PARENT}-01", id="version ff"),
        pytest.param(f"0-{TRACE}-{PARENT}-01", id="short version"),
        pytest.param(f"0G-{TRACE}-{PARENT}-01", id="no version"),
        pytest.param(f"00-{'0' * 32}-{PARENT}-01", id="zero trace"),
        pytest.param(f"00-{TRACE}-{'0' * 16}-01", id="zero parent"),
        pytest.param(f"00-{TRACE.upper()}-{PARENT}-01", id="upper case"),
        pytest.param(f"00-{TRACE[1:]}-{PARENT}-01", id="short trace"),
        pytest.param(f"00-{TRACE}0-{PARENT}-01", id="long trace"),
        pytest.param(f"00-{TRACE}-{PARENT[1:]}-01", id="short parent"),
        pytest.param(f"00-{TRACE}-{PARENT}-1", id="short flags"),
        pytest.param(f"00-{TRACE}-{PARENT}", id="no flags"),
        pytest.param(f"{VALID}-more", id="more in version 00"),
        pytest.param(f"cc-{TRACE}-{PARENT}-01.more", id="more without a dash"),
        pytest.param(f"{VALID},{VALID}", id="two"),
        pytest.param(f"{VALID}\n", id="line break"),
        pytest.param(f"00-{TRACE}-{PARENT}-０１", id="other digits"),
        pytest.param("x" * 100_000, id="long"),
    ],
)
def test_invalid_traceparents(traceparent):
    """Anything else is no trace context."""
    assert find_trace_id(traceparent) is None


@given(st.text(alphabet="0123456789abcdef-", max_size=60) | st.text())
def test_trace_ids_are_plain(traceparent):
    """Whatever a caller sends, a trace id is 32 digits of it or nothing."""
    found = find_trace_id(traceparent)
    assert found is None or (len(found) == 32 and found in traceparent)


def build_app(*, provider=None, follow=True):
    app = flask.Flask(__name__, static_folder=None)
    observe_requests(app, Metrics())
    if follow:
        follow_traces(app)
    if provider:
        instrument(app, tracer_provider=provider)
    answer_options(app)
    app.add_url_rule("/v1/analyze", "analyze", analyze, methods=["POST"])
    app.add_url_rule("/v1/bound", "bound", structlog.contextvars.get_contextvars)
    app.add_url_rule("/v1/lines", "lines", send_lines)
    app.add_url_rule("/v1/file", "file", lambda: flask.send_file(__file__))
    app.register_error_handler(ZeroDivisionError, render_bug)
    return app


def analyze():
    text = flask.request.json["text"]
    if text == "bug":
        raise ZeroDivisionError(SECRET)
    if text == "busy":
        flask.abort(503, SECRET)
    note_timing("queue", 0.25)
    note_timing("analysis", 0.5)
    return {"text": text}


def render_bug(_error):
    flask.g.problem = "internal-server-error"
    return "failed", 500


def send_lines():
    def send():
        for _ in range(3):
            time.sleep(0.02)
            yield "x\n"

    return flask.Response(send(), content_type="application/x-ndjson")


@pytest.fixture
def exporter():
    return InMemorySpanExporter()


@pytest.fixture
def client(exporter):
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return build_app(provider=provider).test_client()


def find_server_span(exporter):
    (span,) = (s for s in exporter.get_finished_spans() if s.kind is SpanKind.SERVER)
    return span


@pytest.mark.parametrize(("traceparent", "bound"), [(VALID, TRACE), ("00-x", None), (None, None)])
def test_trace_ids_are_bound(traceparent, bound):
    """What is logged during a request carries its caller's trace id, if there is one."""
    headers = {"traceparent": traceparent} if traceparent else {}
    client = build_app().test_client()
    assert client.get("/v1/bound", headers=headers).json.get("trace_id") == bound
    assert "trace_id" not in client.get("/v1/bound").json


@pytest.mark.parametrize("follow", [True, False])
def test_traces_that_begin_here_are_bound(exporter, follow):
    """With spans, what is logged carries their trace id, also where no caller sent one."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    client = build_app(provider=provider, follow=follow).test_client()
    bound = client.get("/v1/bound").json["trace_id"]
    assert bound == f"{find_server_span(exporter).context.trace_id:032x}"
    assert client.get("/v1/bound", headers={"traceparent": VALID}).json["trace_id"] == TRACE


def test_server_span(client, exporter):
    """A request makes a span that names its method, route, scheme and status, and no more."""
    client.post("/v1/analyze?scope=all", json={"text": SECRET, "id": SECRET})
    span = find_server_span(exporter)
    assert span.name == "POST /v1/analyze"
    assert dict(span.attributes) == {
        "http.request.method": "POST",
        "http.route": "/v1/analyze",
        "http.response.status_code": 200,
        "url.scheme": "http",
    }
    assert span.parent is None
    assert span.status.status_code is StatusCode.UNSET


def test_parent(client, exporter):
    """A span continues its caller's trace, with its state."""
    headers = {"traceparent": VALID, "tracestate": "vendor=value"}
    client.post("/v1/analyze", json={"text": "x"}, headers=headers)
    span = find_server_span(exporter)
    assert f"{span.context.trace_id:032x}" == TRACE
    assert f"{span.parent.span_id:016x}" == PARENT
    assert span.parent.is_remote
    assert span.context.trace_state.to_header() == "vendor=value"


@pytest.mark.parametrize(
    "headers",
    [
        {"traceparent": f"00-{'0' * 32}-{PARENT}-01"},
        {"traceparent": VALID + "-more"},
        {"traceparent": "x" * 10_000},
        {"tracestate": "vendor=value"},
    ],
)
def test_invalid_parents(client, exporter, headers):
    """Without a valid parent a new trace begins."""
    client.post("/v1/analyze", json={"text": "x"}, headers=headers)
    assert find_server_span(exporter).parent is None


def test_parents_decide_about_sampling(client, exporter):
    """What a caller does not sample is not exported."""
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-00"}
    client.post("/v1/analyze", json={"text": "x"}, headers=headers)
    assert exporter.get_finished_spans() == ()


def test_stages(client, exporter):
    """Waiting and analysis are spans below it, one after the other, until they were noted."""
    client.post("/v1/analyze", json={"text": "x"})
    server = find_server_span(exporter)
    children = {s.name: s for s in exporter.get_finished_spans() if s is not server}
    queue, analysis = children["queue"], children["analysis"]
    assert len(children) == 2
    for child in (queue, analysis):
        assert child.parent.span_id == server.context.span_id
        assert child.kind is SpanKind.INTERNAL
        assert not child.attributes
    assert analysis.end_time - analysis.start_time == 500_000_000
    assert queue.end_time - queue.start_time == 250_000_000
    assert queue.end_time == analysis.start_time
    assert server.start_time <= analysis.end_time <= server.end_time


@pytest.mark.parametrize(
    ("request_", "name", "status", "error"),
    [
        pytest.param({"path": f"/{SECRET}"}, "GET", 404, None, id="no route"),
        pytest.param({"path": "/v1/analyze"}, "GET", 405, None, id="other method"),
        pytest.param({"method": SECRET}, "HTTP", 405, None, id="unknown method"),
        pytest.param({"json": {"text": "busy"}}, "POST /v1/analyze", 503, "503", id="busy"),
        pytest.param(
            {"json": {"text": "bug"}}, "POST /v1/analyze", 500, "internal-server-error", id="bug"
        ),
    ],
)
def test_other_answers(client, exporter, request_, name, status, error):
    """Whatever becomes of a request, its span says so; only the service's own faults are errors."""
    defaults = {"path": "/v1/analyze", "method": "POST" if "json" in request_ else "GET"}
    assert client.open(**{**defaults, **request_}, buffered=True).status_code == status
    span = find_server_span(exporter)
    assert (span.name, span.attributes["http.response.status_code"]) == (name, status)
    assert span.attributes.get("error.type") == error
    assert (span.status.status_code is StatusCode.ERROR) is (error is not None)
    assert ("http.route" in span.attributes) is ("/" in name)
    assert span.attributes["http.request.method"] == (
        "_OTHER" if name == "HTTP" else name[:4].strip()
    )


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param({"json": {"text": SECRET, "id": SECRET}}, id="answered"),
        pytest.param({"json": {"text": "bug"}}, id="bug"),
        pytest.param({"json": {"text": "busy"}}, id="busy"),
        pytest.param({"data": SECRET, "content_type": "application/json"}, id="malformed"),
        pytest.param({"data": SECRET, "content_type": SECRET}, id="content type"),
        pytest.param({"json": {"text": "x"}, "query_string": {"id": SECRET}}, id="query"),
        pytest.param({"path": f"/{SECRET}"}, id="path"),
        pytest.param({"method": SECRET.upper()}, id="method"),
        pytest.param({"json": {"text": "x"}, "headers": {"X-Request-ID": SECRET}}, id="id"),
        pytest.param({"json": {"text": "x"}, "headers": {"Host": f"{SECRET}.example"}}, id="host"),
        pytest.param({"json": {"text": "x"}, "headers": {"baggage": f"id={SECRET}"}}, id="baggage"),
    ],
)
def test_spans_never_hold_what_was_submitted(client, exporter, request_):
    """Nothing of a request but its method and route gets into a span."""
    client.open(**{"path": "/v1/analyze", "method": "POST", **request_}, buffered=True)
    spans = exporter.get_finished_spans()
    assert spans
    assert SECRET.lower() not in "".join(span.to_json() for span in spans).lower()
    assert not any(span.events for span in spans)


def test_streams(client, exporter):
    """The span of a stream lasts until its last line."""
    response = client.get("/v1/lines")
    assert not exporter.get_finished_spans()
    assert response.data == b"x\n" * 3
    response.close()
    span = find_server_span(exporter)
    assert span.end_time - span.start_time >= 60_000_000


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/file"), ("HEAD", "/v1/lines"), ("HEAD", "/v1/bound")]
)
def test_every_span_ends(client, exporter, method, path):
    """Files and answers without a body end their spans too."""
    client.open(path, method=method).close()
    assert find_server_span(exporter).name == f"{method} {path}"


def test_options(client, exporter):
    """A request that a hook answers has a span too."""
    client.options("/v1/analyze")
    assert find_server_span(exporter).name == "OPTIONS /v1/analyze"


def test_hooks_that_answer_first(exporter):
    """A request that a hook answered before its span began is answered all the same."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    app = flask.Flask(__name__, static_folder=None)
    app.before_request(lambda: "answered")
    instrument(app, tracer_provider=provider)
    assert app.test_client().get("/").text == "answered"
    assert exporter.get_finished_spans() == ()


def test_disabled(monkeypatch):
    """Where the SDK is disabled there are neither spans nor trace ids of zeros."""
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    provider = TracerProvider(shutdown_on_exit=False)
    client = build_app(provider=provider).test_client()
    assert "trace_id" not in client.get("/v1/bound").json


@pytest.fixture
def collector(monkeypatch):
    """A collector of spans on this machine; what it was sent, by path."""
    received = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            received.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    yield received
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("environ", "name"),
    [({}, b"whosaid"), ({"OTEL_SERVICE_NAME": "newsroom"}, b"newsroom")],
    ids=["ours", "operator's"],
)
def test_spans_are_sent(collector, monkeypatch, environ, name):
    """Without a provider spans go to the operator's collector, at the latest on the way out."""
    for variable, value in environ.items():
        monkeypatch.setenv(variable, value)
    app = build_app()
    instrument(app)
    app.test_client().post("/v1/analyze", json={"text": SECRET})
    shut_down(app)
    ((path, body),) = collector
    assert path == "/v1/traces"
    assert b"POST /v1/analyze" in body
    assert b"\x0cservice.name\x12" in body
    assert name in body
    assert SECRET.encode() not in body
    assert not [t for t in threading.enumerate() if t.name.startswith("Otel")]


def test_shut_down_of_nothing():
    """An application that sends no spans can be shut down, and so can one twice."""
    app = build_app()
    shut_down(app)
    instrument(app)
    shut_down(app)
    shut_down(app)


@pytest.mark.parametrize("given", [True, False], ids=["provider", "no provider"])
def test_without_opentelemetry(monkeypatch, given):
    """Without the extra the service follows traces, and refuses to make spans, saying why."""
    for name in list(sys.modules):
        if name.partition(".")[0] == "opentelemetry":
            monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    app = build_app()
    provider = TracerProvider(shutdown_on_exit=False) if given else None
    with pytest.raises(TracingUnavailable, match=r"pip install 'whosaid\[tracing\]'"):
        instrument(app, tracer_provider=provider)
    bound = app.test_client().get("/v1/bound", headers={"traceparent": VALID}).json
    assert bound["trace_id"] == TRACE


def test_nothing_is_imported_in_vain():
    """Without tracing nothing of OpenTelemetry is loaded."""
    code = "import sys, service.tracing; sys.exit('opentelemetry' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_logs_of_the_library_stay_quiet(client, caplog):
    """A header that OpenTelemetry refuses is not quoted in the log."""
    caplog.set_level(logging.DEBUG)
    headers = {"traceparent": VALID, "tracestate": f"{SECRET}={SECRET}," * 100}
    client.post("/v1/analyze", json={"text": "x"}, headers=headers)
    assert SECRET not in caplog.text
