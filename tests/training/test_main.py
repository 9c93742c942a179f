"""The steps of the recipe, on corpora of a few lines."""

import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertModel

from analysis.encoder import Config
from analysis.models import Calibrations
from tests.tiny_model import tiny_network, tiny_recipe, tiny_tokenizer
from tests.training.stories import RECORDS, write_corpora
from training.__main__ import (
    average_weights,
    build_start,
    calibrate,
    copy_weights,
    find_encoder,
    keep_weights,
)
from training.corpora import read_dev, read_sources
from training.figures import dev_figures, model_of
from training.settings import Corpus, Dev
from training.silver import judge_sources


@pytest.fixture
def data(tmp_path):
    """A folder of corpora."""
    return write_corpora(tmp_path)


def equal(first, second) -> bool:
    return all(torch.equal(weight, second[name]) for name, weight in first.items())


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
    """A later phase ends with a mean of the weights before and after it."""
    first, last = tiny_network(1), tiny_network(2)
    before = keep_weights(first, tmp_path / "before.safetensors")
    assert keep_weights(last, tmp_path / "before.safetensors").keys() == before.keys()
    after = copy_weights(last)
    average_weights(last, keep_weights(last, tmp_path / "before.safetensors"), 0.25)
    for name, weight in copy_weights(last).items():
        torch.testing.assert_close(weight, 0.25 * before[name] + 0.75 * after[name])


def test_weights_half_kept(tmp_path):
    """What an interruption left of weights is not taken for them."""
    network = tiny_network()
    (tmp_path / "before.partial").write_bytes(b"half")
    kept = keep_weights(network, tmp_path / "before.safetensors")
    assert equal(kept, copy_weights(network))
    assert [path.name for path in tmp_path.iterdir()] == ["before.safetensors"]


@pytest.fixture
def encoder(tmp_path, monkeypatch):
    """A pre-trained encoder as a Python package, of one layer and a few words."""
    folder = tmp_path / "packages/tiny_encoder"
    tokenizer = tiny_tokenizer()
    config = BertConfig(
        vocab_size=400, hidden_size=Config().hidden, num_hidden_layers=1, intermediate_size=8
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder / "model")
    (folder / "__init__.py").touch()
    tokenizer.enable_truncation(8)
    tokenizer.enable_padding()
    tokenizer.save(str(folder / "model/tokenizer.json"))
    monkeypatch.syspath_prepend(folder.parent)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    return folder / "model"


def test_start_from_a_package(encoder):
    """Training starts from the weights in a package, and cuts no text short."""
    recipe = replace(tiny_recipe(), encoder={"package": "tiny_encoder", "hub": "none"})
    network, tokenizer = build_start(recipe)
    stored = load_file(encoder / "model.safetensors")
    assert equal(stored, network.encoder.state_dict())
    assert network.encoder.config.attention_probs_dropout_prob == 0
    assert len(tokenizer.encode("water " * 20).ids) == 20
    assert len(tokenizer.encode_batch(["water", "the water"])[0].ids) == 1


def test_start_from_the_hub(tmp_path, monkeypatch):
    """Without the package, the same weights are taken from the hub."""
    fetched = {"some/encoder": str(tmp_path)}
    hub = SimpleNamespace(snapshot_download=fetched.__getitem__)
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    recipe = replace(tiny_recipe(), encoder={"package": "not_installed", "hub": "some/encoder"})
    assert find_encoder(recipe) == tmp_path
