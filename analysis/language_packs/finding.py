"""Direct quotes and their speakers: what the marks hold, and what reports it.

Nothing here is learned from texts: there are none with quotes marked in these languages to
learn from. Marks, verbs and names are all the evidence there is. The confidences are estimates,
one for each kind of evidence; they rank answers and are no measured probabilities.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from analysis.document import (
    AttributionStatus,
    Entity,
    MentionKind,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerMention,
)
from analysis.language_packs.clauses import Page
from analysis.language_packs.packs import load_pack
from analysis.language_packs.quotations import pair_quotations
from analysis.language_packs.reports import Report
from analysis.language_packs.speakers import Cast
from analysis.language_packs.subjects import Phrases, Subject
from analysis.language_packs.utterances import Utterance, find_utterances

# The speaker: by name beside the verb, by name elsewhere in its clause, described, by a role that
# the text gives to one person, by a pronoun or none, as one of several, by going on from another
# quote, by the sentence before.
NAME_BESIDE, NAME_IN_CLAUSE, DESCRIBED, BY_ROLE = 0.9, 0.8, 0.8, 0.7
REFERRED, OPEN, INHERITED, INTRODUCED = 0.7, 0.4, 0.7, 0.6
# The words: reported, part of a sentence that is not quoted, and in marks only.
REPORTED, PARTIAL, MARKED = 0.95, 0.7, 0.5

# Between two parts of one utterance, or two of one speaker.
_NO_WORDS = re.compile(r"[^\w\n\r\u2028\u2029]*")
_NO_WORDS_TO_NEXT = re.compile(r"[^\w\n]*(?:\n[^\w\n]*){1,2}")
_MAX_GAP = 40
_INTRODUCTION = re.compile(r"[^.!?…:\n]{3,120}\.[^\S\n]+$")
_MAX_INTRODUCTION = 140
# What follows a quotation that is a sentence of its own.
_STANDS_ALONE = re.compile(r"[^\S\n]*(?:[.\n«“„\"»]|$)")


def find_direct_quotes(text: str, entities: Sequence[Entity], language: str) -> tuple[Quote, ...]:
    """Return the direct quotes of `text` in text order, with their speakers.

    `language` is one of `LANGUAGES`, and `entities` are those of the text, whose names anchor
    the speakers. Contents leave their marks out. What is in marks and too short for an utterance
    counts only where something reports it. See the module on what a confidence means.
    """
    page = Page(text, entities, load_pack(language))
    quotations = pair_quotations(text, page.pack.closers)
    utterances = find_utterances(page, quotations)
    attributing = _Attributing(page, Cast(page, quotations))
    quotes = [attributing.attribute(utterance) for utterance in utterances]
    for i, (first, then) in reversed(list(enumerate(pairwise(utterances)))):
        if quotes[i].speaker is None and _is_free(first) and _adjoins(text, first.end, then.start):
            quotes[i] = _going_on(quotes[i], quotes[i + 1])
    return tuple(quotes)


class _Attributing:
    """Gives utterances their speakers, in text order: who spoke last matters to the next."""

    def __init__(self, page: Page, cast: Cast) -> None:
        self._page = page
        self._cast = cast
        # Who spoke last, where the words for that end, and where all of the report does.
        self._last: tuple[int, int, int] | None = None
        self._numbers = {entity.id: number for number, entity in enumerate(page.entities)}
        self._before: tuple[Utterance, Quote] | None = None

    def attribute(self, utterance: Utterance) -> Quote:
        """Return an utterance as a quote."""
        quote = self._quote(utterance)
        if quote.speaker and quote.speaker.entity_id is not None:
            mention = quote.speaker.mention
            named_to = mention.span.end if mention else utterance.reach
            number = self._numbers[quote.speaker.entity_id]
            self._last = (number, named_to, utterance.reach)
        self._before = (utterance, quote)
        return quote

    def _quote(self, utterance: Utterance) -> Quote:
        report = utterance.report
        sure = REPORTED if report else MARKED
        if report and report.is_partial:
            sure = PARTIAL
        quote = Quote(
            kind=QuoteKind.DIRECT,
            fragments=utterance.fragments,
            cue=report.cue if report else None,
            speaker=None,
            status=AttributionStatus.UNATTRIBUTED,
            confidence=sure,
            content_confidence=sure,
        )
        if report is None:
            return quote if utterance.is_line else self._without_report(utterance, quote)
        if report.subject is None:
            if not report.is_dropped or report.is_plural:
                return quote
            return self._referring(utterance, quote, None)
        return self._with_subject(utterance, quote, report, report.subject)

    def _with_subject(
        self, utterance: Utterance, quote: Quote, report: Report, subject: Subject
    ) -> Quote:
        mention = SpeakerMention(subject.span, subject.kind)
        if subject.names:
            return self._named(quote, subject, NAME_BESIDE if report.is_near else NAME_IN_CLAUSE)
        if subject.kind is MentionKind.NOMINAL:
            holder = self._cast.with_role(subject.head)
            if holder is not None:
                return _attributed(quote, self._speaker(holder, mention), BY_ROLE)
            return _attributed(quote, Speaker(None, None, None, mention), DESCRIBED)
        if subject.head in self._page.pack.people.impersonal:
            return quote
        unnamed = replace(quote, speaker=Speaker(None, None, None, mention))
        gender = self._page.pack.people.pronouns[subject.head]
        if gender is None or report.is_plural:
            return unnamed
        return self._referring(utterance, unnamed, mention)

    def _named(self, quote: Quote, subject: Subject, sure: float) -> Quote:
        known = {
            name.entity: self._speaker(name.entity, SpeakerMention(name.span, MentionKind.NAME))
            for name in subject.names
        }
        speakers = tuple(known.values())
        joint = speakers if len(speakers) > 1 else ()
        return replace(_attributed(quote, speakers[0], sure), joint=joint)

    def _referring(
        self, utterance: Utterance, quote: Quote, mention: SpeakerMention | None
    ) -> Quote:
        """Return a quote with whom a pronoun, or a verb without any subject, refers to."""
        gender = None
        if mention:
            form = mention.span.of(self._page.text).lower()
            gender = self._page.pack.people.pronouns[form]
        last = None
        if self._last:
            # A verb without subject goes on with who spoke; a pronoun may mean who was spoken to.
            last = (self._last[0], self._last[1 if mention else 2])
        people = self._cast.antecedents(utterance.start, gender, last)
        speakers = tuple(self._speaker(entity, mention) for entity in people)
        if len(speakers) == 1:
            return _attributed(quote, speakers[0], REFERRED)
        if not speakers or mention is None:
            return quote
        # The one named last is the likeliest.
        return replace(
            quote,
            status=AttributionStatus.AMBIGUOUS,
            candidates=speakers[::-1],
            confidence=quote.content_confidence * OPEN,
        )

    def _without_report(self, utterance: Utterance, quote: Quote) -> Quote:
        if self._before and self._goes_on(*self._before, utterance):
            return _going_on(quote, self._before[1])
        return self._introduced(utterance, quote)

    def _goes_on(self, before: Utterance, quote: Quote, utterance: Utterance) -> bool:
        """Tell whether an utterance goes on from the one before, in its paragraph or the next."""
        text = self._page.text
        if quote.speaker is None or before.is_line:
            return False
        if _adjoins(text, before.reach, utterance.start):
            return True
        asks = quote.fragments[-1].of(text).endswith("?")
        gap = Span(before.reach, utterance.start + 1)
        is_next = gap.end - gap.start <= _MAX_GAP and _NO_WORDS_TO_NEXT.fullmatch(gap.of(text))
        return bool(is_next) and not asks

    def _introduced(self, utterance: Utterance, quote: Quote) -> Quote:
        """Return a quote with the one person that the sentence right before it is about."""
        text = self._page.text
        if not (
            _STANDS_ALONE.match(text, utterance.end) or text[quote.fragments[-1].end - 1] in ".!?…"
        ):
            return quote
        start = max(0, utterance.start - _MAX_INTRODUCTION)
        sentence = _INTRODUCTION.search(text, start, utterance.start)
        if sentence is None:
            return quote
        items = list(self._page.items(*sentence.span()))
        subject = Phrases(items, self._page.pack).read(0, len(items)) if items else None
        people = {name.entity for name in self._cast.people_in(Span(*sentence.span()))}
        if subject is None or not subject.is_person or len(people) != 1:
            return quote
        return self._named(quote, subject, INTRODUCED)

    def _speaker(self, number: int, mention: SpeakerMention | None) -> Speaker:
        entity = self._page.entities[number]
        return Speaker(entity.name, entity.id, entity.type, mention)


def _attributed(quote: Quote, speaker: Speaker, sure: float) -> Quote:
    return replace(
        quote,
        speaker=speaker,
        status=AttributionStatus.ATTRIBUTED,
        confidence=quote.content_confidence * sure,
    )


def _going_on(quote: Quote, source: Quote) -> Quote:
    """Return a quote with the speaker of the one that it goes on from, if that has a name."""
    if source.speaker is None or source.speaker.name is None:
        return quote
    return replace(
        _attributed(quote, replace(source.speaker, mention=None), INHERITED),
        joint=tuple(replace(speaker, mention=None) for speaker in source.joint),
    )


def _is_free(utterance: Utterance) -> bool:
    return utterance.report is None and not utterance.is_line


def _adjoins(text: str, end: int, start: int) -> bool:
    """Tell whether nothing but marks stands between two places in one paragraph."""
    return start - end <= _MAX_GAP and _NO_WORDS.fullmatch(text, end, start) is not None
