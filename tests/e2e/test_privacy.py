"""At debug level, with the model that ships, nothing that is sent gets into the log.

Each request of the table is sent with other random words, wherever a caller can put words. No
line that the service or one of its libraries writes may hold 20 characters of them in a row.
"""

import gzip
import json
import random
import socket
import string
from urllib.parse import quote, urlsplit

import pytest
import requests

from service.keys import make_key, render_line

REAL = "service.app:create_app()"
SLICE = 20
ROUNDS = 3
MAX_CHARS = 3_000
# What the traces of Python, or places in its source, look like.
INTERNALS = ("Traceback", 'File "', ".py", "site-packages", "0x")


class Words:
    """Random words, and a record of all that was made of them."""

    def __init__(self, seed):
        self._random = random.Random(seed)
        self.submitted = []

    def word(self, letters=string.ascii_lowercase, size=9):
        return "".join(self._random.choices(letters, k=size))

    def note(self, text):
        self.submitted.append(text)
        return text

    def token(self):
        """Return one word of 32 letters."""
        return self.note(self.word(size=32))

    def name(self):
        return self.note(f"{self.word().title()} {self.word(size=14).title()}")

    def story(self, sentences=4):
        """Return news of people whose names and words are random."""
        said = " ".join(self.word() for _ in range(6))
        beyond = self.word("äöüßéèñçøåžšłα😀", size=6)
        return self.note(
            " ".join(
                f"“{said} {self.word()} {beyond},” said {self.word().title()} {self.word().title()}, "
                f"the mayor of {self.word().title()}, who {self.word()} the {self.word()}."
                for _ in range(sentences)
            )
        )


def as_json(fields, **options):
    headers = {"Content-Type": "application/json", **options.pop("headers", {})}
    return {"data": json.dumps(fields).encode(), "headers": headers, **options}


def as_plain(text, **options):
    headers = {"Content-Type": "text/plain", **options.pop("headers", {})}
    return {"data": text.encode("utf-8", "surrogatepass"), "headers": headers, **options}


def as_batch(body, content_type):
    headers = {"Content-Type": content_type}
    return {"path": "/v1/analyze/batch", "data": body, "headers": headers}


