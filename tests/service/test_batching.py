import socket
import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from analysis.document import Article, ModelInfo
from analysis.errors import ModelDamaged, UnsupportedLanguage
from service.batching import (
    WARM_UP_TEXT,
    Batcher,
    Capacity,
    NotReady,
    QueueFull,
    State,
)
from service.callers import Caller
from service.errors import CallerGone, DeadlineExceeded
from service.jobs import Job
from tests.fakes import FakeAnalyzer, UnreadableText, analyze_plainly

BILINGUAL = ModelInfo("fake", "1", "0" * 64, ("en", "pt"))


class Clock:
    """Tells the time that a test sets."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Timed(FakeAnalyzer):
    """Takes as many seconds of a test's clock for a batch."""

    def __init__(self, clock, seconds, **options):
        super().__init__(**options)
        self.clock, self.taken = clock, seconds

    def analyze(self, articles, language="en", **options):
        self.clock.now += self.taken
        return super().analyze(articles, language, **options)


@pytest.fixture
def connect():
    """Open connections as pairs of the service's end and the caller's."""
    opened = []

    def open_():
        pair = socket.socketpair()
        opened.extend(pair)
        return pair

    yield open_
    for each in opened:
        each.close()


@pytest.fixture
def open_batcher():
    """Start batchers, and close them afterwards."""
    opened = []

    def start(analyzer, **changes):
        limits = {
            "max_jobs": 64,
            "max_chars": 10_000,
            "batch_max_chars": 1_000,
            "deadline_seconds": 20.0,
        }
        batcher = Batcher(lambda: analyzer, Capacity(**{**limits, **changes}))
        opened.append((batcher, analyzer))
        batcher.start()
        assert batcher.wait_until_loaded(10)
        return batcher

    yield start
    for batcher, analyzer in opened:
        if analyzer.gate:
            analyzer.gate.set()
        batcher.close()


@pytest.fixture
def callers():
    with ThreadPoolExecutor(40) as pool:
        yield pool


def occupy(batcher: Batcher, analyzer: FakeAnalyzer, callers: ThreadPoolExecutor):
    """Have the owner wait at the analyzer's gate, with a text of one character."""
    analyzer.entered.clear()
    held = callers.submit(batcher.analyze, Article("x"), "en")
    assert analyzer.entered.wait(10)
    return held


def wait_for_jobs(batcher: Batcher, count: int) -> None:
    """Wait until as many jobs are in the queue."""
    with batcher._changed:
        assert batcher._changed.wait_for(lambda: len(batcher._waiting) == count, 10)


def test_warm_up_comes_first(open_batcher):
    """A batcher is ready once its analyzer has read a real text, with a quote in it."""
    analyzer = FakeAnalyzer()
    batcher = open_batcher(analyzer)
    assert batcher.state is State.READY
    assert analyzer.batches == [[WARM_UP_TEXT]]
    assert analyze_plainly(WARM_UP_TEXT).quotes


def test_one_thread_owns_the_analyzer(open_batcher, callers):
    """However many ask, one thread calls the analyzer, and builds it."""
    analyzer = FakeAnalyzer()
    batcher = open_batcher(analyzer)
    list(callers.map(lambda n: batcher.analyze(Article(f"text {n}"), "en"), range(30)))
    assert len(analyzer.threads) == 1
    assert threading.get_ident() not in analyzer.threads


def test_answers_are_never_mixed_up(open_batcher, callers):
    """Everybody gets the analysis of their own text, the same as alone."""
    analyzer = FakeAnalyzer(gate=threading.Event())
    batcher = open_batcher(analyzer)
    occupy(batcher, analyzer, callers)
    texts = [f"“Text {n},” said Ana Sousa." for n in range(30)]
    asked = [callers.submit(batcher.analyze, Article(text), "en") for text in texts]
    wait_for_jobs(batcher, 30)
    analyzer.gate.set()
    assert [each.result(10).analysis for each in asked] == [analyze_plainly(t) for t in texts]
    assert max(len(batch) for batch in analyzer.batches) > 1


