"""Comparing answers under load, with a service made for it."""

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

import pytest

from evaluation.load import ROUNDS, compare_under_load


class Service(BaseHTTPRequestHandler):
    """Answers with the text's length; timings differ each time, and so may the answer."""

    drifts = False
    refusals = 0
    requests = 0
    lock = Lock()

    def do_POST(self):
        text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"]
        kind = type(self)
        with self.lock:
            if kind.refusals:
                kind.refusals -= 1
                return self.reply(503, {"Retry-After": "0"}, b"")
            kind.requests += 1
            number = kind.requests
        answer = {"length": len(text) + self.drifts * number, "timings_ms": {"queue": number}}
        return self.reply(200, {}, json.dumps(answer).encode())

    def reply(self, status, headers, body):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def serving(**settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Configured", (Service,), settings))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_same_answers():
    """Timings aside, answers are compared byte by byte."""
    with serving() as url:
        score = compare_under_load(url, ["one", "three"], clients=4)
    assert (score.requests, score.different) == (2 * ROUNDS, 0)


def test_different_answers():
    """An answer that changes from request to request is counted."""
    with serving(drifts=True) as url:
        assert compare_under_load(url, ["one"], clients=2).different == ROUNDS


def test_overloaded():
    """A service that is full is asked again, as it says."""
    with serving(refusals=3) as url:
        assert compare_under_load(url, ["one"], clients=2).different == 0


def test_loopback_only():
    """No other machine is ever put under load."""
    with pytest.raises(ValueError, match="not on loopback"):
        compare_under_load("http://example.org", ["one"])
