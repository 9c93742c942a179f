"""Write the trained network in the form that the service loads."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer

from analysis.confidence import CONFIDENCES_FILE, Confidences
from analysis.models import (
    CONFIG_FILE,
    RESOURCES_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    Calibrations,
)
from training.network import Network
from training.settings import Recipe


def write_confidences(confidences: Confidences, path: Path) -> None:
    """Write what `analysis.confidence.load_confidences` reads."""
    written = json.dumps(asdict(confidences), indent=2, sort_keys=True)
    path.write_text(f"{written}\n", encoding="utf-8")


def export_model(
    network: Network,
    tokenizer: Tokenizer,
    recipe: Recipe,
    folder: Path,
    calibrations: Calibrations | None = None,
) -> None:
    """Write weights (half precision), vocabulary and config with their digests to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        name: tensor.detach().cpu().to(torch.float16).contiguous()
        for name, tensor in network.state_dict().items()
    }
    save_file(weights, folder / WEIGHTS_FILE)
    tokenizer.save(str(folder / TOKENIZER_FILE))
    config = {
        "name": recipe.name,
        "version": recipe.version,
        "languages": list(recipe.languages),
        "network": asdict(network.config),
        "sha256": {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
            for name in (WEIGHTS_FILE, TOKENIZER_FILE)
        },
        "calibration": asdict(calibrations or Calibrations()),
    }
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    # What scores mean for quotes is fitted on what the whole pipeline makes of these weights.
    write_confidences(Confidences(), folder / CONFIDENCES_FILE)
    # Stanza asks for a list of its own packages; ours has none.
    (folder / RESOURCES_FILE).write_text("{}\n", encoding="utf-8")