def test_batches_grow_within_the_budget(open_batcher, callers):
    """What waited while the model was busy goes together, as far as it fits."""
    analyzer = FakeAnalyzer(gate=threading.Event())
    batcher = open_batcher(analyzer, batch_max_chars=10)
    occupy(batcher, analyzer, callers)
    asked = [callers.submit(batcher.analyze, Article("four"), "en") for _ in range(4)]
    wait_for_jobs(batcher, 4)
    analyzer.gate.set()
    assert [each.result(10).batch_jobs for each in asked] == [2, 2, 2, 2]


def test_answers_do_not_wait_for_their_batch(open_batcher, callers):
    """Who comes first in a batch is answered while the others are read."""
    analyzer = FakeAnalyzer(gate=threading.Event())
    batcher = open_batcher(analyzer)
    held = occupy(batcher, analyzer, callers)
    first, second = (batcher.submit(Article(text), "en") for text in ("first", "second"))
    reading, seen = analyzer.analyze, threading.Event()

    def read_slowly(articles, language, **options):
        for analysis in reading(articles, language, **options):
            yield analysis
            assert seen.wait(10)

    analyzer.analyze = read_slowly
    analyzer.gate.set()
    held.result(10)
    assert batcher.await_outcome(first).batch_jobs == 2
    assert not second.future.done()
    seen.set()
    assert batcher.await_outcome(second).analysis.text == "second"


def test_what_was_answered_is_not_read_again(open_batcher, callers):
    """If a batch fails in the middle, those before that have their answers already."""
    analyzer = FakeAnalyzer(gate=threading.Event())
    batcher = open_batcher(analyzer)
    held = occupy(batcher, analyzer, callers)
    jobs = [batcher.submit(Article(text), "en") for text in ("one", "two", "three")]
    reading = analyzer.analyze

    def fail_after_one(articles, language, **options):
        for number, analysis in enumerate(reading(articles, language, **options)):
            if number == 1:
                raise UnreadableText("two")
            yield analysis

    analyzer.analyze = fail_after_one
    analyzer.gate.set()
    held.result(10)
    assert [batcher.await_outcome(job).analysis.text for job in jobs] == ["one", "two", "three"]
    assert analyzer.batches[-3:] == [["one", "two", "three"], ["two"], ["three"]]


def test_times_are_measured_apart():
    """The time in the queue and the time of the analysis are two numbers."""
    clock = Clock()
    analyzer = Timed(clock, 3.5, gate=threading.Event())
    capacity = Capacity(max_jobs=2, max_chars=9, batch_max_chars=1, deadline_seconds=20)
    batcher = Batcher(lambda: analyzer, capacity, clock=clock)
    batcher.start()
    assert batcher.wait_until_loaded(10)
    analyzer.entered.clear()
    batcher.submit(Article("x"), "en")
    assert analyzer.entered.wait(10)
    second = batcher.submit(Article("text"), "en")
    clock.now += 2.5
    analyzer.gate.set()
    outcome = second.future.result(10)
    batcher.close()
    assert (outcome.queue_seconds, outcome.analysis_seconds) == (2.5, 3.5)


def test_one_bad_text_hurts_one_caller(open_batcher, callers):
    """If a batch fails, its texts are read one at a time, and only the bad one fails."""
    analyzer = FakeAnalyzer(gate=threading.Event(), poison="☠")
    batcher = open_batcher(analyzer)
    occupy(batcher, analyzer, callers)
    asked = [callers.submit(batcher.analyze, Article(text), "en") for text in ("one", "☠", "two")]
    wait_for_jobs(batcher, 3)
    analyzer.gate.set()
    wait(asked, 10)
    assert isinstance(asked[1].exception(), UnreadableText)
    assert [asked[n].result().analysis.text for n in (0, 2)] == ["one", "two"]


