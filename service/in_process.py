"""The service without a socket: requests of a client go straight to the application.

What is asked, answered and refused is the same by that, to the last character.
"""

import io
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import flask
import requests
import werkzeug.test
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from analysis.errors import WhosaidError
from service.app import create_app, load_analyzer
from service.authority import InvalidAuthority
from service.batching import Analyzer
from service.client import Client
from service.services import services_of
from service.settings import Settings

_URL = "http://in-process"
_LOADING_SECONDS = 600.0
_CLOSING_SECONDS = 5.0


class CannotStart(WhosaidError):
    """No text can be read in this process, for a reason that the message gives."""


class AppAdapter(HTTPAdapter):
    """Carries requests to an application in this process."""

    def __init__(self, app: flask.Flask) -> None:
        super().__init__()
        self._app = app

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Return what the application answers to a request."""
        client = werkzeug.test.Client(self._app, use_cookies=False)
        answered = client.open(
            request.path_url,
            method=request.method or "GET",
            # There is nobody to save bytes for.
            headers={**request.headers, "Accept-Encoding": "identity"},
            data=request.body,
        )
        status = answered.status_code
        raw = HTTPResponse(
            body=io.BytesIO(answered.get_data()),
            headers=dict(answered.headers),
            status=status,
            reason=HTTPStatus(status).phrase,
            preload_content=False,
        )
        return self.build_response(request, raw)


@contextmanager
def open_in_process(*, inference_threads: int | None = None) -> Iterator[Client]:
    """Give a client of a service of its own, with the environment's settings and a loaded model.

    `inference_threads` win over those of the environment. Whoever can run it needs no key.
    Raises CannotStart or InvalidSettings.
    """
    # Nobody shares its metrics, and its events would stand among the answers.
    settings = replace(
        Settings.from_env(os.environ),
        keys_file=None,
        rate_limit=None,
        metrics_dir=None,
        tracing=False,
    )
    if inference_threads is not None:
        settings = replace(settings, inference_threads=inference_threads)
    logging.getLogger().addHandler(logging.NullHandler())
    failures: list[Exception] = []

    def load(settings: Settings) -> Analyzer:
        try:
            return load_analyzer(settings)
        except Exception as error:
            failures.append(error)
            raise

    try:
        app = create_app(settings, load)
    except InvalidAuthority as error:
        raise CannotStart(f"{settings.authority_file}: {error}") from error
    batcher = services_of(app).batcher
    try:
        if not batcher.wait_until_loaded(_LOADING_SECONDS):
            reason = failures[0] if failures else "it cannot read a text"
            raise CannotStart(f"the model cannot be loaded: {reason}; see `whosaid doctor`")
        with Client(_URL, adapter=AppAdapter(app)) as client:
            yield client
    finally:
        batcher.close(_CLOSING_SECONDS)
