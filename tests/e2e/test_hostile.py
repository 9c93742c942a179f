"""Hostile HTTP, sent to the running service while somebody else uses it as usual."""

import contextlib
import http.client
import json
import socket
import threading
import time
from dataclasses import dataclass, field

import pytest

from tests.e2e.attacks import BODIES, CLOSED, CODINGS, FRAMES, HEADS, TARGETS
from tests.e2e.conftest import launching

# Far more than a well-behaved caller ever waits, for machines that are busy with other things.
USUAL_SECONDS = 2.0
ARRIVAL_SECONDS = 1.0


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with launching(tmp_path_factory.mktemp("hostile")) as start:
        service = start(WHOSAID_ARRIVAL_SECONDS=str(ARRIVAL_SECONDS), WHOSAID_DEADLINE_SECONDS="30")
        service.wait_until_ready(30)
        yield service
        assert service.process.poll() is None
        log = service.log.read_text()
        assert "Zanzibar" not in log
        assert '"bug"' not in log
        assert '"level": "error"' not in log


@dataclass
class Bystander:
    """Somebody well-behaved: sends a text, waits for the answer, and again."""

    address: tuple[str, int]
    stopped: threading.Event = field(default_factory=threading.Event)
    waits: list[float] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)

    def run(self):
        while not self.stopped.wait(0.02):
            began = time.monotonic()
            connection = http.client.HTTPConnection(*self.address, timeout=60)
            with contextlib.closing(connection):
                body = json.dumps({"text": "“Yes,” said Ana Sousa."})
                connection.request(
                    "POST", "/v1/analyze", body, {"Content-Type": "application/json"}
                )
                response = connection.getresponse()
                assert response.status != 200 or json.load(response)["people"]
                self.statuses.add(response.status)
            self.waits.append(time.monotonic() - began)


@pytest.fixture
def bystander(service):
    """Somebody who is answered as usual, from before an attack until after it."""
    there = Bystander(find_address(service))
    thread = threading.Thread(target=there.run)
    thread.start()
    wait_for(lambda: there.waits)
    yield there
    seen = len(there.waits)
    # The one after the one that is under way came wholly after the attack.
    wait_for(lambda: len(there.waits) > seen + 1)
    there.stopped.set()
    thread.join(60)
    assert there.statuses == {200}
    assert max(there.waits) < USUAL_SECONDS


def wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def find_address(service):
    host, _, port = service.url.removeprefix("http://").partition(":")
    return host, int(port)


def connect(service):
    return socket.create_connection(find_address(service), timeout=60)


def read_result(connection):
    """Return the status of a response, and what its problem is named, or CLOSED."""
    response = http.client.HTTPResponse(connection)
    try:
        response.begin()
    # Which is what a connection raises that is closed without a word.
    except http.client.BadStatusLine:
        return CLOSED
    body = response.read()
    if response.status < 400:
        return response.status, None
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(body)
    assert problem["status"] == response.status
    return response.status, problem["type"].rpartition(":")[2]


@pytest.mark.usefixtures("bystander")
@pytest.mark.parametrize("attack", [*BODIES, *CODINGS, *FRAMES, *HEADS, *TARGETS])
def test_attacks_have_named_results(service, attack):
    """Each attack is answered in its one way, in time, and nobody else notices."""
    began = time.monotonic()
    with connect(service) as connection:
        # The answer may come before all is sent.
        with contextlib.suppress(OSError):
            connection.sendall(attack.sent)
        if attack.ends:
            connection.shutdown(socket.SHUT_WR)
        assert read_result(connection) == attack.result
    assert time.monotonic() - began < attack.seconds


