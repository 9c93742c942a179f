"""Requests offered to a service on loopback, and what became of each.

A light client, because it shares the cores with the service that it measures: requests are
made beforehand, and each goes over a connection of its own, which the answer ends.
Answers are compared byte by byte with those that a lone caller got, timings aside.
"""

import asyncio
import json
import random
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

from evaluation.sets import load_articles

MAX_ARTICLES = 32
MAX_CHARS = 5000
# Longer than the service's own deadline, which must come first.
PATIENCE_SECONDS = 150.0
REFUSAL_SECONDS = 1.0
# More than a service that sheds load ever keeps waiting; a bound for this process.
MAX_OPEN = 4000

RIGHT = "right"
REFUSED = "refused"
WRONG = "wrong answer"
LATE = "refused late"
UNEXPLAINED = "refused without Retry-After"
UNREACHABLE = "no connection"
LOST = "connection lost"
SILENT = "no answer in time"
UNSENT = "not sent: too many open"

_TIMINGS = re.compile(rb'"timings_ms":\s*\{[^}]*\}')
_REFUSALS = (429, 503)


class NotLoopback(ValueError):
    """No other machine is ever put under load."""


class ConnectionLost(Exception):
    """The connection ended before the answer did."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back over the wire; `headers` has its names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request as it is sent, and the answer to a lone caller, without timings."""

    request: bytes
    answer: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a request, and how long after sending it, in seconds."""

    kind: str
    seconds: float


def pick_texts(data: Path) -> list[str]:
    """Return the texts that load is made of: development articles of usual length."""
    texts = (line["text"] for line in load_articles(data / "entities" / "ww.dev.jsonl"))
    return [text for text in texts if len(text) <= MAX_CHARS][:MAX_ARTICLES]


def prepare(url: str, texts: Sequence[str]) -> list[Exchange]:
    """Ask for every text alone, one after the other; raise `RuntimeError` if one is refused."""
    return asyncio.run(_prepare(find_port(url), texts))


async def _prepare(port: int, texts: Sequence[str]) -> list[Exchange]:
    exchanges = []
    for text in texts:
        request = render_request(json.dumps({"text": text}).encode())
        response = await send(port, request)
        if response.status != 200:
            raise RuntimeError(f"a lone caller got {response.status}")
        exchanges.append(Exchange(request, strip_timings(response.body)))
    return exchanges


def find_port(url: str) -> int:
    """Return the port of an address on loopback, or raise `NotLoopback`."""
    parts = urlsplit(url)
    if parts.hostname != "127.0.0.1" or parts.port is None:
        raise NotLoopback(f"not on loopback: {url}")
    return parts.port


def render_request(body: bytes) -> bytes:
    """Return a whole request for an analysis."""
    head = (
        "POST /v1/analyze HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def render_probe(path: str) -> bytes:
    """Return a whole request for a page."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()


def strip_timings(body: bytes) -> bytes:
    """Return an answer without what differs from time to time."""
    return _TIMINGS.sub(b"", body)


async def send(port: int, request: bytes) -> Response:
    """Send a request over a connection of its own.

    Raises `OSError` where there is no connection, and `ConnectionLost` where it ends early.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        return await _converse(reader, writer, request)
    except (OSError, asyncio.IncompleteReadError) as error:
        raise ConnectionLost from error
    finally:
        writer.close()


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> Response:
    writer.write(request)
    # A refusal may come, and the connection end, before all of a long request is sent.
    with suppress(OSError):
        await writer.drain()
    head = await reader.readuntil(b"\r\n\r\n")
    status, headers = parse_head(head)
    if "content-length" in headers:
        body = await reader.readexactly(int(headers["content-length"]))
    else:
        body = await reader.read()
    return Response(status, headers, body)


def parse_head(head: bytes) -> tuple[int, dict[str, str]]:
    """Return the status and the headers of a response."""
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return int(first.split(" ", 2)[1]), {name.lower(): value.strip() for name, _, value in pairs}


def judge(response: Response, answer: bytes, seconds: float) -> str:
    """Return what kind of reply a response is."""
    if response.status == 200:
        return RIGHT if strip_timings(response.body) == answer else WRONG
    if response.status not in _REFUSALS:
        return f"status {response.status}"
    if "retry-after" not in response.headers:
        return UNEXPLAINED
    return REFUSED if seconds <= REFUSAL_SECONDS else LATE


async def ask(port: int, exchange: Exchange) -> Reply:
    """Send the request of an exchange, once, and judge what comes back."""
    started = time.monotonic()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            response = await send(port, exchange.request)
    except TimeoutError:
        kind = SILENT
    except ConnectionLost:
        kind = LOST
    except OSError:
        kind = UNREACHABLE
    else:
        kind = judge(response, exchange.answer, time.monotonic() - started)
    return Reply(kind, time.monotonic() - started)


async def saturate(
    port: int, exchanges: Sequence[Exchange], *, clients: int, seconds: float
) -> tuple[list[Reply], float]:
    """Have some clients ask one text after the other; return replies and seconds it took."""
    started = time.monotonic()
    upcoming = cycle(exchanges)
    replies: list[Reply] = []

    async def call() -> None:
        while time.monotonic() < started + seconds:
            replies.append(await ask(port, next(upcoming)))

    await asyncio.gather(*(call() for _ in range(clients)))
    return replies, time.monotonic() - started


async def offer(
    port: int, exchanges: Sequence[Exchange], *, rate: float, seconds: float
) -> list[Reply]:
    """Offer so many requests a second, answered or not, at random times (Poisson); await all."""
    started = time.monotonic()
    upcoming = cycle(exchanges)
    replies: list[Reply] = []
    under_way: set[asyncio.Task[Reply]] = set()

    def note(task: asyncio.Task[Reply]) -> None:
        under_way.discard(task)
        replies.append(task.result())

    for due in draw_times(rate, seconds):
        await asyncio.sleep(max(0.0, started + due - time.monotonic()))
        if len(under_way) >= MAX_OPEN:
            replies.append(Reply(UNSENT, 0.0))
            continue
        task = asyncio.create_task(ask(port, next(upcoming)))
        under_way.add(task)
        task.add_done_callback(note)
    await asyncio.gather(*under_way)
    return replies


def draw_times(rate: float, seconds: float) -> Iterator[float]:
    """Yield the times of a Poisson process, the same ones each run, in seconds from its start."""
    drawn = random.Random(0)
    due = drawn.expovariate(rate)
    while due < seconds:
        yield due
        due += drawn.expovariate(rate)
