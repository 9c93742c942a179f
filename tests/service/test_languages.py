"""In which language a text is read, and what its caller is told about that."""

import pytest

from analysis.document import ModelInfo
from tests.fakes import FakeAnalyzer

ENGLISH = (
    "The mayor said on Monday that the bridge would reopen in May, after two years of work that "
    "cost the city more than anybody had expected."
)
GERMAN = (
    "Die Bürgermeisterin sagte am Montag, dass die Brücke im Mai wieder geöffnet werde, nach zwei "
    "Jahren Arbeit, die die Stadt mehr gekostet haben, als irgendjemand erwartet hatte."
)
ITALIAN = (
    "Il sindaco ha detto lunedì che il ponte riaprirà a maggio, dopo due anni di lavori che sono "
    "costati alla città più di quanto ci si aspettasse."
)


class TwoModels(FakeAnalyzer):
    """Reads English with one model, and German with another."""

    def __init__(self):
        super().__init__()
        self.models = (
            ModelInfo("english", "1", "0" * 64, ("en",)),
            ModelInfo("german", "2", "1" * 64, ("de",)),
        )


@pytest.fixture
def client(build):
    return build(TwoModels()).test_client()


def ask(client, text, **options):
    return client.post("/v1/analyze", json={"text": text, **options})


@pytest.mark.parametrize(
    ("text", "options", "language", "status", "model"),
    [
        pytest.param(ENGLISH, {}, "en", "detected", "english", id="English"),
        pytest.param(GERMAN, {}, "de", "detected", "german", id="German"),
        pytest.param(GERMAN, {"language": "en"}, "en", "given", "english", id="the caller says so"),
        pytest.param(ENGLISH, {"language": "en-GB"}, "en", "given", "english", id="region"),
        pytest.param(GERMAN, {"language": "DE"}, "de", "given", "german", id="capitals"),
        pytest.param("Hello.", {}, "en", "assumed", "english", id="too short"),
        pytest.param(" ", {}, "en", "assumed", "english", id="blank"),
        pytest.param(" ", {"language": "de"}, "de", "given", "german", id="blank, in German"),
    ],
)
def test_languages(client, text, options, language, status, model):
    """A text is read in the language that is stated, or else in its own, by that one's model."""
    answer = ask(client, text, **options).json
    assert (answer["language"], answer["language_status"]) == (language, status)
    assert answer["meta"]["model"]["name"] == model


def test_html_is_told_by_its_text(client):
    """Tags are in no language."""
    html = f"<div class='the and of with for'><p>{GERMAN}</p></div>" * 2
    answer = ask(client, html, content_type="text/html").json
    assert answer["language"] == "de"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        pytest.param(ENGLISH, [], id="told"),
        pytest.param("Hello.", ["language-not-detected"], id="too short"),
        pytest.param(f"{ENGLISH}\n\n{GERMAN}\n\n" * 3, ["language-mixed"], id="mixed"),
        pytest.param(" ", ["blank-text"], id="blank"),
    ],
)
def test_warnings(client, text, codes):
    """What the service could not tell, it says, and what it assumed instead."""
    answer = ask(client, text).json
    assert [warning["code"] for warning in answer["warnings"]] == codes
    assert all("'en'" in w["detail"] for w in answer["warnings"] if "language" in w["code"])


@pytest.mark.parametrize(
    ("options", "pointer", "named"),
    [
        ({}, "/text", "it"),
        ({"language": "it"}, "/language", "it"),
        ({"language": "xx"}, "/language", "xx"),
    ],
)
def test_languages_that_nobody_reads(client, options, pointer, named):
    """A text in a language that no model reads is refused, naming it and those that are read."""
    response = ask(client, ITALIAN, **options)
    assert response.status_code == 422
    problem = response.json
    assert problem["type"] == "urn:whosaid:problem:unsupported-language"
    assert [fault["pointer"] for fault in problem["errors"]] == [pointer]
    assert f"'{named}'" in problem["detail"]
    assert "en, de" in problem["detail"]


def test_capabilities_name_all_models(client):
    """Callers can learn which languages are read, and by which model."""
    found = client.get("/v1/capabilities").json
    assert found["languages"] == ["en", "de"]
    assert [(model["name"], model["languages"]) for model in found["models"]] == [
        ("english", ["en"]),
        ("german", ["de"]),
    ]
    assert found["model"]["name"] == "english"
