import math
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.callers import Caller, find_caller, has_ended, parse_deadline
from service.errors import CallerGone, DeadlineExceeded, InvalidHeader


@pytest.fixture
def connection():
    """Open a TCP connection: the service's end, and the caller's."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        there = socket.create_connection(server.getsockname())
        here, _ = server.accept()
    with here, there:
        yield here, there


def close(_here, there):
    there.close()


def reset(_here, there):
    there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    there.close()


def close_half(_here, there):
    there.shutdown(socket.SHUT_WR)


def close_here(here, _there):
    here.close()


def send_and_close(_here, there):
    there.sendall(b"GET /livez HTTP/1.1\r\n\r\n")
    there.close()


@pytest.mark.parametrize("timeout", [None, 0, 30], ids=["blocking", "non-blocking", "timed"])
@pytest.mark.parametrize("leave", [close, reset, close_half, close_here, send_and_close])
def test_who_left_is_noticed(connection, leave, timeout):
    """A connection has ended however it did, whatever was sent before, without any waiting."""
    here, _ = connection
    here.settimeout(timeout)
    assert not has_ended(here)
    leave(*connection)
    assert has_ended(here)


def test_who_sends_ahead_is_still_there(connection):
    """The next request on a connection ends nothing, and nothing of it is read."""
    here, there = connection
    there.sendall(b"GET /livez HTTP/1.1\r\n\r\n")
    assert not has_ended(here)
    assert here.recv(100) == b"GET /livez HTTP/1.1\r\n\r\n"


def test_callers_wait_until_their_deadline(connection):
    """Somebody waits until their time is over or their connection ends, whichever is first."""
    here, there = connection
    caller = Caller(2.5, 10.0, here)
    caller.check(9.9)
    with pytest.raises(DeadlineExceeded, match=r"no answer within 2\.5 seconds"):
        caller.check(10.0)
    there.close()
    with pytest.raises(CallerGone):
        caller.check(9.9)
    assert isinstance(caller.find_reason(10.0), DeadlineExceeded)
    assert Caller().find_reason(1e9) is None


@pytest.mark.parametrize(
    ("asked", "limit", "expected"),
    [
        pytest.param(None, (120, 5), (120, 125), id="nothing asked"),
        pytest.param("2.5", (120, 5), (2.5, 7.5), id="less asked"),
        pytest.param("600", (120, 5), (120, 125), id="more asked"),
        pytest.param("120", (120, 5), (120, 125), id="the same asked"),
        pytest.param("600", (120, 500), (600, 605), id="less left"),
    ],
)
def test_the_shorter_deadline_counts(asked, limit, expected):
    """Of what a caller asks for and what the service allows, the one that ends first holds."""
    environ = {} if asked is None else {"HTTP_X_DEADLINE_SECONDS": asked}
    caller = find_caller(environ, 5.0).limit(*limit)
    assert (caller.seconds, caller.ends) == expected


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("1", 1.0),
        ("0.001", 0.001),
        ("86400", 86_400.0),
        ("007.50", 7.5),
        ("0.0010000000000000002", 0.001),
    ],
)
def test_deadlines_are_plain_numbers(written, seconds):
    """Seconds are digits, perhaps with a decimal fraction."""
    assert parse_deadline(written) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "written",
    [
        "", " ", "soon", "nan", "NaN", "inf", "-inf", "-1", "-0", "+1", "0", "0.0", "0.0009", "86400.1",
        "100000", "1e3", "1e-3", "1e999999999", "1_000", "1,5", "1, 2", "1,2", "1s", " 1", "1 ", "1\n",
        ".5", "1.", "0x10", "١", "１", "²", "9" * 400, "0." + "0" * 400 + "1", "\x00", "None",
    ],
)  # fmt: skip
def test_bad_deadlines(written):
    """Whatever is no plain number in the range is refused with the name of the header."""
    with pytest.raises(InvalidHeader) as caught:
        parse_deadline(written)
    assert str(caught.value) == (
        "the header X-Deadline-Seconds must be a number of seconds from 0.001 to 86400, such as 2.5"
    )


@given(written=st.text(max_size=30) | st.floats().map(str) | st.from_regex(r"\A[\d.]+\Z"))
def test_no_header_breaks_anything(written):
    """Any header is a number in the range, or refused."""
    try:
        seconds = parse_deadline(written)
    except InvalidHeader:
        return
    assert math.isfinite(seconds)
    assert 0.001 <= seconds <= 86_400
    assert written.isascii()
