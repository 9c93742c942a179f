import random

import pytest

from analysis.pieces import NO_TEXT_STATE
from analysis.readings import ATTRIBUTION_TAGS, CONTENT, CUE, MENTION_TAGS, SOURCE
from tests.tiny_model import tiny_tokenizer
from tests.training.stories import RECORDS
from training.examples import UNLABELLED, Example, collate, cut_examples
from training.records import LabelledAttribution, NamedRange, Record

TOKENIZER = tiny_tokenizer()


def cut(record: Record, size: int = 200, seed: int = 0) -> list[Example]:
    return list(cut_examples(record, TOKENIZER, size, random.Random(seed)))


def whole(record: Record) -> Example:
    """Cut a record that fits one window, by a seed that does not cut it into short stretches."""
    return next(
        e for seed in range(99) for e in cut(record, seed=seed) if len(cut(record, seed=seed)) == 1
    )


def tags(example: Example, scheme, numbers: list[int]) -> list[str]:
    return ["-" if number == UNLABELLED else scheme.tags[number] for number in numbers]


def test_mention_tags():
    """Names are tagged piece by piece; the encoder's own markers are not labelled."""
    example = whole(
        Record("r", "ann lee in Lund", (NamedRange(0, 7, "person"), NamedRange(11, 15, "place")))
    )
    found = tags(example, MENTION_TAGS, example.mention_tags)
    assert found[:4] == ["-", "B-person", "E-person", "O"]
    assert found[4:] == ["B-place", "I-place", "I-place", "E-place", "-"]
    assert set(example.attribution_tags) == {UNLABELLED}
    assert example.parts == ()
    assert (example.states[0], example.states[-1]) == (NO_TEXT_STATE, NO_TEXT_STATE)


def test_attribution_tags():
    """Contents, cues and sources are tagged, one inside a content by its own tags."""
    text = "the plan ann said is new"
    label = LabelledAttribution(((9, 12),), ((13, 17),), ((0, 24),))
    example = whole(Record("r", text, attributions=(label,)))
    found = tags(example, ATTRIBUTION_TAGS, example.attribution_tags)
    assert found == [
        "-",
        "B-content",
        "I-content",
        "B-source",
        "B-cue",
        "I-content",
        "I-content",
        "-",
    ]
    assert set(example.mention_tags) == {UNLABELLED}
    assert [(part.role, part.first, part.last) for part in example.parts] == [
        (CONTENT, 1, 6),
        (SOURCE, 3, 3),
        (CUE, 4, 4),
    ]


def test_shared_source():
    """A source of several attributions is one part that belongs to all of them."""
    example = whole(
        Record(
            "r",
            "ann said the plan and told the city",
            attributions=(
                LabelledAttribution(((0, 3),), ((4, 8),), ((9, 17),)),
                LabelledAttribution(((0, 3),), ((22, 26),), ((27, 35),)),
            ),
        )
    )
    (source,) = [part for part in example.parts if part.role == SOURCE]
    assert source.attributions == (0, 1)


def test_breaks_are_not_tagged_at_edges():
    """A label that reaches into the room between paragraphs ends with its last word."""
    record = Record("r", "ann\n\nlee", (NamedRange(0, 5, "person"),))
    example = whole(record)
    assert tags(example, MENTION_TAGS, example.mention_tags) == ["-", "S-person", "O", "O", "-"]
    emptied = Record("r", "ann  lee", (NamedRange(4, 4, "person"),))
    example = whole(emptied)
    assert tags(example, MENTION_TAGS, example.mention_tags) == ["-", "O", "O", "-"]


@pytest.mark.parametrize("seed", range(8))
def test_windows_cover_the_text(seed):
    """Windows of a long text follow one another without gap or overlap, none too long."""
    record = Record("r", "the river is new. ann lee said\n" * 20, ())
    examples = cut(record, 40, seed)
    pieces = [i for example in examples for i in example.ids[1:-1]]
    (one,) = [e for e in (cut(record, 500, s) for s in range(99)) if len(e) == 1][:1]
    assert pieces == one[0].ids[1:-1]
    assert max(map(len, examples)) <= 40
    assert len(examples) >= 5


def test_parts_that_are_cut_are_left_out():
    """A content that goes over a window's end is no part of either window."""
    text = "the " * 60
    record = Record("r", text, attributions=(LabelledAttribution((), (), ((0, len(text) - 1),)),))
    assert all(example.parts == () for example in cut(record, 40, 1))


def test_empty_text():
    """A text without words gives nothing to learn from."""
    assert cut(Record("r", " \n", ())) == []


def test_collate():
    """Shorter examples are padded, and the padding is masked and not labelled."""
    examples = [whole(record) for record in RECORDS]
    batch = collate(examples)
    assert batch.pieces == sum(map(len, examples))
    assert batch.ids.shape == batch.mask.shape == (3, max(map(len, examples)))
    padding = batch.mask == 0
    assert (batch.mention_tags[padding] == UNLABELLED).all()
    assert (batch.attribution_tags[padding] == UNLABELLED).all()
    assert batch.mention_weights.tolist() == [1.0, 1.0, 1.0]