def list_requests(words):
    """Return what `requests` is to send, each with the status that it must get."""
    w = words
    known = {"name": w.name(), "type": "person", "aliases": [w.name()], "uri": f"urn:{w.token()}"}
    lines = [
        json.dumps({"id": w.token(), "text": w.story()}),
        json.dumps({"text": w.story(), w.token(): w.token()}),
        '{"text": "' + w.story(),
        json.dumps(w.token()),
    ]
    html = f"<p title='{w.token()}'>{w.story()}</p><!-- {w.token()} --><{w.token()}>"
    ninjs = {
        "uri": f"urn:{w.token()}",
        "headline": w.name(),
        "body_text": w.story(),
        "x": w.token(),
    }
    return [
        (200, as_json({"text": w.story(), "headline": w.name(), "id": w.token()})),
        (200, as_json({"text": w.story(), "scope": "all"}, path="/v1/quotes")),
        (200, as_json({"text": w.story()}, path="/v1/entities")),
        (200, as_json({"text": w.story(), "known_entities": [known]})),
        (200, as_json({"text": html, "content_type": "text/html"})),
        (200, as_json({"text": f"\ud800{w.story()}\0"})),
        (200, as_plain(w.story(), params={"id": w.token()})),
        (200, as_plain(w.story(), params={"view": "web-annotation"})),
        (200, as_plain(w.token())),
        (200, as_json(ninjs, headers={"Content-Type": "application/vnd.whosaid.ninjs+json"})),
        (200, as_batch(json.dumps([json.loads(line) for line in lines[:2]]), "application/json")),
        (200, as_batch("\n".join(lines), "application/x-ndjson")),
        (200, {**as_plain(w.story()), "data": gzip.compress(w.story().encode())}
            | {"headers": {"Content-Type": "text/plain", "Content-Encoding": "gzip"}}),
        (200, as_plain(w.story(), headers={
            "X-Request-ID": f"{w.token()} {w.token()}", "Traceparent": w.token(),
            "User-Agent": w.token(), "Referer": f"http://{w.token()}", "Cookie": w.token(),
            "Forwarded": w.token(), "Baggage": w.token(), "X-Forwarded-For": w.token(),
        })),
        (400, as_plain(w.story(), headers={"X-Deadline-Seconds": w.token()})),
        (400, {**as_json({}), "data": '{"text": "' + w.story()}),
        (400, {**as_json({}), "data": f'{{"text": {w.token()}}}'}),
        (400, {**as_json({}), "data": b'{"text": "\xff' + w.story().encode() + b'"}'}),
        (400, {**as_json({}), "data": f'{{"{w.token()}": NaN}}'}),
        (400, {**as_json({}), "data": '[' * 50_000 + w.token()}),
        (400, {**as_plain(""), "data": w.story().encode() + b"\xff"}),
        (400, {**as_plain(""), "data": w.story().encode(),
            "headers": {"Content-Type": "text/plain", "Content-Encoding": "gzip"}}),
        (401, as_plain(w.story(), headers={"X-API-Key": w.token()})),
        (401, as_plain(w.story(), headers={"X-API-Key": "", "Authorization": f"Bearer {w.token()}"})),
        (404, as_plain(w.story(), path=f"/v1/{w.token()}/{quote(w.story())}")),
        (404, {"method": "GET", "path": f"/docs/problems/{w.token()}"}),
        (404, {"method": "GET", "path": f"/docs/{w.token()}"}),
        (405, as_plain(w.story(), method="PUT")),
        (405, as_plain(w.story(), method=w.note(w.word(string.ascii_uppercase, 20)))),
        (406, as_plain(w.story(), headers={"Accept": f"{w.token()}/{w.token()}"})),
        (413, as_plain(w.story(100))),
        (413, as_json({"text": w.story(100), "content_type": "text/html"})),
        (413, as_plain(w.story(800))),
        (415, as_plain(w.story(), headers={"Content-Type": f"{w.token()}/{w.token()}"})),
        (415, as_plain(w.story(), headers={"Content-Type": f"text/plain; charset={w.token()}"})),
        (415, as_plain(w.story(), headers={"Content-Encoding": w.token()})),
        (422, as_json({"text": w.story(), w.token(): w.token()})),
        (422, as_json({"text": w.story(), "language": w.token()})),
        (422, as_json({"text": w.story(), "scope": w.token(), "types": [w.token()]})),
        (422, as_json({"text": [w.story()], "known_entities": [{"name": w.name(), "uri": w.token()}]})),
        (422, as_json(w.story())),
        (422, as_plain(w.story(), params={w.token(): w.story()})),
        (422, as_plain(w.story(), params={"language": w.token(), "view": w.token()})),
        (504, as_plain(w.story(9), headers={"X-Deadline-Seconds": "0.001"})),
    ]  # fmt: skip


def list_bytes(words):
    """Return what no client sends, and what gunicorn or the worker has to make sense of."""
    w = words
    post = b"POST /v1/analyze HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
    story = w.story().encode()
    return [
        w.story().encode() + b"\r\n\r\n",
        f"GET /{w.token()} {w.token()} HTTP/9.9\r\n\r\n".encode(),
        f"{w.token()} / HTTP/1.1\r\nHost: {w.token()}\r\n\r\n".encode(),
        f"GET /{w.token() * 400} HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
        post + f"{w.token()}\r\n\r\n".encode(),
        post + f"X-{w.token()}: {w.token() * 400}\r\n\r\n".encode(),
        post + f"Content-Length: {w.token()}\r\n\r\n".encode() + story,
        post + f"Transfer-Encoding: {w.token()}\r\n\r\n".encode() + story,
        post + b"Transfer-Encoding: chunked\r\n\r\n" + story,
        post + b"Expect: " + w.token().encode() + b"\r\n\r\n" + story,
        post + b"Content-Length: 5\r\n\r\n" + story,  # the rest reads as another request
        post + b"Content-Length: 100000\r\n\r\n" + story,  # and the caller leaves
    ]


