"""Stanza in its published sizes, as far as a test can tell."""

import pytest

from evaluation.stock_stanza import label_characters
from evaluation.workers import start_worker
from tests.golden.articles import ARTICLES


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        pytest.param("We wait.", "01000012", id="words and stop"),
        pytest.param("No! Go on", "012001002", id="two sentences"),
        pytest.param("at 3.5 or", "010001002", id="stop within a number"),
        pytest.param("It's", "0004", id="several words in one, at the end"),
        pytest.param("don’t go", "00003002", id="several words in one"),
        pytest.param("“Go.” He", "10112002", id="mark after the stop"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_labels(text, labels):
    """Characters that end a word, a sentence or a contraction are told apart."""
    assert label_characters(text) == labels


@pytest.mark.no_cover
def test_package():
    """The package reads articles in sentences as long as those of news usually are."""
    texts = [article.text for article in ARTICLES[:2]]
    with start_worker("evaluation.stock_stanza", texts=texts, threads=1) as worker:
        read = worker.ask()
    assert read["tokens"] > sum(len(text.split()) for text in texts)
    assert 15 < read["tokens"] / read["sentences"] < 35
