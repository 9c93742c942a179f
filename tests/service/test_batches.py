import io
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from analysis.document import Article
from service.batches import WINDOW, Answerer, Item
from service.callers import Caller
from service.errors import CallerGone
from service.services import services_of
from tests.fakes import FakeAnalyzer

PATH = "/v1/analyze/batch"
NDJSON = "application/x-ndjson"


def lines(*items) -> bytes:
    return b"".join(
        (item if isinstance(item, bytes) else json.dumps(item).encode()) + b"\n" for item in items
    )


def ask_stream(client, body: bytes, path=PATH, **options):
    response = client.post(path, data=body, content_type=NDJSON, **options)
    assert response.status_code == 200
    assert response.content_type == NDJSON
    return [json.loads(line) for line in response.data.splitlines()]


def ask_list(client, items, path=PATH):
    response = client.post(path, json=items)
    assert response.status_code == 200
    assert response.content_type == "application/json"
    return response.json


def ask_either(client, items, is_stream, path=PATH):
    return ask_stream(client, lines(*items), path) if is_stream else ask_list(client, items, path)


either = pytest.mark.parametrize("is_stream", [False, True], ids=["list", "stream"])


@either
@pytest.mark.parametrize("count", [0, 1, WINDOW, WINDOW + 1, 5 * WINDOW])
def test_answers_come_in_order(client, is_stream, count):
    """Each text has its own answer, the one that it gets alone, in its place."""
    items = [{"text": f"“{n},” said Ana Sousa.", "id": f"s{n}"} for n in range(count)]
    results = ask_either(client, items, is_stream)
    assert [(result["index"], result["id"]) for result in results] == [
        (n, f"s{n}") for n in range(count)
    ]
    for item, result in zip(items, results, strict=True):
        alone = client.post("/v1/analyze", json=item).json
        for answer in (alone, result["answer"]):
            del answer["meta"]["timings_ms"]
        assert result == {
            "index": result["index"],
            "id": item["id"],
            "status": 200,
            "answer": alone,
        }


BAD = [
    pytest.param({}, 422, "invalid-request", ["/text"], id="no text"),
    pytest.param({"text": 1, "id": "x"}, 422, "invalid-request", ["/text"], id="not a string"),
    pytest.param({"text": "x", "id": 7}, 422, "invalid-request", ["/id"], id="bad id"),
    pytest.param([], 422, "invalid-request", [""], id="list"),
    pytest.param("text", 422, "invalid-request", [""], id="string"),
    pytest.param(None, 422, "invalid-request", [""], id="null"),
    pytest.param({"text": "x" * 101}, 413, "text-too-long", ["/text"], id="too long"),
    pytest.param(
        {"text": "x", "language": "xx"}, 422, "unsupported-language", ["/language"], id="language"
    ),
    pytest.param({"text": "☠"}, 500, "internal-server-error", [], id="bug"),
]


@either
@pytest.mark.parametrize(("bad", "status", "slug", "pointers"), BAD)
def test_one_bad_text_hurts_no_other(build, is_stream, bad, status, slug, pointers):
    """A text that cannot be answered has its own problem; those around it are answered."""
    client = build(FakeAnalyzer(poison="☠"), max_chars=100).test_client()
    good = {"text": "“Yes,” said Ana Sousa."}
    first, refused, last = ask_either(client, [good, bad, good], is_stream)
    assert [first["status"], last["status"]] == [200, 200]
    assert (refused["index"], refused["status"]) == (1, status)
    assert "answer" not in refused
    problem = refused["problem"]
    assert problem["type"] == f"urn:whosaid:problem:{slug}"
    assert problem["status"] == status
    assert [fault["pointer"] for fault in problem.get("errors", [])] == pointers
    assert refused["id"] == (
        bad.get("id") if isinstance(bad, dict) and bad.get("id") == "x" else None
    )
    assert "☠" not in json.dumps(problem, ensure_ascii=False)


