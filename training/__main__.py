"""`python -m training ../shared/data`: prepare, train, export.

Every stage can be interrupted and run again: what is done is not done twice.
"""

import argparse
import importlib.util
import json
import os
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor
from transformers import BertModel

from analysis.encoder import Config
from analysis.models import SHIPPED_WEIGHTS, Calibrations, load_model
from evaluation.report import describe_run
from training.calibration import (
    find_held_out_error,
    fit_calibration,
    judge_attributions,
    judge_mentions,
)
from training.corpora import favour_attributions, read_dev, read_sources
from training.curves import draw_curves
from training.export import export_model
from training.figures import dev_figures, model_of
from training.gazetteers import build_gazetteers
from training.learning import Batches, Trainer
from training.network import Network, load_network
from training.records import Record
from training.settings import RECIPE, Recipe, load_recipe
from training.silver import judge_sources


def main() -> None:
    """Follow the recipe from the corpora to the weights that ship."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of the corpora")
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--work", type=Path, default=Path("build/training"))
    parser.add_argument("--start", type=Path, help="weights to go on from, in the last phase")
    parser.add_argument("--out", type=Path, default=SHIPPED_WEIGHTS)
    parser.add_argument("--results", type=Path, default=Path("evaluation/results"))
    options = parser.parse_args()
    recipe = load_recipe(options.recipe)
    options.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(recipe.learning.threads)
    torch.manual_seed(recipe.seed)

    start = load_network(options.start) if options.start else None
    network, tokenizer = (start.network, start.tokenizer) if start else build_start(recipe)
    print("reading the corpora", flush=True)
    sources = read_sources(recipe, options.data)
    for (records, repeats), corpus in zip(sources, recipe.corpora, strict=True):
        print(f"  {corpus.path}: {len(records)} texts, {repeats} times an epoch", flush=True)
    gazetteers = build_gazetteers(recipe.seed)
    trainer = Trainer(network, recipe, options.work, start=start.info.digest if start else None)
    articles, quoted = read_dev(recipe, options.data)
    few = slice(recipe.dev.texts)

    def evaluate(network: Network) -> dict[str, float]:
        return dev_figures(model_of(network, tokenizer), articles[few], quoted[few])

    for phase in range(trainer.phase, len(recipe.learning.phases)):
        work = options.work / f"phase-{phase}"
        work.mkdir(exist_ok=True)
        before = keep_weights(network, work / "before.safetensors")
        shared = judge_sources(sources, network, tokenizer, work) if phase else sources
        shared = favour_attributions(shared, recipe.learning.phases[phase].attributions)
        trainer.train(phase, Batches(shared, tokenizer, recipe, gazetteers), evaluate)
        if share := recipe.learning.phases[phase].before:
            average_weights(network, before, share)
    print("calibrating on the dev texts", flush=True)
    calibrations, errors = calibrate(network, tokenizer, articles, quoted)
    export_model(network, tokenizer, recipe, options.out, calibrations)
    print(f"exported to {options.out}", flush=True)
    exported = dev_figures(load_model(options.out), articles[few], quoted[few])
    report = {
        "start": start.info.digest if start else recipe.encoder["hub"],
        "held_out_calibration_error": errors,
        "part_of_dev": {"float32": evaluate(network), "exported": exported},
    }
    write_summary(recipe, trainer, report, options.results)


Weights = dict[str, Tensor]


def copy_weights(network: Network) -> Weights:
    """Return a copy of the weights as they are."""
    return {name: weight.cpu().clone() for name, weight in network.state_dict().items()}


def keep_weights(network: Network, path: Path) -> Weights:
    """Return the weights that a phase begins with, kept in `path` against interruptions."""
    if not path.exists():
        partial = path.with_suffix(".partial")
        save_file(copy_weights(network), partial)
        partial.rename(path)
    return load_file(path)


def average_weights(network: Network, before: Weights, share: float) -> None:
    """Put `share` of the weights of `before` into those of `network` (Wortsman et al. 2022)."""
    weights = copy_weights(network)
    network.load_state_dict(
        {name: (1 - share) * weight + share * before[name] for name, weight in weights.items()}
    )


def build_start(recipe: Recipe) -> tuple[Network, Tokenizer]:
    """Return a network whose encoder is the pre-trained one, and that one's tokenizer."""
    folder = find_encoder(recipe)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    # Dropout in the attention would keep PyTorch from its fast kernels.
    encoder = BertModel.from_pretrained(
        folder, add_pooling_layer=False, attention_probs_dropout_prob=0.0
    )
    return Network(Config(), encoder), tokenizer


def write_summary(recipe: Recipe, trainer: Trainer, report: dict[str, Any], folder: Path) -> None:
    """Write how long training took, on what machine, the dev figures, and a picture of them."""
    summary = {
        **describe_run(),
        "model": f"{recipe.name} {recipe.version}",
        "pieces": trainer.pieces,
        "training_minutes": round(trainer.seconds / 60, 1),
        **report,
        "along_the_way": [line for line in trainer.read_log() if "mention_f1" in line],
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"training-{recipe.version}.json"
    path.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    draw_curves(trainer.read_log(), path.with_suffix(".png"))
    print(f"training took {summary['training_minutes']} minutes: {path}", flush=True)


def find_encoder(recipe: Recipe) -> Path:
    """Return the folder of the encoder to start from: a package's, or a snapshot of the hub's."""
    spec = importlib.util.find_spec(recipe.encoder["package"])
    if spec and spec.submodule_search_locations:
        os.environ["HF_HUB_OFFLINE"] = "1"
        return Path(spec.submodule_search_locations[0]) / "model"
    from huggingface_hub import snapshot_download

    return Path(snapshot_download(recipe.encoder["hub"]))


def calibrate(
    network: Network, tokenizer: Tokenizer, articles: list[Record], quoted: list[Record]
) -> tuple[Calibrations, dict[str, float]]:
    """Fit the maps from scores to probabilities on dev texts; return also their held-out errors."""
    model = model_of(network, tokenizer)
    mentions = [list(judge_mentions(r, model.read(r.text))) for r in articles]
    attributions = [list(judge_attributions(r, model.read(r.text))) for r in quoted]
    errors = {
        "mention": round(find_held_out_error(mentions), 4),
        "attribution": round(find_held_out_error(attributions), 4),
    }
    fitted = (fit_calibration(list(chain(*each))) for each in (mentions, attributions))
    return Calibrations(*fitted), errors


if __name__ == "__main__":
    main()
