"""Other networks that were tried in the place of the shipped one; see `training.experiments`."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from analysis.models import Model
from analysis.pieces import Window, share_pieces
from analysis.readings import ATTRIBUTION_TAGS, MENTION_TAGS
from analysis.tags import Path, Scores, TaggedSpan, TagScheme
from training.examples import UNLABELLED, Batch
from training.losses import Losses, find_losses
from training.network import Network

_FORBIDDEN = -1e4


class LayerMix(Network):
    """Reads a learned mixture of all layers instead of the last one (Peters et al. 2018)."""

    def extend(self) -> "LayerMix":
        """Add the weights of the mixture, which is nearly the last layer to begin with."""
        start = torch.zeros(self.config.layers + 1)
        start[-1] = 4.0
        self.mixture = nn.Parameter(start)
        return self

    def encode(self, ids: Tensor, shapes: Tensor, states: Tensor, mask: Tensor | None) -> Tensor:
        """Return the mixed state of each piece."""
        embedded = self.encoder.embeddings.word_embeddings(ids)
        embedded = embedded + self.shapes(shapes) + self.states(states)
        output = self.encoder(
            inputs_embeds=embedded, attention_mask=mask, output_hidden_states=True
        )
        layers = torch.stack(output.hidden_states)
        mixed = (self.mixture.softmax(0)[:, None, None, None] * layers).sum(0)
        return self.dropout(mixed)


class Ensemble(nn.Module):
    """Several networks as one: their states side by side, their probabilities averaged."""

    def __init__(self, members: Sequence[Network]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.config = members[0].config

    def encode(self, ids: Tensor, shapes: Tensor, states: Tensor, mask: Tensor | None) -> Tensor:
        """Return the states of all members, concatenated."""
        return torch.cat([m.encode(ids, shapes, states, mask) for m in self.members], dim=-1)

    def mention_head(self, hidden: Tensor) -> Tensor:
        """Return the logarithm of the mean probability of each tag."""
        parts = zip(self.members, self._split(hidden), strict=True)
        return _log_mean([m.mention_head(h) for m, h in parts])

    def attribution_head(self, hidden: Tensor) -> Tensor:
        """Return the logarithm of the mean probability of each tag."""
        parts = zip(self.members, self._split(hidden), strict=True)
        return _log_mean([m.attribution_head(h) for m, h in parts])

    def score_cues(self, states: Tensor, *places: Tensor) -> Tensor:
        """Return the logarithm of the mean probability of each cue."""
        parts = zip(self.members, self._split(states), strict=True)
        return _log_mean([m.score_cues(h, *places) for m, h in parts])

    def score_sources(self, states: Tensor, *places: Tensor) -> Tensor:
        """Return the logarithm of the mean probability of no source and of each one."""
        parts = zip(self.members, self._split(states), strict=True)
        return _log_mean([m.score_sources(h, *places) for m, h in parts])

    def _split(self, hidden: Tensor) -> Sequence[Tensor]:
        return hidden.chunk(len(self.members), dim=-1)


def _log_mean(scores: Sequence[Tensor]) -> Tensor:
    return torch.stack([s.log_softmax(-1) for s in scores]).logsumexp(0) - math.log(len(scores))


@dataclass(frozen=True, slots=True)
class Distilled:
    """Losses that follow a teacher's probabilities as far as the labels (Hinton et al. 2015)."""

    teacher: Any

    def __call__(self, network: Network, hidden: Tensor, batch: Batch) -> Losses:
        """Return the losses, those of tags averaged with the divergence from the teacher."""
        losses = find_losses(network, hidden, batch)
        self.teacher.to(hidden.device)
        with torch.no_grad():
            states = self.teacher.encode(batch.ids, batch.shapes, batch.states, batch.mask)
        for name in ("mention", "attribution"):
            if (own := losses[name]) is not None:
                wanted = getattr(self.teacher, f"{name}_head")(states).log_softmax(-1)
                given = getattr(network, f"{name}_head")(hidden).log_softmax(-1)
                apart = functional.kl_div(given, wanted, reduction="none", log_target=True)
                losses[name] = (own + (apart.sum(-1) * batch.mask).sum() / batch.mask.sum()) / 2
        return losses


class LearnedSteps(Network):
    """Tags mentions with learned scores of the steps between tags: a linear-chain CRF."""

    def extend(self) -> "LearnedSteps":
        """Add the scores of the steps, those of the well-formed ones zero to begin with."""
        self.steps = nn.Parameter(torch.from_numpy(MENTION_TAGS.step_scores()).clamp(min=-10.0))
        return self


def learned_steps_losses(network: LearnedSteps, hidden: Tensor, batch: Batch) -> Losses:
    """Return the losses, for mentions the likelihood of all sequences that the labels allow."""
    losses = find_losses(network, hidden, batch)
    labelled = batch.mention_tags != UNLABELLED
    if losses["mention"] is None:
        return losses
    scores = network.mention_head(hidden)
    wanted = functional.one_hot(batch.mention_tags.clamp(min=0), scores.shape[-1]).bool()
    allowed = scores.masked_fill(labelled[..., None] & ~wanted, _FORBIDDEN)
    mask = batch.mask.bool()
    apart = _sum_paths(scores, network.steps, mask) - _sum_paths(allowed, network.steps, mask)
    losses["mention"] = (apart * batch.mention_weights).sum() / labelled.sum()
    return losses


