"""The provider for Superdesk, with a Whosaid around it and in front of what Superdesk states.

The base class and the errors stand in for superdesk-core's, after superdesk/text_checkers/ai/base.py
and superdesk/errors.py; the shape of a tag is `ITagBase` of the widget's adapter.ts.
"""

import abc
import importlib.util
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from werkzeug.serving import make_server

from service.app import create_app
from service.keys import make_key, render_line
from service.services import services_of
from service.settings import Settings
from tests.fakes import FakeAnalyzer

PROVIDER = Path(__file__).parents[2] / "integrations/superdesk/whosaid_superdesk.py"
ITEM = {
    "guid": "urn:story:1",
    "language": "en",
    "headline": "Bridge reopens",
    "abstract": "<p>“It is safe,” Ana Sousa said.</p>",
    "body_html": "<p>“We promised,” Ana Sousa told Rui Costa.</p><p>Rui Costa left.</p>",
}


class Ranking(FakeAnalyzer):
    """Makes what is named last the most salient."""

    def analyze(self, *args, **options):
        analyses = super().analyze(*args, **options)
        return [
            replace(
                analysis,
                entities=tuple(
                    replace(entity, salience=(number + 1) / 10)
                    for number, entity in enumerate(analysis.entities)
                ),
            )
            for analysis in analyses
        ]


class SuperdeskApiError(Exception):
    """An error that Superdesk answers a request with."""

    def __init__(self, message, status_code):
        super().__init__(message)
        self.message, self.status_code = message, status_code

    @classmethod
    def badRequestError(cls, message):  # noqa: N802
        return cls(message, 400)

    @classmethod
    def notConfiguredError(cls, message):  # noqa: N802
        return cls(message, 500)

    @classmethod
    def proxyError(cls, message):  # noqa: N802
        return cls(message, 502)


@pytest.fixture
def superdesk(monkeypatch):
    """Put what the provider imports of superdesk-core where it looks for it."""
    registered = {}

    class Registerer(abc.ABCMeta):
        def __call__(cls, *args, **kwargs):
            instance = super().__call__(*args, **kwargs)
            return registered.setdefault(instance.name, instance)

    class AIServiceBase(metaclass=Registerer):
        def __init__(self, app):
            """Keep nothing, as in superdesk-core 2.5."""

        @property
        @abc.abstractmethod
        def name(self): ...

        @abc.abstractmethod
        def analyze(self, item): ...

    base = {"AIServiceBase": AIServiceBase, "registered_ai_services": registered}
    for name, content in {
        "superdesk": {},
        "superdesk.errors": {"SuperdeskApiError": SuperdeskApiError},
        "superdesk.text_checkers": {},
        "superdesk.text_checkers.ai": {},
        "superdesk.text_checkers.ai.base": base,
    }.items():
        module = ModuleType(name)
        module.__dict__.update(content)
        monkeypatch.setitem(sys.modules, name, module)
    return SimpleNamespace(registered=registered, base=AIServiceBase)


