"""Who is answered where the operator has a file of keys."""

import io
import json
import logging
import logging.config

import pytest
from werkzeug.datastructures import Headers

from service.authentication import find_offered, needs_key
from service.keys import make_key, render_line
from service.logs import build_logging

KEY, OTHER = make_key(), make_key()
TEXT = {"text": "“We wait,” said Ana Sousa."}
OPEN = {
    "/",
    "/page/<name>",
    "/livez",
    "/readyz",
    "/openapi.json",
    "/openapi.yaml",
    "/docs/",
    "/docs/<path:path>",
    "/docs/problems",
    "/docs/problems/<slug>",
}


@pytest.fixture
def keys_file(tmp_path):
    path = tmp_path / "keys.txt"
    path.touch(mode=0o600)
    path.write_text(f"{render_line('cms', KEY)}\n{render_line('archive', OTHER)} 1/hour\n")
    return str(path)


@pytest.fixture
def app(build, keys_file):
    return build(keys_file=keys_file)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Authorization": f"Bearer {KEY}"}, id="bearer"),
        pytest.param({"Authorization": f"bearer  {KEY} "}, id="as written by hand"),
        pytest.param({"X-API-Key": KEY}, id="own header"),
        pytest.param({"X-API-Key": KEY, "Authorization": "Basic eA=="}, id="beside a proxy's"),
    ],
)
def test_keys_are_accepted(app, headers):
    """A key opens the service, whichever header it comes in."""
    assert app.test_client().post("/v1/analyze", json=TEXT, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("headers", "challenge"),
    [
        pytest.param({}, 'Bearer realm="whosaid"', id="none"),
        pytest.param({"X-API-Key": " "}, 'Bearer realm="whosaid"', id="empty"),
        pytest.param({"Authorization": "Bearer"}, 'Bearer realm="whosaid"', id="no token"),
        pytest.param({"Authorization": f"Basic {KEY}"}, 'Bearer realm="whosaid"', id="basic"),
        pytest.param(
            {"X-API-Key": make_key()}, 'Bearer realm="whosaid", error="invalid_token"', id="unknown"
        ),
        pytest.param(
            {"X-API-Key": KEY[:-1]}, 'Bearer realm="whosaid", error="invalid_token"', id="cut"
        ),
        pytest.param(
            {"X-API-Key": "cms"}, 'Bearer realm="whosaid", error="invalid_token"', id="an id"
        ),
        pytest.param(
            {"Authorization": "Bearer \xff"},
            'Bearer realm="whosaid", error="invalid_token"',
            id="no ASCII",
        ),
        pytest.param(
            {"X-API-Key": "x" * 8000}, 'Bearer realm="whosaid", error="invalid_token"', id="long"
        ),
    ],
)
def test_others_are_refused(app, headers, challenge):
    """Without a key, or with another one, nothing is answered but that a key is wanted."""
    response = app.test_client().post("/v1/analyze", json=TEXT, headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == challenge
    assert response.json["type"] == "urn:whosaid:problem:unauthorized"


def test_refusals_do_not_tell_why(app):
    """Whether a wrong key is like an accepted one or like none is told nobody."""
    client = app.test_client()
    told = set()
    for wrong in (KEY[:-1] + "~", make_key(), "cms", "x"):
        problem = client.post("/v1/analyze", headers={"X-API-Key": wrong}).json
        del problem["request_id"]
        told.add(json.dumps(problem))
    assert len(told) == 1


def test_every_path_but_these_needs_a_key(app):
    """Health, documents and their pages are for everybody; what is added later is not."""
    rules = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if not needs_key(rule.endpoint) and "GET" in rule.methods
    }
    assert rules == OPEN
    assert {rule.rule for rule in app.url_map.iter_rules()} - rules == {
        "/v1/analyze",
        "/v1/entities",
        "/v1/quotes",
        "/v1/analyze/batch",
        "/v1/capabilities",
        "/metrics",
    }


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/openapi.json", "/docs/", "/docs/problems"])
def test_open_paths(app, path):
    """Probes and documentation are answered without a key."""
    assert app.test_client().get(path).status_code == 200


@pytest.mark.parametrize(("method", "path"), [("GET", "/metrics"), ("HEAD", "/v1/capabilities")])
def test_closed_paths(app, method, path):
    """Numbers and capabilities need a key, whatever the method."""
    client = app.test_client()
    assert client.open(path, method=method).status_code == 401
    assert client.open(path, method=method, headers={"X-API-Key": KEY}).status_code == 200


def test_what_does_not_exist(app):
    """A path or method that does not exist is told without a key."""
    client = app.test_client()
    assert client.get("/v1/nothing").status_code == 404
    assert client.get("/v1/analyze").status_code == 405


def test_bodies_of_strangers_are_not_parsed(app):
    """Nothing that somebody without a key sends is looked at."""
    response = app.test_client().post("/v1/analyze", data=b"{", content_type="image/png")
    assert response.status_code == 401


def test_browsers_ask_without_a_key(build, keys_file):
    """A preflight is answered without a key, and allows the headers that carry one."""
    client = build(keys_file=keys_file, cors_origins=("https://cms.example",)).test_client()
    asked = {
        "Origin": "https://cms.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, x-api-key",
    }
    response = client.options("/v1/analyze", headers=asked)
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Headers"] == "authorization, x-api-key"
    refused = client.post("/v1/analyze", json=TEXT, headers={"Origin": "https://cms.example"})
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == "https://cms.example"


def test_without_a_file_no_key_is_wanted(client):
    """Where there is no file, keys are neither wanted nor looked at."""
    assert client.post("/v1/analyze", json=TEXT, headers={"X-API-Key": "x"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "offered"),
    [
        ({}, ""),
        ({"X-API-Key": " a "}, "a"),
        ({"Authorization": "Bearer a b"}, "a b"),
        ({"Authorization": "BEARER a"}, "a"),
        ({"Authorization": "Bearera"}, ""),
        ({"Authorization": "Bearer a", "X-API-Key": "b"}, "b"),
        ({"Authorization": "Bearer a", "X-API-Key": ""}, "a"),
    ],
)
def test_offers(headers, offered):
    """The header made for it counts first, then the bearer of RFC 6750."""
    assert find_offered(Headers(headers)) == offered


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


def test_logs_tell_ids_and_never_keys(build, keys_file, logged):
    """Each event of a request names the id of its key; a key, right or wrong, is never logged."""
    client = build(keys_file=keys_file, rate_limit="2/hour").test_client()
    wrong = make_key()
    for key in (KEY, wrong, OTHER, OTHER, KEY, KEY):
        client.post("/v1/analyze", json=TEXT, headers={"X-API-Key": key})
        client.post("/v1/analyze", json=TEXT, headers={"Authorization": f"Bearer {wrong}"})
    answered = [event for event in logged() if event["event"] == "answered"]
    assert [event.get("key") for event in answered if event["status"] != 401] == [
        "cms", "archive", "archive", "cms", "cms",
    ]  # fmt: skip
    assert [event["status"] for event in answered if "key" in event] == [200, 200, 429, 200, 429]
    assert all("key" not in event for event in answered if event["status"] == 401)
    assert {e.get("key") for e in logged() if e["event"] == "analyzed"} == {"cms", "archive"}
    written = json.dumps(logged())
    for key in (KEY, OTHER, wrong):
        assert key[8:] not in written
