"""Training for a moment: the same each time, and the same after an interruption."""

import json
import os
from dataclasses import replace
from itertools import count, pairwise

import pytest
import torch

from analysis.models import load_model
from tests.tiny_model import TINY, tiny_network, tiny_recipe, tiny_tokenizer
from tests.training.stories import RECORDS
from training.augmentation import Rates
from training.examples import UNLABELLED, collate
from training.export import export_model
from training.learning import Batches, Trainer
from training.losses import attribution_loss, link_loss, mention_loss
from training.network import Network, load_network
from training.records import Record
from training.settings import Phase

TOKENIZER = tiny_tokenizer()
SOURCES = [(RECORDS[:2], 2.0), (RECORDS[2:], 1.0)]
ONE_PHASE = (Phase(600, 1e-3, 1e-2),)
TWO_PHASES = (Phase(300, 1e-3, 1e-2), Phase(300, 5e-4, 5e-3))
THREE_PHASES = (*TWO_PHASES, Phase(200, 3e-4, 3e-3))


class Interrupted(Exception):
    """Somebody pulled the plug."""


def batches(seed: int = 7) -> Batches:
    return Batches(SOURCES, TOKENIZER, replace(tiny_recipe(), seed=seed), {})


def printed(epoch) -> list[list[list[int]]]:
    return [batch.ids.tolist() for batch in epoch]


def train(folder, evaluate=lambda network: {}, **learning):
    recipe = tiny_recipe(**learning)
    folder.mkdir(exist_ok=True)
    network = tiny_network()
    trainer = Trainer(network, recipe, folder)
    for phase in range(trainer.phase, len(recipe.learning.phases)):
        trainer.train(phase, Batches(SOURCES, TOKENIZER, recipe, {}), evaluate)
    return network, trainer


def same(first, second) -> bool:
    theirs = second.state_dict()
    return all(torch.equal(own, theirs[name]) for name, own in first.state_dict().items())


def test_batches_follow_the_seed():
    """An epoch is the same for the same seed, and other epochs and seeds differ."""
    assert printed(batches().epoch(0)) == printed(batches().epoch(0))
    assert printed(batches().epoch(0)) != printed(batches().epoch(1))
    assert printed(batches().epoch(0)) != printed(batches(8).epoch(0))


def test_batches_fit():
    """A batch holds no more pieces, padding included, than the recipe allows.

    Windows are sorted by length give or take eight pieces, so that the longest may be a little
    longer than the last one.
    """
    most = tiny_recipe().learning.batch_pieces
    found = [batch for number in range(5) for batch in batches().epoch(number)]
    assert all(len(batch.ids) * (batch.ids.shape[1] - 8) <= most for batch in found)
    assert any(len(batch.ids) > 1 for batch in found)


def test_epochs_repeat_corpora():
    """An epoch goes through a corpus as often as the recipe says, and through parts of one."""
    recipe = replace(tiny_recipe(), augmentation=Rates(*[0] * 9))
    records = [Record(str(i), f"the river is new {i}", ()) for i in range(4)]
    found = Batches([(records, 1.5)], TOKENIZER, recipe, {}).epoch(0)
    assert sum(len(batch.ids) for batch in found) == 6


def test_no_batches_of_nothing():
    """Texts without a word make no batch."""
    blank = [([Record("blank", " ")], 1.0)]
    assert printed(Batches(blank, TOKENIZER, tiny_recipe(), {}).epoch(0)) == []


def test_learning_lowers_the_loss(tmp_path):
    """A few hundred pieces are enough to fit three short texts better."""
    _, trainer = train(tmp_path, pieces=4000, evaluations=20)
    lines = trainer.read_log()
    for name in ("mention", "attribution"):
        losses = [line[name] for line in lines if name in line]
        assert sum(losses[-3:]) < 0.8 * sum(losses[:3])


def test_training_can_be_repeated(tmp_path):
    """The same recipe gives the same weights to the last bit."""
    (first, _), (second, _) = train(tmp_path / "a"), train(tmp_path / "b")
    assert same(first, second)
    assert not same(first, tiny_network())


@pytest.mark.parametrize("phases", [ONE_PHASE, TWO_PHASES], ids=["one phase", "two phases"])
@pytest.mark.parametrize("evaluations", [2, 5])
def test_interruption_changes_nothing(tmp_path, evaluations, phases):
    """Training that was interrupted and resumed ends with the weights of one that was not."""
    often = {"evaluations": evaluations, "checkpoint_seconds": -1, "phases": phases}
    straight, _ = train(tmp_path / "straight", **often)

    def interrupt(network):
        raise Interrupted

    folder = tmp_path / "resumed"
    with pytest.raises(Interrupted):
        train(folder, interrupt, **often)
    assert (folder / "checkpoint.pt").exists()
    resumed, trainer = train(folder, **often)
    assert same(straight, resumed)
    assert trainer.seconds > 0


