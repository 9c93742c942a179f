"""Where sentences begin."""

import time

import pytest

from analysis.sentences import find_sentence_starts
from tests.timing import collector_paused


@pytest.mark.parametrize(
    "marked",
    [
        pytest.param("It rained. |The river rose.", id="full stop"),
        pytest.param("Why? |Nobody knows! |Well… |They left.", id="other stops"),
        pytest.param("“It rose.” |She left.", id="closing mark"),
        pytest.param("It rose.”’) |“She left.", id="several closing marks"),
        pytest.param("It rose.\n\n|She left.", id="paragraphs"),
        pytest.param("It rose... |She left.", id="three stops"),
        pytest.param("It opened on Nov. 8. |She left.", id="a day ends a sentence"),
        pytest.param("Mr. Lee met Sen. Díaz, Gen. Roe and Dr. Ng.", id="titles"),
        pytest.param("The U.S. Army and J. Edgar of Acme Inc. in Va. agree", id="short forms"),
        pytest.param("It cost 3.5 million", id="number"),
        pytest.param("See example.org.", id="nothing follows"),
        pytest.param("He said no.Then he left", id="no space"),
        pytest.param("He asked whether NATO. |They did not", id="capitals"),
        pytest.param("", id="empty"),
        pytest.param(". ", id="a stop alone"),
        pytest.param(" . |x", id="a stop before anything"),
    ],
)
def test_starts(marked):
    """A sentence begins after a stop and a space, unless the stop belongs to a short form."""
    parts = marked.split("|")
    expected = [sum(map(len, parts[: n + 1])) for n in range(len(parts) - 1)]
    assert list(find_sentence_starts("".join(parts))) == expected


@pytest.mark.no_cover
@pytest.mark.parametrize("run", ["x", ".", "”", " ", ".”", "x. ", "U.S. ", ". . "])
def test_linear_time(run):
    """Three hundred thousand characters of anything take no longer, each, than ordinary text."""

    def measure(text):
        with collector_paused():
            started = time.perf_counter()
            find_sentence_starts(text)
            return time.perf_counter() - started

    ordinary = min(measure("The river rose on Monday. " * 12_000) for _ in range(3))
    assert min(measure(run * (300_000 // len(run))) for _ in range(3)) < 20 * ordinary