def _sum_paths(scores: Tensor, steps: Tensor, mask: Tensor) -> Tensor:
    reached = scores[:, 0]
    for at in range(1, scores.shape[1]):
        following = (reached[:, :, None] + steps).logsumexp(1) + scores[:, at]
        reached = torch.where(mask[:, at, None], following, reached)
    return reached.logsumexp(1)


@dataclass(frozen=True, slots=True)
class _LearnedScheme(TagScheme):
    learned: Scores

    def step_scores(self) -> Scores:
        return np.minimum(self.learned, TagScheme.step_scores(self))

    def _search(self, scores: Scores) -> Path:
        # Steps have scores here, so that the best tag of each piece alone says little.
        return self._search_all(scores)


class LearnedStepsModel(Model):
    """Reads with learned steps."""

    def _decode(self, scheme: TagScheme, *inputs: Any) -> list[TaggedSpan]:
        if scheme is MENTION_TAGS:
            learned = self.network.steps.detach().numpy()
            ill_formed = MENTION_TAGS.step_scores() < 0
            scheme = _LearnedScheme(scheme.tags, np.where(ill_formed, _FORBIDDEN, learned))
        return super()._decode(scheme, *inputs)


class Spans(Network):
    """Scores every stretch of up to `LONGEST` pieces as a mention (after Lee et al. 2017)."""

    LONGEST, WIDE = 16, 96
    LABELS = ("", "person", "organisation", "place")

    def extend(self) -> "Spans":
        """Add the scorer of spans."""
        self.first = nn.Linear(self.config.hidden, self.WIDE)
        self.last = nn.Linear(self.config.hidden, self.WIDE)
        self.width = nn.Embedding(self.LONGEST, self.WIDE)
        self.label = nn.Linear(self.WIDE, len(self.LABELS))
        return self

    def score_spans(self, hidden: Tensor) -> Tensor:
        """Return (windows, pieces, widths, labels) scores; beyond the end they mean nothing."""
        ends = functional.pad(self.last(hidden), (0, 0, 0, self.LONGEST - 1))
        ends = ends.unfold(1, self.LONGEST, 1).transpose(2, 3)
        return self.label(
            functional.gelu(self.first(hidden)[:, :, None] + ends + self.width.weight)
        )


def span_losses(network: Spans, hidden: Tensor, batch: Batch) -> Losses:
    """Return the losses, for mentions the cross-entropy of the label of every span."""
    losses = find_losses(network, hidden, batch)
    if losses["mention"] is None:
        return losses
    scores = network.score_spans(hidden)
    labels = torch.full(scores.shape[:3], UNLABELLED, device=scores.device)
    known = functional.pad(batch.mention_tags, (0, network.LONGEST - 1), value=UNLABELLED)
    is_known = known.unfold(1, network.LONGEST, 1).ne(UNLABELLED).cumprod(-1).bool()
    labels[is_known] = 0
    for row, tags in enumerate(batch.mention_tags.tolist()):
        for first, last, label in _labelled_spans(tags):
            if last - first < network.LONGEST and is_known[row, first, last - first]:
                labels[row, first, last - first] = network.LABELS.index(label)
    each = functional.cross_entropy(
        scores.flatten(0, 2), labels.flatten(), ignore_index=UNLABELLED, reduction="none"
    )
    weighted = each.view_as(labels).sum((1, 2)) * batch.mention_weights
    losses["mention"] = weighted.sum() / (batch.mention_tags != UNLABELLED).sum()
    return losses


def _labelled_spans(tags: Sequence[int]) -> list[tuple[int, int, str]]:
    names = [MENTION_TAGS.tags[tag] if tag != UNLABELLED else "O" for tag in tags]
    spans, first = [], 0
    for at, name in enumerate(names):
        if name[0] in "BS":
            first = at
        if name[0] in "ES":
            spans.append((first, at, name[2:]))
    return spans


class SpansModel(Model):
    """Reads the likeliest spans first, leaving out those that overlap them."""

    def _decode(
        self,
        scheme: TagScheme,
        head: Any,
        states: Sequence[Tensor],
        windows: Sequence[Window],
    ) -> list[TaggedSpan]:
        if scheme is ATTRIBUTION_TAGS:
            return super()._decode(scheme, head, states, windows)
        found = []
        for state, window, share in zip(states, windows, share_pieces(windows), strict=True):
            best = self.network.score_spans(state[None].float())[0].softmax(-1).max(-1)
            for first, width in best.indices.nonzero().tolist():
                middle = window.start + first + width // 2
                if share.start <= middle < share.end and window.start + first + width < window.end:
                    label = Spans.LABELS[best.indices[first, width]]
                    start, sure = window.start + first, best.values[first, width].item()
                    found.append(TaggedSpan(start, start + width, label, sure))
        taken: set[int] = set()
        chosen = []
        for span in sorted(found, key=lambda span: -span.confidence):
            covered = range(span.first, span.last + 1)
            if taken.isdisjoint(covered):
                taken.update(covered)
                chosen.append(span)
        return sorted(chosen)
