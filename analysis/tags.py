"""Read spans off a sequence of tag scores.

Two schemes: BIOES for entity mentions, BIO for the parts of an attribution.
Decoding is Viterbi search constrained to well-formed sequences (Ratinov and
Roth 2009 compare the schemes; both searches only forbid, they learn nothing).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

OUTSIDE = "O"
_FORBIDDEN = -1e4

# Nats by which a piece is outside for the search to be cut there.
_SURE = 4.0

Scores = NDArray[np.float32]
Path = NDArray[np.intp]
"""The number of the tag of each piece."""


class TaggedSpan(NamedTuple):
    """A run of pieces under one label: first and last piece, both included."""

    first: int
    last: int
    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class TagScheme:
    """The tags over some labels, and which of them may follow which."""

    tags: tuple[str, ...]

    @classmethod
    def bioes(cls, labels: Sequence[str]) -> "TagScheme":
        """Return the scheme that tells begin, inside, end and single pieces apart."""
        return cls((OUTSIDE, *(f"{part}-{label}" for label in labels for part in "BIES")))

    @classmethod
    def bio(cls, labels: Sequence[str]) -> "TagScheme":
        """Return the scheme that tells begin and inside pieces apart."""
        return cls((OUTSIDE, *(f"{part}-{label}" for label in labels for part in "BI")))

    @property
    def has_ends(self) -> bool:
        """Tell whether the last piece of a span has a tag of its own."""
        return any(tag.startswith("E-") for tag in self.tags)

    def may_start(self, tag: str) -> bool:
        """Tell whether a sequence may begin with `tag`."""
        return tag[0] in "OBS"

    def may_end(self, tag: str) -> bool:
        """Tell whether a sequence may end with `tag`."""
        return tag[0] in "OES" or not self.has_ends

    def may_follow(self, tag: str, earlier: str) -> bool:
        """Tell whether `tag` may come right after `earlier`."""
        is_open = earlier[0] in "BI"
        if tag[0] in "IE":
            return is_open and tag[2:] == earlier[2:]
        return not (is_open and self.has_ends)

    def span_tags(self, label: str, length: int) -> list[int]:
        """Return the tag numbers of a span of `length` pieces."""
        if not self.has_ends:
            parts = "B" + "I" * (length - 1)
        else:
            parts = "S" if length == 1 else "B" + "I" * (length - 2) + "E"
        return [self.tags.index(f"{part}-{label}") for part in parts]

    def decode(self, log_probabilities: Scores) -> list[TaggedSpan]:
        """Return the spans of the likeliest well-formed tag sequence.

        `log_probabilities` has a row for each piece and a column for each tag.
        A span's confidence is the geometric mean of its tags' probabilities.
        """
        if not len(log_probabilities):
            return []
        path = self._search(log_probabilities)
        chosen = log_probabilities[np.arange(len(path)), path]
        return [
            TaggedSpan(first, last, label, float(np.exp(chosen[first : last + 1].mean())))
            for first, last, label in self._spans(path)
        ]

    def step_scores(self) -> Scores:
        """Return what each step from one tag (row) to another (column) adds to a path's score."""
        return _score_steps(self.tags)

    def _search(self, scores: Scores) -> Path:
        """Return the tags of the best path, as `_search_all` does, mostly without searching.

        Where the best tag of each piece makes a well-formed path, that is the best one. Around
        each place where it does not, a stretch between two pieces that are surely outside is
        searched alone. A path that is not outside there loses by it what those pieces are surer
        of; where that is less than what the search gave away, everything is searched.
        """
        path: Path = scores.argmax(axis=1)
        breaks = self._find_breaks(path)
        if not len(breaks):
            return path
        margins = scores[:, 0] - scores[:, 1:].max(axis=1)
        sure = np.flatnonzero(margins > _SURE)
        losses = np.zeros(len(sure) + 2)
        for number in np.unique(np.searchsorted(sure, breaks)):
            first = sure[number - 1] + 1 if number else 0
            end = sure[number] if number < len(sure) else len(scores)
            stretch = scores[first:end]
            found = self._search_all(stretch)
            lost = (stretch.max(axis=1) - stretch[np.arange(len(found)), found]).sum()
            losses[number : number + 2] += lost
            path[first:end] = found
        return path if (losses[1:-1] < margins[sure]).all() else self._search_all(scores)

    def _find_breaks(self, path: Path) -> Path:
        """Return the places before which a path takes a step that is not allowed, its end too."""
        is_allowed = self.step_scores() == 0
        breaks = np.flatnonzero(~is_allowed[path[:-1], path[1:]]) + 1
        starts = [] if self.may_start(self.tags[path[0]]) else [0]
        ends = [] if self.may_end(self.tags[path[-1]]) else [len(path) - 1]
        return np.array([*starts, *breaks, *ends], dtype=np.intp)

    def _search_all(self, scores: Scores) -> Path:
        """Return the tags of the best well-formed path (Viterbi)."""
        steps = self.step_scores()
        best = scores[0] + np.where([self.may_start(tag) for tag in self.tags], 0.0, _FORBIDDEN)
        back = np.empty((len(scores), len(self.tags)), dtype=np.intp)
        for i in range(1, len(scores)):
            reached = best[:, None] + steps
            back[i] = reached.argmax(axis=0)
            best = reached.max(axis=0) + scores[i]
        best = best + np.where([self.may_end(tag) for tag in self.tags], 0.0, _FORBIDDEN)
        path = np.empty(len(scores), dtype=np.intp)
        path[-1] = best.argmax()
        for i in range(len(scores) - 1, 0, -1):
            path[i - 1] = back[i, path[i]]
        return path

    def _spans(self, path: Path) -> Iterator[tuple[int, int, str]]:
        """Yield first and last piece and label of each span of a well-formed path."""
        parts = np.array([tag[0] for tag in self.tags])[path]
        goes_on = np.append(np.isin(parts[1:], ("I", "E")), False)
        firsts = np.flatnonzero(np.isin(parts, ("B", "S")))
        lasts = np.flatnonzero((parts != OUTSIDE) & ~goes_on)
        for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
            yield first, last, self.tags[path[first]][2:]


@cache
def _score_steps(tags: tuple[str, ...]) -> Scores:
    scheme = TagScheme(tags)
    allowed = [[scheme.may_follow(tag, earlier) for tag in tags] for earlier in tags]
    return np.where(allowed, 0.0, _FORBIDDEN).astype(np.float32)
