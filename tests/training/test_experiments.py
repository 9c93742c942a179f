"""The choices that were tried, each for a moment, on a tiny network."""

import json
from dataclasses import replace

import pytest
import torch

from analysis.readings import MENTION_TAGS
from tests.tiny_model import tiny_network, tiny_recipe, tiny_tokenizer, write_tiny_model
from tests.training.stories import BRIDGE, RECORDS
from training import experiments
from training.examples import UNLABELLED, collate, cut_examples
from training.experiments import EXPERIMENTS, Laboratory
from training.losses import find_losses
from training.settings import Corpus, Dev
from training.variants import (
    Distilled,
    Ensemble,
    LayerMix,
    LearnedSteps,
    Spans,
    learned_steps_losses,
    span_losses,
)

DATA = [
    Corpus("articles", "articles.jsonl", 1.0, 1.0),
    Corpus("attributions", "quotes.jsonl", 1.0, 0.4, "silver.bio"),
    Corpus("sentences", "one.bio", 1.0, 1.0),
]


@pytest.fixture
def laboratory(tmp_path, monkeypatch):
    """A laboratory with corpora of a few lines and a tiny network."""
    data = tmp_path / "data"
    (data / "entities").mkdir(parents=True)
    lee = BRIDGE.index("Ann Lee")
    article = {
        "id": "a",
        "text": BRIDGE,
        "mentions": [{"start": lee, "end": lee + 7, "type": "person"}],
    }
    parts = RECORDS[0].attributions[0]
    attribution = {"source": parts.source, "cue": parts.cue, "content": parts.content}
    quoted = {"id": "b", "text": BRIDGE, "attributions": [attribution]}
    (data / "articles.jsonl").write_text(json.dumps(article))
    (data / "entities/uner_ewt.dev.jsonl").write_text(json.dumps(article))
    (data / "quotes.jsonl").write_text(json.dumps(quoted))
    (data / "silver.bio").write_text("# doc = b\nAnn\tB-PER\nLee\tI-PER\n")
    (data / "one.bio").write_text("Ann\tB-PER\n")
    (data / "entities/wnut17.train.bio").write_text("Lund\tB-LOC\n")
    recipe = replace(
        tiny_recipe(), corpora=tuple(DATA), dev=Dev("articles.jsonl", "quotes.jsonl", 1)
    )
    monkeypatch.setattr(experiments, "load_recipe", lambda: recipe)
    monkeypatch.setattr(experiments, "build_gazetteers", lambda seed: {})
    start = write_tiny_model(tmp_path / "start")
    (tmp_path / "work").mkdir()
    return Laboratory(data, start, tmp_path / "work", pieces=60)


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.name)
def test_experiments(laboratory, experiment):
    """Every experiment trains, reads the dev texts, and is not done twice."""
    figures = laboratory.run(experiment)
    assert figures.keys() == {"ww.dev", "uner_ewt.dev", "content_f1", "pair_f1"}
    assert all(0 <= figure <= 100 for figure in figures.values())
    laboratory.train = None
    assert laboratory.run(experiment) == figures


def test_two_seeds_together(laboratory):
    """Two runs are averaged, asked together, and taught to a third."""
    for experiment in EXPERIMENTS[:2]:
        laboratory.run(experiment)
    names = [name for name, _ in laboratory.combine(EXPERIMENTS[:2])]
    assert names == ["seeds averaged", "ensemble", "distilled"]


def batch():
    """Return the stories as one batch."""
    import random

    rng = random.Random(1)
    return collate(
        [e for record in RECORDS for e in cut_examples(record, tiny_tokenizer(), 40, rng)]
    )


def grown(kind):
    """Return a tiny network of another kind, with the weights of the usual one."""
    network = kind(tiny_network().config)
    network.load_state_dict(tiny_network().state_dict())
    return network.extend().eval()


def encode(network, batch):
    return network.encode(batch.ids, batch.shapes, batch.states, batch.mask)


