"""Odd and very long input: right or empty, in linear time, never an exception."""

import gc
import re
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.confidence import Confidences, rate_quotes
from analysis.document import (
    Article,
    Attribution,
    AttributionStatus,
    EntityType,
    Mention,
    MentionKind,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerMention,
)
from analysis.entities import group_mentions
from analysis.mentions import carry_names
from analysis.quotes import find_quotes
from analysis.salience import rate_salience
from analysis.speakers import resolve_speakers
from tests.timing import collector_paused

# Coverage would double the time that they take, and cover nothing else.
pytestmark = pytest.mark.no_cover

# Generous, for slow and busy machines: a quadratic step would take minutes.
MAX_SECONDS = 8.0
WORDS = 20_000
MANY = 10_000


def quote(start, end, source=None, kind=QuoteKind.DIRECT):
    speaker = None
    if source is not None:
        mention = SpeakerMention(Span(*source), MentionKind.NOMINAL)
        speaker = Speaker(None, None, None, mention)
    return Quote(kind, (Span(start, end),), None, speaker, AttributionStatus.UNATTRIBUTED, 0.9, 0.9)


def word_spans(text):
    at = 0
    for word in text.split(" "):
        yield at, at + len(word)
        at += len(word) + 1


def run_all(text, mentions, quotes):
    carried = carry_names(text, mentions)
    entities = group_mentions(text, carried)
    resolved, extended = resolve_speakers(text, quotes, entities, ())
    assert len(resolved) == len(quotes)
    assert len({entity.id for entity in extended}) == len(extended)
    return carried, extended, resolved


