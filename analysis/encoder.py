"""The encoder as it serves: a graph with eight-bit products, compiled by OpenVINO.

A six-layer BERT (Devlin et al. 2019) that reads a window of word pieces at a
time. Its matrices, and what they are multiplied with, are rounded to eight bits
with a scale for each run of `_GROUP` values, so that one large value spoils few
others. Sums, norms and attention stay in float32.
"""

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Part of OpenVINO is a converter, which nothing here calls, and which imports a package that sends
# usage data away. Without that package it takes a stand-in that does nothing.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

import openvino as ov  # noqa: E402
from openvino import opset13 as op  # noqa: E402

Array = NDArray[np.float32]
Numbers = NDArray[np.int64]
Weights = Mapping[str, NDArray[np.floating]]

# Values that are rounded with one scale. Half as many cost a tenth more time, twice as many a
# quarter more error.
_GROUP = 64
_LARGEST = 127
_SMALLEST = np.float32(1e-9)
_NORM_EPSILON = 1e-12
# A window is read at the next such length: a graph is made ready for each length anew, and keeps
# some megabytes for it.
_LENGTHS = 32
UNSEEN = np.float32(-1e9)
"""What the mask adds where there is no piece."""


@dataclass(frozen=True, slots=True)
class Config:
    """The sizes that the weights were trained with."""

    vocabulary: int = 30522
    hidden: int = 384
    layers: int = 6
    heads: int = 12
    feed_forward: int = 1536
    positions: int = 512
    link: int = 128
    window: int = 256
    stride: int = 128


class CompiledEncoder:
    """The encoder, ready to read windows. Not for several threads at once."""

    def __init__(self, weights: Weights, config: Config, threads: int | None) -> None:
        """Compile the encoder of `weights`, named as `training.network.Network` names them.

        It computes with so many `threads`; None stands for as many as there are cores.
        """
        self._embeddings = Embeddings(weights)
        self._request = compile_graph(build_graph(weights, config), threads)

    def encode(self, ids: Numbers, shapes: Numbers, states: Numbers) -> Array:
        """Return the hidden state (row) of each piece of a window, its markers included."""
        count = len(ids)
        length = pad_length(count)
        embedded = np.zeros((1, length, self._embeddings.width), dtype=np.float32)
        self._embeddings.look_up(ids, shapes, states, out=embedded[0, :count])
        mask = np.zeros((1, 1, 1, length), dtype=np.float32)
        mask[..., count:] = UNSEEN
        self._request.infer([embedded, mask])
        hidden: Array = self._request.get_output_tensor().data[0, :count].copy()
        return hidden


