"""Requests that arrive in pieces: whole when gunicorn can answer them, and not before."""

import time

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import NoMoreData, ParseException
from hypothesis import given, settings
from hypothesis import strategies as st

from service.arrivals import MAX_HEAD_BYTES, ArrivingParser, BodyTooLong, TooSlow

MAX_BODY = 1_000
GET = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /v1/analyze HTTP/1.1\r\nHost: x\r\n"
LENGTH = POST + b"Content-Length: 5\r\n\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
BATCH = POST.replace(b"analyze", b"analyze/batch")
LINES = b"Content-Type: application/x-ndjson; charset=utf-8\r\n"


class NoSocket:
    """A connection that nothing may be read from."""

    def recv(self, _size):
        raise AssertionError("nobody may wait for what has not come")


class Silent:
    """A connection whose caller has gone after a few bytes."""

    def __init__(self, sent=b""):
        self.sent = sent

    def recv(self, _size):
        sent, self.sent = self.sent, b""
        return sent


def build(connection=None, max_body=MAX_BODY):
    return ArrivingParser(Config(), connection or NoSocket(), ("127.0.0.1", 1), max_body)


def arrive(pieces, connection=None):
    parser = build(connection)
    for piece in pieces:
        parser.feed(piece)
    return parser


WHOLE = {
    "no body": GET,
    "empty line before": b"\r\n" + GET,
    "body": LENGTH + b"abcde",
    "empty body": POST + b"Content-Length: 0\r\n\r\n",
    "chunks": CHUNKED + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    "extension": CHUNKED + b'5;a="b" ;c\r\nabcde\r\n0\r\n\r\n',
    "padded size": CHUNKED + b"0005\r\nabcde\r\n000\r\n\r\n",
    "trailers": CHUNKED + b"5\r\nabcde\r\n0\r\nX-A: b\r\nX-B: c\r\n\r\n",
    "no chunks": CHUNKED + b"0\r\n\r\n",
}
BODIES = {name: b"abcde" for name in ("body", "chunks", "extension", "padded size", "trailers")}


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_requests_are_whole_with_their_last_byte(name, data):
    """However a request is cut, it is whole with its last byte, and read without any other."""
    sent = WHOLE[name]
    cuts = sorted(data.draw(st.sets(st.integers(1, len(sent) - 1), max_size=6)))
    pieces = [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True)]
    parser = build()
    for piece in pieces:
        assert not parser.is_whole()
        parser.feed(piece)
    assert parser.is_whole()
    assert parser.received == len(sent)
    assert next(parser).body.read() == BODIES.get(name, b"")
    # The next one begins behind it.
    parser.begin()
    parser.feed(GET)
    assert next(parser).path == "/livez"
    assert not next(parser).should_close()


def test_byte_by_byte():
    """The shortest pieces there are make the same request."""
    for sent in WHOLE.values():
        parser = build()
        for at in range(len(sent)):
            assert not parser.is_whole()
            parser.feed(sent[at : at + 1])
        assert parser.is_whole()


def test_what_came_ahead_is_kept():
    """Requests that come in one piece are had one after the other."""
    parser = arrive([LENGTH + b"abcde" + GET + LENGTH + b"ab"])
    assert next(parser).body.read() == b"abcde"
    parser.begin()
    assert parser.is_whole()
    assert next(parser).method == "GET"
    parser.begin()
    assert not parser.is_whole()
    parser.feed(b"cde")
    assert next(parser).body.read() == b"abcde"


REFUSED = {
    "first line": b"GET /livez\r\n",
    "first line behind an empty one": b"\r\nGET\r\n",
    "nothing but empty lines": b"\r\n\r\n",
    "bare LF": b"GET /livez HTTP/1.1\n",
    "bare LF later": b"GET /livez HTTP/1.1\r\nHost: x\n",
    "header": b"GET /livez HTTP/1.1\r\nHost\r\n\r\n",
    "length": POST + b"Content-Length: -1\r\n\r\n",
    "lengths": POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "length and chunks": POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "long first line": b"GET /" + b"x" * MAX_HEAD_BYTES,
    "long head": GET[:-2] + b"X-A: " + b"x" * MAX_HEAD_BYTES,
    "long head, ended": GET[:-2] + b"X-A: b\r\n" * 10_000 + b"\r\n",
    "long chunked body": CHUNKED + b"1\r\na\r\n" * 200,
    "announced chunk": CHUNKED + b"fffff\r\n",
}


@pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("size", [1_000_000, 100])
def test_what_is_refused_is_not_waited_for(sent, size):
    """What cannot become a request is refused as soon as that is certain."""
    parser = arrive([sent[at : at + size] for at in range(0, len(sent), size)])
    assert parser.is_whole()
    with pytest.raises(ParseException):
        next(parser)
    parser.feed(b"more")
    assert parser.is_whole()


