"""Hostile requests, as bytes, each with the one result that it must have.

A result is the status of the response and, for a refusal, what its problem is named; CLOSED is
a connection that is closed without a word.
"""

import gzip
import json
import zlib
from dataclasses import dataclass

import brotli
import pytest
from backports import zstd

CLOSED = (None, None)
MALFORMED = (400, "malformed-body")
UNREADABLE = (400, "bad-request")
INVALID = (422, "invalid-request")
MEDIA = (415, "unsupported-media-type")
TOO_LONG = (413, "body-too-long")
TOO_SLOW = (408, "request-timeout")
HEADERS = (431, "request-header-fields-too-large")
FOUND = (200, None)
ABSENT = (404, "not-found")
METHOD = (405, "method-not-allowed")

JSON = "application/json"
PLAIN = "text/plain"
TEXT = b"\xe2\x80\x9cYes,\xe2\x80\x9d said Ana Sousa of Zanzibar."
DEEP = 100_000
MANY = 300_000


@dataclass(frozen=True)
class Attack:
    """What is sent, how it must end, and in how many seconds at most."""

    sent: bytes
    result: tuple[int | None, str | None]
    seconds: float = 5.0
    ends: bool = False  # the caller says that nothing more will come


def post(body, content_type=JSON, *, headers=b"", path=b"/v1/analyze"):
    return b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n%s" % (
        path, content_type.encode(), headers, len(body), body,
    )  # fmt: skip


def chunked(body, headers=b"", path=b"/v1/analyze"):
    return (
        b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
        b"Transfer-Encoding: chunked\r\n%s\r\n%s" % (path, headers, body)
    )


def get(target=b"/livez", headers=b"", *, method=b"GET", version=b"HTTP/1.1", host=b"Host: x\r\n"):
    return b"%s %s %s\r\n%s%s\r\n" % (method, target, version, host, headers)


def coded(body, coding):
    return post(body, headers=b"Content-Encoding: %s\r\n" % coding)


def row(name, sent, result, **options):
    return pytest.param(Attack(sent, result, **options), id=name)


def quote(text):
    return b'{"text": "%s"}' % text


WHOLE = json.dumps({"text": "Zanzibar"}).encode()
ZIPPED = gzip.compress(WHOLE)
BOMB = gzip.compress(b" " * 50_000_000)
NESTED = gzip.compress(gzip.compress(b" " * 50_000_000))

BODIES = [
    row("deep lists", post(b"[" * DEEP), MALFORMED),
    row("deep lists, closed", post(b"[" * DEEP + b"]" * DEEP), MALFORMED),
    row("deep objects", post(b'{"a":' * DEEP), MALFORMED),
    row("deep known entities", post(b'{"text": "x", "known_entities": ' + b"[" * DEEP), MALFORMED),
    row("many names", post(b"{%s}" % b",".join(b'"%d":1' % n for n in range(MANY))), INVALID),
    row("many known entities", post(b'{"text": "x", "known_entities": [%s]}' % b",".join([b"{}"] * MANY)), INVALID),
    row("many sections", post(b'{"text": "x", "include": [%s]}' % b",".join([b"1"] * MANY)), INVALID),
    row("many strings", post(b"[%s]" % b",".join([b'""'] * MANY)), INVALID),
    row("name twice", post(b'{"text": "x", "text": "y"}'), MALFORMED),
    row("escaped name twice", post(b'{"text": "x", "te\\u0078t": "y"}'), MALFORMED),
    row("NaN", post(b'{"text": "x", "min_confidence": NaN}'), MALFORMED),
    row("Infinity", post(b'{"text": "x", "min_confidence": Infinity}'), MALFORMED),
    row("-Infinity", post(b'{"text": "x", "min_confidence": -Infinity}'), MALFORMED),
    row("endless float", post(b'{"text": "x", "min_confidence": 1e999}'), INVALID),
    row("endless integer", post(b'{"text": "x", "min_confidence": %s}' % (b"9" * 10_000)), MALFORMED),
    row("huge integer", post(b'{"text": "x", "min_confidence": %s}' % (b"9" * 4_000)), INVALID),
    row("not UTF-8", post(quote(b"\xff")), MALFORMED),
    row("UTF-16, mark", post(WHOLE.decode().encode("utf-16")), MALFORMED),
    row("UTF-16", post(WHOLE.decode().encode("utf-16-le")), MALFORMED),
    row("UTF-32, mark", post(WHOLE.decode().encode("utf-32")), MALFORMED),
    row("UTF-32", post(WHOLE.decode().encode("utf-32-be")), MALFORMED),
    row("UTF-16, declared", post(WHOLE.decode().encode("utf-16"), "application/json; charset=utf-16"), MEDIA),
    row("UTF-16 text, mark", post(TEXT.decode().encode("utf-16"), PLAIN), MALFORMED),
    row("UTF-8 mark", post(b"\xef\xbb\xbf" + WHOLE), FOUND),
    row("surrogate, escaped", post(quote(b"\\ud800")), FOUND),
    row("surrogate, raw", post(quote(b"\xed\xa0\x80")), MALFORMED),
    row("overlong", post(quote(b"\xc0\xaf")), MALFORMED),
    row("beyond Unicode", post(quote(b"\xf4\x90\x80\x80")), MALFORMED),
    row("NUL, escaped", post(quote(b"\\u0000")), FOUND),
    row("NUL, raw", post(quote(b"\x00")), MALFORMED),
    row("NUL text", post(b"\x00" * 100, PLAIN), FOUND),
]  # fmt: skip

