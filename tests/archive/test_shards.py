"""How files are cut: every row in one shard, the same shards whenever they are cut."""

import gzip
import json
from itertools import pairwise

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.archive.errors import InvalidArchive
from service.archive.records import find_columns, read_records
from service.archive.shards import cut
from service.archive.sources import find_sources

MAX_BYTES = 300
_TEXTS = st.lists(
    st.one_of(
        st.text(st.characters(codec="utf-8"), max_size=40),
        st.sampled_from(["", "a\n\nb", 'say "no"', "x" * 400, "\r\n", ","]),
    ),
    min_size=1,
    max_size=40,
)


def write(folder, name, texts):
    """Write texts as a file of a format, with odd lines among those of JSON."""
    path = folder / name
    if name.endswith(".parquet"):
        pq.write_table(pa.table({"text": texts}), path, row_group_size=7)
    elif ".csv" in name:
        rows = ('"' + text.replace('"', '""') + '"' for text in texts)
        path.write_bytes("\n".join(["text", *rows]).encode())
    else:
        lines = (json.dumps({"text": text}) + "\n" * (1 + len(text) % 2) for text in texts)
        written = "".join(lines).encode()
        path.write_bytes(gzip.compress(written) if name.endswith(".gz") else written)
    (source,) = find_sources(str(path))
    return source


def read(source, shard_bytes):
    shards = cut(source, shard_bytes, MAX_BYTES, "text")
    columns = find_columns(source, {}, MAX_BYTES)
    records = [[*read_records(shard, columns, MAX_BYTES)] for shard in shards]
    return shards, records


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.csv", "a.parquet"])
@settings(deadline=None)
@given(texts=_TEXTS, shard_bytes=st.integers(1, 500))
def test_cut(tmp_path_factory, name, texts, shard_bytes):
    """However small its shards, a file has the same records in the same order, each once."""
    source = write(tmp_path_factory.mktemp("cut"), name, texts)
    (whole,), (expected,) = read(source, 10**9)
    shards, records = read(source, shard_bytes)
    assert [record for some in records for record in some] == expected
    assert shards[0].first_row == 1
    assert all(one.end == other.start for one, other in pairwise(shards))
    assert (shards[0].start, shards[-1].end) == (whole.start, whole.end)
    assert sum(shard.weight for shard in shards) == source.size
    assert len({shard.key for shard in shards}) == len(shards)
    assert read(source, shard_bytes)[0] == shards


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_digest(tmp_path, name):
    """A shard's digest tells whether something in it has changed; its key stays."""
    texts = [f"text {number}" for number in range(30)]
    before = cut(write(tmp_path, name, texts), 100, MAX_BYTES, "text")
    texts[-1] = texts[-1].upper()
    after = cut(write(tmp_path, name, texts), 100, MAX_BYTES, "text")
    assert [shard.key for shard in before] == [shard.key for shard in after]
    changed = [one.mark != other.mark for one, other in zip(before, after, strict=True)]
    assert changed[-1]
    # What a footer says is of the whole file.
    assert any(changed[:-1]) == (name == "a.parquet")


def test_header_counts(tmp_path):
    """Under another header, the same records are something else."""
    source = write(tmp_path, "a.csv", ["a", "b"])
    (before,) = cut(source, 100, MAX_BYTES, "text")
    (tmp_path / "a.csv").write_bytes((tmp_path / "a.csv").read_bytes().replace(b"text", b"id, "))
    (after,) = cut(source, 100, MAX_BYTES, "text")
    assert (before.key == after.key, before.digest == after.digest) == (True, False)


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_empty(tmp_path, name):
    """A file without records has no shard."""
    path = tmp_path / name
    if name == "a.parquet":
        pq.write_table(pa.table({"text": pa.array([], pa.string())}), path)
    else:
        path.write_bytes(b"text\n" if name == "a.csv" else b"")
    (source,) = find_sources(str(path))
    assert cut(source, 100, MAX_BYTES, "text") == []


def test_measured_by_text(tmp_path):
    """Rows of Parquet are measured by the column of the text, whatever else they have."""
    table = pa.table({"body": [f"{n:0100}" for n in range(100)], "other": ["x" * 5000] * 100})
    pq.write_table(table, tmp_path / "a.parquet", use_dictionary=False)
    (source,) = find_sources(str(tmp_path / "a.parquet"))
    sizes = [shard.end - shard.start for shard in cut(source, 1040, MAX_BYTES, "body")]
    assert 9 <= sizes[0] <= 10
    # Without one, a shard is one row: reading it tells why.
    assert {shard.end - shard.start for shard in cut(source, 1040, MAX_BYTES, "none")} == {100}


def test_no_csv(tmp_path):
    """A file whose header cannot be read is refused as a whole."""
    (tmp_path / "a.csv").write_bytes(b"a,a\n")
    (source,) = find_sources(str(tmp_path / "a.csv"))
    with pytest.raises(InvalidArchive):
        cut(source, 100, MAX_BYTES, "text")
