"""Rows: what is read of a file, from its beginning and from anywhere."""

import csv
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from service.archive.errors import InvalidArchive
from service.archive.rows import (
    Lines,
    Row,
    open_parquet,
    read_csv,
    read_header,
    read_jsonl,
    read_parquet,
)
from service.archive.sources import Source
from service.cli.journal import read_lines

MAX_BYTES = 40


def lines_of(written, position=0):
    return Lines(io.BytesIO(written), MAX_BYTES, position)


JSON_LINES = [
    b"",
    b"{}",
    b"{}\n",
    b"\n{}\n \t\n[]\r\n\n",
    b"x" * (MAX_BYTES - 1) + b"\n{}",
    b"x" * MAX_BYTES + b"\n{}",
    b"x" * (MAX_BYTES + 1) + b"\n{}",
    b"{}\n" + b"x" * 500,
    b" " * 500 + b"\n{}\n",
    b"x" * (MAX_BYTES + 1),
]


@pytest.mark.parametrize("written", JSON_LINES)
def test_jsonl(written):
    """Lines have the numbers, and the limit, that they have in a plain batch."""
    plain = [
        (line.number, line.written) for line in read_lines(io.BytesIO(written), MAX_BYTES, b"")
    ]
    assert [(row.number, row.written) for row in read_jsonl(lines_of(written))] == plain


def test_positions():
    """After each row it is known where the next one begins, and what was read."""
    lines = lines_of(b"{}\n\n[]\n")
    positions = [(row.number, lines.position) for row in read_jsonl(lines)]
    assert positions == [(1, 3), (3, 7)]
    digest = lines.take_digest()
    again = lines_of(b"{}\n\n[]\n")
    assert [row.number for row in read_jsonl(again, 5)] == [5, 7]
    assert again.take_digest(b"x") == digest != again.take_digest()


@pytest.mark.parametrize(
    ("written", "rows"),
    [
        (b"1,a\n2,b\n", [Row(1, {"id": "1", "text": "a"}), Row(2, {"id": "2", "text": "b"})]),
        (b'1,"a\r\nb,""c"""\r\n', [Row(1, {"id": "1", "text": 'a\r\nb,"c"'})]),
        (b"\n,a\n\n", [Row(1, {"id": None, "text": "a"})]),
        (
            b"1,a,b\n2,b",
            [Row(1, None, "it has 3 values; the header has 2"), Row(2, {"id": "2", "text": "b"})],
        ),
        (
            b"1,\xff\n2,b",
            [Row(1, None, "not UTF-8"), Row(2, {"id": "2", "text": "b"})],
        ),
        (b'1,"a', [Row(1, None, "not CSV: unexpected end of data")]),
        (
            b'1,"a"b\n2,b',
            [
                Row(1, None, "not CSV: ',' expected after '\"'"),
                Row(2, {"id": "2", "text": "b"}),
            ],
        ),
        (
            b"1," + b"x" * 50 + b"\n2,b",
            [
                Row(1, None, f"a line of it is longer than {MAX_BYTES} bytes"),
                Row(2, {"id": "2", "text": "b"}),
            ],
        ),
        (
            b'1,"' + b"xxxxxxxxx\n" * 5 + b'"\n2,b',
            [
                Row(1, None, f"not CSV: field larger than field limit ({MAX_BYTES})"),
                Row(2, None, "not CSV: unexpected end of data"),
            ],
        ),
    ],
    ids=["plain", "quoted", "empty", "columns", "encoding", "end", "mark", "line", "field"],
)
def test_csv(written, rows):
    """Each record is read, or refused alone, with the reason; other readers keep their limit."""
    usual = csv.field_size_limit()
    assert list(read_csv(lines_of(written), ("id", "text"))) == rows
    assert csv.field_size_limit() == usual


def test_csv_positions():
    """No line is read before its record is asked for, so that each record's end is known."""
    lines = lines_of(b'1,"a\nb"\n2,c\n')
    ends = [lines.position for _ in read_csv(lines, ("id", "text"))]
    assert ends == [8, 12]


@pytest.mark.parametrize(
    ("written", "names", "start"),
    [
        (b"id,text\n1,a", ("id", "text"), 8),
        (b'\xef\xbb\xbf"id","the\ntext"\n1,a', ("id", "the\ntext"), 19),
        (b"\n\nid\n", ("id",), 5),
    ],
)
def test_header(tmp_path, written, names, start):
    """The header is the first record, without a byte order mark."""
    (tmp_path / "a.csv").write_bytes(written)
    found, at = read_header(Source(str(tmp_path / "a.csv"), "a.csv", len(written)), MAX_BYTES)
    assert (tuple(found), at) == (names, start)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (b"", "it is empty"),
        (b"a,b,a\n", "has a name twice: a"),
        (b'"a', "unexpected end of data"),
        (b"a," * 50, "longer than 40 bytes"),
    ],
)
def test_no_header(tmp_path, written, reason):
    """A file whose columns are not known is refused by its name."""
    (tmp_path / "a.csv").write_bytes(written)
    with pytest.raises(InvalidArchive, match=f"^a.csv: .*{reason}"):
        read_header(Source(str(tmp_path / "a.csv"), "a.csv", len(written)), MAX_BYTES)


@pytest.fixture
def parquet(tmp_path):
    path = tmp_path / "a.parquet"
    table = pa.table({"n": range(1000), "text": [f"t{n}" for n in range(1000)]})
    pq.write_table(table, path, row_group_size=300)
    return Source(str(path), "a.parquet", path.stat().st_size)


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1000), (0, 1), (299, 301), (300, 600), (650, 999), (999, 1000), (5, 905)]
)
def test_parquet(parquet, start, end):
    """Rows are read from any to any, whatever groups they are in, with the columns asked for."""
    rows = list(read_parquet(parquet, start, end, ["text"]))
    assert rows == [Row(n + 1, {"text": f"t{n}"}) for n in range(start, end)]


def test_no_parquet(tmp_path):
    """What is no Parquet is said so."""
    (tmp_path / "a.parquet").write_bytes(b"PAR1 or not")
    with (
        pytest.raises(InvalidArchive, match=r"^a\.parquet: not Parquet"),
        open_parquet(Source(str(tmp_path / "a.parquet"), "a.parquet", 11)),
    ):
        pass
