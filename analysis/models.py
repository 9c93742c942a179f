"""The model that reads a text: one encoder, two heads, and where its weights come from.

A six-layer encoder reads windows of word pieces. One head tags entity mentions;
the other tags the speakers, cues and contents of attributions, and a small
scorer links each content to its cue and each cue to its speaker.

Windows go through the encoder one at a time, each at its own length: on a
processor core that costs next to nothing, and it makes every answer
independent, to the last bit, of what else happens to be waiting. What windows
that overlap say of a piece is averaged.

All of it is in one module, a long one, because few may know the runtime.
"""

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from analysis.calibration import IDENTITY, Calibration
from analysis.document import ModelInfo, Reading
from analysis.errors import ModelDamaged
from analysis.pieces import (
    END_PIECE,
    NO_TEXT_STATE,
    START_PIECE,
    STATE_COUNT,
    Pieces,
    Shape,
    Window,
    find_windows,
    piece_id,
    share_pieces,
    split_pieces,
    trust_pieces,
)
from analysis.readings import (
    ATTRIBUTION_TAGS,
    CONTENT,
    CUE,
    MENTION_TAGS,
    SOURCE,
    Parts,
    TaggedText,
    build_reading,
)
from analysis.tags import TaggedSpan, TagScheme

WEIGHTS_FILE, TOKENIZER_FILE, CONFIG_FILE = "model.safetensors", "tokenizer.json", "config.json"
RESOURCES_FILE = "resources.json"
SHIPPED_WEIGHTS = Path(__file__).parent / "weights"

_DISTANCES = torch.tensor([1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90, 130])
_FAR_PARAGRAPHS = 3
# Nats by which a cue in another paragraph must beat the ones in the content's own.
_OTHER_PARAGRAPH_COST = 3.0
_OUT_OF_REACH = -1e4
_LEAST_PROBABILITY = np.float32(1e-20)

_Score = Callable[[int, Tensor, Tensor], Tensor]
"""Scores in a window, given by number: a row for each query; columns for none and each key."""


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

    def encoder(self) -> BertConfig:
        """Return the encoder's own configuration."""
        return BertConfig(
            vocab_size=self.vocabulary,
            hidden_size=self.hidden,
            num_hidden_layers=self.layers,
            num_attention_heads=self.heads,
            intermediate_size=self.feed_forward,
            max_position_embeddings=self.positions,
            attention_probs_dropout_prob=0.0,
        )


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
        return torch.cat([states[fragments[:, 0]], states[fragments[:, 1]]], dim=-1)

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


class Network(nn.Module):
    """The encoder, the two tagging heads and the two link scorers."""

    def __init__(self, config: Config, encoder: nn.Module | None = None) -> None:
        super().__init__()
        self.config = config
        self.encoder: Any = encoder or BertModel(config.encoder(), add_pooling_layer=False)
        self.shapes = nn.Embedding(len(Shape), config.hidden)
        self.states = nn.Embedding(STATE_COUNT, config.hidden)
        nn.init.zeros_(self.shapes.weight)
        nn.init.zeros_(self.states.weight)
        self.dropout = nn.Dropout(0.1)
        self.mention_head = nn.Linear(config.hidden, len(MENTION_TAGS.tags))
        self.attribution_head = nn.Linear(config.hidden, len(ATTRIBUTION_TAGS.tags))
        self.cue_link = LinkScorer(config.hidden, config.link)
        self.source_link = LinkScorer(config.hidden, config.link)
        self.no_source = nn.Parameter(torch.zeros(config.link))

    def encode(self, ids: Tensor, shapes: Tensor, states: Tensor, mask: Tensor | None) -> Tensor:
        """Return the hidden state of each piece; inputs are (windows, pieces) of integers."""
        embedded = self.encoder.embeddings.word_embeddings(ids)
        embedded = embedded + self.shapes(shapes) + self.states(states)
        output = self.encoder(inputs_embeds=embedded, attention_mask=mask)
        hidden: Tensor = self.dropout(output.last_hidden_state)
        return hidden

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


@dataclass(frozen=True, slots=True)
class Calibrations:
    """What turns the model's scores into probabilities."""

    mention: Calibration = IDENTITY
    attribution: Calibration = IDENTITY