@pytest.fixture
def provide(superdesk, monkeypatch):
    """Install the provider in a Superdesk with some settings, and return it as registered."""
    for name in ("WHOSAID_URL", "WHOSAID_KEY", "WHOSAID_TIMEOUT", "WHOSAID_SERVICE_NAME"):
        monkeypatch.delenv(name, raising=False)
    spec = importlib.util.spec_from_file_location("whosaid_superdesk", PROVIDER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def install(**config):
        module.init_app(SimpleNamespace(config=config))
        return superdesk.registered[config.get("WHOSAID_SERVICE_NAME", "whosaid")]

    return install


@pytest.fixture
def serve():
    """Serve Whosaid around a fake analyzer, and return its address."""
    running = []

    def start(analyzer=None, **settings):
        app = create_app(Settings(**settings), lambda _: analyzer or FakeAnalyzer())
        server = make_server("127.0.0.1", 0, app, threaded=True)
        running.append((app, server))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert services_of(app).batcher.wait_until_loaded(10)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for app, server in running:
        server.shutdown()
        services_of(app).batcher.close()


@pytest.fixture
def service(provide, serve):
    return provide(WHOSAID_URL=serve())


def test_tags(service):
    """Each entity is one tag of its group, as the widget reads them, with a lasting code."""
    analysis = service.analyze(ITEM)
    assert set(analysis) == {"subject", "person", "organisation", "place", "quotes"}
    assert (analysis["subject"], analysis["organisation"], analysis["place"]) == ([], [], [])
    ana, rui = sorted(analysis["person"], key=lambda tag: tag["name"])
    assert ana == {
        "name": "Ana Sousa",
        "qcode": ana["altids"]["whosaid"],
        "parent": None,
        "source": "whosaid",
        "aliases": [],
        "original_source": "whosaid",
        "altids": {"whosaid": ana["qcode"]},
        "description": "named 2 times, quoted 2 times",
    }
    assert rui["description"] == "named 2 times"
    (again,) = service.analyze(ITEM | {"abstract": None, "body_html": "Ana Sousa left."})["person"]
    assert again["qcode"] == ana["qcode"]
    assert again["description"] == "named 1 time"


def test_the_most_salient_come_first(provide, serve):
    """Tags stand in the order in which they matter."""
    service = provide(WHOSAID_URL=serve(Ranking()))
    body = "<p>Ada Dull met Bea Keen and Cem Loud.</p>"
    tags = service.analyze({"language": "en", "headline": None, "body_html": body})["person"]
    assert [tag["name"] for tag in tags] == ["Cem Loud", "Bea Keen", "Ada Dull"]


def test_quotes(service):
    """Beside the tags there is who said what."""
    quotes = service.analyze(ITEM)["quotes"]
    assert [(quote["text"], quote["speaker"], quote["status"]) for quote in quotes] == [
        ("It is safe,", "Ana Sousa", "attributed"),
        ("We promised,", "Ana Sousa", "attributed"),
    ]
    (unknown,) = service.analyze({"language": "en", "body_html": "“We promised,” they said."})[
        "quotes"
    ]
    assert (unknown["speaker"], unknown["status"]) == (None, "unattributed")


def test_names_of_the_authority_file(provide, serve, tmp_path):
    """A name that the newsroom knows has its URI for a code, and Wikidata's number."""
    authority = tmp_path / "people.jsonl"
    authority.write_text(
        '{"name": "Ana Sousa", "type": "person", "uri": "http://www.wikidata.org/entity/Q42"}\n'
        '{"name": "Rui Costa", "type": "person", "uri": "https://example.org/rui"}\n'
    )
    service = provide(WHOSAID_URL=serve(authority_file=str(authority)))
    tags = {tag["name"]: tag for tag in service.analyze(ITEM)["person"]}
    assert tags["Ana Sousa"]["qcode"] == "http://www.wikidata.org/entity/Q42"
    assert tags["Ana Sousa"]["altids"]["wikidata"] == "Q42"
    assert tags["Rui Costa"]["qcode"] == "https://example.org/rui"
    assert set(tags["Rui Costa"]["altids"]) == {"whosaid"}


def test_the_name_that_the_widget_asks_for(provide, serve, superdesk):
    """Under the name of another provider it stands in that one's place, its tags too."""
    superdesk.registered["imatrics"] = object()
    service = provide(WHOSAID_URL=serve(), WHOSAID_SERVICE_NAME="imatrics")
    assert isinstance(service, superdesk.base)
    assert {tag["source"] for tag in service.analyze(ITEM)["person"]} == {"imatrics"}


def test_nothing_to_read(provide):
    """An article without words has no tags, and nobody is asked for them."""
    service = provide(WHOSAID_URL="http://127.0.0.1:9")
    empty = {"guid": "1", "language": "en", "headline": " ", "body_html": "", "abstract": None}
    assert service.analyze(empty) == {"subject": []}


def test_search(service):
    """A term that an editor types is read for names."""
    result = service.data_operation("POST", "search", None, {"term": "Ana Sousa", "language": "en"})
    assert [tag["name"] for tag in result["tags"]["person"]] == ["Ana Sousa"]
    assert (result["broader"], "quotes" in result["tags"]) == ({}, False)


def test_feedback(service):
    """What editors chose is taken note of by Superdesk alone."""
    assert service.data_operation("POST", "feedback", None, {"item": ITEM, "tags": {}}) == {}


@pytest.mark.parametrize(
    ("verb", "operation"), [("GET", "search"), ("POST", "create"), ("POST", "delete")]
)
def test_what_there_is_not(service, verb, operation):
    """Other operations are refused, in words."""
    with pytest.raises(SuperdeskApiError, match=rf"\[whosaid\].*{operation}") as error:
        service.data_operation(verb, operation, None, {"title": "x"})
    assert error.value.status_code == 400


def test_no_url(provide):
    """Without an address the operator is told what is missing."""
    with pytest.raises(SuperdeskApiError, match="WHOSAID_URL is not set") as error:
        provide().analyze(ITEM)
    assert error.value.status_code == 500


def test_settings_of_the_environment(provide, serve, monkeypatch):
    """What settings.py does not say, the environment may."""
    service = provide()
    monkeypatch.setenv("WHOSAID_URL", serve() + "/")
    assert service.analyze(ITEM)["person"]


def test_nobody_there(provide):
    """A Whosaid that is down is told apart from one that refuses."""
    with pytest.raises(SuperdeskApiError, match="gave no answer: ConnectionError") as error:
        provide(WHOSAID_URL="http://127.0.0.1:9").analyze(ITEM)
    assert error.value.status_code == 502


def test_too_slow(provide, serve):
    """Nobody waits longer than the settings say, and the text is dropped."""
    gate = threading.Event()
    service = provide(WHOSAID_URL=serve(FakeAnalyzer(gate=gate)), WHOSAID_TIMEOUT="0.3")
    with pytest.raises(SuperdeskApiError, match=r"no answer within 0\.3 seconds") as error:
        service.analyze(ITEM)
    gate.set()
    assert error.value.status_code == 502


def test_articles_that_are_refused(service):
    """What Whosaid cannot read is the article's fault, and said so."""
    with pytest.raises(SuperdeskApiError, match="Unsupported language") as error:
        service.analyze(ITEM | {"language": "pt"})
    assert error.value.status_code == 400


def test_no_other_address(provide, serve):
    """Who sends articles elsewhere is not followed, whatever answers there."""
    elsewhere = serve()

    def redirect(environ, start_response):
        start_response("307 Temporary Redirect", [("Location", f"{elsewhere}/v1/analyze")])
        return [b"{}"]

    server = make_server("127.0.0.1", 0, redirect)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with pytest.raises(SuperdeskApiError) as error:
            provide(WHOSAID_URL=f"http://127.0.0.1:{server.server_port}").analyze(ITEM)
    finally:
        server.shutdown()
    assert error.value.status_code == 502


def test_keys(provide, serve, tmp_path):
    """Where a key is wanted, it is sent; without it, the operator is told."""
    key, keys = make_key(), tmp_path / "keys.txt"
    keys.write_text(render_line("superdesk", key))
    url = serve(keys_file=str(keys))
    assert provide(WHOSAID_URL=url, WHOSAID_KEY=key).analyze(ITEM)["person"]
    with pytest.raises(SuperdeskApiError, match="key") as error:
        provide(WHOSAID_URL=url, WHOSAID_KEY=None).analyze(ITEM)
    assert error.value.status_code == 502
