"""Damaged texts, and gold labels that stay on what they label."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.perturbations import (
    EXPOSED_GLUE_RATE,
    GLUE_RATE,
    NOISE_RATE,
    PERTURBATIONS,
    apply_edits,
    damage_marks,
    drop_accents,
    glue_words,
    join_sentences,
    leave_html,
    lower_case,
    misread,
    perturb,
    raise_case,
)
from training.edits import Edit, EditedText

TEXT = "“We will vote,” said José Lee of AT&T. Mr. Lee’s party added: “Yes.”\n\nIt won. He left."
NAMES = ["José Lee", "AT&T", "Lee"]


def place(words, after=0):
    start = TEXT.index(words, after)
    return [start, start + len(words)]


def mention(words, after=0):
    start, end = place(words, after)
    return {"start": start, "end": end, "type": "person"}


LINE = {
    "id": "a/1",
    "text": TEXT,
    "mentions": [mention("José Lee"), mention("AT&T"), mention("Lee", after=35)],
    "attributions": [
        {
            "id": "E1",
            "source": [place("José Lee of AT&T")],
            "cue": [place("said")],
            "content": [place("“We will vote,”"), place("“Yes.”")],
            "kind": "direct",
            "no_source": False,
        }
    ],
    "discard": [place("It won.")],
    "speakers": [
        {"speaker": None, "also": ["Lee", "J. Lee"], "content": [place("Yes.")], "source": []}
    ],
    "entities": [{"name": "José Lee", "aliases": ["José", "Lee"], "mentions": [place("José Lee")]}],
    "optional": [place("José")],
}


def edit(text, perturbation, seed=0):
    return EditedText(text, perturbation(text, random.Random(seed))).text


def read(line, ranges):
    return [line["text"][start:end] for start, end in ranges]


def mentioned(line):
    return read(line, ((m["start"], m["end"]) for m in line["mentions"]))


def find_ranges(value):
    """Yield the offsets anywhere in a line."""
    if isinstance(value, dict):
        if "start" in value:
            yield value["start"], value["end"]
        for item in value.values():
            yield from find_ranges(item)
    elif isinstance(value, list):
        if [type(item) for item in value] == [int, int]:
            yield tuple(value)
        else:
            for item in value:
                yield from find_ranges(item)


def test_every_offset_moves():
    """Whatever key offsets stand under, they move; what is no offset stays as it is."""
    moved = apply_edits(LINE, [Edit(0, 0, "News: ")])
    assert moved["text"] == f"News: {TEXT}"
    assert mentioned(moved) == NAMES
    (attribution,), (speaker,), (entity,) = (
        moved[key] for key in ("attributions", "speakers", "entities")
    )
    assert read(moved, attribution["source"]) == ["José Lee of AT&T"]
    assert read(moved, attribution["cue"]) == ["said"]
    assert read(moved, attribution["content"])[1] == "“Yes.”"
    assert read(moved, speaker["content"]) == ["Yes."]
    assert read(moved, entity["mentions"]) == ["José Lee"]
    assert read(moved, moved["discard"]) == ["It won."]
    assert read(moved, moved["optional"]) == ["José"]
    assert (attribution["kind"], attribution["no_source"]) == ("direct", False)
    assert (speaker["speaker"], speaker["also"], speaker["source"]) == (None, ["Lee", "J. Lee"], [])
    assert (entity["name"], entity["aliases"]) == ("José Lee", ["José", "Lee"])


def test_no_edits():
    """A line without edits is the same line, and none is ever changed in place."""
    before = repr(LINE)
    assert apply_edits(LINE, []) == LINE
    for name in PERTURBATIONS:
        perturb(LINE, name)
    assert repr(LINE) == before


def test_emptied_spans():
    """Names, fragments and quotes that no text is left of are no gold."""
    edits = [Edit(*place(words), "") for words in ("José Lee", "Yes.", "“We will vote,”")]
    moved = apply_edits(LINE, edits)
    assert mentioned(moved) == ["AT&T", "Lee"]
    assert moved["entities"][0]["mentions"] == moved["optional"] == moved["speakers"] == []
    assert read(moved, moved["attributions"][0]["content"]) == ["“”"]
    no_marks = [*edits, Edit(*place("“Yes.”"), "")]
    assert apply_edits(LINE, no_marks)["attributions"] == []


@pytest.mark.parametrize(
    ("name", "names"),
    [
        pytest.param("damaged quotation marks", NAMES, id="marks"),
        pytest.param("all capitals", ["JOSÉ LEE", "AT&T", "LEE"], id="capitals"),
        pytest.param("lower case", ["josé lee", "at&t", "lee"], id="lower"),
        pytest.param("missing accents", ["Jose Lee", "AT&T", "Lee"], id="accents"),
        pytest.param("missing spaces after full stops", NAMES, id="full stops"),
    ],
)
def test_names_stay_labelled(name, names):
    """Gold mentions cover the names as they are written now."""
    assert mentioned(perturb(LINE, name)) == names


def test_possessives_are_not_labelled():
    """A possessive that gold takes in is left out, so that one in capitals is no other name."""
    line = {"id": "a", "text": "Lee’s", "mentions": [{"start": 0, "end": 5, "type": "person"}]}
    assert mentioned(perturb(line, "all capitals")) == ["LEE"]


@pytest.mark.parametrize(
    ("perturbation", "text", "damaged"),
    [
        pytest.param(raise_case, "Ann’s Straße", "ANN’S STRAßE", id="capitals"),
        pytest.param(lower_case, "ANN İnce", "ann İnce", id="lower"),
        pytest.param(drop_accents, "Łódź, Ångström, nai\u0308ve", "Lodz, Angstrom, naive", id="accents"),
        pytest.param(drop_accents, "한국 Weißer", "한국 Weisser", id="other scripts"),
        pytest.param(join_sentences, "A. B?  C.” D, e.\n\nF. ", "A.B?C.”D, e.\n\nF. ", id="stops"),
    ],
)  # fmt: skip
def test_perturbations_without_chance(perturbation, text, damaged):
    """What is not left to chance is always the same."""
    assert edit(text, perturbation) == damaged


MARKED = 'He said “Go now” and "Stay put" to us.'


def test_marks_are_damaged_in_every_way():
    """An article's marks are damaged in one of seven ways, and its words never are."""
    versions = {edit(MARKED, damage_marks, seed) for seed in range(200)}
    for version in (
        "He said ”Go now“ and ”Stay put“ to us.",
        "He said \"Go now\" and 'Stay put' to us.",
        'He said ““Go now”” and ""Stay put"" to us.',
        'He said “ Go now ” and " Stay put " to us.',
        'He said “Go now”and "Stay put"to us.',
        'He said “Go now and "Stay put" to us.',
    ):
        assert version in versions
    letters = {"".join(filter(str.isalpha, version)) for version in versions}
    assert letters == {"".join(filter(str.isalpha, MARKED))}


