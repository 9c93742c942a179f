"""What training makes of names that another tagger gave."""

from dataclasses import replace

import pytest

from analysis.document import EntityType, Mention, Span
from training.records import NamedRange, Record
from training.silver import judge_silver, settle

TEXT = "Ann Lee left Lund for Oaxaca."
PERSON, PLACE = EntityType.PERSON, EntityType.PLACE


def found(name: str, kind: EntityType, confidence: float) -> Mention:
    start = TEXT.index(name)
    return Mention(Span(start, start + len(name)), kind, confidence)


def silver(*names: tuple[str, str]) -> Record:
    ranges = ((TEXT.index(name), kind, name) for name, kind in names)
    mentions = tuple(NamedRange(at, at + len(name), kind) for at, kind, name in ranges)
    return Record("r", TEXT, mentions, ())


def words(ranges) -> list[str]:
    return [TEXT[r[0] : r[1]] for r in ranges]


@pytest.mark.parametrize(
    ("record", "ours", "names", "doubts"),
    [
        pytest.param(
            silver(("Lund", "place")), [found("Lund", PLACE, 0.4)], ["Lund"], [], id="both"
        ),
        pytest.param(silver(), [found("Lund", PLACE, 0.95)], ["Lund"], [], id="sure"),
        pytest.param(silver(), [found("Lund", PLACE, 0.5)], [], ["Lund"], id="unsure"),
        pytest.param(silver(("Lund", "place")), [], [], ["Lund"], id="only the tagger"),
        pytest.param(
            silver(("Lund", "person")), [found("Lund", PLACE, 0.5)], [], ["Lund"], id="other type"
        ),
        pytest.param(
            silver(("Lee", "person")), [found("Ann Lee", PERSON, 0.95)], ["Ann Lee"], [], id="within"
        ),
        pytest.param(
            silver(("Lee", "person")), [found("Ann Lee", PERSON, 0.5)], [], ["Ann Lee", "Lee"], id="apart"
        ),
    ],
)  # fmt: skip
def test_settle(record, ours, names, doubts):
    """What both say, or the network surely, is a name; what one of them says is open."""
    settled = settle(record, ours)
    assert words((m.start, m.end) for m in settled.mentions) == names
    assert words(settled.doubts) == doubts
    assert (settled.text, settled.attributions) == (record.text, record.attributions)


def test_judging_goes_on_where_it_stopped(tmp_path):
    """Records that were judged before an interruption are not read again."""
    records = [silver(("Lund", "place")), replace(silver(("Oaxaca", "place")), id="s")]
    cache = tmp_path / "silver.jsonl"
    read: list[str] = []

    def find_names(text: str) -> list[Mention]:
        read.append(text)
        return [found("Lund", PLACE, 0.9)]

    first = judge_silver(records[:1], find_names, cache)
    cache.write_text(cache.read_text() + '{"id": "s", "menti')
    both = judge_silver(records, find_names, cache)
    assert len(read) == 2
    assert both[:1] == first
    assert judge_silver(records[::-1], find_names, cache) == both[::-1]
    assert len(read) == 2
