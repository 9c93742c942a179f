"""Requests that arrive piece by piece, and when one is whole.

gunicorn reads a request while it parses it, and blocks for whatever is missing. Its parser is
given here what has come so far, and is asked for the request only once nothing is missing.
"""

import re
from typing import Any

from gunicorn.http.body import Body, ChunkedReader, LengthReader
from gunicorn.http.errors import LimitRequestHeaders, NoMoreData, ParseException
from gunicorn.http.message import Request
from gunicorn.http.parser import RequestParser
from gunicorn.http.unreader import SocketUnreader

MAX_HEAD_BYTES = 65_536
"""The longest head. gunicorn allows 800 KiB, and takes quadratic time for what it then drops."""

# The one request whose body is answered while it comes.
_STREAM = ("POST", "/v1/analyze/batch", "application/x-ndjson")
_READ_BYTES = 8_192
_REQUEST_LINE = re.compile(rb"(?:\r\n)?[^ \r\n]+ [^ \r\n]+ HTTP/\d\.\d\r\n")
_BARE_LF = re.compile(rb"(?<!\r)\n")
_MAX_CHUNK_LINE = 8_190
_CHUNK_LINE = re.compile(rb"([0-9a-fA-F]+)[ \t]*(?:;[^\r\n]*)?\r\n")
_LINE_END = re.compile(rb"\r\n")
_EMPTY_LINE = re.compile(rb"\r\n\r\n")


class BodyTooLong(ParseException):  # type: ignore[misc] # gunicorn has no types
    """A body is longer, with its chunks as they were sent, than any that is read."""


class TooSlow(ParseException):  # type: ignore[misc]
    """A request did not arrive in the time that one may take."""


class Crowded(ParseException):  # type: ignore[misc]
    """A request gave way, for more is arriving than the service holds."""


