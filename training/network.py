"""The network as it learns: the encoder in float32 PyTorch, and the heads on it."""

from pathlib import Path
from typing import Any

from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from analysis.encoder import Config
from analysis.heads import Heads
from analysis.models import SHIPPED_WEIGHTS, WEIGHTS_FILE, Model, load_model
from analysis.pieces import STATE_COUNT, Shape


class Network(Heads):
    """The encoder, the two tagging heads and the two link scorers."""

    def __init__(self, config: Config, encoder: nn.Module | None = None) -> None:
        super().__init__(config)
        self.encoder: Any = encoder or BertModel(describe_encoder(config), add_pooling_layer=False)
        self.shapes = nn.Embedding(len(Shape), config.hidden)
        self.states = nn.Embedding(STATE_COUNT, config.hidden)
        nn.init.zeros_(self.shapes.weight)
        nn.init.zeros_(self.states.weight)
        self.dropout = nn.Dropout(0.1)

    def encode(self, ids: Tensor, shapes: Tensor, states: Tensor, mask: Tensor | None) -> Tensor:
        """Return the hidden state of each piece; inputs are (windows, pieces) of integers."""
        embedded = self.encoder.embeddings.word_embeddings(ids)
        embedded = embedded + self.shapes(shapes) + self.states(states)
        output = self.encoder(inputs_embeds=embedded, attention_mask=mask)
        hidden: Tensor = self.dropout(output.last_hidden_state)
        return hidden


def describe_encoder(config: Config) -> BertConfig:
    """Return the encoder's own configuration."""
    return BertConfig(
        vocab_size=config.vocabulary,
        hidden_size=config.hidden,
        num_hidden_layers=config.layers,
        num_attention_heads=config.heads,
        intermediate_size=config.feed_forward,
        max_position_embeddings=config.positions,
        attention_probs_dropout_prob=0.0,
    )


def load_network(folder: Path = SHIPPED_WEIGHTS) -> Model:
    """Load the model in `folder` to learn on, or to compare with: all of it in float32 PyTorch.

    Raises what `load_model` raises.
    """
    model = load_model(folder)
    network = Network(model.config)
    weights = load_file(folder / WEIGHTS_FILE)
    network.load_state_dict({name: tensor.float() for name, tensor in weights.items()})
    return Model(network, model.tokenizer, model.config, model.info, model.calibrations)
