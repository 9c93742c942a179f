"""The Python client, against the application without a socket, and against what goes wrong."""

import io
import json
import re
import subprocess
import sys
import threading
import time
from types import MappingProxyType

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from analysis.document import AttributionStatus, EntityType, KnownEntity, QuoteKind
from schemas import AnswerSchema, Field, LanguageStatus, Scope, Section, View
from service.client import Client, NotAnAnswer, ProblemError, ServiceError, Unreachable
from service.client.fields import gather
from service.in_process import AppAdapter
from tests.fakes import MODEL
from tests.schemas.story import HE, TEXT, answer, quote
from tests.service.shared_service import open_shared_client

URL = "http://whosaid.test"
STORY = "“We wait,” said Ana Sousa. 😀 ‘I hope,’ Ana Sousa thought."
HTML = "<p>&ldquo;We wait,&rdquo; said Ana <b>Sousa</b>.</p>"


@pytest.fixture(scope="module")
def shared():
    with open_shared_client() as client:
        yield client


@pytest.fixture
def connect(shared, build):
    """Speak to a service as its clients do, perhaps to one with settings of its own."""

    def connect(**settings):
        return Client(URL, adapter=AppAdapter(build(**settings))) if settings else shared

    return connect


class Scripted(HTTPAdapter):
    """Answers requests with what it is given, in order; the last one again and again."""

    def __init__(self, *answers):
        super().__init__()
        self.answers = list(answers)
        self.requests = []

    def send(self, request, *, timeout=None, **_):
        self.requests.append((request, timeout))
        given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(given):
            given = given(request)
        if isinstance(given, Exception):
            raise given
        status, headers, body = given
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        stream = io.BytesIO(body)
        raw = HTTPResponse(stream, headers, status, preload_content=False, reason="Reason")
        return self.build_response(request, raw)


PROBLEM = {
    "type": "urn:whosaid:problem:overloaded",
    "title": "Overloaded",
    "status": 503,
    "detail": "many are waiting",
    "request_id": "r-1",
}
JSON_PROBLEM = {"Content-Type": "application/problem+json"}
BUSY = (503, JSON_PROBLEM | {"Retry-After": "0"}, PROBLEM)
ANSWER = AnswerSchema().dump(answer(quote(HE)))
DONE = (200, {"X-Request-ID": "r-2"}, json.loads(json.dumps(ANSWER)))
CAPABILITIES = (200, {}, {"limits": {"batch_max_items": 1000, "max_body_bytes": 10**6}})


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    monkeypatch.setattr("service.client._FIRST_PAUSE_SECONDS", 0.001)


def scripted(*answers, **options):
    adapter = Scripted(*answers)
    return Client(URL, adapter=adapter, **options), adapter


def test_imports():
    """The client loads neither the web framework nor a model."""
    code = "import sys, service.client; print(sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    assert "'requests'" in loaded
    heavy = {"flask", "gunicorn", "numpy", "openvino", "rich", "stanza", "torch", "werkzeug"}
    assert not heavy & set(re.findall(r"'(\w+)'", loaded))


def test_analyze(connect):
    """An answer is the value objects of the analysis, and what else is said with it."""
    reply = connect().analyze(STORY, id="s-1")
    (person,) = reply.analysis.entities
    assert [m.span.of(STORY) for m in person.mentions] == ["Ana Sousa", "Ana Sousa"]
    (found,) = reply.analysis.quotes
    assert reply.text_of(found) == "We wait,"
    assert (found.kind, found.status) == (QuoteKind.DIRECT, AttributionStatus.ATTRIBUTED)
    assert found.speaker.entity_id == person.id
    assert reply.analysis.text == STORY
    assert (reply.id, reply.analysis.language) == ("s-1", "en")
    assert reply.language_status is LanguageStatus.DETECTED or reply.analysis.warnings
    assert (reply.model, reply.sources) == (MODEL, {})
    assert re.fullmatch(r"\S{8,}", reply.request_id)


