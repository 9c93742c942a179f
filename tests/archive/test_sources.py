"""Where the files of an archive are found, and how they are opened."""

import bz2
import gzip

import pyarrow as pa
import pytest

from service.archive.errors import InvalidArchive
from service.archive.sources import Format, Source, find_sources, locate, open_lines

LINES = b"".join(b"line %d\n" % number for number in range(5000))


@pytest.mark.parametrize(
    ("name", "format", "compression"),
    [
        ("2016.jsonl", Format.JSONL, None),
        ("2016.NDJSON", Format.JSONL, None),
        ("a.b.csv.gz", Format.CSV, "gzip"),
        ("2016.jsonl.zst", Format.JSONL, "zstd"),
        ("2016.csv.bz2", Format.CSV, "bz2"),
        ("part.parquet", Format.PARQUET, None),
        ("part.snappy.parquet", Format.PARQUET, None),
    ],
)
def test_format(name, format, compression):
    """The end of a file's name tells what it holds, and what that is packed with."""
    source = Source(name, name, 1)
    assert (source.format, source.compression) == (format, compression)


@pytest.mark.parametrize("name", ["jsonl", "a.txt", "a.gz", "a.parquet.gz", ".csv", "a.jsonl.zip"])
def test_no_format(name):
    """What is of no known format is refused, with those that are accepted."""
    with pytest.raises(InvalidArchive, match=r"\.jsonl, \.ndjson, \.csv, \.parquet"):
        _ = Source(name, name, 1).format


def test_folder(tmp_path):
    """All files below a folder count, but hidden ones and those of other formats."""
    kept = ["2015/a.jsonl", "2016/01/b.csv.gz", "z.parquet"]
    for name in [*kept, "README.md", ".hidden.jsonl", "_done/c.jsonl", "2016/.d/e.csv", "_f.csv"]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"12345")
    found = find_sources(str(tmp_path))
    assert [(source.name, source.size) for source in found] == [(name, 5) for name in kept]
    assert find_sources(f"file://{tmp_path}/")[0].uri == f"file://{tmp_path}/2015/a.jsonl"


def test_file(tmp_path, monkeypatch):
    """A file is an archive of one, by whichever path or URI."""
    (tmp_path / "a.csv").write_bytes(b"text\n")
    monkeypatch.chdir(tmp_path)
    for place in ("a.csv", str(tmp_path / "a.csv"), f"file://{tmp_path}/a.csv"):
        assert find_sources(place) == [Source(place, "a.csv", 5)]


def test_nothing(tmp_path):
    """What is not there, is empty or cannot be reached is said so."""
    for place, reason in [
        (str(tmp_path / "none"), "no such file or folder"),
        (str(tmp_path), "no file below it"),
        ("s4://bucket/in", "Unrecognized filesystem"),
    ]:
        with pytest.raises(InvalidArchive, match=reason):
            find_sources(place)
    with pytest.raises(InvalidArchive, match=r"^s4://bucket/in: "):
        locate("s4://bucket/in")
    (tmp_path / "a.txt").touch()
    with pytest.raises(InvalidArchive, match="does not end in"):
        find_sources(str(tmp_path / "a.txt"))


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.jsonl", bytes),
        ("a.jsonl.gz", gzip.compress),
        ("a.jsonl.bz2", bz2.compress),
        ("a.jsonl.zst", lambda written: pa.compress(written, "zstd", asbytes=True)),
    ],
)
def test_opening(tmp_path, name, pack):
    """A file is read from any of its bytes, packed or not; after its end there is nothing."""
    (tmp_path / name).write_bytes(pack(LINES))
    (source,) = find_sources(str(tmp_path / name))
    for start in (0, 1, 20_000, len(LINES), len(LINES) + 5):
        with open_lines(source, start) as file:
            assert file.read() == LINES[start:]
