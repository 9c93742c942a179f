"""Reading the newsroom's authority file."""

import json
import os

import pytest
import structlog

from analysis.document import Entity, EntityType, KnownEntity, Mention, Span
from service.authority import (
    MAX_FAULTS,
    InvalidAuthority,
    find_authority,
    keep_authority,
    load_authority,
    refresh_authority,
)

SECRET = "Zanzibar"
SOUSA = KnownEntity("Ana Sousa", EntityType.PERSON, ("A. Sousa", "Aninhas"), "https://x.org/1")
PORTO = KnownEntity("Porto", EntityType.PLACE)

HEADER = "name,type,aliases,uri\n"
CSV = HEADER + "Ana Sousa,person,A. Sousa|Aninhas,https://x.org/1\nPorto,place,,\n"


@pytest.fixture
def write(tmp_path):
    """Write an authority file, and return its path."""

    def write_file(content, name="known.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


def look_up(authority, name, kind=EntityType.PERSON):
    mention = Mention(Span(0, 1), kind, 0.9)
    return authority.find(Entity("e", kind, name, (), (mention,), 0.5), "")


def faults_of(path):
    with pytest.raises(InvalidAuthority) as caught:
        load_authority(path)
    return caught.value.faults


def lines(*rows):
    return "\n".join(json.dumps(row) for row in rows)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("known.csv", CSV, id="CSV"),
        pytest.param("KNOWN.CSV", b"\xef\xbb\xbf" + CSV.encode(), id="byte order mark"),
        pytest.param("known.csv", CSV.replace("\n", "\r\n"), id="CRLF"),
        pytest.param("known.csv", CSV.replace("\n", "\n\n"), id="blank rows"),
        pytest.param("known.csv", "\n" + CSV, id="blank row before the header"),
        pytest.param(
            "known.csv",
            "URI, Type ,notes,Name,aliases\n"
            'https://x.org/1,PERSON,"one,\ntwo", Ana Sousa ,"A. Sousa| |Aninhas"\n'
            ",Place,,Porto\n",
            id="other columns, order and case",
        ),
        pytest.param(
            "known.jsonl",
            lines(
                {
                    "name": "Ana Sousa",
                    "type": "person",
                    "aliases": ["A. Sousa", "Aninhas"],
                    "uri": "https://x.org/1",
                    "born": {"year": 1970},
                },
                {"name": "Porto", "type": "place"},
            ),
            id="JSON Lines",
        ),
        pytest.param(
            "known.ndjson",
            "\r\n"
            + lines(
                {"name": "Porto", "type": "place", "aliases": None, "uri": ""},
                {"name": "Ana Sousa", "type": "person", "aliases": ["Aninhas"], "uri": SOUSA.uri},
                {"name": "A. Sousa", "type": "person", "uri": SOUSA.uri},
            )
            + "\r\n",
            id="empty values, and two records of one URI",
        ),
    ],
)
def test_formats(write, name, content):
    """CSV and JSON Lines say the same; what exports have besides is passed over."""
    authority = load_authority(write(content, name))
    assert len(authority) == 2
    for form in ("Ana Sousa", "A. Sousa", "Aninhas"):
        (found,) = look_up(authority, form)
        assert (found.name, found.uri) == (SOUSA.name, SOUSA.uri)
        assert sorted((found.name, *found.aliases)) == ["A. Sousa", "Ana Sousa", "Aninhas"]
    assert look_up(authority, "Porto", EntityType.PLACE) == (PORTO,)


@pytest.mark.parametrize(
    "spelling", ["organisation", "organization", "Organization", " ORGANISATION"]
)
def test_organizations_are_spelled_either_way(write, spelling):
    """Both spellings of the type are read, whatever their case."""
    authority = load_authority(write(f"{HEADER}Acme,{spelling},,\n"))
    assert look_up(authority, "Acme", EntityType.ORGANIZATION)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        pytest.param(",person,,", "name: Length must be between 1 and 200.", id="no name"),
        pytest.param("x" * 201 + ",person,,", "name: Length", id="long name"),
        pytest.param("Ana,,,", "type: Must be one of: person, organisation, place.", id="no type"),
        pytest.param("Ana,thing,,", "type: Must be one of", id="other type"),
        pytest.param("Ana", "type: Missing data", id="too few cells"),
        pytest.param("Sousa, Ana,person,,", "more cells than the header has", id="bare comma"),
        pytest.param(f"Ana,person,{'x' * 201},", "aliases: 0: Length", id="long alias"),
        pytest.param(f"Ana,person,{'x|' * 51},", "aliases: Longer than", id="many aliases"),
        pytest.param("Ana,person,,/people/ana", "uri: Must be an absolute URI.", id="relative"),
        pytest.param("Ana,person,,x:a b", "uri: Must be an absolute URI.", id="white space"),
        pytest.param("Ana,person,,1x:a", "uri: Must be an absolute URI.", id="no scheme"),
        pytest.param(f"Ana,person,,x:{'a' * 2000}", "uri: Longer than", id="long URI"),
        pytest.param('Ana,person,,"x', "not CSV: unexpected end of data", id="open quote"),
    ],
)
def test_bad_rows(write, row, fault):
    """A row that cannot be used is told by the line that it starts on, and by its fault."""
    path = write(f'{HEADER}"Ana\nSousa",person,,\n{row}\n')
    (told,) = faults_of(path)
    assert told.startswith(f"line 4: {fault}")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        pytest.param("{", "not JSON", id="cut off"),
        pytest.param("[" * 100_000, "not JSON", id="deep"),
        pytest.param('{"name": ' + "9" * 5000 + "}", "not JSON", id="huge number"),
        pytest.param("[]", "not a JSON object", id="list"),
        pytest.param("{}", "name: Missing data for required field.", id="empty"),
        pytest.param('{"name": 1, "type": "person"}', "name: Not a valid string.", id="number"),
        pytest.param('{"name": "A", "type": ["person"]}', "type: Not a valid string.", id="type"),
        pytest.param(
            '{"name": "A", "type": "place", "aliases": "B|C"}', "aliases: Not a valid", id="aliases"
        ),
        pytest.param(
            '{"name": "A", "type": "place", "aliases": ["B", 1]}', "aliases: 1: Not", id="alias"
        ),
        pytest.param('{"name": "A", "type": "place", "uri": 5}', "uri: Not a valid", id="uri"),
    ],
)
def test_bad_lines(write, line, fault):
    """A line that cannot be used is told by its number and its fault, whatever it holds."""
    good = '{"name": "one\\u2028line\u2028all the same", "type": "place"}'
    (told,) = faults_of(write(f"{good}\n\n{line}", "known.jsonl"))
    assert told.startswith(f"line 3: {fault}")


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("known.txt", CSV, "the file's name ends neither in .csv nor in .jsonl or .ndjson"),
        ("known.csv", "name;type\n", "line 1: the header has no column name"),
        ("known.csv", "name,aliases\n", "line 1: the header has no column type"),
        ("known.csv", "name,type,URI,uri\n", "line 1: the header has the column uri twice"),
        ("known.csv", "", "the file holds no entity"),
        ("known.csv", HEADER, "the file holds no entity"),
        ("known.jsonl", "\n", "the file holds no entity"),
        ("known.csv", CSV.encode() + b"Jos\xe9,person,,\n", "line 4: not UTF-8"),
    ],
)
def test_bad_files(write, name, content, fault):
    """A file that cannot be used as a whole is refused with the reason."""
    assert faults_of(write(content, name)) == (fault,)


