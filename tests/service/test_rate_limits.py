"""How often callers may call, and what they are told."""

import json
import logging
import re
import socket
import time

import pytest

from service.keys import make_key, render_line
from service.rate_limits import find_network
from tests.service.redis_server import RedisServer

TEXT = {"text": "“We wait,” said Ana Sousa."}
BUSY, CALM = make_key(), make_key()


@pytest.fixture
def keys_file(tmp_path):
    path = tmp_path / "keys.txt"
    path.touch(mode=0o600)
    path.write_text(f"{render_line('busy', BUSY)} 3/hour\n{render_line('calm', CALM)}\n")
    return str(path)


@pytest.fixture
def redis(tmp_path):
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


def ask(client, times=1, path="/v1/analyze", **options):
    """Return the statuses of so many requests."""
    return [client.post(path, json=TEXT, **options).status_code for _ in range(times)]


def of(address):
    return {"environ_base": {"REMOTE_ADDR": address}}


def test_who_calls_too_often_is_refused(build):
    """Requests beyond the rate get a problem that says when to come back, and cost nothing."""
    client = build(rate_limit="2/minute").test_client()
    assert ask(client, 2) == [200, 200]
    refused = client.post("/v1/analyze", json=TEXT)
    assert refused.status_code == 429
    assert refused.content_type == "application/problem+json"
    assert refused.json["type"] == "urn:whosaid:problem:too-many-requests"
    assert refused.json["detail"] == "too many requests: the limit is 2 per 1 minute"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


def test_callers_are_told_what_is_left(build):
    """Each answer tells the rate, what is left of it, and until when."""
    client = build(rate_limit="2/minute").test_client()
    for left, status in ((1, 200), (0, 200), (0, 429)):
        response = client.post("/v1/analyze", json=TEXT)
        headers = response.headers
        assert headers["RateLimit-Policy"] == '"requests";q=2;w=60'
        seconds = re.fullmatch(rf'"requests";r={left};t=(\d+)', headers["RateLimit"])
        assert 1 <= int(seconds[1]) <= 60
        assert response.status_code == status
        assert ("Retry-After" in headers) is (status == 429)


def test_a_time_that_is_over_counts_no_more(build):
    """After as long as Retry-After says, requests are answered again."""
    client = build(rate_limit="1/second").test_client()
    assert ask(client) == [200]
    refused = client.post("/v1/analyze", json=TEXT)
    while refused.status_code != 429:  # the second was over in between
        refused = client.post("/v1/analyze", json=TEXT)
    time.sleep(int(refused.headers["Retry-After"]))
    assert ask(client) == [200]


def test_all_that_reads_texts_is_counted_together(build):
    """The rate is that of a caller, not of a path; a batch counts as one request."""
    client = build(rate_limit="4/hour").test_client()
    batch = client.post("/v1/analyze/batch", json=[TEXT] * 10)
    assert batch.status_code == 200
    assert ask(client, path="/v1/quotes") + ask(client, path="/v1/entities") == [200, 200]
    assert client.get("/v1/capabilities").status_code == 200
    assert ask(client) == [429]


def test_bad_requests_count(build):
    """Who sends nonsense is not let off."""
    client = build(rate_limit="2/hour").test_client()
    assert [client.post("/v1/analyze", json={}).status_code for _ in range(3)] == [422, 422, 429]


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/openapi.json", "/docs/"])
def test_what_does_not_count(build, path):
    """Probes, numbers and documents are never refused, and tell of no rate."""
    client = build(rate_limit="1/hour").test_client()
    responses = [client.get(path) for _ in range(3)]
    assert [response.status_code for response in responses] == [200] * 3
    assert "RateLimit" not in responses[0].headers
    assert ask(client) == [200]


def test_preflights_do_not_count(build):
    """A browser that asks whether it may send uses nothing up."""
    client = build(rate_limit="1/hour", cors_origins=("*",)).test_client()
    for _ in range(3):
        assert client.options("/v1/analyze").status_code == 204
    assert ask(client) == [200]


def test_several_rates(build):
    """Of several rates each holds; the one that is broken is told."""
    client = build(rate_limit="2/hour; 100/day").test_client()
    assert ask(client, 2) == [200, 200]
    refused = client.post("/v1/analyze", json=TEXT)
    assert refused.headers["RateLimit-Policy"] == '"requests";q=2;w=3600'


def test_without_a_rate_nothing_is_counted(client):
    """Nobody is limited unless the operator says so."""
    response = client.post("/v1/analyze", json=TEXT)
    assert "RateLimit" not in response.headers


