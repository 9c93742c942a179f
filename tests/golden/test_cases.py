"""The pipeline on short cases of our own, one for each phenomenon."""

from dataclasses import replace

import pytest

from analysis.document import Analysis
from tests.golden.cases import CASES

KEYS = {"content", "speaker", "kind", "attitude", "status", "candidates", "joint"}

by_case = pytest.mark.parametrize("case", CASES, ids=str)


@pytest.fixture(scope="module")
def analyses(pipeline):
    """What the pipeline makes of each case, by its id."""
    found = pipeline.analyze([case.text for case in CASES])
    return {case.id: analysis for case, analysis in zip(CASES, found, strict=True)}


@pytest.mark.model
@by_case
def test_case(analyses, case):
    """Each quote and each entity is found as an editor would have it, and nothing else."""
    differences = case.find_differences(analyses[case.id])
    if case.wavers:
        assert len(differences) <= 1
    elif case.known:
        assert differences, "no longer a miss: take `known` off the case"
    else:
        assert not differences, "\n".join(["", case.text, *differences])


@by_case
def test_expectations_are_verbatim(case):
    """What is expected stands in the text, in its order."""
    at = 0
    for quote in case.quotes:
        for fragment in quote["content"]:
            at = case.text.index(fragment, at) + len(fragment)
        assert quote["kind"] in {"direct", "mixed", "indirect"}
        assert quote.keys() <= KEYS
        names = [*quote.get("candidates", ()), *quote.get("joint", ())]
        for name in (quote.get("speaker", case.text), *names):
            assert name in case.text
    for entity in case.entities or ():
        assert entity["name"] in entity["mentions"]
        at = 0
        for mention in entity["mentions"]:
            at = case.text.index(mention, at) + len(mention)


def test_ids_are_unique():
    """A failing id leads to one case."""
    assert len({case.id for case in CASES}) == len(CASES)


def test_few_misses_are_known():
    """Nearly all phenomena are read as an editor reads them."""
    assert sum(case.known is None for case in CASES) >= 180


def test_differences_tell_both_sides():
    """An analysis that finds nothing differs in all that is expected; one that is right, in nothing."""
    case = next(case for case in CASES if case.quotes and not case.entities)
    empty = Analysis(case.text, "en")
    assert [line[0] for line in case.find_differences(empty)] == ["-"] * len(case.quotes)
    assert replace(case, quotes=()).find_differences(empty) == []
