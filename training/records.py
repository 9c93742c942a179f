"""The examples to learn from, in one form whatever corpus they come from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from training.edits import Edit, EditedText

Range = tuple[int, int]


def characters(ranges: Iterable[Range]) -> set[int]:
    """Return the offsets that the ranges cover together."""
    return {i for start, end in ranges for i in range(start, end)}


@dataclass(frozen=True, slots=True)
class NamedRange:
    """A mention of a known type."""

    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class LabelledAttribution:
    """The parts of one attribution, each a list of ranges."""

    source: tuple[Range, ...]
    cue: tuple[Range, ...]
    content: tuple[Range, ...]

    def moved(self, move: Callable[[Range], Range]) -> "LabelledAttribution":
        """Return the attribution with every range moved."""
        return LabelledAttribution(
            *(tuple(map(move, ranges)) for ranges in (self.source, self.cue, self.content))
        )


@dataclass(frozen=True, slots=True)
class Record:
    """A text with the labels that its corpus gives: mentions, attributions, or both.

    `mention_weight` says how far the mentions are trusted; None means not
    labelled at all, which is not the same as holding none. `doubts` are the
    stretches where it is open whether there is a mention.
    """

    id: str
    text: str
    mentions: tuple[NamedRange, ...] | None = None
    attributions: tuple[LabelledAttribution, ...] | None = None
    mention_weight: float = 1.0
    doubts: tuple[Range, ...] = ()

    def edited(self, edits: list[Edit]) -> "Record":
        """Return the record after changes to its text."""
        if not edits:
            return self
        edited = EditedText(self.text, edits)

        def move(span: Range) -> Range:
            start = edited.start(span[0])
            return start, max(start, edited.end(span[1]))

        mentions, attributions = self.mentions, self.attributions
        if mentions is not None:
            mentions = tuple(NamedRange(*move((m.start, m.end)), m.type) for m in mentions)
        if attributions is not None:
            attributions = tuple(attribution.moved(move) for attribution in attributions)
        return replace(
            self,
            text=edited.text,
            mentions=mentions,
            attributions=attributions,
            doubts=tuple(map(move, self.doubts)),
        )
