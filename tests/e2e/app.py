"""The service around a fake analyzer, for gunicorn to run."""

import os

import flask

from service.app import create_app
from tests.fakes import FakeAnalyzer


def create() -> flask.Flask:
    """Build the application; FAKE_SECONDS is how long the fake takes for a batch."""
    seconds = float(os.environ.get("FAKE_SECONDS", "0"))
    return create_app(analyzer_factory=lambda _: FakeAnalyzer(seconds=seconds))


def create_broken() -> flask.Flask:
    """Build an application whose model cannot be loaded."""

    def fail(_: object) -> FakeAnalyzer:
        raise OSError("the model is damaged")

    return create_app(analyzer_factory=fail)
