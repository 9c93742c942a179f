"""From tagged pieces to spans of the text: what the model found, with offsets."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import category

from analysis.document import Attribution, EntityType, LooseCue, Mention, Reading, Span
from analysis.pieces import Pieces
from analysis.tags import TaggedSpan, TagScheme

CONTENT, CUE, SOURCE = "content", "cue", "source"
MENTION_TAGS = TagScheme.bioes([str(kind) for kind in EntityType])
ATTRIBUTION_TAGS = TagScheme.bio([SOURCE, CUE, CONTENT])

# What the tokenizer takes for one word at most; longer runs have no pieces of their own.
_LONGEST_WORD = 100

_FIRST_HALVES = frozenset("ÃÂÄÅ")
_SECOND_HALVES = frozenset(map(chr, range(0x80, 0xC0))) - frozenset("\u00a0«»")

Link = tuple[int | None, float]
"""The number of the fragment linked to, or None, and the probability of that."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The tagged fragments of a text and how they belong together.

    `content_cues[i]` is the cue of content i; `cue_anchors[j]` the cue that cue
    j is a part of, itself as a rule; `cue_sources[j]` the source of cue j.
    """

    contents: list[TaggedSpan]
    cues: list[TaggedSpan]
    sources: list[TaggedSpan]
    content_cues: list[Link]
    cue_anchors: list[Link]
    cue_sources: list[Link]

    def root(self, cue: int) -> int:
        """Return the cue that stands for the attribution that `cue` belongs to."""
        anchor = self.cue_anchors[cue][0]
        if anchor is None or self.cue_anchors[anchor][0] not in (None, anchor):
            return cue
        return anchor


@dataclass(frozen=True, slots=True)
class TaggedText:
    """What the model finds in a text, in pieces."""

    pieces: Pieces
    mentions: list[TaggedSpan]
    parts: Parts


def build_reading(text: str, tagged: TaggedText) -> Reading:
    """Return mentions and attributions with offsets into `text`, in text order."""
    parts = tagged.parts
    placer = _Placer(text, tagged.pieces, [*parts.contents, *parts.cues, *parts.sources])
    return Reading(
        mentions=tuple(_place_mentions(text, tagged)),
        attributions=tuple(_place_attributions(parts, placer)),
        loose_cues=tuple(_place_loose_cues(parts, placer)),
    )


def _is_word(text: str, at: int) -> bool:
    if text[at].isalnum() or category(text[at])[0] == "M":
        return True
    # The second half of a letter that was decoded as Latin-1 ("FranÃ§ois").
    return at > 0 and text[at - 1] in _FIRST_HALVES and text[at] in _SECOND_HALVES


class _Placer:
    """Finds the words that tagged pieces stand for.

    A span grows to whole words, but not over the edge of another one: where
    two words ran together ("troopsdeclared"), each keeps its own part.
    """

    def __init__(self, text: str, pieces: Pieces, tagged: Sequence[TaggedSpan]) -> None:
        self._text = text
        self._pieces = pieces
        spans = [span for span in map(self._raw, tagged) if span]
        self._starts = sorted({span.start for span in spans})
        self._ends = sorted({span.end for span in spans})

    def place(self, tagged: TaggedSpan) -> Span | None:
        span = self._raw(tagged)
        if span is None:
            return None
        start, end = span.start, span.end
        lowest = max(0, start - _LONGEST_WORD)
        if at := bisect_right(self._ends, start):
            lowest = max(lowest, self._ends[at - 1])
        highest = min(len(self._text), end + _LONGEST_WORD)
        if (at := bisect_left(self._starts, end)) < len(self._starts):
            highest = min(highest, self._starts[at])
        while start > lowest and _is_word(self._text, start) and _is_word(self._text, start - 1):
            start -= 1
        while end < highest and _is_word(self._text, end - 1) and _is_word(self._text, end):
            end += 1
        return Span(start, end)

    def _raw(self, tagged: TaggedSpan) -> Span | None:
        """Return the span from the first to the last piece that stands for text."""
        first, last = tagged.first, tagged.last
        while first <= last and self._pieces.is_break(first):
            first += 1
        while first <= last and self._pieces.is_break(last):
            last -= 1
        return Span(self._pieces.starts[first], self._pieces.ends[last]) if first <= last else None


def _place_mentions(text: str, tagged: TaggedText) -> Iterator[Mention]:
    placer = _Placer(text, tagged.pieces, [])
    end = 0
    for found in tagged.mentions:
        span = placer.place(found)
        if span and span.start >= end:
            end = span.end
            yield Mention(span, EntityType(found.label), min(1.0, found.confidence))


def _place_loose_cues(parts: Parts, placer: _Placer) -> Iterator[LooseCue]:
    taken = {parts.root(cue) for cue, _ in parts.content_cues if cue is not None}
    for number, tagged in enumerate(parts.cues):
        cue = placer.place(tagged)
        if cue and parts.root(number) == number and number not in taken:
            source = parts.cue_sources[number][0]
            yield LooseCue(cue, None if source is None else placer.place(parts.sources[source]))


def _place_attributions(parts: Parts, placer: _Placer) -> list[Attribution]:
    cues_of: dict[int, list[int]] = {}
    for cue in range(len(parts.cues)):
        cues_of.setdefault(parts.root(cue), []).append(cue)
    contents_of: dict[int, list[int]] = {}
    found = []
    for number, (linked, _) in enumerate(parts.content_cues):
        if linked is None:
            found.append(_attribution(placer, parts, [number], []))
        else:
            contents_of.setdefault(parts.root(linked), []).append(number)
    found += [_attribution(placer, parts, own, cues_of[root]) for root, own in contents_of.items()]
    return sorted(filter(None, found), key=lambda attribution: attribution.content)


def _attribution(
    placer: _Placer, parts: Parts, contents: Sequence[int], cues: Sequence[int]
) -> Attribution | None:
    content = tuple(filter(None, (placer.place(parts.contents[number]) for number in contents)))
    if not content:
        return None
    confidence = min(parts.contents[number].confidence for number in contents)
    if not cues:
        return Attribution(content, (), None, min(1.0, confidence))
    source, probability = parts.cue_sources[parts.root(cues[0])]
    confidence *= probability * min(parts.content_cues[number][1] for number in contents)
    return Attribution(
        content,
        tuple(filter(None, (placer.place(parts.cues[number]) for number in cues))),
        None if source is None else placer.place(parts.sources[source]),
        min(1.0, confidence),
    )
