"""`whosaid evaluate`: figures of whatever a gold file labels."""

import json
from contextlib import nullcontext

import pytest

from service.cli import main
from tests.service.shared_service import open_shared_client

# The fake takes pairs of capitalized words for people, and the first for every speaker.
TEXT = "“We wait,” said Ana Sousa in New York."
ANA, NEW_YORK = {"start": 16, "end": 25}, {"start": 29, "end": 37}
NAMES = [ANA | {"type": "person"}, NEW_YORK | {"type": "place"}]
QUOTE = {"content": [[1, 9]], "source": [[16, 25]], "kind": "direct"}
ENTITIES = [
    {"type": "person", "name": "Ana Sousa", "aliases": ["Ana Sousa"], "mentions": [[16, 25]]}
]
SPEAKER = {"content": [[1, 9]], "kind": "direct", "speaker": "Ana Sousa", "source_form": "name"}


@pytest.fixture(scope="module")
def shared():
    with open_shared_client() as client:
        yield client


@pytest.fixture(autouse=True)
def _in_process(shared, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("service.in_process.open_in_process", lambda: nullcontext(shared))


@pytest.fixture
def evaluate(tmp_path, capsys):
    """Return the status, and what is printed for labels of the text."""

    def evaluate(*labels, options=("--json",)):
        lines = [json.dumps({"text": TEXT, **each}) for each in labels]
        (tmp_path / "gold.jsonl").write_text("\n\n".join(lines))
        status = main(["evaluate", "gold.jsonl", *options])
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return evaluate


def test_names(evaluate):
    """Names are scored by type, over all of them, and as the mean over types."""
    status, printed, _ = evaluate({"id": "a", "mentions": NAMES})
    found = json.loads(printed)
    assert (status, found["articles"]) == (0, 1)
    assert found["figures"] == {
        "names: person": {"P": 50.0, "R": 100.0, "F1": 66.7},
        "names: organisation": {"P": 0.0, "R": 0.0, "F1": 0.0},
        "names: place": {"P": 0.0, "R": 0.0, "F1": 0.0},
        "names, micro": {"P": 50.0, "R": 50.0, "F1": 50.0},
        "names, macro": {"P": 16.7, "R": 33.3, "F1": 22.2},
    }


def test_quotes(evaluate):
    """Quotes are scored as found, and as found with their source."""
    wrong = {**QUOTE, "source": [[29, 37]]}
    figures = json.loads(evaluate({"attributions": [QUOTE]}, {"attributions": [wrong]})[1])
    assert figures["articles"] == 2
    assert figures["figures"]["quotes, found: all"]["F1"] == 100
    assert figures["figures"]["quotes, with their source: all"]["F1"] == 50
    assert figures["figures"]["quotes, with their source: indirect"]["F1"] == 0
    assert len(figures["figures"]) == 8


def test_speakers(evaluate):
    """Speakers are scored by how many are right, and how many wrong."""
    wrong = {**SPEAKER, "speaker": "Jo Public"}
    labels = {"speakers": [SPEAKER], "entities": ENTITIES}
    others = {"speakers": [wrong], "entities": ENTITIES, "mentions": NAMES}
    figures = json.loads(evaluate(labels, others)[1])["figures"]
    assert figures["speakers: all"] == {"right": 50.0, "wrong name": 50.0}
    assert "names, micro" in figures


def test_table(evaluate):
    """People get a table."""
    status, printed, _ = evaluate(
        {"mentions": NAMES, "speakers": [SPEAKER], "entities": ENTITIES}, options=()
    )
    assert status == 0
    rows = {line[:25].strip(): line[25:].split() for line in printed.splitlines()}
    assert rows["names, micro"] == ["50.0", "50.0", "50.0"]
    assert rows["speakers: all"] == ["100.0", "0.0"]
    assert "1 articles" in printed


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("no json", id="no-json"),
        pytest.param("[]", id="list"),
        pytest.param('{"mentions": []}', id="no-text"),
        pytest.param('{"text": 1, "mentions": []}', id="number"),
        pytest.param('{"text": "x"}', id="no-labels"),
        pytest.param('{"text": "caf\\u00e9", "mentions": "', id="cut"),
    ],
)
def test_no_gold(line, tmp_path, capsys):
    """A file that is not one of labelled articles is refused, by the number of the line."""
    good = json.dumps({"text": TEXT, "mentions": []})
    (tmp_path / "gold.jsonl").write_text(f"{good}\n{line}\n")
    assert main(["evaluate", "gold.jsonl"]) == 1
    told = capsys.readouterr().err
    assert told == "whosaid: gold.jsonl, line 2: not an article with labels\n"


def test_wrong_labels(evaluate):
    """Labels that lack something are refused."""
    status, _, told = evaluate({"mentions": [{"start": 1}]})
    assert status == 1
    assert told == "whosaid: gold.jsonl: labels are not what they should be: KeyError('end')\n"


def test_unread_article(evaluate):
    """Figures are of all articles, or there are none."""
    status, printed, told = evaluate({"text": "x" * 600_000, "mentions": []})
    assert (status, printed) == (1, "")
    assert "Text too long (413)" in told
