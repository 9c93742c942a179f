import contextlib
import gzip
import io
import logging
import re
import time
import tracemalloc
import zlib

import brotli
import flask
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import (
    BadRequest,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)

from service.bodies import MalformedBody
from service.exchanges import (
    UnsupportedEncoding,
    find_stages,
    note_timing,
    open_body,
    read_body,
    register_exchanges,
)
from service.observability import Metrics, observe_requests
from service.origins import parse_origins

ORIGIN = "https://news.example"
LONG = "Ana Sousa said so. " * 1_000
DECOMPRESS = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": zstd.decompress}


def build_app(**options):
    app = flask.Flask(__name__, static_folder=None)
    observe_requests(app, Metrics())
    register_exchanges(app, **options)
    app.add_url_rule("/v1/long", "long", lambda: {"text": LONG})
    app.add_url_rule("/v1/short", "short", lambda: {"text": "x"})
    app.add_url_rule("/v1/echo", "echo", lambda: flask.request.get_data(), methods=["POST"])
    app.add_url_rule("/v1/lines", "lines", send_lines)
    app.add_url_rule("/v1/staged", "staged", work_in_stages)
    app.add_url_rule("/v1/bug", "bug", lambda: 1 / 0)
    app.add_url_rule("/v1/limited", "limited", lambda: flask.abort(413, LONG))
    app.add_url_rule("/kept", "kept", send_dated)
    app.add_url_rule(
        "/openapi.json",
        "openapi_json",
        lambda: flask.Response(f'"{LONG}"', content_type="application/json"),
    )
    return app


def send_lines():
    return flask.Response((f"{LONG}\n" for _ in range(3)), content_type="application/x-ndjson")


def send_dated():
    return "x", {"Cache-Control": "max-age=60", "Date": "Thu, 01 Jan 1970 00:00:00 GMT"}


def work_in_stages():
    for name, seconds in (("queue", 0.0123), ("analysis", 0.0405), ("analysis", 0.06)):
        note_timing(name, seconds)
    return {"stages": [[stage.name, stage.seconds] for stage in find_stages()]}


@pytest.fixture
def client():
    return build_app().test_client()


# Bodies


def build_request(body, encoding=None, *, chunked=False, stream=None):
    """Make a request with a body whose length is announced, or that the server ends."""
    headers = {"Content-Encoding": encoding} if encoding is not None else {}
    environ = {"wsgi.input": stream or io.BytesIO(body)}
    environ |= {"wsgi.input_terminated": True} if chunked else {"CONTENT_LENGTH": str(len(body))}
    builder = flask.Flask(__name__).test_request_context(headers=headers, environ_overrides=environ)
    return builder.request


class Dribble:
    """Sends one byte at a time, as a WSGI server may."""

    def __init__(self, body):
        self._body = io.BytesIO(body)

    def read(self, size=-1):
        return self._body.read(min(size, 1) if size > 0 else size)


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip", "identity, gzip", " gzip ,"])
def test_gzip_bodies(encoding, chunked):
    """A body comes decompressed, however its coding is written and its end is told."""
    request = build_request(gzip.compress(LONG.encode()), encoding, chunked=chunked)
    assert read_body(request, 100_000) == LONG.encode()


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("encoding", [None, "", "identity", "Identity"])
def test_plain_bodies(encoding, chunked):
    """A body without a content coding comes as it is."""
    assert read_body(build_request(b"abc", encoding, chunked=chunked), 3) == b"abc"


def test_body_without_length():
    """Where neither a length nor the server ends a body, there is none."""
    request = build_request(b"abc")
    del request.environ["CONTENT_LENGTH"]
    assert read_body(request, 10) == b""