class _FedUnreader(SocketUnreader):  # type: ignore[misc]
    """Holds what was received, and goes on reading only where that is said.

    gunicorn copies all that is in `buf` whenever it reads a part of it, or a chunk of a body.
    So `buf` gets no more at once than a socket would give.
    """

    reads_on = False

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.held = bytearray()
        self._given = 0

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Return the next piece, or nothing, which is the end."""
        piece = bytes(self.held[self._given : self._given + _READ_BYTES])
        self._given += len(piece)
        if piece or not self.reads_on:
            return piece
        return bytes(super().chunk(size_hint))

    def take_buffered(self) -> bytes:
        """Return what was received and not read, and hold it no longer."""
        rest = bytes(super().take_buffered()) + bytes(self.held[self._given :])
        self.held = bytearray()
        self._given = 0
        return rest


class ArrivingParser(RequestParser):  # type: ignore[misc]
    """Parses the requests of one connection, each of them once it has arrived.

    A request is whole when gunicorn can answer it without waiting: with its body, unless that
    is a stream, whose texts are answered as they come, or longer than `max_body_bytes`, which
    is refused unread. What gunicorn refuses is whole as soon as that is certain.
    """

    def __init__(self, cfg: Any, connection: Any, client: Any, max_body_bytes: int) -> None:
        super().__init__(cfg, connection, client)
        self.unreader = _FedUnreader(connection)
        self._max_body_bytes = max_body_bytes
        self.begin()

    def begin(self) -> None:
        """Expect a request, which what came behind the last one may be the beginning of."""
        self._head = bytearray()
        self._request: Request | None = None
        self._refusal: Exception | None = None
        self._is_stream = False
        self._chunk_start = 0
        self.received = 0
        self.unreader.reads_on = False
        if ahead := self.unreader.take_buffered():
            self.feed(ahead)

    def feed(self, piece: bytes) -> None:
        """Take what has come next."""
        self.received += len(piece)
        if self._request:
            self.unreader.held += piece
        elif not self._refusal:
            searched = len(self._head)
            self._head += piece
            self._find_head(searched)

    def finish_body(self, *args: Any, **kwargs: Any) -> bool:
        """Read what is left of a body; what came behind it is then where gthread looks for it."""
        is_finished = bool(super().finish_body(*args, **kwargs))
        self.unreader.unread(self.unreader.take_buffered())
        return is_finished

    @property
    def path(self) -> str | None:
        """Which path the request is for, once its head is there and can be read."""
        return self._request.path if self._request else None

    def refuse(self, refusal: Exception) -> None:
        """Have the request, whatever there is of it, refused for this reason."""
        self._refusal = refusal

    def take_expectation(self) -> bool:
        """Tell, once, whether the caller waits to be told to send the body (RFC 9110, 10.1.1)."""
        if self.is_whole() or not self._request or not self._request._expected_100_continue:
            return False
        self._request._expected_100_continue = False
        return True

    def is_whole(self) -> bool:
        """Tell whether the request can be had, or its refusal."""
        if self._refusal:
            return True
        if not self._request or self._is_stream:
            return self._is_stream
        reader = self._request.body.reader
        if not isinstance(reader, ChunkedReader):
            return self._held >= reader.length or self._is_too_long
        if not self._has_last_chunk() and self._held > self._max_body_bytes:
            self.refuse(BodyTooLong())
        return bool(self._refusal) or self._has_last_chunk()

    def __next__(self) -> Request:
        """Return the request, or raise what is wrong with it; one that is not whole is cut off."""
        if self._refusal:
            raise self._refusal
        if not self._request:
            raise NoMoreData
        if self._is_stream:
            self.unreader.reads_on = True
            return self._request
        self._request._expected_100_continue = False
        if self._is_too_long:
            self._request.body = Body(LengthReader(self.unreader, 0))
            self._request.force_close()
        return self._request

    @property
    def _held(self) -> int:
        """How many bytes there are behind the head."""
        return len(self.unreader.held)

    @property
    def _is_too_long(self) -> bool:
        """Whether a body is announced that will be refused, so that it need not come."""
        # One byte more is read to find out that a body is too long.
        length = getattr(self._request.body.reader, "length", 0) if self._request else 0
        return bool(length > self._max_body_bytes + 1)

    def _find_head(self, searched: int) -> None:
        """Parse the head if it is there, or is no head however it goes on."""
        # Only the last bytes that were searched may be the first of the empty line.
        end = self._head.find(b"\r\n\r\n", max(0, searched - 3), MAX_HEAD_BYTES)
        first_line = self._head.find(b"\r\n", 2)
        is_line = first_line < 0 or _REQUEST_LINE.match(self._head)
        if end >= 0 or not is_line or _BARE_LF.search(self._head, max(0, searched - 1)):
            self._parse_head()
        elif len(self._head) > MAX_HEAD_BYTES:
            if first_line < 0:
                # gunicorn says that it is the line.
                self._parse_head()
            else:
                self._refusal = LimitRequestHeaders("the head is too long")

    def _parse_head(self) -> None:
        self.unreader.unread(bytes(self._head))
        self._head.clear()
        try:
            self._request = super().__next__()
            self._is_stream = _describe(self._request) == _STREAM
            self.unreader.held += self.unreader.take_buffered()
        except Exception as refusal:
            self._refusal = refusal

    def _has_last_chunk(self) -> bool:
        """Tell whether a chunked body has come to its end, or to what is no chunk."""
        body = self.unreader.held
        while line := _CHUNK_LINE.match(body, self._chunk_start):
            size = int(line[1], 16)
            if size > self._max_body_bytes + 1:
                self.refuse(BodyTooLong())
                return True
            if not size:
                return _has_trailers(body, line.end() - 2)
            end = line.end() + size
            if len(body) < end + 2:
                return False
            if body[end : end + 2] != b"\r\n":
                return True
            self._chunk_start = end + 2
        is_too_long = len(body) - self._chunk_start > _MAX_CHUNK_LINE
        return is_too_long or bool(_LINE_END.search(body, self._chunk_start))


def _has_trailers(body: bytearray, start: int) -> bool:
    """Tell whether the lines behind the last chunk are there, or more of them than may be."""
    return len(body) - start > MAX_HEAD_BYTES or bool(_EMPTY_LINE.search(body, start))


def _describe(request: Request) -> tuple[str, str, str]:
    """Return the method, the path and the media type of a request."""
    media_type = dict(request.headers).get("CONTENT-TYPE", "").partition(";")[0]
    return request.method, request.path, media_type.strip().lower()
