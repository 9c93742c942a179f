"""Reading spans off tag scores."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.tags import TagScheme

BIO = TagScheme.bio(["x", "y"])
BIOES = TagScheme.bioes(["x", "y"])
SCHEMES = {"bio": BIO, "bioes": BIOES}


def scores(scheme: TagScheme, tags: list[str], likely: float = 0.9) -> np.ndarray:
    """Return log-probabilities under which `tags` is what each piece looks most like."""
    rest = (1 - likely) / (len(scheme.tags) - 1)
    rows = np.full((len(tags), len(scheme.tags)), rest, dtype=np.float32)
    for row, tag in zip(rows, tags, strict=True):
        row[scheme.tags.index(tag)] = likely
    return np.log(rows)


def spans(scheme: TagScheme, tags: str) -> list[tuple[int, int, str]]:
    return [span[:3] for span in scheme.decode(scores(scheme, tags.split()))]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        pytest.param("O O", [], id="none"),
        pytest.param("B-x I-x O", [(0, 1, "x")], id="one"),
        pytest.param("B-x B-x", [(0, 0, "x"), (1, 1, "x")], id="two side by side"),
        pytest.param("B-x I-x B-y", [(0, 1, "x"), (2, 2, "y")], id="two labels"),
        pytest.param("O B-x", [(1, 1, "x")], id="at the end"),
    ],
)
def test_decode_bio(tags, expected):
    """A begin tag opens a span, which goes on while inside tags of its label follow."""
    assert spans(BIO, tags) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        pytest.param("S-x O", [(0, 0, "x")], id="single"),
        pytest.param("B-x E-x O", [(0, 1, "x")], id="two pieces"),
        pytest.param("B-x I-x E-x", [(0, 2, "x")], id="three pieces"),
        pytest.param("S-x S-x B-y E-y", [(0, 0, "x"), (1, 1, "x"), (2, 3, "y")], id="neighbours"),
    ],
)
def test_decode_bioes(tags, expected):
    """Single, and begin to end, are spans."""
    assert spans(BIOES, tags) == expected


@pytest.mark.parametrize(
    ("scheme", "tags"),
    [
        pytest.param("bio", "O I-x", id="inside of nothing"),
        pytest.param("bio", "I-x O", id="inside at the start"),
        pytest.param("bio", "B-x I-y", id="inside of another label"),
        pytest.param("bioes", "O E-x", id="end of nothing"),
        pytest.param("bioes", "B-x O", id="never ended"),
        pytest.param("bioes", "O B-x", id="begun at the very end"),
        pytest.param("bioes", "B-x B-x E-x", id="begun twice"),
        pytest.param("bioes", "S-x I-x", id="inside after a single"),
    ],
)
def test_ill_formed_sequences(scheme, tags):
    """A sequence that no text can have is read as the likeliest one that some text has."""
    scheme = SCHEMES[scheme]
    found = scheme.decode(scores(scheme, tags.split()))
    best = [scheme.tags.index("O")] * len(tags.split())
    for span in found:
        best[span.first : span.last + 1] = scheme.span_tags(span.label, span.last + 1 - span.first)
    names = [scheme.tags[number] for number in best]
    assert names != tags.split()
    assert scheme.may_start(names[0])
    assert scheme.may_end(names[-1])
    pairs = pairwise(names)
    assert all(scheme.may_follow(after, before) for before, after in pairs)


def test_nothing_to_decode():
    """An empty text has no spans."""
    assert BIO.decode(np.empty((0, len(BIO.tags)), dtype=np.float32)) == []


def test_confidence_is_the_geometric_mean():
    """A long span is no less sure than a short one whose pieces are as sure."""
    for tags in (["S-x"], ["B-x", "I-x", "I-x", "E-x"]):
        (span,) = BIOES.decode(scores(BIOES, tags, 0.8))
        assert span.confidence == pytest.approx(0.8, abs=1e-6)


@pytest.mark.parametrize("name", SCHEMES)
@settings(max_examples=100, derandomize=True)
@given(lengths=st.lists(st.tuples(st.integers(1, 4), st.sampled_from("xyO")), max_size=8))
def test_spans_survive(name, lengths):
    """Spans written as tags are read back as they were."""
    scheme, tags, expected = SCHEMES[name], [], []
    for length, label in lengths:
        if label == "O":
            tags += [0] * length
        else:
            expected.append((len(tags), len(tags) + length - 1, label))
            tags += scheme.span_tags(label, length)
    decoded = scheme.decode(scores(scheme, [scheme.tags[number] for number in tags]))
    assert [span[:3] for span in decoded] == expected


def test_viterbi_finds_the_best():
    """The search finds the sequence that trying all of them finds."""
    random = np.random.default_rng(5)
    for _ in range(20):
        table = np.log(random.dirichlet(np.ones(len(BIOES.tags)), size=3)).astype(np.float32)
        best, total = None, -np.inf
        for path in np.ndindex(*[len(BIOES.tags)] * 3):
            names = [BIOES.tags[i] for i in path]
            if not (BIOES.may_start(names[0]) and BIOES.may_end(names[-1])):
                continue
            if all(map(BIOES.may_follow, names[1:], names)):
                value = sum(table[i, tag] for i, tag in enumerate(path))
                if value > total:
                    best, total = names, value
        starts = [i for i, name in enumerate(best) if name[0] in "BS"]
        assert [span.first for span in BIOES.decode(table)] == starts


@pytest.mark.parametrize("name", SCHEMES)
@settings(max_examples=300, derandomize=True, deadline=None)
@given(
    length=st.integers(1, 60),
    sharpness=st.sampled_from([0.5, 2.0, 4.0]),
    outside=st.sampled_from([0.0, 2.0, 5.0]),
    seed=st.integers(0, 2**32 - 1),
)
def test_cut_search_finds_the_best(name, length, sharpness, outside, seed):
    """Searching only where the best tags do not fit together finds what a whole search finds."""
    scheme = SCHEMES[name]
    table = np.random.default_rng(seed).normal(size=(length, len(scheme.tags))) * sharpness
    table[:, 0] += outside
    table = (table - np.log(np.exp(table).sum(axis=1, keepdims=True))).astype(np.float32)
    rows = np.arange(length)
    found, best = scheme._search(table), scheme._search_all(table)
    assert table[rows, found].sum() == pytest.approx(table[rows, best].sum(), abs=1e-3)
    assert not len(scheme._find_breaks(found))


def test_cut_search_gives_up_where_it_would_lose():
    """A span over a piece that is fairly surely outside is found where all else asks for it."""
    table = np.full((5, len(BIOES.tags)), 0.001, dtype=np.float32)
    wanted = ["B-x", "I-x", "O", "I-x", "E-x"]
    for row, tag in enumerate(wanted):
        table[row, BIOES.tags.index(tag)] = 0.99
    table[2, BIOES.tags.index("I-x")] = 0.99 * np.exp(-4.5)
    assert [span[:3] for span in BIOES.decode(np.log(table))] == [(0, 4, "x")]
