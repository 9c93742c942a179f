"""The callers that the replicas are measured with do what the guide says, and count it."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from deploy.e2e.callers import RIGHT, WRONG, Article, ask_serially, calling, load_guide

ANSWER = {"quotes": [], "meta": {"service": "1", "timings_ms": {"queue": 3, "analysis": 5}}}
EXPECTED = {"quotes": [], "meta": {"service": "1"}}
OTHER = {**ANSWER, "quotes": ["another"]}


@pytest.fixture
def serve():
    """Serve answers one after the other, and the last one again and again."""
    servers = []

    def start(*answers):
        upcoming = list(answers)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                status, body = upcoming.pop(0) if len(upcoming) > 1 else upcoming[0]
                self.send_response(status)
                self.send_header("Retry-After", "0")
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def call_once(url):
    """Have one caller ask at least once."""
    with calling(url, [Article("Hi", EXPECTED)], callers=1) as tally:
        pass
    return tally


def test_the_guide_can_be_run():
    """The guide has the two functions, and they ask the service that is named."""
    names = load_guide("http://127.0.0.1:1")
    assert {"analyze", "analyze_patiently"} <= names.keys()
    assert "http://127.0.0.1:1/v1/analyze" in names["analyze"].__code__.co_consts


def test_answers_are_compared_without_timings(serve):
    """A lone caller's answer is kept without what differs from time to time."""
    assert ask_serially(serve((200, ANSWER)), ["Hi"]) == [Article("Hi", EXPECTED)]


@pytest.mark.parametrize(
    ("answers", "tries", "retried", "failed"),
    [
        pytest.param([(200, ANSWER)], {RIGHT}, 0, {}, id="answered"),
        pytest.param([(503, {}), (200, ANSWER)], {"status 503", RIGHT}, 1, {}, id="refused once"),
        pytest.param([(200, OTHER)], {WRONG}, 0, {WRONG}, id="wrong"),
        pytest.param([(503, {})], {"status 503"}, 1, {"status 503"}, id="refused for ever"),
        pytest.param([(422, {})], {"status 422"}, 1, {"status 422"}, id="not worth another try"),
    ],
)
def test_tries_are_counted(answers, tries, retried, failed, serve):
    """Each try is counted by what became of it, and each text that was given up."""
    tally = call_once(serve(*answers))
    assert set(tally.tries) == tries
    assert set(tally.failed) == set(failed)
    assert bool(tally.retried) == bool(retried)
    assert tally.requests == len(tally.waits) + tally.failed.total()