@pytest.mark.parametrize(
    ("line", "status", "slug"),
    [
        pytest.param(b"{", 400, "malformed-body", id="not JSON"),
        pytest.param(b'{"text": "\xff"}', 400, "malformed-body", id="not UTF-8"),
        pytest.param(b'{"text": NaN}', 400, "malformed-body", id="NaN"),
        pytest.param(b'{"text": "' + b"x" * 70_000 + b'"}', 413, "body-too-long", id="long line"),
        pytest.param(b"x" * 200_000, 413, "body-too-long", id="very long line"),
        pytest.param(b"x" * 66_737, 413, "body-too-long", id="a byte too long"),
        pytest.param(b"x" * 66_736, 400, "malformed-body", id="as long as may be"),
        pytest.param(b"x" * 66_736 + b"\r", 400, "malformed-body", id="as long as may be, CRLF"),
    ],
)
def test_bad_lines(build, line, status, slug):
    """A line that is no JSON, or too long, has its own problem, and the next one is read."""
    client = build(max_chars=100).test_client()
    results = ask_stream(client, lines(line, {"text": "x"}))
    assert [result["status"] for result in results] == [status, 200]
    assert results[0]["problem"]["type"].endswith(":" + slug)


def test_lines_that_hold_nothing(client):
    """Empty lines count for nothing, CRLF ends a line, and the last one may lack its end."""
    body = b"\n  \r\n" + lines({"text": "a", "id": "a"}).replace(b"\n", b"\r\n") + b"\n"
    results = ask_stream(client, body + b'{"text": "b", "id": "b"}')
    assert [(result["index"], result["id"]) for result in results] == [(0, "a"), (1, "b")]


@either
def test_options_in_the_query_hold_for_all(client, is_stream):
    """Options in the query hold for every text that does not say otherwise."""
    items = [{"text": "😀"}, {"text": "😀", "offset_unit": "codepoint"}]
    results = ask_either(client, items, is_stream, PATH + "?offset_unit=utf8&include=quotes")
    assert [result["answer"]["text_length"] for result in results] == [4, 1]
    assert all("people" not in result["answer"] for result in results)


@either
def test_each_text_has_its_view(client, is_stream):
    """Texts may want different forms of answers."""
    text = "Ana Sousa left."
    items = [{"text": text, "view": "schema-org"}, {"text": text, "view": "ninjs"}, {"text": text}]
    first, second, third = (r["answer"] for r in ask_either(client, items, is_stream))
    assert first["@context"] == "https://schema.org"
    assert [person["name"] for person in second["people"]] == ["Ana Sousa"]
    assert third["offset_unit"] == "codepoint"


@pytest.mark.parametrize(
    ("body", "content_type", "status", "slug"),
    [
        pytest.param(b"{}", "application/json", 422, "invalid-request", id="object"),
        pytest.param(b"null", "application/json", 422, "invalid-request", id="null"),
        pytest.param(b"[", "application/json", 400, "malformed-body", id="not JSON"),
        pytest.param(b"[{}, {}, {}]", "application/json", 413, "batch-too-long", id="too many"),
        pytest.param(b"x", "text/plain", 415, "unsupported-media-type", id="plain text"),
        pytest.param(b"x", None, 415, "unsupported-media-type", id="no type"),
        pytest.param(b"x" * 70_000, "application/json", 413, "body-too-long", id="body too long"),
    ],
)
def test_bad_batches(build, body, content_type, status, slug):
    """What is wrong with a batch as a whole is the problem of the whole request."""
    client = build(max_chars=100, batch_max_items=2).test_client()
    response = client.post(PATH, data=body, content_type=content_type)
    assert response.status_code == status
    assert response.json["type"] == f"urn:whosaid:problem:{slug}"


@pytest.mark.parametrize(
    ("content_type", "accept", "status"),
    [
        (NDJSON, NDJSON, 200),
        (NDJSON, "*/*", 200),
        (NDJSON, "application/json", 406),
        ("application/json", "application/json", 200),
        ("application/json", NDJSON, 406),
    ],
)
def test_batches_are_answered_in_kind(client, content_type, accept, status):
    """A list is answered with a list, and lines with lines."""
    response = client.post(PATH, data=b"[]", content_type=content_type, headers={"Accept": accept})
    assert response.status_code == status