CODINGS = [
    row("bomb", coded(BOMB, b"gzip"), TOO_LONG),
    row("bomb in a bomb", coded(NESTED, b"gzip"), MALFORMED),
    row("coded twice", coded(NESTED, b"gzip, gzip"), MEDIA),
    row("many members", coded(gzip.compress(b"") * 100_000, b"gzip"), MALFORMED, seconds=15),
    row("some empty members", coded(gzip.compress(b"") * 1_000 + ZIPPED, b"gzip"), FOUND),
    row("truncated", coded(ZIPPED[:-9], b"gzip"), MALFORMED),
    row("garbage behind", coded(ZIPPED + b"garbage", b"gzip"), MALFORMED),
    row("wrong checksum", coded(ZIPPED[:-8] + b"xxxx" + ZIPPED[-4:], b"gzip"), MALFORMED),
    row("not gzip", coded(WHOLE, b"gzip"), MALFORMED),
    row("deflate", coded(zlib.compress(WHOLE), b"deflate"), MEDIA),
    row("br", coded(brotli.compress(WHOLE), b"br"), MEDIA),
    row("zstd", coded(zstd.compress(WHOLE), b"zstd"), MEDIA),
    row("unheard of", coded(WHOLE, b"x" * 8_000), MEDIA),
]


def of_length(length, body=b"x", more=b""):
    return (
        b"POST /v1/analyze HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
        b"Content-Length: %s\r\n%s\r\n%s" % (length, more, body)
    )


