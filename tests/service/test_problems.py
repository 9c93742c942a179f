import io
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import structlog
import werkzeug.exceptions
from gunicorn.http.errors import InvalidChunkSize
from werkzeug.exceptions import ImATeapot

from schemas import ProblemSchema
from service.app import create_app
from service.problems import PROBLEMS, describe
from service.services import services_of
from service.settings import Settings
from tests.fakes import FakeAnalyzer

JSON = "application/json"
PLAIN = "text/plain"


def post(**options):
    return {"method": "POST", "path": "/v1/analyze", "content_type": JSON, **options}


def of_text(**options):
    return post(**{"json": {"text": "x"}, "content_type": None, **options})


@pytest.mark.parametrize(
    ("request_", "status", "slug", "pointers"),
    [
        pytest.param(post(data=b"{"), 400, "malformed-body", [], id="not JSON"),
        pytest.param(post(data=b'"\xff"'), 400, "malformed-body", [], id="JSON not UTF-8"),
        pytest.param(post(data=b""), 400, "malformed-body", [], id="no body"),
        pytest.param(
            post(data=b"\xff", content_type=PLAIN), 400, "malformed-body", [], id="text not UTF-8"
        ),
        pytest.param({"path": "/"}, 404, "not-found", [], id="root"),
        pytest.param({"path": "/v2/analyze"}, 404, "not-found", [], id="no such path"),
        pytest.param({"path": "/v1/analyze"}, 405, "method-not-allowed", [], id="GET"),
        pytest.param(
            {"path": "/livez", "method": "DELETE"}, 405, "method-not-allowed", [], id="DELETE"
        ),
        pytest.param(
            of_text(headers={"Accept": "text/html"}), 406, "not-acceptable", [], id="HTML wanted"
        ),
        pytest.param(
            of_text(headers={"Accept": "*/*, application/json;q=0"}),
            406,
            "not-acceptable",
            [],
            id="no JSON wanted",
        ),
        pytest.param(
            post(data=b"x" * 70_000, content_type=PLAIN), 413, "body-too-long", [], id="body"
        ),
        pytest.param(
            post(data=b"x" * 101, content_type=PLAIN), 413, "text-too-long", ["/text"], id="text"
        ),
        pytest.param(
            post(data=b"x", content_type="image/png"), 415, "unsupported-media-type", [], id="png"
        ),
        pytest.param(
            post(data=b"x", content_type=None), 415, "unsupported-media-type", [], id="no type"
        ),
        pytest.param(post(data=b"[]"), 422, "invalid-request", [""], id="array"),
        pytest.param(post(data=b"null"), 422, "invalid-request", [""], id="null"),
        pytest.param(post(data=b"{}"), 422, "invalid-request", ["/text"], id="no text"),
        pytest.param(
            post(data=b'{"text": 1, "a/b~": 2}'),
            422,
            "invalid-request",
            ["/text", "/a~1b~0"],
            id="two faults",
        ),
        pytest.param(
            post(data=b"x", content_type=PLAIN, query_string="unit=byte"),
            422,
            "invalid-request",
            ["/unit"],
            id="unknown parameter",
        ),
        pytest.param(
            of_text(query_string="id=a&id=b"), 422, "invalid-request", ["/id"], id="given twice"
        ),
        pytest.param(
            post(data=b"x", content_type=PLAIN, query_string="text=y&offset_unit=byte"),
            422,
            "invalid-request",
            ["/offset_unit", "/text"],
            id="bad parameters",
        ),
        pytest.param(
            of_text(json={"text": "x", "offset_unit": "utf16"}, query_string="offset_unit=byte"),
            422,
            "invalid-request",
            ["/offset_unit"],
            id="bad parameter beside a good field",
        ),
        pytest.param(
            of_text(json={"text": "x", "scope": "quotes", "min_confidence": "0.5"}),
            422,
            "invalid-request",
            ["/scope", "/min_confidence"],
            id="bad selection",
        ),
        pytest.param(
            of_text(query_string="scope=&min_confidence=nan"),
            422,
            "invalid-request",
            ["/scope", "/min_confidence"],
            id="bad selection in the query",
        ),
        pytest.param(
            of_text(query_string="min_confidence=0.5&min_confidence=0.5"),
            422,
            "invalid-request",
            ["/min_confidence"],
            id="confidence given twice",
        ),
        pytest.param(
            post(data=b'{"text": "x", "min_confidence": NaN}'),
            400,
            "malformed-body",
            [],
            id="NaN in JSON",
        ),
        pytest.param(
            post(data=b'{"text": "x", "min_confidence": 1e999}'),
            422,
            "invalid-request",
            ["/min_confidence"],
            id="endless number",
        ),
        pytest.param(
            post(data=b"x", content_type=PLAIN, query_string="language=xx"),
            422,
            "unsupported-language",
            ["/language"],
            id="language",
        ),
        pytest.param(
            post(data=b" ", content_type=PLAIN, query_string="language=xx"),
            422,
            "unsupported-language",
            ["/language"],
            id="language of a blank text",
        ),
    ],
)
def test_callers_faults(build, request_, status, slug, pointers):
    """Whatever is wrong with a request has a status, a type, and a place where there is one."""
    client = build(max_chars=100).test_client()
    response = client.open(**{"method": "GET", **request_})
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    problem = response.json
    assert problem["type"] == f"urn:whosaid:problem:{slug}"
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["X-Request-ID"]
    assert sorted(fault["pointer"] for fault in problem.get("errors", [])) == sorted(pointers)
    assert ProblemSchema().validate(problem) == {}


def test_limits_are_told(build):
    """Who sends too much is told how much may be sent."""
    client = build(max_chars=100).test_client()
    longer = client.post("/v1/quotes", json={"text": "x" * 101}).json["detail"]
    assert longer == "the text has 101 characters; at most 100 are accepted"
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
    """A request with a thousand faults is told of some."""
    response = client.post("/v1/analyze", json={f"field{n}": 1 for n in range(1000)})
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


@pytest.mark.parametrize("path", ["/v1/capabilities", "/v1/analyze", "/readyz"])
@pytest.mark.parametrize("text", ["x", " "])
def test_not_ready(path, text):
    """Before the model is loaded, everything that needs it is a 503 with Retry-After."""
    client = create_app(Settings(), lambda _: FakeAnalyzer(), start=False).test_client()
    ask = client.post if path == "/v1/analyze" else client.get
    response = ask(path, **({"json": {"text": text}} if path == "/v1/analyze" else {}))
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
    assert len(http_errors) == 6
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
