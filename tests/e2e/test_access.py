"""Keys, limits and headers of the service as it runs."""

import signal

import pytest

from service.keys import make_key, render_line
from tests.e2e.test_privacy import send_bytes

TEXT = {"text": "“We wait,” said Ana Sousa."}


def write(path, *lines):
    """Put a new file in place, as an operator should."""
    new = path.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text("\n".join(lines))
    new.rename(path)


def status_of(service, key):
    return service.post(json=TEXT, headers={"Authorization": f"Bearer {key}"}).status_code


def test_keys_are_exchanged_without_a_restart(launch, tmp_path):
    """After SIGHUP new keys open the service and old ones do not; a broken file changes nothing."""
    path = tmp_path / "keys.txt"
    old, new = make_key(), make_key()
    write(path, render_line("old", old))
    service = launch(WHOSAID_KEYS_FILE=str(path))
    service.wait_until_ready(30)
    assert (status_of(service, old), status_of(service, new)) == (200, 401)
    write(path, render_line("new", new))
    service.process.send_signal(signal.SIGHUP)
    service.wait_for(lambda: (status_of(service, old), status_of(service, new)) == (401, 200), 30)
    write(path, "new sha256:broken")
    service.process.send_signal(signal.SIGHUP)
    service.wait_for(lambda: '"keys_refused"' in service.log.read_text(), 30)
    service.wait_for(lambda: service.log.read_text().count('"model_loaded"') == 3, 30)
    service.wait_for(lambda: status_of(service, new) == 200, 30)
    assert status_of(service, old) == 401
    service.process.terminate()
    assert service.process.wait(30) == 0
    log = service.log.read_text()
    assert old[8:] not in log
    assert new[8:] not in log


def test_bad_keys_stop_the_start(launch, tmp_path):
    """A service whose keys cannot be read does not start, and says in which line."""
    path = tmp_path / "keys.txt"
    write(path, render_line("cms", make_key()), make_key())
    service = launch(WHOSAID_KEYS_FILE=str(path))
    assert service.process.wait(30) != 0
    log = service.log.read_text()
    assert "line 2: the id is not 1 to 64 letters" in log
    assert "Traceback" not in log
    assert "whosaid_" not in log


def test_each_worker_counts_in_its_own_memory(launch):
    """Without Redis, each worker lets a caller have the rate: no fewer requests, and no more."""
    service = launch(WHOSAID_RATE_LIMIT="5/hour", WEB_CONCURRENCY="2")
    service.wait_until_ready(30, workers=2)
    statuses = [service.post(json=TEXT).status_code for _ in range(30)]
    assert 5 <= statuses.count(200) <= 10
    assert set(statuses) <= {200, 429}


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", id="answer"),
        pytest.param(
            b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", id="problem"
        ),
        pytest.param(b"nonsense\r\n\r\n", id="no HTTP"),
    ],
)
def test_no_answer_tells_versions(launch, sent):
    """No answer names the version of anything that is installed, whoever writes it."""
    service = launch()
    service.wait_until_ready(30)
    head = send_bytes(service.url, sent).partition(b"\r\n\r\n")[0].lower()
    assert head.startswith(b"http/1.1 ")
    assert b"x-content-type-options: nosniff" in head
    for line in head.split(b"\r\n")[1:]:
        if line.startswith(b"server:"):
            assert line == b"server: gunicorn"
    assert b"python" not in head
    assert b"werkzeug" not in head
