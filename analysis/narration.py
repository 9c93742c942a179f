"""What the writer of a text says in his or her own voice: everything outside quotation marks."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from analysis.document import Span
from analysis.genders import pronoun_gender
from analysis.marks import Quotation, pair_marks
from analysis.names import Gender

# How far after a name, in characters of narration, a pronoun is taken to refer to it.
_PRONOUN_REACH = 150
# He, him, his, himself, she, her, hers, herself. A search goes from one first letter to the next
# (an old s among them), which is much faster than one from word to word.
_PRONOUN = re.compile(r"[hHsSſ](?<!\w.)(?i:(?<=h)(?:e|im|is|imself|er|ers|erself)|(?<=s)he)\b")


@dataclass(frozen=True, slots=True)
class Narration:
    """Where a text is quoted, and the pronouns of its narrator that show a gender.

    `quotations` may hold or touch each other; `starts` and `ends` are those of what they cover.
    """

    quotations: tuple[Quotation, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    quoted_before: tuple[int, ...]
    pronouns: tuple[tuple[int, Gender], ...]
    length: int

    def is_quoted(self, position: int) -> bool:
        """Tell whether a position lies inside quotation marks."""
        at = bisect_right(self.starts, position) - 1
        return at >= 0 and position < self.ends[at]

    def distance(self, start: int, end: int) -> int:
        """Return how many characters of narration lie between two positions."""
        return end - start - (self._quoted(end) - self._quoted(start))

    def next_pronoun(self, position: int) -> tuple[int, Gender] | None:
        """Return the first pronoun of the narrator at or after a position."""
        at = bisect_left(self.pronouns, position, key=lambda pronoun: pronoun[0])
        return self.pronouns[at] if at < len(self.pronouns) else None

    def genders_after(
        self, spans: Sequence[Span], owners: Sequence[object] = ()
    ) -> list[Gender | None]:
        """Return for each name the gender of the pronoun that follows before the next name.

        Given the `owners` of the names, a pronoun only counts where no other owner's
        name is near enough before it to be meant instead.
        """
        nexts = [*(span.start for span in spans[1:]), self.length]
        genders = []
        rival: int | None = None
        for i, (span, end) in enumerate(zip(spans, nexts, strict=False)):
            if owners and i and owners[i] != owners[i - 1]:
                rival = spans[i - 1].end
            genders.append(self._gender_after(span.end, end, rival))
        return genders

    def _gender_after(self, position: int, end: int, rival: int | None) -> Gender | None:
        found = self.next_pronoun(position)
        if found is None or found[0] >= end or self.distance(position, found[0]) > _PRONOUN_REACH:
            return None
        is_alone = rival is None or self.distance(rival, found[0]) > _PRONOUN_REACH
        return found[1] if is_alone else None

    def _quoted(self, position: int) -> int:
        """Return how many characters before a position are quoted."""
        at = bisect_right(self.starts, position) - 1
        if at < 0:
            return 0
        return self.quoted_before[at] + min(position, self.ends[at]) - self.starts[at]


def read_narration(text: str) -> Narration:
    """Find what of a text is narration."""
    starts: list[int] = []
    ends: list[int] = []
    quotations = pair_marks(text)
    for quotation in quotations:
        start, end = quotation.opener.start, quotation.inside_end
        if ends and start < ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    lengths = (end - start for start, end in zip(starts, ends, strict=True))
    before = tuple(accumulate(lengths, initial=0))
    bare = Narration(quotations, tuple(starts), tuple(ends), before, (), len(text))
    pronouns = [
        (match.start(), gender)
        for match in _PRONOUN.finditer(text)
        if (gender := pronoun_gender(match.group())) and not bare.is_quoted(match.start())
    ]
    return replace(bare, pronouns=tuple(pronouns))