class Model:
    """A network with its tokenizer, ready to read texts. Not for several threads at once."""

    def __init__(
        self,
        network: Network,
        tokenizer: Tokenizer,
        config: Config,
        info: ModelInfo,
        calibrations: Calibrations | None = None,
    ) -> None:
        self.network = network.eval()
        self.tokenizer = tokenizer
        self.config = config
        self.info = info
        self._calibrations = calibrations or Calibrations()

    def read(self, text: str) -> Reading:
        """Return the mentions and attributions found in `text`, with offsets into it."""
        reading = build_reading(text, self.tag(text))
        calibrate = self._calibrations
        return replace(
            reading,
            mentions=tuple(
                replace(m, confidence=calibrate.mention(m.confidence)) for m in reading.mentions
            ),
            attributions=tuple(
                replace(a, confidence=calibrate.attribution(a.confidence))
                for a in reading.attributions
            ),
        )

    @torch.inference_mode()
    def tag(self, text: str) -> TaggedText:
        """Tag `text`, which must hold no lone surrogates, in one encoder pass."""
        pieces = split_pieces(text, self.tokenizer)
        size = self.config.window - 2
        windows = find_windows(len(pieces), size=size, stride=self.config.stride)
        shares = list(share_pieces(windows))
        states = [self._encode(pieces, window) for window in windows]
        mentions = self._decode(MENTION_TAGS, self.network.mention_head, states, windows)
        parts = self._decode(ATTRIBUTION_TAGS, self.network.attribution_head, states, windows)
        linker = _Linker(self.network, pieces, windows, shares, states)
        return TaggedText(pieces, mentions, linker.link(parts))

    def _encode(self, pieces: Pieces, window: Window) -> Tensor:
        inputs = window_inputs(pieces, window, self.tokenizer)
        ids, shapes, states = (torch.tensor([row]) for row in inputs)
        hidden = self.network.encode(ids, shapes, states, mask=None)
        return hidden[0, 1:-1].float()

    def _decode(
        self,
        scheme: TagScheme,
        head: nn.Linear,
        states: Sequence[Tensor],
        windows: Sequence[Window],
    ) -> list[TaggedSpan]:
        """Decode the tags of a text, whose probabilities are means over the windows."""
        if not windows:
            return []
        count = windows[-1].end
        total = np.zeros((count, len(scheme.tags)), dtype=np.float32)
        weight = np.zeros((count, 1), dtype=np.float32)
        for state, window in zip(states, windows, strict=True):
            trust = np.array(trust_pieces(window, count), dtype=np.float32)[:, None]
            total[window.start : window.end] += trust * head(state).softmax(dim=-1).numpy()
            weight[window.start : window.end] += trust
        return scheme.decode(np.log(np.maximum(total / weight, _LEAST_PROBABILITY)))


def window_inputs(
    pieces: Pieces, window: Window, tokenizer: Tokenizer
) -> tuple[list[int], list[int], list[int]]:
    """Return ids, shapes and states of a window between the encoder's start and end markers."""
    here = slice(window.start, window.end)
    first, last = piece_id(tokenizer, START_PIECE), piece_id(tokenizer, END_PIECE)
    return (
        [first, *pieces.ids[here], last],
        [Shape.NO_LETTERS, *pieces.shapes[here], Shape.NO_LETTERS],
        [NO_TEXT_STATE, *pieces.states[here], NO_TEXT_STATE],
    )