@pytest.mark.parametrize("read", [lambda r: read_body(r, 100), open_body], ids=["read", "open"])
@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "br, gzip", "gzip;q=1", "*"])
def test_other_encodings(read, encoding):
    """Other codings, and several, are refused with the one that is read."""
    with pytest.raises(UnsupportedEncoding, match=f"{re.escape(encoding)} given: send gzip") as e:
        read(build_request(b"abc", encoding))
    assert isinstance(e.value, UnsupportedMediaType)
    assert ("Accept-Encoding", "gzip") in e.value.get_headers()


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize(("size", "fits"), [(99, True), (100, True), (101, False), (9_999, False)])
def test_limit(encoding, chunked, size, fits):
    """A body may have as many bytes as the limit says, whether or not it announces them."""
    body = bytes(range(256)) * 40
    sent = gzip.compress(body[:size]) if encoding == "gzip" else body[:size]
    # Of the decompressed bytes here; those that are sent have headers beside them.
    limit = 100 if size > 100 or encoding == "identity" else max(100, len(sent))
    request = build_request(sent, encoding, chunked=chunked)
    if fits:
        assert read_body(request, limit) == body[:size]
    else:
        with pytest.raises(RequestEntityTooLarge):
            read_body(request, limit)


def test_bombs_cost_no_more_than_the_limit():
    """A body is not decompressed beyond the limit."""
    bomb = gzip.compress(bytes(100_000_000))
    tracemalloc.start()
    with pytest.raises(RequestEntityTooLarge):
        read_body(build_request(bomb, "gzip"), 200_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 600_000


def test_endless_empty_members():
    """What decompresses to nothing still counts as sent."""
    empty = gzip.compress(b"") * 1_000
    with pytest.raises(RequestEntityTooLarge):
        read_body(build_request(empty, "gzip", chunked=True), 1_000)


MEMBER = gzip.compress(b"whole")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "ends before", id="empty"),
        pytest.param(MEMBER[:5], "ends before", id="cut in the header"),
        pytest.param(MEMBER[:-9], "ends before", id="cut in the data"),
        pytest.param(MEMBER[:-1], "ends before", id="cut in the trailer"),
        pytest.param(MEMBER + MEMBER[:12], "ends before", id="second member cut"),
        pytest.param(b'{"text": "x"}', "not gzip", id="plain"),
        pytest.param(zlib.compress(b"whole"), "not gzip", id="zlib"),
        pytest.param(MEMBER[:-8] + bytes(4) + MEMBER[-4:], "not gzip", id="wrong checksum"),
        pytest.param(MEMBER[:-4] + bytes(4), "not gzip", id="wrong length"),
        pytest.param(MEMBER + b"x", "not only gzip|ends before", id="one byte after"),
        pytest.param(MEMBER + b"garbage", "not only gzip", id="garbage after"),
        pytest.param(MEMBER + bytes(512), "not only gzip", id="padding after"),
    ],
)
@pytest.mark.parametrize("read", [lambda r: read_body(r, 10_000), lambda r: open_body(r).read()])
def test_what_is_not_gzip(read, body, reason):
    """A body that is not gzip to its last byte is malformed, and the reason is told."""
    with pytest.raises(MalformedBody, match=reason):
        read(build_request(body, "gzip", chunked=True))


def test_broken_chunks():
    """A server that cannot read a body further makes for a bad request."""

    class Broken:
        def read(self, _size):
            raise OSError("no more data")

    for encoding in ("identity", "gzip"):
        request = build_request(b"", encoding, chunked=True, stream=Broken())
        with pytest.raises(BadRequest):
            open_body(request).read(1)


@given(
    parts=st.lists(st.binary(max_size=300), min_size=1, max_size=5),
    level=st.integers(0, 9),
    dribbled=st.booleans(),
)
def test_members_are_joined(parts, level, dribbled):
    """Whatever members a gzip body has, and however it arrives, it holds them one after another."""
    body = b"".join(gzip.compress(part, level) for part in parts)
    stream = Dribble(body) if dribbled else None
    request = build_request(body, "gzip", chunked=True, stream=stream)
    assert read_body(request, 5_000) == b"".join(parts)


@given(body=st.binary(max_size=200), position=st.integers(0, 400), byte=st.integers(0, 255))
def test_damage_is_found(body, position, byte):
    """Of a damaged body, either nothing changes or it is refused."""
    sent = bytearray(gzip.compress(body))
    sent[position % len(sent)] = byte
    with contextlib.suppress(MalformedBody):
        assert read_body(build_request(bytes(sent), "gzip"), 1_000) == body


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_lines(encoding, chunked):
    """A stream gives its lines, and no more of a long one than was asked for."""
    body = b"one\n\n" + b"x" * 200_000 + b"\nlast"
    sent = gzip.compress(body) if encoding == "gzip" else body
    stream = open_body(build_request(sent, encoding, chunked=chunked))
    assert stream.readline(10) == b"one\n"
    assert stream.readline(10) == b"\n"
    assert stream.readline(50) == b"x" * 50
    assert stream.read(149_950) == b"x" * 149_950
    assert [len(line) for line in stream] == [50_001, 4]
    assert stream.read(1) == b""


