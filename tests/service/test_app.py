import gc
import sys
from types import SimpleNamespace

import pytest

from analysis.errors import WhosaidError
from service.app import create_app, load_analyzer
from service.authority import InvalidAuthority
from service.settings import Settings
from tests.fakes import FakeAnalyzer


@pytest.mark.parametrize("tracing", [True, False])
def test_tracing_is_a_setting(build, monkeypatch, tracing):
    """Requests become spans where the operator wants them to, and nowhere else."""
    instrumented = []
    monkeypatch.setattr("service.app.instrument", instrumented.append)
    app = build(tracing=tracing)
    assert instrumented == ([app] if tracing else [])


def test_authority_file(build, tmp_path):
    """Entities of the file are known to every request; those of the request come first."""
    names = tmp_path / "names.csv"
    names.write_text("name,type,uri\nAna Sousa,person,urn:x:file\nBob Stone,person,urn:x:bob\n")
    client = build(authority_file=str(names)).test_client()
    known = [{"name": "Ana Sousa", "type": "person", "uri": "urn:x:request"}]
    body = {"text": "Ana Sousa met Bob Stone and Eve Evil.", "known_entities": known}
    answer = client.post("/v1/analyze", json=body).json
    assert [(person["name"], person["uri"]) for person in answer["people"]] == [
        ("Ana Sousa", "urn:x:request"),
        ("Bob Stone", "urn:x:bob"),
        ("Eve Evil", None),
    ]
    assert client.get("/v1/capabilities").json["known_entities"] == 2


@pytest.mark.parametrize("content", ["name\nAna Sousa\n", ""])
def test_bad_authority_files(tmp_path, content):
    """An application is not built around a file that cannot be read."""
    names = tmp_path / "names.csv"
    names.write_text(content)
    with pytest.raises((InvalidAuthority, WhosaidError)):
        create_app(Settings(authority_file=str(names)), lambda _: FakeAnalyzer(), start=False)


def test_ambiguous_entities(build):
    """Where several known entities fit, none is chosen, and the answer lists them."""
    known = [
        {"name": "Ana Sousa", "type": "person", "uri": "urn:x:1"},
        {"name": "Ana Sousa", "type": "person", "uri": "urn:x:2"},
    ]
    body = {"text": "“We wait,” said Ana Sousa.", "known_entities": known}
    answer = build().test_client().post("/v1/analyze", json=body).json
    (person,) = answer["people"]
    assert person["uri"] is None
    assert [candidate["uri"] for candidate in person["candidates"]] == ["urn:x:1", "urn:x:2"]
    assert "ambiguous-entity" in [warning["code"] for warning in answer["warnings"]]


@pytest.fixture
def no_detector(monkeypatch):
    """Stand in for the parts that take long to load: there is no room to unpack the detector."""

    def refuse():
        raise OSError("no room")

    monkeypatch.setattr("service.app.load_detector", refuse)
    pipelines = SimpleNamespace(load_pipeline=lambda **_: FakeAnalyzer())
    monkeypatch.setitem(sys.modules, "analysis.pipeline", pipelines)


def test_nothing_is_loaded_without_the_detector(no_detector):
    """What cannot tell languages apart does not come up."""
    with pytest.raises(OSError, match="no room"):
        load_analyzer(Settings())


def test_what_is_loaded_is_no_garbage(no_detector, monkeypatch):
    """Once all is loaded, the garbage collector passes it over."""
    monkeypatch.setattr("service.app.load_detector", lambda: None)
    before = gc.get_freeze_count()
    try:
        load_analyzer(Settings())
        assert gc.get_freeze_count() > before
    finally:
        gc.unfreeze()
