"""nginx, with the configuration that ships, before two services."""

import json
import re
import subprocess
import time

import pytest
import requests

from deploy.e2e.balancer import (
    CONFIGURATION,
    NGINX,
    balance,
    build_command,
    count_written,
    render,
    write_configuration,
)
from deploy.e2e.streams import COMPLETE, Stream
from evaluation.server import find_free_port
from service.settings import Settings
from tests.e2e.conftest import launching

WRITTEN = CONFIGURATION.read_text()
SETTINGS = Settings()
SECRET = "Zanzibar"
STORY = {"text": f"“We wait,” said Ana Sousa of {SECRET}."}
# gunicorn's own, which the service leaves as it is.
KEEPALIVE_SECONDS = 2

needs_nginx = pytest.mark.skipif(NGINX is None, reason="no nginx here: make nginx")


class Front:
    """nginx before two services, of which the second may be one that loads for a while."""

    def __init__(self, folder, port, services):
        self.folder = folder
        self.port = port
        self.services = services

    def ask(self, method="POST", path="/v1/analyze", **options):
        return requests.request(
            method, f"http://127.0.0.1:{self.port}{path}", timeout=60, **options
        )

    def read_log(self):
        return [json.loads(line) for line in (self.folder / "access.log").read_text().splitlines()]


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nginx")
    port = find_free_port()
    with launching(folder) as start:
        services = [start(), start()]
        for service in services:
            service.wait_until_ready(120)
        ports = [int(service.url.rpartition(":")[2]) for service in services]
        with balance(folder, port, ports):
            yield Front(folder, port, services)


def read(directive):
    """The values of a directive, in the order in which they stand."""
    return re.findall(rf"^\s*{directive} ([^;]+);", WRITTEN, re.MULTILINE)


def read_seconds(directive):
    return [float(value.removesuffix("s")) for value in read(directive)]


def test_sizes_fit_the_service():
    """The longest body that the service takes passes, and is held in memory."""
    limit, unlimited = read("client_max_body_size")
    assert unlimited == "0"
    assert int(limit.removesuffix("m")) * 2**20 >= SETTINGS.max_body_bytes
    assert read("client_body_buffer_size")[0] == limit
    assert read("proxy_max_temp_file_size") == ["0"]


def test_times_fit_the_service():
    """The service's own refusals come before nginx's, and its waits are the same."""
    (patience,) = read_seconds("proxy_read_timeout")
    assert patience > SETTINGS.deadline_seconds
    assert read_seconds("client_body_timeout")[0] > SETTINGS.deadline_seconds
    assert read_seconds("proxy_next_upstream_timeout")[0] < SETTINGS.deadline_seconds
    assert read_seconds("keepalive_timeout")[0] < KEEPALIVE_SECONDS
    assert f"Retry-After {SETTINGS.retry_after_seconds} always" in read("add_header")


@pytest.mark.parametrize(
    ("configuration", "instances"),
    [
        pytest.param("", (1, 2), id="nothing to change"),
        pytest.param(WRITTEN + WRITTEN, (1, 2), id="everything twice"),
        pytest.param(WRITTEN, (1,), id="too few ports"),
    ],
)
def test_only_what_is_known_is_rendered(configuration, instances, tmp_path):
    """A configuration that is not as expected is not run with other ports."""
    with pytest.raises(ValueError):
        render(configuration, 1, instances, tmp_path)


