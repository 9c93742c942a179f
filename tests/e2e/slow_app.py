"""The service around a fake analyzer that takes a while to load, for gunicorn to run."""

import os
import time

import flask

from service.app import create_app
from tests.fakes import FakeAnalyzer


def create() -> flask.Flask:
    """Build the application; LOAD_SECONDS and FAKE_SECONDS say how slow it is."""

    def load(_: object) -> FakeAnalyzer:
        time.sleep(float(os.environ.get("LOAD_SECONDS", "0")))
        return FakeAnalyzer(seconds=float(os.environ.get("FAKE_SECONDS", "0")))

    return create_app(analyzer_factory=load)
