import json
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas import OffsetUnit
from service.turns import take_turn
from tests.fakes import FakeAnalyzer
from tests.texts import merge_pairs, texts

TEXT = "“We wait,” said Ana Sousa. Bob Stone left.\r\n"


def test_analyze(client):
    """A JSON text comes back as entities and quotes."""
    response = client.post("/v1/analyze", json={"text": TEXT, "id": "story"})
    assert response.status_code == 200
    assert response.content_type == "application/json"
    answer = response.json
    assert answer["id"] == "story"
    assert [person["name"] for person in answer["people"]] == ["Ana Sousa", "Bob Stone"]
    assert [quote["text"] for quote in answer["quotes"]] == ["We wait,"]
    assert answer["quotes"][0]["speaker"]["name"] == "Ana Sousa"
    assert answer["meta"]["model"]["name"] == "fake"


def test_entities_leave_quotes_out(client):
    """/v1/entities is /v1/analyze without quotes."""
    whole, part = ask(client, "analyze"), ask(client, "entities")
    del whole["quotes"]
    assert part == whole


def test_quotes_keep_who_speaks(client):
    """/v1/quotes is /v1/analyze with only those entities that speak."""
    whole, part = ask(client, "analyze"), ask(client, "quotes")
    assert part["quotes"] == whole["quotes"]
    assert part["people"] == whole["people"][:1]


REPORT = "‘It holds,’ thinks Ana Sousa. “It will not,” said somebody. ‘It has to.’"
SAID = [("q1", "speech", "It will not,")]
ALL = [
    ("q1", "belief", "It holds,"),
    ("q2", "speech", "It will not,"),
    ("q3", "belief", "It has to."),
]


@pytest.mark.parametrize(
    ("setting", "options", "expected"),
    [
        pytest.param("speech", {}, SAID, id="default"),
        pytest.param("speech", {"scope": "speech"}, SAID, id="speech"),
        pytest.param("speech", {"scope": "all"}, ALL, id="all"),
        pytest.param("all", {}, ALL, id="default set"),
        pytest.param("all", {"scope": "speech"}, SAID, id="caller knows better"),
        pytest.param("speech", {"min_confidence": 0.9}, SAID, id="sure enough"),
        pytest.param("speech", {"min_confidence": 0.91}, [], id="not sure enough"),
        pytest.param(
            "speech", {"scope": "all", "min_confidence": 0.7}, SAID, id="all that is sure"
        ),
    ],
)
@pytest.mark.parametrize("path", ["analyze", "quotes"])
@pytest.mark.parametrize("in_query", [False, True], ids=["body", "query"])
def test_selection(build, path, in_query, setting, options, expected):
    """Callers get, numbered anew, the quotes that they ask for, or that the settings say."""
    client = build(default_scope=setting).test_client()
    query, fields = (options, {}) if in_query else ({}, options)
    response = client.post(f"/v1/{path}", query_string=query, json={"text": REPORT, **fields})
    assert [
        (quote["id"], quote["attitude"], quote["text"]) for quote in response.json["quotes"]
    ] == expected


def test_who_speaks_depends_on_the_selection(client):
    """/v1/quotes names those who speak in the quotes that it answers, /v1/entities everybody."""
    body = {"text": "‘It holds,’ thinks Ana Sousa."}
    for scope, speaking in (("speech", []), ("all", ["Ana Sousa"])):
        for path, expected in (("quotes", speaking), ("entities", ["Ana Sousa"])):
            answer = client.post(f"/v1/{path}?scope={scope}", json=body).json
            assert [person["name"] for person in answer["people"]] == expected


def ask(client, path):
    answer = client.post(f"/v1/{path}", json={"text": TEXT}).json
    del answer["meta"]["timings_ms"]
    return answer


@pytest.mark.parametrize("content_type", ["text/plain", "text/plain; charset=utf-8"])
def test_plain_text(client, content_type):
    """A plain body is the text, with its options in the query."""
    response = client.post(
        "/v1/analyze?id=a%20b&language=en&offset_unit=utf16",
        data="\ufeff😀 Ana Sousa\n".encode(),
        content_type=content_type,
    )
    answer = response.json
    assert (answer["id"], answer["offset_unit"], answer["text_length"]) == ("a b", "utf16", 14)
    assert answer["people"][0]["mentions"][0]["start"] == 4


def test_options_of_json_may_stand_in_the_query(client):
    """The query gives options that a JSON body does not."""
    body = {"text": REPORT, "id": "b", "min_confidence": 0.5}
    response = client.post(
        "/v1/analyze?id=query&offset_unit=utf16&scope=all&min_confidence=0.95", json=body
    )
    assert (response.json["id"], response.json["offset_unit"]) == ("b", "utf16")
    assert len(response.json["quotes"]) == 3


