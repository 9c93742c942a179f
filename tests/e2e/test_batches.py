"""Streams of texts through the running service."""

import gzip
import http.client
import json
import threading
import time

from tests.e2e.memory import resident_bytes

PATH = "/v1/analyze/batch"
NDJSON = "application/x-ndjson"


def line(n):
    return json.dumps({"text": f"“Text {n},” said Ana Sousa. {'x ' * 600}"}).encode() + b"\n"


class Stream:
    """A request whose body is sent piece by piece while its answer is read."""

    def __init__(self, service, **headers):
        self.connection = http.client.HTTPConnection(
            service.url.removeprefix("http://"), timeout=60
        )
        self.connection.putrequest("POST", PATH)
        for name, value in {
            "Content-Type": NDJSON,
            "Transfer-Encoding": "chunked",
            **headers,
        }.items():
            self.connection.putheader(name, value)
        self.connection.endheaders()

    def send(self, pieces):
        for piece in pieces:
            self.connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.connection.send(b"0\r\n\r\n")

    def send_in_background(self, pieces):
        sender = threading.Thread(target=self.send, args=(pieces,))
        sender.start()
        return sender

    def results(self):
        response = self.connection.getresponse()
        assert response.status == 200
        for received in response:
            yield json.loads(received)


def test_answers_come_while_texts_are_sent(launch):
    """A stream is answered in order while it is sent, and takes no memory for its length."""
    service = launch()
    service.wait_until_ready(30)
    answered = threading.Event()

    def pieces(count):
        for n in range(count):
            if n == 200:
                # The rest goes out only once an answer has come in.
                assert answered.wait(60)
            yield line(n)

    stream = Stream(service)
    sender = stream.send_in_background(pieces(3000))
    early = late = 0
    for n, result in enumerate(stream.results()):
        answered.set()
        assert (result["index"], result["status"]) == (n, 200)
        assert result["answer"]["quotes"][0]["text"] == f"Text {n},"
        early = resident_bytes(service.process.pid) if n == 500 else early
        late = resident_bytes(service.process.pid) if n == 2900 else late
    sender.join(60)
    assert n == 2999
    assert late < early + 20_000_000


def test_compressed_streams(launch):
    """A compressed stream is read as it comes."""
    service = launch()
    service.wait_until_ready(30)
    body = gzip.compress(b"".join(line(n) for n in range(50)))
    stream = Stream(service, **{"Content-Encoding": "gzip"})
    stream.send([body[at : at + 100] for at in range(0, len(body), 100)])
    assert [result["status"] for result in stream.results()] == [200] * 50


def test_others_are_answered_beside_streams(launch):
    """While streams are open, single texts and probes are answered."""
    service = launch(WHOSAID_MAX_BATCHES="2")
    service.wait_until_ready(30)
    release = threading.Event()

    def slowly():
        yield line(0)
        assert release.wait(60)
        yield line(1)

    streams = [Stream(service), Stream(service)]
    senders = [stream.send_in_background(slowly()) for stream in streams]
    service.wait_for(
        lambda: (
            service.post(PATH, data=line(0), headers={"Content-Type": NDJSON}).status_code == 503
        ),
        20,
    )
    assert service.post(json={"text": "x"}).status_code == 200
    assert service.get("/livez").status_code == 200
    release.set()
    for stream, sender in zip(streams, senders, strict=True):
        assert [result["status"] for result in stream.results()] == [200, 200]
        sender.join(60)
    refused = service.post(PATH, data=line(0), headers={"Content-Type": NDJSON})
    assert refused.status_code == 200


def test_callers_who_leave(launch):
    """A stream whose caller is gone ends, and its place is free again."""
    service = launch(WHOSAID_MAX_BATCHES="1")
    service.wait_until_ready(30)
    stream = Stream(service)
    stream.connection.send(b"%x\r\n%s\r\n" % (len(line(0)), line(0)))
    time.sleep(0.5)
    stream.connection.close()
    ask = {"data": line(0), "headers": {"Content-Type": NDJSON}}
    service.wait_for(lambda: service.post(PATH, **ask).status_code == 200, 30)


def test_idle_streams_end(launch):
    """A stream through which nothing comes is told so, and ended.

    The server reads by the kibibyte, so that the last line waits for more.
    """
    service = launch(WHOSAID_DEADLINE_SECONDS="1")
    service.wait_until_ready(30)
    stream = Stream(service)
    for n in range(2):
        stream.connection.send(b"%x\r\n%s\r\n" % (len(line(n)), line(n)))
    results = [(result["index"], result["status"]) for result in stream.results()]
    assert results == [(0, 200), (1, 408)]


def test_callers_who_never_read(launch):
    """Who sends a long stream without reading any answer does not keep the service for ever."""
    service = launch(WHOSAID_DEADLINE_SECONDS="1", WHOSAID_MAX_BATCHES="1")
    service.wait_until_ready(30)
    stream = Stream(service)

    def endlessly():
        while True:
            yield line(0) * 20

    def send():
        try:
            stream.send(endlessly())
        except OSError:
            return

    sender = threading.Thread(target=send)
    sender.start()
    # Whoever asks earlier may take the only place.
    service.wait_for(lambda: service.measure("whosaid_analysis_seconds_count") > 0, 20)
    ask = {"data": line(0), "headers": {"Content-Type": NDJSON}}
    service.wait_for(lambda: service.post(PATH, **ask).status_code == 503, 20)
    sender.join(60)
    assert not sender.is_alive()
    service.wait_for(lambda: service.post(PATH, **ask).status_code == 200, 30)
