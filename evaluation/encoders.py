"""The encoder without a service: the windows of texts, and processes that read them."""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from tokenizers import Tokenizer

from analysis.encoder import Config
from analysis.models import CONFIG_FILE, SHIPPED_WEIGHTS, TOKENIZER_FILE, window_inputs
from analysis.pieces import find_windows, split_pieces
from evaluation.workers import Team, start_team

SHIPPED, EAGER = "shipped", "eager"

Window = Sequence[Sequence[int]]
"""Ids, shapes and states of the pieces that the encoder reads at once."""


def start_encoders(
    runtime: str, processes: int, threads: int, sets: Mapping[str, Sequence[Window]]
) -> AbstractContextManager[Team]:
    """Start processes that share out the windows of each set, long and short ones alike.

    What they can be asked is in `evaluation.runtimes`.
    """
    ordered = {
        name: sorted(windows, key=lambda window: len(window[0])) for name, windows in sets.items()
    }
    return start_team(
        "evaluation.runtimes",
        [
            {
                "runtime": runtime,
                "threads": threads,
                "sets": {name: windows[number::processes] for name, windows in ordered.items()},
            }
            for number in range(processes)
        ],
    )


def split_windows(texts: Sequence[str], *, overlap: bool = True) -> list[Window]:
    """Return the windows in which texts are read; without overlap hardly a piece is read twice."""
    config, tokenizer = load_config(), load_tokenizer()
    size = config.window - 2
    stride = config.stride if overlap else size
    return [
        window_inputs(pieces, window, tokenizer)
        for pieces in (split_pieces(text, tokenizer) for text in texts)
        for window in find_windows(len(pieces), size=size, stride=stride)
    ]


def count_pieces(text: str) -> int:
    """Return how many word pieces a text has."""
    return len(split_pieces(text, load_tokenizer()))


def load_config() -> Config:
    """Return the sizes of the shipped weights."""
    return Config(**json.loads((SHIPPED_WEIGHTS / CONFIG_FILE).read_text())["network"])


def load_tokenizer() -> Tokenizer:
    """Return the tokenizer of the shipped weights."""
    return Tokenizer.from_file(str(SHIPPED_WEIGHTS / TOKENIZER_FILE))
