"""Sources of quotes resolved in one sweep through the text."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from analysis.antecedents import Answer, Focus, choose
from analysis.authors import find_authors
from analysis.descriptions import resolve_description
from analysis.discourse import Discourse, Named
from analysis.document import Attitude, EntityType, MentionKind, Quote, Span
from analysis.genders import pronoun_gender
from analysis.names import Gender
from analysis.prominence import OBLIQUE, SUBJECT
from analysis.ranges import Ranges
from analysis.roles import describe, find_roles
from analysis.sources import Source, complete_source, read_source
from analysis.wordlists import word_set

# How much in focus an organisation has to be for "it" or "they" to mean it.
_MIN_ORGANIZATION = 0.7

_FIRST_PERSON = word_set("i me my we us our")
RELATIVE = word_set("who whose whom which that")
_PLURAL = word_set("they them their")
_IMPERSONAL = word_set("it they its their")
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
        self._authors = find_authors(discourse)
        self._known: dict[Span, Answer] = {}

    def run(self) -> dict[int, Answer]:
        sources = {
            i: quote.speaker.mention.span
            for i, quote in enumerate(self._quotes)
            if quote.speaker is not None and quote.speaker.mention is not None
        }
        said = (quote for quote in self._quotes if quote.attitude is Attitude.SPEECH)
        told = Ranges(span for quote in said for span in quote.fragments)
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
            self._focus.together = answer.entities
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
            answer = resolve_description(self._focus, self._roles, source, span)
        if len(answer.entities) == 1:
            self._focus.refer(span.start, answer.entities[0])
        return answer

    def _resolve_pronoun(self, word: str, span: Span, quote: Quote) -> Answer:
        if gender := pronoun_gender(word):
            ranking = self._focus.rank(span.start, gender, excluded=quote.fragments)
            if not ranking:
                return Answer(MentionKind.PRONOUN, self._named_later(span.end, gender))
            return self._without_twin(choose(MentionKind.PRONOUN, ranking), span.start)
        if word in RELATIVE:
            return Answer(MentionKind.PRONOUN, self._antecedent(word, span.start))
        if word in _PLURAL and (both := self._focus.find_pair(span.start)):
            return Answer(MentionKind.PRONOUN, both)
        if word in _IMPERSONAL and (body := self._organization(span.start)):
            return Answer(MentionKind.PRONOUN, body)
        if word in _PLURAL:
            return Answer(MentionKind.PRONOUN, self._somebody(span.start))
        return Answer(MentionKind.PRONOUN)

    def _somebody(self, position: int) -> tuple[int, ...]:
        """Return whom a singular "they" means: somebody whose gender the text does not tell."""
        found = self._focus.clearest(position, EntityType.PERSON)
        return tuple(entity for entity in found if self._discourse.genders[entity] is None)

    def _named_later(self, position: int, gender: Gender) -> tuple[int, ...]:
        """Return who is named right after a pronoun before whom nobody has been."""
        for name in self._discourse.named_after(position, 1):
            known = self._discourse.genders[name.entity]
            is_near = name.span.start - position <= _REACH
            if is_near and self._discourse.is_person(name.entity) and known in (None, gender):
                return (name.entity,)
        return ()

    def _without_twin(self, answer: Answer, position: int) -> Answer:
        """Leave open which of two people is meant who have been named side by side only."""
        if answer.is_open or len(answer.entities) != 1:
            return answer
        twin = self._focus.find_twin(answer.entities[0], position)
        return (
            answer if twin is None else Answer(answer.kind, (*answer.entities, twin), is_open=True)
        )

    def _antecedent(self, word: str, position: int) -> tuple[int, ...]:
        """Return whom a relative pronoun means: the name or description right before it."""
        discourse, text = self._discourse, self._discourse.text
        start = max(discourse.sentence_start(position), position - _REACH)
        end = start + len(text[start:position].rstrip(" ,\u00a0)"))
        named = discourse.named_ending(end)
        if named is None and (match := _APPOSED.search(text, start, end)):
            named = discourse.named_ending(match.start())
        if named is not None:
            is_person = discourse.is_person(named.entity)
            return (named.entity,) if is_person is (word not in ("which", "that")) else ()
        match = _DESCRIBED.search(text, start, end)
        role = describe(match.group("words").split()) if match else None
        holders = self._roles.holding(role, self._focus.recent()) if role is not None else []
        return tuple(holders) if len(holders) == 1 else ()

    def _organization(self, position: int) -> tuple[int, ...]:
        """Return the organisation that "it" or "they" means, if one is clearly in focus."""
        speaker = self._focus.speaker
        ranking = self._focus.rank(position, None, EntityType.ORGANIZATION)
        if not ranking or ranking[0][0] < _MIN_ORGANIZATION:
            return ()
        if speaker is not None and self._discourse.is_person(speaker.entity):
            people = self._focus.rank(position, None)
            if people and people[0][0] > ranking[0][0]:
                return ()
        return (ranking[0][1],)

    def _with_first_person(
        self, answers: dict[int, Answer], sources: dict[int, Span]
    ) -> dict[int, Answer]:
        """Give "I" and "we" inside a quote to whoever says it, and others to the author."""
        holders = _Holders(self._quotes)
        for i in sorted(sources, key=lambda i: sources[i]):
            span = sources[i]
            if span.of(self._discourse.text).strip().casefold() not in _FIRST_PERSON:
                continue
            outer = holders.around(span.start, i)
            if outer in answers:
                answers[i] = replace(answers[outer], kind=MentionKind.PRONOUN)
            elif outer is None and not self._discourse.narration.is_quoted(span.start):
                author = self._authors.writing(span.start)
                answers[i] = Answer(MentionKind.PRONOUN, () if author is None else (author,))
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
