"""The service as it runs: gunicorn in a process of its own, spoken to over HTTP."""

import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

CLIENTS = 32
REAL = "service.app:create_app()"
TIMINGS = re.compile(rb'"timings_ms":\{[^}]*\}')

ARTICLES = [
    f"“We {verb} the bridge {n} times,” said Ana Sousa, the mayor. Rui Costa disagreed: “{n}? No!” 😀"
    for n, verb in enumerate(["cross", "paint", "close", "open"] * 16)
]


def ask(service, text):
    response = service.post(json={"text": text}, headers={"X-Request-ID": "same"})
    assert response.status_code == 200, response.text
    return TIMINGS.sub(b"", response.content)


def compare_concurrent_with_serial(service, articles):
    serial = [ask(service, article) for article in articles]
    with ThreadPoolExecutor(CLIENTS) as clients:
        concurrent = list(clients.map(lambda article: ask(service, article), articles))
    assert concurrent == serial


def test_concurrent_answers_are_the_serial_ones(launch):
    """Thirty-two clients at once get, byte for byte, what each gets alone."""
    service = launch(FAKE_SECONDS="0.01")
    service.wait_until_ready(30)
    compare_concurrent_with_serial(service, ARTICLES)
    assert service.measure("whosaid_batch_jobs_sum") > service.measure("whosaid_batch_jobs_count")


@pytest.mark.model
def test_concurrent_answers_of_the_model_are_the_serial_ones(launch):
    """Batching never changes an answer of the model that ships."""
    service = launch(REAL)
    service.wait_until_ready(180)
    compare_concurrent_with_serial(service, ARTICLES)


@pytest.mark.model
def test_the_model_answers_plain_text(launch):
    """The model that ships finds who says what, from one curl command's worth of text."""
    service = launch(REAL)
    service.wait_until_ready(180)
    text = (
        "“We will rebuild the bridge,” Prime Minister Ana Sousa told reporters in Porto on Monday."
    )
    answer = service.post(data=text.encode(), headers={"Content-Type": "text/plain"}).json()
    assert "Ana Sousa" in [person["name"] for person in answer["people"]]
    assert answer["quotes"][0]["text"] == "We will rebuild the bridge,"
    assert answer["quotes"][0]["speaker"]["name"] == "Ana Sousa"


def test_sigterm_loses_no_accepted_request(launch):
    """A service told to stop answers everybody it has let in, then ends well."""
    service = launch(FAKE_SECONDS="0.1", WHOSAID_BATCH_MAX_CHARS="1")
    service.wait_until_ready(30)
    with ThreadPoolExecutor(CLIENTS) as clients:
        asked = [clients.submit(ask, service, article) for article in ARTICLES[:CLIENTS]]
        service.wait_for(lambda: count_accepted(service) >= CLIENTS, 10)
        service.process.send_signal(signal.SIGTERM)
        assert all(each.result(30) for each in asked)
    assert service.process.wait(30) == 0


def count_accepted(service):
    """Count the requests on texts that are answered, then those that are not."""
    answered = service.measure('whosaid_requests_total{endpoint="/v1/analyze"')
    return answered + service.measure("whosaid_requests_in_flight") - 1


def test_callers_are_answered_or_refused(launch):
    """While a service stops under load, each connection is answered in full or never opened."""
    service = launch(FAKE_SECONDS="0.01", WEB_CONCURRENCY="2")
    service.wait_until_ready(30, workers=2)

    def ask_until_refused(_):
        answers = 0
        while True:
            try:
                ask(service, ARTICLES[0])
            except requests.ConnectionError as error:
                return answers, str(error)
            answers += 1

    with ThreadPoolExecutor(8) as clients:
        hammering = [clients.submit(ask_until_refused, n) for n in range(8)]
        time.sleep(0.5)
        service.process.send_signal(signal.SIGTERM)
        for each in hammering:
            answers, end = each.result(30)
            assert answers > 0
            assert "Failed to establish a new connection" in end
    assert service.process.wait(30) == 0


def test_a_model_that_cannot_be_loaded_ends_the_service(launch):
    """A service that cannot load its model says why and stops, with a status that says so."""
    service = launch("tests.e2e.app:create_broken()")
    assert service.process.wait(30) == 3
    (failure,) = [event for event in service.events() if event["event"] == "model_failed"]
    assert failure["detail"] == "the model is damaged"


def test_bad_settings_are_told(launch):
    """A service with bad settings does not start, and lists all of them."""
    service = launch(WHOSAID_MAX_CHARS="many", WEB_CONCURRENCY="0")
    assert service.process.wait(30) != 0
    log = service.log.read_text()
    assert "WHOSAID_MAX_CHARS: 'many': not a number" in log
    assert "WEB_CONCURRENCY: 0 is less than 1" in log
    assert "Traceback" not in log


def test_metrics_are_those_of_all_workers(launch):
    """Whichever worker answers, the metrics count the requests of all."""
    service = launch(WEB_CONCURRENCY="2")
    service.wait_until_ready(30, workers=2)
    before = service.measure('whosaid_requests_total{endpoint="/v1/analyze"')
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(lambda article: service.post(json={"text": article}), ARTICLES))
    counted = service.measure('whosaid_requests_total{endpoint="/v1/analyze"')
    assert counted - before == len(ARTICLES)


def test_log_is_json_and_holds_no_text(launch):
    """Every line of the log is one JSON object, from start to stop, and none quotes a text."""
    service = launch()
    service.wait_until_ready(30)
    assert service.post(json={"text": "Zanzibar"}).status_code == 200
    assert service.post(data="Zanzibar", params={"id": "Zanzibar"}).status_code == 415
    service.process.terminate()
    service.process.wait(30)
    assert {"model_loaded", "analyzed", "answered"} <= {
        event["event"] for event in service.events()
    }
    assert "Zanzibar" not in service.log.read_text()


@pytest.mark.parametrize("send", [bytes, lambda body: iter([body])], ids=["length", "chunked"])
def test_long_bodies(launch, send):
    """A body is accepted or refused by its length, announced or not, and the refusal arrives."""
    service = launch(WHOSAID_MAX_CHARS="1000")
    service.wait_until_ready(30)
    plain = {"Content-Type": "text/plain"}
    assert service.post(data=send(b"x" * 1000), headers=plain).status_code == 200
    refused = service.post(data=send(b"x" * 3_000_000), headers=plain)
    assert refused.status_code == 413
    assert refused.headers["Content-Type"] == "application/problem+json"
