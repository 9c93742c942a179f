"""The running application against the document that describes it."""

import json
import os
from pathlib import Path

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from schemas.ninjs import NINJS_MEDIA_TYPE
from service.app import create_app, load_analyzer
from service.bodies import HTML, NDJSON, PLAIN
from service.callers import DEADLINE_HEADER
from service.services import services_of
from service.settings import Settings
from tests.fakes import FakeAnalyzer

DOCUMENT = Path(__file__).parents[2] / "openapi.yaml"
# `make fuzz` has many more, and others each time.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
CONFIG = {
    **({} if EXAMPLES else {"seed": 4711}),
    "generation": {"deterministic": not EXAMPLES, "unique-inputs": True},
}


class Service:
    """A WSGI application that schemathesis can have before it is built."""

    def __init__(self, analyzer_factory, load_seconds):
        self.analyzer_factory = analyzer_factory
        self.load_seconds = load_seconds
        self.app = None
        self.requests = 0

    def __call__(self, environ, start_response):
        self.requests += 1
        return self.app(environ, start_response)

    def run(self):
        self.app = create_app(Settings(), self.analyzer_factory)
        batcher = services_of(self.app).batcher
        assert batcher.wait_until_loaded(self.load_seconds)
        yield
        batcher.close()
        print(f"\n{self.requests} requests sent")

    def load_document(self):
        document = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
        schema = schemathesis.openapi.from_dict(
            document, config=SchemathesisConfig.from_dict(CONFIG)
        )
        schema.app = self
        return schema


fake = Service(lambda _: FakeAnalyzer(), 10)
real = Service(load_analyzer, 120)


@pytest.fixture(scope="module")
def fake_service():
    yield from fake.run()


@pytest.fixture(scope="module")
def real_service():
    yield from real.run()


bounded = settings(
    max_examples=EXAMPLES or 25,
    deadline=None,
    derandomize=not EXAMPLES,
    suppress_health_check=list(HealthCheck),
)
# The WSGI client that requests go through decompresses nothing.
NOT_COMPRESSED = {"Accept-Encoding": "identity"}
# What the document cannot say of a text: in which language it is, and so whether it is read; and
# whether it is read in as little time as may be asked for.
UNDOCUMENTED = {
    "urn:whosaid:problem:unsupported-language",
    "urn:whosaid:problem:deadline-exceeded",
}


@schemathesis.check
def valid_requests_are_accepted(_, response, case):
    """What the document allows is refused only for language or time, or if it is no ninjs."""
    if not case.meta or not case.meta.generation.mode.is_positive or response.status_code < 400:
        return
    if case.media_type == NINJS_MEDIA_TYPE and response.status_code == 422:
        return
    assert response.json()["type"] in UNDOCUMENTED, response.text


@schemathesis.check
def only_the_callers_deadline_is_missed(_, response, case):
    """The service never fails, but an answer can take longer than a request allows."""
    if response.status_code >= 500:
        assert (response.status_code, DEADLINE_HEADER in (case.headers or {})) == (504, True)


@schemathesis.serializer(HTML, NDJSON)
def _serialize_text(_, value):
    text = value if isinstance(value, str) else json.dumps(value)
    return {"data": value if isinstance(value, bytes) else text.encode("utf-8", "ignore")}


def validate(case):
    """Send a case, and check the response in every way that can be right for it."""
    excluded = [positive_data_acceptance, not_a_server_error]
    # Written out, whatever is no string is one; and a bad text of a list has its own problem.
    is_text = case.media_type in (PLAIN, HTML) and case.meta.is_negative_at(ParameterLocation.BODY)
    if is_text or case.media_type == NDJSON or case.path.endswith("/batch"):
        excluded.append(negative_data_rejection)
    case.call_and_validate(headers=NOT_COMPRESSED, excluded_checks=excluded)


@pytest.mark.usefixtures("fake_service")
@fake.load_document().parametrize()
@bounded
def test_the_application_keeps_its_word(case):
    """Requests that the document allows are answered as it says; others are refused as it says."""
    validate(case)


@pytest.mark.model
@pytest.mark.usefixtures("real_service")
@real.load_document().parametrize()
@bounded
def test_the_model_keeps_its_word(case):
    """With the model that ships, no text that the document allows makes the service fail."""
    validate(case)