LONG = {
    "pronouns": "he she they it " * (WORDS // 4),
    "one name": "Lee " * MANY,
    "no spaces": "a" * (5 * MANY),
    "marks": '" ' * MANY,
    "commas": "Lee, " * MANY,
    "possessives": "Lee's " * MANY,
    "hyphens": "Lee-" * MANY,
    "digits": "1.1" * MANY,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_one_long_paragraph(text):
    """One paragraph of very many words is read in linear time, whatever they are."""
    spans = list(word_spans(text))[:WORDS]
    mentions = [Mention(Span(s, s + 3), EntityType.PERSON, 0.9) for s, e in spans[:20] if e - s > 3]
    quotes = [quote(s, e, (s, e)) for s, e in spans[:: max(1, len(spans) // 2000)] if e > s]
    begun = time.process_time()
    run_all(text, mentions, quotes)
    assert time.process_time() - begun < MAX_SECONDS


def test_many_names():
    """Five hundred names in a 20,000-word text, all sharing given names and surnames."""
    letters = "abcdefghijklmnopqrstuvwxy"
    names = [f"A{a} B{b}" for a in letters for b in letters[:20]]
    text = " said it. ".join(names[i % len(names)] for i in range(WORDS // 4))
    at, mentions = 0, []
    for i in range(WORDS // 4):
        name = names[i % len(names)]
        mentions.append(Mention(Span(at, at + len(name)), EntityType.PERSON, 0.9))
        at += len(name) + len(" said it. ")
    begun = time.process_time()
    carried, entities, _ = run_all(text, mentions, [])
    assert time.process_time() - begun < MAX_SECONDS
    assert len(carried) == len(mentions)
    assert len(entities) == len(names)


def test_one_long_source():
    """The words for one speaker are a list of very many names."""
    text = "Lee, " * MANY + "said so."
    mentions = [Mention(Span(at, at + 3), EntityType.PERSON, 0.9) for at in range(0, 5 * MANY, 5)]
    begun = time.process_time()
    run_all(text, mentions, [quote(5 * MANY, len(text), (0, 5 * MANY - 2))])
    assert time.process_time() - begun < MAX_SECONDS


def test_one_long_organization():
    """One name of very many words does not take memory for each of its endings."""
    text = " ".join(f"Ab{n}" for n in range(MANY))
    (entity,) = group_mentions(text, [Mention(Span(0, len(text)), EntityType.ORGANIZATION, 0.9)])
    assert entity.name == text


def test_many_mentions_of_one_surname():
    """Many people share one surname, and bare surnames stand between."""
    text = " ".join(f"G{i}x Lee met Lee." for i in range(5_000))
    mentions, at = [], 0
    for i in range(5_000):
        name = f"G{i}x Lee"
        mentions.append(Mention(Span(at, at + len(name)), EntityType.PERSON, 0.9))
        at += len(name) + len(" met Lee. ")
    begun = time.process_time()
    run_all(text, mentions, [])
    assert time.process_time() - begun < MAX_SECONDS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00",
        "\x00Lee\x00 said \x00no\x00.",
        "\ud800Lee\udfff said \ud800.",
        "\u202eاحمد قال «لا» \u202c وقال احمد",
        "e\u0301\u0301\u0301 Lee\u0301 said “no”.",
        "👩‍👩‍👧‍👦 Lee 👍🏽 said “👎”.",
        "\r\nLee\r\n\r\nsaid\r\n",
        "“”“”",
        "... --- ...",
    ],
)
def test_odd_text(text):
    """No text makes an exception, wherever the names and quotes in it lie."""
    length = len(text)
    spans = [(s, e) for s in range(length) for e in range(s + 1, min(length, s + 4) + 1)]
    mentions = [Mention(Span(s, e), kind, 0.9) for s, e in spans[::3] for kind in EntityType]
    quotes = [quote(s, e, (s, e)) for s, e in spans[::2]]
    carried, _, _ = run_all(text, mentions, quotes)
    assert all(a.span.end <= b.span.start for a, b in pairwise(carried))


PIECES = st.sampled_from(
    [
        *"aL.,'’\"“”()-\n \x00é@#&/",
        "Lee",
        " Ann Lee",
        "Mr. ",
        "he ",
        "who ",
        " said ",
        "the ",
        "'s ",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join), st.data())
def test_any_text(text, data):
    """Spans stay verbatim, sorted and apart, whatever the text and the model's output."""
    if not text:
        return
    at = st.integers(0, len(text) - 1)
    spans = st.builds(lambda s, n: Span(s, min(len(text), s + n)), at, st.integers(1, 12))
    kinds, sure = st.sampled_from(list(EntityType)), st.floats(0, 1)
    mentions = data.draw(st.lists(st.builds(Mention, spans, kinds, sure), max_size=8))
    drawn = data.draw(
        st.lists(st.tuples(spans, st.none() | spans, st.sampled_from(list(QuoteKind))), max_size=6)
    )
    quotes = [
        quote(c.start, c.end, None if s is None else (s.start, s.end), kind) for c, s, kind in drawn
    ]
    carried, entities, resolved = run_all(text, mentions, quotes)
    assert list(carried) == sorted(carried)
    assert all(mention.span.end <= len(text) for mention in carried)
    assert all(a.span.end <= b.span.start for a, b in pairwise(carried))
    named = {entity.id for entity in entities}
    for answer in resolved:
        assert answer.speaker is None or answer.speaker.entity_id in named | {None}


# How much longer a text four times as long may take: a quadratic step takes sixteen times as long.
MOST_TIMES = 8
# Shorter times tell nothing, and times of a busy machine only what is measured again.
LEAST_SECONDS, ATTEMPTS = 0.1, 3

Page = tuple[str, list[Mention], list[Attribution]]


def page(text: str, names: str = "", said: str = "", kind: EntityType = EntityType.PERSON) -> Page:
    """Return a text with its names, and with what a model is supposed to have read.

    `names` finds those of a `kind`; `said` has groups for content, cue, speaker and more content.
    """
    named = re.finditer(names, text) if names else ()
    found = re.finditer(said, text) if said else ()
    return (
        text,
        [Mention(Span(*match.span()), kind, 0.95) for match in named],
        list(map(_attribution, found)),
    )


def _attribution(match: re.Match[str]) -> Attribution:
    spans = {name: Span(*match.span(name)) for name, words in match.groupdict().items() if words}
    contents = tuple(spans[name] for name in ("content", "more") if name in spans)
    cue = (spans["cue"],) if "cue" in spans else ()
    return Attribution(contents, cue, spans.get("speaker"), 0.9)


def word(number: int) -> str:
    """Return a word of its own for each number."""
    letters = chr(ord("a") + number % 26)
    return letters if number < 26 else word(number // 26 - 1) + letters


def people(sentence: str, count: int) -> str:
    """Return a sentence for each of so many people, of whom no two share a name."""
    names = (f"G{word(i)}x S{word(i * 7)}x" for i in range(count))
    return "".join(sentence.replace("NAME", name) for name in names)


NAME = r"G\w+x S\w+x"
QUOTED = r"(?P<content>“[^”]*”)"
SHE_SAID = r"(?P<speaker>\w+) (?P<cue>said)"


def read_steps(text: str, mentions: list[Mention], attributions: list[Attribution]) -> Iterator:
    """Do what follows the model step by step, and yield when each is done."""
    carried = carry_names(text, mentions)
    yield "names"
    entities = group_mentions(text, carried)
    yield "entities"
    quotes = find_quotes(text, attributions)
    yield "quotes"
    sentences = [match.start() for match in re.finditer(r"[^.\n]+", text)]
    quotes, entities = resolve_speakers(text, quotes, entities, sentences)
    yield "speakers"
    rate_salience(Article(text), entities, rate_quotes(quotes, Confidences()))
    yield "ratings"


def step_seconds(read: Page) -> dict[str, float]:
    """Return the processor time that each step takes: what else runs hardly counts.

    Nor does the garbage of other tests, over which a longer text would make Python go more often.
    """
    gc.collect()
    with collector_paused():
        seconds, begun = {}, time.process_time()
        for step in read_steps(*read):
            seconds[step] = time.process_time() - begun
            begun = time.process_time()
        return seconds


def slow_steps(build: Callable[[int], Page], count: int) -> list[str]:
    """Return the steps that take much more than four times as long over a text four times as long."""
    before, after = step_seconds(build(count // 4)), step_seconds(build(count))
    return [
        f"{step}: {before[step]:.2f} s, then {seconds:.2f} s"
        for step, seconds in after.items()
        if seconds > max(LEAST_SECONDS, MOST_TIMES * before[step])
    ]


@pytest.mark.parametrize(
    ("build", "count"),
    [
        pytest.param(lambda n: page("The old bridge is shut again. " * n), 2_500, id="no quotes"),
        pytest.param(lambda n: page("“ « ” » „ \" ' ‘ ’ " * n), 1_500, id="only marks"),
        pytest.param(lambda n: page("“a ‘b " * n), 3_000, id="only opening marks"),
        pytest.param(lambda n: page("lee" + "\n" * n + "(x", "lee"), 25_000, id="only line ends"),
        pytest.param(lambda n: page("“We go" + "\n" * n + "(“We go"), 25_000, id="line ends between marks"),
        pytest.param(lambda n: page("“We go now,” Lee said. It rained. " * n, "Lee", f"{QUOTED} {SHE_SAID}"), 1_750, id="one paragraph"),
        pytest.param(lambda n: page("“We go,” Lee said, “and soon.” " * n, "Lee", f"{QUOTED} {SHE_SAID}"), 1_750, id="halves"),
        pytest.param(lambda n: page("“We go,” Lee said. “And soon.” " * n, "Lee", f"{QUOTED} {SHE_SAID}"), 1_750, id="rests"),
        pytest.param(lambda n: page("“We go,” Lee said.\n“Or so,” Roe said.\n“So go to him at last.”\n" * n, "Lee|Roe", f"{QUOTED} {SHE_SAID}"), 1_000, id="turns of two"),
        pytest.param(lambda n: page("he she they it " * n, "", "(?P<speaker>he) (?P<cue>she) (?P<content>they it)"), 3_000, id="every word a pronoun"),
        pytest.param(lambda n: page("Ann Lee met Bob Roe. He said we go. She said we stay. They said it rained. " * n, "Ann Lee|Bob Roe", rf"{SHE_SAID} (?P<content>[^.]+)"), 750, id="pronouns for two"),
        pytest.param(lambda n: page(people("NAME said that we go. ", n), NAME, rf"(?P<speaker>{NAME}) (?P<cue>said) (?P<content>[^.]+)"), 250, id="some names"),
        pytest.param(lambda n: page(people("NAME said that we go. ", n), NAME, rf"(?P<speaker>{NAME}) (?P<cue>said) (?P<content>[^.]+)"), 1_250, id="very many names"),
        pytest.param(lambda n: page(people("Senator NAME sat. The senator said that we go. ", n), NAME, r"(?P<speaker>The senator) (?P<cue>said) (?P<content>[^.]+)"), 1_000, id="one role for many"),
        pytest.param(lambda n: page(people("Senator NAME saw the senator, who said that we go. ", n), NAME, r"(?P<speaker>who) (?P<cue>said) (?P<content>[^.]+)"), 1_000, id="one role for many who"),
        pytest.param(lambda n: page("LEE: I never said so.\nROE: You did.\n" * (n // 2)), 1_250, id="a transcript"),
        pytest.param(lambda n: page("Q. Who did?\nA. I never said so.\nNever.\n" * n), 750, id="questions and answers"),
        pytest.param(lambda n: page("“We go on until it ends.\n" * n), 2_000, id="quotations never closed"),
        pytest.param(lambda n: page("“We go on until it ends.\n" * n, "", r"(?P<content>“[^\n]+)"), 2_000, id="quotations never closed, all read"),
        pytest.param(lambda n: page("“We go, Lee said. It rains.\n\nIt rains.\n\n" * n, "Lee", rf"(?P<content>“[^,]*), {SHE_SAID}(?P<more>[^\n]+)"), 1_500, id="closing marks that were lost"),
        pytest.param(lambda n: page(people("I said that the bridge is old.\n\nNAME\nPorto\n\n", n), NAME, rf"{SHE_SAID} (?P<content>[^.]+)"), 1_000, id="signed letters"),
        pytest.param(lambda n: page(people("“We go on until it ends.” — NAME, Porto\n", n), NAME), 1_000, id="signed quotations"),
        pytest.param(lambda n: page("He said this:\nWe go. We stay.\n" * n, "", rf"{SHE_SAID} this:\n(?P<content>We go)"), 1_500, id="words after colons"),
        pytest.param(lambda n: page("He said that it rained, and " * n, "", rf"{SHE_SAID} (?P<content>that)"), 3_000, id="that in one sentence"),
        pytest.param(lambda n: page("He left, saying that it rained. " * n, "", r"(?P<content>saying that[^.]+)"), 3_000, id="participles"),
        pytest.param(lambda n: page("a" * n), 500_000, id="one word"),
        pytest.param(lambda n: page("a, " * n), 25_000, id="commas"),
        pytest.param(lambda n: page("“a ‘b " * n + "c’ d” " * n), 1_500, id="marks in marks"),
        pytest.param(lambda n: page("“”\n" * n), 3_000, id="marks in paragraphs of their own"),
        pytest.param(lambda n: page("Lee said “" + "we go and " * n + "stay.”", "Lee", f"{SHE_SAID} {QUOTED}"), 10_000, id="one quote of very many words"),
        pytest.param(lambda n: page("Lee said " + "we “go” and " * n, "Lee", rf"{SHE_SAID} (?P<content>.*)"), 2_000, id="one quote with very many marks"),
        pytest.param(lambda n: page("Ann Lee sat. " * n, "Ann Lee"), 3_000, id="one name again and again"),
        pytest.param(lambda n: page("Ann Lee\n\n" * n, "Ann Lee"), 2_500, id="paragraphs of one name"),
        pytest.param(lambda n: page(people("NAME ", n), NAME), 2_500, id="nothing but names"),
        pytest.param(lambda n: page(people("NAME, ", n), NAME, kind=EntityType.ORGANIZATION), 2_500, id="nothing but names of bodies"),
        pytest.param(lambda n: page("".join(f"The A{word(i)} Bx Cx is not ABC. " for i in range(n)), r"A\w+ Bx Cx|ABC", kind=EntityType.ORGANIZATION), 1_250, id="one acronym for many"),
        pytest.param(lambda n: page("".join(f"Corvane G{word(i)}x is not Corvane. " for i in range(n)), r"Corvane G\w+x|Corvane", kind=EntityType.ORGANIZATION), 1_250, id="one first word for many"),
        pytest.param(lambda n: page("".join(f"G{word(i)}x Lee met Lee. " for i in range(n)), r"(?:G\w+x )?Lee"), 1_250, id="one surname for many"),
        pytest.param(lambda n: page(people("NAME SAID THAT WE GO. ", n).upper(), NAME.upper(), r"(?P<speaker>G\w+X S\w+X) (?P<cue>SAID) (?P<content>[^.]+)"), 1_000, id="all capitals"),
        pytest.param(lambda n: page("Ann Lee met Bob Roe. " + "“We go now,” he said. " * n, "Ann Lee|Bob Roe", f"{QUOTED} {SHE_SAID}"), 1_500, id="one pronoun again and again"),
        pytest.param(lambda n: page("“A – says he – b " * n + "c.”", "", r"(?P<content>“[^”]*”)"), 2_000, id="insertions"),
        pytest.param(lambda n: page("Lee's " * n + "said: we go.", "Lee", r"^(?P<speaker>.*) (?P<cue>said): (?P<content>we go)"), 3_000, id="a speaker of many owners"),
        pytest.param(lambda n: page("an aide of the " + "very " * n + "nominee, " + "Lee, " * n + "said: we go.", "Lee", r"^(?P<speaker>.*), (?P<cue>said): (?P<content>we go)"), 1_000, id="a speaker of many words and names"),
        pytest.param(lambda n: page("and ".join([f"G{word(i)}x " for i in range(n)]) + "said we go. " + "They said no way. " * n, r"G\w+x", r"(?P<speaker>G.*x|They) (?P<cue>said) (?P<content>[^.]+)"), 500, id="many who speak together"),
    ],
)  # fmt: skip
def test_linear_time(build, count):
    """Every step takes about four times as long over a text four times as long, not sixteen."""
    for _ in range(ATTEMPTS):
        slow = slow_steps(build, count)
        if not slow:
            return
    pytest.fail("; ".join(slow))


ORDINARY = page(
    "The council met on Monday to talk about the old bridge, which has been shut since May.\n"
    "“We will open it again in June,” Ann Lee said. Nobody else who was there would say so.\n"
    * 400,
    "Ann Lee",
    rf"{QUOTED} (?P<speaker>Ann Lee) (?P<cue>said)",
)
ODD = {
    "quotation marks": page('"' * 200_000),
    "one word": page("a" * 1_000_000),
    "commas": page("," * 100_000),
    "spaces": page(" " * 200_000),
    "line ends": page("\n" * 200_000),
    "dashes": page(" — a" * 50_000),
    "paragraphs": page("The bridge is shut.\n" * 10_000),
    "one paragraph": page(ORDINARY[0].replace("\n", " "), "Ann Lee"),
    "capitals": page(ORDINARY[0].upper(), "ANN LEE"),
}
# Each character of an odd text takes at most so many times as long as one of ordinary copy.
MOST_TIMES_ORDINARY = 3


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_odd_text_takes_no_longer(odd):
    """A text that is no copy takes no longer than one that is, for its length."""
    for _ in range(ATTEMPTS):
        usual, taken = (sum(step_seconds(read).values()) / len(read[0]) for read in (ORDINARY, odd))
        if taken <= MOST_TIMES_ORDINARY * usual:
            return
    pytest.fail(f"{taken / usual:.1f} times as long")


def test_nothing():
    """Without mentions and quotes there is nothing to say."""
    assert carry_names("Some words.", ()) == ()
    assert group_mentions("Some words.", ()) == ()
    assert resolve_speakers("Some words.", (), (), ()) == ((), ())
