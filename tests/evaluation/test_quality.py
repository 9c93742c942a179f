"""Measuring quotes and their speakers, with corpora, scorers and readers made for it."""

import json

import pytest

from evaluation import readers
from evaluation.corpora import measure_quotes, measure_speakers, read_corpus
from evaluation.figures import Disagreement
from evaluation.predictions import Scope
from evaluation.quality import main
from evaluation.readers import PipelineReader
from evaluation.scores import Tools
from evaluation.sets import load_articles
from tests.evaluation.services import serving
from tests.fakes import FakeAnalyzer

TEXT = "“Go,” said Ana Lyon, who thought ‘no’."
SAID, LYON, SAYING = [0, 5], [11, 19], [6, 10]
QUOTE = {"content": [SAID], "source": [LYON], "cue": [SAYING], "kind": "direct"}
BELIEF = {"content": [[34, 36]], "source": [[21, 24]], "kind": "direct"}
ARTICLE = {"id": "a", "text": TEXT, "attributions": [{"id": "E1", **QUOTE}]}
SPEAKERS = {
    "id": "a",
    "text": TEXT,
    "speakers": [
        {**QUOTE, "speaker": "Ana Lyon", "source_form": "name"},
        {**BELIEF, "speaker": "Ana Lyon", "source_form": "pronoun"},
    ],
    "entities": [
        {"type": "person", "name": "Ana Lyon", "aliases": ["Ana Lyon"], "mentions": [LYON]}
    ],
}
SEED = {
    "id": "seed",
    "text": TEXT,
    "entities": [],
    "quotes": [{"content": [SAID], "kind": "direct", "speaker": "Ana Lyon"}],
}

# What is returned is right here, whatever else may be missing.
SCORE_QUOTES = """\
import json, sys
quotes = [quote for line in open(sys.argv[2], encoding="utf-8") for quote in json.loads(line)["quotes"]]
figures = dict.fromkeys(("exact", "found", "joint found+source"), {"F": 100.0 * bool(quotes)})
empty = dict.fromkeys(figures, {"F": 0.0})
print(json.dumps({"all": figures, "direct": figures, "mixed": empty, "indirect": empty}))
"""
SCORE_SPEAKERS = """\
import json, sys
quotes = [quote for line in open(sys.argv[2], encoding="utf-8") for quote in json.loads(line)["quotes"]]
right = 50.0 * len(quotes)
whole = float(bool(quotes))
print("speakers            gold  found  right of found  end to end  wrong name of found")
print(f"  all                  2 {right:5.1f}%         100.0%      {right:5.1f}%         0.0%")
print(f"entities  P {whole:.4f} R {whole:.4f} F1 {whole:.4f}   B3 P {whole:.4f} R {whole:.4f} F1 {whole:.4f}")
"""


@pytest.fixture
def data(tmp_path):
    """A folder of corpora, each of one article, with scorers beside it."""
    tools, quotes, seed = tmp_path / "tools", tmp_path / "data/quotes", tmp_path / "data/seed"
    for folder in (tools, quotes, seed):
        folder.mkdir(parents=True)
    (tools / "speech_cues.txt").write_text("say")
    (tools / "score_quotes.py").write_text(SCORE_QUOTES)
    (tools / "score_speakers.py").write_text(SCORE_SPEAKERS)
    for name, article in (
        ("polnear.dev", ARTICLE),
        ("polnear.dev.mangled", ARTICLE),
        ("speakers_entities.dev", SPEAKERS),
    ):
        (quotes / f"{name}.jsonl").write_text(json.dumps(article))
    (seed / "gold.json").write_text(json.dumps(SEED))
    return tmp_path / "data"


@pytest.fixture
def run(data, monkeypatch, capsys):
    """Run the command in this process; give its exit status, its results and what it printed."""
    monkeypatch.setattr(readers, "load_pipeline", FakeAnalyzer)

    def run(*options):
        results = data / "results"
        status = main([str(data), "--results", str(results), *options])
        (path,) = results.glob("quality-*.json")
        return status, json.loads(path.read_text()), capsys.readouterr().out

    return run


