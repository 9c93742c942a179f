"""What HTTP adds to every exchange: content codings, caching, timings, other origins.

Each function adds one concern to an application; `register_exchanges` knows in which order.
"""

import io
import logging
import re
import sys
import time
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import flask
from flask_compress import Compress
from flask_cors import CORS
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.wsgi import get_input_stream

from schemas.ninjs import NINJS_MEDIA_TYPE
from schemas.schema_org import SCHEMA_ORG_MEDIA_TYPE
from service.errors import MalformedBody
from service.origins import ANY_ORIGIN

# Endpoints whose answers are the same for every caller, until the service is replaced.
DOCUMENTS = frozenset({"openapi_json", "openapi_yaml"})

_GZIP = zlib.MAX_WBITS + 16
_PIECE_BYTES = 65_536
# gunicorn reads no less, so that lines of a stream come as early as they can.
_BLOCK_BYTES = 1_024
_CODINGS = ("zstd", "br", "gzip")
# NDJSON is not among them: a compressor would hold its lines back.
_COMPRESSIBLE = (
    NINJS_MEDIA_TYPE,
    SCHEMA_ORG_MEDIA_TYPE,
    "application/json",
    "application/yaml",
    "image/svg+xml",
    "text/css",
    "text/html",
    "text/javascript",
    "text/plain",
)
# Below, answers fit one packet either way.
_MIN_COMPRESSED_BYTES = 1_024
# Not what is for the machines of an operator: /metrics and the probes.
_SHARED_PATHS = re.compile(r"/(v1/|openapi\.)")
_ALLOWED_HEADERS = (
    # Its profile holds characters that make browsers ask first.
    "Accept",
    "Authorization",
    "Content-Encoding",
    "Content-Type",
    "Traceparent",
    "Tracestate",
    "X-Deadline-Seconds",
    "X-API-Key",
    "X-Request-ID",
)
_EXPOSED_HEADERS = (
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Server-Timing",
    "X-Request-ID",
)
_PREFLIGHT_SECONDS = 600


class UnsupportedEncoding(UnsupportedMediaType):
    """A body has a content coding that the service does not read.

    RFC 7694 asks for Accept-Encoding here, and on no other 415.
    """

    def __init__(self, encoding: str) -> None:
        super().__init__(f"content encoding {encoding} given: send gzip, or no encoding")

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        """Return what the response tells beside its body."""
        return [*super().get_headers(*args, **kwargs), ("Accept-Encoding", "gzip")]


class _Gunzipped(io.RawIOBase):
    """What the members of a gzip stream hold (RFC 1952), decompressed as it is read."""

    def __init__(self, source: io.BufferedReader) -> None:
        self._source = source
        self._member = zlib.decompressobj(_GZIP)
        self._compressed = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer in part, with at least one byte unless the stream has ended."""
        piece = b""
        while not piece and self._fetch():
            piece = self._decompress(min(len(buffer), _PIECE_BYTES))
        buffer[: len(piece)] = piece
        return len(piece)

    def _fetch(self) -> bool:
        """Have something to decompress, or return that nothing is left."""
        self._compressed = self._compressed or self._source.read1(_BLOCK_BYTES)
        if not self._compressed and not self._member.eof:
            raise MalformedBody("the body ends before its gzip data does")
        return bool(self._compressed)

    def _decompress(self, max_bytes: int) -> bytes:
        if self._member.eof:
            self._member = zlib.decompressobj(_GZIP)
        try:
            piece = self._member.decompress(self._compressed, max_bytes)
        except zlib.error:
            raise MalformedBody("the body is not gzip data, or not only gzip data") from None
        self._compressed = self._member.unconsumed_tail or self._member.unused_data
        return piece


def read_body(request: flask.Request, max_bytes: int) -> bytes:
    """Return a whole body without its content coding.

    Raises `RequestEntityTooLarge` for more than `max_bytes`, as sent or decompressed, without
    decompressing more; `UnsupportedEncoding`; `MalformedBody` for what is not gzip throughout.
    """
    # One byte more tells a body that fills the limit from one that exceeds it, which werkzeug
    # cuts off without a word where no Content-Length announces it.
    body = _open(request, max_bytes + 1).read(max_bytes + 1)
    if len(body) > max_bytes:
        raise RequestEntityTooLarge
    is_coded = _is_gzip(request.headers.get("Content-Encoding", ""))
    if not is_coded and request.content_length and len(body) < request.content_length:
        raise MalformedBody("the body ends before its Content-Length")
    return body


def open_body(request: flask.Request) -> io.BufferedReader:
    """Return a body of any length as a stream, without its content coding.

    Opening raises `UnsupportedEncoding`; reading raises `MalformedBody` at what is not gzip, and
    waits until 1 KiB more has been sent, or all.
    """
    return _open(request, sys.maxsize)


def _open(request: flask.Request, max_bytes: int) -> io.BufferedReader:
    is_gzip = _is_gzip(request.headers.get("Content-Encoding", ""))
    stream: Any = get_input_stream(request.environ, max_content_length=max_bytes)
    source = io.BufferedReader(stream, _BLOCK_BYTES)
    return io.BufferedReader(_Gunzipped(source)) if is_gzip else source


def _is_gzip(encoding: str) -> bool:
    codings = [coding.strip().lower() for coding in encoding.split(",")]
    applied = [coding for coding in codings if coding not in ("", "identity")]
    # RFC 9110, section 8.4.1.3, has x-gzip mean gzip.
    if applied and applied not in (["gzip"], ["x-gzip"]):
        raise UnsupportedEncoding(encoding)
    return bool(applied)


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the work on a request, and when it was noted, in nanoseconds of the epoch."""

    name: str
    seconds: float
    noted: int


