"""Scenarios are played one by one, and each leaves a row, whatever becomes of it."""

import asyncio

import pytest

from evaluation import offering, scenarios
from evaluation.chaos import SCENARIOS, play, render
from evaluation.confinements import find_reason, is_verbatim
from evaluation.scenarios import NotRun, Outcome, Scenario, Stage, Tally, wait_for
from evaluation.server import NotServing, Service
from tests.evaluation.services import serving


def play_with(stage, do):
    return play(Scenario("a fault", "done", "promised", do), stage)


@pytest.fixture
def stage(tmp_path):
    return Stage(tmp_path, ())


def fail(error):
    def do(_):
        raise error

    return do


@pytest.mark.parametrize(
    ("do", "seen", "passed"),
    [
        (lambda _: Outcome("well", True), "well", True),
        (lambda _: Outcome("ill", False), "ill", False),
        (fail(NotRun("no root")), "not run: no root", None),
        (fail(NotServing("a\n  log")), "not serving: a log", False),
        (fail(TimeoutError("not within 3 s")), "not within 3 s", False),
    ],
    ids=["kept", "broken", "not run", "not serving", "too slow"],
)
def test_play(stage, do, seen, passed):
    """A scenario that fails, or cannot be played, ends none of the others."""
    row = play_with(stage, do)
    assert (row["seen"], row["passed"]) == (seen, passed)


def test_passing_names_are_not_told(stage):
    """What is reported is the same wherever it ran."""
    row = play_with(stage, fail(NotServing(f"{stage.folder}/a-fault/full is full")))
    assert row["seen"] == "not serving: FOLDER/a-fault/full is full"


def test_bugs_end_the_run(stage):
    """A defect of a scenario is no finding about the service."""
    with pytest.raises(KeyError):
        play_with(stage, fail(KeyError("x")))


def test_names_are_unique():
    """Each scenario can be told, and played alone, by its name."""
    names = [each.name for each in SCENARIOS]
    assert len(set(names)) == len(names)


def test_render(stage):
    """The table says of each scenario what is promised, what was seen, and whether that fits."""
    outcomes = [
        lambda _: Outcome("well", True),
        lambda _: Outcome("ill", False),
        fail(NotRun("no root")),
    ]
    rows = [
        play(Scenario(f"fault {number}", "done", "promised", do), stage)
        for number, do in enumerate(outcomes)
    ]
    machine = dict.fromkeys(("cpu", "cores", "memory_gib", "system", "python", "torch"), "x")
    report = {
        "commit": "abc",
        "date": "2026-11-26",
        "uncommitted_changes": False,
        "machine": machine,
        "model": {"name": "m", "version": "1", "digest": "d"},
        "texts": 2,
        "scenarios": rows,
    }
    table = render(report)
    assert "| fault 0 | done | promised | well | yes |" in table
    assert "| fault 1 | done | promised | ill | **no** |" in table
    assert "| fault 2 | done | promised | not run: no root | not run |" in table


def test_tally():
    """Only right answers, and what may come beside them, are as promised; none at all is not."""
    tally = Tally()
    assert not tally.has_only()
    tally.replies.update([offering.RIGHT, offering.REFUSED])
    tally.waits.append(1.5)
    assert tally.has_only(offering.REFUSED, offering.LOST)
    assert not tally.has_only(offering.LOST)
    assert str(tally) == "1 right, 1 refused; longest wait 1.5 s"


def answer(body):
    return 200, {"length": len(body["text"])}


def call(stage, url, **options):
    service = Service(url, offering.find_port(url), None, stage.log)
    staged = Stage(stage.folder, offering.prepare(url, ["one", "three"]))
    with staged.call(service, callers=2, **options) as tally:
        wait_for(lambda: tally.served >= 5, 10)
    return tally


def test_callers_ask_until_told_to_stop(stage):
    """Callers ask all the while, and nobody is cut off at the end."""
    with serving(answer) as (url, asked):
        tally = call(stage, url)
    assert tally.has_only()
    assert tally.served == len(asked) - 2
    assert tally.unserved == 0


def test_persistent_callers_try_again(stage, monkeypatch):
    """A caller that is refused tries again until it is served, or gives up at last."""
    monkeypatch.setattr(scenarios, "RETRY_SECONDS", 0.01)
    with serving(answer) as (url, _):
        exchanges = offering.prepare(url, ["one"])
        port = offering.find_port(url)
    tally = Tally()
    monkeypatch.setattr(scenarios, "PERSISTENCE_SECONDS", 0.05)
    asyncio.run(scenarios._persist(port, exchanges[0], tally))
    assert (tally.unserved, tally.served) == (1, 0)
    with serving(answer, refusals=3) as (url, _):
        monkeypatch.setattr(scenarios, "PERSISTENCE_SECONDS", 10)
        asyncio.run(scenarios._persist(offering.find_port(url), exchanges[0], tally))
    assert tally.replies[offering.REFUSED] == 3
    assert tally.served == 1


def test_waiting_ends():
    """What never comes is not waited for beyond its time."""
    with pytest.raises(TimeoutError, match=r"not within 0\.1 s"):
        wait_for(lambda: False, 0.1)


SPAN = {"start": 0, "end": 3, "text": "Ana"}


@pytest.mark.parametrize(
    ("mentions", "fragments", "verbatim"),
    [
        ([SPAN], [SPAN], True),
        ([SPAN | {"end": 2}], [SPAN], False),
        ([SPAN], [SPAN | {"start": 1}], False),
        ([], [], False),
    ],
    ids=["verbatim", "mention moved", "fragment moved", "nothing"],
)
def test_is_verbatim(mentions, fragments, verbatim):
    """Mentions and fragments are the text at their offsets, and there are some."""
    answered = {
        "people": [{"mentions": mentions}],
        "organisations": [],
        "places": [],
        "quotes": [{"fragments": fragments}],
    }
    assert is_verbatim("Ana said", answered) is verbatim


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ('{"event": "start"}\n{"event": "port 80 in use"}\n{"event": "end"}', "port 80 in use"),
        ("plain port 80\n", "plain port 80"),
        ('{"event": "start"}\n{"event": "end"}\n\n', "end"),
        ("", "nothing"),
    ],
)
def test_find_reason(log, reason):
    """The reason is the first event that names the fault, or else the last one."""
    assert find_reason(log, ["port 80"]) == reason