CHUNK = b"9\r\nZanzibar.\r\n"
FRAMES = [
    row("short", of_length(b"1000"), TOO_SLOW),
    row("short, ended", of_length(b"1000"), MALFORMED, ends=True),
    row("long", of_length(b"1", b"xZanzibar\r\n\r\n"), FOUND),
    row("negative", of_length(b"-1"), UNREADABLE),
    row("signed", of_length(b"+1"), UNREADABLE),
    row("hexadecimal", of_length(b"0x1"), UNREADABLE),
    row("not a number", of_length(b"Zanzibar"), UNREADABLE),
    row("superscript", of_length(b"\xb2"), UNREADABLE),
    row("too many digits", of_length(b"9" * 5_000), UNREADABLE),
    row("huge", of_length(b"9" * 18), TOO_LONG),
    row("two lengths", of_length(b"1", more=b"Content-Length: 2\r\n"), UNREADABLE),
    row("same length twice", of_length(b"1", more=b"Content-Length: 1\r\n"), UNREADABLE),
    row("list of lengths", of_length(b"1, 1"), UNREADABLE),
    row("length and chunks", of_length(b"4", b"0\r\n\r\n", b"Transfer-Encoding: chunked\r\n"), UNREADABLE),
    row("chunks and length", chunked(b"0\r\n\r\nGET /", b"Content-Length: 5\r\n"), UNREADABLE),
    row("chunked twice", chunked(CHUNK, b"Transfer-Encoding: chunked\r\n"), UNREADABLE),
    row("chunked in disguise", of_length(b"4", b"0\r\n\r\n", b"Transfer-Encoding: xchunked\r\n"), (501, "not-implemented")),
    row("chunked, vertical tab", of_length(b"4", b"0\r\n\r\n", b"Transfer-Encoding: \x0bchunked\r\n"), UNREADABLE),
    row("space before colon", of_length(b"4", b"0\r\n\r\n", b"Transfer-Encoding : chunked\r\n"), UNREADABLE),
    row("gzip coding", of_length(b"4", b"0\r\n\r\n", b"Transfer-Encoding: gzip\r\n"), UNREADABLE),
    row("chunks in HTTP/1.0", chunked(CHUNK).replace(b"HTTP/1.1", b"HTTP/1.0"), UNREADABLE),
    row("chunks", chunked(CHUNK + b"0\r\n\r\n"), FOUND),
    row("no last chunk", chunked(CHUNK), TOO_SLOW),
    row("no last chunk, ended", chunked(CHUNK), UNREADABLE, ends=True),
    row("negative chunk", chunked(b"-9\r\nZanzibar.\r\n0\r\n\r\n"), MALFORMED),
    row("not hexadecimal", chunked(b"Z\r\nZanzibar.\r\n0\r\n\r\n"), MALFORMED),
    row("prefixed chunk", chunked(b"0x9\r\nZanzibar.\r\n0\r\n\r\n"), MALFORMED),
    row("chunk too short", chunked(b"8\r\nZanzibar.\r\n0\r\n\r\n"), MALFORMED),
    row("chunk too long", chunked(b"a\r\nZanzibar.\r\n0\r\n\r\n"), MALFORMED),
    row("chunk without end", chunked(b"f" * 16 + b"\r\nx"), TOO_LONG),
    row("bare LF", chunked(b"9\nZanzibar.\n0\n\n"), TOO_SLOW),
    row("chunk extension", chunked(b'9;a="b"\r\nZanzibar.\r\n0\r\n\r\n'), FOUND),
    row("huge extension", chunked(b"9;a=" + b"Z" * 1_000_000), MALFORMED),
    row("huge chunk line", chunked(b"0" * 1_000_000), MALFORMED),
    row("many tiny chunks", chunked(b"1\r\nZ\r\n" * 1_200_000), TOO_LONG, seconds=20),
    row("trailer", chunked(CHUNK + b"0\r\nX-A: b\r\n\r\n"), FOUND),
    row("forbidden trailer", chunked(CHUNK + b"0\r\nContent-Length: 9\r\n\r\n"), MALFORMED),
    row("endless trailers", chunked(CHUNK + b"0\r\n" + b"X-A: b\r\n" * 200_000), MALFORMED),
]  # fmt: skip