def test_fields(connect):
    """A mapping has the fields of a text, which win over the options beside it."""
    fields = {"text": STORY, "headline": "Ana Sousa waits", "id": "own"}
    reply = connect().analyze(fields, id="option", language="en")
    assert (reply.id, reply.language_status) == ("own", LanguageStatus.GIVEN)
    first = reply.analysis.entities[0].mentions[0].span
    assert first.of(reply.analysis.text) == "Ana Sousa"
    assert reply.find_place(first).field is Field.HEADLINE


def test_html(connect):
    """Spans index what readers see; where they stand in the HTML is kept beside them."""
    reply = connect().analyze(HTML, content_type="text/html")
    (mention,) = reply.analysis.entities[0].mentions
    assert reply.analysis.text == "“We wait,” said Ana Sousa."
    assert mention.span.of(reply.analysis.text) == "Ana Sousa"
    assert reply.sources[mention.span].of(HTML) == "Ana <b>Sousa"


@pytest.mark.parametrize(
    ("options", "entities", "quotes"),
    [
        pytest.param({"include": {Section.QUOTES}}, 0, 1, id="quotes-only"),
        pytest.param({"include": ["entities"]}, 1, 0, id="entities-only"),
        pytest.param({"scope": Scope.ALL}, 1, 2, id="scope"),
        pytest.param({"scope": "all", "min_confidence": 0.7}, 1, 1, id="confidence"),
        pytest.param({"types": {EntityType.PLACE}}, 0, 1, id="types"),
        pytest.param({"kinds": [QuoteKind.INDIRECT]}, 1, 0, id="kinds"),
        pytest.param({"language": None}, 1, 1, id="nothing"),
    ],
)
def test_options(connect, options, entities, quotes):
    """Options ask for less, or for more; None is what was not said."""
    analysis = connect().analyze(STORY, **options).analysis
    assert (len(analysis.entities), len(analysis.quotes)) == (entities, quotes)


@pytest.mark.parametrize(
    "known",
    [
        pytest.param(KnownEntity("Ana de Sousa", EntityType.PERSON, ("Ana Sousa",)), id="object"),
        pytest.param(
            MappingProxyType({"name": "Ana de Sousa", "type": "person", "aliases": ("Ana Sousa",)}),
            id="mapping",
        ),
    ],
)
def test_known_entities(connect, known):
    """Whom the caller knows may be value objects too."""
    reply = connect().analyze(STORY, known_entities=[known])
    assert reply.analysis.entities[0].name == "Ana de Sousa"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        pytest.param("\udc00 Ana Sousa \ud83d", "\udc00 Ana Sousa \ud83d", id="alone"),
        pytest.param("\ud83d\ude00 Ana Sousa", "😀 Ana Sousa", id="pair"),
    ],
)
def test_surrogates(connect, text, read):
    """Half a character comes back as it was; two halves are one character in JSON."""
    analysis = connect().analyze(text).analysis
    assert analysis.text == read
    assert analysis.entities[0].mentions[0].span.of(read) == "Ana Sousa"


@pytest.mark.parametrize("option", ["offset_unit", "view"])
def test_what_cannot_be_chosen(connect, option):
    """Spans always index Python's strings."""
    with pytest.raises(ValueError, match=option):
        connect().analyze({"text": STORY, option: "utf16"})


def test_no_json(connect):
    """What JSON has no word for is refused before anything is sent."""
    with pytest.raises(TypeError, match="object is nothing that JSON has"):
        connect().analyze(STORY, id=object())


def test_view(connect):
    """Other forms of an answer come as they are."""
    client = connect()
    assert client.view(STORY, "schema-org")["@context"]
    assert client.view(STORY, View.NINJS)["people"][0]["name"] == "Ana Sousa"
    native = client.view(STORY, id="s-1", offset_unit="utf16")
    assert (native["id"], native["offset_unit"]) == ("s-1", "utf16")
    with pytest.raises(ValueError, match="nothing"):
        client.view(STORY, "nothing")