def find_leaks(log, submitted):
    """Return the pieces of what was submitted that stand in a log, as written or escaped."""
    told = [log, log.encode().decode("unicode_escape", "replace"), *read_strings(log)]
    held = {text[n : n + SLICE] for text in told for n in range(len(text) - SLICE + 1)}
    return sorted(
        {
            piece
            for text in submitted
            for n in range(len(text) - SLICE + 1)
            if (piece := text[n : n + SLICE]) in held
        }
    )


def read_strings(log):
    """Yield every string in the lines that are JSON."""
    waiting = []
    for line in log.splitlines():
        try:
            waiting.append(json.loads(line))
        except ValueError:
            continue
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            waiting += value


@pytest.mark.parametrize(
    "leak",
    [
        pytest.param(str, id="plainly"),
        pytest.param(json.dumps, id="as JSON"),
        pytest.param(lambda text: json.dumps({"event": [text]}), id="in an event"),
        pytest.param(ascii, id="as Python writes it"),
        pytest.param(lambda text: text[7:30], id="in part"),
    ],
)
def test_leaks_would_be_found(leak):
    """The search finds a text that was logged, however it was written."""
    words = Words(0)
    story = words.story()
    log = f'{{"event": "answered"}}\nsomething {leak(story)}\n'
    assert find_leaks(log, words.submitted)
    assert not find_leaks('{"event": "answered"}\n', words.submitted)


def send_bytes(url, sent):
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        try:
            return connection.makefile("rb").read()
        except ConnectionResetError:
            return b""


@pytest.mark.model
def test_nothing_that_is_sent_is_logged(launch, tmp_path):
    """Whatever becomes of a request, the log holds no 20 characters of it, and no answer a trace."""
    key = make_key()
    keys = tmp_path / "keys.txt"
    keys.touch(mode=0o600)
    keys.write_text(render_line("cms", key))
    service = launch(
        REAL,
        WHOSAID_LOG_LEVEL="debug",
        GUNICORN_CMD_ARGS="--log-level debug",
        WHOSAID_KEYS_FILE=str(keys),
        WHOSAID_RATE_LIMIT="100000/hour",
        WHOSAID_CORS_ORIGINS="https://cms.example",
        WHOSAID_MAX_CHARS=str(MAX_CHARS),
    )
    service.wait_until_ready(180)
    words = Words(random.randrange(2**32))
    words.note(key)
    for _ in range(ROUNDS):
        for status, request in list_requests(words):
            headers = {"X-API-Key": key, "Origin": "https://cms.example"} | request.pop(
                "headers", {}
            )
            sent = {"method": "POST", "path": "/v1/analyze", **request, "headers": headers}
            response = requests.request(url=service.url + sent.pop("path"), timeout=60, **sent)
            assert response.status_code == status, (sent, response.text[:500])
            if status >= 400:
                assert not any(each in response.text for each in INTERNALS), response.text
        for sent in list_bytes(words):
            answer = send_bytes(service.url, sent)
            assert not any(each.encode() in answer for each in INTERNALS), answer
    for path in ("/livez", "/readyz", "/metrics", "/v1/capabilities", "/openapi.json", "/docs/"):
        requests.get(
            f"{service.url}{path}?{words.token()}", headers={"X-API-Key": words.token()}, timeout=60
        )
    service.process.terminate()
    assert service.process.wait(60) == 0
    log = service.log.read_text()
    assert log.count('"answered"') > ROUNDS * len(list_requests(Words(0)))
    assert find_leaks(log, words.submitted) == []