def test_unreadable_files(write, tmp_path, monkeypatch):
    """A file that is missing, no file, closed to us or too long is refused, and none is waited for."""
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    for name in ("missing.csv", "pipe.csv", "folder.csv", "nul\0.csv"):
        assert faults_of(tmp_path / name) == ("there is no such file",)
    too_long = tmp_path / ("x" * 5000 + ".csv")
    assert faults_of(too_long) == ("the file cannot be read: File name too long",)
    monkeypatch.setattr("service.authority.MAX_FILE_BYTES", len(CSV) - 1)
    assert faults_of(write(CSV)) == (f"the file is longer than {len(CSV) - 1} bytes",)
    monkeypatch.setattr("service.authority.MAX_FILE_BYTES", len(CSV))
    assert len(load_authority(write(CSV))) == 2


def test_first_faults_are_listed(write):
    """One error lists the first of the bad lines, in their order."""
    faults = faults_of(write(HEADER + "Ana,thing,,\n" * (MAX_FAULTS + 1)))
    assert len(faults) == MAX_FAULTS
    assert [fault.split(":")[0] for fault in faults] == [f"line {n + 2}" for n in range(MAX_FAULTS)]


def test_files_are_read_where_nothing_is_kept(write):
    """An application of its own reads its file, knows nobody without one, and keeps nothing."""
    path = write(CSV)
    assert len(find_authority(str(path))) == 2
    assert len(find_authority(None)) == 0
    path.write_text(HEADER)
    with pytest.raises(InvalidAuthority):
        find_authority(str(path))


def test_what_is_kept_is_found(write):
    """What the process has read once is found again, whatever became of the file."""
    path = write(CSV)
    with structlog.testing.capture_logs() as events:
        keep_authority(str(path))
        keep_authority(None)
    assert events == [{"event": "authority_read", "log_level": "info", "entities": 2}]
    path.unlink()
    kept = find_authority(str(path))
    assert look_up(kept, "Ana Sousa") == (SOUSA,)
    assert find_authority(str(path)) is kept


def test_children_inherit_what_is_kept(write):
    """A process that is forked knows what its parent read last, without reading the file."""
    path = write(CSV)
    keep_authority(str(path))
    path.write_text(SECRET)
    refresh_authority(str(path))
    if (child := os.fork()) == 0:
        os._exit(len(find_authority(str(path))))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2


def test_files_are_read_again(write):
    """A file that is in order when it is read again replaces what was kept."""
    path = write(CSV)
    keep_authority(str(path))
    path.write_text(HEADER + "Rui Costa,person,,\n")
    refresh_authority(str(path))
    refresh_authority(None)
    authority = find_authority(str(path))
    assert look_up(authority, "Rui Costa") and not look_up(authority, "Ana Sousa")


def test_broken_files_change_nothing(write):
    """A file that is broken when it is read again is told by lines and faults, and not used."""
    path = write(CSV)
    keep_authority(str(path))
    kept = find_authority(str(path))
    path.write_text(f"{HEADER}{SECRET},{SECRET},{SECRET},{SECRET}\n{SECRET},person,,{SECRET}\n")
    with structlog.testing.capture_logs() as events:
        refresh_authority(str(path))
    (event,) = events
    assert (event["event"], event["log_level"]) == ("authority_refused", "critical")
    assert [fault.split(":")[0] for fault in event["faults"]] == ["line 2", "line 3"]
    assert SECRET not in str(events)
    assert find_authority(str(path)) is kept


def test_a_broken_file_at_the_start_is_told(write):
    """A file that is broken when it is first read is an error, which quotes nothing of it."""
    path = write(HEADER + f"{SECRET},{SECRET},,\n")
    with pytest.raises(InvalidAuthority, match=r"^line 2: type: Must be one of") as caught:
        keep_authority(str(path))
    assert SECRET not in str(caught.value)
