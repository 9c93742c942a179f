import json

import pytest

from schemas.ninjs import NINJS_MEDIA_TYPE
from schemas.schema_org import SCHEMA_ORG_MEDIA_TYPE
from schemas.web_annotation import WEB_ANNOTATION_MEDIA_TYPE
from tests.service.test_html import spans_of

JSON = "application/json"
TEXT = "“We wait,” said Ana Sousa."
DOCUMENT = {
    "uri": "https://example.org/items/1",
    "version": 7,
    "headlines": [{"value": "Ana Sousa waits"}],
    "bodies": [{"contenttype": "text/html", "value": f"<p>{TEXT}</p>"}],
    "people": [{"name": "Bob Stone", "uri": "https://example.org/bob"}],
    "extra": {"price": 1.5, "ids": [12345678901234567890]},
}


def mark(response):
    """Return which form an answer has."""
    if "@graph" in response.json:
        return "schema-org"
    if response.json.get("type") == "AnnotationCollection":
        return "web-annotation"
    return "native" if "meta" in response.json else "ninjs"


@pytest.mark.parametrize(
    ("view", "accept", "form", "media_type"),
    [
        pytest.param(None, None, "native", JSON, id="nothing said"),
        pytest.param(None, "*/*", "native", JSON, id="anything"),
        pytest.param(None, "application/*", "native", JSON, id="any application"),
        pytest.param(None, "*/*;q=0.1, text/html", "native", JSON, id="HTML rather"),
        pytest.param(None, SCHEMA_ORG_MEDIA_TYPE, "schema-org", SCHEMA_ORG_MEDIA_TYPE, id="JSON-LD"),
        pytest.param(
            None, f"{SCHEMA_ORG_MEDIA_TYPE}, */*;q=0.1", "schema-org", SCHEMA_ORG_MEDIA_TYPE,
            id="JSON-LD rather",
        ),
        pytest.param(
            None, f"{SCHEMA_ORG_MEDIA_TYPE};q=0.1, {JSON}", "native", JSON, id="JSON rather"
        ),
        pytest.param(None, NINJS_MEDIA_TYPE, "ninjs", NINJS_MEDIA_TYPE, id="ninjs"),
        pytest.param(
            None, WEB_ANNOTATION_MEDIA_TYPE, "web-annotation", WEB_ANNOTATION_MEDIA_TYPE,
            id="annotations",
        ),
        pytest.param("native", "*/*", "native", JSON, id="native"),
        pytest.param("ninjs", None, "ninjs", NINJS_MEDIA_TYPE, id="view of ninjs"),
        pytest.param("schema-org", "*/*", "schema-org", SCHEMA_ORG_MEDIA_TYPE, id="view of schema.org"),
        pytest.param("ninjs", JSON, "ninjs", NINJS_MEDIA_TYPE, id="view, whatever is accepted"),
        pytest.param(
            "web-annotation", "application/*", "web-annotation", WEB_ANNOTATION_MEDIA_TYPE,
            id="view of annotations",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["analyze", "entities", "quotes"])
def test_forms(client, path, view, accept, form, media_type):
    """The view that is asked for counts, or else what Accept names, or else our own form."""
    response = client.post(
        f"/v1/{path}",
        json={"text": TEXT},
        headers={"Accept": accept} if accept else {},
        query_string={"view": view} if view else {},
    )
    assert response.status_code == 200
    assert mark(response) == form
    assert response.content_type == media_type


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "text/*"])
def test_forms_that_are_not_accepted(client, accept):
    """Who takes none of the forms is told so."""
    response = client.post("/v1/analyze", json={"text": TEXT}, headers={"Accept": accept})
    assert response.status_code == 406


@pytest.mark.parametrize(
    "accept", ["application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]
)
def test_charsets_say_nothing(client, accept):
    """JSON is UTF-8, and so who asks for JSON in UTF-8 gets it."""
    for path in ("/v1/analyze", "/v1/capabilities"):
        ask = client.post if path.endswith("analyze") else client.get
        options = {"json": {"text": TEXT}} if path.endswith("analyze") else {}
        assert ask(path, headers={"Accept": accept}, **options).status_code == 200


@pytest.mark.parametrize(
    ("accept", "view", "form"),
    [
        (None, None, "ninjs"),
        ("*/*", None, "ninjs"),
        (JSON, None, "native"),
        ("*/*", "native", "native"),
    ],
)
def test_documents_are_answered_with_documents(client, accept, view, form):
    """A ninjs document comes back as one, unless another form is asked for."""
    response = client.post(
        "/v1/analyze",
        data=json.dumps(DOCUMENT),
        content_type=NINJS_MEDIA_TYPE,
        headers={"Accept": accept} if accept else {},
        query_string={"view": view} if view else {},
    )
    assert mark(response) == form


def test_documents_are_enriched(client):
    """A document comes back with what was found in it, and is otherwise the same."""
    response = client.post("/v1/analyze", data=json.dumps(DOCUMENT), content_type=NINJS_MEDIA_TYPE)
    found = response.json
    assert [person["name"] for person in found["people"]] == ["Bob Stone", "Ana Sousa"]
    assert {**found, "people": DOCUMENT["people"]} == DOCUMENT
    assert list(found) == list(DOCUMENT)


def test_documents_are_read_as_what_they_are(client):
    """Of a document the HTML is read as HTML, the headline as text, and its URI is the id."""
    answer = client.post(
        "/v1/analyze?view=native", data=json.dumps(DOCUMENT), content_type=NINJS_MEDIA_TYPE
    ).json
    assert answer["id"] == DOCUMENT["uri"]
    fields = {span["field"] for span in spans_of(answer)}
    assert fields == {"body"}
    assert [m["field"] for m in answer["people"][0]["mentions"]] == ["headline", "body"]


def test_long_uris_of_documents(client):
    """A document whose URI is longer than an id may be is read all the same."""
    document = {**DOCUMENT, "uri": "https://example.org/" + "x" * 300}
    data = json.dumps(document)
    enriched = client.post("/v1/analyze", data=data, content_type=NINJS_MEDIA_TYPE)
    assert enriched.json["uri"] == document["uri"]
    native = client.post("/v1/analyze?view=native", data=data, content_type=NINJS_MEDIA_TYPE)
    assert native.json["id"] is None


@pytest.mark.parametrize(
    ("include", "people", "quotations"),
    # Who speaks is named in any case.
    [("entities", 1, 0), ("quotes", 1, 1), ("entities,quotes", 1, 1)],
)
def test_selections_hold_for_every_form(client, include, people, quotations):
    """What is not to be included is in no form of the answer."""
    response = client.post(
        "/v1/analyze", json={"text": TEXT}, query_string={"view": "schema-org", "include": include}
    )
    types = [node["@type"] for node in response.json["@graph"]]
    assert (types.count("Person"), types.count("Quotation")) == (people, quotations)
