"""The model that reads a text: one encoder, two heads, and where its weights come from.

A six-layer encoder reads windows of word pieces. One head tags entity mentions;
the other tags the speakers, cues and contents of attributions, and a small
scorer links each content to its cue and each cue to its speaker.

Windows go through the encoder one at a time: on a processor core that costs next
to nothing, and it makes every answer independent, to the last bit, of what else
happens to be waiting. What windows that overlap say of a piece is averaged.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load
from tokenizers import Tokenizer
from torch import Tensor, nn

from analysis.calibration import IDENTITY, Calibration
from analysis.document import ModelInfo, Reading
from analysis.encoder import CompiledEncoder, Config
from analysis.errors import Abandoned, ModelDamaged
from analysis.heads import Heads
from analysis.pieces import (
    END_PIECE,
    NO_TEXT_STATE,
    START_PIECE,
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

# Nats by which a cue in another paragraph must beat the ones in the content's own.
_OTHER_PARAGRAPH_COST = 3.0
_OUT_OF_REACH = -1e4
_NEVER = 2 * _OUT_OF_REACH
# Windows whose fragments are compared at once, those of different ones for nothing.
_AT_ONCE = 8
_LEAST_PROBABILITY = np.float32(1e-20)


class CompiledNetwork(Heads):
    """The network as it serves: a compiled encoder, and the heads."""

    def __init__(self, config: Config, encoder: CompiledEncoder) -> None:
        super().__init__(config)
        self._encoder = encoder

    def encode(self, ids: Tensor, shapes: Tensor, states: Tensor, mask: None) -> Tensor:
        """Return the hidden state of each piece; inputs are (1, pieces) of integers."""
        hidden = self._encoder.encode(ids[0].numpy(), shapes[0].numpy(), states[0].numpy())
        return torch.from_numpy(hidden)[None]


@dataclass(frozen=True, slots=True)
class Calibrations:
    """What turns the model's scores into probabilities."""

    mention: Calibration = IDENTITY
    attribution: Calibration = IDENTITY


def _always() -> bool:
    return True


