import json
from pathlib import Path

import pytest
import yaml
from openapi_spec_validator import validate

from service.cli import main

COMMITTED = Path(__file__).parents[2] / "openapi.yaml"


@pytest.fixture(scope="module")
def document():
    return yaml.safe_load(COMMITTED.read_text(encoding="utf-8"))


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_committed_document_is_what_the_code_says(capsys):
    """openapi.yaml does not drift: `whosaid openapi` writes the committed file."""
    assert main(["openapi"]) == 0
    assert capsys.readouterr().out == COMMITTED.read_text(encoding="utf-8")


def test_served_documents_are_the_committed_one(client, document):
    """The document is served in both forms."""
    as_yaml, as_json = client.get("/openapi.yaml"), client.get("/openapi.json")
    assert as_yaml.content_type == "application/yaml"
    assert as_yaml.text == COMMITTED.read_text(encoding="utf-8")
    assert as_json.content_type == "application/json"
    assert json.loads(as_json.text) == document


def test_every_operation_has_a_name_of_its_own(document):
    """Generated clients get one method per operation."""
    names = [operation["operationId"] for _, operation in operations(document)]
    assert names == [
        "analyze",
        "entities",
        "quotes",
        "analyzeBatch",
        "capabilities",
        "livez",
        "readyz",
        "metrics",
    ]


@pytest.mark.parametrize("path", ["/v1/analyze", "/v1/entities", "/v1/quotes"])
def test_every_outcome_of_a_text_is_described(document, path):
    """Operations on texts describe every status they answer with, and both kinds of body."""
    operation = document["paths"][path]["post"]
    assert sorted(operation["responses"]) == [
        "200", "400", "401", "406", "413", "415", "422", "429", "503", "504",
    ]  # fmt: skip
    assert list(operation["requestBody"]["content"]) == [
        "application/json", "text/plain", "text/html", "application/vnd.whosaid.ninjs+json",
    ]  # fmt: skip
    assert list(operation["responses"]["200"]["content"]) == [
        "application/json",
        "application/vnd.whosaid.ninjs+json",
        "application/ld+json",
    ]
    assert [parameter["name"] for parameter in operation["parameters"]] == [
        "id", "language", "offset_unit", "scope", "min_confidence", "include", "types", "kinds",
        "view", "X-Deadline-Seconds",
    ]  # fmt: skip


def test_keys_are_described(document):
    """A key may be wanted, in either header; probes never want one, and reading texts is limited."""
    schemes = document["components"]["securitySchemes"]
    assert schemes["bearer"]["scheme"] == "bearer"
    assert schemes["apiKey"]["name"] == "X-API-Key"
    assert document["security"] == [{}, {"apiKey": []}, {"bearer": []}]
    for name, operation in operations(document):
        is_open = name in ("get /livez", "get /readyz")
        assert operation.get("security") == ([] if is_open else None), name
        assert ("401" in operation["responses"]) is not is_open, name
        assert ("429" in operation["responses"]) is ("/v1/" in name), name


def test_refusals_tell_their_headers(document):
    """A refusal that asks for something, or to wait, says so in headers that are described."""
    responses = document["components"]["responses"]
    assert "WWW-Authenticate" in responses["Unauthorized"]["headers"]
    limited = responses["TooManyRequests"]["headers"]
    assert {"Retry-After", "RateLimit", "RateLimit-Policy"} <= limited.keys()


def test_the_document_is_valid(document):
    """The document is what OpenAPI 3.1 says a document is."""
    validate(document)


def test_every_problem_has_its_schema_and_an_example(document):
    """Refusals are problems, each with an example of its own status."""
    for response in document["components"]["responses"].values():
        content = response["content"]["application/problem+json"]
        assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert content["example"]["status"] >= 400
    unavailable = document["components"]["responses"]["Unavailable"]
    assert "Retry-After" in unavailable["headers"]


def test_every_field_is_described(document):
    """Schemas and their fields say what they are, in a sentence, and show a value."""
    for name, schema in document["components"]["schemas"].items():
        assert schema["description"].endswith("."), name
        for field, about in schema["properties"].items():
            assert about.get("description", "").endswith("."), f"{name}.{field}"
            shown = about.keys() | about.get("items", {}).keys()
            assert shown & SHOWN, f"{name}.{field}"


# A value, all that it may be, or a schema of its own whose fields have values.
SHOWN = {"examples", "enum", "$ref", "anyOf", "const"}


def test_every_parameter_is_described(document):
    """Parameters say what they are, in a sentence, and show a value."""
    for _, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert parameter["description"].endswith("."), parameter["name"]
            assert parameter["schema"].keys() & SHOWN, parameter["name"]


def test_responses_tell_their_headers(document):
    """Every response names the headers that it has."""
    for _, operation in operations(document):
        for response in operation["responses"].values():
            if "$ref" in response:
                response = document["components"]["responses"][response["$ref"].split("/")[-1]]
            assert {"X-Request-ID", "Server-Timing"} <= response["headers"].keys()


def test_null_is_written_as_in_3_1(document):
    """Null is a type, as OpenAPI 3.1 has it."""
    assert document["openapi"] == "3.1.0"
    assert "nullable" not in COMMITTED.read_text(encoding="utf-8")
    assert document["components"]["schemas"]["Answer"]["properties"]["id"]["type"] == [
        "string", "null",
    ]  # fmt: skip
