import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from service.scratch import UnusableFolder, find_place, prepare_folder, take_room


def fill(monkeypatch, folder):
    """Pretend that the disk of a folder is full."""
    allocate = os.posix_fallocate

    def refuse(descriptor, offset, length):
        if os.readlink(f"/proc/self/fd/{descriptor}").startswith(str(folder)):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        allocate(descriptor, offset, length)

    monkeypatch.setattr(os, "posix_fallocate", refuse)


@pytest.fixture
def temporary(monkeypatch, tmp_path):
    """Have a temporary folder that only this test uses."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def chosen(tmp_path):
    return tmp_path / "chosen"


@pytest.fixture
def no_temporary(monkeypatch):
    """Pretend that there is no temporary folder but what TMPDIR names; `/nowhere` is none."""

    def find():
        if os.environ["TMPDIR"] == "/nowhere":
            raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")
        return os.environ["TMPDIR"]

    monkeypatch.setenv("TMPDIR", "/nowhere")
    monkeypatch.setattr(tempfile, "gettempdir", find)


def list_names(folder):
    return [path.name for path in folder.iterdir()]


def test_a_chosen_folder_is_emptied(temporary, chosen):
    """A chosen folder is made, and emptied of metrics alone."""
    assert prepare_folder(str(chosen)) == str(chosen)
    (chosen / "counter_1.db").touch()
    (chosen / "other").touch()
    prepare_folder(str(chosen))
    assert list_names(chosen) == ["other"]
    assert list_names(temporary) == []


def test_a_temporary_folder_is_made(temporary):
    """Without a choice, the folder is a new temporary one."""
    folder = Path(prepare_folder(None))
    assert folder.parent == temporary
    assert list_names(folder) == []


def test_a_full_folder_is_told(monkeypatch, temporary, chosen):
    """A folder without room for metrics is refused by name, with the variable to set."""
    fill(monkeypatch, chosen)
    with pytest.raises(UnusableFolder, match=r"No space left .* WHOSAID_METRICS_DIR") as told:
        prepare_folder(str(chosen))
    assert str(chosen) in str(told.value)
    assert list_names(chosen) == []


def test_a_full_temporary_folder_is_told(monkeypatch, temporary, chosen):
    """A temporary folder without room to load a model is refused by name."""
    fill(monkeypatch, temporary)
    with pytest.raises(UnusableFolder, match="No space left on device; TMPDIR") as told:
        prepare_folder(str(chosen))
    assert str(temporary) in str(told.value)
    assert list_names(chosen) == []


def test_a_temporary_folder_that_cannot_be_made(monkeypatch, temporary):
    """A temporary folder that takes no new one is refused by name."""

    def refuse(prefix):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    with pytest.raises(UnusableFolder, match="TMPDIR") as told:
        prepare_folder(None)
    assert told.value.folder == str(temporary)


def test_no_folder_at_all(no_temporary):
    """Where nothing can be written to, both variables that help are named."""
    with pytest.raises(UnusableFolder, match="WHOSAID_METRICS_DIR or TMPDIR"):
        prepare_folder(None)


def test_the_only_folder_is_the_temporary_one(no_temporary, temporary, chosen):
    """Libraries that need temporary files find the one folder that can be written to."""
    prepare_folder(str(chosen))
    assert os.environ["TMPDIR"] == str(chosen)


def test_a_file_is_no_folder(temporary, tmp_path):
    """A folder that cannot be made is told."""
    (tmp_path / "file").touch()
    with pytest.raises(UnusableFolder, match=r"file/folder: (Not a directory|File exists)"):
        prepare_folder(str(tmp_path / "file" / "folder"))


WRITE = """
import os, sys
from pathlib import Path
from service.scratch import take_room, use_place

folder = os.environ["PROMETHEUS_MULTIPROC_DIR"] = sys.argv[1]
use_place(5)
take_room(folder, 5)

def measure():
    return {path.name: path.stat().st_size for path in Path(folder).iterdir()}

from service.observability import Metrics
metrics, before = Metrics(folder), measure()
for endpoint in range(20):
    for status in range(400, 420):
        metrics.requests.labels(f"/v1/some-endpoint-{endpoint}", str(status)).inc()
    metrics.request_seconds.labels(f"/v1/some-endpoint-{endpoint}").observe(1)
metrics.in_flight.inc()
assert measure() == before, (measure(), before)
assert b"whosaid_requests_in_flight 1.0" in metrics.render().data
written = metrics.render().get_data(as_text=True)
for name in ('requests_total{endpoint="/v1/some-endpoint-0",status="400"}',
             'request_seconds_count{endpoint="/v1/some-endpoint-0"}'):
    print(next(line.split()[1] for line in written.splitlines() if name in line))
"""


def test_metrics_are_written_where_room_was_taken(tmp_path):
    """prometheus_client writes to just the files that were made, and none of them grows."""
    assert write(tmp_path) == ["1.0", "1.0"]


def test_counts_outlive_workers(tmp_path):
    """A worker in the place of one that died counts on from there, and adds no file."""
    write(tmp_path)
    names = sorted(list_names(tmp_path))
    (tmp_path / "gauge_livesum_5.db").unlink()
    assert write(tmp_path) == ["2.0", "2.0"]
    assert sorted(list_names(tmp_path)) == names


def write(folder):
    command = [sys.executable, "-c", WRITE, str(folder)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, check=True, cwd=root, stdout=subprocess.PIPE, text=True)
    return done.stdout.split()


@pytest.mark.parametrize(
    ("taken", "place"),
    [
        pytest.param(set(), 0, id="nobody"),
        pytest.param({0, 1}, 2, id="all"),
        pytest.param({0, 2}, 1, id="one died"),
        pytest.param({1, 2}, 0, id="the first died"),
    ],
)
def test_the_lowest_place_is_taken(taken, place):
    """A place is nobody else's, and used again."""
    assert find_place(taken) == place


def test_without_room_counts_stay(monkeypatch, temporary, chosen):
    """Where there is no room for a worker, what a dead one counted stays; nothing is added."""
    prepare_folder(str(chosen))
    (chosen / "counter_1.db").write_bytes(b"counted")
    for full in (temporary, chosen):
        fill(monkeypatch, full)
        with pytest.raises(UnusableFolder):
            take_room(str(chosen), 1)
        assert list_names(chosen) == ["counter_1.db"]
        assert (chosen / "counter_1.db").read_bytes().startswith(b"counted")