def test_capabilities(connect):
    """What the service can do is told as it is."""
    assert connect().capabilities()["model"]["name"] == "fake"


def test_problem(connect):
    """A problem has all that the service says."""
    with pytest.raises(ProblemError) as caught:
        connect().analyze(STORY, min_confidence=2)
    error = caught.value
    assert (error.status, error.title) == (422, "Invalid request")
    assert error.type == "urn:whosaid:problem:invalid-request"
    assert error.errors[0].pointer == "/min_confidence"
    assert error.errors[0].detail in str(error)
    assert error.request_id == error.problem["request_id"]
    assert isinstance(error, ServiceError)


def test_problem_without_faults(connect):
    """A problem may be with no part of the request."""
    client = connect(max_chars=9, queue_max_chars=9)
    with pytest.raises(ProblemError, match=r"Text too long \(413\): .*: /text: "):
        client.analyze(STORY)
    client, _ = scripted((404, JSON_PROBLEM, PROBLEM))
    with pytest.raises(ProblemError, match=r"Overloaded \(404\): many are waiting$"):
        client.analyze(STORY)


@pytest.mark.parametrize(
    ("errors", "faults"),
    [
        pytest.param([{"pointer": "/text", "detail": "no"}], [("/text", "no")], id="ours"),
        pytest.param([{"message": "no"}], [("", "")], id="other-names"),
        pytest.param(["no"], [], id="strings"),
        pytest.param({"text": ["no"]}, [], id="mapping"),
    ],
)
def test_problem_of_others(errors, faults):
    """A problem may come from something in between, which means other things by it."""
    client, _ = scripted((400, JSON_PROBLEM, {"type": "about:blank", "errors": errors}))
    with pytest.raises(ProblemError) as caught:
        client.analyze(TEXT)
    assert [(fault.pointer, fault.detail) for fault in caught.value.errors] == faults


def test_key():
    """A key goes with each request, and nothing of .netrc in place of it."""
    client, adapter = scripted(DONE, key="whosaid_x")
    client.analyze(TEXT)
    assert adapter.requests[0][0].headers["Authorization"] == "Bearer whosaid_x"
    client, adapter = scripted(DONE)
    client.analyze(TEXT)
    assert "Authorization" not in adapter.requests[0][0].headers


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(BUSY, id="busy"),
        pytest.param((429, JSON_PROBLEM | {"Retry-After": "0"}, PROBLEM), id="rate"),
        pytest.param((503, {"Retry-After": "soon"}, b"<html>"), id="proxy"),
        pytest.param(requests.ConnectionError("refused"), id="refused"),
        pytest.param(requests.exceptions.ChunkedEncodingError("cut"), id="cut"),
        pytest.param(requests.ConnectTimeout("slow"), id="connect-timeout"),
    ],
)
def test_tries_again(trouble):
    """What passes is waited for."""
    client, adapter = scripted(trouble, trouble, DONE)
    assert client.analyze(TEXT).request_id == "r-2"
    assert len(adapter.requests) == 3


@pytest.mark.parametrize(
    ("trouble", "kind", "tries"),
    [
        pytest.param(BUSY, ProblemError, 3, id="busy"),
        pytest.param(requests.ConnectionError("refused"), Unreachable, 3, id="refused"),
        pytest.param(requests.ReadTimeout("slow"), Unreachable, 1, id="read-timeout"),
        pytest.param((422, JSON_PROBLEM, PROBLEM), ProblemError, 1, id="bad-request"),
        pytest.param((500, JSON_PROBLEM, PROBLEM), ProblemError, 1, id="bug"),
    ],
)
def test_gives_up(trouble, kind, tries):
    """Nothing is tried for ever, and what will not pass only once."""
    client, adapter = scripted(trouble, retries=2)
    with pytest.raises(kind):
        client.analyze(TEXT)
    assert len(adapter.requests) == tries


