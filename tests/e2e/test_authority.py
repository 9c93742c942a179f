"""The authority file of a running service: read at its start, and again at SIGHUP."""

import signal

import pytest

SECRET = "Zanzibar"
TEXT = "“We will rebuild the bridge,” said Ana Sousa, the mayor."


@pytest.fixture
def known(tmp_path):
    """Write the file that a service is to read, and return its path."""
    path = tmp_path / "known.csv"

    def write(content):
        # Moved into place, as an export should be, so that no half of it is ever read.
        new = tmp_path / "known.new"
        new.write_text(f"name,type,uri\n{content}\n", encoding="utf-8")
        new.replace(path)
        return str(path)

    return write


def find_uris(service):
    """Return the URIs that a service answers for the people of a text."""
    response = service.post(json={"text": TEXT})
    assert response.status_code == 200, response.text
    return [each["uri"] for each in response.json()["people"]]


def count(service, event):
    return service.log.read_text().count(f'"{event}"')


def reload_workers(service):
    """Have a service of one worker start another in its place, and wait until only that is left."""
    loaded, left = count(service, "model_loaded"), count_left(service)
    service.process.send_signal(signal.SIGHUP)
    service.wait_for(lambda: count(service, "model_loaded") > loaded, 30)
    service.wait_for(lambda: count_left(service) > left, 30)


def count_left(service):
    return service.log.read_text().count("Worker exiting")


def test_a_file_is_read_at_the_start_and_at_sighup(launch, known):
    """A running service knows what its file held when it was last told to read it."""
    service = launch(WHOSAID_AUTHORITY_FILE=known("Ana Sousa,person,x:1"))
    service.wait_until_ready(30)
    assert find_uris(service) == ["x:1"]
    known("Ana Sousa,person,x:2")
    assert find_uris(service) == ["x:1"]
    reload_workers(service)
    assert find_uris(service) == ["x:2"]


def test_a_broken_file_at_sighup_takes_nothing_down(launch, known):
    """A service told to read a broken file says so, and goes on with the last good one."""
    service = launch(WHOSAID_AUTHORITY_FILE=known("Ana Sousa,person,x:1"))
    service.wait_until_ready(30)
    known(f"{SECRET},{SECRET},x:2")
    reload_workers(service)
    assert find_uris(service) == ["x:1"]
    (refused,) = [event for event in service.events() if event["event"] == "authority_refused"]
    assert refused["level"] == "critical"
    assert [fault.split(":")[0] for fault in refused["faults"]] == ["line 2"]
    known("Ana Sousa,person,x:3")
    reload_workers(service)
    assert find_uris(service) == ["x:3"]
    assert SECRET not in service.log.read_text()


def test_new_workers_know_the_last_good_file(launch, known):
    """A worker that takes a lost one's place inherits what was read, whatever the file holds now."""
    service = launch(WHOSAID_AUTHORITY_FILE=known("Ana Sousa,person,x:1"))
    service.wait_until_ready(30)
    known(SECRET)
    service.process.send_signal(signal.SIGTTIN)
    service.wait_until_ready(30, workers=2)
    assert {uri for _ in range(20) for uri in find_uris(service)} == {"x:1"}
    assert count(service, "authority_read") == 1


def test_a_broken_file_ends_the_start(launch, known):
    """A service whose file is broken does not start, and says which lines are."""
    service = launch(WHOSAID_AUTHORITY_FILE=known(f"{SECRET},{SECRET},x:2"))
    assert service.process.wait(30) == 1
    log = service.log.read_text()
    assert "line 2: type: Must be one of: person, organisation, place." in log
    assert SECRET not in log
    assert "Traceback" not in log
