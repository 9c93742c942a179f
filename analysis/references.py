"""Sources of quotes resolved in one sweep through the text."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.antecedents import Focus
from analysis.discourse import Discourse, Named
from analysis.document import EntityType, MentionKind, Quote, Span
from analysis.genders import pronoun_gender
from analysis.names import Gender, fold_word
from analysis.prominence import OBLIQUE, SUBJECT
from analysis.ranges import Ranges
from analysis.roles import describe, find_roles
from analysis.sources import Source, complete_source, read_source
from analysis.wordlists import word_set

# The likeliest of two people has to be this much likelier not to be called ambiguous.
_MARGIN = 1.06
# How much in focus an organisation has to be for "it" or "they" to mean it.
_MIN_ORGANIZATION = 0.7
# How many paragraphs a speaker goes on being the one that "they" or "the company" means.
_MAX_BREAKS = 1

_FIRST_PERSON = word_set("i me my we us our")
_RELATIVE = word_set("who whose whom which that")
_PLURAL = word_set("they them their")
_IMPERSONAL = word_set("it they its their")
# What speaks for whoever makes it, and of these what its maker has just been heard with.
_DOCUMENTS = word_set(
    "statement article report analysis poll survey study commentary editorial column letter memo "
    "tweet post posting message release speech email website site tally review essay blog book "
    "memoir testimony announcement lawsuit complaint filing brief op-ed piece"
)
_STATEMENTS = word_set("statement letter memo tweet post message release speech announcement")
# Words for bodies of so many kinds that they may follow on any name of one.
_GENERAL_BODIES = word_set("company organization agency")
# "the company": an article and a role alone.
_BARE = 2
_SUBJECTS = word_set("he she")


# What may stand between a name and the relative pronoun for it: ", a lawyer".
_APPOSED = re.compile(r",\s+(?:an?|the|his|her)\s+[^,.;:\n]{1,80}$")
_DESCRIBED = re.compile(
    r"(?P<words>\b(?:the|his|her)\s(?:[\w'\u2019-]+\s){0,4}?[\w-]+)"
    r"(?:\s(?:for|of|to)\s[\w'\u2019 -]{1,40})?$",
    re.IGNORECASE,
)
# How far before a relative pronoun its name may stand.
_REACH = 120


@dataclass(frozen=True, slots=True)
class Answer:
    """Who a source means, and in which form it says so.

    Several entities speak together; where `is_open`, it is one of them, the likeliest first.
    """

    kind: MentionKind
    entities: tuple[int, ...] = ()
    is_open: bool = False


def answer_sources(discourse: Discourse, quotes: Sequence[Quote]) -> dict[int, Answer]:
    """Return who is meant by the source of each quote that has one, by the quote's number."""
    return _Sweep(discourse, quotes).run()


