"""The encoder that serves: as good as the one that learned, whatever the length of a window."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from analysis.encoder import CompiledEncoder
from analysis.models import WEIGHTS_FILE, load_model, window_inputs
from analysis.pieces import Window, split_pieces
from tests.tiny_model import WIDE, write_tiny_model
from training.network import load_network

TEXT = (
    "The bridge over the Douro will reopen in May, the mayor of Porto, Ana Sousa, told Reuters on "
    "Monday. “We promised the people of this city a safer crossing,” she said. "
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_tiny_model(tmp_path_factory.mktemp("model"), config=WIDE)


def encode(encoder, length, seed=0):
    """Return the states of a window of random pieces."""
    rng = np.random.default_rng(seed)
    return encoder.encode(*(rng.integers(0, most, length) for most in (WIDE.vocabulary, 6, 3)))


def differ(found, wanted):
    """Return the relative error."""
    return np.linalg.norm(found - wanted) / np.linalg.norm(wanted)


@pytest.mark.parametrize("length", [1, 31, 32, 33, 100, 256])
def test_reads_as_it_learned(folder, length):
    """The compiled encoder's states are those of the network that learned, but for rounding."""
    compiled = load_model(folder).network
    learned = load_network(folder).network
    window = [torch.randint(0, most, (1, length)) for most in (WIDE.vocabulary, 6, 3)]
    with torch.inference_mode():
        wanted = learned.encode(*window, None).numpy()
        assert differ(compiled.encode(*window, None).numpy(), wanted) < 0.01


@pytest.mark.model
def test_shipped_encoder_is_close():
    """Eight bits leave the shipped encoder's states nearly as they were."""
    compiled, learned = load_model(), load_network()
    pieces = split_pieces(TEXT * 4, compiled.tokenizer)
    rows = window_inputs(pieces, Window(0, len(pieces)), compiled.tokenizer)
    window = [torch.tensor([row]) for row in rows]
    with torch.inference_mode():
        wanted = learned.network.encode(*window, None).numpy()
        assert 0 < differ(compiled.network.encode(*window, None).numpy(), wanted) < 0.05


def test_padding_is_not_seen(folder):
    """What a window is filled up with changes nothing, whatever was read before."""
    encoder = CompiledEncoder(load_file(folder / WEIGHTS_FILE), WIDE, 1)
    alone = encode(encoder, 33)
    encode(encoder, 256, seed=1)
    encode(encoder, 64, seed=2)
    assert (encode(encoder, 33) == alone).all()
    assert alone.shape == (33, WIDE.hidden)


def test_states_are_the_callers(folder):
    """The states of one window are not those of the next, nor changed by it."""
    encoder = CompiledEncoder(load_file(folder / WEIGHTS_FILE), WIDE, 1)
    first = encode(encoder, 64)
    kept = first.copy()
    assert differ(encode(encoder, 64, seed=1), first) > 0.1
    assert (first == kept).all()


def test_threads_change_little(folder):
    """One thread and two read alike, but for the order of sums."""
    weights = load_file(folder / WEIGHTS_FILE)
    one, two = (encode(CompiledEncoder(weights, WIDE, threads), 200) for threads in (1, 2))
    assert differ(one, two) < 1e-3


def test_width_that_groups_do_not_divide(tmp_path):
    """Matrices of any width are rounded in groups."""
    odd = replace(WIDE, hidden=24, feed_forward=40)
    folder = write_tiny_model(tmp_path, config=odd)
    encoder = CompiledEncoder(load_file(folder / WEIGHTS_FILE), odd, 1)
    assert np.isfinite(encode(encoder, 50)).all()


def test_nothing_can_send_usage_data():
    """Loading the encoder's runtime does not load the package that reports its use."""
    program = (
        "import sys, analysis.encoder;"
        "assert sys.modules['openvino_telemetry'] is None;"
        "assert not [name for name in sys.modules if name.startswith('openvino_telemetry.')]"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