def test_no_more_is_read_than_is_answered(build):
    """Of an endless stream only so much is read as fits, until answers are taken."""
    client = build().test_client()
    read = []

    class Endless(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, buffer):
            line = lines({"text": f"text {len(read)}"})
            read.append(line)
            buffer[: len(line)] = line
            return len(line)

    response = client.post(
        PATH,
        content_type=NDJSON,
        environ_overrides={"wsgi.input": Endless(), "wsgi.input_terminated": True},
        buffered=False,
    )
    # Longer than the reader waits before it looks whether anybody is still there.
    time.sleep(1.1)
    answers = response.iter_encoded()
    for n in range(50):
        result = json.loads(next(answers))
        assert (result["index"], result["answer"]["text_length"]) == (n, len(f"text {n}"))
    response.close()
    # What is with the model, what waits for it, and one line in hand.
    assert len(read) <= 50 + 2 * WINDOW + 8


def test_a_stream_that_breaks_off(client):
    """What was read is answered; the reason why no more could be read is the last result."""

    class Broken(io.RawIOBase):
        def __init__(self, error):
            self.pieces = [lines({"text": "x"}), error]

        def readable(self):
            return True

        def readinto(self, buffer):
            piece = self.pieces.pop(0)
            if isinstance(piece, Exception):
                raise piece
            buffer[: len(piece)] = piece
            return len(piece)

    for error, status in ((TimeoutError("slow"), 408), (OSError("gone"), 400)):
        response = client.post(
            PATH,
            content_type=NDJSON,
            environ_overrides={"wsgi.input": Broken(error), "wsgi.input_terminated": True},
        )
        results = [json.loads(line) for line in response.data.splitlines()]
        assert [result["status"] for result in results] == [200, status]
        assert "slow" not in response.text


@pytest.fixture
def connection():
    """Open a connection: the service's end, and the caller's."""
    here, there = socket.socketpair()
    with here, there:
        yield here, there


def test_streams_time_out(build, connection):
    """Neither reading nor writing waits for a caller for longer than the deadline."""
    client = build(deadline_seconds=7).test_client()
    ask_stream(client, lines({"text": "x"}), environ_overrides={"gunicorn.socket": connection[0]})
    assert connection[0].gettimeout() == 7


def test_streams_are_bounded(build):
    """A worker keeps so many streams open, and refuses further ones until one ends."""
    app = build(max_batches=1)
    client = app.test_client()
    open_ = client.post(PATH, data=lines({"text": "x"}), content_type=NDJSON, buffered=False)
    refused = app.test_client().post(PATH, data=b"", content_type=NDJSON)
    assert refused.status_code == 503
    assert refused.json["type"].endswith(":overloaded")
    assert refused.headers["Retry-After"] == "2"
    open_.close()
    assert app.test_client().post(PATH, data=b"", content_type=NDJSON).status_code == 200


def test_lists_keep_a_place_as_well(build):
    """A list keeps a thread while it is answered, and gives its place back, whatever happens."""
    analyzer = FakeAnalyzer(gate=threading.Event())
    app = build(analyzer, max_batches=1)
    analyzer.entered.clear()
    with ThreadPoolExecutor(1) as other:
        first = other.submit(app.test_client().post, PATH, json=[{"text": "x"}])
        assert analyzer.entered.wait(10)
        assert app.test_client().post(PATH, json=[]).status_code == 503
        analyzer.gate.set()
        assert first.result(20).status_code == 200
    for body, status in ((b"[", 400), (b"{}", 422), (b"[]", 200), (b"[", 400)):
        response = app.test_client().post(PATH, data=body, content_type="application/json")
        assert response.status_code == status