class _Sweep:
    """Names, pronouns and sources, read in their order."""

    def __init__(self, discourse: Discourse, quotes: Sequence[Quote]) -> None:
        self._discourse = discourse
        self._quotes = quotes
        self._roles = find_roles(discourse)
        self._focus = Focus(discourse)
        self._together: tuple[int, ...] = ()
        self._known: dict[Span, Answer] = {}

    def run(self) -> dict[int, Answer]:
        sources = {
            i: quote.speaker.mention.span
            for i, quote in enumerate(self._quotes)
            if quote.speaker is not None and quote.speaker.mention is not None
        }
        told = Ranges(span for quote in self._quotes for span in quote.fragments)
        taken = Ranges(sources.values())
        steps: list[tuple[int, int, Named | Gender | int]] = [
            *((named.span.start, 0, named) for named in self._discourse.named),
            *((at, 1, who) for at, who in self._discourse.narration.pronouns),
            *((span.start, 2, i) for i, span in sources.items()),
        ]
        answers: dict[int, Answer] = {}
        for position, _, item in sorted(steps, key=lambda step: step[:2]):
            if isinstance(item, Named):
                self._focus.name(item, told=told.hold(position))
            elif isinstance(item, Gender):
                if not taken.hold(position):
                    self._follow(position, item)
            else:
                answers[item] = self._answer(item, sources[item])
        return self._with_first_person(answers, sources)

    def _follow(self, position: int, gender: Gender) -> None:
        """Keep the person in mind whom a pronoun outside the sources means."""
        ranking = self._focus.rank(position, gender)
        if ranking:
            end = position + 3
            word = self._discourse.text[position:end].casefold()
            weight = SUBJECT if word.strip() in _SUBJECTS else OBLIQUE
            self._focus.refer(position, ranking[0][1], weight)

    def _answer(self, number: int, span: Span) -> Answer:
        quote = self._quotes[number]
        if span not in self._known:
            source = read_source(self._discourse, complete_source(self._discourse, span))
            self._known[span] = self._resolve(source, span, quote)
        answer = self._known[span]
        if answer.entities and not answer.is_open:
            self._together = answer.entities
            for entity in reversed(answer.entities):
                self._focus.speak(span.start, entity, quote.fragments[-1].end)
        elif answer.kind is MentionKind.NOMINAL:
            self._focus.speaker = None
        return answer

    def _resolve(self, source: Source, span: Span, quote: Quote) -> Answer:
        if source.kind is MentionKind.NAME:
            return Answer(MentionKind.NAME, source.entities)
        if source.kind is MentionKind.PRONOUN:
            answer = self._resolve_pronoun(source.words[0], span, quote)
        else:
            answer = self._resolve_description(source, span)
        if len(answer.entities) == 1:
            self._focus.refer(span.start, answer.entities[0])
        return answer

    def _resolve_pronoun(self, word: str, span: Span, quote: Quote) -> Answer:
        if gender := pronoun_gender(word):
            ranking = self._focus.rank(span.start, gender, excluded=quote.fragments)
            return _chosen(MentionKind.PRONOUN, ranking)
        if word in _RELATIVE:
            return Answer(MentionKind.PRONOUN, self._antecedent(word, span.start))
        if word in _PLURAL and len(self._together) > 1 and self._is_near(span.start):
            return Answer(MentionKind.PRONOUN, self._together)
        if word in _IMPERSONAL:
            return Answer(MentionKind.PRONOUN, self._organization(span.start))
        return Answer(MentionKind.PRONOUN)

    def _antecedent(self, word: str, position: int) -> tuple[int, ...]:
        """Return whom a relative pronoun means: the name or description right before it."""
        discourse, text = self._discourse, self._discourse.text
        start = max(discourse.sentence_start(position), position - _REACH)
        end = start + len(text[start:position].rstrip(" ,\u00a0)"))
        named = discourse.named_ending(end)
        if named is None and (match := _APPOSED.search(text, start, end)):
            named = discourse.named_ending(match.start())
        if named is not None:
            is_person = discourse.type_of(named.entity) is EntityType.PERSON
            return (named.entity,) if is_person is (word not in ("which", "that")) else ()
        match = _DESCRIBED.search(text, start, end)
        role = describe(match.group("words").split()) if match else None
        holders = self._roles.holding(role) if role is not None else []
        return tuple(holders) if len(holders) == 1 else ()

    def _organization(self, position: int) -> tuple[int, ...]:
        """Return the organisation that "it" or "they" means, if one is clearly in focus."""
        speaker = self._focus.speaker
        ranking = self._focus.rank(position, None, EntityType.ORGANIZATION)
        if not ranking or ranking[0][0] < _MIN_ORGANIZATION:
            return ()
        if speaker is not None and self._discourse.type_of(speaker.entity) is EntityType.PERSON:
            people = self._focus.rank(position, None)
            if people and people[0][0] > ranking[0][0]:
                return ()
        return (ranking[0][1],)

    def _resolve_description(self, source: Source, span: Span) -> Answer:
        """Answer with whom a description means by a role that the text gives one by name."""
        if source.words and fold_word(source.words[-1]) in _DOCUMENTS:
            return self._resolve_document(source, span)
        role = describe(source.words)
        if role is None:
            return Answer(MentionKind.NOMINAL)
        holders = self._roles.holding(role)
        if role.noun in _GENERAL_BODIES and not holders and len(source.words) == _BARE:
            return Answer(MentionKind.NOMINAL, self._speaking_organization(span.start))
        if len(holders) < 2 or not role.definite:
            return Answer(MentionKind.NOMINAL, tuple(holders) if len(holders) == 1 else ())
        kind = self._discourse.type_of(holders[0])
        ranking = self._focus.rank(span.start, None, kind)
        return _chosen(MentionKind.NOMINAL, [item for item in ranking if item[1] in holders])

    def _resolve_document(self, source: Source, span: Span) -> Answer:
        """Answer with whoever a document speaks for: "Lee's letter", "the statement"."""
        first, last = fold_word(source.words[0]), fold_word(source.words[-1])
        if source.owners:
            return Answer(MentionKind.NOMINAL, source.owners[:1])
        if gender := pronoun_gender(first):
            ranking = self._focus.rank(span.start, gender)
            return Answer(MentionKind.NOMINAL, _chosen(MentionKind.NOMINAL, ranking).entities[:1])
        speaker = self._focus.speaker
        if first == "the" and last in _STATEMENTS and speaker and self._is_near(span.start):
            return Answer(MentionKind.NOMINAL, (speaker.entity,))
        return Answer(MentionKind.NOMINAL)

    def _speaking_organization(self, position: int) -> tuple[int, ...]:
        speaker = self._focus.speaker
        if speaker is None or not self._is_near(position):
            return ()
        is_organization = self._discourse.type_of(speaker.entity) is EntityType.ORGANIZATION
        return (speaker.entity,) if is_organization else ()

    def _is_near(self, position: int) -> bool:
        """Tell whether the last speaker spoke in this paragraph or the one before."""
        speaker = self._focus.speaker
        paragraph = self._discourse.paragraph(position)
        return speaker is not None and paragraph - speaker.paragraph <= _MAX_BREAKS

    def _with_first_person(
        self, answers: dict[int, Answer], sources: dict[int, Span]
    ) -> dict[int, Answer]:
        """Give "I" and "we" inside a quote to whoever says that quote."""
        holders = _Holders(self._quotes)
        for i in sorted(sources, key=lambda i: sources[i]):
            span = sources[i]
            word = span.of(self._discourse.text).strip().casefold()
            outer = holders.around(span.start, i)
            if word in _FIRST_PERSON and outer in answers:
                answers[i] = Answer(
                    MentionKind.PRONOUN, answers[outer].entities, answers[outer].is_open
                )
        return answers


class _Holders:
    """Which quote's words hold a position."""

    def __init__(self, quotes: Sequence[Quote]) -> None:
        spans = sorted((s, i) for i, quote in enumerate(quotes) for s in quote.fragments)
        self._starts = [span.start for span, _ in spans]
        self._spans = spans

    def around(self, position: int, inner: int) -> int | None:
        """Return the quote other than `inner` whose words hold a position."""
        at = bisect_right(self._starts, position)
        for span, number in reversed(self._spans[max(0, at - 3) : at]):
            if number != inner and span.start <= position < span.end:
                return number
        return None


def _chosen(kind: MentionKind, ranking: Sequence[tuple[float, int]]) -> Answer:
    """Answer with the likeliest entity, or with two where they are about equally likely."""
    if len(ranking) > 1 and ranking[0][0] < _MARGIN * ranking[1][0]:
        return Answer(kind, (ranking[0][1], ranking[1][1]), is_open=True)
    return Answer(kind, tuple(entity for _, entity in ranking[:1]))