@pytest.mark.parametrize("text", ["", " ", "\r\n\t\u2003"])
@pytest.mark.parametrize("path", ["analyze", "entities", "quotes"])
def test_blank_texts_hold_nothing(build, text, path):
    """A text of white space is answered with a warning, and no model reads it."""
    analyzer = FakeAnalyzer()
    response = build(analyzer).test_client().post(f"/v1/{path}", json={"text": text})
    assert response.status_code == 200
    assert response.json["text_length"] == len(text)
    assert response.json["people"] == []
    assert [warning["code"] for warning in response.json["warnings"]] == ["blank-text"]
    assert len(analyzer.batches) == 1


CODECS = {
    OffsetUnit.CODEPOINT: ("utf-32-le", 4),
    OffsetUnit.UTF16: ("utf-16-le", 2),
    OffsetUnit.UTF8: ("utf-8", 1),
}


@pytest.mark.parametrize("unit", OffsetUnit)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None
)
@given(text=texts().map(lambda text: merge_pairs(f"“{text.replace('”', '')}!” Ana Sousa.{text}")))
def test_every_text_comes_back_verbatim(client, unit, text):
    """Emoji, combining marks, CRLF, right-to-left, lone surrogates, NUL: each span is its slice."""
    body = json.dumps({"text": text, "offset_unit": unit})
    response = client.post("/v1/analyze", data=body, content_type="application/json")
    assert response.status_code == 200
    assert response.data.isascii()
    codec, width = CODECS[unit]
    units = text.encode(codec, "surrogatepass")
    for span in spans_of(json.loads(response.data)):
        cut = units[width * span["start"] : width * span["end"]]
        assert span["text"] == cut.decode(codec, "surrogatepass")


def spans_of(value):
    if isinstance(value, dict):
        if "start" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from spans_of(inner)


@given(text=st.text(max_size=30))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
def test_both_kinds_of_body_say_the_same(client, text):
    """A text is answered alike as JSON and as plain text."""
    plain = client.post("/v1/analyze", data=text.encode(), content_type="text/plain").json
    as_json = client.post("/v1/analyze", json={"text": text}).json
    assert plain["text_length"] == as_json["text_length"] == len(text)
    assert plain["people"] == as_json["people"]


def test_capabilities(client):
    """Capabilities name the model, its languages and the limits."""
    found = client.get("/v1/capabilities").json
    assert found["model"]["digest"] == "0" * 64
    assert found["languages"] == ["en"]
    assert found["limits"]["max_chars"] == 500_000
    assert found["default_scope"] == "speech"


def test_capabilities_name_the_scope_that_is_set(build):
    """Callers can learn which quotes they get without asking for any scope."""
    client = build(default_scope="all").test_client()
    assert client.get("/v1/capabilities").json["default_scope"] == "all"


@pytest.mark.parametrize(
    "accept",
    [None, "*/*", "application/*", "application/json;q=0.1, text/html", "text/*, */*;q=0.1"],
)
def test_accepted(client, accept):
    """Whoever takes JSON, on whatever terms, gets it."""
    headers = {"Accept": accept} if accept else {}
    assert client.get("/v1/capabilities", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("include", "keys"),
    [
        ("mentions", {"people", "organisations", "places"}),
        ("context", {"quotes"}),
        ("quotes,mentions", {"people", "organisations", "places", "quotes"}),
        ("text", {"text", "headline"}),
    ],
)
def test_parts_come_with_what_they_are_parts_of(client, include, keys):
    """Mentions bring their entities, and contexts their quotes."""
    answer = client.post("/v1/analyze", json={"text": TEXT}, query_string={"include": include})
    if include in ("mentions", "context"):
        body = {"text": TEXT, "include": [include]}
        assert client.post("/v1/analyze", json=body).json.keys() == answer.json.keys()
    optional = {"people", "organisations", "places", "quotes", "text", "headline"}
    assert answer.json.keys() & optional == keys


def test_bodies_that_end_too_early(client):
    """A body that is shorter than it says is not taken for the whole text."""
    response = client.post(
        "/v1/analyze",
        data=b"Ana Sousa",
        content_type="text/plain",
        # As gunicorn does, which hands on what has come.
        environ_overrides={"CONTENT_LENGTH": "100", "wsgi.input_terminated": True},
    )
    assert response.status_code == 400
    assert "Content-Length" in response.json["detail"]


class _BusyAnalyzer(FakeAnalyzer):
    """While it reads, another thread takes its turn, and keeps it for a while."""

    def analyze(self, *args, **kwargs):
        taken = threading.Event()
        if self.batches:
            threading.Thread(target=self._compute, args=(taken,)).start()
            assert taken.wait(10)
        return super().analyze(*args, **kwargs)

    def _compute(self, taken):
        with take_turn():
            taken.set()
            time.sleep(0.4)


@pytest.mark.parametrize("path", ["analyze", "analyze/batch"])
def test_deadlines_hold_while_others_compute(build, path):
    """Who gets its turn too late to answer in time is told so, though the text was read."""
    client = build(_BusyAnalyzer()).test_client()
    item = {"text": TEXT, "language": "en"}
    body = item if path == "analyze" else [item]
    response = client.post(f"/v1/{path}", json=body, headers={"X-Deadline-Seconds": "0.2"})
    found = response if path == "analyze" else response.json[0]
    status = found.status_code if path == "analyze" else found["status"]
    assert status == 504