@needs_nginx
def test_nginx_takes_it(tmp_path):
    """The check of nginx itself accepts the configuration."""
    main = write_configuration(tmp_path, find_free_port(), (1, 2))
    done = subprocess.run([*build_command(main), "-t"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@needs_nginx
def test_both_are_asked(front):
    """Requests go to both instances in turn."""
    for _ in range(4):
        assert front.ask(json=STORY).status_code == 200
    asked = [line["instances"] for line in front.read_log()[-4:]]
    assert asked[:2] == asked[2:]
    assert len(set(asked)) == 2


@needs_nginx
def test_requests_have_one_name(front):
    """A caller's name for a request reaches the service, and one that nginx makes comes back."""
    named = front.ask(json=STORY, headers={"X-Request-ID": "story-4711"})
    assert named.headers["X-Request-ID"] == "story-4711"
    unnamed = front.ask(json=STORY).headers["X-Request-ID"]
    assert [line["request_id"] for line in front.read_log()[-2:]] == ["story-4711", unnamed]
    answered = [
        event["request_id"]
        for service in front.services
        for event in service.events()
        if event["event"] == "answered"
    ]
    assert {"story-4711", unnamed} <= set(answered)


@needs_nginx
@pytest.mark.parametrize("path", ["/metrics", "//metrics", "/%6detrics", "/x/../metrics"])
def test_metrics_are_for_nobody(front, path):
    """How much is asked for is not told outside, however the path is written."""
    session = requests.Session()
    request = requests.Request("GET", f"http://127.0.0.1:{front.port}/").prepare()
    request.url = f"http://127.0.0.1:{front.port}{path}"
    assert session.send(request, timeout=10).status_code == 403


@needs_nginx
def test_the_way_in_for_streams_is_not_open(front):
    """The location that streams are sent to inside nginx cannot be asked from outside."""
    assert front.ask(path="/stream", json=STORY).status_code == 404


@needs_nginx
@pytest.mark.parametrize("path", ["/v1/analyze", "/v1/analyze/batch"])
def test_nothing_is_written(front, path):
    """Bodies and answers that are long stay in memory, and the log has nothing of them."""
    story = {"text": STORY["text"] + "😀" * 399_000, "include": ["text"]}
    body = json.dumps(story if path == "/v1/analyze" else [story])
    assert len(body) > 4_500_000
    answered = front.ask(
        path=f"{path}?id={SECRET}", data=body, headers={"Content-Type": "application/json"}
    )
    assert answered.status_code == 200, answered.text[:300]
    assert len(answered.content) > 1_500_000
    assert count_written(front.folder) == 0
    logged = [(front.folder / name).read_text() for name in ("access.log", "nginx.log")]
    assert not any(SECRET in log for log in logged)


@needs_nginx
def test_streams_are_answered_while_they_are_sent(front):
    """Lines have their answers before the last one is sent, whatever is said of their type."""
    line = json.dumps({"text": STORY["text"] + " x" * 600}).encode() + b"\n"
    stream = Stream(front.port, [line], 0.1)
    ends = time.monotonic() + 30
    while len(stream.results) < 3 and time.monotonic() < ends:
        time.sleep(0.05)
    answered = len(stream.results)
    stream.finish()
    assert answered >= 3
    assert (stream.ending, stream.status) == (COMPLETE, 200)
    assert len(stream.results) == len(stream.sent)


@needs_nginx
def test_streams_may_be_longer_than_a_body(front):
    """A file of lines passes, however long it is, also where its length is said at once."""
    lines = b" " * 7_000_000 + b"\n" + json.dumps(STORY).encode()
    answered = front.ask(
        path="/v1/analyze/batch", data=lines, headers={"Content-Type": "application/x-ndjson"}
    )
    assert answered.status_code == 200
    assert json.loads(answered.text.splitlines()[-1])["status"] == 200


@needs_nginx
def test_one_that_stops_is_not_missed(front):
    """While an instance stops, and once it is gone, the other answers; after both, nginx refuses."""
    first, second = front.services
    second.process.terminate()
    statuses = []
    while second.process.poll() is None:
        statuses.append(front.ask(json=STORY).status_code)
    statuses += [front.ask(json=STORY).status_code for _ in range(4)]
    statuses += [front.ask(path="/v1/analyze/batch", json=[STORY]).status_code for _ in range(4)]
    assert set(statuses) == {200}
    first.process.terminate()
    first.process.wait(60)
    refused = front.ask(json=STORY, headers={"X-Request-ID": "story-4712"})
    assert refused.status_code == 503
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.headers["Retry-After"] == str(SETTINGS.retry_after_seconds)
    assert refused.json()["type"] == "urn:whosaid:problem:not-ready"
    assert refused.json()["request_id"] == refused.headers["X-Request-ID"] == "story-4712"