def test_addresses_are_counted_apart(build):
    """Without keys, one caller does not use up what another has."""
    client = build(rate_limit="1/hour").test_client()
    assert ask(client, 2, **of("192.0.2.1")) == [200, 429]
    assert ask(client, **of("192.0.2.2")) == [200]
    assert ask(client, **of("2001:db8::1")) == [200]
    assert ask(client, **of("2001:db8::2")) == [429]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", "unknown"),
        ("192.0.2.1:8000", "192.0.2.1"),
        ("[2001:db8:1:2:3:4:5:6]:443", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2:3:4:5:6]", "2001:db8:1:2::/64"),
        ("[::ffff:192.0.2.1]:443", "192.0.2.1"),
        ("2001:db8::1:443", "2001:db8::/64"),
        ("[]:443", "unknown"),
        ("192.0.2.1:", "unknown"),
        ("nonsense:443", "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_networks(address, network):
    """What one subscriber has counts as one caller; whoever has no address is one as well."""
    assert find_network(address) == network


@pytest.mark.parametrize(
    ("proxies", "statuses"),
    [
        pytest.param(0, [200, 429, 429], id="trusted: none"),
        pytest.param(1, [200, 200, 429], id="trusted: the last"),
        pytest.param(2, [200, 429, 200], id="trusted: the last two"),
        pytest.param(3, [200, 429, 429], id="trusted: more than there are"),
    ],
)
def test_proxies(build, proxies, statuses):
    """X-Forwarded-For is believed of as many proxies as the operator names, from the right."""
    client = build(rate_limit="1/hour", trusted_proxies=proxies).test_client()
    forwarded = ["192.0.2.1, 192.0.2.9", "192.0.2.1, 192.0.2.8", "192.0.2.2, 192.0.2.8"]
    assert [ask(client, headers={"X-Forwarded-For": each})[0] for each in forwarded] == statuses


def test_keys_are_counted_apart(build, keys_file):
    """Each key has its own rate or everybody's; from where it is sent does not matter."""
    client = build(keys_file=keys_file, rate_limit="1/hour").test_client()
    busy, calm = {"X-API-Key": BUSY}, {"X-API-Key": CALM}
    assert ask(client, 2, headers=busy, **of("192.0.2.1")) == [200, 200]
    assert ask(client, 2, headers=busy, **of("192.0.2.2")) == [200, 429]
    assert ask(client, 2, headers=calm) == [200, 429]


def test_keys_without_a_rate_are_not_limited(build, keys_file):
    """Where only some keys have a rate, the others have none."""
    client = build(keys_file=keys_file).test_client()
    assert ask(client, 4, headers={"X-API-Key": BUSY}) == [200, 200, 200, 429]
    answer = client.post("/v1/analyze", json=TEXT, headers={"X-API-Key": CALM})
    assert answer.status_code == 200
    assert "RateLimit" not in answer.headers


def test_strangers_use_nothing_up(build, keys_file):
    """Who has no key is refused as such, however often, and costs nobody a request."""
    client = build(keys_file=keys_file, rate_limit="1/hour").test_client()
    assert ask(client, 5, headers={"X-API-Key": "busy"}) == [401] * 5
    assert ask(client, headers={"X-API-Key": CALM}) == [200]


def test_addresses_are_not_logged(build, caplog):
    """Who was refused is told by the status and the id of a key, never by an address."""
    caplog.set_level(logging.DEBUG)
    client = build(rate_limit="1/hour").test_client()
    assert ask(client, 2, **of("192.0.2.77")) == [200, 429]
    assert "192.0.2.77" not in caplog.text


def test_redis_counts_for_all(build, redis):
    """With Redis, workers count together."""
    clients = [
        build(rate_limit="3/hour", rate_limit_storage=redis.url).test_client() for _ in range(2)
    ]
    statuses = [ask(clients[n % 2])[0] for n in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


def test_without_redis_each_worker_counts(build, redis, caplog):
    """While Redis is away, requests are answered, and counted by each worker; then together again."""
    first, second = (
        build(rate_limit="2/hour", rate_limit_storage=redis.url).test_client() for _ in range(2)
    )
    assert ask(first) == [200]
    redis.stop()
    assert ask(first, 3) == [200, 200, 429]
    assert ask(second, 3) == [200, 200, 429]
    lost = [record for record in caplog.records if record.name == "flask-limiter"]
    assert len(lost) == 2
    assert all("unreachable" in record.getMessage() for record in lost)
    redis.start()
    deadline = time.monotonic() + 40
    while ask(first) != [200]:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_redis_that_is_away_at_the_start(build, redis):
    """A service starts and answers without the Redis that it should count in."""
    redis.stop()
    client = build(rate_limit="1/hour", rate_limit_storage=redis.url).test_client()
    assert ask(client, 2) == [200, 429]


def test_redis_that_goes_between_two_questions(build, redis, monkeypatch):
    """Where Redis is lost once a request was counted, its answer only lacks what is left."""
    app = build(rate_limit="9/hour", rate_limit_storage=redis.url)
    view = app.view_functions["v1.analyze"]
    monkeypatch.setitem(
        app.view_functions, "v1.analyze", lambda **values: (redis.stop(), view(**values))[1]
    )
    response = app.test_client().post("/v1/analyze", json=TEXT)
    assert response.status_code == 200
    assert "RateLimit" not in response.headers


def test_redis_that_hangs(build, redis):
    """A Redis that takes connections and never answers holds nobody up for long."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        client = build(rate_limit="9/hour", rate_limit_storage=url).test_client()
        began = time.monotonic()
        assert ask(client, 3) == [200] * 3
        assert time.monotonic() - began < 5


def test_rates_are_no_part_of_what_is_submitted(build, redis):
    """What Redis is told of a caller is the id of a key or an address, and nothing of a text."""
    client = build(rate_limit="9/hour", rate_limit_storage=redis.url).test_client()
    ask(client)
    with socket.create_connection(("127.0.0.1", redis.port)) as connection:
        connection.sendall(b"KEYS *\r\n")
        kept = connection.recv(65_536).decode()
    assert "LIMITER/whosaid/address:127.0.0.1/global/9/1/hour" in kept
    assert "Sousa" not in json.dumps(kept)
