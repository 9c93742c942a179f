"""What was seen of a service under load, held to what is promised."""

import asyncio
from dataclasses import asdict
from types import SimpleNamespace

import pytest

from evaluation import offering, soak
from evaluation.offering import Reply
from evaluation.soak import (
    PROBES,
    THREADS,
    Watch,
    check,
    compare_memory,
    describe_probe,
    describe_replies,
    describe_seconds,
    read_metric,
    render,
)
from service.settings import Settings

MEMORY = {"settled_mib": 500.0, "after_mib": 510.0, "most_mib": 520.0}


def watched(**changes):
    watch = Watch(probes={path: [0.01, 0.02] for path in PROBES}, in_flight=[3.0, 64.0])
    for name, value in changes.items():
        setattr(watch, name, value)
    return watch


ANSWERED = (Reply(offering.RIGHT, 2.0),)


def find_missed(replies=ANSWERED, memory=MEMORY, **changes):
    bounds = check(replies, watched(**changes), memory, max_in_flight=80)
    return [bound.promise.split()[0] for bound in bounds if not bound.met]


@pytest.mark.parametrize(
    ("found", "missed"),
    [
        pytest.param({}, [], id="all well"),
        pytest.param(
            {"replies": [Reply(offering.RIGHT, 1), Reply(offering.REFUSED, 0.1)]}, [], id="refused"
        ),
        pytest.param({"replies": [Reply(offering.REFUSED, 0.1)]}, ["every"], id="none answered"),
        pytest.param(
            {"replies": [Reply(offering.RIGHT, 1), Reply(offering.LATE, 2)]}, ["every"], id="late"
        ),
        pytest.param(
            {"replies": [Reply(offering.RIGHT, 1), Reply("status 504", 2)]}, ["every"], id="504"
        ),
        pytest.param({"in_flight": [81.0]}, ["at"], id="too much in work"),
        pytest.param({"in_flight": []}, ["at"], id="unknown what is in work"),
        pytest.param(
            {"probes": {path: [0.26] for path in PROBES}}, list(PROBES), id="probes are slow"
        ),
        pytest.param({"probes": {path: [] for path in PROBES}}, list(PROBES), id="no probes"),
        pytest.param({"failed_probes": {p: p == "/livez" for p in PROBES}}, ["/livez"], id="dead"),
        pytest.param({"memory": MEMORY | {"after_mib": 526.0}}, ["resident"], id="grown"),
        pytest.param({"memory": MEMORY | {"after_mib": 474.0}}, ["resident"], id="shrunk"),
        pytest.param({"memory": MEMORY | {"settled_mib": 0.0}}, ["resident"], id="unmeasured"),
    ],
)
def test_bounds(found, missed):
    """Each promise is held to what was seen; what was not seen is not kept."""
    assert find_missed(**found) == missed


def test_threads_are_the_service_s():
    """The bound on what is in work is that of the service as it comes."""
    assert Settings().threads == THREADS


def test_describe_seconds():
    """Times are summed up as median, 99th percentile and maximum."""
    times = [number / 100 for number in range(101)]
    assert describe_seconds(times) == {"p50": 0.5, "p99": 0.99, "max": 1.0}
    assert describe_seconds([2.0]) == {"p50": 2.0, "p99": 2.0, "max": 2.0}
    assert describe_seconds([]) == {"p50": 0.0, "p99": 0.0, "max": 0.0}


def test_memory_is_compared_at_two_times():
    """Memory is that around when it had settled, and after the load; a peak between is told."""
    samples = [(float(second), (100 + second) * 2**20) for second in range(100)]
    samples[60] = (60.0, 999 * 2**20)
    compared = compare_memory(samples, settled=20.0, ended=90.0)
    assert compared == {"settled_mib": 120.0, "after_mib": 195.0, "most_mib": 999.0}


def test_read_metric():
    """A metric is read by its whole name."""
    text = "# HELP a_b x\na_b_total 7.0\na_b 3.0\n\n"
    assert read_metric(text, "a_b") == 3.0
    assert read_metric(text, "c") == 0.0


def test_failed_probes_are_counted():
    """A probe that fails is counted, whether it was answered or not."""
    watch = Watch()
    asyncio.run(soak._probe(9, "/livez", watch))
    assert describe_probe(watch, "/livez") == {
        "count": 0,
        "failed": 1,
        "p50": 0.0,
        "p99": 0.0,
        "max": 0.0,
    }


def test_watching_goes_on_until_it_is_cancelled(monkeypatch):
    """Probes are sent, and memory is measured, until somebody has seen enough."""
    seen = []

    async def note(port, path, watch):
        seen.append(path)

    monkeypatch.setattr(soak, "_probe", note)
    service = SimpleNamespace(port=9, arbiter=SimpleNamespace(pid=-1))

    async def watch_for(seconds):
        watch = Watch()
        watching = asyncio.create_task(soak._watch(service, watch))
        await asyncio.sleep(seconds)
        watching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watching
        return watch

    watch = asyncio.run(watch_for(1.3))
    assert sorted(seen) == sorted(PROBES)
    assert len(watch.memory) == len(watch.lags) == 1


def test_render():
    """The report says what was offered, what came of it, and which promise is broken."""
    replies = [Reply(offering.RIGHT, 1.0), Reply(offering.LATE, 2.0)]
    watch = watched(failed_probes={path: 0 for path in PROBES})
    report = {
        "commit": "abc",
        "date": "2026-11-26",
        "uncommitted_changes": False,
        "model": {"name": "m", "version": "1", "digest": "d"},
        "machine": {
            "cpu": "c",
            "cores": 2,
            "memory_gib": 1,
            "system": "s",
            "python": "3",
            "torch": "2",
        },
        "workers": 1,
        "texts": 2,
        "minutes": 10.0,
        "overload": 3.0,
        "capacity": 5.0,
        "offered": 15.0,
        "own_lag_ms": 7,
        "memory": {"settled_minute": 2.0, **MEMORY},
        "replies": describe_replies(replies),
        "probes": {path: describe_probe(watch, path) for path in PROBES},
        "bounds": [asdict(each) for each in check(replies, watch, MEMORY, max_in_flight=80)],
    }
    table = render(report)
    assert table.startswith("# Soak of abc, 2026-11-26")
    assert "| 1 right, 0 refused, 1 other | **no** |" in table
    assert "| 500 MiB, then 510 MiB (+2.0%) | yes |" in table
    assert "| refused late | 1 | 2.0 | 2.0 | 2.0 |" in table
