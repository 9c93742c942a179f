"""Whom a description means: by its role, its kind, or because nobody else can be meant."""

import re
from collections.abc import Sequence
from itertools import islice

from analysis.antecedents import IN_MIND, Answer, Focus, choose
from analysis.document import EntityType, MentionKind, Span
from analysis.genders import noun_gender, pronoun_gender
from analysis.names import fold_word
from analysis.offices import ORGANIZATION_ROLES
from analysis.roles import Roles, describe
from analysis.sources import Source
from analysis.wordlists import word_set

# What speaks for whoever makes it, and of these what its maker has just been heard with.
_DOCUMENTS = word_set(
    "statement article report analysis poll survey study commentary editorial column letter memo "
    "tweet post posting message release speech email website site tally review essay blog book "
    "memoir testimony announcement lawsuit complaint filing brief op-ed piece"
)
# What a newspaper or a broadcaster makes, and what its names are made of.
_PUBLISHED = word_set(
    "article report analysis editorial story piece essay column commentary feature"
)
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
# The letter before the answers of a transcript.
_ANSWERS = "A"
# "the two men", "both candidates", "the couple".
_A = word_set("a an")
_TWO = word_set("two both")
_PAIRS = word_set("pair couple duo")
_SOMEBODY = word_set("man woman girl boy lady")
# How many names further on a heading's description is looked for.
_AHEAD = 20
# What is said of whoever the story is about: "the 19-year-old", "the two-time champion".
_EPITHET = re.compile(
    r"the (?:[\w'’-]+ ){0,2}(?:\d+-year-old|(?:two|three|four|five|six|\d+)-time \w+|"
    r"(?:\w+ )?(?:forward|striker|midfielder|defender|goalkeeper|winger|native|teenager|veteran))"
)


def resolve_description(focus: Focus, roles: Roles, source: Source, span: Span) -> Answer:
    """Answer with whom the description at `span` means, if it means anybody named."""
    return (
        Answer(MentionKind.NOMINAL)
        if not source.words
        else _Description(focus, roles, source, span.start).resolve()
    )


class _Description:
    """A description, and who is in mind where it stands."""

    def __init__(self, focus: Focus, roles: Roles, source: Source, position: int) -> None:
        self._focus = focus
        self._discourse = focus.discourse
        self._roles = roles
        self._source = source
        self._position = position
        self._words = tuple(map(fold_word, source.words))

    def resolve(self) -> Answer:
        if self._words[-1] in _DOCUMENTS:
            return _named(self._find_maker())
        special = self._find_special()
        return self._resolve_role() if special is None else _named(special)

    def _find_special(self) -> tuple[int, ...] | None:
        """Return whom a description without a role means, None where it has to be one with."""
        *before, last = self._words
        if self._source.words == (_ANSWERS,):
            return self._find_interviewed()
        if last in _PAIRS or (before[-1:] and before[-1] in _TWO):
            return self._focus.find_pair(self._position) or self._find_two(last)
        if last in _SOMEBODY and before == ["the"]:
            return self._find_somebody(last)
        return None

    def _resolve_role(self) -> Answer:
        role = describe(self._source.words)
        if role is None and self._words[0] in _A and self._discourse.is_heading(self._position):
            # "A union has endorsed …": which one, the story tells next.
            role = describe(self._source.words[1:])
            is_body = role is not None and role.noun in ORGANIZATION_ROLES
            holders = self._roles.holding(role, self._focus.recent()) if role and is_body else []
            return _named(self._find_following(holders))
        holders = self._roles.holding(role, self._focus.recent()) if role is not None else []
        if not holders and _EPITHET.fullmatch(" ".join(self._words)):
            return _named(self._focus.clearest(self._position, EntityType.PERSON))
        if role is None:
            return _named(())
        if role.noun in _GENERAL_BODIES and not holders and len(self._words) == _BARE:
            return _named(self._find_body())
        if len(holders) < 2:
            return _named(tuple(holders))
        kind = self._discourse.type_of(holders[0])
        ranking = self._focus.rank(self._position, None, kind)
        known = [item for item in ranking if item[1] in holders]
        if known or not self._discourse.is_heading(self._position):
            return choose(MentionKind.NOMINAL, known)
        # A heading speaks of whoever the story goes on to name.
        return _named(self._find_following(holders))

    def _find_following(self, holders: Sequence[int]) -> tuple[int, ...]:
        """Return the next of some entities that the text names."""
        following = (name.entity for name in self._discourse.named_after(self._position, _AHEAD))
        return tuple(islice((entity for entity in following if entity in holders), 1))

    def _find_two(self, noun: str) -> tuple[int, ...]:
        """Return the two people in mind, if there are just two of the gender that a word states."""
        gender = noun_gender(noun.removesuffix("men") + "man" if noun.endswith("men") else noun)
        ranking = self._focus.rank(self._position, gender)
        fitting = [(score, entity) for score, entity in ranking if score >= IN_MIND / 2]
        return tuple(entity for _, entity in fitting) if len(fitting) == 2 else ()

    def _find_interviewed(self) -> tuple[int, ...]:
        """Return who gives the answers of a transcript: the only person named before it."""
        first = self._discourse.named_after(-1, _AHEAD)
        people = dict.fromkeys(
            name.entity
            for name in first
            if name.span.start < self._position and self._discourse.is_person(name.entity)
        )
        return tuple(people) if len(people) == 1 else ()

    def _find_somebody(self, noun: str) -> tuple[int, ...]:
        """Return the only person in mind of the gender that a word like "woman" states."""
        gender = noun_gender(noun)
        ranking = self._focus.rank(self._position, gender)
        fitting = [(score, e) for score, e in ranking if self._discourse.genders[e] is gender]
        alone = len(fitting) == 1 and fitting[0][0] >= IN_MIND
        return (fitting[0][1],) if alone else ()

    def _find_maker(self) -> tuple[int, ...]:
        """Return whoever a document speaks for: "Lee's letter", "the statement"."""
        first, last = self._words[0], self._words[-1]
        if self._source.owners:
            return self._source.owners[:1]
        if gender := pronoun_gender(first):
            ranking = self._focus.rank(self._position, gender)
            return choose(MentionKind.NOMINAL, ranking).entities[:1]
        speaker = self._focus.speaker
        if (
            first == "the"
            and last in _STATEMENTS
            and speaker
            and self._focus.is_near(self._position)
        ):
            return (speaker.entity,)
        if first == "the" and last in _PUBLISHED and len(self._words) == _BARE:
            return self._find_publisher()
        return ()

    def _find_publisher(self) -> tuple[int, ...]:
        """Return the newspaper or broadcaster in mind, if there is one only."""
        ranking = self._focus.rank(self._position, None, EntityType.ORGANIZATION)
        names = ((e, self._discourse.entities[e].name) for _, e in ranking)
        media = [e for e, name in names if _MEDIA & {fold_word(word) for word in name.split()}]
        return (media[0],) if len(media) == 1 else ()

    def _find_body(self) -> tuple[int, ...]:
        """Return the organisation that has just been heard, or else is clearly in mind."""
        speaker = self._focus.speaker
        if speaker is not None and self._focus.is_near(self._position):
            kind = self._discourse.type_of(speaker.entity)
            if kind is EntityType.ORGANIZATION:
                return (speaker.entity,)
        return self._focus.clearest(self._position, EntityType.ORGANIZATION)


def _named(entities: tuple[int, ...]) -> Answer:
    return Answer(MentionKind.NOMINAL, entities)
