"""Measuring and reporting what damage costs, with scorers made for it."""

import json

import pytest

from evaluation.perturbations import PERTURBATIONS
from evaluation.report import describe_run
from evaluation.robustness import SETS, measure, pick, render, write_report
from evaluation.sets import load_articles

TEXT = "“We vote,” said Ann Lee. She left."


class FakeTools:
    """Answers with the text that it is sent; capitals, and only they, cost a tenth."""

    def __init__(self, failed=0):
        self.failed = failed
        self.seen = []

    def predict(self, gold, prediction, url):
        self.seen.append((url, gold.read_text()))
        prediction.write_text(gold.read_text())
        return {"articles": 1, "failed": self.failed, "not_verbatim": 0, "seconds": 0.1}

    def score_mentions(self, gold, prediction):
        return {"micro": {"F": self.score(gold, prediction)}}

    def score_quotes(self, gold, prediction, *, speech_only):
        assert speech_only
        figure = {"joint": self.score(gold, prediction)}
        return {"all": figure, "direct": figure}

    def score_speakers(self, gold, prediction):
        return {"mentions": {"F": self.score(gold, prediction)}}

    def score(self, gold, prediction):
        (line,) = load_articles(gold)
        assert [line] == load_articles(prediction)
        for mention in line["mentions"]:
            name = line["text"][mention["start"] : mention["end"]].casefold()
            assert (name[0], name[-1]) == ("a", "e")
        return 80.0 if line["text"].isupper() else 88.9


@pytest.fixture
def corpora():
    start = TEXT.index("Ann")
    mentions = [{"start": start, "end": start + 7, "type": "person"}]
    return {name: [{"id": "a", "text": TEXT, "mentions": mentions}] for name in SETS}


def test_measure(corpora, tmp_path):
    """The first row is of the clean texts; each other one tells what it loses against that."""
    tools = FakeTools()
    rows = measure("http://here", corpora, tools, tmp_path)
    assert [row["perturbation"] for row in rows] == ["clean", *PERTURBATIONS]
    assert list(rows[0]["F"]) == [
        "ww.dev, names",
        "uner_ewt.dev, names",
        "polnear.dev, speech",
        "polnear.dev, direct speech",
        "speakers_entities.dev, names",
    ]
    by_name = {row["perturbation"]: row for row in rows}
    assert set(by_name["all capitals"]["loss"].values()) == {8.9}
    assert set(by_name["lower case"]["loss"].values()) == {0.0}
    assert by_name["all capitals"]["changed"] == len(corpora)
    assert by_name["missing accents"]["changed"] == 0
    assert len(tools.seen) == len(rows) * len(SETS)
    assert {url for url, _ in tools.seen} == {"http://here"}


def test_failures_are_counted(corpora, tmp_path):
    """Answers that failed are told, row by row."""
    rows = measure("http://here", corpora, FakeTools(failed=2), tmp_path)
    assert {row["failed"] for row in rows} == {2 * len(SETS)}


@pytest.mark.parametrize(
    ("limit", "picked"),
    [
        pytest.param(None, [0, 1, 2, 3, 4], id="all"),
        pytest.param(9, [0, 1, 2, 3, 4], id="more than there are"),
        pytest.param(2, [0, 2], id="some"),
    ],
)
def test_pick(limit, picked):
    """A limited run takes articles from all over a corpus."""
    assert pick(range(5), limit) == picked


REPORT = {
    **describe_run(),
    "model": {"name": "m", "version": "1", "digest": "d" * 64},
    "limit": 3,
    "articles": {"entities/ww.dev": 3, "quotes/polnear.dev": 2},
    "rows": [
        {
            "perturbation": "clean",
            "changed": 0,
            "F": {"ww.dev, names": 84.7, "polnear.dev, speech": 82.0},
            "failed": 0,
            "not_verbatim": 0,
        },
        {
            "perturbation": "all capitals",
            "changed": 5,
            "F": {"ww.dev, names": 80.1, "polnear.dev, speech": 82.1},
            "failed": 1,
            "not_verbatim": 0,
            "loss": {"ww.dev, names": 4.6, "polnear.dev, speech": -0.1},
        },
    ],
}


def test_write_report(tmp_path):
    """Figures are written for machines and for people, named after date and commit."""
    table = write_report(REPORT, tmp_path)
    assert table.name == f"robustness-{REPORT['date']}-{REPORT['commit']}.md"
    assert json.loads(table.with_suffix(".json").read_text()) == REPORT
    text = table.read_text()
    for line in (
        f"Model m 1, {'d' * 64}.",
        "Articles (at most 3 of each): ww.dev 3, polnear.dev 2. 1 failed, 0 not verbatim.",
        "| perturbation | articles changed | ww.dev, names | polnear.dev, speech |",
        "| clean | 0 | 84.7 | 82.0 |",
        "| all capitals | 5 | 80.1 (4.6) | 82.1 (-0.1) |",
    ):
        assert line in text.splitlines()


def test_whole_corpora_are_said_to_be_whole():
    """A run without a limit says so."""
    assert "Articles (all articles): ww.dev 3" in render({**REPORT, "limit": None})
