"""What the network is to minimise."""

import torch
from torch import Tensor
from torch.nn import functional

from analysis.heads import Heads
from analysis.readings import CONTENT, CUE, SOURCE
from training.examples import UNLABELLED, Batch, Example, Part

Losses = dict[str, Tensor | None]


def find_losses(network: Heads, hidden: Tensor, batch: Batch) -> Losses:
    """Return each loss of a batch by name, None for what it has no labels of."""
    return {
        "mention": mention_loss(network, hidden, batch),
        "attribution": attribution_loss(network, hidden, batch),
        "link": link_loss(network, hidden, batch),
    }


def mention_loss(network: Heads, hidden: Tensor, batch: Batch) -> Tensor | None:
    """Return the weighted cross-entropy of the mention tags, None where nothing is labelled."""
    labelled = batch.mention_tags != UNLABELLED
    if not labelled.any():
        return None
    scores = network.mention_head(hidden)
    losses = functional.cross_entropy(
        scores.flatten(0, 1),
        batch.mention_tags.flatten(),
        ignore_index=UNLABELLED,
        reduction="none",
    ).view_as(batch.mention_tags)
    weights = batch.mention_weights[:, None] * labelled
    return (losses * weights).sum() / labelled.sum()


def attribution_loss(network: Heads, hidden: Tensor, batch: Batch) -> Tensor | None:
    """Return the cross-entropy of the attribution tags, None where nothing is labelled."""
    if not (batch.attribution_tags != UNLABELLED).any():
        return None
    return functional.cross_entropy(
        network.attribution_head(hidden).flatten(0, 1),
        batch.attribution_tags.flatten(),
        ignore_index=UNLABELLED,
    )


def link_loss(network: Heads, hidden: Tensor, batch: Batch) -> Tensor | None:
    """Return the mean cross-entropy of the links of each window, None where there are none."""
    losses = [
        loss
        for states, example in zip(hidden, batch.examples, strict=True)
        if (loss := _link_loss(network, states, example)) is not None
    ]
    return torch.stack(losses).mean() if losses else None


def _link_loss(network: Heads, states: Tensor, example: Example) -> Tensor | None:
    cues = [part for part in example.parts if part.role == CUE]
    if not cues:
        return None
    anchors = _anchors(cues)
    paragraphs = torch.tensor(example.paragraphs, device=states.device)
    cue_places = _places(cues, states)
    queries = [
        part
        for part in example.parts
        if part.role in (CONTENT, CUE) and part.attributions[0] in anchors
    ]
    scores = network.score_cues(states, paragraphs, _places(queries, states), cue_places)
    wanted = [anchors[part.attributions[0]] for part in queries]
    total = functional.cross_entropy(
        scores, torch.tensor(wanted, device=states.device), reduction="sum"
    )
    sources = [part for part in example.parts if part.role == SOURCE]
    roots = {cue: attribution for attribution, cue in reversed(anchors.items())}
    scores = network.score_sources(
        states, paragraphs, cue_places[list(roots)], _places(sources, states)
    )
    wanted = [
        next((n for n, part in enumerate(sources, 1) if attribution in part.attributions), 0)
        for attribution in roots.values()
    ]
    total = total + functional.cross_entropy(
        scores, torch.tensor(wanted, device=states.device), reduction="sum"
    )
    return total / (len(queries) + len(roots))


def _anchors(cues: list[Part]) -> dict[int, int]:
    """Return for each attribution the number of its cue, the longest where it has several."""
    anchors: dict[int, int] = {}
    for number, cue in enumerate(cues):
        for attribution in cue.attributions:
            held = anchors.get(attribution)
            if held is None or cue.last - cue.first >= cues[held].last - cues[held].first:
                anchors[attribution] = number
    return anchors


def _places(parts: list[Part], states: Tensor) -> Tensor:
    rows = [(part.first, part.last) for part in parts]
    return torch.tensor(rows, dtype=torch.long, device=states.device).reshape(-1, 2)
