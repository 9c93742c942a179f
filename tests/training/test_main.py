"""The whole recipe, on corpora of a few lines."""

import json
from dataclasses import replace

import pytest
import torch

from analysis.models import Calibrations
from tests.tiny_model import tiny_network, tiny_recipe, tiny_tokenizer
from tests.training.stories import BRIDGE, RECORDS
from training.__main__ import average_weights, calibrate, copy_weights, keep_weights
from training.corpora import read_dev, read_sources
from training.figures import dev_figures, model_of
from training.settings import Corpus, Dev
from training.silver import judge_sources


@pytest.fixture
def data(tmp_path):
    """A folder of corpora."""
    parts = RECORDS[0].attributions[0]
    quoted = {
        "id": "bridge",
        "text": BRIDGE,
        "attributions": [{"source": parts.source, "cue": parts.cue, "content": parts.content}],
    }
    place = {"start": 0, "end": 4, "type": "place"}
    article = {"id": "a", "text": "Lund is shut.", "mentions": [place]}
    (tmp_path / "quotes.jsonl").write_text(json.dumps(quoted))
    (tmp_path / "articles.jsonl").write_text(json.dumps(article))
    (tmp_path / "articles.test.jsonl").write_text(json.dumps(article))
    (tmp_path / "one.bio").write_text("Ann\tB-PER\n")
    (tmp_path / "two.bio").write_text("Lund\tB-LOC\n")
    (tmp_path / "silver.bio").write_text("# doc = bridge\nAnn\tB-PER\nLee\tI-PER\n")
    return tmp_path


def read(data, *corpora: Corpus):
    return read_sources(replace(tiny_recipe(), corpora=corpora), data)


def test_sources(data):
    """Each corpus is read by its reader, several files by a pattern."""
    sources = read(
        data,
        Corpus("articles", "articles.jsonl", 2.0, 1.0),
        Corpus("attributions", "quotes.jsonl", 1.0, 0.4, "silver.bio"),
        Corpus("attributions", "quotes.jsonl", 1.0, 0.4),
        Corpus("sentences", "*e.bio", 0.5, 0.7),
        Corpus("sentences", "t*o.bio", 0.5, 0.7),
    )
    assert [repeats for _, repeats in sources] == [2.0, 1.0, 1.0, 0.5, 0.5]
    articles, silver, quotes, one, two = (records for records, _ in sources)
    assert articles[0].mention_weight == 1.0
    assert silver[0].attributions == quotes[0].attributions == RECORDS[0].attributions
    assert (silver[0].mention_weight, quotes[0].mentions) == (0.4, None)
    assert [record.text for record in (*one, *two)] == ["Ann", "Lund"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param("articles.test.jsonl", "never trained on", id="test part"),
        pytest.param("articles.*jsonl", "never trained on", id="test part among others"),
        pytest.param("other.jsonl", "no corpus at", id="missing"),
    ],
)
def test_refused_corpora(data, path, message):
    """A test part is never trained on, and a missing corpus is not passed over."""
    with pytest.raises(SystemExit, match=message):
        read(data, Corpus("articles", path, 1.0, 1.0))


def test_dev_figures(data):
    """Figures on dev texts come from the network as it is, which goes on training."""
    dev = Dev("articles.jsonl", "quotes.jsonl", 1)
    articles, quoted = read_dev(replace(tiny_recipe(), dev=dev), data)
    network = tiny_network(eagerness=20.0).train()
    figures = dev_figures(model_of(network, tiny_tokenizer()), articles, quoted)
    assert figures.keys() == {"mention_f1", "content_f1", "pair_f1"}
    assert all(0.0 <= figure <= 100.0 for figure in figures.values())
    assert network.training
    assert dev_figures(model_of(network, tiny_tokenizer()), [], [])["mention_f1"] == 0.0


def test_silver_is_judged_once(data, tmp_path):
    """Only corpora that a tagger labelled are judged, and what was judged is kept."""
    sources = read(
        data,
        Corpus("articles", "articles.jsonl", 1.0, 1.0),
        Corpus("attributions", "quotes.jsonl", 1.0, 0.4, "silver.bio"),
    )
    bold = tiny_network(eagerness=20.0)
    first = judge_sources(sources, bold, tiny_tokenizer(), tmp_path)
    assert first[0] == sources[0]
    assert first[1][0][0].doubts
    assert judge_sources(sources, tiny_network(1), tiny_tokenizer(), tmp_path) == first


def test_calibration(data):
    """Maps are fitted on all dev texts, and their errors told on texts held out."""
    dev = Dev("articles.jsonl", "quotes.jsonl", 1)
    articles, quoted = read_dev(replace(tiny_recipe(), dev=dev), data)
    network = tiny_network(eagerness=20.0)
    calibrations, errors = calibrate(network, tiny_tokenizer(), articles * 5, quoted * 5)
    assert calibrations != Calibrations()
    assert errors.keys() == {"mention", "attribution"}
    assert all(0 <= error <= 1 for error in errors.values())


def test_weights_are_averaged(tmp_path):
    """What ships is a mean of the weights before and after the last phase."""
    first, last = tiny_network(1), tiny_network(2)
    before = keep_weights(first, tmp_path / "before.safetensors")
    assert keep_weights(last, tmp_path / "before.safetensors").keys() == before.keys()
    after = copy_weights(last)
    average_weights(last, keep_weights(last, tmp_path / "before.safetensors"), 0.25)
    for name, weight in copy_weights(last).items():
        torch.testing.assert_close(weight, 0.25 * before[name] + 0.75 * after[name])