def test_too_few_answers_are_a_failure(open_batcher):
    """An analyzer that leaves a text out is not believed."""
    analyzer = FakeAnalyzer()
    batcher = open_batcher(analyzer)
    for answered, complaint in (([], "shorter"), ([None], "left out")):
        analyzer.analyze = lambda *_, answered=answered, **__: answered
        with pytest.raises(ValueError, match=complaint):
            batcher.analyze(Article("text"), "en")


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        pytest.param({"max_jobs": 2}, "y", id="too many jobs"),
        pytest.param({"max_chars": 9}, "y" * 8, id="too many characters"),
    ],
)
def test_full_queue_refuses_at_once(open_batcher, callers, limits, text):
    """Who would wait too long is told at once, and may come again when there is room."""
    analyzer = FakeAnalyzer(gate=threading.Event())
    batcher = open_batcher(analyzer, **limits)
    held = occupy(batcher, analyzer, callers)
    second = callers.submit(batcher.analyze, Article("z"), "en")
    wait_for_jobs(batcher, 1)
    with pytest.raises(QueueFull) as caught:
        batcher.analyze(Article(text), "en")
    assert (caught.value.jobs, caught.value.chars) == (2, 2)
    analyzer.gate.set()
    wait([held, second], 10)
    assert batcher.analyze(Article(text), "en").analysis.text == text


def test_late_answers_are_given_up(open_batcher, callers):
    """After the deadline the caller is released, and a text still waiting is never read."""
    analyzer = FakeAnalyzer(gate=threading.Event())
    batcher = open_batcher(analyzer, deadline_seconds=0.3, max_jobs=2)
    held = occupy(batcher, analyzer, callers)
    with pytest.raises(DeadlineExceeded) as caught:
        batcher.analyze(Article("waiting"), "en")
    assert caught.value.deadline_seconds == 0.3
    assert isinstance(held.exception(10), DeadlineExceeded)
    analyzer.gate.set()
    assert batcher.analyze(Article("later"), "en").analysis.text == "later"
    assert ["waiting"] not in analyzer.batches


def test_late_jobs_are_not_retried():
    """When a batch fails after its deadline, nothing in it is read again."""
    clock = Clock()
    analyzer = Timed(clock, 100, poison="x")
    capacity = Capacity(max_jobs=1, max_chars=9, batch_max_chars=9, deadline_seconds=20)
    batcher = Batcher(FakeAnalyzer, capacity, clock=clock)
    patient = Job(Article("z"), "en", 0.0, Caller())
    late = [Job(Article(text), "en", 0.0, Caller(100, 100)) for text in ("x", "y")]
    batcher._answer(analyzer, [*late, patient])
    assert all(isinstance(each.future.exception(0), DeadlineExceeded) for each in late)
    assert patient.future.result(0).analysis.text == "z"
    assert analyzer.batches == [["x", "y", "z"], ["z"]]


def test_answers_in_the_last_moment_count(open_batcher):
    """An answer that is there is given, even if its caller comes for it late."""
    batcher = open_batcher(FakeAnalyzer())
    job = batcher.submit(Article("text"), "en", Caller(1, batcher._clock() + 1))
    wait([job.future], 10)
    batcher._clock = lambda: job.caller.ends + 1
    assert batcher.await_outcome(job).analysis.text == "text"


def test_nobody_is_answered_who_has_left(open_batcher, callers, connect):
    """A waiting text whose caller has left or waits no longer is not read; those behind it are."""
    analyzer = FakeAnalyzer(gate=threading.Event())
    batcher = open_batcher(analyzer)
    held = occupy(batcher, analyzer, callers)
    here, there = connect()
    now = batcher._clock()
    gone = batcher.submit(Article("gone" * 200), "en", Caller(connection=here))
    late = batcher.submit(Article("late"), "en", Caller(0.05, now + 0.05))
    patient = batcher.submit(Article("patient" * 100), "en", Caller(connection=connect()[0]))
    there.close()
    with pytest.raises(DeadlineExceeded, match=r"no answer within 0.05 seconds"):
        batcher.await_outcome(late)
    analyzer.gate.set()
    held.result(10)
    with pytest.raises(CallerGone):
        batcher.await_outcome(gone)
    assert batcher.await_outcome(patient).batch_jobs == 1
    assert analyzer.batches[2:] == [["patient" * 100]]


def test_nobody_is_waited_for_who_has_left(open_batcher, connect):
    """Who left, or ran out of time, before their text is submitted is told so, and takes no room."""
    batcher = open_batcher(FakeAnalyzer(), max_jobs=1)
    here, there = connect()
    there.close()
    for caller, error in ((Caller(connection=here), CallerGone), (Caller(1, 0), DeadlineExceeded)):
        with pytest.raises(error):
            batcher.submit(Article("text"), "en", caller)
    assert batcher.analyze(Article("text"), "en").analysis.text == "text"