def test_streams_have_no_limit():
    """A stream may be as long as it likes, and costs no more than what is read at once."""
    stream = open_body(build_request(gzip.compress(bytes(50_000_000)), "gzip", chunked=True))
    tracemalloc.start()
    assert sum(len(stream.read(100_000)) for _ in range(500)) == 50_000_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_lines_come_as_they_are_sent():
    """A line can be read once it has been sent, though the stream goes on."""

    class Endless:
        def __init__(self):
            compressor = zlib.compressobj(wbits=31)
            self._sent = compressor.compress(b"one\n") + compressor.flush(zlib.Z_SYNC_FLUSH)

        def read(self, _size):
            assert self._sent, "nothing more was asked for"
            sent, self._sent = self._sent, b""
            return sent

    stream = open_body(build_request(b"", "gzip", chunked=True, stream=Endless()))
    assert stream.readline(1_000) == b"one\n"


def test_other_encodings_are_answered(build):
    """The service tells in Accept-Encoding what it reads, where the coding was the fault."""
    client = build().test_client()
    headers = {"Content-Encoding": "br"}
    response = client.post("/v1/analyze", json={"text": "x"}, headers=headers)
    assert (response.status_code, response.headers.get("Accept-Encoding")) == (415, "gzip")
    response = client.post("/v1/analyze", data=b"x", content_type="image/png")
    assert (response.status_code, response.headers.get("Accept-Encoding")) == (415, None)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (gzip.compress(b'{"text": "x"}'), 200),
        (b'{"text": "x"}', 400),
        (gzip.compress(b" " * 100_000), 413),
    ],
    ids=["gzip", "not gzip", "bomb"],
)
def test_gzip_is_answered(build, body, status):
    """The service answers compressed texts, and refuses what is broken or too long."""
    client = build(max_chars=100).test_client()
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    assert client.post("/v1/analyze", data=body, headers=headers).status_code == status


# Compression


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        pytest.param("gzip", "gzip", id="gzip"),
        pytest.param("br", "br", id="brotli"),
        pytest.param("zstd", "zstd", id="zstd"),
        pytest.param("gzip, deflate, br, zstd", "zstd", id="browser"),
        pytest.param("gzip;q=1.0,br;q=0.5", "gzip", id="preference"),
        pytest.param("identity, gzip;q=0.5", None, id="identity first"),
        pytest.param("identity", None, id="identity"),
        pytest.param("deflate", None, id="unknown"),
        pytest.param("gzip;q=0", None, id="refused"),
        pytest.param("gzip;q=0, deflate", None, id="refused for another"),
        pytest.param("gzip;q=0, *", None, id="refused for any other"),
        pytest.param("*", None, id="any"),
        pytest.param("", None, id="empty"),
        pytest.param(";;q=,=\x7f", None, id="nonsense"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_compression(client, accept, coding, method):
    """An answer is compressed as its caller likes best, and says so."""
    plain = client.get("/v1/long").data
    response = client.open("/v1/long", method=method, headers={"Accept-Encoding": accept})
    assert response.headers.get("Content-Encoding") == coding
    assert response.headers.getlist("Vary") == ["Accept-Encoding"]
    if method == "GET":
        assert int(response.headers["Content-Length"]) == len(response.data)
        assert DECOMPRESS.get(coding, bytes)(response.data) == plain
    else:
        assert response.data == b""
        assert (int(response.headers["Content-Length"]) < len(plain)) is bool(coding)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/v1/short", 200, id="short"),
        pytest.param("/v1/limited", 413, id="problem"),
        pytest.param("/nowhere", 404, id="not found"),
        pytest.param("/v1/lines", 200, id="stream"),
    ],
)
def test_what_stays_uncompressed(client, path, status):
    """Short answers, problems and streams come as they are."""
    response = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert response.status_code == status
    assert "Content-Encoding" not in response.headers
    assert "Accept-Encoding" in response.vary