def test_no_reader_is_left_behind(build):
    """When a stream is closed before its end, so is what reads it."""
    client = build().test_client()
    body = lines(*({"text": f"text {n}"} for n in range(5 * WINDOW)))
    response = client.post(PATH, data=body, content_type=NDJSON, buffered=False)
    assert json.loads(next(response.iter_encoded()))["index"] == 0
    response.close()
    deadline = time.monotonic() + 10
    while any(thread.name == "batch-reader" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_dropped_items_are_cancelled(build):
    """What the model has not begun when a batch is dropped, it never reads."""
    analyzer = FakeAnalyzer(gate=threading.Event())
    app = build(analyzer, batch_max_chars=1)
    analyzer.entered.clear()
    with app.test_request_context():
        answerer = Answerer(
            services_of(app), {}, lambda error: None, caller=Caller(), item_seconds=20
        )
        for n in range(3):
            answerer.take(Item({"text": f"text {n}"}))
        answerer.take(Item({"text": ""}))
        answerer.take(Item({}))
        assert analyzer.entered.wait(10)
        answerer.drop()
    analyzer.gate.set()
    services_of(app).batcher.close()
    assert [texts for texts in analyzer.batches if texts[0].startswith("text")] == [["text 0"]]
    assert count_dropped(app, "caller_gone") == 3


def count_dropped(app, reason):
    return services_of(app).metrics.dropped.labels(reason)._value.get()


@pytest.mark.parametrize("stays", [0, 1, 3, WINDOW, 2 * WINDOW + 3])
def test_lists_end_when_their_caller_leaves(build, connection, stays):
    """Of a list whose caller leaves, no further text is read, and nothing stays in the queue."""
    here, there = connection

    class Leaving(FakeAnalyzer):
        def analyze(self, *args, **options):
            found = super().analyze(*args, **options)
            if len(self.batches) == stays + 1:
                there.close()
            return found

    analyzer = Leaving()
    app = build(analyzer, batch_max_chars=1)
    response = app.test_client().post(
        PATH,
        json=[{"text": f"text {n}"} for n in range(10 * WINDOW)],
        environ_overrides={"gunicorn.socket": here},
    )
    assert (response.status_code, response.json["type"]) == (499, "urn:whosaid:problem:caller-gone")
    # The owner thread may be about to take the next text when the caller leaves.
    assert len(analyzer.batches) <= stays + 2
    assert services_of(app).batcher._jobs == 0
    assert 1 <= count_dropped(app, "caller_gone") <= WINDOW


def test_streams_end_when_their_caller_leaves(build, connection):
    """Of a stream whose caller leaves, no further text is read."""
    here, there = connection
    analyzer = FakeAnalyzer()
    app = build(analyzer, batch_max_chars=1)
    response = app.test_client().post(
        PATH,
        data=lines(*({"text": f"text {n}"} for n in range(10 * WINDOW))),
        content_type=NDJSON,
        environ_overrides={"gunicorn.socket": here},
        buffered=False,
    )
    results = response.iter_encoded()
    assert json.loads(next(results))["status"] == 200
    there.close()
    assert len(list(results)) <= WINDOW
    assert len(analyzer.batches) <= WINDOW + 2


def test_a_list_has_one_deadline(build):
    """What a list asks for holds for all of it: texts that are not answered by then have a 504."""
    app = build(FakeAnalyzer(seconds=0.1), batch_max_chars=1, deadline_seconds=20)
    started = time.monotonic()
    response = app.test_client().post(
        PATH,
        json=[{"text": f"text {n}", "id": str(n)} for n in range(30)],
        headers={"X-Deadline-Seconds": "0.55"},
    )
    assert time.monotonic() - started < 2
    statuses = [result["status"] for result in response.json]
    answered = statuses.count(200)
    assert 1 <= answered <= 5
    assert statuses == [200] * answered + [504] * (30 - answered)
    assert [result["id"] for result in response.json] == [str(n) for n in range(30)]
    assert response.json[-1]["problem"]["detail"] == "no answer within 0.55 seconds"
    assert count_dropped(app, "deadline") == 30 - answered


def test_each_text_of_a_list_has_the_usual_deadline(build):
    """A list may ask for more time than one text may take, and none of its texts gets more."""
    client = build(FakeAnalyzer(seconds=0.2), batch_max_chars=1, deadline_seconds=0.9).test_client()
    items = [{"text": f"text {n}"} for n in range(WINDOW)]
    response = client.post(PATH, json=items, headers={"X-Deadline-Seconds": "20"})
    assert response.json[0]["status"] == 200
    assert response.json[-1]["problem"]["detail"] == "no answer within 0.9 seconds"


def test_each_text_of_a_stream_has_its_deadline(build):
    """What a stream asks for holds for each of its texts; the stream itself may take longer."""
    client = build(FakeAnalyzer(seconds=0.05), batch_max_chars=1).test_client()
    body = lines(*({"text": f"text {n}"} for n in range(30)))
    results = ask_stream(client, body, headers={"X-Deadline-Seconds": "1"})
    assert [result["status"] for result in results] == [200] * 30
    results = ask_stream(client, body, headers={"X-Deadline-Seconds": "0.02"})
    assert {result["problem"]["detail"] for result in results} == {"no answer within 0.02 seconds"}


def test_bugs_are_not_taken_for_departures(build):
    """A text that failed is not counted among those that nobody waited for."""
    app = build(FakeAnalyzer(poison="☠"))
    with app.test_request_context():
        answerer = Answerer(
            services_of(app), {}, lambda error: None, caller=Caller(), item_seconds=20
        )
        answerer.take(Item({"text": "☠", "language": "en"}))
        answerer._underway[0].outcome.job.future.exception(10)
        answerer.drop()
    assert count_dropped(app, "caller_gone") == 0


@pytest.mark.parametrize("taken", [0, 1], ids=["before", "in the queue"])
def test_a_caller_who_left_ends_the_batch(build, connection, taken):
    """A text that would be answered to nobody ends the batch, whenever that is found out."""
    here, there = connection
    analyzer = FakeAnalyzer(gate=threading.Event())
    app = build(analyzer, batch_max_chars=1)
    analyzer.entered.clear()
    services_of(app).batcher.submit(Article("first"), "en", Caller())
    assert analyzer.entered.wait(10)
    with app.test_request_context():
        answerer = Answerer(
            services_of(app),
            {},
            lambda error: None,
            caller=Caller(connection=here),
            item_seconds=20,
        )
        for _ in range(taken):
            answerer.take(Item({"text": "x"}))
        there.close()
        analyzer.gate.set()
        with pytest.raises(CallerGone):
            answerer.finish_oldest() if taken else answerer.take(Item({"text": "x"}))
    assert answerer.is_idle


def test_a_batch_waits_for_room(build):
    """Where others fill the queue, a batch waits its turn instead of failing."""
    analyzer = FakeAnalyzer(gate=threading.Event())
    app = build(analyzer, queue_max_jobs=1)
    analyzer.entered.clear()
    with ThreadPoolExecutor(2) as others:
        first = others.submit(app.test_client().post, "/v1/analyze", json={"text": "first"})
        assert analyzer.entered.wait(10)
        batch = others.submit(ask_list, app.test_client(), [{"text": "a"}, {"text": "b"}])
        analyzer.gate.set()
        assert first.result(20).status_code == 200
        assert [result["status"] for result in batch.result(20)] == [200, 200]


def test_a_batch_gives_up_in_the_end(build):
    """A text that found no room within the deadline has that for its problem."""
    analyzer = FakeAnalyzer(gate=threading.Event())
    app = build(analyzer, queue_max_jobs=1, deadline_seconds=0.2)
    analyzer.entered.clear()
    # Stays at the model for as long as it takes, unlike a request.
    held = services_of(app).batcher.submit(Article("first"), "en", Caller()).future
    assert analyzer.entered.wait(10)
    started = time.monotonic()
    results = ask_list(app.test_client(), [{"text": "a"}])
    assert time.monotonic() - started >= 0.2
    assert results[0]["status"] == 503
    analyzer.gate.set()
    held.result(20)
