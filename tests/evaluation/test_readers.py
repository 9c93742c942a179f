"""Having texts read, by a service or in this process."""

import pytest

from evaluation import readers
from evaluation.predictions import Scope
from evaluation.readers import PipelineReader, use_reader
from tests.evaluation.services import MODEL, serving
from tests.fakes import FakeAnalyzer

TEXT = "“Go,” said Ana Lyon, who knew ‘all of it’."
NOTHING = {"people": [], "organisations": [], "places": [], "quotes": []}


@pytest.mark.parametrize(
    ("scope", "attitudes"), [(Scope.SPEECH, ["speech"]), (Scope.ALL, ["speech", "belief"])]
)
def test_pipeline(scope, attitudes):
    """Every text has its own prediction, of the quotes within the scope."""
    answers = PipelineReader(FakeAnalyzer()).read([TEXT, "none"], scope)
    first, second = answers.predictions
    assert [quote["attitude"] for quote in first["quotes"]] == attitudes
    assert second["quotes"] == []
    assert (answers.failed, answers.not_verbatim) == (0, 0)


def test_pipeline_reads_once():
    """A text that was analyzed is not analyzed again for another scope."""
    analyzer = FakeAnalyzer()
    reader = PipelineReader(analyzer)
    for scope in Scope:
        reader.read([TEXT], scope)
    assert analyzer.batches == [[TEXT]]


def test_service(tmp_path):
    """A service is asked for the scope by name, and says which model it is."""
    with (
        serving(lambda _: (200, NOTHING)) as (url, asked),
        use_reader(url, tmp_path / "log", in_process=False) as reader,
    ):
        answers = reader.read(["none"], Scope.ALL)
        assert reader.model == MODEL
    assert asked == [{"text": "none", "scope": "all"}]
    assert answers.predictions == ({"entities": [], "mentions": [], "quotes": []},)


def test_in_process(tmp_path, monkeypatch):
    """In this process, the pipeline is the one that the service would load."""
    monkeypatch.setattr(readers, "load_pipeline", FakeAnalyzer)
    with use_reader(None, tmp_path / "log", in_process=True) as reader:
        assert reader.model["name"] == "fake"