POST = b"POST /v1/analyze HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
SLOW = {
    "silent": (b"", 500, CLOSED),
    "head": (b"GET /livez HTTP/1.1\r\nX-A: ", 200, (408, "request-timeout")),
    "body": (POST + b"Content-Length: 5000\r\n\r\n", 200, (408, "request-timeout")),
    "chunk": (POST + b"Transfer-Encoding: chunked\r\n\r\n500\r\n", 200, (408, "request-timeout")),
    "compressed": (
        POST + b"Content-Encoding: gzip\r\nContent-Length: 5000\r\n\r\n",
        200,
        (408, "request-timeout"),
    ),
}


@pytest.mark.usefixtures("bystander")
@pytest.mark.parametrize("kind", SLOW)
def test_slow_callers_keep_nobody_waiting(service, kind):
    """Callers who send a byte now and then, or nothing, are refused in time, all of them."""
    beginning, count, result = SLOW[kind]
    began = time.monotonic()
    with contextlib.ExitStack() as opened:
        slow = [opened.enter_context(connect(service)) for _ in range(count)]
        for connection in slow:
            connection.sendall(beginning)
        # Another byte renews nothing.
        while beginning and time.monotonic() < began + 2 * ARRIVAL_SECONDS:
            time.sleep(0.3)
            for connection in slow:
                with contextlib.suppress(OSError):
                    connection.send(b"a")
        assert {read_result(connection) for connection in slow} == {result}
    # gunicorn looks once a second; the rest is for a busy machine.
    assert time.monotonic() - began < 5 * ARRIVAL_SECONDS


@pytest.mark.usefixtures("bystander")
def test_callers_who_do_not_close_keep_nobody_waiting(service):
    """Callers who leave their end of a finished connection open cost the others no time."""
    with contextlib.ExitStack() as opened:
        open_ends = [opened.enter_context(connect(service)) for _ in range(200)]
        for connection in open_ends:
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert {read_result(connection) for connection in open_ends} == {(200, None)}
        time.sleep(1)


def test_callers_who_never_read_are_cut_off(service):
    """Callers who ask for very much and take nothing of it keep the threads for a moment only."""
    asked = b"GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n" * 8
    with contextlib.ExitStack() as opened:
        for _ in range(100):
            connection = socket.socket()
            opened.enter_context(connection)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(find_address(service))
            connection.sendall(asked)
        time.sleep(0.5)
        began = time.monotonic()
        assert service.get("/livez").status_code == 200
        assert time.monotonic() - began < 10
    wait_for(lambda: service.measure("whosaid_requests_in_flight") == 1)


def test_pipelined_requests_are_answered_in_order(service):
    """Requests that come in one piece, or in many, are each answered once, in order."""
    paths = [b"/livez", b"/v1/nowhere", b"/livez", b"/v1/nowhere"]
    sent = b"".join(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path for path in paths)
    for size in (1, 7, len(sent)):
        with connect(service) as connection:
            for at in range(0, len(sent), size):
                connection.sendall(sent[at : at + size])
            connection.shutdown(socket.SHUT_WR)
            received = connection.makefile("rb").read()
        statuses = [int(part[:3]) for part in received.split(b"HTTP/1.1 ")[1:]]
        assert statuses == [200, 404, 200, 404]


def test_streams_may_be_slow(service):
    """A stream of lines goes on, however slowly, while lines come."""
    with connect(service) as connection:
        connection.sendall(
            b"POST /v1/analyze/batch HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            b"Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        line = json.dumps({"text": "x " * 600}).encode() + b"\n"
        for _ in range(4):
            time.sleep(ARRIVAL_SECONDS)
            connection.sendall(b"%x\r\n%s\r\n" % (len(line), line))
        connection.sendall(b"0\r\n\r\n")
        response = http.client.HTTPResponse(connection)
        response.begin()
        assert [json.loads(received)["status"] for received in response] == [200] * 4


def test_the_caller_is_told_to_go_on(service):
    """Who expects to be told to send the body is told so once, and then answered."""
    with connect(service) as connection:
        connection.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n")
        told = connection.recv(1000)
        assert told == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"Zanzibar.")
        assert read_result(connection) == (200, None)
