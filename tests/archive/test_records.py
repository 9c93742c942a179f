"""Records: rows of whatever format as the service is asked."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from service.archive.errors import InvalidArchive
from service.archive.records import Record, find_columns, parse_time, read_records
from service.archive.shards import cut
from service.archive.sources import find_sources

MAX_BYTES = 1000
MAY = datetime(2016, 5, 2, tzinfo=UTC)


def read(path, named=None):
    (source,) = find_sources(str(path))
    columns = find_columns(source, named or {}, MAX_BYTES)
    (shard,) = cut(source, 10**6, MAX_BYTES, "text")
    return list(read_records(shard, columns, MAX_BYTES))


def test_lines(tmp_path):
    """A line is what the service takes; when it was published is kept apart."""
    lines = [
        {"text": "a", "id": "1", "kinds": ["direct"], "published": "2016-05-02"},
        {"text": "b", "published": None},
        ["no object"],
        {"text": "c", "section": "politics"},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert read(tmp_path / "a.jsonl") == [
        Record(1, {"text": "a", "id": "1", "kinds": ["direct"]}, None, MAY),
        Record(2, {"text": "b"}),
        Record(3, ["no object"]),
        Record(4, {"text": "c", "section": "politics"}),
    ]


def test_named_columns(tmp_path):
    """A field may have any name in the input; what bears the field's own name is something else."""
    line = {"body": "a", "text": "teaser", "date": "2016-05-02", "id": "1"}
    (tmp_path / "a.jsonl").write_text(json.dumps(line) + '\n{"text": "b"}')
    (tmp_path / "a.csv").write_text("body,text,date,id\na,teaser,2016-05-02,1\n")
    pq.write_table(
        pa.table({name: [value] for name, value in line.items()}), tmp_path / "a.parquet"
    )
    named = {"text": "body", "published": "date"}
    expected = Record(1, {"text": "a", "id": "1"}, None, MAY)
    assert read(tmp_path / "a.jsonl", named) == [expected, Record(2, {})]
    assert read(tmp_path / "a.csv", named) == [expected]
    assert read(tmp_path / "a.parquet", named) == [expected]


@pytest.mark.parametrize(
    ("line", "pointer"),
    [
        ({"text": "a", "published": "May"}, "/published"),
        ({"text": "a", "published": 2016}, "/published"),
        ({"text": "a", "published": "0001-01-01T00:00+05:00"}, "/published"),
        ({"text": "a \ud83d"}, "/text"),
        ({"text": "a", "known_entities": [{"name": "\udfff"}]}, "/known_entities"),
        ({"text": "a", "/\udfff": 1, "x~": "\udfff"}, "/x~0"),
    ],
)
def test_rejected(tmp_path, line, pointer):
    """What no table can hold, and a time that is none, is rejected with the field at fault."""
    (tmp_path / "a.jsonl").write_text(json.dumps(line))
    ((record),) = read(tmp_path / "a.jsonl")
    assert record.problem["status"] == 422
    assert [fault["pointer"] for fault in record.problem["errors"]] == [pointer]


def test_malformed(tmp_path):
    """What cannot be read has a problem in place of fields."""
    (tmp_path / "a.jsonl").write_bytes(b"{\n" + b"x" * 2000)
    assert [record.problem["status"] for record in read(tmp_path / "a.jsonl")] == [400, 413]
    (tmp_path / "a.csv").write_bytes(b"text\na,b\nc\n")
    bad, good = read(tmp_path / "a.csv")
    assert bad.problem["detail"] == "it has 2 values; the header has 1"
    assert good == Record(2, {"text": "c"})


def test_types(tmp_path):
    """Numbers are identifiers too, and times may be times."""
    stamps = [datetime(2016, 5, 2), None]
    table = pa.table(
        {
            "id": [7, None],
            "text": pa.array(["a", "b"]).dictionary_encode(),
            "headline": pa.array([None, "h"], pa.large_string()),
            "published": stamps,
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet") == [
        Record(1, {"id": "7", "text": "a"}, None, MAY),
        Record(2, {"text": "b", "headline": "h"}),
    ]


@pytest.mark.parametrize(
    ("column", "values", "reason"),
    [
        ("text", [1], "its column text can be no text: it is of type int64"),
        ("text", [b"a"], "of type binary"),
        ("published", [2016], "can be no published: it is of type int64"),
        ("headline", [["a"]], "can be no headline"),
        ("body", ["a"], "no column text: it has body"),
    ],
)
def test_unfit_columns(tmp_path, column, values, reason):
    """A table that cannot be read is refused before anything is."""
    table = {"text": ["a"], column: values} if column != "body" else {column: values}
    pq.write_table(pa.table(table), tmp_path / "a.parquet")
    with pytest.raises(InvalidArchive, match=f"^a.parquet: .*{reason}"):
        read(tmp_path / "a.parquet")


def test_passed_over(tmp_path):
    """It is known which columns nothing is read from, and that a named one is missing."""
    (tmp_path / "a.csv").write_text("text,headlin,section\na,b,c\n")
    (source,) = find_sources(str(tmp_path))
    assert find_columns(source, {}, MAX_BYTES).passed_over == {"headlin", "section"}
    with pytest.raises(InvalidArchive, match="no column head, when: it has text, headlin"):
        find_columns(source, {"headline": "head", "published": "when"}, MAX_BYTES)


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2016-05-02", MAY),
        ("2016-05-02T00:00:00Z", MAY),
        ("2016-05-02T02:00:00+02:00", MAY),
        (date(2016, 5, 2), MAY),
        (datetime(2016, 5, 2), MAY),
        (datetime(2016, 5, 2, 2, tzinfo=timezone(timedelta(hours=2))), MAY),
    ],
)
def test_times(written, time):
    """A time is in UTC where it does not say otherwise."""
    assert parse_time(written) == time
    assert parse_time(written).utcoffset() == timedelta(0)
