"""What reports a quotation: the clause after it, or the one before it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.document import MentionKind, Span
from analysis.language_packs.clauses import DASHES, Cue, Item, Page, find_cues, read_cue
from analysis.language_packs.subjects import Phrases, Subject

# How many words may come before the verb after a quotation, and before the name that a back
# reference (“That is what …”) has for its verb.
_LEAD, _BACK_LEAD = 5, 4
_SOURCE_WORDS = 4
_STOP = re.compile(r"[^\S\n\r\u2028\u2029]*\.[^\S\n\r\u2028\u2029]+")
# Without a comma or full stop a shorter stretch is a title: Nel libro «Il mondo» racconta Rossi …
_UNPARTED_WORDS = 4
_WORD = re.compile(r"\w+")
_ENDS_UTTERANCE = (",", "!", "?", "…", ".")


@dataclass(frozen=True, slots=True)
class Report:
    """A cue and the subject that it has.

    `is_near`: nothing stands between the two. `is_dropped`: a verb has no subject, which its
    language may leave out. `is_partial`: the quotation is part of a sentence that is not quoted.
    `is_weak`: no word says that anybody speaks.
    """

    cue: Span
    subject: Subject | None = None
    is_near: bool = False
    is_dropped: bool = False
    is_plural: bool = False
    is_partial: bool = False
    is_weak: bool = False


def read_after(page: Page, inside: Span, start: int, end: int) -> Report | None:
    """Return the report that follows the quotation that ends at `start`, none past `end`.

    `inside` is what the quotation holds last.
    """
    if stop := _STOP.match(page.text, start, end):
        return _read_back_reference(page, stop.end(), end)
    items = page.sentence_after(start, end)
    at = 0
    while at < len(items) and items[at].form in {",", ";", ")", *DASHES}:
        at += 1
    is_parted = at > 0 or inside.of(page.text).rstrip().endswith(_ENDS_UTTERANCE)
    if at == len(items):
        return None
    if _source_end(page, items, at) > at:
        return _read_source(page, items, at)
    if not is_parted and len(_WORD.findall(inside.of(page.text))) < _UNPARTED_WORDS:
        return None
    return _read_verb_after(page, items, at, is_parted=is_parted)


def _read_back_reference(page: Page, start: int, end: int) -> Report | None:
    """Return the report in a sentence that begins with a word for what was just quoted."""
    items = page.sentence_after(start, end)
    if _source_end(page, items, 0) and (report := _read_source(page, items, 0)):
        return report
    if not items or items[0].form not in page.pack.sources.back_references:
        return None
    # Alone “lo” is an article, which a noun would follow.
    items = items[1:]
    for at in range(min(len(items), _BACK_LEAD)):
        if cue := read_cue(items, at, page.pack):
            report = with_subject(page, items, cue)
            return report if report.subject else None
        if items[at].name:
            return None
    return None


def _read_verb_after(
    page: Page, items: Sequence[Item], start: int, *, is_parted: bool
) -> Report | None:
    light = page.light | page.pack.grammar.coordinators
    for at in range(start, min(len(items), start + _LEAD)):
        cue = read_cue(items, at, page.pack)
        if cue and not cue.is_gerund:
            return None if _has_own_words(page, items, cue) else with_subject(page, items, cue)
        if items[at].form not in light:
            break
    subject = Phrases(items, page.pack).read(start, len(items)) if is_parted else None
    at = subject.end if subject else len(items)
    while at < len(items) and items[at].form in light:
        at += 1
    cue = read_cue(items, at, page.pack) if at < len(items) else None
    if subject is None or cue is None or cue.is_gerund or items[-1].form == ":":
        return None
    if _has_own_words(page, items, cue):
        return None
    return Report(cue.span, subject, is_near=True, is_plural=cue.is_plural)


def _has_own_words(page: Page, items: Sequence[Item], cue: Cue) -> bool:
    """Tell whether a verb goes on with what it reports: “she said that …”."""
    following = (item.form for item in items[cue.last + 1 : cue.last + 3] if item.form != ",")
    return next(following, "") in page.pack.grammar.complementizers


def with_subject(page: Page, items: Sequence[Item], cue: Cue) -> Report:
    """Return a report with the subject that follows its verb."""
    start, end = _range_after(items, cue)
    subject: Subject | None
    if cue.pronoun:
        subject = Subject(
            cue.pronoun.span, MentionKind.PRONOUN, cue.last, cue.last + 1, head=cue.pronoun.form
        )
    else:
        subject = Phrases(items, page.pack).follow(start, end)
    return Report(
        cue.span,
        subject,
        is_near=cue.pronoun is not None or (subject is not None and subject.first == start),
        is_dropped=subject is None and _drops(page, items[start:end]),
        is_plural=cue.is_plural,
    )


def _range_after(items: Sequence[Item], cue: Cue) -> tuple[int, int]:
    return (cue.first + 1, cue.last) if cue.is_split else (cue.last + 1, len(items))


def _drops(page: Page, items: Sequence[Item]) -> bool:
    """Tell whether a verb has no subject at all, rather than one that is no name or role."""
    grammar = page.pack.grammar
    if not grammar.drops_subjects:
        return False
    before = ""
    for item in items:
        if item.form in grammar.stops or item.form in {",", ":"}:
            return True
        if item.form in grammar.articles and before not in grammar.prepositions:
            return False
        before = item.form
    return True


def _read_source(
    page: Page, items: Sequence[Item], at: int, *, is_partial: bool = False
) -> Report | None:
    """Return the report that words such as “according to” make with what follows them."""
    end = max(at + 1, _source_end(page, items, at))
    if end >= len(items):
        return None
    subject = Phrases(items, page.pack).read(end, len(items), is_object=True)
    if subject is None:
        return None
    cue = Span(items[at].span.start, items[end - 1].span.end)
    return Report(cue, subject, is_near=True, is_partial=is_partial)


def _source_end(page: Page, items: Sequence[Item], at: int) -> int:
    """Return the item after the source that begins at one, or `at` where none does."""
    forms = tuple(item.form for item in items[at : at + _SOURCE_WORDS])
    found = (source for source in page.pack.sources.before if forms[: len(source)] == source)
    return at + max(map(len, found), default=0)


def read_before(page: Page, start: int, end: int) -> Report | None:
    """Return the report that leads to the quotation that opens at `end`, none before `start`."""
    items = page.sentence_before(start, end)
    if not items:
        return None
    sign = items[-1].form if items[-1].form in {":", ",", *DASHES} else ""
    words = items[:-1] if sign else items
    if not words:
        return None
    return (
        _read_verb_before(page, words, sign)
        or _read_source_before(page, words, sign)
        or (_read_label(page, words, items[-1].span) if sign == ":" else None)
    )


def _read_verb_before(page: Page, items: Sequence[Item], sign: str) -> Report | None:
    cues = find_cues(items, page.pack)
    if not cues:
        return None
    cue = cues[-1]
    phrases = Phrases(items, page.pack)
    is_partial = False
    if sign != ":":
        between = {item.form for item in items[cue.last + 1 :]}
        is_partial = bool(between & page.pack.grammar.complementizers)
        after = phrases.follow(*_range_after(items, cue))
        is_inserted = sign == "," and after is not None and after.end == len(items)
        if not (is_partial or is_inserted or cue.last == len(items) - 1):
            return None
        is_partial = is_partial or is_inserted
    subject = phrases.precede(cue)
    is_near = subject is not None and subject.end == cue.first
    if not is_near:
        start, end = _range_after(items, cue)
        after = phrases.follow(start, end)
        is_beside = (
            after is not None and after.first == start and bool(after.names or after.is_pronoun)
        )
        if after and (is_beside or subject is None):
            subject, is_near = after, after.first == start
    is_dropped = subject is None and _drops(page, items[: cue.first])
    return Report(cue.span, subject, is_near, is_dropped, cue.is_plural, is_partial)


def _read_source_before(page: Page, items: Sequence[Item], sign: str) -> Report | None:
    """Return the report of a sentence that begins with a source, or has one after a name."""
    sources = page.pack.sources
    is_initial = items[0].form in sources.initial
    if is_initial or _source_end(page, items, 0):
        report = _read_source(page, items, 0)
        is_whole = report and report.subject and report.subject.end == len(items)
        if not report or (is_initial and not (is_whole and sign)):
            return None
        return report if is_whole or sign == ":" else _partial(report)
    for at in range(1, len(items)):
        if items[at].form in sources.after:
            subject = Phrases(items, page.pack).read(0, at)
            if subject and subject.end == at:
                return Report(items[at].span, subject, is_near=True, is_partial=True)
    return None


def _partial(report: Report) -> Report:
    return Report(report.cue, report.subject, report.is_near, is_partial=True)


def _read_label(page: Page, items: Sequence[Item], colon: Span) -> Report | None:
    """Return the report that a colon makes.

    After a name alone; after “the words of” somebody; after words that only go on (“And then:”);
    or after a sentence that is about somebody, which is weak.
    """
    phrases, pack = Phrases(items, page.pack), page.pack
    if all(item.form in page.light | pack.grammar.coordinators for item in items):
        return Report(colon, is_dropped=True)
    subject = phrases.read(0, len(items))
    if subject:
        is_alone = subject.end == len(items) or items[subject.end].form in {"(", ","}
        return Report(colon, subject, is_near=is_alone, is_weak=not is_alone)
    for at, item in enumerate(items[:-2]):
        if item.form in pack.sources.announcements and items[at + 1].form in pack.grammar.genitives:
            maker = phrases.read(at + 2, len(items), is_object=True)
            if maker and maker.names:
                return Report(colon, maker, is_near=False)
    return None
