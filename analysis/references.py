"""Sources of quotes resolved in one sweep through the text."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from analysis.antecedents import Focus
from analysis.authors import find_authors
from analysis.discourse import Discourse, Named
from analysis.document import EntityType, MentionKind, Quote, Span
from analysis.genders import noun_gender, pronoun_gender
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
RELATIVE = word_set("who whose whom which that")
_PLURAL = word_set("they them their")
_IMPERSONAL = word_set("it they its their")
# What speaks for whoever makes it, and of these what its maker has just been heard with.
_DOCUMENTS = word_set(
    "statement article report analysis poll survey study commentary editorial column letter memo "
    "tweet post posting message release speech email website site tally review essay blog book "
    "memoir testimony announcement lawsuit complaint filing brief op-ed piece"
)
# What a newspaper or a broadcaster makes, and what its names are made of.
_PUBLISHED = word_set("article report analysis editorial story piece essay column commentary feature")
_MEDIA = word_set(
    "post times news journal tribune herald press guardian telegraph magazine today reuters "
    "bloomberg cnn bbc fox nbc abc cbs politico gazette chronicle mail mirror sun star observer "
    "independent daily weekly radio tv television"
)
_STATEMENTS = word_set("statement letter memo tweet post message release speech announcement")
# Words for bodies of so many kinds that they may follow on any name of one.
_GENERAL_BODIES = word_set("company organization agency")
# "the company": an article and a role alone.
_BARE = 2
_SUBJECTS = word_set("he she")
# The letter before the answers of a transcript.
_ANSWERS = "A"
# "the two men", "both candidates", "the couple".
_TWO = word_set("two both")
_PAIRS = word_set("pair couple duo")
_SOMEBODY = word_set("man woman girl boy lady")
# Two names count as a pair where nothing but this stands between them.
_AND = re.compile(r"\s+(?:and|&)\s+(?:[A-Z][\w.]*\s+){0,3}")
_MAX_PAIR = 40
# How many names further on a heading's description is looked for.
_AHEAD = 20
# How strongly someone has to be in mind to be called "the woman" only.
_IN_MIND = 0.5
# ... and how much stronger than anybody else, to be meant by a word that fits many.
_CLEARLY = 1.5

# What may stand between a name and the relative pronoun for it: ", a lawyer".
_APPOSED = re.compile(r",\s+(?:an?|the|his|her)\s+[^,.;:\n]{1,80}$")
_DESCRIBED = re.compile(
    r"(?P<words>\b(?:the|his|her)\s(?:[\w'\u2019-]+\s){0,4}?[\w-]+)"
    r"(?:\s(?:for|of|to)\s[\w'\u2019 -]{1,40})?$",
    re.IGNORECASE,
)
# What is said of whoever the story is about: "the 19-year-old", "the two-time champion".
_EPITHET = re.compile(
    r"the (?:[\w'’-]+ ){0,2}(?:\d+-year-old|(?:two|three|four|five|six|\d+)-time \w+|"
    r"(?:\w+ )?(?:forward|striker|midfielder|defender|goalkeeper|winger|native|teenager|veteran))"
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
        self._authors = find_authors(discourse)
        self._together: tuple[int, ...] = ()
        # The latest two people named in one breath, and where.
        self._pair: tuple[int, tuple[int, ...]] | None = None
        self._last: Named | None = None
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
                self._note_pair(item)
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

    def _note_pair(self, named: Named) -> None:
        """Keep two people in mind who are named side by side: "Ann Lee and Bob Roy"."""
        last, self._last = self._last, named
        if last is None or named.span.start - last.span.end > _MAX_PAIR:
            return
        between = self._discourse.text[last.span.end : named.span.start]
        both = dict.fromkeys((last.entity, named.entity))
        if all(self._is_person(entity) for entity in both) and _AND.fullmatch(between):
            self._pair = named.span.end, tuple(both)

    def _is_person(self, entity: int) -> bool:
        return self._discourse.type_of(entity) is EntityType.PERSON

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
            if not ranking:
                return Answer(MentionKind.PRONOUN, self._named_later(span.end, gender))
            return self._without_twin(_chosen(MentionKind.PRONOUN, ranking), span.start)
        if word in RELATIVE:
            return Answer(MentionKind.PRONOUN, self._antecedent(word, span.start))
        if word in _PLURAL and (both := self._find_pair(span.start)):
            return Answer(MentionKind.PRONOUN, both)
        if word in _IMPERSONAL:
            return Answer(MentionKind.PRONOUN, self._organization(span.start))
        return Answer(MentionKind.PRONOUN)

    def _named_later(self, position: int, gender: Gender) -> tuple[int, ...]:
        """Return who is named right after a pronoun before whom nobody has been."""
        named = self._discourse.named
        at = bisect_right(named, position, key=_start)
        for name in named[at : at + 1]:
            known = self._discourse.genders[name.entity]
            is_near = name.span.start - position <= _REACH
            if is_near and self._is_person(name.entity) and known in (None, gender):
                return (name.entity,)
        return ()

    def _without_twin(self, answer: Answer, position: int) -> Answer:
        """Leave open which of two people is meant who have been named side by side only."""
        if self._pair is None or answer.is_open or len(answer.entities) != 1:
            return answer
        end, both = self._pair
        apart = self._discourse.sentence(position) - self._discourse.sentence(end)
        genders = {self._discourse.genders[entity] for entity in both}
        alike = len(genders) == 1 or None in genders
        since = {reference.entity for reference in self._focus.references if reference.position > end}
        if answer.entities[0] not in both or apart > 1 or not alike or since & set(both):
            return answer
        first = answer.entities[0]
        other = both[0] if first == both[1] else both[1]
        return Answer(answer.kind, (first, other), is_open=True)

    def _find_pair(self, position: int) -> tuple[int, ...]:
        """Return several people who were heard or named together just before a position."""
        if len(self._together) > 1 and self._is_near(position):
            return self._together
        if self._pair is None:
            return ()
        end, both = self._pair
        apart = self._discourse.paragraph(position) - self._discourse.paragraph(end)
        return both if len(both) > 1 and apart <= _MAX_BREAKS else ()

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
        words = [fold_word(word) for word in source.words]
        if source.words == (_ANSWERS,):
            return Answer(MentionKind.NOMINAL, self._interviewed(span.start))
        if words and (words[-1] in _PAIRS or (len(words) > 1 and words[-2] in _TWO)):
            return Answer(MentionKind.NOMINAL, self._find_pair(span.start))
        if words[-1:] and words[-1] in _SOMEBODY and words[:-1] == ["the"]:
            return Answer(MentionKind.NOMINAL, self._find_somebody(words[-1], span.start))
        role = describe(source.words)
        holders = self._roles.holding(role) if role is not None else []
        if not holders and _EPITHET.fullmatch(" ".join(words)):
            return Answer(MentionKind.NOMINAL, self._clearest(span.start, EntityType.PERSON))
        if role is None:
            return Answer(MentionKind.NOMINAL)
        if role.noun in _GENERAL_BODIES and not holders and len(source.words) == _BARE:
            return Answer(MentionKind.NOMINAL, self._speaking_organization(span.start))
        if len(holders) < 2:
            return Answer(MentionKind.NOMINAL, tuple(holders))
        kind = self._discourse.type_of(holders[0])
        ranking = self._focus.rank(span.start, None, kind)
        known = [item for item in ranking if item[1] in holders]
        if known or not self._discourse.is_heading(span.start):
            return _chosen(MentionKind.NOMINAL, known)
        # A heading speaks of whoever the story goes on to name.
        named = self._discourse.named
        at = bisect_right(named, span.start, key=_start)
        following = (name.entity for name in named[at : at + _AHEAD])
        return Answer(MentionKind.NOMINAL, tuple(islice((e for e in following if e in holders), 1)))

    def _interviewed(self, position: int) -> tuple[int, ...]:
        """Return who gives the answers of a transcript: the only person named before it."""
        before = self._discourse.named[: bisect_left(self._discourse.named, position, key=_start)]
        people = dict.fromkeys(n.entity for n in before[:_AHEAD] if self._is_person(n.entity))
        return tuple(people) if len(people) == 1 else ()

    def _find_somebody(self, noun: str, position: int) -> tuple[int, ...]:
        """Return the only person in mind of the gender that a word like "woman" states."""
        gender = noun_gender(noun)
        ranking = self._focus.rank(position, gender)
        fitting = [(score, e) for score, e in ranking if self._discourse.genders[e] is gender]
        alone = len(fitting) == 1 and fitting[0][0] >= _IN_MIND
        return (fitting[0][1],) if alone else ()

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
        if first == "the" and last in _PUBLISHED and len(source.words) == _BARE:
            return Answer(MentionKind.NOMINAL, self._publisher(span.start))
        return Answer(MentionKind.NOMINAL)

    def _publisher(self, position: int) -> tuple[int, ...]:
        """Return the newspaper or broadcaster in mind, if there is one only."""
        ranking = self._focus.rank(position, None, EntityType.ORGANIZATION)
        names = ((e, self._discourse.entities[e].name) for _, e in ranking)
        media = [e for e, name in names if _MEDIA & {fold_word(word) for word in name.split()}]
        return (media[0],) if len(media) == 1 else ()

    def _speaking_organization(self, position: int) -> tuple[int, ...]:
        """Return the organisation that has just been heard, or else is clearly in mind."""
        speaker = self._focus.speaker
        if speaker is not None and self._is_near(position):
            if self._discourse.type_of(speaker.entity) is EntityType.ORGANIZATION:
                return (speaker.entity,)
        return self._clearest(position, EntityType.ORGANIZATION)

    def _clearest(self, position: int, kind: EntityType) -> tuple[int, ...]:
        """Return who or what is so much in mind that a word which fits many can mean it."""
        ranking = self._focus.rank(position, None, kind)
        rival = ranking[1][0] if len(ranking) > 1 else 0.0
        is_clear = bool(ranking) and ranking[0][0] >= max(_IN_MIND, _CLEARLY * rival)
        return (ranking[0][1],) if is_clear else ()

    def _is_near(self, position: int) -> bool:
        """Tell whether the last speaker spoke in this paragraph or the one before."""
        speaker = self._focus.speaker
        paragraph = self._discourse.paragraph(position)
        return speaker is not None and paragraph - speaker.paragraph <= _MAX_BREAKS

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


def _start(named: Named) -> int:
    return named.span.start


def _chosen(kind: MentionKind, ranking: Sequence[tuple[float, int]]) -> Answer:
    """Answer with the likeliest entity, or with two where they are about equally likely."""
    if len(ranking) > 1 and ranking[0][0] < _MARGIN * ranking[1][0]:
        return Answer(kind, (ranking[0][1], ranking[1][1]), is_open=True)
    return Answer(kind, tuple(entity for _, entity in ranking[:1]))
