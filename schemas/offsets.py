"""Offsets as callers count them: views on spans, which count code points."""

import re
from bisect import bisect_left
from enum import StrEnum

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


class OffsetUnit(StrEnum):
    """What one step of an offset passes over.

    `utf16` counts code units, as strings in browsers and on the JVM do.
    """

    CODEPOINT = "codepoint"
    UTF16 = "utf16"


class OffsetView:
    """The offsets of one text in the caller's unit.

    Building a view takes time linear in the text; each offset then takes time
    logarithmic in the number of code points that need two UTF-16 units.
    """

    __slots__ = ("_astral",)

    def __init__(self, text: str, unit: OffsetUnit) -> None:
        self._astral: tuple[int, ...] = ()
        if unit is OffsetUnit.UTF16:
            self._astral = tuple(match.start() for match in _ASTRAL.finditer(text))

    def offset(self, position: int) -> int:
        """Return `position`, given in code points, in the view's unit."""
        return position + bisect_left(self._astral, position)
