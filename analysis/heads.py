"""What reads the encoder's states: two tagging heads, and the scorers that link fragments."""

import math

import torch
from torch import Tensor, nn

from analysis.encoder import Config
from analysis.readings import ATTRIBUTION_TAGS, MENTION_TAGS

_DISTANCES = torch.tensor([1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90, 130])
_FAR_PARAGRAPHS = 3


class LinkScorer(nn.Module):
    """Scores for each query fragment which of the key fragments it belongs to.

    Bilinear in the states at the fragments' ends, with learned biases for the
    distance in pieces and in paragraphs.
    """

    def __init__(self, hidden: int, size: int) -> None:
        super().__init__()
        self.query = nn.Linear(2 * hidden, size)
        self.key = nn.Linear(2 * hidden, size)
        self.distance = nn.Embedding(2 * (len(_DISTANCES) + 1), 1)
        self.paragraph = nn.Embedding(_FAR_PARAGRAPHS + 1, 1)
        nn.init.zeros_(self.distance.weight)
        nn.init.zeros_(self.paragraph.weight)

    def represent(self, states: Tensor, fragments: Tensor) -> Tensor:
        """Return the states at both ends of each fragment, side by side."""
        return torch.cat([states[fragments[:, 0]], states[fragments[:, 1]]], dim=-1).float()

    def project(self, states: Tensor, queries: Tensor) -> Tensor:
        """Return the scaled query vectors."""
        projected = nn.functional.gelu(self.query(self.represent(states, queries)))
        return projected / math.sqrt(self.query.out_features)

    def forward(self, states: Tensor, paragraphs: Tensor, queries: Tensor, keys: Tensor) -> Tensor:
        """Return a score for each query (row) and key (column).

        `states` and `paragraphs` are those of one window; `queries` and `keys`
        hold a first and a last piece in each row.
        """
        scores = self.project(states, queries) @ self.key(self.represent(states, keys)).T
        after = keys[None, :, 0] - queries[:, None, 1]
        before = keys[None, :, 1] - queries[:, None, 0]
        is_after = keys[None, :, 0] > queries[:, None, 0]
        gap = torch.where(is_after, after, before)
        bucket = torch.bucketize(gap.abs(), _DISTANCES.to(gap.device), right=True)
        bucket = bucket + (gap < 0) * (len(_DISTANCES) + 1)
        apart = (paragraphs[queries[:, 0]][:, None] - paragraphs[keys[:, 0]][None]).abs()
        apart = apart.clamp(max=_FAR_PARAGRAPHS)
        biases = self.distance(bucket).squeeze(-1) + self.paragraph(apart).squeeze(-1)
        total: Tensor = scores + biases
        return total


class Heads(nn.Module):
    """The two tagging heads and the two link scorers."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.mention_head = nn.Linear(config.hidden, len(MENTION_TAGS.tags))
        self.attribution_head = nn.Linear(config.hidden, len(ATTRIBUTION_TAGS.tags))
        self.cue_link = LinkScorer(config.hidden, config.link)
        self.source_link = LinkScorer(config.hidden, config.link)
        self.no_source = nn.Parameter(torch.zeros(config.link))

    def score_cues(
        self, states: Tensor, paragraphs: Tensor, queries: Tensor, cues: Tensor
    ) -> Tensor:
        """Return how likely each query, a content or a cue, belongs to each cue."""
        scores: Tensor = self.cue_link(states, paragraphs, queries, cues)
        return scores

    def score_sources(
        self, states: Tensor, paragraphs: Tensor, cues: Tensor, sources: Tensor
    ) -> Tensor:
        """Return how likely each cue has no source (first column), or each of `sources`."""
        none = self.source_link.project(states, cues) @ self.no_source[:, None]
        if not len(sources):
            return none
        return torch.cat([none, self.source_link(states, paragraphs, cues, sources)], dim=1)
