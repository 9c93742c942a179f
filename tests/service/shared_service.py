"""A service in this process for many tests: building one takes a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.app import create_app
from service.client import Client
from service.in_process import AppAdapter
from service.services import services_of
from service.settings import Settings
from tests.fakes import FakeAnalyzer


@contextmanager
def open_shared_client() -> Iterator[Client]:
    """Give a client of a service with default settings and a fake analyzer."""
    app = create_app(Settings(), lambda _: FakeAnalyzer())
    batcher = services_of(app).batcher
    assert batcher.wait_until_loaded(10)
    yield Client("http://whosaid.test", adapter=AppAdapter(app))
    batcher.close()
