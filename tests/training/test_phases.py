"""The whole recipe, followed in one go and with stops, on corpora of a few lines."""

import json
import sys
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file

from analysis.confidence import Confidences, load_confidences
from analysis.models import load_model
from tests.tiny_model import tiny_network, tiny_recipe, tiny_tokenizer, write_tiny_model
from tests.training.stories import write_corpora
from training import __main__ as training
from training.learning import Batches
from training.network import load_network
from training.settings import Corpus, Dev, Phase

SHARE = 0.25
PHASES = (
    Phase(120, 1e-3, 1e-2),
    Phase(100, 1e-3, 1e-2, before=SHARE),
    Phase(80, 1e-3, 1e-2, attributions=3.0, before=SHARE),
)


class Interrupted(Exception):
    """Somebody pulled the plug."""


def build_tiny_start(recipe):
    return tiny_network(eagerness=20.0), tiny_tokenizer()


class Run:
    """Follows a tiny recipe in a folder, as often as it is told to."""

    def __init__(self, data, monkeypatch):
        self.data = data
        self.patch = monkeypatch
        self.recipe = replace(
            tiny_recipe(phases=PHASES, checkpoint_seconds=-1),
            corpora=(
                Corpus("attributions", "quotes.jsonl", 1.0, 0.4, "silver.bio"),
                Corpus("articles", "articles.jsonl", 1.0, 1.0),
            ),
            dev=Dev("articles.jsonl", "quotes.jsonl", 1),
        )
        monkeypatch.setattr(training, "load_recipe", lambda path: self.recipe)
        monkeypatch.setattr(training, "build_gazetteers", lambda seed: {})
        monkeypatch.setattr(training, "build_start", build_tiny_start)

    def __call__(self, *options):
        """Follow the recipe, and return the weights that were exported."""
        folder = self.data / "run"
        places = {"work": folder / "work", "out": folder / "out", "results": folder / "results"}
        arguments = [f"--{option}={place}" for option, place in places.items()]
        self.patch.setattr(sys, "argv", ["training", str(self.data), *arguments, *options])
        training.main()
        return load_file(folder / "out/model.safetensors")

    def stopped(self, step, call, *, done):
        """Follow the recipe until a call of one of its steps: before it, or once it is done."""
        calls, work = [], getattr(training, step)

        def stop(*arguments):
            calls.append(arguments)
            if len(calls) < call:
                return work(*arguments)
            if done:
                work(*arguments)
            raise Interrupted

        with self.patch.context() as patch:
            patch.setattr(training, step, stop)
            with pytest.raises(Interrupted):
                self()

    def logged(self):
        """Return the lines of the log, without the time that each took."""
        lines = (self.data / "run/work/log.jsonl").read_text().splitlines()
        return [{**json.loads(line), "seconds": None} for line in lines]


@pytest.fixture
def run(tmp_path, monkeypatch):
    return Run(write_corpora(tmp_path), monkeypatch)


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    """What a run that nobody stopped exports and logs."""
    with pytest.MonkeyPatch.context() as patch:
        run = Run(write_corpora(tmp_path_factory.mktemp("straight")), patch)
        return run(), run.logged()


def equal(first, second) -> bool:
    return all(torch.equal(weight, second[name]) for name, weight in first.items())


def mean(before, after):
    return {name: (1 - SHARE) * after[name] + SHARE * before[name] for name in after}


def half(weights):
    """Return weights in the precision of an export."""
    return {name: weight.half() for name, weight in weights.items()}


def reached(folder):
    """Return the weights of the last checkpoint."""
    return torch.load(folder / "work/checkpoint.pt", weights_only=True)["network"]


def test_recipe_from_its_beginning(run):
    """Three phases end in weights that can be loaded, figures about them, and a picture."""
    run()
    out, results = run.data / "run/out", run.data / "run/results"
    model = load_model(out)
    assert (model.info.name, model.info.version) == ("tiny", "0.0.1")
    assert load_confidences(out) == Confidences()
    assert {path.name for path in results.iterdir()} == {
        "training-0.0.1.json",
        "training-0.0.1.png",
    }
    summary = json.loads((results / "training-0.0.1.json").read_text())
    assert summary["start"] == run.recipe.encoder["hub"]
    assert summary["pieces"] >= sum(phase.pieces for phase in PHASES)
    assert summary["part_of_dev"].keys() == {"float32", "exported"}
    assert len(summary["along_the_way"]) == run.recipe.learning.evaluations
    assert sorted(path.name for path in (run.data / "run/work").glob("phase-*")) == [
        "phase-0",
        "phase-1",
        "phase-2",
    ]


def test_each_phase_goes_on_from_a_mean(run):
    """What a phase but the first has reached is averaged with what it began with, and goes on."""
    folder = run.data / "run"
    run.stopped("average_weights", 1, done=False)
    middle = reached(folder)
    exported = run()
    second, third = (load_file(folder / f"work/phase-{n}/before.safetensors") for n in (1, 2))
    assert equal(third, mean(second, middle))
    assert equal(exported, half(mean(third, reached(folder))))


def test_silver_is_judged_in_each_later_phase(run):
    """Names from a tagger are judged anew before every phase but the first."""
    run()
    judged = sorted(path.parent.name for path in run.data.glob("run/work/*/silver-0.jsonl"))
    assert judged == ["phase-1", "phase-2"]


def test_attributions_are_favoured(run, monkeypatch):
    """A phase goes through corpora with attributions as often as the recipe says of it."""
    repeats = []

    def note(sources, *rest):
        repeats.append([times for _, times in sources])
        return Batches(sources, *rest)

    monkeypatch.setattr(training, "Batches", note)
    run()
    assert repeats == [[1.0, 1.0], [1.0, 1.0], [3.0, 1.0]]


@pytest.mark.parametrize(
    ("step", "call", "done"),
    [
        pytest.param("keep_weights", 1, True, id="before anything is learned"),
        pytest.param("judge_sources", 1, False, id="before the second phase judges names"),
        pytest.param("judge_sources", 1, True, id="before the second phase learns"),
        pytest.param("average_weights", 1, False, id="second phase learned, not averaged"),
        pytest.param("average_weights", 1, True, id="second phase averaged"),
        pytest.param("keep_weights", 3, True, id="third phase begun"),
        pytest.param("judge_sources", 2, True, id="before the third phase learns"),
        pytest.param("average_weights", 2, False, id="third phase learned, not averaged"),
        pytest.param("average_weights", 2, True, id="third phase averaged"),
        pytest.param("export_model", 1, False, id="not exported"),
        pytest.param("write_summary", 1, False, id="exported"),
        pytest.param("write_summary", 1, True, id="finished"),
    ],
)
def test_stops_between_phases(run, straight, step, call, done):
    """Wherever it was stopped, each phase is learned once, and averaged once."""
    run.stopped(step, call, done=done)
    exported, log = straight
    assert equal(run(), exported)
    assert run.logged() == log


def test_going_on(run, tmp_path):
    """Given weights are gone on from in the last phase alone, and averaged with what it makes."""
    start = write_tiny_model(tmp_path / "start")
    exported = run(f"--start={start}")
    folder = run.data / "run"
    assert [path.name for path in (folder / "work").glob("phase-*")] == ["phase-2"]
    before = load_network(start).network.state_dict()
    assert equal(exported, half(mean(before, reached(folder))))
    assert min(line["pieces"] for line in run.logged()) > sum(p.pieces for p in PHASES[:2])
    summary = json.loads((folder / "results/training-0.0.1.json").read_text())
    assert summary["start"] == load_model(start).info.digest