def test_texts_are_left_in_the_middle(open_batcher, callers, connect):
    """When the callers of a batch leave, the owner is free for others at once."""
    analyzer = FakeAnalyzer()
    batcher = open_batcher(analyzer)
    analyzer.seconds = 30
    here, there = connect()
    analyzer.entered.clear()
    left = callers.submit(batcher.analyze, Article("left"), "en", Caller(connection=here))
    assert analyzer.entered.wait(10)
    analyzer.seconds = 0
    late = callers.submit(batcher.analyze, Article("late"), "en", Caller(1, batcher._clock() + 1))
    there.close()
    assert isinstance(left.exception(10), CallerGone)
    assert late.result(10).analysis.text == "late"
    assert analyzer.left == ["left"]


def test_one_who_stays_keeps_a_batch_going(open_batcher, callers, connect):
    """Of a batch, those who stay are answered, whoever leaves."""
    analyzer = FakeAnalyzer(gate=threading.Event())
    batcher = open_batcher(analyzer)
    held = occupy(batcher, analyzer, callers)
    analyzer.seconds = 0.5
    here, there = connect()
    leaving = batcher.submit(Article("leaving"), "en", Caller(connection=here))
    staying = batcher.submit(Article("staying"), "en", Caller(connection=connect()[0]))
    analyzer.entered.clear()
    analyzer.gate.set()
    held.result(10)
    assert analyzer.entered.wait(10)
    there.close()
    with pytest.raises(CallerGone):
        batcher.await_outcome(leaving)
    assert batcher.await_outcome(staying).analysis.text == "staying"
    assert analyzer.batches[-1] == ["leaving", "staying"]


def test_those_who_leave_make_room_at_once(open_batcher, callers, connect):
    """While a text is read, a waiting one whose caller leaves frees its place in the queue."""
    analyzer = FakeAnalyzer()
    batcher = open_batcher(analyzer, max_jobs=2, batch_max_chars=1)
    analyzer.seconds = 2
    held = occupy(batcher, analyzer, callers)
    here, there = connect()
    leaving = batcher.submit(Article("leaving"), "en", Caller(connection=here))
    there.close()
    next_ = batcher.submit(Article("next"), "en", patience=1)
    assert isinstance(leaving.future.exception(0), CallerGone)
    assert list(batcher._waiting) == [next_]
    assert not held.done()


def test_looking_for_callers_is_rare():
    """However often the analyzer asks, callers are looked for ten times in a second at most."""
    clock, looks = Clock(), []

    class Counted(Caller):
        def find_reason(self, now):
            looks.append(now)

    capacity = Capacity(max_jobs=1, max_chars=9, batch_max_chars=9, deadline_seconds=20)
    batcher = Batcher(FakeAnalyzer, capacity, clock=clock)
    batch = [Job(Article("x"), "en", 0.0, Counted())]
    for step in range(1000):
        clock.now = step / 1000
        assert batcher._is_wanted(batch, 0)
    assert len(looks) == 10


def test_languages(open_batcher, callers):
    """Each text is read in its language; one that the model does not read is refused."""
    analyzer = FakeAnalyzer(info=BILINGUAL)
    batcher = open_batcher(analyzer)
    assert batcher.analyze(Article("texto"), "pt").analysis.language == "pt"
    with pytest.raises(UnsupportedLanguage) as caught:
        batcher.analyze(Article("Text"), "de")
    assert caught.value.supported == ("en", "pt")


def test_patience_ends_with_the_service(open_batcher, callers):
    """Who waits for room is told at once when there will be none any more."""
    analyzer = FakeAnalyzer(gate=threading.Event())
    batcher = open_batcher(analyzer, max_jobs=1)
    held = occupy(batcher, analyzer, callers)
    waiting = callers.submit(batcher.submit, Article("text"), "en", patience=60)
    closing = callers.submit(batcher.close, 0)
    assert isinstance(waiting.exception(10), NotReady)
    analyzer.gate.set()
    held.result(10)
    closing.result(10)


