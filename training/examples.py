"""Cut records into labelled windows, the form in which the network learns."""

import random
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from analysis.models import window_inputs
from analysis.pieces import Pieces, Window, split_pieces
from analysis.readings import ATTRIBUTION_TAGS, CONTENT, CUE, MENTION_TAGS, SOURCE
from analysis.tags import TagScheme
from training.records import Record

UNLABELLED = -100


@dataclass(frozen=True, slots=True)
class Part:
    """A content, cue or source in a window: its pieces, and the attributions it belongs to."""

    role: str
    first: int
    last: int
    attributions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled window, without the encoder's own start and end markers."""

    ids: list[int]
    shapes: list[int]
    states: list[int]
    paragraphs: list[int]
    mention_tags: list[int]
    attribution_tags: list[int]
    mention_weight: float
    parts: tuple[Part, ...]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some examples as tensors, each (examples, pieces)."""

    ids: Tensor
    shapes: Tensor
    states: Tensor
    mask: Tensor
    mention_tags: Tensor
    mention_weights: Tensor
    attribution_tags: Tensor
    examples: Sequence[Example]

    @property
    def pieces(self) -> int:
        """The number of pieces that are not padding."""
        return int(self.mask.sum())


def cut_examples(
    record: Record, tokenizer: Tokenizer, size: int, rng: random.Random
) -> Iterator[Example]:
    """Yield windows of at most `size` pieces, cut at paragraph ends where one is near."""
    pieces = split_pieces(record.text, tokenizer)
    mention_tags = [UNLABELLED] * len(pieces)
    if record.mentions is not None:
        spans = [(m.start, m.end, m.type) for m in record.mentions]
        mention_tags = _tag(pieces, spans, MENTION_TAGS)
        for start, end in record.doubts:
            if found := _range(pieces, start, end):
                first, last = found
                mention_tags[first : last + 1] = [UNLABELLED] * (last + 1 - first)
    attribution_tags, parts = [UNLABELLED] * len(pieces), []
    if record.attributions is not None:
        parts = list(_find_parts(record, pieces))
        attribution_tags = _tag_parts(pieces, parts)
    for window in _cut(pieces, size - 2, rng):
        here = slice(window.start, window.end)
        ids, shapes, states = window_inputs(pieces, window, tokenizer)
        yield Example(
            ids=ids,
            shapes=shapes,
            states=states,
            paragraphs=[0, *pieces.paragraphs[here], 0],
            mention_tags=[UNLABELLED, *mention_tags[here], UNLABELLED],
            attribution_tags=[UNLABELLED, *attribution_tags[here], UNLABELLED],
            mention_weight=record.mention_weight,
            parts=tuple(
                Part(
                    part.role,
                    part.first - window.start + 1,
                    part.last - window.start + 1,
                    part.attributions,
                )
                for part in parts
                if window.start <= part.first and part.last < window.end
            ),
        )


def collate(examples: Sequence[Example]) -> Batch:
    """Pad the examples to the longest one."""
    length = max(map(len, examples))

    def pad(rows: Sequence[list[int]], value: int) -> Tensor:
        return torch.tensor([row + [value] * (length - len(row)) for row in rows])

    return Batch(
        ids=pad([e.ids for e in examples], 0),
        shapes=pad([e.shapes for e in examples], 0),
        states=pad([e.states for e in examples], 0),
        mask=pad([[1] * len(e) for e in examples], 0),
        mention_tags=pad([e.mention_tags for e in examples], UNLABELLED),
        mention_weights=torch.tensor([e.mention_weight for e in examples]),
        attribution_tags=pad([e.attribution_tags for e in examples], UNLABELLED),
        examples=examples,
    )


def _range(pieces: Pieces, start: int, end: int) -> tuple[int, int] | None:
    """Return the first and last piece that overlap text[start:end]."""
    first = bisect_left(pieces.ends, start + 1)
    while first < len(pieces) and pieces.is_break(first):
        first += 1
    last = bisect_left(pieces.starts, end) - 1
    while last >= first and pieces.is_break(last):
        last -= 1
    return (first, last) if first <= last else None


def _tag(pieces: Pieces, spans: Sequence[tuple[int, int, str]], scheme: TagScheme) -> list[int]:
    tags = [0] * len(pieces)
    for start, end, label in spans:
        if found := _range(pieces, start, end):
            first, last = found
            tags[first : last + 1] = scheme.span_tags(label, last + 1 - first)
    return tags


def _find_parts(record: Record, pieces: Pieces) -> Iterator[Part]:
    """Yield the parts of all attributions; a source that several share comes once."""
    places: dict[tuple[str, int, int], list[int]] = {}
    for number, attribution in enumerate(record.attributions or ()):
        for role, ranges in (
            (CONTENT, attribution.content),
            (SOURCE, attribution.source),
            (CUE, attribution.cue),
        ):
            for start, end in ranges:
                if found := _range(pieces, start, end):
                    places.setdefault((role, *found), []).append(number)
    for (role, first, last), numbers in places.items():
        yield Part(role, first, last, tuple(numbers))


def _tag_parts(pieces: Pieces, parts: Sequence[Part]) -> list[int]:
    tags = [0] * len(pieces)
    # Contents first: a source or cue inside a content keeps its own tags.
    for part in sorted(parts, key=lambda part: part.role != CONTENT):
        length = part.last + 1 - part.first
        tags[part.first : part.last + 1] = ATTRIBUTION_TAGS.span_tags(part.role, length)
    return tags


def _cut(pieces: Pieces, size: int, rng: random.Random) -> Iterator[Window]:
    """Cut at random places, a little before them where a paragraph ends there."""
    start = 0
    # One text in five is read in short stretches, as captions and headlines are.
    whole = rng.random() < 0.8
    room = rng.randrange(size // 2, size) if whole and len(pieces) > size else size
    while start < len(pieces):
        if not whole:
            room = rng.randrange(16, size // 2)
        end = min(len(pieces), start + room)
        if end < len(pieces):
            breaks = (i for i in range(end, start + int(room * 0.6), -1) if pieces.is_break(i))
            end = next(breaks, end)
        yield Window(start, end)
        start, room = end, size
