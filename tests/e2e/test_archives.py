"""Archives on Ray as a user makes them, with the model that ships, while an actor is killed.

`make archives` kills more: see evaluation/archives.py.
"""

import itertools
import json

import pytest

from evaluation.archives import (
    WHOSAID,
    list_answered,
    list_found,
    lose_actors,
    run_to_end,
)
from tests.golden.articles import ARTICLES

pytestmark = pytest.mark.model

# Enough for some shards, each of 64 KiB at least.
_BYTES = 140_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with an archive to analyze, and what the plain batch answers."""
    folder = tmp_path_factory.mktemp("archives")
    articles = itertools.cycle(ARTICLES)
    with (folder / "in.jsonl").open("w") as file:
        while file.tell() < _BYTES:
            file.write(json.dumps({"text": next(articles).text}) + "\n")
    run_to_end([WHOSAID, "batch", str(folder / "in.jsonl"), str(folder / "plain.jsonl")], folder)
    return folder


@pytest.fixture(scope="module")
def expected(folder):
    return list_answered(folder / "plain.jsonl", "in.jsonl")


def test_actor_lost(folder, expected):
    """An actor that is killed is replaced: nothing is lost, and nothing there twice."""
    told = lose_actors(folder / "in.jsonl", folder / "out", times=1)
    assert "exit status 0" in told
    assert list_found(folder / "out") == expected
