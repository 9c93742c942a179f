"""Every example of openapi.yaml, sent to the service with the model that ships."""

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from service.app import create_app, load_analyzer
from service.keys import make_key, render_line
from service.services import services_of
from service.settings import Settings
from tests.fakes import FakeAnalyzer

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text(encoding="utf-8"))
NDJSON = "application/x-ndjson"

# What differs from run to run, from model to model and between processors.
_CHANGING = {"meta", "confidence", "salience", "request_id", "service", "model", "models"}


def list_requests():
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            bodies = operation.get("requestBody", {}).get("content", {None: {}})
            for media_type, body in bodies.items():
                name = f"{path} {media_type or method}"
                yield pytest.param(path, method, media_type, body.get("example"), id=name)


@pytest.fixture(scope="module")
def client():
    app = create_app(Settings(), load_analyzer)
    batcher = services_of(app).batcher
    assert batcher.wait_until_loaded(120)
    yield app.test_client()
    batcher.close()


def write(example, media_type):
    return example if isinstance(example, str) else json.dumps(example)


def read(text, media_type):
    if media_type == NDJSON:
        return [json.loads(line) for line in text.splitlines()]
    return json.loads(text) if "json" in media_type else text


def steady(value):
    """Return what an example shares with every answer that is right."""
    if isinstance(value, dict):
        return {name: steady(part) for name, part in value.items() if name not in _CHANGING}
    if isinstance(value, list):
        return [steady(part) for part in value]
    return value


def find_schema(schema):
    return {**schema, "components": DOCUMENT["components"]}


@pytest.mark.model
@pytest.mark.parametrize(("path", "method", "media_type", "example"), list(list_requests()))
def test_requests_are_answered_as_shown(client, path, method, media_type, example):
    """Each request that the document shows is answered with what it shows for it."""
    operation = DOCUMENT["paths"][path][method]
    body = write(example, media_type) if example is not None else None
    response = client.open(
        path,
        method=method.upper(),
        data=body.encode() if body else None,
        content_type=media_type,
        # The example of an answer has the id of the example in JSON.
        query_string={"id": "story-4711"} if media_type in ("text/plain", "text/html") else {},
    )
    assert response.status_code == 200, response.text
    media = operation["responses"]["200"]["content"]
    answered = response.mimetype
    found = read(response.text, response.content_type)
    if answered != NDJSON:
        validator = jsonschema_rs.validator_for(find_schema(media[answered]["schema"]))
        assert [error.message for error in validator.iter_errors(found)] == []
    if answered == "text/plain":
        return
    shown = media[answered]["example"]
    shown = read(shown, answered) if isinstance(shown, str) else shown
    if media_type == "text/html":
        for key in found.keys() & {"people", "quotes"}:
            assert [x["id"] for x in found[key]] == [x["id"] for x in shown[key]]
        assert '"source_start"' in response.text
    elif media_type and "ninjs" in media_type:
        assert {**found, "people": [], "places": [], "organisations": []} == {
            **example, "people": [], "places": [], "organisations": [],
        }  # fmt: skip
        assert steady(found["people"]) == steady(shown["people"])
    else:
        assert steady(found) == steady(shown)


@pytest.mark.model
@pytest.mark.parametrize("view", ["schema-org", "web-annotation", "ninjs"])
def test_views_are_as_shown(client, view):
    """Each form of an answer is what the document shows of it."""
    content = DOCUMENT["paths"]["/v1/analyze"]["post"]["responses"]["200"]["content"]
    submission = DOCUMENT["paths"]["/v1/analyze"]["post"]["requestBody"]["content"]
    response = client.post(
        "/v1/analyze", json=submission["application/json"]["example"], query_string={"view": view}
    )
    media = content[response.mimetype]
    shown = media["examples"][view]["value"] if "examples" in media else media["example"]
    assert response.json == shown


