import io
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import structlog
import werkzeug.exceptions
from gunicorn.http.errors import InvalidChunkSize
from werkzeug.exceptions import ImATeapot

from service.app import create_app
from service.problems import PROBLEMS, describe
from service.services import services_of
from service.settings import Settings
from tests.fakes import FakeAnalyzer

PLAIN = "text/plain"


def test_limits_are_told(build):
    """Who sends too much is told how much may be sent."""
    client = build(max_chars=100).test_client()
    longer = client.post("/v1/quotes", json={"text": "x" * 101}).json["detail"]
    assert longer == "the text has 101 characters; at most 100 are accepted"
    longest = client.post("/v1/quotes", json={"text": "x" * 1000}).json["detail"]
    assert longest == "the text has 1000 characters; at most 100 are accepted"
    html = {"text": "<b></b>" * 100, "content_type": "text/html"}
    markup = client.post("/v1/quotes", json=html).json["detail"]
    assert markup == "the text has 700 characters with its markup; at most 400 are accepted"
    body = client.post("/v1/quotes", data=b"x" * 70_000, content_type=PLAIN).json["detail"]
    assert body == "the body is too long; at most 66736 bytes are accepted"


def test_choices_are_told(client):
    """Who asks for what there is not is told what there is."""
    options = {"scope": "quotes", "min_confidence": 2}
    response = client.post("/v1/quotes", json={"text": "x", **options})
    assert {fault["pointer"]: fault["detail"] for fault in response.json["errors"]} == {
        "/scope": "Must be one of: speech, all.",
        "/min_confidence": "Must be a number from 0 to 1.",
    }


def test_allowed_methods_are_told(client):
    """A wrong method is answered with the right ones."""
    assert client.get("/v1/analyze").headers["Allow"] == "OPTIONS, POST"


def test_faults_are_bounded(client):
    """A request with many faults is told of some."""
    response = client.post("/v1/analyze", json={f"field{n}": 1 for n in range(90)})
    assert len(response.json["errors"]) == 20


def test_overload(build):
    """A full queue is a 503 that says when to come back."""
    analyzer = FakeAnalyzer(gate=threading.Event())
    app = build(analyzer, queue_max_jobs=1, retry_after_seconds=7)
    client = app.test_client()
    analyzer.entered.clear()
    with ThreadPoolExecutor(1) as other:
        first = other.submit(client.post, "/v1/analyze", json={"text": "first"})
        assert analyzer.entered.wait(10)
        response = app.test_client().post("/v1/analyze", json={"text": "second"})
        analyzer.gate.set()
    assert first.result().status_code == 200
    assert response.status_code == 503
    assert response.json["type"].endswith(":overloaded")
    assert response.headers["Retry-After"] == "7"


def test_deadline(build):
    """An answer that takes too long is a 504."""
    analyzer = FakeAnalyzer(gate=threading.Event())
    client = build(analyzer, deadline_seconds=0.1).test_client()
    response = client.post("/v1/analyze", json={"text": "x"})
    analyzer.gate.set()
    assert response.status_code == 504
    assert response.json["type"].endswith(":deadline-exceeded")


@pytest.mark.parametrize(
    "path", ["/v1/capabilities", "/v1/analyze", "/v1/analyze/batch", "/readyz"]
)
@pytest.mark.parametrize("text", ["x", " "])
def test_not_ready(path, text):
    """Before the model is loaded, everything that needs it is a 503 with Retry-After."""
    client = create_app(Settings(), lambda _: FakeAnalyzer(), start=False).test_client()
    bodies = {"/v1/analyze": {"text": text}, "/v1/analyze/batch": [{"text": text}]}
    ask = client.post if path in bodies else client.get
    response = ask(path, **({"json": bodies[path]} if path in bodies else {}))
    assert response.status_code == 503
    assert response.json["type"].endswith(":not-ready")
    assert response.headers["Retry-After"] == "2"


def test_bugs_tell_nothing(build):
    """What nobody foresaw is a 500, and its message stays inside."""
    client = build(FakeAnalyzer(poison="secret")).test_client()
    response = client.post("/v1/analyze", json={"text": "a secret text"})
    assert response.status_code == 500
    assert response.content_type == "application/problem+json"
    assert "secret" not in response.text
    assert response.json["type"].endswith(":internal-server-error")


def test_redirects_are_no_problems(client):
    """A path with doubled slashes redirects, as Flask has it."""
    assert client.get("/v1//capabilities").status_code == 308


def test_unlisted_http_errors_keep_their_status():
    """An HTTP error that the table does not list is named as HTTP names it."""
    problem = describe(ImATeapot(), request_id="r")
    assert (problem.status, problem.slug) == (418, "i-m-a-teapot")


def test_every_listed_error_agrees_with_http():
    """The table gives each HTTP error its own status."""
    http_errors = {kind: listed for kind, listed in PROBLEMS.items() if hasattr(kind, "code")}
    assert len(http_errors) == 8
    for kind, (status, _) in http_errors.items():
        assert issubclass(kind, werkzeug.exceptions.HTTPException)
        assert kind.code == status


def test_services_are_those_of_the_app(build):
    """Each application has parts of its own."""
    assert services_of(build()) is not services_of(build())


class BrokenChunks(io.RawIOBase):
    """A chunked body as gunicorn hands it on: it is found to be broken when it is read."""

    def readinto(self, _):
        raise InvalidChunkSize(b"Zanzibar")


def test_broken_chunks(build):
    """A body whose chunks are not what they say is the caller's fault."""
    broken = {"wsgi.input": BrokenChunks(), "wsgi.input_terminated": True}
    response = (
        build().test_client().post("/v1/analyze", content_type=PLAIN, environ_overrides=broken)
    )
    assert response.status_code == 400
    assert response.json["type"] == "urn:whosaid:problem:malformed-body"
    assert "Zanzibar" not in response.text


def test_request_ids_end_with_their_request(build):
    """What a thread logs after a request is not taken for a part of it."""
    build().test_client().get("/livez")
    assert structlog.contextvars.get_contextvars() == {}
