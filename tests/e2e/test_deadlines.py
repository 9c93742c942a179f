"""Callers who wait no longer, and what their texts cost the running service."""

import http.client
import json
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.app import create_app
from tests.fakes import FakeAnalyzer

APP = "tests.e2e.test_deadlines:create()"
REAL = "service.app:create_app()"
ONE_BY_ONE = {"WHOSAID_BATCH_MAX_CHARS": "1"}


class Obedient(FakeAnalyzer):
    """Takes as many seconds for a text as it says."""

    def analyze(self, articles, language="en", **options):
        self.seconds = float(articles[0].text.split()[0]) if len(self.batches) else 0
        return super().analyze(articles, language, **options)


def create():
    """Build the application around the obedient fake, for gunicorn to run."""
    return create_app(analyzer_factory=lambda _: Obedient())


@pytest.fixture
def service(launch):
    service = launch(APP, **ONE_BY_ONE)
    service.wait_until_ready(30)
    return service


def send(service, body, path="/v1/analyze"):
    """Send a request, and return its connection without reading anything."""
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=60)
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    return connection


def close(connection):
    connection.close()


def reset(connection):
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def wait_for_work(service, count):
    """Wait until so many requests are being answered, beside the one that asks."""
    service.wait_for(lambda: service.measure("whosaid_requests_in_flight") == count + 1, 10)


def count_analyzed(service):
    return service.measure("whosaid_analysis_seconds_count")


def count_dropped(service, reason):
    return service.measure(f'whosaid_dropped_total{{reason="{reason}"}}')


def ask_timed(service, text, **headers):
    started = time.monotonic()
    response = service.post(json={"text": text}, headers=headers)
    return response, time.monotonic() - started


def test_a_deadline_is_kept(service):
    """Who asks for an answer in little time has a 504 by then, and others are not held up by it."""
    late, seconds = ask_timed(service, "20 seconds of work", **{"X-Deadline-Seconds": "0.3"})
    assert (late.status_code, late.json()["detail"]) == (504, "no answer within 0.3 seconds")
    assert 0.3 <= seconds < 1.3
    prompt, seconds = ask_timed(service, "0 seconds of work", **{"X-Deadline-Seconds": "5"})
    assert prompt.status_code == 200
    assert seconds < 1
    assert count_dropped(service, "deadline") == 1
    assert count_analyzed(service) == 1


def test_who_is_late_in_the_queue_is_never_read(service):
    """A text whose time is over before its turn costs no work."""
    with ThreadPoolExecutor(1) as other:
        first = other.submit(service.post, json={"text": "1 second of work"})
        wait_for_work(service, 1)
        late, _ = ask_timed(service, "20 seconds of work", **{"X-Deadline-Seconds": "0.2"})
        assert late.status_code == 504
        assert first.result().status_code == 200
    _, seconds = ask_timed(service, "0 seconds of work")
    assert seconds < 1
    assert count_analyzed(service) == 2


@pytest.mark.parametrize("leave", [close, reset])
def test_who_leaves_the_queue_is_never_read(service, leave):
    """A text whose caller leaves before its turn costs no work, and no place in the queue."""
    with ThreadPoolExecutor(1) as other:
        first = other.submit(service.post, json={"text": "2 seconds of work"})
        wait_for_work(service, 1)
        leaving = [send(service, {"text": "20 seconds of Zanzibar"}) for _ in range(5)]
        wait_for_work(service, 6)
        for connection in leaving:
            leave(connection)
        wait_for_work(service, 1)
        assert not first.done()
        assert first.result().status_code == 200
    assert count_dropped(service, "caller_gone") == 5
    assert count_analyzed(service) == 1
    assert "Zanzibar" not in service.log.read_text()
    told = [event["problem"] for event in service.events() if event.get("status") == 499]
    assert told == ["caller-gone"] * 5
    dropped = [event for event in service.events() if event["event"] == "dropped"]
    assert [event["reason"] for event in dropped] == ["caller_gone"] * 5
    assert all(event["request_id"] for event in dropped)


def test_who_leaves_a_long_text_frees_the_model(service):
    """Work on a text ends soon after its caller has left."""
    leaving = send(service, {"text": "20 seconds of work"})
    wait_for_work(service, 1)
    leaving.close()
    _, seconds = ask_timed(service, "0 seconds of work")
    assert seconds < 1
    assert count_analyzed(service) == 1


def test_who_leaves_a_list_frees_the_model(service):
    """Of a list whose caller has left, the rest is not read."""
    leaving = send(service, [{"text": "0.3 seconds"}] * 100, "/v1/analyze/batch")
    service.wait_for(lambda: count_analyzed(service) >= 1, 10)
    leaving.close()
    wait_for_work(service, 0)
    _, seconds = ask_timed(service, "0 seconds of work")
    assert seconds < 1
    assert count_analyzed(service) <= 6


def test_who_asks_ahead_is_still_there(service):
    """Who sends two requests on one connection before reading anything is answered twice."""
    host, _, port = service.url.removeprefix("http://").partition(":")
    body = b'{"text": "0.5 seconds of work"}'
    request = (
        b"POST /v1/analyze HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    )
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(request + request)
        connection.settimeout(20)
        received = b""
        while received.count(b"HTTP/1.1 200 OK") < 2:
            piece = connection.recv(65_536)
            assert piece
            received += piece
    assert count_dropped(service, "caller_gone") == 0


def test_refusals_keep_the_connection(launch):
    """A caller whose long text finds no room can send the next request on the same connection."""
    service = launch(APP, WHOSAID_QUEUE_MAX_JOBS="1")
    service.wait_until_ready(30)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(service.post, json={"text": "2 seconds of work"})
        wait_for_work(service, 1)
        connection = send(service, {"text": "x" * 400_000})
        for _ in range(3):
            used = connection.sock
            response = connection.getresponse()
            response.read()
            assert response.status == 503
            assert response.headers["Retry-After"] == "2"
            assert connection.sock is used
            connection.request("POST", "/v1/analyze", b'{"text": "x"}')
        assert first.result().status_code == 200


@pytest.mark.model
def test_who_leaves_frees_the_model_that_ships(launch):
    """The model that ships is free again within a second after the caller of a long text left."""
    service = launch(REAL)
    service.wait_until_ready(120)
    text = "“We will rebuild the bridge,” said Ana Sousa, the mayor of Porto. " * 2_500
    leaving = send(service, {"text": text, "language": "en"})
    wait_for_work(service, 1)
    time.sleep(1.5)
    leaving.close()
    short, seconds = ask_timed(service, "“We will,” said Ana Sousa.")
    assert short.status_code == 200
    assert seconds < 1
    assert count_analyzed(service) == 1