class Model:
    """A network with its tokenizer, ready to read texts. Not for several threads at once."""

    def __init__(
        self,
        network: Any,
        tokenizer: Tokenizer,
        config: Config,
        info: ModelInfo,
        calibrations: Calibrations | None = None,
    ) -> None:
        self.network = network.eval()
        self.tokenizer = tokenizer
        self.config = config
        self.info = info
        self.calibrations = calibrations or Calibrations()

    def read(self, text: str, is_wanted: Callable[[], bool] = _always) -> Reading:
        """Return the mentions and attributions found in `text`, with offsets into it.

        `is_wanted` is asked before each window; Abandoned is raised once it says no.
        """
        reading = build_reading(text, self.tag(text, is_wanted))
        calibrate = self.calibrations
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
    def tag(self, text: str, is_wanted: Callable[[], bool] = _always) -> TaggedText:
        """Tag `text`, which must hold no lone surrogates, in one encoder pass; see `read`."""
        pieces = split_pieces(text, self.tokenizer)
        size = self.config.window - 2
        windows = find_windows(len(pieces), size=size, stride=self.config.stride)
        shares = list(share_pieces(windows))
        states = self._encode(pieces, windows, is_wanted)
        mentions = self._decode(MENTION_TAGS, self.network.mention_head, states, windows)
        parts = self._decode(ATTRIBUTION_TAGS, self.network.attribution_head, states, windows)
        linker = _Linker(self.network, pieces, windows, shares, states)
        return TaggedText(pieces, mentions, linker.link(parts))

    def _encode(
        self, pieces: Pieces, windows: Sequence[Window], is_wanted: Callable[[], bool]
    ) -> Tensor:
        """Return the states of all windows' pieces: (windows, pieces, hidden), half precision.

        All windows of a text are of one length, which is the text's if that is shorter.
        """
        encoded = torch.empty((0, 0, 0))
        for number, window in enumerate(windows):
            if not is_wanted():
                raise Abandoned
            inputs = window_inputs(pieces, window, self.tokenizer)
            # torch takes three times as long to read lists.
            ids, shapes, states = torch.from_numpy(np.array(inputs))[:, None]
            hidden = self.network.encode(ids, shapes, states, mask=None)
            if not number:
                encoded = torch.empty((len(windows), *hidden[0, 1:-1].shape), dtype=torch.half)
            encoded[number] = hidden[0, 1:-1]
        return encoded

    def _decode(
        self, scheme: TagScheme, head: nn.Module, states: Tensor, windows: Sequence[Window]
    ) -> list[TaggedSpan]:
        """Decode the tags of a text, whose probabilities are means over the windows."""
        if not windows:
            return []
        count = windows[-1].end
        total = np.zeros((count, len(scheme.tags)), dtype=np.float32)
        weight = np.zeros((count, 1), dtype=np.float32)
        for state, window in zip(states, windows, strict=True):
            trust = trust_pieces(window, count)[:, None]
            total[window.start : window.end] += trust * head(state.float()).softmax(dim=-1).numpy()
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
        network: Any,
        pieces: Pieces,
        windows: Sequence[Window],
        shares: Sequence[Window],
        states: Tensor,
    ) -> None:
        self._network = network
        self._windows = windows
        self._shares = shares
        # The pieces of all windows in one row: those that windows share are there more than once.
        self._states = states.flatten(0, 1)
        self._size = states.shape[1]
        paragraphs = np.array(pieces.paragraphs)
        self._paragraphs = torch.from_numpy(
            np.concatenate([paragraphs[w.start : w.end] for w in windows])
            if windows
            else paragraphs
        )

    def link(self, spans: Sequence[TaggedSpan]) -> Parts:
        contents = [span for span in spans if span.label == CONTENT]
        cues = [span for span in spans if span.label == CUE]
        sources = [span for span in spans if span.label == SOURCE]
        content_cues = self._link(contents, cues, self._score_cues)
        cue_anchors = self._link(cues, cues, self._score_cues)
        cue_sources = self._link(cues, sources, self._score_sources)
        return Parts(contents, cues, sources, content_cues, cue_anchors, cue_sources)

    def _score_cues(self, queries: Tensor, cues: Tensor) -> Tensor:
        """Score the cues, after a column for none, where they are in reach at all."""
        paragraphs = self._paragraphs
        none = torch.full((len(queries), 1), _OUT_OF_REACH)
        if not len(cues):
            return none
        scores = self._network.score_cues(self._states, paragraphs, queries, cues)
        apart = (paragraphs[queries[:, 0]][:, None] - paragraphs[cues[:, 0]][None]).abs()
        scores = scores - _OTHER_PARAGRAPH_COST * (apart == 1)
        return torch.cat([none, scores.masked_fill(apart > 1, _NEVER)], dim=1)

    def _score_sources(self, cues: Tensor, sources: Tensor) -> Tensor:
        scores: Tensor = self._network.score_sources(self._states, self._paragraphs, cues, sources)
        return scores

    def _link(
        self,
        queries: Sequence[TaggedSpan],
        keys: Sequence[TaggedSpan],
        score: Callable[[Tensor, Tensor], Tensor],
    ) -> list[tuple[int | None, float]]:
        """Return for each query the number of its key, or None, and the probability of that.

        `score` gives a row for each query, and columns for none and for each key.
        """
        found: list[tuple[int | None, float]] = [(None, 1.0)] * len(queries)
        reach = list(self._keys_in_windows(keys))
        owned = list(self._queries_by_window(queries))
        for some in (owned[at : at + _AT_ONCE] for at in range(0, len(owned), _AT_ONCE)):
            rows = [(at, number) for at, numbers in some for number in numbers]
            columns = [(at, number) for at, _ in some for number in reach[at]]
            scores = score(self._positions(queries, rows), self._positions(keys, columns))
            if len(some) > 1:
                owners, seers = (torch.tensor([at for at, _ in pairs]) for pairs in (rows, columns))
                scores[:, 1:].masked_fill_(owners[:, None] != seers[None], _NEVER)
            best = scores.softmax(dim=1).max(dim=1)
            for (_, number), probability, choice in zip(
                rows, best.values.tolist(), best.indices.tolist(), strict=True
            ):
                found[number] = (columns[choice - 1][1] if choice else None, probability)
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

    def _positions(self, spans: Sequence[TaggedSpan], places: Sequence[tuple[int, int]]) -> Tensor:
        """Return where first and last pieces stand in the row of all windows' pieces.

        `places` says which spans, each in which window, to which it is cut.
        """
        rows = []
        for at, number in places:
            window, span = self._windows[at], spans[number]
            before = at * self._size - window.start
            first, last = max(span.first, window.start), min(span.last, window.end - 1)
            rows.append((before + first, before + last))
        return torch.tensor(rows, dtype=torch.long).reshape(-1, 2)


def load_model(folder: Path = SHIPPED_WEIGHTS, *, threads: int | None = None) -> Model:
    """Load the model in `folder`, whose files must be the ones that its config names.

    It computes with so many `threads`; None stands for as many as there are cores. Raises
    ModelDamaged where a file is missing, the config is not one, or the SHA-256 of the weights
    or of the vocabulary is not the recorded one. Only safetensors and JSON are read: nothing in
    the folder can run code.
    """
    try:
        return _build_model(folder, json.loads(_read_file(folder / CONFIG_FILE)), threads)
    except (ValueError, KeyError, TypeError) as error:
        raise ModelDamaged(str(folder / CONFIG_FILE), "is not the config of a model") from error


def _build_model(folder: Path, stored: Mapping[str, Any], threads: int | None) -> Model:
    tensors, tokenizer = (
        _parse_checked(folder / name, stored["sha256"][name], parse)
        for name, parse in ((WEIGHTS_FILE, load), (TOKENIZER_FILE, Tokenizer.from_buffer))
    )
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
    network = CompiledNetwork(config, CompiledEncoder(tensors, config, threads))
    network.load_state_dict(
        {name: torch.from_numpy(tensors[name]).float() for name in network.state_dict()}
    )
    return Model(network, tokenizer, config, info, calibrations)


def _parse_checked(path: Path, digest: str, parse: Callable[[bytes], Any]) -> Any:
    """Return what a file stands for; it is read once, so that nothing else is loaded."""
    content = _read_file(path)
    if hashlib.sha256(content).hexdigest() != digest:
        raise ModelDamaged(str(path), "its SHA-256 is not the one in the config")
    try:
        return parse(content)
    except (SafetensorError, ValueError) as error:
        raise ModelDamaged(str(path), "is not in the format of such a file") from error


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelDamaged(str(path), error.strerror or "cannot be read") from error
