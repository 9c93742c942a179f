"""The harnesses of load and faults against the real service, for seconds instead of minutes."""

import json

import pytest

from evaluation import offering, soak
from evaluation.chaos import SCENARIOS, play
from evaluation.scenarios import Stage
from evaluation.server import launch, wait_until_ready

pytestmark = pytest.mark.model

TEXT = "“We will rebuild the bridge {} times,” said Ana Sousa, the mayor of Porto."


def test_soak(tmp_path, monkeypatch):
    """Under several times its capacity, the service answers rightly or refuses."""
    monkeypatch.setattr(soak, "CAPACITY_SECONDS", 1.0)
    monkeypatch.setattr(soak, "REST_SECONDS", 2.0)
    # Other tests run beside this one.
    monkeypatch.setattr(offering, "REFUSAL_SECONDS", 5.0)
    (tmp_path / "entities").mkdir()
    lines = [json.dumps({"text": TEXT.format(number)}) for number in range(8)]
    (tmp_path / "entities" / "ww.dev.jsonl").write_text("\n".join(lines))
    with launch(tmp_path / "log", {"WEB_CONCURRENCY": "1"}) as service:
        wait_until_ready(service)
        found = soak.soak(service, tmp_path, minutes=0.05, overload=3.0)
    kinds = {kind: row["count"] for kind, row in found["replies"].items()}
    assert set(kinds) <= {"right", "refused"}
    assert kinds["right"] > 0
    assert found["memory"]["after_mib"] > 100
    assert all(probe["count"] and not probe["failed"] for probe in found["probes"].values())


@pytest.mark.parametrize("name", ["few files", "SIGTERM while loading", "disk full"])
def test_scenarios(tmp_path, name):
    """Scenarios that take a moment hold, or say why they cannot be played here."""
    (scenario,) = (each for each in SCENARIOS if each.name == name)
    row = play(scenario, Stage(tmp_path, ()))
    assert row["passed"] is not False, row["seen"]
