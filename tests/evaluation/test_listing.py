"""The listing of what went wrong, on a text of our own."""

import pytest

from evaluation.listing import (
    Fault,
    find_faults,
    list_quote_misses,
    list_speaker_misses,
    render_misses,
)
from evaluation.quotes import compare_quotes
from evaluation.speakers import compare_speakers

TEXT = "“We will win,” Ann Lee said. Critics said it\nrained. Bo said no. He said why."


def place(words):
    start = TEXT.index(words)
    return [start, start + len(words)]


def quote(content, source=None, kind="indirect", **more):
    return {
        "content": [place(content)],
        "source": [place(source)] if source else None,
        "cue": [place("said")],
        "kind": kind,
        "speaker": None,
        **more,
    }


@pytest.mark.parametrize(
    ("labelled", "returned", "found", "faults"),
    [
        pytest.param([{1}], [{1}], {0: 0}, [], id="found"),
        pytest.param([{1}], [], {}, [(Fault.MISSED, 0, None)], id="missed"),
        pytest.param([], [{1}], {}, [(Fault.INVENTED, None, 0)], id="invented"),
        pytest.param([{1}, {5}], [{5}], {1: 0}, [(Fault.MISSED, 0, None)], id="none near"),
        pytest.param([{1, 2}, {3}], [{1, 2, 3}], {0: 0}, [(Fault.MERGED, 1, 0)], id="merged"),
        pytest.param(
            [{1}, {2}, {3}],
            [{1, 2, 3}],
            {},
            [(Fault.MERGED, 0, 0), (Fault.MERGED, 1, 0), (Fault.MERGED, 2, 0)],
            id="three merged",
        ),
        pytest.param([{1, 2, 3}], [{1, 2}, {3}], {0: 0}, [(Fault.SPLIT, 0, 1)], id="split"),
        pytest.param([{1, 2, 3}], [{1}], {}, [(Fault.EXTENT, 0, 0)], id="too few"),
        pytest.param(
            [{1, 2, 3}],
            [{1}, {2}],
            {},
            [(Fault.EXTENT, 0, 0), (Fault.SPLIT, 0, 1)],
            id="two parts",
        ),
    ],
)
def test_find_faults(labelled, returned, found, faults):
    """Each content that is not found, on either side, has one fault."""
    assert list(find_faults(labelled, returned, found)) == faults


def test_quote_misses():
    """A wrong source is told apart from a quote that is missing."""
    gold = {
        "id": "a",
        "text": TEXT,
        "attributions": [
            quote("“We will win,”", "Ann Lee", "direct"),
            quote("it\nrained", "Critics"),
            quote("no", "Bo"),
        ],
    }
    prediction = {
        "quotes": [
            quote("We will win,", "Ann Lee", "direct"),
            quote("it\nrained", "Bo", speaker="Bo"),
        ]
    }
    comparison = compare_quotes(gold, prediction, frozenset({"said"}))
    missed, wrong = list_quote_misses(comparison)
    assert (missed.fault, missed.kind) == (Fault.MISSED, "indirect")
    assert list(missed.render()) == [
        f"a, at {place('no')[0]}",
        "    labelled  Bo | said | no",
        "    returned  nothing",
        "",
    ]
    assert wrong.fault is Fault.SOURCE
    assert list(wrong.render())[1:3] == [
        "    labelled  Critics | said | it rained",
        "    returned  Bo | said | it rained",
    ]


def label(content, speaker, source):
    return {
        "content": [place(content)],
        "source": [place(source)] if source else [],
        "speaker": speaker,
        "kind": "indirect",
        "source_form": "name",
    }


def test_speaker_misses():
    """A wrong name, a name of nobody's and a missing name are three faults, and so is no quote."""
    gold = {
        "id": "a",
        "text": TEXT,
        "entities": [],
        "speakers": [
            label("We will win,", "Ann Lee", "Ann Lee"),
            label("it\nrained", None, "Critics"),
            label("no", "Bo", "Bo"),
        ],
    }
    prediction = {
        "quotes": [
            quote("We will win,", "He", speaker="Bo"),
            quote("it\nrained", "Critics", speaker="Bo"),
            quote("no", None),
            quote("why", "He", attitude="belief"),
        ]
    }
    invented, *named = list_speaker_misses(compare_speakers(gold, prediction))
    assert [miss.fault for miss in named] == [Fault.NAME, Fault.NAMED, Fault.NAMELESS]
    assert list(named[0].render())[1:3] == [
        "    labelled  Ann Lee | no cue | We will win,",
        "    returned  Bo (He) | said | We will win,",
    ]
    assert list(named[2].render())[2] == "    returned  nobody | said | no"
    assert invented.fault is Fault.INVENTED
    assert list(invented.render()) == [
        f"a, at {place('why')[0]}",
        "    labelled  nothing",
        "    returned  He | said (belief) | why",
        "",
    ]


def test_right_speakers():
    """What is right is not listed."""
    gold = {"id": "a", "text": TEXT, "entities": [], "speakers": [label("no", "Bo", "Bo")]}
    prediction = {"quotes": [quote("no", "Bo", speaker="Bo")]}
    assert list(list_speaker_misses(compare_speakers(gold, prediction))) == []


def test_long_content():
    """Of a long content both ends are shown; parts of a content are told apart."""
    text = f"{'a' * 60} {'b' * 60} c"
    gold = {"id": "a", "text": text, "attributions": []}
    ranges = [[0, 121], [122, 123]]
    returned = {"content": ranges, "source": None, "cue": None, "kind": "direct"}
    comparison = compare_quotes(gold, {"quotes": [returned]}, frozenset())
    (miss,) = list_quote_misses(comparison)
    assert list(miss.render())[2] == f"    returned  nobody | no cue | {'a' * 50} … {'b' * 46} / c"


def test_render():
    """Faults are counted by kind of quote, then listed under what they are."""
    gold = {"id": "a", "text": TEXT, "attributions": [quote("no", "Bo"), quote("why", "He")]}
    prediction = {"quotes": [quote("We will win,", "Ann Lee", "direct")]}
    comparison = compare_quotes(gold, prediction, frozenset({"said"}))
    lines = list(render_misses("some.dev", list_quote_misses(comparison)))
    assert lines[0] == "# some.dev: 3 faults"
    for line in (
        "| quote missed | 2 | 0 | 0 | 2 |",
        "| quote invented | 1 | 1 | 0 | 0 |",
        "## quote missed, indirect: 2",
        "## quote invented, direct: 1",
    ):
        assert lines.count(line) == 1
    assert not any(line.startswith("## quote split") for line in lines)
