"""Two instances behind nginx: under load, killed, and rolled to a new version."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.e2e.callers import (
    RIGHT,
    Article,
    Tally,
    ask_serially,
    calling,
    strip_timings,
    write_line,
)
from deploy.e2e.conftest import FIRST_VERSION, Record
from deploy.e2e.replicas import BALANCER_PORT, DEADLINE_SECONDS, GRACE_SECONDS, Replicas
from deploy.e2e.streams import BROKEN, COMPLETE, Stream

CALLERS = 8
# Beside streams, on what one instance can do while the other is away or loads its model.
ROLLING_CALLERS = 4
STEADY_SECONDS = 20
SETTLE_SECONDS = 5
STREAM_PERIOD_SECONDS = 2.0
# gunicorn hands a body over by the kibibyte, so that shorter lines wait for the next one.
MIN_LINE_CHARS = 1100
STREAM_TEXTS = 8
ENDING_SECONDS = 3.0
# The new worker loads its model first; on a busy machine that takes a while.
RELOAD_SECONDS = GRACE_SECONDS + 30


def test_steady_load(replicas: Replicas, articles: list[Article], record: Record) -> None:
    """Both instances give every caller the answer that a lone caller of one of them gets."""
    again = ask_serially(replicas.instances[1].url, [article.text for article in articles])
    logged = len(replicas.read_requests())
    computed, waited = replicas.measure_balancer(), replicas.measure("whosaid_queue_seconds_sum")
    with calling(replicas.url, articles, callers=CALLERS) as tally:
        time.sleep(STEADY_SECONDS)
    computed = replicas.measure_balancer() - computed
    waiting = [
        round((after - before) / tally.seconds, 2)
        for before, after in zip(waited, replicas.measure("whosaid_queue_seconds_sum"), strict=True)
    ]
    shares = Counter(line["instances"] for line in replicas.read_requests()[logged:])
    words = tally.requests * sum(len(each.text.split()) for each in articles) / len(articles)
    figures = {
        **tally.describe(),
        "words_per_second": round(words / tally.seconds),
        "texts_waiting": waiting,
        "requests_by_instance": sorted(shares.values()),
        "nginx_milliseconds_per_request": round(1000 * computed / tally.requests, 2),
        "answer_bytes": round(
            sum(len(json.dumps(each.answer)) for each in articles) / len(articles)
        ),
    }
    passed = again == articles and set(tally.tries) == {RIGHT}
    record(
        "steady",
        f"{CALLERS} callers for {STEADY_SECONDS} s",
        "every answer is the serial one of either instance",
        seen=f"{tally}; {figures['words_per_second']} words a second; by instance "
        f"{figures['requests_by_instance']}; texts waiting, on average, {waiting}; nginx computed "
        f"{figures['nginx_milliseconds_per_request']} ms for a request; an answer has "
        f"{figures['answer_bytes']} bytes",
        passed=passed,
        figures=figures,
    )
    assert passed


def test_one_is_killed(replicas: Replicas, articles: list[Article], record: Record) -> None:
    """When an instance dies under load, every caller that tries again is answered."""
    logged = len(replicas.read_requests())
    with calling(replicas.url, articles, callers=CALLERS) as tally:
        time.sleep(SETTLE_SECONDS)
        replicas.kill(0)
        time.sleep(SETTLE_SECONDS)
        recovery = replicas.start(0, FIRST_VERSION)
        time.sleep(SETTLE_SECONDS)
    passed_on = replicas.count_passed_on(logged)
    passed = not tally.failed and tally.tries[RIGHT] == tally.requests
    record(
        "one killed",
        f"kill -9 of all processes of one instance under load; started again after "
        f"{SETTLE_SECONDS} s",
        "no wrong answer; no caller that tries again fails",
        seen=f"{tally}; nginx asked the other instance for {passed_on} of them; ready again after "
        f"{recovery:.1f} s",
        passed=passed,
        figures={
            **tally.describe(),
            "passed_on": passed_on,
            "ready_seconds": round(recovery, 1),
        },
    )
    assert passed


def test_rolling_restart(replicas: Replicas, articles: list[Article], record: Record) -> None:
    """Instances are replaced one after the other, and nobody has to try again."""
    statuses, starts = [], []

    def roll() -> None:
        for place in range(len(replicas.instances)):
            statuses.append(replicas.terminate(place))
            starts.append(round(replicas.start(place, FIRST_VERSION - 1), 1))

    seen = _roll(replicas, articles, roll)
    versions = replicas.list_versions()
    passed = seen.is_right and statuses == [0, 0] and versions == [FIRST_VERSION - 1] * 2
    record(
        "rolling restart",
        f"SIGTERM to one instance, wait until it is gone, start the new version, wait until it is "
        f"ready; then the other; deadline {DEADLINE_SECONDS} s",
        "no request fails at the first try; streams whose lines end are answered to the end; those "
        "that go on are broken off at the end of the grace period, and lines without an answer are "
        "answered when they are sent again",
        seen=f"{seen}; exit statuses {statuses}; ready after {starts} s; both of the new version",
        passed=passed,
        figures={**seen.describe(), "ready_seconds": starts},
    )
    assert passed


def test_rolling_reload(replicas: Replicas, articles: list[Article], record: Record) -> None:
    """Instances replace their workers one after the other, and nobody has to try again."""
    reloads = []

    def roll() -> None:
        for place in range(len(replicas.instances)):
            reloads.append(round(replicas.reload(place), 1))

    seen = _roll(replicas, articles, roll)
    passed = seen.is_right and max(reloads) <= RELOAD_SECONDS
    record(
        "rolling reload",
        "SIGHUP to one instance, wait until its old worker is gone; then the other",
        "the same; old workers go at the end of the grace period",
        seen=f"{seen}; old workers gone after {reloads} s",
        passed=passed,
        figures={**seen.describe(), "reload_seconds": reloads},
    )
    assert passed


@dataclass(frozen=True, slots=True)
class _Seen:
    """What callers and streams got while the instances were replaced."""

    tally: Tally
    passed_on: int
    ending: list[Stream]
    endless: list[Stream]
    wrong: int
    sent_again: int
    answered_again: int

    @property
    def is_right(self) -> bool:
        return (
            set(self.tally.tries) == {RIGHT}
            and not self.wrong
            and [each.ending for each in self.ending] == [COMPLETE] * len(self.ending)
            and not any(each.list_unanswered() for each in self.ending)
            and [each.ending for each in self.endless] == [BROKEN] * len(self.endless)
            and self.sent_again == self.answered_again
        )

    def describe(self) -> dict[str, Any]:
        return {
            **self.tally.describe(),
            "streams": {
                name: [
                    {"lines": len(each.sent), "answers": len(each.results), "end": each.ending}
                    for each in streams
                ]
                for name, streams in (("ending", self.ending), ("endless", self.endless))
            },
            "sent_again": self.sent_again,
            "passed_on": self.passed_on,
        }

    def __str__(self) -> str:
        streams = "; ".join(
            f"a stream {each.ending} with {len(each.results)} answers to {len(each.sent)} lines"
            for each in (*self.ending, *self.endless)
        )
        return (
            f"{self.tally}; nginx asked the other instance for {self.passed_on} of them; {streams};"
            f" {self.wrong} of their answers wrong; {self.sent_again} lines sent again, "
            f"{self.answered_again} answered rightly"
        )


def _roll(replicas: Replicas, articles: Sequence[Article], roll: Callable[[], None]) -> _Seen:
    """Replace the instances under load, with streams open to each of them."""
    lines = [each for each in articles if len(each.text) >= MIN_LINE_CHARS][:STREAM_TEXTS]
    written = [write_line(each.text) for each in lines]
    # nginx takes turns: of two streams in a row, each instance gets one.
    opened = [Stream(BALANCER_PORT, written, STREAM_PERIOD_SECONDS) for _ in range(4)]
    ending, endless = opened[:2], opened[2:]
    logged = len(replicas.read_requests())
    with calling(replicas.url, articles, callers=ROLLING_CALLERS) as tally:
        time.sleep(SETTLE_SECONDS)
        # While the first instance is on its way out.
        timer = threading.Timer(ENDING_SECONDS, _finish, (ending,))
        timer.start()
        roll()
        timer.join()
        time.sleep(SETTLE_SECONDS)
    _finish(endless)
    again = [lines[number] for each in endless for number in each.list_unanswered()]
    answers = ask_serially(replicas.url, [each.text for each in again])
    return _Seen(
        tally=tally,
        passed_on=replicas.count_passed_on(logged),
        ending=ending,
        endless=endless,
        wrong=sum(_count_wrong(each, lines) for each in opened),
        sent_again=len(again),
        answered_again=sum(map(Article.__eq__, answers, again)),
    )


def _finish(streams: Sequence[Stream]) -> None:
    for stream in streams:
        stream.finish()


def _count_wrong(stream: Stream, lines: Sequence[Article]) -> int:
    """Return how many lines got an answer that is not the one to a lone caller."""
    return sum(
        strip_timings(result["answer"]) != lines[stream.sent[result["index"]]].answer
        for result in stream.results
        if result["status"] == 200
    )
