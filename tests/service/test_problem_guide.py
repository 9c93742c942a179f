"""Every kind of problem is explained, once and readably."""

import json
import re
from collections import Counter

import pytest

from schemas import Problem
from service.problem_guide import GUIDES
from service.problems import PROBLEMS
from service.refusals import REFUSALS

SENTENCE = re.compile(r"[A-Z`].*\.", re.DOTALL)


def read_refusal(refusal):
    """What a caller reads whose request never reached the application."""
    return json.loads(refusal.render("r", 2).partition(b"\r\n\r\n")[2])


def list_kinds():
    """Every kind of problem that a caller can get, with its status."""
    refusals = [read_refusal(refusal) for _, refusal in REFUSALS]
    return {(slug, status) for status, slug in PROBLEMS.values()} | {
        (problem["type"].rpartition(":")[2], problem["status"]) for problem in refusals
    }


def test_every_kind_has_one_guide():
    """Each kind of problem has one guide with its status, and no guide is of anything else."""
    assert Counter((guide.slug, guide.status) for guide in GUIDES) == Counter(list_kinds())


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.slug)
def test_titles_are_those_of_the_problems(guide):
    """A guide and the problem that it explains have the same title, abbreviations aside."""
    problem = Problem(guide.slug, guide.status, "", "")
    assert guide.title.casefold() == problem.title.casefold()


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.slug)
@pytest.mark.parametrize("part", ["meaning", "remedy"])
def test_guides_are_whole_sentences(guide, part):
    """What is said begins like a sentence, ends in a full stop and has no stray spaces."""
    text = getattr(guide, part)
    assert SENTENCE.fullmatch(text)
    assert text == " ".join(text.split())


def test_guides_are_in_order():
    """Guides are listed by status."""
    statuses = [guide.status for guide in GUIDES]
    assert statuses == sorted(statuses)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.slug)
def test_waiting_is_advised_where_it_helps(guide):
    """Those who may come back later, and only those, are told how long to wait."""
    assert ("Retry-After" in guide.remedy) is (guide.status in (429, 503))


def test_links_to_capabilities_lead_to_fields(client):
    """The fields of /v1/capabilities that guides name are there."""
    capabilities = client.get("/v1/capabilities").json
    named = {
        name
        for guide in GUIDES
        for name in re.findall(r"`([a-z_.]+)` of `/v1/capabilities`", guide.meaning + guide.remedy)
    }
    assert len(named) == 5
    for name in named:
        value = capabilities
        for step in name.split("."):
            value = value[step]
