"""Draw how training went, from its log."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot as plt

_LOSSES, _FIGURES = ("mention", "attribution", "link"), ("mention_f1", "content_f1", "pair_f1")
_SMOOTHED = 20


def draw_curves(log: Sequence[Mapping[str, float]], path: Path) -> None:
    """Write a picture of the losses, smoothed, and of the dev figures over the pieces read."""
    figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(8, 7))
    for name in _LOSSES:
        lines = [line for line in log if name in line]
        if lines:
            above.plot(*_smooth(lines, name), label=name)
    above.set(ylabel="loss", yscale="log", title="Training, and figures on part of the dev texts")
    for name in _FIGURES:
        lines = [line for line in log if name in line]
        below.plot(
            [line["pieces"] / 1e6 for line in lines],
            [line[name] for line in lines],
            marker=".",
            label=name,
        )
    below.set(xlabel="million pieces", ylabel="F1, %")
    for part in (above, below):
        part.grid(alpha=0.3)
        if part.get_lines():
            part.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=80)
    plt.close(figure)


def _smooth(lines: Sequence[Mapping[str, float]], name: str) -> tuple[list[float], list[float]]:
    """Return pieces in millions and the running mean of a loss."""
    pieces = [line["pieces"] / 1e6 for line in lines]
    values = [line[name] for line in lines]
    means = [
        sum(part) / len(part)
        for part in (values[max(0, at - _SMOOTHED) : at + 1] for at in range(len(values)))
    ]
    return pieces, means