def test_learned_steps_allow_what_the_labels_allow():
    """The likelihood of the labelled sequences is that of all sequences where none is labelled."""
    network, found = grown(LearnedSteps), batch()
    hidden = encode(network, found)
    loss = learned_steps_losses(network, hidden, found)["mention"]
    assert loss > 0
    found.mention_tags[:] = UNLABELLED
    assert learned_steps_losses(network, hidden, found)["mention"] is None
    found.mention_tags[0, 1] = MENTION_TAGS.tags.index("O")
    less = learned_steps_losses(network, hidden, found)["mention"]
    scores = network.mention_head(hidden)[0, :, :]
    step = network.steps
    every = [_sum_in_turn(scores, step, first) for first in (None, MENTION_TAGS.tags.index("O"))]
    torch.testing.assert_close(less, every[0] - every[1], rtol=1e-3, atol=1e-3)


def _sum_in_turn(scores, steps, second):
    """Return the log of the sum over all tag sequences, or over those with one tag second."""
    total = scores[0]
    for at in range(1, int(scores.shape[0])):
        total = (total[:, None] + steps).logsumexp(0) + scores[at]
        if at == 1 and second is not None:
            total = torch.where(torch.arange(len(total)) == second, total, -torch.inf)
    return total.logsumexp(0)


def test_span_losses():
    """Scores that favour the labelled spans cost less than any others."""
    network, found = grown(Spans), batch()
    hidden = encode(network, found)
    before = span_losses(network, hidden, found)["mention"]
    before.backward()
    with torch.no_grad():
        for parameter in (network.label.weight, network.label.bias):
            parameter -= 0.1 * parameter.grad
    assert span_losses(network, encode(network, found), found)["mention"] < before


def test_mixture_begins_as_the_last_layer():
    """To begin with, the mixture of layers is nearly the last one."""
    found = batch()
    plain, mixed = (encode(n, found) for n in (tiny_network(), grown(LayerMix)))
    assert torch.nn.functional.cosine_similarity(plain, mixed, dim=-1).min() > 0.9


def test_ensemble_of_one():
    """An ensemble of twins says what one of them says."""
    found = batch()
    one = tiny_network()
    twins = Ensemble([one, tiny_network()])
    scores = [network.mention_head(encode(network, found)).softmax(-1) for network in (one, twins)]
    torch.testing.assert_close(*scores)


def test_distillation_from_oneself():
    """Who agrees with the teacher loses half of what the labels say."""
    found, network = batch(), tiny_network()
    hidden = encode(network, found)
    plain = find_losses(network, hidden, found)
    taught = Distilled(network)(network, hidden, found)
    for name in ("mention", "attribution"):
        torch.testing.assert_close(taught[name], plain[name] / 2)
    assert taught["link"] == plain["link"]


def test_results(laboratory, tmp_path, monkeypatch):
    """All figures are written, each beside its distance from the recipe's own."""
    monkeypatch.setattr(experiments, "EXPERIMENTS", EXPERIMENTS[:3])
    arguments = ["--start", str(tmp_path / "start"), "--work", str(tmp_path / "work")]
    arguments += ["--pieces", "60", "--results", str(tmp_path / "results")]
    monkeypatch.setattr("sys.argv", ["experiments", str(tmp_path / "data"), *arguments])
    experiments.main()
    (path,) = (tmp_path / "results").glob("*.json")
    rows = json.loads(path.read_text())["experiments"]
    assert list(rows) == ["base", "seed", "seeds averaged", "ensemble", "distilled", "names off"]
    table = path.with_suffix(".md").read_text().splitlines()
    assert len(table) == 2 + len(rows)
    assert table[2].count("(+0.0)") == 4


def test_some_only(laboratory, tmp_path, monkeypatch):
    """Some experiments can be done by themselves."""
    arguments = ["--start", str(tmp_path / "start"), "--work", str(tmp_path / "work")]
    arguments += ["--pieces", "60", "--results", str(tmp_path / "results")]
    arguments += ["--only", "base", "layer mix"]
    monkeypatch.setattr("sys.argv", ["experiments", str(tmp_path / "data"), *arguments])
    experiments.main()
    (path,) = (tmp_path / "results").glob("*.json")
    assert list(json.loads(path.read_text())["experiments"]) == ["base", "layer mix"]
