"""Reports put into the words that they report: “So far – he says – none”, “No, he said. Never.”.

Usual between dashes in Italian and Spanish, between commas in French.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from analysis.document import Span
from analysis.language_packs.clauses import DASHES, Item, Page, may_report, read_cue
from analysis.language_packs.reports import Report, with_subject

_CLOSING = frozenset("!?…")
_CLAUSE_ENDS = frozenset(",.:")
_DELIMITER = re.compile(r"[,!?…]|[—–]|(?<=\s)-(?=\s)")
_REST = re.compile(r"[.\s]{0,9}")
# An inserted report begins its verb within so many words, and goes on for so many.
_LEAD, _INSERTED = 5, 25


@dataclass(frozen=True, slots=True)
class Insertion:
    """A report inside the words that it reports, with the signs that part it from them."""

    span: Span
    report: Report


def find_insertions(page: Page, inside: Span, *, is_spoken: bool = False) -> Iterator[Insertion]:
    """Yield the reports inside a quotation: “So far – he says – none”, “No, he said”.

    In a line of dialogue (`is_spoken`) no mark closes the words, and what follows a full stop
    is no longer theirs.
    """
    free_from = inside.start + 1
    for delimiter in _DELIMITER.finditer(page.text, inside.start + 1, inside.end):
        if delimiter.start() < free_from:
            continue
        insertion = _read_insertion(page, inside, delimiter, is_spoken=is_spoken)
        if insertion:
            yield insertion
            free_from = insertion.span.end


def _read_insertion(
    page: Page, inside: Span, delimiter: re.Match[str], *, is_spoken: bool
) -> Insertion | None:
    found = page.items(delimiter.end(), inside.end)
    items: list[Item] = []
    for item in islice(found, _LEAD):
        items.append(item)
        if item.form not in page.light:
            break
    at = len(items) - 1
    if at < 0 or not may_report(items[at], page.pack):
        return None
    is_dashed = delimiter.group() in DASHES
    end = _read_clause(page, items, islice(found, _INSERTED), is_dashed=is_dashed)
    cue = read_cue(items, at, page.pack)
    if cue is None or cue.is_gerund:
        return None
    report = with_subject(page, items, cue)
    if not is_dashed and not report.is_near:
        return None
    words_from = _resume(page, items, end, inside, is_spoken=is_spoken)
    if words_from is None:
        return None
    start = delimiter.end() if delimiter.group() in _CLOSING else delimiter.start()
    return Insertion(Span(_trim_before(page.text, inside.start, start), words_from), report)


def _read_clause(
    page: Page, items: list[Item], rest: Iterator[Item], *, is_dashed: bool
) -> Item | None:
    """Add the words of a clause to `items`, and return the sign that ends it."""
    ends = DASHES if is_dashed else _CLAUSE_ENDS
    for item in rest:
        if item.form in ends and not item.name and not page.is_abbreviated(items, item):
            return item
        items.append(item)
    return None


def _resume(
    page: Page, items: Sequence[Item], sign: Item | None, inside: Span, *, is_spoken: bool
) -> int | None:
    """Return where the words go on after an inserted report, or None where it is none."""
    if sign is not None:
        if is_spoken and sign.form == ".":
            return inside.end
        return None if sign.form == ":" else _skip_signs(page.text, sign.span.end, inside.end)
    is_whole = _REST.fullmatch(page.text, items[-1].span.end, inside.end) is not None
    return inside.end if is_whole or is_spoken else None


def _skip_signs(text: str, start: int, end: int) -> int:
    while start < end and (text[start].isspace() or text[start] in ",;:."):
        start += 1
    return start


def _trim_before(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1].isspace():
        end -= 1
    return end - 1 if end > start and text[end - 1] == "," else end
