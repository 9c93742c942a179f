"""The texts that benchmarks send."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.samples import (
    SETS,
    count_words,
    cut_articles,
    join_articles,
    list_names,
    load_texts,
    take_words,
    write_about,
)

TEXTS = ["one two  three\n\nfour ", "five", "six seven"]


@pytest.fixture
def data(tmp_path):
    """A folder of corpora, one text in each."""
    for name, text in zip(SETS, TEXTS, strict=True):
        path = tmp_path / f"{name}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"id": name, "text": text}) + "\n")
    return tmp_path


def test_texts_are_the_same_each_time(data):
    """All articles of all sets come, always in the same order."""
    assert sorted(load_texts(data)) == sorted(TEXTS)
    assert load_texts(data) == load_texts(data)


@pytest.mark.parametrize(("words", "count"), [(1, 1), (4, 1), (5, 2), (6, 3), (99, 3)])
def test_take_words(words, count):
    """Whole texts are taken until there are enough words, or no more texts."""
    assert take_words(TEXTS, words) == TEXTS[:count]


def test_cut_articles():
    """Texts that are long enough are cut after a word, and otherwise left as they are."""
    assert cut_articles(TEXTS, 3) == ["one two  three"]
    assert cut_articles(TEXTS, 4) == ["one two  three\n\nfour"]


@given(st.integers(1, 40))
def test_join_articles(words):
    """A joined text has just so many words, from the first article on, and again."""
    joined = join_articles(TEXTS, words)
    assert count_words(joined) == words
    assert joined.startswith("one")


def test_names():
    """Names are distinct, and each is in the text once."""
    names = list_names(1000)
    assert len(set(names)) == 1000
    text = write_about(names)
    assert all(text.count(name) >= 1 for name in names)
    assert sum(text.count(name) for name in names) == pytest.approx(1000, rel=0.01)


def test_many_names():
    """There are as many names as the benchmark asks for."""
    assert len(set(list_names(50_000))) == 50_000
