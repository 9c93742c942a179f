"""What load is made of, and how replies are judged, with services made for it."""

import asyncio
import json
import socket
from itertools import count, takewhile

import pytest

from evaluation import offering
from evaluation.offering import (
    Exchange,
    NotLoopback,
    Response,
    ask,
    draw_times,
    find_port,
    judge,
    offer,
    parse_head,
    pick_texts,
    prepare,
    saturate,
    strip_timings,
)
from evaluation.server import find_free_port
from tests.evaluation.services import serving

LATER = {"retry-after": "2"}


def answering(*, drifts=False):
    """Answer with the text's length; timings differ each time, and so does an answer that drifts."""
    numbers = count()

    def answer(body):
        number = next(numbers)
        return 200, {
            "length": len(body["text"]) + drifts * number,
            "timings_ms": {"queue": number},
        }

    return answer


def ask_once(url, exchange):
    return asyncio.run(ask(find_port(url), exchange)).kind


@pytest.mark.parametrize(
    ("response", "seconds", "kind"),
    [
        (Response(200, {}, b'{"a": 1, "timings_ms": {"queue": 7}}'), 9, "right"),
        (Response(200, {}, b'{"a": 2, "timings_ms": {"queue": 7}}'), 0, "wrong answer"),
        (Response(503, LATER, b"{}"), 0.9, "refused"),
        (Response(429, LATER, b"{}"), 0.9, "refused"),
        (Response(503, LATER, b"{}"), 1.1, "refused late"),
        (Response(503, {}, b"{}"), 0.1, "refused without Retry-After"),
        (Response(504, LATER, b"{}"), 0.1, "status 504"),
        (Response(500, {}, b""), 0.1, "status 500"),
    ],
)
def test_judge(response, seconds, kind):
    """An answer is right if it is the lone caller's; a refusal is in order if it is soon and says when."""
    assert judge(response, strip_timings(b'{"a": 1, "timings_ms": {}}'), seconds) == kind


def test_parse_head():
    """Names of headers are lowered, values are stripped, and a colon may be in a value."""
    head = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After:  2 \r\nX-A: b:c\r\n\r\n"
    assert parse_head(head) == (503, {"retry-after": "2", "x-a": "b:c"})


@pytest.mark.parametrize("url", ["http://example.org:80", "http://127.0.0.1", "http://10.0.0.1:1"])
def test_loopback_only(url):
    """No other machine is ever put under load."""
    with pytest.raises(NotLoopback):
        find_port(url)


def test_times_are_random_but_the_same_each_run():
    """Requests come as many a second as is wanted on average, within the time."""
    times = list(draw_times(50, 100))
    assert times == list(draw_times(50, 100)) == sorted(times)
    assert 4700 < len(times) < 5300
    assert len(list(takewhile(lambda due: due < 50, times))) == pytest.approx(2500, abs=200)
    assert times[-1] < 100


def test_same_answers():
    """Timings aside, an answer is held to that of a lone caller, byte by byte."""
    with serving(answering()) as (url, _):
        (exchange,) = prepare(url, ["one"])
        assert ask_once(url, exchange) == offering.RIGHT


def test_different_answers():
    """An answer that is not the lone caller's is told."""
    with serving(answering(drifts=True)) as (url, _):
        (exchange,) = prepare(url, ["one"])
        assert ask_once(url, exchange) == offering.WRONG


def test_refusals():
    """A refusal counts as one."""
    with serving(answering(), refusals=1) as (url, _):
        assert ask_once(url, Exchange(offering.render_request(b"{}"), b"")) == offering.REFUSED


def test_a_lone_caller_is_not_refused():
    """Without answers to a lone caller there is nothing to hold others to."""
    with serving(answering(), refusals=1) as (url, _), pytest.raises(RuntimeError, match="503"):
        prepare(url, ["one"])


def test_nobody_listens():
    """Where nobody listens, that is told from a connection that breaks."""
    port = find_free_port()
    reply = asyncio.run(ask(port, Exchange(b"GET / HTTP/1.1\r\n\r\n", b"")))
    assert reply.kind == offering.UNREACHABLE


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"])
def test_connections_that_break(sent):
    """An answer that ends early is none."""

    async def serve_and_ask():
        async def hang_up(_, writer):
            writer.write(sent)
            writer.close()

        server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            return await ask(port, Exchange(b"GET / HTTP/1.1\r\n\r\n", b""))

    assert asyncio.run(serve_and_ask()).kind == offering.LOST


def test_patience_ends(monkeypatch):
    """A service that accepts and says nothing is not waited for beyond the patience."""
    monkeypatch.setattr(offering, "PATIENCE_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert asyncio.run(ask(port, Exchange(b"x", b""))).kind == offering.SILENT


def test_offer_does_not_wait_for_answers():
    """Requests are sent on time whether earlier ones are answered or not, and all are awaited."""

    async def serve_and_offer():
        under_way = most = 0

        async def answer(reader, writer):
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(0.3)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            writer.close()
            under_way -= 1

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            exchange = Exchange(offering.render_probe("/"), b"ok")
            return await offer(port, [exchange], rate=100, seconds=0.5), most

    replies, most = asyncio.run(serve_and_offer())
    assert len(replies) == len(list(draw_times(100, 0.5)))
    assert {reply.kind for reply in replies} == {offering.RIGHT}
    assert most > 10


def test_offer_is_bounded(monkeypatch):
    """What would need too many connections at once is not sent, and told."""
    monkeypatch.setattr(offering, "MAX_OPEN", 0)
    replies = asyncio.run(offer(9, [Exchange(b"", b"")], rate=100, seconds=0.1))
    assert {reply.kind for reply in replies} == {offering.UNSENT}


def test_saturate_takes_turns():
    """Clients that wait for each answer ask all the texts in turn."""
    with serving(answering()) as (url, asked):
        exchanges = prepare(url, ["one", "three"])
        replies, seconds = asyncio.run(saturate(find_port(url), exchanges, clients=4, seconds=0.2))
    assert {reply.kind for reply in replies} == {offering.RIGHT}
    assert len(asked) == len(replies) + 2
    assert seconds >= 0.2


def test_pick_texts(tmp_path):
    """Load is made of the first articles of usual length."""
    texts = ["short", "x" * (offering.MAX_CHARS + 1), *map(str, range(100))]
    (tmp_path / "entities").mkdir()
    lines = [json.dumps({"text": text}) for text in texts]
    (tmp_path / "entities" / "ww.dev.jsonl").write_text("\n".join(lines))
    picked = pick_texts(tmp_path)
    assert len(picked) == offering.MAX_ARTICLES
    assert picked[:2] == ["short", "0"]