class _Linker:
    """Links fragments, each within the window that sees it most centrally."""

    def __init__(
        self,
        network: Network,
        pieces: Pieces,
        windows: Sequence[Window],
        shares: Sequence[Window],
        states: Sequence[Tensor],
    ) -> None:
        self._network = network
        self._paragraphs = torch.tensor(pieces.paragraphs)
        self._windows = windows
        self._shares = shares
        self._states = states

    def link(self, spans: Sequence[TaggedSpan]) -> Parts:
        contents = [span for span in spans if span.label == CONTENT]
        cues = [span for span in spans if span.label == CUE]
        sources = [span for span in spans if span.label == SOURCE]
        content_cues = self._link(contents, cues, self._score_cues)
        cue_anchors = self._link(cues, cues, self._score_cues)
        cue_sources = self._link(cues, sources, self._score_sources)
        return Parts(contents, cues, sources, content_cues, cue_anchors, cue_sources)

    def _score_cues(self, at: int, queries: Tensor, cues: Tensor) -> Tensor:
        """Score the cues, after a column for none, where they are in reach at all."""
        window = self._windows[at]
        paragraphs = self._paragraphs[window.start : window.end]
        none = torch.full((len(queries), 1), _OUT_OF_REACH)
        if not len(cues):
            return none
        scores = self._network.score_cues(self._states[at], paragraphs, queries, cues)
        apart = (paragraphs[queries[:, 0]][:, None] - paragraphs[cues[:, 0]][None]).abs()
        scores = scores - _OTHER_PARAGRAPH_COST * (apart == 1)
        return torch.cat([none, scores.masked_fill(apart > 1, 2 * _OUT_OF_REACH)], dim=1)

    def _score_sources(self, at: int, cues: Tensor, sources: Tensor) -> Tensor:
        window = self._windows[at]
        paragraphs = self._paragraphs[window.start : window.end]
        return self._network.score_sources(self._states[at], paragraphs, cues, sources)

    def _link(
        self, queries: Sequence[TaggedSpan], keys: Sequence[TaggedSpan], score: _Score
    ) -> list[tuple[int | None, float]]:
        """Return for each query the number of its key, or None, and the probability of that."""
        found: list[tuple[int | None, float]] = [(None, 1.0)] * len(queries)
        reach = list(self._keys_in_windows(keys))
        for at, numbers in self._queries_by_window(queries):
            inside = reach[at]
            scores = score(
                at,
                self._positions([queries[n] for n in numbers], at),
                self._positions([keys[k] for k in inside], at),
            )
            best = scores.softmax(dim=1).max(dim=1)
            for number, probability, choice in zip(
                numbers, best.values.tolist(), best.indices.tolist(), strict=True
            ):
                found[number] = (inside[choice - 1] if choice else None, probability)
        return found

    def _queries_by_window(self, spans: Sequence[TaggedSpan]) -> Iterator[tuple[int, list[int]]]:
        at = 0
        waiting: dict[int, list[int]] = {}
        for number, span in enumerate(spans):
            middle = (span.first + span.last) // 2
            while self._shares[at].end <= middle:
                at += 1
            window = self._windows[at]
            fits = window.start <= span.first and span.last < window.end
            # One that is longer than a window is read where it ends, beside what follows it.
            owner = at if fits else self._owner(span.last, at)
            waiting.setdefault(owner, []).append(number)
        yield from waiting.items()

    def _owner(self, piece: int, at: int) -> int:
        while self._shares[at].end <= piece:
            at += 1
        return at

    def _keys_in_windows(self, keys: Sequence[TaggedSpan]) -> Iterator[list[int]]:
        first = 0
        for window in self._windows:
            while first < len(keys) and keys[first].first < window.start:
                first += 1
            inside = []
            for number in range(first, len(keys)):
                if keys[number].first >= window.end:
                    break
                if keys[number].last < window.end:
                    inside.append(number)
            yield inside

    def _positions(self, spans: Sequence[TaggedSpan], at: int) -> Tensor:
        """Return first and last piece within the window, cut to it."""
        window = self._windows[at]
        rows = [(max(span.first, window.start), min(span.last, window.end - 1)) for span in spans]
        return torch.tensor(rows, dtype=torch.long).reshape(-1, 2) - window.start


def load_model(folder: Path = SHIPPED_WEIGHTS) -> Model:
    """Load the model in `folder`, whose files must be the ones that its config names.

    Raises ModelDamaged where a file is missing, the config is not one, or the
    SHA-256 of the weights or of the vocabulary is not the recorded one. Only
    safetensors and JSON are read: nothing in the folder can run code.
    """
    try:
        return _build_model(folder, json.loads(_read_file(folder / CONFIG_FILE)))
    except (ValueError, KeyError, TypeError) as error:
        raise ModelDamaged(str(folder / CONFIG_FILE), "is not the config of a model") from error


def _build_model(folder: Path, stored: Mapping[str, Any]) -> Model:
    for name in (WEIGHTS_FILE, TOKENIZER_FILE):
        if hashlib.sha256(_read_file(folder / name)).hexdigest() != stored["sha256"][name]:
            raise ModelDamaged(str(folder / name), "its SHA-256 is not the one in the config")
    config = Config(**stored["network"])
    info = ModelInfo(
        name=stored["name"],
        version=stored["version"],
        digest=stored["sha256"][WEIGHTS_FILE],
        languages=tuple(stored["languages"]),
    )
    calibrations = Calibrations(
        **{name: Calibration(**values) for name, values in stored["calibration"].items()}
    )
    network = Network(config)
    weights = load_file(folder / WEIGHTS_FILE)
    network.load_state_dict({name: tensor.float() for name, tensor in weights.items()})
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    return Model(network, tokenizer, config, info, calibrations)


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelDamaged(str(path), error.strerror or "cannot be read") from error
