"""What a runtime costs in accuracy, with a reader made for it."""

import pytest

from evaluation.answers import Answers
from evaluation.runtime_cost import score_entities, score_quotes

TEXT = "Ann Lee said that it rained in Lyon."
SPEECH = frozenset({"said"})


def span(words):
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words)}


def rain(source):
    return {
        "content": [list(span("it rained in Lyon").values())],
        "source": [list(span(source).values())],
        "cue": [list(span("said").values())],
        "kind": "indirect",
        "confidence": 0.5,
        "content_confidence": 0.5,
    }


class Reader:
    """Finds a place and a quote whose source is the one told."""

    def __init__(self, source):
        self._source = source

    def read(self, texts, scope):
        mention = {**span("Lyon"), "type": "place", "confidence": 0.9}
        found = {"mentions": [mention], "entities": [], "quotes": [rain(self._source)]}
        return Answers(tuple(found for _ in texts), 0, 0, 0.0)


def test_entities():
    """F1 is that of all names: one of two labelled ones is found, and nothing else."""
    mentions = [{**span("Ann Lee"), "type": "person"}, {**span("Lyon"), "type": "place"}]
    article = {"id": "a", "text": TEXT, "mentions": mentions}
    assert score_entities(Reader("Ann Lee"), [article]) == pytest.approx(66.7, abs=0.1)


@pytest.mark.parametrize(("source", "f1"), [("Ann Lee", 100), ("Lyon", 0)])
def test_quotes(source, f1):
    """A quote counts where its content and its source are right."""
    article = {"id": "a", "text": TEXT, "attributions": [rain("Ann Lee")]}
    assert score_quotes(Reader(source), [article], SPEECH) == f1