def note_timing(name: str, seconds: float) -> None:
    """Remember how long a stage of the current request took, once it has ended.

    The name is a token of HTTP: it becomes a metric of Server-Timing, and a span.
    """
    flask.g.setdefault("stages", []).append(Stage(name, seconds, time.time_ns()))


def find_stages() -> tuple[Stage, ...]:
    """Find the stages of the current request, in the order in which they were noted."""
    return tuple(flask.g.get("stages", ()))


def register_exchanges(app: flask.Flask, *, origins: tuple[str, ...] = ()) -> None:
    """Add every concern of this module to an application whose requests are observed.

    What is registered first sees a response last: time includes compression, and an
    entity tag is that of the uncompressed document.
    """
    time_responses(app)
    allow_cross_origin(app, origins)
    compress_responses(app)
    control_caching(app)
    answer_options(app)


def time_responses(app: flask.Flask) -> None:
    """Tell callers in Server-Timing how long each stage took, and the whole until its headers."""

    def time_response(response: flask.Response) -> flask.Response:
        seconds: dict[str, float] = {}
        for stage in find_stages():
            seconds[stage.name] = seconds.get(stage.name, 0.0) + stage.seconds
        seconds["total"] = time.monotonic() - flask.g.started
        response.headers["Server-Timing"] = ", ".join(
            f"{name};dur={1000 * taken:.1f}" for name, taken in seconds.items()
        )
        return response

    app.after_request(time_response)


def control_caching(app: flask.Flask, documents: Collection[str] = DOCUMENTS) -> None:
    """Have nothing stored but the answers of views that say otherwise, and `documents`.

    Caches keep these, and ask each time whether they still hold.
    """

    def control(response: flask.Response) -> flask.Response:
        if flask.request.endpoint in documents and response.status_code == 200:
            response.headers["Cache-Control"] = "no-cache"
            # Weak, for it stands for all the codings of a document.
            response.add_etag(weak=True)
            response.make_conditional(flask.request)
        response.headers.setdefault("Cache-Control", "no-store")
        # werkzeug dates what is conditional, but gunicorn every response.
        response.headers.pop("Date", None)
        return response

    app.after_request(control)


def compress_responses(app: flask.Flask) -> None:
    """Compress answers for callers who ask for it, but neither problems nor streams."""
    app.config.update(
        COMPRESS_ALGORITHM=_CODINGS,
        COMPRESS_EVALUATE_CONDITIONAL_REQUEST=False,
        COMPRESS_MIMETYPES=_COMPRESSIBLE,
        COMPRESS_MIN_SIZE=_MIN_COMPRESSED_BYTES,
        COMPRESS_REGISTER=False,
        COMPRESS_STREAMS=False,
    )
    compressor = Compress(app)

    def compress(response: flask.Response) -> flask.Response:
        response.vary.add("Accept-Encoding")
        accepted = flask.request.accept_encodings
        qualities = [quality for coding, quality in accepted if coding in _CODINGS]
        # Flask-Compress takes a coding of quality 0, which is a refusal, for the last choice.
        return compressor.after_request(response) if qualities and all(qualities) else response

    app.after_request(compress)


def answer_options(app: flask.Flask) -> None:
    """Answer OPTIONS for any path that exists, whatever Accept says, and for the server (`*`)."""

    def answer() -> flask.Response | None:
        if flask.request.method != "OPTIONS":
            return None
        response = flask.Response(status=204)
        del response.headers["Content-Type"]
        if flask.request.environ["PATH_INFO"] == "*":
            response.allow.update(("GET", "HEAD", "OPTIONS", "POST"))
        elif flask.request.url_rule:
            response.allow.update(sorted(app.make_default_options_response().allow))
        else:
            return None
        return response

    app.before_request(answer)


def allow_cross_origin(app: flask.Flask, origins: tuple[str, ...]) -> None:
    """Let pages of these origins, as `parse_origins` returns them, use the API from browsers."""
    if not origins:
        return
    # It logs paths and origins.
    logging.getLogger("flask_cors").setLevel(logging.WARNING)
    to_any = ANY_ORIGIN in origins
    CORS(
        app,
        resources=_SHARED_PATHS,
        # Flask-CORS would take what looks like a pattern for one: an IPv6 address.
        origins=ANY_ORIGIN if to_any else [re.compile(re.escape(o) + r"\Z") for o in origins],
        methods=["GET", "HEAD", "POST"],
        allow_headers=_ALLOWED_HEADERS,
        expose_headers=_EXPOSED_HEADERS,
        max_age=_PREFLIGHT_SECONDS,
        send_wildcard=to_any,
        always_send=to_any,
        intercept_exceptions=False,
        # Flask-CORS names Origin only where one was sent, too late for a cache.
        vary_header=False,
    )
    if not to_any:
        app.after_request(_vary_by_origin)


def _vary_by_origin(response: flask.Response) -> flask.Response:
    response.vary.add("Origin")
    return response
