"""`python -m training.experiments ../shared/data --start WEIGHTS`: what each choice is worth.

Every experiment goes on from the same weights for the same small number of
pieces, one choice changed, and reads the same dev texts afterwards. Figures are
to be compared with `base` and its spread over seeds, not with the shipped
model's. Heads are compared untrained at first, all of them. Finished ones are
kept in the work folder and not done again.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import nn

from analysis.mentions import carry_names
from analysis.models import Model, load_model
from evaluation.report import describe_run, write_results
from evaluation.tables import tabulate
from training.corpora import favour_attributions, read_articles, read_attributions, read_sources
from training.figures import dev_figures, f1, model_of
from training.gazetteers import build_gazetteers
from training.learning import Batches, Trainer
from training.losses import find_losses
from training.network import Network, load_network
from training.records import Record
from training.settings import Corpus, Recipe, load_recipe
from training.silver import judge_sources
from training.variants import (
    Distilled,
    Ensemble,
    LayerMix,
    LearnedSteps,
    LearnedStepsModel,
    Spans,
    SpansModel,
    learned_steps_losses,
    span_losses,
)

RESULTS = Path("evaluation/results")
FIGURES = ("ww.dev", "uner_ewt.dev", "content_f1", "pair_f1")
_PIECES = 300_000
_QUOTED_TEXTS = 28
_WNUT = Corpus("sentences", "entities/wnut17.train.bio", 1.0, 0.5)


def _same(network: Network) -> Network:
    return network


@dataclass(frozen=True, slots=True)
class Experiment:
    """One choice changed: in the recipe, the network, its losses or its decoding."""

    name: str
    about: str
    recipe: Callable[[Recipe], Recipe] = lambda recipe: recipe
    network: Callable[[Network], Network] = _same
    losses: Callable[..., Any] = find_losses
    model: type[Model] = Model
    judges_silver: bool = True


def _rates(**rates: float) -> Callable[[Recipe], Recipe]:
    return lambda recipe: replace(recipe, augmentation=replace(recipe.augmentation, **rates))


def _learning(**settings: Any) -> Callable[[Recipe], Recipe]:
    return lambda recipe: replace(recipe, learning=replace(recipe.learning, **settings))


def _corpora(change: Callable[[tuple[Corpus, ...]], tuple[Corpus, ...]]) -> Any:
    return lambda recipe: replace(recipe, corpora=change(recipe.corpora))


def _silver(weight: float) -> Any:
    return _corpora(lambda all_: tuple(replace(c, weight=weight) if c.silver else c for c in all_))


def _longer(recipe: Recipe) -> Recipe:
    phase = recipe.learning.phases[0]
    return _learning(phases=(replace(phase, pieces=2 * phase.pieces),))(recipe)


def _anew(network: Network) -> Network:
    network.mention_head.reset_parameters()
    return network


def _as(kind: type[Any], *, anew: bool = False) -> Callable[[Network], Network]:
    def change(network: Network) -> Network:
        changed = kind(network.config)
        changed.load_state_dict(network.state_dict())
        return (_anew(changed) if anew else changed).extend()

    return change


EXPERIMENTS = (
    Experiment("base", "the recipe's last phase, shortened"),
    Experiment("seed", "another seed", lambda recipe: replace(recipe, seed=recipe.seed + 1)),
    Experiment("names off", "no name swapping", _rates(names=0.0)),
    Experiment("case off", "no change of case", _rates(case=0.0)),
    Experiment("marks off", "no damaged marks, no dash insertions", _rates(marks=0.0, dashes=0.0)),
    Experiment("silver as given", "silver names unjudged, at weight 0.4", _silver(0.4),
               judges_silver=False),
    Experiment("silver none", "no silver names", _silver(0.0)),
    Experiment("articles only", "no corpora of single sentences",
               _corpora(lambda all_: tuple(c for c in all_ if c.reader != "sentences"))),
    Experiment("with wnut17", "WNUT17 added", _corpora(lambda all_: (*all_, _WNUT))),
    Experiment("layer mix", "a learned mixture of the layers", network=_as(LayerMix)),
    Experiment("head linear anew", "the mention head untrained at first", network=_anew),
    Experiment("head CRF anew", "linear-chain CRF", network=_as(LearnedSteps, anew=True),
               losses=learned_steps_losses, model=LearnedStepsModel),
    Experiment("head spans anew", "span classifier", network=_as(Spans), losses=span_losses,
               model=SpansModel),
    Experiment("longer", "twice the pieces, the rate decaying to zero by then", _longer),
)  # fmt: skip


COMBINED = {
    "seeds averaged": "the weights of base and seed averaged",
    "ensemble": "the probabilities of base and seed averaged, at twice the cost",
    "distilled": "follows that ensemble as far as the labels",
}


class Laboratory:
    """Runs experiments from the same start and measures them on the same dev texts."""

    def __init__(self, data: Path, start: Path, work: Path, pieces: int) -> None:
        model = load_model(start)
        self._data, self._start = data, start
        self._work = work / f"{model.info.digest[:8]}-{pieces}"
        self._work.mkdir(parents=True, exist_ok=True)
        recipe = load_recipe()
        phase = replace(recipe.learning.phases[-1], pieces=pieces)
        self._recipe = _learning(phases=(phase,), evaluations=1, threads=1)(recipe)
        self._tokenizer: Tokenizer = model.tokenizer
        self._gazetteers = build_gazetteers(recipe.seed)
        self._articles = list(read_articles(data / recipe.dev.articles, 1.0))
        self._web = list(read_articles(data / "entities/uner_ewt.dev.jsonl", 1.0))
        self._quoted = list(read_attributions(data / recipe.dev.attributions))[::3][:_QUOTED_TEXTS]

    def run(self, experiment: Experiment) -> dict[str, float]:
        """Return the figures of an experiment, those of an earlier run where there was one."""
        folder = self._folder(experiment.name)
        if not (folder / "figures.json").exists():
            if not _weights(folder).exists():
                network = self.train(experiment, folder)
                save_file(network.state_dict(), folder / "partial")
                (folder / "partial").rename(_weights(folder))
                (folder / "checkpoint.pt").unlink()
            self._measure(folder, self._load(experiment, folder), experiment.model)
        figures: dict[str, float] = json.loads((folder / "figures.json").read_text())
        return figures

    def train(self, experiment: Experiment, folder: Path) -> Network:
        """Train as the experiment says."""
        recipe = experiment.recipe(self._recipe)
        torch.manual_seed(recipe.seed)
        network = experiment.network(load_network(self._start).network)
        trainer = Trainer(network, recipe, folder, losses=experiment.losses)
        sources = read_sources(recipe, self._data)
        if experiment.judges_silver:
            judge = load_network(self._start)
            sources = judge_sources(sources, judge.network, judge.tokenizer, self._work)
        sources = favour_attributions(sources, recipe.learning.phases[0].attributions)
        batches = Batches(sources, self._tokenizer, recipe, self._gazetteers)
        trainer.train(0, batches, lambda _: {})
        return network

    def combine(self, pair: Sequence[Experiment]) -> Iterator[tuple[str, dict[str, float]]]:
        """Average the weights of two finished experiments, then their answers, then distil."""
        members = [self._load(each, self._folder(each.name)) for each in pair]
        merged = load_network(self._start).network
        states = [member.state_dict() for member in members]
        merged.load_state_dict({k: (v + states[1][k]) / 2 for k, v in states[0].items()})
        ensemble = Ensemble(members)
        for name, network in (("seeds averaged", merged), ("ensemble", ensemble.eval())):
            folder = self._folder(name)
            if not (folder / "figures.json").exists():
                self._measure(folder, network, Model)
            yield name, json.loads((folder / "figures.json").read_text())
        taught = Experiment("distilled", COMBINED["distilled"], losses=Distilled(ensemble))
        yield taught.name, self.run(taught)

    def _folder(self, name: str) -> Path:
        folder = self._work / name.replace(" ", "-")
        folder.mkdir(exist_ok=True)
        return folder

    def _load(self, experiment: Experiment, folder: Path) -> Network:
        network = experiment.network(load_network(self._start).network)
        network.load_state_dict(load_file(_weights(folder)))
        return network.eval()

    def _measure(self, folder: Path, network: nn.Module, kind: type[Model]) -> None:
        shipped = model_of(network, self._tokenizer)
        model = kind(shipped.network, shipped.tokenizer, shipped.config, shipped.info)
        figures = {
            "ww.dev": _named(model, self._articles),
            "uner_ewt.dev": _named(model, self._web),
            **dev_figures(model, [], self._quoted),
        }
        figures.pop("mention_f1")
        (folder / "figures.json").write_text(json.dumps(figures))


def _weights(folder: Path) -> Path:
    return folder / "weights.safetensors"


def _named(model: Model, records: list[Record]) -> float:
    """Return the mention F1 after names were carried through each text."""
    return f1(
        (
            {(m.start, m.end, m.type) for m in record.mentions or ()},
            {
                (m.span.start, m.span.end, str(m.type))
                for m in carry_names(record.text, model.read(record.text).mentions)
            },
        )
        for record in records
    )


def main() -> None:
    """Run all experiments and write their figures to evaluation/results."""
    parser = argparse.ArgumentParser(prog="python -m training.experiments", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--start", type=Path, required=True, help="weights to go on from")
    parser.add_argument("--work", type=Path, default=Path("build/experiments"))
    parser.add_argument("--pieces", type=int, default=_PIECES)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--only", nargs="*", help="these alone; base and seed first")
    options = parser.parse_args()
    torch.set_num_threads(1)
    laboratory = Laboratory(options.data, options.start, options.work, options.pieces)
    chosen = [e for e in EXPERIMENTS if not options.only or e.name in options.only]
    rows: dict[str, dict[str, Any]] = {}
    for experiment in chosen:
        rows[experiment.name] = {"about": experiment.about, **laboratory.run(experiment)}
        print(experiment.name, rows[experiment.name], flush=True)
        if experiment.name == "seed":
            for name, figures in laboratory.combine(EXPERIMENTS[:2]):
                rows[name] = {"about": COMBINED[name], **figures}
                print(name, figures, flush=True)
    report = {
        **describe_run(),
        "start": load_model(options.start).info.digest,
        "pieces": options.pieces,
        "experiments": rows,
    }
    table = "\n".join(tabulate(("choice", "", *FIGURES), _list_rows(rows)))
    print(f"Written to {write_results(report, options.results, table, prefix='experiments-')}")


def _list_rows(rows: Mapping[str, Mapping[str, Any]]) -> Iterator[list[object]]:
    for name, row in rows.items():
        apart = {figure: row[figure] - rows["base"][figure] for figure in FIGURES}
        figures = (f"{row[figure]:.1f} ({apart[figure]:+.1f})" for figure in FIGURES)
        yield [name, row.get("about", ""), *figures]


if __name__ == "__main__":
    main()