def stop_after(saves: int):
    """Return a way to put a checkpoint in its place that fails once it has put so many."""
    put, left = os.replace, iter(range(saves - 1, -1, -1))

    def replace_and_stop(partial, checkpoint):
        put(partial, checkpoint)
        if next(left) == 0:
            raise Interrupted

    return replace_and_stop


def test_a_stop_after_any_checkpoint(tmp_path, monkeypatch):
    """After whichever checkpoint training is stopped, it ends with the same weights and log."""
    short = tuple(replace(phase, pieces=130) for phase in THREE_PHASES)
    often = {"checkpoint_seconds": -1, "evaluations": 4, "phases": short}
    straight, trainer = train(tmp_path / "straight", **often)
    pieces = [line["pieces"] for line in trainer.read_log()]
    for saves in count(1):
        folder = tmp_path / f"stopped after {saves}"
        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", stop_after(saves))
            try:
                train(folder, **often)
                break
            except Interrupted:
                pass
        resumed, trainer = train(folder, **often)
        assert same(straight, resumed)
        assert [line["pieces"] for line in trainer.read_log()] == pieces
    assert saves > 3 * len(THREE_PHASES)


def test_finished_training_is_not_taken_up_again(tmp_path):
    """A recipe that has been followed to its end is not followed again."""
    first, trainer = train(tmp_path)
    again, resumed = train(tmp_path)
    assert same(first, again)
    assert resumed.seconds == pytest.approx(trainer.seconds, abs=0.5)


@pytest.mark.parametrize("phases", [TWO_PHASES, THREE_PHASES], ids=["two", "three"])
def test_last_phase_alone(tmp_path, phases):
    """Training can begin with the last phase, from weights that the earlier ones made."""
    recipe = tiny_recipe(phases=phases)
    trainer = Trainer(tiny_network(), recipe, tmp_path, start="c0ffee")
    last = len(phases) - 1
    assert trainer.phase == last
    trainer.train(last, Batches(SOURCES, TOKENIZER, recipe, {}), lambda network: {})
    earlier = sum(phase.pieces for phase in phases[:-1])
    assert min(line["pieces"] for line in trainer.read_log()) > earlier
    assert trainer.pieces == pytest.approx(phases[-1].pieces, rel=0.35)
    assert not same(trainer.network, tiny_network())


@pytest.mark.parametrize("start", [None, "beef"])
def test_folder_of_another_run(tmp_path, start):
    """A folder belongs, from the first moment, to the run that began with these weights."""
    recipe = tiny_recipe(phases=TWO_PHASES)
    Trainer(tiny_network(), recipe, tmp_path, start="c0ffee")
    with pytest.raises(SystemExit, match="began with c0ffee"):
        Trainer(tiny_network(), recipe, tmp_path, start=start)


def test_phase_is_kept(tmp_path):
    """A trainer that goes on knows the phase that it has come to."""
    recipe = tiny_recipe(phases=THREE_PHASES)
    trainer = Trainer(tiny_network(), recipe, tmp_path)
    assert trainer.phase == 0
    for phase in (0, 1):
        trainer.train(phase, Batches(SOURCES, TOKENIZER, recipe, {}), lambda network: {})
    assert trainer.phase == Trainer(tiny_network(), recipe, tmp_path).phase == 1


class OffAccelerator(Network):
    """A network that stays where it is."""

    def to(self, device):
        return self


