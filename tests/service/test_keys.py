"""API keys: what is made, what the file may hold, and what is recognized."""

import hashlib
import hmac
import os
import re

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from service import keys as module
from service.keys import (
    MAX_FILE_BYTES,
    MAX_KEYS,
    InvalidKeyId,
    InvalidKeys,
    Key,
    find_key,
    find_keys,
    keep_keys,
    load_keys,
    make_key,
    refresh_keys,
    render_line,
)

HASH = "sha256:" + "a" * 64
OTHER = "sha256:" + "b" * 64


@pytest.fixture
def path(tmp_path):
    """A file of keys that only its owner reads."""
    file = tmp_path / "keys.txt"
    file.touch(mode=0o600)
    yield file
    module._kept.pop(file, None)


def test_keys_are_long_and_told_apart():
    """A key has 256 random bits behind a prefix that says what it is."""
    made = {make_key() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"whosaid_[A-Za-z0-9_-]{43}", key) for key in made)


def test_lines_hold_hashes(path):
    """The line for the file accepts the key, and is its SHA-256."""
    key = make_key()
    line = render_line("cms", key)
    assert line == f"cms sha256:{hashlib.sha256(key.encode()).hexdigest()}"
    path.write_text(line)
    assert find_key(load_keys(path), key) == Key("cms", hashlib.sha256(key.encode()).digest())


@pytest.mark.parametrize(
    "key_id", ["", "a b", "-a", "é", "x" * 65, "a\n", pytest.param(make_key(), id="a key")]
)
def test_bad_ids_get_no_line(key_id):
    """No line is made for an id that the file could not have."""
    with pytest.raises(InvalidKeyId, match="1 to 64"):
        render_line(key_id, make_key())


@pytest.mark.parametrize(
    ("content", "ids", "rates"),
    [
        pytest.param(f"a {HASH}", ["a"], [None], id="one"),
        pytest.param(f"a {HASH}\nb {OTHER}\n", ["a", "b"], [None, None], id="two"),
        pytest.param(f"# x\n\n  # y\n\t{HASH[:0]}a\t{HASH}\r\n", ["a"], [None], id="comments"),
        pytest.param(f"\ufeffa {HASH}", ["a"], [None], id="byte order mark"),
        pytest.param(f"a {HASH} 600/minute ", ["a"], ["600/minute"], id="rate"),
        pytest.param(f"a {HASH} 1 per second; 9/hour", ["a"], ["1 per second; 9/hour"], id="rates"),
    ],
)
def test_files(path, content, ids, rates):
    """Lines hold an id, a hash and perhaps rates."""
    path.write_text(content, encoding="utf-8")
    keys = load_keys(path)
    assert [key.id for key in keys] == ids
    assert [key.rates for key in keys] == rates


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        pytest.param("", ["the file holds no key"], id="empty"),
        pytest.param("# only words\n", ["the file holds no key"], id="comment"),
        pytest.param("a", ["line 1: after the id stands no sha256:"], id="no hash"),
        pytest.param(f"a {HASH}0", ["line 1: after the id"], id="long hash"),
        pytest.param(f"a {HASH.upper()}", ["line 1: after the id"], id="capitals"),
        pytest.param("a md5:aa", ["line 1: after the id"], id="other hash"),
        pytest.param(f"é {HASH}", ["line 1: the id is not 1 to 64"], id="id"),
        pytest.param(f"a {HASH} often", ["line 1: not a rate"], id="rate"),
        pytest.param(f"a {HASH} 0/minute", ["line 1: a rate of 0"], id="nothing"),
        pytest.param(f"a {HASH}\na {OTHER}", ["two keys have the same id"], id="same id"),
        pytest.param(f"a {HASH}\nb {HASH}", ["two keys are the same"], id="same key"),
        pytest.param(f"a\nb\nc {HASH}", ["line 1: ", "line 2: "], id="two bad lines"),
    ],
)
def test_bad_files(path, content, faults):
    """What a file has wrong is told by line."""
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidKeys) as caught:
        load_keys(path)
    assert len(caught.value.faults) == len(faults)
    for fault, beginning in zip(caught.value.faults, faults, strict=True):
        assert fault.startswith(beginning)


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=20), max_size=4))
def test_faults_quote_nothing(tmp_path_factory, lines):
    """Whatever stands in a file by mistake, a key for instance, is not told."""
    path = tmp_path_factory.mktemp("keys") / "keys.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InvalidKeys) as caught:
        load_keys(path)
    assert not any(line[:20] in str(caught.value) for line in lines)