PLAIN = {"content_type": "text/plain"}
PROVOCATIONS = {
    "Malformed": {"data": b'{"text": ', "content_type": "application/json"},
    "NotAcceptable": {"json": {"text": "x"}, "headers": {"Accept": "image/png"}},
    "TooLong": {"data": b"x" * 600_000, **PLAIN},
    "UnsupportedMediaType": {"data": b"x", "content_type": "image/png"},
    "Invalid": {"json": {}},
}


@pytest.mark.model
@pytest.mark.parametrize("name", PROVOCATIONS)
def test_refusals_are_as_shown(client, name):
    """A request that is wrong in the way that the document shows is refused as it shows."""
    shown = find_problem(name)
    problem = client.post("/v1/analyze", **PROVOCATIONS[name]).json
    assert steady(problem) == steady(shown)


def find_problem(name):
    content = DOCUMENT["components"]["responses"][name]["content"]
    return content["application/problem+json"]["example"]


@pytest.mark.parametrize(
    ("name", "settings"),
    [("Unavailable", {"queue_max_jobs": 1}), ("DeadlineExceeded", {"deadline_seconds": 0.2})],
)
def test_refusals_under_load_are_as_shown(name, settings):
    """Who comes while the service is busy is refused as the document shows, but for numbers."""
    gate = threading.Event()
    analyzer = FakeAnalyzer(gate=gate)
    app = create_app(Settings(**settings), lambda _: analyzer)
    batcher = services_of(app).batcher
    assert batcher.wait_until_loaded(10)
    analyzer.entered.clear()
    with ThreadPoolExecutor(1) as other:
        busy = other.submit(app.test_client().post, "/v1/analyze", json={"text": "x"})
        assert analyzer.entered.wait(10)
        problem = app.test_client().post("/v1/analyze", json={"text": "y"}).json
        gate.set()
        busy.result(20)
    batcher.close()
    shown = find_problem(name)
    assert [mask(problem[key]) for key in ("type", "title", "status", "detail", "help")] == [
        mask(shown[key]) for key in ("type", "title", "status", "detail", "help")
    ]


def test_strangers_are_refused_as_shown(tmp_path):
    """Who comes without a key is refused as the document shows."""
    keys = tmp_path / "keys.txt"
    keys.write_text(f"{render_line('desk', make_key())}\n")
    app = create_app(Settings(keys_file=str(keys)), lambda _: FakeAnalyzer())
    check_refusal("Unauthorized", app)


def test_the_hasty_are_refused_as_shown():
    """Who comes too often is refused as the document shows, but for numbers."""
    app = create_app(Settings(rate_limit="1/minute"), lambda _: FakeAnalyzer())
    app.test_client().get("/v1/capabilities")
    check_refusal("TooManyRequests", app)


def check_refusal(name, app):
    batcher = services_of(app).batcher
    assert batcher.wait_until_loaded(10)
    problem = app.test_client().post("/v1/analyze", json={"text": "y"}).json
    batcher.close()
    shown = find_problem(name)
    assert [mask(problem[key]) for key in ("type", "title", "status", "detail", "help")] == [
        mask(shown[key]) for key in ("type", "title", "status", "detail", "help")
    ]


def mask(value):
    return re.sub(r"[\d.]+", "0", str(value))


def test_every_refusal_is_provoked():
    """No refusal of the document goes without a test of its example."""
    shown = set(DOCUMENT["components"]["responses"])
    others = {"Unavailable", "DeadlineExceeded", "Unauthorized", "TooManyRequests"}
    assert shown == {*PROVOCATIONS, *others}


def list_fields():
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for field, about in schema["properties"].items():
            for example in about.get("examples", ()):
                yield pytest.param(about, example, id=f"{name}.{field}")


@pytest.mark.parametrize(("schema", "example"), list(list_fields()))
def test_examples_of_fields_are_valid(schema, example):
    """What the document shows of a field is what it says of it."""
    jsonschema_rs.validator_for(find_schema(schema)).validate(example)