@pytest.mark.parametrize(("accelerated", "attention"), [(True, "sdpa"), (False, "eager")])
def test_attention(tmp_path, monkeypatch, accelerated, attention):
    """PyTorch's fused attention is used on accelerators alone."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: accelerated)
    network = OffAccelerator(TINY)
    Trainer(network, tiny_recipe(), tmp_path)
    assert network.encoder.config._attn_implementation == attention


def test_rates_decay_in_each_phase(tmp_path):
    """At the end of each phase a step changes next to nothing, at its beginning much."""
    recipe = tiny_recipe(phases=(Phase(3000, 1e-3, 1e-2), Phase(3000, 1e-3, 1e-2)), evaluations=12)
    trainer = Trainer(tiny_network(), recipe, tmp_path)
    seen = [trainer.network.mention_head.weight.detach().clone()]

    def measure(network):
        seen.append(network.mention_head.weight.detach().clone())
        return {}

    for phase in (0, 1):
        trainer.train(phase, Batches(SOURCES, TOKENIZER, recipe, {}), measure)
    steps = [(after - before).norm().item() for before, after in pairwise(seen)]
    assert steps[5] < 0.5 * steps[1]
    assert steps[7] > 2 * steps[5]
    assert steps[11] < 0.5 * steps[7]


def test_log_of_an_interrupted_run(tmp_path):
    """What is learned again after an interruption is logged once."""
    often = {"evaluations": 5, "checkpoint_seconds": -1}
    calls = []

    def interrupt(network):
        calls.append(1)
        if len(calls) == 3:
            raise Interrupted
        return {"figure": 1.0}

    with pytest.raises(Interrupted):
        train(tmp_path, interrupt, **often)
    log = tmp_path / "log.jsonl"
    log.write_text(log.read_text() + json.dumps({"pieces": 10_000, "figure": 1.0}) + "\n")
    _, trainer = train(tmp_path, lambda network: {"figure": 1.0}, **often)
    pieces = [line["pieces"] for line in trainer.read_log() if "figure" in line]
    assert len(pieces) == len(set(pieces)) == 5
    assert pieces == sorted(pieces)


def test_dev_figures_are_logged(tmp_path):
    """What the evaluation returns stands in the log, as often as the recipe asks."""
    _, trainer = train(tmp_path, lambda network: {"figure": 1.0}, evaluations=3)
    lines = [line for line in trainer.read_log() if "figure" in line]
    assert len(lines) == 3
    assert lines[-1]["pieces"] >= tiny_recipe().learning.pieces


def test_evaluation_sees_a_network_at_rest(tmp_path):
    """Dropout is off while dev texts are read, and on again after."""
    modes = []
    network, _ = train(tmp_path, lambda network: modes.append(network.training) or {})
    assert not any(modes)
    assert network.training


def test_word_embeddings_stay(tmp_path):
    """Words that training never shows keep their place."""
    network, _ = train(tmp_path)
    before = tiny_network().encoder.embeddings.word_embeddings.weight
    assert torch.equal(network.encoder.embeddings.word_embeddings.weight, before)


def test_half_precision(tmp_path):
    """Matrix products may be made in half precision."""
    network, _ = train(tmp_path, bfloat16=True, pieces=200)
    assert all(parameter.dtype is torch.float32 for parameter in network.parameters())


def test_nothing_labelled_nothing_lost():
    """Where a batch has no labels of a kind, it teaches nothing of that kind."""
    network = tiny_network()
    by_kind = {True: [], False: []}
    for batch in batches().epoch(0):
        for example in batch.examples:
            by_kind[set(example.attribution_tags) == {UNLABELLED}].append(example)
    names_only = collate(by_kind[True])
    hidden = torch.zeros((*names_only.ids.shape, TINY.hidden))
    assert mention_loss(network, hidden, names_only) is not None
    assert attribution_loss(network, hidden, names_only) is None
    assert link_loss(network, hidden, names_only) is None
    quotes_only = collate([e for e in by_kind[False] if set(e.mention_tags) == {UNLABELLED}])
    hidden = torch.zeros((*quotes_only.ids.shape, TINY.hidden))
    assert mention_loss(network, hidden, quotes_only) is None
    assert attribution_loss(network, hidden, quotes_only) is not None


def test_batches_without_labels(tmp_path):
    """Texts that nobody labelled change no weight."""
    recipe = tiny_recipe(pieces=60)
    trainer = Trainer(tiny_network(), recipe, tmp_path)
    bare = [(record.id, record.text) for record in RECORDS]
    batches = Batches([([Record(*each) for each in bare], 1.0)], TOKENIZER, recipe, {})
    trainer.train(0, batches, lambda network: {})
    assert trainer.pieces >= 60
    assert same(trainer.network, tiny_network())


def test_trust_weighs_mentions():
    """Mentions that are trusted half teach half as much."""
    network = tiny_network()
    batch = next(b for b in batches().epoch(0) if (b.mention_tags != UNLABELLED).any())
    hidden = torch.zeros((*batch.ids.shape, TINY.hidden))
    full = mention_loss(network, hidden, batch)
    batch.mention_weights.mul_(0.5)
    assert mention_loss(network, hidden, batch).item() == pytest.approx(full.item() / 2)


def test_export(tmp_path):
    """What was trained is what is loaded, to half precision."""
    network, _ = train(tmp_path / "work")
    export_model(network, TOKENIZER, tiny_recipe(), tmp_path / "model")
    model = load_model(tmp_path / "model")
    assert model.config == TINY
    assert model.info.name == "tiny"
    loaded = load_network(tmp_path / "model").network.state_dict()
    for name, tensor in network.state_dict().items():
        torch.testing.assert_close(loaded[name], tensor, rtol=1e-3, atol=1e-4)
    assert model.read(RECORDS[0].text) == load_model(tmp_path / "model").read(RECORDS[0].text)


def test_weights_cannot_run_code(tmp_path):
    """The export holds safetensors and JSON, nothing that unpickles."""
    export_model(tiny_network(), TOKENIZER, tiny_recipe(), tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".safetensors"}