def pad_length(count: int) -> int:
    """Return at which length a window of so many pieces is read."""
    return -(-count // _LENGTHS) * _LENGTHS


def compile_graph(model: ov.Model, threads: int | None) -> ov.InferRequest:
    """Compile a graph to compute with so many threads, or with as many as there are cores."""
    options = {
        # Also where the processor knows shorter floats: answers are the same everywhere.
        "INFERENCE_PRECISION_HINT": "f32",
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": _GROUP,
        "NUM_STREAMS": 1,
        # Workers share the cores; which one has time, the system knows.
        "ENABLE_CPU_PINNING": False,
    }
    if threads is not None:
        options["INFERENCE_NUM_THREADS"] = threads
    return ov.Core().compile_model(model, "CPU", options).create_infer_request()


class Embeddings:
    """What the encoder starts from: the sum of what is known of each piece."""

    def __init__(self, weights: Weights) -> None:
        prefix = "encoder.embeddings"
        # Half precision, as stored: only rows are ever widened.
        self._words = weights[f"{prefix}.word_embeddings.weight"]
        self._shapes = _widen(weights["shapes.weight"])
        self._states = _widen(weights["states.weight"])
        self._positions = _widen(weights[f"{prefix}.position_embeddings.weight"]) + _widen(
            weights[f"{prefix}.token_type_embeddings.weight"][0]
        )

    @property
    def width(self) -> int:
        """How many numbers stand for a piece."""
        width: int = self._words.shape[1]
        return width

    def look_up(self, ids: Numbers, shapes: Numbers, states: Numbers, *, out: Array) -> None:
        """Write the embedding (row) of each piece into `out`."""
        np.add(self._words[ids], self._positions[: len(ids)], out=out)
        out += self._shapes[shapes]
        out += self._states[states]


def build_graph(weights: Weights, config: Config) -> ov.Model:
    """Return the encoder's graph, from the embeddings and the mask of a window to its states."""
    return ov.Model(*_Graph(weights, config).build(), "encoder")


class _Graph:
    def __init__(self, weights: Weights, config: Config) -> None:
        self._weights = weights
        self._config = config

    def build(self) -> tuple[list[ov.Node], list[ov.Node]]:
        """Return the outputs and the inputs of the graph."""
        embedded = op.parameter([1, -1, self._config.hidden], np.float32)
        mask = op.parameter([1, 1, 1, -1], np.float32)
        hidden = self._norm(embedded, "encoder.embeddings.LayerNorm")
        for number in range(self._config.layers):
            hidden = self._layer(hidden, mask, f"encoder.encoder.layer.{number}")
        return [hidden], [embedded, mask]

    def _layer(self, hidden: ov.Node, mask: ov.Node, name: str) -> ov.Node:
        query, key, value = (
            self._split(self._dense(hidden, f"{name}.attention.self.{part}"))
            for part in ("query", "key", "value")
        )
        seen = self._join(op.scaled_dot_product_attention(query, key, value, mask))
        seen = self._dense(seen, f"{name}.attention.output.dense")
        hidden = self._norm(op.add(hidden, seen), f"{name}.attention.output.LayerNorm")
        widened = op.gelu(self._dense(hidden, f"{name}.intermediate.dense"), "ERF")
        widened = self._dense(widened, f"{name}.output.dense")
        return self._norm(op.add(hidden, widened), f"{name}.output.LayerNorm")

    def _split(self, hidden: ov.Node) -> ov.Node:
        """Part (1, pieces, hidden) into attention heads: (1, heads, pieces, a head's width)."""
        heads = self._config.heads
        parted = op.reshape(hidden, np.array([0, 0, heads, self._config.hidden // heads]), True)
        return op.transpose(parted, np.array([0, 2, 1, 3]))

    def _join(self, parted: ov.Node) -> ov.Node:
        shape = np.array([0, 0, self._config.hidden])
        return op.reshape(op.transpose(parted, np.array([0, 2, 1, 3])), shape, True)

    def _dense(self, hidden: ov.Node, name: str) -> ov.Node:
        """Multiply with a matrix in eight bits, and add its bias."""
        matrix = _widen(self._weights[f"{name}.weight"])
        outputs, inputs = matrix.shape
        groups = matrix.reshape(outputs, -1, math.gcd(inputs, _GROUP))
        scales = np.maximum(np.abs(groups).max(axis=-1, keepdims=True), _SMALLEST) / _LARGEST
        rounded = op.convert(op.constant(np.rint(groups / scales).astype(np.int8)), "f32")
        restored = op.multiply(rounded, op.constant(scales))
        product = op.matmul(hidden, op.reshape(restored, [outputs, inputs], False), False, True)
        return op.add(product, self._constant(f"{name}.bias"))

    def _norm(self, hidden: ov.Node, name: str) -> ov.Node:
        normal = op.mvn(hidden, np.array([-1]), True, _NORM_EPSILON, "INSIDE_SQRT")
        scaled = op.multiply(normal, self._constant(f"{name}.weight"))
        return op.add(scaled, self._constant(f"{name}.bias"))

    def _constant(self, name: str) -> ov.Node:
        return op.constant(_widen(self._weights[name])[None, None])


def _widen(weights: NDArray[np.floating]) -> Array:
    return weights.astype(np.float32)