def test_retry_after():
    """The service is left alone for as long as it says, and not asked again if that is too long."""
    client, adapter = scripted((503, {"Retry-After": "1"}, b""), DONE)
    started = time.monotonic()
    client.analyze(TEXT)
    assert 1 <= time.monotonic() - started < 5
    client, adapter = scripted((503, {"Retry-After": "60"}, b""), timeout_seconds=30)
    with pytest.raises(ProblemError):
        client.analyze(TEXT)
    assert len(adapter.requests) == 1


def test_deadline():
    """The service learns how long it is waited for; connections take a moment longer."""
    client, adapter = scripted(DONE, timeout_seconds=50)
    client.analyze(TEXT)
    client.analyze(TEXT, deadline_seconds=2)
    client.analyze(TEXT, deadline_seconds=1e9)
    (usual, (_, reads)), (short, (connects, short_reads)), (long, _) = adapter.requests
    assert 49 < float(usual.headers["X-Deadline-Seconds"]) <= 50 < reads <= 53
    assert 1 < float(short.headers["X-Deadline-Seconds"]) <= 2 < short_reads <= 5
    assert connects <= 2
    assert long.headers["X-Deadline-Seconds"] == "86400.000"


@pytest.mark.parametrize(
    "given",
    [
        pytest.param((200, {}, b"<html>"), id="html"),
        pytest.param((200, {}, [1]), id="list"),
        pytest.param((200, {}, {"status": "ok"}), id="other-json"),
        pytest.param((400, JSON_PROBLEM, b"<html>"), id="broken-problem"),
        pytest.param((400, JSON_PROBLEM, ["x"]), id="problem-list"),
    ],
)
def test_no_answer(given):
    """What something else says in place of Whosaid is not taken for an answer."""
    client, _ = scripted(given)
    with pytest.raises(NotAnAnswer):
        client.analyze(TEXT)
    if given[0] == 200 and given[2] != {"status": "ok"}:
        with pytest.raises(NotAnAnswer):
            client.view(TEXT)


def test_redirection():
    """Text goes nowhere else, even if the service says so."""
    client, adapter = scripted((307, {"Location": "http://elsewhere.test/"}, b""), DONE)
    with pytest.raises(ProblemError, match=r"Reason \(307\): it is at http://elsewhere.test/"):
        client.analyze(TEXT)
    assert len(adapter.requests) == 1


def test_unreachable():
    """Why nobody answers is told in the system's words."""
    with (
        Client("http://127.0.0.1:9/", retries=0) as client,
        pytest.raises(Unreachable, match=r"^http://127.0.0.1:9: Connection refused$") as caught,
    ):
        client.capabilities()
    assert caught.value.reason == "Connection refused"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        pytest.param(requests.ReadTimeout(), "no answer in time", id="timeout"),
        pytest.param(requests.exceptions.InvalidURL(), "no answer (InvalidURL)", id="unexplained"),
    ],
)
def test_why_unreachable(error, told):
    """Where the system has no words, there are some all the same."""
    client, _ = scripted(error, retries=0)
    with pytest.raises(Unreachable) as caught:
        client.analyze(TEXT)
    assert caught.value.reason == told


def test_many(connect):
    """Each text has its answer or its problem, in order, however they are sent."""
    client = connect()
    texts = [f"“Day {n},” said Ana Sousa." for n in range(40)]
    texts[7] = {"text": texts[7], "language": "de"}
    texts[33] = {"text": "x", "content_type": "text/html", "id": "33"}
    found = list(client.analyze_many(texts, language="en"))
    assert len(found) == 40
    for number, each in enumerate(found):
        if number == 7:
            assert isinstance(each, ProblemError)
            assert each.errors[0].pointer == "/language"
        elif number == 33:
            assert each.id == "33"
        else:
            assert each.text_of(each.analysis.quotes[0]) == f"Day {number},"


def test_many_of_none(connect):
    """Of no texts nothing comes."""
    assert list(connect().analyze_many([])) == []


def test_many_takes_as_needed(connect):
    """No more texts are taken than are under way, so that there may be any number of them."""
    taken = 0

    def texts():
        nonlocal taken
        while True:
            taken += 1
            yield "“We wait,” said Ana Sousa."

    replies = connect().analyze_many(texts())
    for _ in range(20):
        next(replies)
    assert taken <= 20 + 4 * 16
    replies.close()


