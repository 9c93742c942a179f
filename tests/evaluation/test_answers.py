"""Asking for names, with a service made for it."""

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

import pytest

from analysis.document import EntityType, Mention, Span
from evaluation.answers import ask_names, write_prediction
from evaluation.mentions import Comparison, Name, trim
from evaluation.sets import ask_articles, ask_excerpts, load_articles


class Service(BaseHTTPRequestHandler):
    """Finds the person Ana, pronouns after her, and fails on a text that says so."""

    refusals = 0
    asked = ()
    lock = Lock()

    def do_POST(self):
        text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"]
        kind = type(self)
        with self.lock:
            if kind.refusals:
                kind.refusals -= 1
                return self.reply(503, {})
            kind.asked = (*kind.asked, text)
        return self.reply(500 if text == "fail" else 200, answer(text))

    def reply(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


def answer(text):
    start = text.find("Ana")
    mentions = [
        {"start": start, "end": start + 3, "text": "Ana", "kind": "name", "confidence": 0.75},
        {"start": 0, "end": 1, "text": "she", "kind": "pronoun", "confidence": 0.9},
    ]
    if "shift" in text:
        mentions[0]["text"] = "na "
    people = [{"mentions": mentions}] if start >= 0 else []
    return {"people": people, "organisations": [], "places": [], "meta": {"timings_ms": {}}}


@contextmanager
def serving(**settings):
    kind = type("Configured", (Service,), settings)
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", kind
    finally:
        server.shutdown()
        server.server_close()


ANA = Mention(Span(4, 7), EntityType.PERSON, 0.75)


def test_names():
    """Names come back with type and confidence, in the order of texts, each asked for once."""
    with serving() as (url, service):
        answers = ask_names(url, ["For Ana", "none", "And Ana"])
    assert answers.names == ((ANA,), (), (ANA,))
    assert sorted(service.asked) == ["And Ana", "For Ana", "none"]
    assert (answers.failed, answers.not_verbatim) == (0, 0)


def test_overloaded():
    """A service that is full is asked again."""
    with serving(refusals=3) as (url, _):
        assert ask_names(url, ["For Ana"]).names == ((ANA,),)


def test_failures():
    """Texts without an answer, and offsets that point elsewhere, are counted."""
    with serving() as (url, _):
        answers = ask_names(url, ["fail", "shift Ana", "For Ana"])
    assert [len(names) for names in answers.names] == [0, 1, 1]
    described = answers.describe()
    assert described.pop("seconds") >= 0
    assert described == {"articles": 3, "failed": 1, "not_verbatim": 1}


def test_prediction(tmp_path):
    """Names are written as the scorers read them."""
    write_prediction(tmp_path / "some.jsonl", ["a", "b"], [[ANA], []])
    assert load_articles(tmp_path / "some.jsonl") == [
        {"id": "a", "mentions": [{"start": 4, "end": 7, "type": "person"}]},
        {"id": "b", "mentions": []},
    ]


def test_ask_articles():
    """An article's answer stands beside its own labels."""
    gold = {"id": "a", "text": "For Ana", "mentions": [{"start": 4, "end": 7, "type": "person"}]}
    with serving() as (url, _):
        (comparison,) = ask_articles(url, [gold], trim).comparisons
    name = Name(4, 7, "person")
    assert comparison == Comparison("a", "For Ana", frozenset({name}), {name: 0.75})


@pytest.mark.parametrize("text", ["So Ana", "none"])
def test_ask_excerpts(text):
    """An excerpt keeps its labels, and has the names of the answer to it alone."""
    labelled = frozenset({Name(0, 2, "place")})
    excerpt = Comparison("a", text, labelled, {Name(0, 2, "person"): 0.5})
    with serving() as (url, _):
        (alone,) = ask_excerpts(url, [excerpt], trim).comparisons
    assert alone.labelled == labelled
    assert alone.returned == ({Name(3, 6, "person"): 0.75} if "Ana" in text else {})