def test_in_process(run):
    """All corpora are measured, the one with beliefs in both scopes, and the sample article."""
    status, report, printed = run("--in-process")
    assert status == 0
    assert (report["model"]["name"], report["how"]) == ("fake", "in process")
    assert list(report["quotes"]) == [
        "polnear.dev, scope speech",
        "polnear.dev.mangled, scope speech",
    ]
    for line in (
        "Read in process. 95 % intervals are of 1000 resamples of articles.",
        "| polnear.dev, scope speech | exact content, all | 100.0 | 100.0 to 100.0 | 1 | 1 |",
        "| speakers_entities.dev, scope speech | all | 2 | 50.0 | 50.0 to 50.0 | 0.0 | 0.0 to 0.0 |",
        "| speakers_entities.dev, scope all | all | 2 | 100.0 | 100.0 to 100.0 | 0.0 | 0.0 to 0.0 |",
        "| speakers_entities.dev, scope all | B3 | 100.0 | 100.0 to 100.0 | 1 | 1 |",
        "| polnear.dev, scope speech: quotes | 1 | 0.900 | 1.000 | 0.100 | 0.100 |",
        "| speakers_entities.dev, scope all: attributions | 2 | 0.750 | 1.000 | 0.250 | 0.250 |",
    ):
        assert line in printed.splitlines()
    assert "1 of 1 quotes found, 0 more inside a longer one, 1 with the right speaker" in printed
    assert report["seed"]["speakers_right"] == report["asked"]["seed"]["articles"] == 1


def test_no_text_in_results(run):
    """Results hold no text of a corpus, whether or not errors are listed."""
    _, report, printed = run("--in-process", "--errors")
    assert "Go" not in json.dumps(report)
    assert "Go" not in printed.partition("Written to")[0]


def test_errors_on_the_terminal(run):
    """Without a file, what went wrong is printed after the figures."""
    _, _, printed = run("--in-process", "--errors")
    listing = printed.partition("Written to")[2]
    assert "# speakers_entities.dev, scope speech: 1 faults" in listing
    assert "    labelled  Ana Lyon (who) | no cue | no" in listing


def test_errors_in_a_file(run, tmp_path):
    """What went wrong is listed in the file that the caller names, and nowhere else."""
    _, _, printed = run("--in-process", "--errors", str(tmp_path / "errors.md"))
    assert "| no cue | no" in (tmp_path / "errors.md").read_text()
    assert "| no cue | no" not in printed


def test_failures(run):
    """Where a service fails, figures are nought, and the exit status says so."""
    with serving(lambda _: (500, {})) as (url, asked):
        status, report, _ = run("--url", url)
    assert status == 1
    assert report["how"] == "over HTTP"
    assert [body["scope"] for body in asked] == ["speech", "speech", "speech", "all", "speech"]
    assert report["asked"]["polnear.dev, scope speech"]["failed"] == 1


def test_one_or_the_other(run, capsys):
    """A service and a pipeline in this process exclude each other."""
    with pytest.raises(SystemExit):
        run("--in-process", "--url", "http://here")
    assert "not allowed with" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("measure", "name", "figure"),
    [
        (measure_quotes, "polnear.dev", "found with the right source, all"),
        (measure_speakers, "speakers_entities.dev", "all"),
    ],
)
def test_disagreement(data, tmp_path, measure, name, figure):
    """Figures that the shared scorers do not print are refused."""
    gold = data / "quotes" / f"{name}.jsonl"
    corpus = read_corpus(PipelineReader(FakeAnalyzer()), gold, Scope.SPEECH, tmp_path)
    corpus.prediction.write_text(json.dumps({"quotes": []}))
    with pytest.raises(Disagreement, match=f"{name}, scope speech: {figure}"):
        measure(corpus, Tools(data.parent / "tools"))


def test_read_corpus(data, tmp_path):
    """What came back is kept beside the gold for the scorers, article by article."""
    gold = data / "quotes" / "speakers_entities.dev.jsonl"
    corpus = read_corpus(PipelineReader(FakeAnalyzer()), gold, Scope.ALL, tmp_path)
    ((article, prediction),) = corpus.pairs()
    assert article == SPEAKERS
    (written,) = load_articles(corpus.prediction)
    assert written["id"] == "a"
    assert len(written["quotes"]) == len(prediction["quotes"]) == 2