def test_long_text_among_many(connect):
    """A text that is too long for any request is a problem of its own."""
    client = connect(max_chars=100, queue_max_chars=100)
    long = {"text": "Ana Sousa left.", "id": "x" * 70_000}
    found = list(client.analyze_many(["Ana Sousa left.", long, "Ana Sousa came."]))
    assert [type(each).__name__ for each in found] == ["Reply", "ProblemError", "Reply"]
    assert found[1].status == 413


def test_lists_are_as_long_as_they_may_be(connect):
    """Where the service takes shorter lists, they are shorter."""
    client = connect(batch_max_items=2)
    assert len(list(client.analyze_many(["Ana Sousa left."] * 5))) == 5


def test_no_list_is_longer_than_a_body_may_be():
    """Commas and brackets count too."""
    written = ["x" * 10] * 9
    for each in gather(written, 100, 34):
        assert len(f"[{','.join(each)}]") == 34
    assert len(list(gather(written, 100, 33))) == 5


def result(status):
    kind = "answer" if status == 200 else "problem"
    return {"index": 0, "id": None, "status": status, kind: ANSWER if status == 200 else PROBLEM}


@pytest.mark.parametrize(
    ("rounds", "statuses"),
    [
        pytest.param([[200, 503], [200]], [200, 200], id="busy"),
        pytest.param([[503, 503], [200, 200]], [200, 200], id="all-busy"),
        pytest.param([[200, 504], [200]], [200, 200], id="late"),
        pytest.param([[504, 504], [200], [504]], [200, 504], id="all-late"),
        pytest.param([[200, 504], [504]], [200, 504], id="late-alone"),
        pytest.param([[200, 500]], [200, 500], id="bug"),
        pytest.param([[200, 503], [503], [503]], [200, 503], id="busy-to-the-end"),
    ],
)
def test_unfinished(rounds, statuses):
    """What a list had no room or time for is asked for again, while that can help."""
    lists = [(200, {}, [result(status) for status in each]) for each in rounds]
    client, adapter = scripted(CAPABILITIES, *lists, retries=2)
    assert [each["status"] for each in client.fetch_results(["a", "b"])] == statuses
    assert len(adapter.requests) == 1 + len(rounds)


def test_results_that_are_missing():
    """As many results are wanted as texts were sent."""
    client, _ = scripted(CAPABILITIES, (200, {}, [result(200)]))
    with pytest.raises(NotAnAnswer, match="2 results"):
        list(client.fetch_results(["a", "b"]))


def test_many_without_a_service():
    """What concerns all texts is raised."""
    client, _ = scripted(CAPABILITIES, (401, JSON_PROBLEM, PROBLEM))
    with pytest.raises(ProblemError, match="401"):
        list(client.analyze_many(["a"] * 99))


def test_who_takes_no_more_waits_for_nothing():
    """Attempts for results that nobody takes end soon."""

    def respond(request):
        if b"first" in request.body:
            return 200, {}, [result(200)]
        refused.set()
        return 503, {"Retry-After": "20"}, b""

    refused = threading.Event()
    client, sent = scripted(CAPABILITIES, respond, retries=2)
    # Each is as much as goes into one request.
    results = client.fetch_results(name + "x" * 400_000 for name in ("first", "second"))
    assert next(results)["status"] == 200
    assert refused.wait(10)
    started = time.monotonic()
    asked = len(sent.requests)
    results.close()
    assert time.monotonic() - started < 5
    # Nor are there further attempts for nobody.
    assert len(sent.requests) == asked


def test_threads(connect):
    """Threads may use a client together."""
    client = connect()
    found = []

    def ask(number):
        reply = client.analyze(f"“{number},” said Ana Sousa.")
        found.append((number, reply.text_of(reply.analysis.quotes[0])))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(found) == [(number, f"{number},") for number in range(8)]