def test_patience_is_rewarded(open_batcher, callers):
    """Who waits for room gets it as soon as there is some."""
    analyzer = FakeAnalyzer(gate=threading.Event())
    batcher = open_batcher(analyzer, max_jobs=1)
    held = occupy(batcher, analyzer, callers)
    waiting = callers.submit(batcher.submit, Article("text"), "en", patience=60)
    analyzer.gate.set()
    held.result(10)
    assert batcher.await_outcome(waiting.result(10)).analysis.text == "text"


def test_not_ready_while_loading():
    """Texts are refused until the model is loaded."""
    gate = threading.Event()
    capacity = Capacity(max_jobs=1, max_chars=9, batch_max_chars=9, deadline_seconds=20)

    def build():
        gate.wait(10)
        return FakeAnalyzer()

    batcher = Batcher(build, capacity)
    batcher.start()
    with pytest.raises(NotReady, match="loading"):
        batcher.analyze(Article("text"), "en")
    assert not batcher.wait_until_loaded(0)
    gate.set()
    assert batcher.wait_until_loaded(10)
    batcher.close()


def test_close_finishes_what_was_accepted(open_batcher, callers):
    """Closing refuses new texts and answers the accepted ones."""
    analyzer = FakeAnalyzer(gate=threading.Event())
    batcher = open_batcher(analyzer, batch_max_chars=1)
    accepted = [occupy(batcher, analyzer, callers)]
    accepted += [callers.submit(batcher.analyze, Article(f"text {n}"), "en") for n in range(5)]
    wait_for_jobs(batcher, 5)
    closing = callers.submit(batcher.close)
    with batcher._changed:
        assert batcher._changed.wait_for(lambda: batcher.state is State.CLOSED, 10)
    with pytest.raises(NotReady, match="closed"):
        batcher.analyze(Article("too late"), "en")
    analyzer.gate.set()
    closing.result(10)
    # The owner has answered; the callers' own threads may still be about to return.
    done, pending = wait(accepted, 10)
    assert not pending
    assert all(each.exception() is None for each in done)
    assert not batcher._owner.is_alive()


def test_close_while_loading(callers):
    """A batcher closed while it loads ends without ever being ready."""
    gate = threading.Event()
    capacity = Capacity(max_jobs=1, max_chars=9, batch_max_chars=9, deadline_seconds=20)
    batcher = Batcher(lambda: gate.wait(10) and FakeAnalyzer(), capacity)
    batcher.start()
    closing = callers.submit(batcher.close)
    with batcher._changed:
        assert batcher._changed.wait_for(lambda: batcher.state is State.CLOSED, 10)
    gate.set()
    closing.result(10)
    assert batcher.state is State.CLOSED


@pytest.mark.parametrize("early", [True, False])
def test_failure_to_load_is_announced(early):
    """A model that cannot be loaded is announced, also to who asks later."""
    announced = []
    capacity = Capacity(max_jobs=1, max_chars=9, batch_max_chars=9, deadline_seconds=20)

    def build():
        raise ModelDamaged("model.safetensors", "has another digest")

    batcher = Batcher(build, capacity)
    if early:
        batcher.when_failed(announced.append)
    batcher.start()
    assert not batcher.wait_until_loaded(10)
    batcher._owner.join(10)
    if not early:
        batcher.when_failed(announced.append)
    assert announced == [False]
    batcher.close()
    assert batcher.state is State.FAILED


def test_nobody_waits_for_a_dead_owner(open_batcher, callers):
    """If the owner thread dies, everybody is told at once, in work or waiting."""
    announced = []
    analyzer = FakeAnalyzer(gate=threading.Event())
    batcher = open_batcher(analyzer, batch_max_chars=1)
    batcher.when_failed(announced.append)
    answered = occupy(batcher, analyzer, callers)
    lost = [callers.submit(batcher.analyze, Article(text), "en") for text in ("in work", "waiting")]
    wait_for_jobs(batcher, 2)

    def die(texts, language, **_):
        raise SystemExit

    analyzer.analyze = die
    analyzer.gate.set()
    batcher._owner.join(10)
    assert answered.result(10).analysis.text == "x"
    assert [type(each.exception(10)) for each in lost] == [NotReady, NotReady]
    assert announced == [True]
