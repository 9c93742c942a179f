"""The network as it learns."""

import torch
from torch import nn

from analysis.encoder import Config
from tests.tiny_model import TINY, tiny_network
from training.network import Network, describe_encoder


def test_defaults_are_the_shipped_sizes():
    """The encoder is the one that its configuration describes."""
    encoder = describe_encoder(Config())
    assert (encoder.hidden_size, encoder.num_hidden_layers, encoder.vocab_size) == (384, 6, 30522)


def test_given_encoder():
    """Training starts from an encoder that somebody else has trained."""
    encoder = Network(TINY).encoder
    assert Network(TINY, encoder).encoder is encoder


def test_gradients_reach_the_encoder():
    """What the heads are to learn, the encoder learns too."""
    network = tiny_network()
    hidden = network.encode(*(torch.zeros((1, 4), dtype=torch.long) for _ in range(3)), mask=None)
    hidden.sum().backward()
    assert network.encoder.encoder.layer[0].output.dense.weight.grad is not None


def test_mask_hides_padding():
    """Padding changes nothing for the pieces beside it."""
    network = tiny_network()
    ids = torch.arange(5, 15)[None]
    zeros = torch.zeros_like(ids)
    padded = [nn.functional.pad(row, (0, 6)) for row in (ids, zeros, zeros)]
    mask = (torch.arange(16) < 10).long()[None]
    with torch.inference_mode():
        alone = network.encode(ids, zeros, zeros, None)
        beside = network.encode(*padded, mask)[:, :10]
    torch.testing.assert_close(alone, beside, rtol=1e-4, atol=1e-5)
