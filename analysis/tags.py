"""Read spans off a sequence of tag scores.

Two schemes: BIOES for entity mentions, BIO for the parts of an attribution.
Decoding is Viterbi search constrained to well-formed sequences (Ratinov and
Roth 2009 compare the schemes; both searches only forbid, they learn nothing).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

OUTSIDE = "O"
_FORBIDDEN = -1e4

Scores = NDArray[np.float32]


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
        return not self.has_ends or tag[0] in "OES"

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
        allowed = [[self.may_follow(tag, earlier) for tag in self.tags] for earlier in self.tags]
        return np.where(allowed, 0.0, _FORBIDDEN).astype(np.float32)

    def _search(self, scores: Scores) -> list[int]:
        steps = self.step_scores()
        best = scores[0] + np.where([self.may_start(tag) for tag in self.tags], 0.0, _FORBIDDEN)
        back = np.empty((len(scores), len(self.tags)), dtype=np.int64)
        for i in range(1, len(scores)):
            reached = best[:, None] + steps
            back[i] = reached.argmax(axis=0)
            best = reached.max(axis=0) + scores[i]
        best = best + np.where([self.may_end(tag) for tag in self.tags], 0.0, _FORBIDDEN)
        path = [int(best.argmax())]
        for i in range(len(scores) - 1, 0, -1):
            path.append(int(back[i, path[-1]]))
        return path[::-1]

    def _spans(self, path: Sequence[int]) -> Iterator[tuple[int, int, str]]:
        first = 0
        for i, number in enumerate(path):
            tag = self.tags[number]
            following = self.tags[path[i + 1]] if i + 1 < len(path) else OUTSIDE
            if tag[0] in "BS":
                first = i
            if tag != OUTSIDE and following[0] not in "IE":
                yield first, i, tag[2:]