@pytest.mark.parametrize(
    ("perturbation", "text", "least", "most"),
    [
        pytest.param(misread, "x+" * 10_000, NOISE_RATE, 20_000, id="noise"),
        pytest.param(misread, "harm clue " * 2_000, NOISE_RATE, 16_000, id="confusions"),
        pytest.param(glue_words, "word " * 20_000, GLUE_RATE, 20_000, id="gaps"),
        pytest.param(glue_words, "word, " * 5_000, EXPOSED_GLUE_RATE, 5_000, id="commas"),
        pytest.param(glue_words, "troops declared, " * 5_000, EXPOSED_GLUE_RATE, 10_000, id="verbs"),
    ],
)  # fmt: skip
def test_rates(perturbation, text, least, most):
    """About as much is damaged as is said."""
    assert len(perturbation(text, random.Random(1))) == pytest.approx(least * most, rel=0.2)


def test_noise_looks_alike():
    """What is misread is mostly taken for what it looks like."""
    versions = {edit("corner", misread, seed) for seed in range(3000)}
    assert {"comer", "eorner", "cornner", "orner"} <= versions


def test_glue():
    """Words that are run together are the same words."""
    versions = {edit("troops declared, “Go,” he", glue_words, seed) for seed in range(500)}
    assert {"troopsdeclared, “Go,” he", "troops declared, “Go,”he"} <= versions
    assert {version.replace(" ", "") for version in versions} == {"troopsdeclared,“Go,”he"}


def test_html_is_outside_spans():
    """Entities and tags are no part of a name or quotation unless they are in its middle."""
    for seed in range(300):
        line = apply_edits(LINE, leave_html(TEXT, random.Random(seed)))
        assert [name.replace("amp;", "") for name in mentioned(line)][1:] == NAMES[1:]
        first, second = read(line, line["attributions"][0]["content"])
        assert first.strip("“”").startswith("We")
        assert first.strip("“”").endswith("vote,")
        assert second.strip("“”") == "Yes."


def test_html():
    """Characters are written as entities, and tags are left between words and paragraphs."""
    versions = " ".join(edit(TEXT, leave_html, seed) for seed in range(300))
    for remnant in ("AT&amp;T", "&quot;We", "Lee&#8217;s", "&nbsp;", "<br/>", " <strong>", "</p>\n\n<p>"):  # fmt: skip
        assert remnant in versions


@st.composite
def gold_lines(draw):
    """Draw a text with every kind of thing that is damaged, and spans over it."""
    text = draw(st.text("Aé.rnm ,“”\"'’&\nß\u0301", min_size=1, max_size=60))
    offsets = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    ranges = [sorted(pair) for pair in draw(st.lists(offsets, max_size=6)) if pair[0] != pair[1]]
    mentions = [{"start": start, "end": end, "type": "person"} for start, end in ranges]
    attributions = [{"content": ranges, "cue": ranges[:1]}] if ranges else []
    return {"id": "x", "text": text, "mentions": mentions, "attributions": attributions}


@pytest.mark.parametrize("name", PERTURBATIONS)
@settings(max_examples=60, derandomize=True)
@given(line=gold_lines())
def test_spans_stay_sound(name, line):
    """Whatever the text, moved spans hold some of it, and in the order they had."""
    damaged = perturb(line, name)
    assert damaged == perturb(line, name)
    for start, end in find_ranges(damaged):
        assert 0 <= start < end <= len(damaged["text"])
    edited = EditedText(line["text"], PERTURBATIONS[name](line["text"], random.Random(0)))
    moved = [edited.start(offset) for offset in range(len(line["text"]) + 1)]
    assert all(one <= other for one, other in pairwise(moved))


@pytest.mark.parametrize("change", [raise_case, lower_case])
@settings(max_examples=100, derandomize=True)
@given(text=st.text())
def test_case_keeps_the_length(change, text):
    """Letters change in place, in any script."""
    assert len(edit(text, change)) == len(text)


def test_seeds_differ():
    """Articles are damaged apart from each other: not all in the same places."""
    texts = {perturb({"id": str(number), "text": MARKED}, "damaged quotation marks")["text"]
             for number in range(40)}  # fmt: skip
    assert len(texts) > 5
