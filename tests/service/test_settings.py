from dataclasses import fields

import pytest

from service.settings import InvalidSettings, Settings


def test_defaults():
    """An empty environment gives the defaults, with all cores to one worker."""
    assert Settings.from_env({}, cores=6) == Settings(inference_threads=6)


def test_every_setting_says_what_it_does():
    """Each field names its variable, no two the same one, and has a sentence of help."""
    about = [setting.metadata for setting in fields(Settings)]
    assert len({each["variable"] for each in about}) == len(about)
    assert all(each["help"].endswith(".") for each in about)


@pytest.mark.parametrize(
    ("workers", "cores", "expected"), [(1, 4, 4), (2, 4, 2), (3, 4, 1), (4, 2, 1), (16, 1, 1)]
)
def test_cores_are_shared_among_workers(workers, cores, expected):
    """Workers together compute with no more threads than there are cores, if one each is enough."""
    settings = Settings.from_env({"WEB_CONCURRENCY": str(workers)}, cores=cores)
    assert settings.inference_threads == expected


def test_cores_of_this_process_count():
    """Without a count, the cores that this process may use are shared."""
    assert Settings.from_env({}).inference_threads >= 1


@pytest.mark.parametrize(
    ("variable", "written", "field", "expected"),
    [
        ("PORT", "80", "port", 80),
        ("WHOSAID_HOST", "0.0.0.0", "host", "0.0.0.0"),
        ("WHOSAID_DEADLINE_SECONDS", "1.5", "deadline_seconds", 1.5),
        ("WHOSAID_ARRIVAL_SECONDS", "0.5", "arrival_seconds", 0.5),
        ("WHOSAID_INFERENCE_THREADS", "3", "inference_threads", 3),
        ("WHOSAID_DEFAULT_SCOPE", "all", "default_scope", "all"),
        ("WHOSAID_LOG_LEVEL", "debug", "log_level", "debug"),
        ("WHOSAID_STANZA_PACKAGES", "de, fr:x,", "stanza_packages", ("de", "fr:x")),
        ("WHOSAID_AUTHORITY_FILE", "names.csv", "authority_file", "names.csv"),
        ("WHOSAID_KEYS_FILE", "keys.txt", "keys_file", "keys.txt"),
        ("WHOSAID_RATE_LIMIT", "10/second; 600/minute", "rate_limit", "10/second; 600/minute"),
        ("WHOSAID_RATE_LIMIT_STORAGE", "redis://a:1/0", "rate_limit_storage", "redis://a:1/0"),
        ("WHOSAID_TRUSTED_PROXIES", "2", "trusted_proxies", 2),
        ("WHOSAID_CORS_ORIGINS", "*", "cors_origins", ("*",)),
        ("WHOSAID_CORS_ORIGINS", "https://a.example", "cors_origins", ("https://a.example",)),
        ("WHOSAID_TRACING", "Yes", "tracing", True),
        ("WHOSAID_TRACING", "no", "tracing", False),
        ("WHOSAID_BATCH_MAX_ITEMS", "5", "batch_max_items", 5),
        ("WHOSAID_MODELS_DIR", " /models ", "models_dir", "/models"),
        ("WHOSAID_METRICS_DIR", "", "metrics_dir", None),
    ],
)
def test_variables_are_read(variable, written, field, expected):
    """A variable sets its field; an empty one sets nothing."""
    assert getattr(Settings.from_env({variable: written}, cores=1), field) == expected


def test_every_bad_value_is_reported_at_once():
    """One error lists all that is wrong, whatever is wrong with it."""
    environ = {
        "PORT": "70000",
        "WEB_CONCURRENCY": "0",
        "WHOSAID_MAX_CHARS": "many",
        "WHOSAID_DEADLINE_SECONDS": "nan",
        "WHOSAID_DEFAULT_SCOPE": "some",
        "WHOSAID_LOG_LEVEL": "loud",
        "WHOSAID_TRACING": "1",
        "WHOSAID_RATE_LIMIT": "often",
        "WHOSAID_TRUSTED_PROXIES": "-1",
        "WHOSAID_CORS_ORIGINS": "news.example",
    }
    with pytest.raises(InvalidSettings) as caught:
        Settings.from_env(environ, cores=2)
    assert sorted(caught.value.faults) == [
        "PORT: 70000 is more than 65535",
        "WEB_CONCURRENCY: 0 is less than 1",
        "WHOSAID_CORS_ORIGINS: 'news.example': 'news.example' is no origin such as "
        "https://news.example:8443",
        "WHOSAID_DEADLINE_SECONDS: nan is less than 0.001",
        "WHOSAID_DEFAULT_SCOPE: 'some' is not one of speech, all",
        "WHOSAID_LOG_LEVEL: 'loud' is not one of debug, info, warning, error, critical",
        "WHOSAID_MAX_CHARS: 'many': not a number",
        "WHOSAID_RATE_LIMIT: 'often': not a rate such as 600/minute",
        "WHOSAID_TRACING: '1': say yes or no",
        "WHOSAID_TRUSTED_PROXIES: -1 is less than 0",
    ]
    assert str(caught.value).count("\n") == 9


def test_a_value_that_is_no_number_is_reported():
    """A value that cannot be read is reported also where it is the only fault."""
    with pytest.raises(InvalidSettings, match="PORT: 'http': not a number"):
        Settings.from_env({"PORT": "http"}, cores=1)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"threads": 68}, "WHOSAID_THREADS"),
        ({"threads": 79, "max_batches": 15}, "WHOSAID_MAX_BATCHES"),
        ({"queue_max_chars": 499_999}, "WHOSAID_QUEUE_MAX_CHARS"),
        ({"deadline_seconds": float("inf")}, "WHOSAID_DEADLINE_SECONDS"),
    ],
)
def test_contradictions_are_refused(changes, fault):
    """Settings that would let one request block all others cannot be built."""
    with pytest.raises(InvalidSettings, match=fault):
        Settings(**changes)


@pytest.mark.parametrize("url", ["mongodb://u:secret@a", "secret", "redis:secret", "Memory://"])
def test_storages_that_are_none(url):
    """A storage of another kind is refused, and its address, which may hold a password, not told."""
    with pytest.raises(InvalidSettings, match="WHOSAID_RATE_LIMIT_STORAGE") as caught:
        Settings(rate_limit_storage=url)
    assert "secret" not in str(caught.value)


def test_redis_is_an_extra(monkeypatch):
    """Redis is refused, with what to install, where its client is missing."""
    monkeypatch.setattr("service.settings.find_spec", lambda name: None)
    with pytest.raises(InvalidSettings, match=r"pip install 'whosaid\[redis\]'"):
        Settings(rate_limit_storage="redis://localhost")


def test_body_has_room_for_the_longest_text():
    """The longest text fits a body even if every character of it is escaped twice over."""
    settings = Settings(max_chars=10)
    assert settings.max_body_bytes >= len('{"text": "' + "\\ud83d\\ude00" * 10 + '"}')