def test_streams_are_not_held_back(client):
    """The lines of a stream leave one by one."""
    response = client.get("/v1/lines", headers={"Accept-Encoding": "gzip, br"})
    assert list(response.iter_encoded()) == [f"{LONG}\n".encode()] * 3
    assert "Content-Length" not in response.headers


# Caching


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "DELETE"])
@pytest.mark.parametrize("path", ["/v1/short", "/v1/lines", "/v1/bug", "/nowhere", "/v1/echo"])
def test_nothing_is_stored(client, method, path):
    """Answers and problems are not to be stored by anybody."""
    response = client.open(path, method=method)
    assert response.headers.getlist("Cache-Control") == ["no-store"]


def test_views_may_say_otherwise(client):
    """What a view says about caching stands."""
    assert client.get("/kept").headers.getlist("Cache-Control") == ["max-age=60"]


def test_responses_are_dated_once(client):
    """The server dates responses, so the application does not."""
    assert "Date" not in client.get("/kept").headers


@pytest.mark.parametrize("accept", ["identity", "gzip", "br"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_documents_are_asked_about(client, accept, method):
    """A document may be kept if it is asked about, and is not sent twice in any coding."""
    first = client.open("/openapi.json", method=method, headers={"Accept-Encoding": accept})
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "no-cache"
    assert tag.startswith("W/")
    headers = {"Accept-Encoding": "zstd", "If-None-Match": tag}
    second = client.open("/openapi.json", method=method, headers=headers)
    assert (second.status_code, second.data) == (304, b"")
    assert (second.headers["ETag"], second.headers["Cache-Control"]) == (tag, "no-cache")
    assert "Content-Encoding" not in second.headers
    third = client.get("/openapi.json", headers={"If-None-Match": 'W/"other"'})
    assert third.status_code == 200


# Timing


def test_stages_are_told(client):
    """Server-Timing has each stage once, its times added up, and the whole."""
    started = time.monotonic()
    response = client.get("/v1/staged")
    milliseconds = (time.monotonic() - started) * 1_000
    assert response.json["stages"] == [["queue", 0.0123], ["analysis", 0.0405], ["analysis", 0.06]]
    (timing,) = response.headers.getlist("Server-Timing")
    told = re.fullmatch(r"queue;dur=12\.3, analysis;dur=100\.5, total;dur=(\d+\.\d)", timing)
    assert 0 <= float(told[1]) <= milliseconds + 0.1


@pytest.mark.parametrize("path", ["/v1/short", "/v1/lines", "/v1/bug", "/nowhere"])
def test_the_whole_is_always_told(client, path):
    """Every response says how long it took."""
    assert re.fullmatch(r"total;dur=\d+\.\d", client.get(path).headers["Server-Timing"])


def test_stages_are_those_of_a_request(client):
    """No request tells the stages of another."""
    client.get("/v1/staged")
    assert "queue" not in client.get("/v1/short").headers["Server-Timing"]


# Origins


@pytest.mark.parametrize(
    ("value", "origins"),
    [
        ("", ()),
        (" , ", ()),
        ("*", ("*",)),
        ("https://news.example", ("https://news.example",)),
        ("HTTPS://News.Example", ("https://news.example",)),
        (
            "https://a.example, http://b.example:8080",
            ("https://a.example", "http://b.example:8080"),
        ),
        ("https://a.example https://a.example", ("https://a.example",)),
        ("https://a.example:443,http://a.example:80", ("https://a.example", "http://a.example")),
        ("http://a.example:443", ("http://a.example:443",)),
        ("http://localhost", ("http://localhost",)),
        ("http://[::1]:3000", ("http://[::1]:3000",)),
        ("http://127.0.0.1:1", ("http://127.0.0.1:1",)),
        ("moz-extension://0a1b-2c", ("moz-extension://0a1b-2c",)),
    ],
)
def test_origins(value, origins):
    """Origins are parsed into what browsers send."""
    assert parse_origins(value) == origins
    assert parse_origins(",".join(origins)) == origins


@pytest.mark.parametrize(
    "value",
    [
        "news.example",
        "//news.example",
        "https://",
        "https://news.example/",
        "https://news.example/path",
        "https://news.example?x",
        "https://news.example#x",
        "https://user@news.example",
        "https://news.example:",
        "https://news.example:0",
        "https://news.example:65536",
        "https://news.example:x",
        "https://*.news.example",
        "https://nachrichten-für.example",
        "https://\u212a.example",
        "https://news.example.",
        "https://[::1",
        "https://[:::]",
        "https://[1]",
        "null",
        "https://a.example; https://b.example",
        "*, https://news.example",
        "https://news.example\x00",
    ],
)
def test_no_origins(value):
    """Anything else is refused: a path, a pattern, a port out of range."""
    with pytest.raises(ValueError):
        parse_origins(value)


@given(st.text(max_size=40) | st.text("[]abf019.:/-", max_size=20).map("https://".__add__))
def test_origins_never_surprise(value):
    """Any text either holds origins, which parse to themselves, or is refused."""
    try:
        origins = parse_origins(value)
    except ValueError:
        return
    assert parse_origins(" ".join(origins)) == origins


def find_cross_origin(response):
    return {
        name.lower(): value
        for name, value in response.headers.items()
        if name.lower().startswith("access-control-")
    }


ALLOWED = ("https://news.example", "http://[::1]:3000")
EXPOSED = "RateLimit, RateLimit-Policy, Retry-After, Server-Timing, X-Request-ID"


@pytest.mark.parametrize(
    ("origins", "sent", "answered"),
    [
        pytest.param(ALLOWED, "https://news.example", "https://news.example", id="exact"),
        pytest.param(ALLOWED, "http://[::1]:3000", "http://[::1]:3000", id="address"),
        pytest.param(ALLOWED[:1], "https://news.example", "https://news.example", id="only"),
        pytest.param(("*",), "https://elsewhere.example", "*", id="any"),
        pytest.param(("*",), "null", "*", id="any null"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/short", "/v1/bug", "/v1/none", "/openapi.json"])
def test_allowed_origins(origins, sent, answered, path):
    """Pages of an allowed origin may read answers and problems, and the headers worth reading."""
    client = build_app(origins=origins).test_client()
    assert find_cross_origin(client.get(path, headers={"Origin": sent})) == {
        "access-control-allow-origin": answered,
        "access-control-expose-headers": EXPOSED,
    }


@pytest.mark.parametrize(
    ("origins", "headers", "path"),
    [
        pytest.param((), {"Origin": ORIGIN}, "/v1/short", id="off"),
        pytest.param(ALLOWED, {}, "/v1/short", id="no origin"),
        pytest.param(ALLOWED, {"Origin": "null"}, "/v1/short", id="null"),
        pytest.param(ALLOWED, {"Origin": "http://news.example"}, "/v1/short", id="scheme"),
        pytest.param(ALLOWED, {"Origin": "https://news.example:1"}, "/v1/short", id="port"),
        pytest.param(ALLOWED, {"Origin": "https://newsxexample"}, "/v1/short", id="dot"),
        pytest.param(
            ALLOWED, {"Origin": "https://news.example.evil.example"}, "/v1/short", id="longer"
        ),
        pytest.param(ALLOWED, {"Origin": "https://a.news.example"}, "/v1/short", id="below"),
        pytest.param(ALLOWED, {"Origin": ORIGIN}, "/kept", id="elsewhere"),
        pytest.param(("*",), {"Origin": ORIGIN}, "/kept", id="any elsewhere"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_other_origins(origins, headers, path, method):
    """Nobody else is told anything, and no one about what is not part of the API."""
    client = build_app(origins=origins).test_client()
    headers = {"Access-Control-Request-Method": "GET", **headers}
    response = client.open(path, method=method, headers=headers)
    assert response.status_code == (204 if method == "OPTIONS" else 200)
    assert find_cross_origin(response) == {}


@pytest.mark.parametrize("origin", [None, ORIGIN, "https://elsewhere.example"])
@pytest.mark.parametrize(("origins", "varies"), [((), False), (("*",), False), (ALLOWED, True)])
def test_vary(origins, origin, varies):
    """Caches are told where an answer depends on its origin, also by what came without one."""
    client = build_app(origins=origins).test_client()
    response = client.get("/v1/short", headers={"Origin": origin} if origin else {})
    assert ("Origin" in response.vary) is varies
    assert "Accept-Encoding" in response.vary


@pytest.mark.parametrize("accept", ["*/*", "text/html"])
@pytest.mark.parametrize("origins", [ALLOWED, ("*",)])
def test_preflight(origins, accept):
    """A preflight learns that JSON may be posted, traced and named."""
    client = build_app(origins=origins).test_client()
    headers = {
        "Accept": accept,
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,traceparent,x-request-id,x-other",
    }
    response = client.options("/v1/echo", headers=headers)
    assert (response.status_code, response.data) == (204, b"")
    assert find_cross_origin(response) == {
        "access-control-allow-origin": "*" if origins == ("*",) else ORIGIN,
        "access-control-allow-headers": "content-type, traceparent, x-request-id",
        "access-control-allow-methods": "GET, HEAD, POST",
        "access-control-expose-headers": EXPOSED,
        "access-control-max-age": "600",
    }


def test_preflight_of_another_method():
    """A preflight for what is never allowed allows nothing."""
    client = build_app(origins=ALLOWED).test_client()
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "DELETE"}
    response = client.options("/v1/echo", headers=headers)
    assert "Access-Control-Allow-Methods" not in response.headers


def test_origins_are_not_logged(caplog):
    """Neither paths nor origins get into the log, not even at debug level."""
    caplog.set_level(logging.DEBUG)
    client = build_app(origins=ALLOWED).test_client()
    client.get("/v1/Zanzibar", headers={"Origin": "https://zanzibar.example"})
    logging.getLogger("elsewhere").debug("something")
    assert "something" in caplog.text
    assert "anzibar" not in caplog.text


# HEAD and OPTIONS, for every route there is


@pytest.fixture
def service(build):
    """The whole service."""
    return build()


def find_paths(app, method):
    return sorted({rule.rule for rule in app.url_map.iter_rules() if method in rule.methods})


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html"])
def test_options_of_every_route(service, accept):
    """OPTIONS tells what a path allows, without a body, whatever Accept says."""
    client = service.test_client()
    paths = find_paths(service, "OPTIONS")
    assert "/v1/analyze" in paths
    for path in paths:
        response = client.options(path, headers={"Accept": accept})
        allowed = {
            method
            for rule in service.url_map.iter_rules()
            if rule.rule == path
            for method in rule.methods
        }
        assert (response.status_code, response.data) == (204, b""), path
        assert response.headers["Allow"] == ", ".join(sorted(allowed)), path
        assert not {"Content-Type", "Content-Length"} & set(response.headers.keys()), path
        assert response.headers["X-Request-ID"]


def test_options_of_the_server(service):
    """OPTIONS * tells what the server allows somewhere."""
    response = service.test_client().options("/", environ_overrides={"PATH_INFO": "*"})
    assert (response.status_code, response.data) == (204, b"")
    allowed = {method for rule in service.url_map.iter_rules() for method in rule.methods}
    assert set(response.allow) == allowed


def test_options_of_no_route(service):
    """OPTIONS of a path that does not exist says so."""
    response = service.test_client().options("/nowhere")
    assert (response.status_code, response.content_type) == (404, "application/problem+json")


def test_head_of_every_route(service):
    """HEAD answers what GET does, length included, without the body."""
    client = service.test_client()
    paths = find_paths(service, "GET")
    assert "/v1/capabilities" in paths
    varying = {"Server-Timing", "X-Request-ID"}
    for path in paths:
        got, head = client.get(path), client.head(path)
        # The metrics count the requests themselves.
        ignored = varying | ({"Content-Length"} if path == "/metrics" else set())
        assert head.data == b"", path
        assert head.status_code == got.status_code, path
        assert _without(head.headers, ignored) == _without(got.headers, ignored), path
        assert int(got.headers["Content-Length"]) == len(got.data), path
        assert int(head.headers["Content-Length"]) > 0, path


def _without(headers, names):
    return sorted((name, value) for name, value in headers.items() if name not in names)


def test_head_where_there_is_no_get(service):
    """HEAD of what is only posted to is refused like any other method, without a body."""
    client = service.test_client()
    paths = set(find_paths(service, "POST")) - set(find_paths(service, "GET"))
    assert "/v1/analyze" in paths
    for path in paths:
        response = client.head(path)
        assert (response.status_code, response.data) == (405, b""), path
        assert set(response.allow) == {"OPTIONS", "POST"}, path