HEADS = [
    row("HTTP/0.9", b"GET /livez\r\n", UNREADABLE),
    row("HTTP/0.9 by number", get(version=b"HTTP/0.9"), UNREADABLE),
    row("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", UNREADABLE),
    row("HTTP/1.10", get(version=b"HTTP/1.10"), UNREADABLE),
    row("TLS", bytes.fromhex("16030100a5010000a10303") + b"\x00" * 100, TOO_SLOW),
    row("nonsense", b"Zanzibar is far away.\r\n\r\n", UNREADABLE),
    row("empty lines", b"\r\n" * 1_000, UNREADABLE),
    row("10,000 headers", get(headers=b"X-A: b\r\n" * 10_000), HEADERS),
    row("101 headers", get(headers=b"X-A: b\r\n" * 101), HEADERS),
    row("many dropped headers", get(headers=b"_: b\r\n" * 150_000), HEADERS),
    row("long header", get(headers=b"X-A: %s\r\n" % (b"Z" * 1_000_000)), HEADERS),
    row("long header name", get(headers=b"%s: b\r\n" % (b"Z" * 1_000_000)), HEADERS),
    row("many cookies", get(headers=b"Cookie: a=b\r\n" * 5_000), HEADERS),
    row("long cookie", get(headers=b"Cookie: %s\r\n" % (b"a=b; " * 1_500)), FOUND),
    row("long request line", get(b"/" + b"Z" * 1_000_000), (414, "request-uri-too-long")),
    row("long query", get(b"/livez?" + b"Z" * 5_000), (414, "request-uri-too-long")),
    row("long method", get(method=b"Z" * 1_000_000), (414, "request-uri-too-long")),
    row("unfinished head", get()[:-2], TOO_SLOW),
    row("unfinished head, ended", get()[:-2], CLOSED, ends=True),
    row("nothing", b"", CLOSED),
    row("folded", get(headers=b"X-A: b\r\n c\r\n"), UNREADABLE),
    row("bare LF", b"GET /livez HTTP/1.1\nHost: x\n\n", UNREADABLE),
    row("one bare LF", b"GET /livez HTTP/1.1\r\nHost: x\nX-A: b\r\n\r\n", UNREADABLE),
    row("bare CR", get(headers=b"X-A: b\rX-B: c\r\n"), UNREADABLE),
    row("NUL", get(headers=b"X-A: \x00\r\n"), UNREADABLE),
    row("space in name", get(headers=b"X A: b\r\n"), UNREADABLE),
    row("space before name", get(host=b" Host: x\r\n"), UNREADABLE),
    row("no name", get(headers=b": b\r\n"), UNREADABLE),
    row("no colon", get(headers=b"Zanzibar\r\n"), UNREADABLE),
    row("underscore", get(headers=b"X_A: b\r\n"), FOUND),
    row("no host", get(host=b""), FOUND),
    row("two hosts", get(headers=b"Host: y\r\n"), UNREADABLE),
    row("hostile host", get(host=b"Host: ../../\\<script>\r\n"), FOUND),
    row("two content types", post(WHOLE, headers=b"Content-Type: text/plain\r\n"), UNREADABLE),
    row("upgrade to h2c", get(headers=b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"), FOUND),
    row("upgrade to websocket", get(headers=b"Connection: Upgrade\r\nUpgrade: websocket\r\n"), UNREADABLE),
    row("expectation", post(WHOLE, headers=b"Expect: 100-continue\r\n"), FOUND),
    row("expectation, nothing sent", of_length(b"9", b"", b"Expect: 100-continue\r\n"), TOO_SLOW),
    row("expectation, too long", of_length(b"9" * 9, b"", b"Expect: 100-continue\r\n"), TOO_LONG),
    row("strange expectation", get(headers=b"Expect: Zanzibar\r\n"), (417, "expectation-failed")),
    row("forged scheme", get(headers=b"X-Forwarded-Proto: https\r\nX-Forwarded-Ssl: off\r\n"), UNREADABLE),
]  # fmt: skip

TARGETS = [
    row("matrix", get(b"/v1/..;/livez"), ABSENT),
    row("dots", get(b"/v1/../livez"), ABSENT),
    row("coded dots", get(b"/v1/%2e%2e/livez"), ABSENT),
    row("coded twice", get(b"/%252e%252e/etc/passwd"), ABSENT),
    row("documents", get(b"/docs/../../../../etc/passwd"), ABSENT),
    row("documents, coded", get(b"/docs/%2e%2e%2f%2e%2e%2fetc/passwd"), ABSENT),
    row("documents, backslash", get(b"/docs/..%5c..%5cetc%5cpasswd"), ABSENT),
    row("documents, absolute", get(b"/docs//etc/passwd"), (308, None)),
    row("problems", get(b"/docs/problems/%2e%2e%2f%2e%2e%2fworker.py"), ABSENT),
    row("two slashes", get(b"//livez"), FOUND),
    row("NUL", get(b"/livez%00"), ABSENT),
    row("line break", get(b"/livez%0d%0aX-A:%20b"), ABSENT),
    row("overlong", get(b"/%c0%afetc/passwd"), ABSENT),
    row("not ASCII", get("/Sansibar/ß".encode()), UNREADABLE),
    row("backslash", get(b"\\livez"), UNREADABLE),
    row("backslash inside", get(b"/v1\\analyze"), ABSENT),
    row("absolute form", get(b"http://x/livez"), FOUND),
    row("other scheme", get(b"file:///etc/passwd"), ABSENT),
    row("other host", get(b"http://169.254.169.254/latest"), ABSENT),
    row("broken host", get(b"http://[::1/livez"), UNREADABLE),
    row("asterisk", get(b"*"), UNREADABLE),
    row("fragment", get(b"/livez#x"), FOUND),
    row("space", get(b"/livez /x"), UNREADABLE),
    row("TRACE", get(method=b"TRACE"), METHOD),
    row("CONNECT", get(b"x:80", method=b"CONNECT"), ABSENT),
    row("lower case", get(method=b"get"), UNREADABLE),
    row("unknown method", get(method=b"ZANZIBAR"), METHOD),
    row("bracket in method", get(method=b"GE[T"), UNREADABLE),
    row("method of a proxy", get(headers=b"X-HTTP-Method-Override: DELETE\r\n"), FOUND),
]
