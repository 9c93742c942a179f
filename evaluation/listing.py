"""What went wrong, quote by quote and sorted by kind, for a person to read.

It holds text of the corpora: it is for whoever asked for it, and no part of the results.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from evaluation.quotes import ALL, KINDS, QuoteComparison
from evaluation.speakers import SpeakerComparison, Verdict, list_words
from evaluation.tables import tabulate

END_CHARS = 50

Line = Mapping[str, Any]
Words = frozenset[int]


class Fault(StrEnum):
    """What can go wrong with a quote: with its words first, then with its speaker."""

    MISSED = "quote missed"
    INVENTED = "quote invented"
    MERGED = "quotes merged"
    SPLIT = "quote split"
    EXTENT = "too few or too many words"
    SOURCE = "wrong source words"
    NAME = "wrong name"
    NAMED = "name where nobody is named"
    NAMELESS = "no name where one is"


@dataclass(frozen=True, slots=True)
class Miss:
    """A quote that went wrong, as it is labelled and as it was returned; one of them may lack."""

    fault: Fault
    article: str
    text: str
    labelled: Line | None
    returned: Line | None

    @property
    def kind(self) -> str:
        """How much of the quote stands inside quotation marks, by its label where it has one."""
        return str(self._line["kind"])

    def render(self) -> Iterator[str]:
        """Yield where the quote is and what both sides make of it."""
        yield f"{self.article}, at {self._line['content'][0][0]}"
        yield f"    labelled  {_show(self.text, self.labelled)}"
        yield f"    returned  {_show(self.text, self.returned)}"
        yield ""

    @property
    def _line(self) -> Line:
        return self.labelled or self.returned or {}


Place = tuple[Fault, int | None, int | None]
"""What went wrong, and the numbers of the labelled and of the returned quote."""


def list_quote_misses(comparison: QuoteComparison) -> Iterator[Miss]:
    """Yield what went wrong with the words of an article's quotes, and with their sources."""
    labelled, returned = comparison.labelled, comparison.returned
    places = [
        *find_faults(
            [quote.content for quote in labelled],
            [quote.content for quote in returned],
            comparison.found,
        ),
        *(
            (Fault.SOURCE, own, other)
            for own, other in comparison.found.items()
            if own not in comparison.attributed
        ),
    ]
    lines = [quote.line for quote in labelled], [quote.line for quote in returned]
    return _pick(comparison, places, *lines)


def list_speaker_misses(comparison: SpeakerComparison) -> Iterator[Miss]:
    """Yield what went wrong with the words of an article's quotes, and with their speakers."""
    verdicts, returned = comparison.verdicts, comparison.returned
    labelled = [verdict.label for verdict in verdicts]
    found = {
        own: verdict.returned
        for own, verdict in enumerate(verdicts)
        if verdict.returned is not None
    }
    places = [
        *find_faults(
            [list_words(comparison.text, line["content"]) for line in labelled],
            [list_words(comparison.text, line["content"]) for line in returned],
            found,
        ),
        *(
            (_name_fault(verdicts[own]), own, other)
            for own, other in found.items()
            if not verdicts[own].right
        ),
    ]
    return _pick(comparison, places, labelled, returned)


def find_faults(
    labelled: Sequence[Words], returned: Sequence[Words], found: Mapping[int, int]
) -> Iterator[Place]:
    """Yield what became of the contents that are not found, and of those that find none."""
    shown: set[int | None] = set(found.values())
    for own, words in enumerate(labelled):
        if own not in found:
            other = _find_closest(words, returned)
            if other is None:
                yield Fault.MISSED, own, None
            elif other in found.values() or _is_shared(returned[other], labelled):
                yield Fault.MERGED, own, other
            else:
                yield Fault.EXTENT, own, other
            shown.add(other)
    for other, words in enumerate(returned):
        if other not in shown:
            closest = _find_closest(words, labelled)
            yield Fault.INVENTED if closest is None else Fault.SPLIT, closest, other


def render_misses(data: str, misses: Iterable[Miss]) -> Iterator[str]:
    """Yield the listing of a corpus: how many of which kind, then each of them."""
    listed = list(misses)
    counts = Counter((miss.fault, kind) for miss in listed for kind in (ALL, miss.kind))
    yield f"# {data}: {len(listed)} faults"
    yield ""
    yield from tabulate(
        ("fault", *KINDS),
        (
            (fault, *(counts[fault, kind] for kind in KINDS))
            for fault in Fault
            if counts[fault, ALL]
        ),
    )
    for fault in Fault:
        for kind in KINDS:
            of_kind = [miss for miss in listed if (miss.fault, miss.kind) == (fault, kind)]
            if of_kind:
                yield f"## {fault}, {kind}: {len(of_kind)}"
                yield ""
                for miss in of_kind:
                    yield from miss.render()


def _pick(
    comparison: QuoteComparison | SpeakerComparison,
    places: Iterable[Place],
    labelled: Sequence[Line],
    returned: Sequence[Line],
) -> Iterator[Miss]:
    for fault, own, other in places:
        yield Miss(
            fault,
            comparison.id,
            comparison.text,
            None if own is None else labelled[own],
            None if other is None else returned[other],
        )


def _name_fault(verdict: Verdict) -> Fault:
    if verdict.label["speaker"] is None:
        return Fault.NAMED
    return Fault.NAMELESS if verdict.given is None else Fault.NAME


def _find_closest(words: Words, others: Sequence[Words]) -> int | None:
    """Return the number of the content that shares most words with one, if any shares one."""
    shared = [len(words & other) for other in others]
    return shared.index(max(shared)) if any(shared) else None


def _is_shared(words: Words, labelled: Sequence[Words]) -> bool:
    return sum(not words.isdisjoint(other) for other in labelled) > 1


def _show(text: str, line: Line | None) -> str:
    if line is None:
        return "nothing"
    cue = _cut(text, line.get("cue")) or "no cue"
    attitude = line.get("attitude", "speech")
    told = cue if attitude == "speech" else f"{cue} ({attitude})"
    return f"{_show_speaker(text, line)} | {told} | {_cut(text, line['content'])}"


def _show_speaker(text: str, line: Line) -> str:
    name, words = line.get("speaker"), _cut(text, line["source"])
    return f"{name} ({words})" if name and words not in ("", name) else name or words or "nobody"


def _cut(text: str, ranges: Iterable[Sequence[int]] | None) -> str:
    """Return the words in ranges on one line; of many, those at both ends."""
    words = " / ".join(" ".join(text[start:end].split()) for start, end in ranges or ())
    return words if len(words) <= 2 * END_CHARS else f"{words[:END_CHARS]} … {words[-END_CHARS:]}"