BROKEN = {
    "no size": b"\r\nabc",
    "not hexadecimal": b"x\r\nabc",
    "no end of a chunk": b"3\r\nabcde",
    "long line": b"3;a=" + b"x" * 9_000,
    "bad trailer": b"0\r\nContent-Length: 1\r\n\r\n",
    "long trailers": b"0\r\n" + b"X-A: b\r\n" * 10_000,
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_broken_chunks_are_not_waited_for(body):
    """Chunks that are none make a whole request, whose body cannot be read."""
    parser = arrive([CHUNKED, body])
    assert parser.is_whole()
    with pytest.raises((ParseException, NoMoreData)):
        next(parser).body.read()


def test_long_bodies_need_not_come():
    """A body that will be refused is neither waited for nor invited."""
    parser = arrive([POST + b"Expect: 100-continue\r\nContent-Length: 1002\r\n\r\n"])
    assert parser.is_whole()
    assert not parser.take_expectation()
    request = next(parser)
    assert request.body.read() == b""
    assert request.should_close()
    assert not request._expected_100_continue


def test_a_body_one_byte_too_long_comes():
    """The one byte that shows that a body is too long is read by the application."""
    assert not arrive([POST + b"Content-Length: 1001\r\n\r\n"]).is_whole()


def test_streams_are_read_as_they_come():
    """Lines are whole with their head, and read from the connection."""
    parser = arrive([BATCH + LINES + b"Content-Length: 5000\r\n\r\nab"], Silent(b"c"))
    assert parser.is_whole()
    assert next(parser).body.read() == b"abc"


@pytest.mark.parametrize(
    "head",
    [POST, GET[:-2], BATCH.replace(b"POST", b"GET")],
    ids=["another path", "probe", "another method"],
)
def test_only_batches_are_streams(head):
    """Lines that nothing reads as they come are a body like any other."""
    parser = arrive([head + LINES + b"Content-Length: 5\r\n\r\nabcd"])
    assert not parser.is_whole()
    parser.feed(b"e")
    assert next(parser).body.read() == b"abcde"


@pytest.mark.parametrize(
    ("sent", "length"),
    [
        (CHUNKED + b"1\r\na\r\n" * 150_000 + b"0\r\n\r\n", 150_000),
        (POST + b"Content-Length: 8000000\r\n\r\n" + b"a" * 8_000_000, 8_000_000),
    ],
    ids=["tiny chunks", "small reads"],
)
def test_long_bodies_take_linear_time(sent, length):
    """Reading a part of a body, or a chunk, costs nothing for all that is behind it."""
    began = time.process_time()
    parser = build(max_body=8_000_000)
    for at in range(0, len(sent), 65_536):
        parser.feed(sent[at : at + 65_536])
        assert parser.is_whole() is (at + 65_536 >= len(sent))
    body = next(parser).body
    assert sum(len(piece) for piece in iter(lambda: body.read(1_024), b"")) == length
    assert time.process_time() - began < 3


def test_what_is_behind_a_body_is_where_gthread_looks():
    """What came behind a request is in gunicorn's buffer once its body is finished."""
    parser = arrive([LENGTH + b"abcde" + GET])
    next(parser)
    assert parser.finish_body()
    assert parser.unreader.buf.getvalue() == GET
    parser.begin()
    assert next(parser).path == "/livez"


def test_expectations_are_met_once():
    """Who waits to be told to go on is told so once, and only if nothing is there yet."""
    parser = arrive([POST + b"Expect: 100-continue\r\nContent-Length: 5\r\n"])
    assert not parser.take_expectation()
    parser.feed(b"\r\n")
    assert parser.take_expectation()
    assert not parser.take_expectation()
    parser.feed(b"abcde")
    assert not next(parser)._expected_100_continue


def test_a_request_may_be_refused_from_outside():
    """A refusal takes the place of a request, whatever there is of it."""
    parser = arrive([LENGTH])
    parser.refuse(TooSlow())
    assert parser.is_whole()
    with pytest.raises(TooSlow):
        next(parser)


def test_callers_who_leave():
    """What is not whole when its caller leaves is cut off there: a head is none, a body short."""
    with pytest.raises(NoMoreData):
        next(arrive([GET[:-1]]))
    assert next(arrive([LENGTH + b"ab"])).body.read() == b"ab"


def test_tiny_chunks_count_as_they_are_sent():
    """Chunks may not be a way to send more than a body may have."""
    parser = arrive([CHUNKED, b"1\r\na\r\n" * 167, b"0\r\n\r\n"])
    assert parser.is_whole()
    assert next(parser).body.read() == b"a" * 167
    parser = arrive([CHUNKED, b"1\r\na\r\n" * 168])
    assert parser.is_whole()
    with pytest.raises(BodyTooLong):
        next(parser)
