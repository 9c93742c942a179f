"""Asking for what a text holds, with a service made for it."""

import pytest

from analysis.document import EntityType, Mention, Span
from evaluation.answers import ask_texts
from evaluation.client import TRIES
from evaluation.mentions import Comparison, Name, trim
from evaluation.sets import ask_articles, ask_excerpts
from tests.evaluation.services import serving


def answer(body):
    """Find the person Ana, and a pronoun at the start; fail on a text that says so."""
    text = body["text"]
    start = text.find("Ana")
    mentions = [
        {"start": start, "end": start + 3, "text": "Ana", "kind": "name", "confidence": 0.75},
        {"start": 0, "end": 1, "text": text[0], "kind": "pronoun", "confidence": 0.9},
    ]
    if "shift" in text:
        mentions[0]["text"] = "na "
    people = [{"id": "e1", "name": "Ana", "mentions": mentions}] if start >= 0 else []
    found = {"people": people, "organisations": [], "places": [], "quotes": []}
    return (500 if text == "fail" else 200), found


ANA = Mention(Span(4, 7), EntityType.PERSON, 0.75)


def test_names():
    """Names come back with type and confidence, in the order of texts, each asked for once."""
    with serving(answer) as (url, asked):
        answers = ask_texts(url, ["For Ana", "none", "And Ana"])
    assert answers.names == ((ANA,), (), (ANA,))
    assert sorted(body["text"] for body in asked) == ["And Ana", "For Ana", "none"]
    assert (answers.failed, answers.not_verbatim) == (0, 0)


def test_options():
    """Options go with every text."""
    with serving(answer) as (url, asked):
        ask_texts(url, ["For Ana"], scope="all")
    assert asked == [{"text": "For Ana", "scope": "all"}]


def test_overloaded():
    """A service that is full is asked again."""
    with serving(answer, refusals=3) as (url, _):
        assert ask_texts(url, ["For Ana"]).names == ((ANA,),)


def test_always_overloaded():
    """A service that stays full has failed."""
    with serving(answer, refusals=TRIES) as (url, asked):
        assert ask_texts(url, ["For Ana"]).failed == 1
    assert asked == []


def test_failures():
    """Texts without an answer, and offsets that point elsewhere, are counted."""
    with serving(answer) as (url, _):
        answers = ask_texts(url, ["fail", "shift Ana", "For Ana"])
    assert [len(names) for names in answers.names] == [0, 1, 1]
    described = answers.describe()
    assert described.pop("seconds") >= 0
    assert described == {"articles": 3, "failed": 1, "not_verbatim": 1}


def test_ask_articles():
    """An article's answer stands beside its own labels."""
    gold = {"id": "a", "text": "For Ana", "mentions": [{"start": 4, "end": 7, "type": "person"}]}
    with serving(answer) as (url, _):
        (comparison,) = ask_articles(url, [gold], trim).comparisons
    name = Name(4, 7, "person")
    assert comparison == Comparison("a", "For Ana", frozenset({name}), {name: 0.75})


@pytest.mark.parametrize("text", ["So Ana", "none"])
def test_ask_excerpts(text):
    """An excerpt keeps its labels, and has the names of the answer to it alone."""
    labelled = frozenset({Name(0, 2, "place")})
    excerpt = Comparison("a", text, labelled, {Name(0, 2, "person"): 0.5})
    with serving(answer) as (url, _):
        (alone,) = ask_excerpts(url, [excerpt], trim).comparisons
    assert alone.labelled == labelled
    assert alone.returned == ({Name(3, 6, "person"): 0.75} if "Ana" in text else {})
