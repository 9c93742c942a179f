"""`create_app`: the only place where the parts of the service meet."""

import gc
import os
from collections.abc import Callable
from importlib.metadata import version

import flask
from flask.json.provider import DefaultJSONProvider

from analysis.languages import load_detector
from service import api, health
from service.authentication import require_keys
from service.authority import find_authority
from service.batching import Analyzer, Batcher, Capacity
from service.exchanges import register_exchanges
from service.keys import find_keys
from service.logs import configure_events
from service.observability import Metrics, observe_requests
from service.openapi import build_api, serve_document
from service.pages import register_pages
from service.problems import register_problems
from service.rate_limits import limit_rates, trust_proxies
from service.security_headers import secure_responses
from service.services import Services, attach_services
from service.settings import Settings
from service.slots import Slots
from service.tracing import follow_traces, instrument

AnalyzerFactory = Callable[[Settings], Analyzer]


class _AsciiJson(DefaultJSONProvider):
    """Escapes everything beyond ASCII, so that lone surrogates come back as submitted."""

    ensure_ascii = True
    sort_keys = False


def load_analyzer(settings: Settings) -> Analyzer:
    """Load the model that the settings name. Only the thread that will call it may do so."""
    # Imports torch, which only the owner thread of a serving process needs.
    from analysis.pipeline import load_pipeline

    load_detector()
    pipeline = load_pipeline(
        stanza_packages=settings.stanza_packages,
        models_dir=settings.models_dir,
        threads=settings.inference_threads,
    )
    # All this stays: the garbage collector would look through it, again and again, for nothing.
    gc.freeze()
    return pipeline


def create_app(
    settings: Settings | None = None,
    analyzer_factory: AnalyzerFactory = load_analyzer,
    *,
    start: bool = True,
) -> flask.Flask:
    """Build the application, and start loading its model.

    Without settings, those of the environment hold. An application that only
    describes itself need not `start`.
    """
    settings = settings or Settings.from_env(os.environ)
    configure_events()
    app = _create_flask(settings)
    batcher = _create_batcher(settings, analyzer_factory)
    metrics = Metrics(settings.metrics_dir)
    service_version = version("whosaid")
    authority = find_authority(settings.authority_file)
    slots = Slots(settings.max_batches)
    services = Services(settings, batcher, metrics, service_version, authority, slots)
    attach_services(app, services)
    observe_requests(app, metrics)
    follow_traces(app)
    if settings.tracing:
        instrument(app)
    register_exchanges(app, origins=settings.cors_origins)
    secure_responses(app)
    _admit_callers(app, settings)
    document = build_api(app, service_version)
    document.register_blueprint(api.blueprint)
    document.register_blueprint(health.blueprint)
    serve_document(app, document)
    register_pages(app)
    register_problems(app)
    if start:
        batcher.start()
    return app


def _create_flask(settings: Settings) -> flask.Flask:
    app = flask.Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.json = _AsciiJson(app)
    return app


def _admit_callers(app: flask.Flask, settings: Settings) -> None:
    keys = find_keys(settings.keys_file)
    if settings.keys_file:
        require_keys(app, keys)
    trust_proxies(app, settings.trusted_proxies)
    limit_rates(app, keys=keys, rates=settings.rate_limit, storage=settings.rate_limit_storage)


def _create_batcher(settings: Settings, analyzer_factory: AnalyzerFactory) -> Batcher:
    capacity = Capacity(
        max_jobs=settings.queue_max_jobs,
        max_chars=settings.queue_max_chars,
        batch_max_chars=settings.batch_max_chars,
        deadline_seconds=settings.deadline_seconds,
    )
    return Batcher(lambda: analyzer_factory(settings), capacity)
