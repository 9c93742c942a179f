"""Offsets as callers count them: views on spans, which count code points."""

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable
from enum import StrEnum

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


class OffsetUnit(StrEnum):
    """What one step of an offset passes over.

    `utf16` counts code units, as strings in browsers and on the JVM do; `utf8` counts
    bytes, as those of Go and Rust do. A lone surrogate is one unit of UTF-16, and three
    bytes of UTF-8.
    """

    CODEPOINT = "codepoint"
    UTF16 = "utf16"
    UTF8 = "utf8"


def _extra_bytes(character: str) -> int:
    """Return how many bytes beyond one a character takes in UTF-8."""
    code = ord(character)
    return 1 + (code > 0x7FF) + (code > 0xFFFF)


# For each unit, the characters that take more than one of it, and how many more.
_LONG: dict[OffsetUnit, tuple[re.Pattern[str], Callable[[str], int]]] = {
    OffsetUnit.UTF16: (_ASTRAL, lambda _: 1),
    OffsetUnit.UTF8: (_BEYOND_ASCII, _extra_bytes),
}


class OffsetView:
    """The offsets of one text in the caller's unit.

    Building a view takes time linear in the text; each offset then takes time
    logarithmic in the number of code points that need more than one unit.
    """

    __slots__ = ("_extra", "_places")

    def __init__(self, text: str, unit: OffsetUnit) -> None:
        # Eight bytes for each such code point.
        self._places, self._extra = array("I"), array("I", [0])
        if unit in _LONG:
            pattern, count_extra = _LONG[unit]
            for match in pattern.finditer(text):
                self._places.append(match.start())
                self._extra.append(self._extra[-1] + count_extra(match.group()))

    def offset(self, position: int) -> int:
        """Return `position`, given in code points, in the view's unit."""
        return position + self._extra[bisect_left(self._places, position)]
