"""The benchmark's table, and a check that no ratio of it gets much worse."""

import json
from pathlib import Path

import pytest

from evaluation.bench import QUICK, measure, render
from evaluation.report import describe_run
from evaluation.samples import SETS
from tests.golden.articles import ARTICLES

REPORT = {
    **describe_run(),
    "model": {"name": "m", "version": "1", "digest": "d" * 64},
    "plan": {"throughput": {"rounds": 5}},
    "rows": [
        {"what": "a", "measured": "5 ms", "bound": "", "met": None, "figure": None},
        {"what": "b", "measured": "0.70", "bound": "at least 0.8", "met": False, "figure": 0.7},
    ],
}

# Without dot products of eight bits the shipped encoder computes in float32.
HAS_DOT_PRODUCTS = "vnni" in Path("/proc/cpuinfo").read_text()

# What a busy machine keeps, and twice the time of one side does not: what a row begins with, the
# side of the bound that is bad, and the bound.
LEAST = {
    "Service ÷ encoder alone": 0.4,
    "Service ÷ stock Stanza": 5.0 if HAS_DOT_PRODUCTS else 2.5,
    "Shipped encoder ÷ eager": 1.3 if HAS_DOT_PRODUCTS else 0.7,
    "… long ÷ short": 0.6,
}
MOST = {
    "… service ÷ encoder alone": 2.5,
    "1,000 marks": 8.0,
    "One token": 3.0,
    "2,000 distinct names": 2.5,
}


def test_table():
    """Each row tells what was measured, its bound and whether that is met."""
    table = render(REPORT)
    assert "| a | 5 ms | | |" in table
    assert "| b | 0.70 | at least 0.8 | **no** |" in table


@pytest.fixture
def data(tmp_path):
    """A folder of corpora that are the golden articles, again and again, short and long."""
    texts = [article.text for article in ARTICLES]
    long = ["\n\n".join(texts[start : start + 4]) for start in range(0, len(texts), 4)]
    for name, written in zip(SETS, (texts * 3, texts, long), strict=True):
        path = tmp_path / f"{name}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(json.dumps({"text": text}) + "\n" for text in written))
    return tmp_path


@pytest.mark.model
@pytest.mark.no_cover
def test_no_ratio_gets_much_worse(data):
    """Measured quickly, each ratio is within what a busy machine does to it."""
    figures = {row["what"]: row["figure"] for row in measure(data, QUICK)["rows"] if row["figure"]}
    for bounds, is_worse in ((LEAST, float.__lt__), (MOST, float.__gt__)):
        for what, bound in bounds.items():
            held = [figure for name, figure in figures.items() if name.startswith(what)]
            assert held, what
            assert not any(is_worse(figure, bound) for figure in held), figures
