"""Change a text and keep every span over it in place."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple


class Edit(NamedTuple):
    """Replace text[start:end] by `new`; start == end inserts."""

    start: int
    end: int
    new: str


class EditedText:
    """A text after some edits, and where its old offsets have gone."""

    def __init__(self, text: str, edits: Sequence[Edit]) -> None:
        """Apply `edits`; of two that overlap, the later one is left out."""
        self._edits: list[Edit] = []
        self._starts: list[int] = []
        self._new_starts: list[int] = []
        parts: list[str] = []
        at = length = 0
        for edit in sorted(edits):
            if edit.start < at:
                continue
            length += edit.start - at
            self._edits.append(edit)
            self._starts.append(edit.start)
            self._new_starts.append(length)
            parts += [text[at : edit.start], edit.new]
            length += len(edit.new)
            at = edit.end
        self.text = "".join([*parts, text[at:]])

    def start(self, offset: int) -> int:
        """Return where a span that began at `offset` begins now."""
        return self._move(offset, is_end=False)

    def end(self, offset: int) -> int:
        """Return where a span that ended at `offset` ends now."""
        return self._move(offset, is_end=True)

    def _move(self, offset: int, *, is_end: bool) -> int:
        at = bisect_right(self._starts, offset) - 1
        # A span that ends where something is put in or replaced does not take it in.
        while at >= 0 and is_end and self._starts[at] == offset:
            at -= 1
        if at < 0:
            return offset
        edit, new_start = self._edits[at], self._new_starts[at]
        if offset < edit.end:
            return new_start + (len(edit.new) if is_end else 0)
        if not is_end and edit.start == edit.end == offset:
            return new_start
        return new_start + len(edit.new) + offset - edit.end
