"""`python -m evaluation.runtimes`: the encoder alone, in a process of its own.

Nothing is made of the states that come out, so no service can be faster. Two runtimes have the
same weights: the one that serves, and float32 PyTorch, in which the network was trained. Either
can read several windows at once, which then are as long as the longest.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file

from analysis.encoder import (
    UNSEEN,
    CompiledEncoder,
    Config,
    Embeddings,
    build_graph,
    compile_graph,
    pad_length,
)
from analysis.models import SHIPPED_WEIGHTS, WEIGHTS_FILE
from evaluation.encoders import EAGER, SHIPPED, load_config
from evaluation.workers import Job, serve
from training.network import load_network

Window = NDArray[np.int64]
"""Ids, shapes and states (rows) of the pieces that the encoder reads at once."""
Encode = Callable[[Sequence[Window]], object]


def prepare(setup: Mapping[str, Any]) -> Job:
    """Load a `runtime` that computes with so many `threads`, and keep named `sets` of windows.

    A job names a set and how many windows are read at once (`batch`).
    """
    load = {SHIPPED: _load_shipped, EAGER: _load_eager}[setup["runtime"]]
    encode = load(setup["threads"])
    sets = {
        name: sorted((np.array(window, dtype=np.int64) for window in windows), key=_length)
        for name, windows in setup["sets"].items()
    }

    def run(job: Mapping[str, Any]) -> Mapping[str, Any]:
        windows, size = sets[job["set"]], job["batch"]
        started = time.monotonic()
        for start in range(0, len(windows), size):
            encode(windows[start : start + size])
        return {"seconds": time.monotonic() - started}

    return run


def _length(window: Window) -> int:
    length: int = window.shape[1]
    return length


def _load_shipped(threads: int) -> Encode:
    config = load_config()
    weights = load_file(SHIPPED_WEIGHTS / WEIGHTS_FILE)
    one = CompiledEncoder(weights, config, threads)
    several = _read_several(weights, config, threads)

    def encode(windows: Sequence[Window]) -> object:
        return one.encode(*windows[0]) if len(windows) == 1 else several(windows)

    return encode


def _read_several(weights: Mapping[str, Any], config: Config, threads: int) -> Encode:
    """Compile the shipped encoder for any number of windows, each read as long as the longest."""
    embeddings = Embeddings(weights)
    graph = build_graph(weights, config)
    graph.reshape({0: [-1, -1, config.hidden], 1: [-1, 1, 1, -1]})
    request = compile_graph(graph, threads)

    def encode(windows: Sequence[Window]) -> object:
        length = pad_length(max(map(_length, windows)))
        embedded = np.zeros((len(windows), length, embeddings.width), dtype=np.float32)
        mask = np.full((len(windows), 1, 1, length), UNSEEN, dtype=np.float32)
        for number, window in enumerate(windows):
            here = slice(_length(window))
            embeddings.look_up(*window, out=embedded[number, here])
            mask[number, ..., here] = 0
        request.infer([embedded, mask])
        return request.get_output_tensor().data

    return encode


def _load_eager(threads: int) -> Encode:
    torch.set_num_threads(threads)
    network = load_network().network

    @torch.inference_mode()
    def encode(windows: Sequence[Window]) -> object:
        longest = max(map(_length, windows))
        read = torch.zeros(3, len(windows), longest, dtype=torch.int64)
        mask = torch.zeros(len(windows), longest, dtype=torch.int64)
        for number, window in enumerate(windows):
            here = slice(_length(window))
            read[:, number, here] = torch.from_numpy(window)
            mask[number, here] = 1
        return network.encode(*read, None if mask.all() else mask)

    return encode


if __name__ == "__main__":
    serve(prepare)
