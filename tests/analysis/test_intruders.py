"""Files that would run code where the model that ships should be; for packages, test_packages."""

import hashlib
import json
import pickle
import shutil
from pathlib import Path

import pytest
import torch

from analysis.errors import ModelDamaged
from analysis.models import CONFIG_FILE, TOKENIZER_FILE, WEIGHTS_FILE, load_model
from tests.tiny_model import write_tiny_model


class Intruder:
    """Unpickled, it leaves a mark."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return (Path.touch, (self.mark,))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_tiny_model(tmp_path_factory.mktemp("model"))


def save_with_torch(mark, path):
    torch.save({"weights": Intruder(mark)}, path)


def save_with_pickle(mark, path):
    path.write_bytes(pickle.dumps(Intruder(mark)))


@pytest.mark.parametrize("name", [WEIGHTS_FILE, TOKENIZER_FILE])
@pytest.mark.parametrize("save", [save_with_torch, save_with_pickle])
@pytest.mark.parametrize("forged", [False, True], ids=["digest kept", "digest forged"])
def test_pickles_are_not_loaded(folder, tmp_path, name, save, forged):
    """A pickle in place of a file of the model runs nothing, even with the right digest."""
    model = Path(shutil.copytree(folder, tmp_path / "model"))
    mark = tmp_path / "mark"
    save(mark, model / name)
    if forged:
        config = json.loads((model / CONFIG_FILE).read_text())
        config["sha256"][name] = hashlib.sha256((model / name).read_bytes()).hexdigest()
        (model / CONFIG_FILE).write_text(json.dumps(config))
    refusal = f"{name}: {'is not in the format' if forged else 'its SHA-256'}"
    with pytest.raises(ModelDamaged, match=refusal):
        load_model(model)
    assert not mark.exists()


def test_the_intruder_would_leave_its_mark(tmp_path):
    """What the other tests plant does run code where somebody unpickles it."""
    save_with_pickle(tmp_path / "mark", tmp_path / "planted")
    pickle.loads((tmp_path / "planted").read_bytes())
    assert (tmp_path / "mark").exists()
