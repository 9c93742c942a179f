"""What every answer tells browsers."""

import pytest

from service.security_headers import SECURITY_HEADERS
from tests.fakes import FakeAnalyzer

JSON_LINES = {"data": b'{"text": "x"}\n', "content_type": "application/x-ndjson"}


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        pytest.param("POST", "/v1/analyze", {"json": {"text": "x"}}, 200, id="answer"),
        pytest.param("POST", "/v1/analyze/batch", JSON_LINES, 200, id="stream"),
        pytest.param("POST", "/v1/analyze", {"json": {"text": "poison"}}, 500, id="bug"),
        pytest.param("POST", "/v1/analyze", {"json": {}}, 422, id="refusal"),
        pytest.param("GET", "/nowhere", {}, 404, id="no path"),
        pytest.param("DELETE", "/livez", {}, 405, id="no method"),
        pytest.param("OPTIONS", "/v1/analyze", {}, 204, id="options"),
        pytest.param("HEAD", "/readyz", {}, 200, id="head"),
        pytest.param("GET", "/metrics", {}, 200, id="metrics"),
        pytest.param("GET", "/openapi.yaml", {}, 200, id="document"),
    ],
)
def test_every_answer_is_guarded(build, method, path, options, status):
    """Whatever the answer is, browsers neither guess its type nor run, frame or share it."""
    client = build(FakeAnalyzer(poison="poison")).test_client()
    response = client.open(path, method=method, **options)
    assert response.status_code == status
    assert {name: response.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert response.headers.getlist("Cache-Control") != []


def test_documents_that_have_not_changed_are_guarded(client):
    """A 304 replaces what a browser keeps of the headers: they are the same."""
    tag = client.get("/openapi.json").headers["ETag"]
    response = client.get("/openapi.json", headers={"If-None-Match": tag})
    assert response.status_code == 304
    assert {name: response.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


@pytest.mark.parametrize("path", ["/docs/", "/docs/problems", "/docs/swagger-ui.css"])
def test_pages_have_a_policy_of_their_own(client, path):
    """Pages run the service's own files; nothing else about them is laxer."""
    headers = client.get(path).headers
    assert len(headers.getlist("Content-Security-Policy")) == 1
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe-inline" not in scripts
    for name in SECURITY_HEADERS.keys() - {"Content-Security-Policy"}:
        assert headers[name] == SECURITY_HEADERS[name]