def test_a_key_in_place_of_its_hash_is_not_told(path):
    """Who puts the key itself into the file does not find it in the log."""
    key = make_key()
    path.write_text(f"cms {key}\n{key} {HASH}\n{key}\n")
    with structlog.testing.capture_logs() as events:
        refresh_keys(str(path))
    (event,) = events
    assert event["event"] == "keys_refused"
    assert len(event["faults"]) == 3
    assert key[8:] not in repr(event)


def test_files_that_cannot_be_read(path, tmp_path):
    """A file that is none, is too long, is not UTF-8 or has too many keys is refused."""
    with pytest.raises(InvalidKeys, match="no such file"):
        load_keys(tmp_path / "nothing")
    with pytest.raises(InvalidKeys, match="no such file"):
        load_keys(tmp_path)
    path.write_bytes(b"#" * (MAX_FILE_BYTES + 1))
    with pytest.raises(InvalidKeys, match="longer than"):
        load_keys(path)
    path.write_bytes(b"# \xff")
    with pytest.raises(InvalidKeys, match="not UTF-8"):
        load_keys(path)
    path.write_text("\n".join(f"k{n} sha256:{n:064x}" for n in range(MAX_KEYS + 1)))
    with pytest.raises(InvalidKeys, match="more than 1000 keys"):
        load_keys(path)


def test_a_file_that_nobody_may_read(path, monkeypatch):
    """Why the system does not let a file be read is told."""

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(InvalidKeys, match="cannot be read: Permission denied"):
        load_keys(path)


def test_pipes_are_not_waited_for(tmp_path):
    """A pipe, which would never end, is no file of keys."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidKeys, match="no such file"):
        load_keys(tmp_path / "pipe")


def test_every_key_is_compared_in_constant_time(monkeypatch):
    """A key is compared with all hashes, also after one has fitted."""
    compared = []
    compare = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda *two: compared.append(two) or compare(*two))
    offered = make_key()
    digest = hashlib.sha256(offered.encode()).digest()
    keys = [Key("a", b"a" * 32), Key("b", digest), Key("c", b"c" * 32)]
    assert find_key(keys, offered).id == "b"
    assert [own for own, _ in compared] == [key.digest for key in keys]
    assert find_key(keys, "whosaid_") is None
    assert len(compared) == 6


@given(st.text(st.characters()))
def test_whatever_is_offered_is_no_key(offered):
    """No text, lone surrogates included, is a key by accident or makes the search fail."""
    assert find_key([Key("a", b"a" * 32)], offered) is None


def test_what_was_kept_is_found(path):
    """A process and its children use what was read at the start; a broken file changes nothing."""
    path.write_text(f"a {HASH}")
    keep_keys(str(path))
    path.write_text("broken")
    refresh_keys(str(path))
    assert [key.id for key in find_keys(str(path))] == ["a"]
    path.write_text(f"b {OTHER}")
    refresh_keys(str(path))
    assert [key.id for key in find_keys(str(path))] == ["b"]


def test_without_a_file():
    """Where no file is named there are no keys, and nothing is read."""
    keep_keys(None)
    refresh_keys(None)
    assert find_keys(None) == ()


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o640, False), (0o644, True)])
def test_files_that_everybody_reads(path, mode, warned):
    """A file that every user of the machine can read is worth a warning, and no more."""
    path.write_text(f"a {HASH}")
    path.chmod(mode)
    with structlog.testing.capture_logs() as events:
        keep_keys(str(path))
    warning = ["keys_readable_by_everybody"]
    assert [event["event"] for event in events] == warned * warning + ["keys_read"]


def test_a_file_that_goes_while_it_is_read(path, monkeypatch):
    """A file that is removed once it was read, as by who puts a new one there, ends nothing."""
    path.write_text(f"a {HASH}")
    read = module.load_keys

    def remove(read_path):
        keys = read(read_path)
        path.unlink()
        return keys

    monkeypatch.setattr(module, "load_keys", remove)
    refresh_keys(str(path))
    assert [key.id for key in find_keys(str(path))] == ["a"]
