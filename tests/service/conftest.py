import pytest

from service.app import create_app
from service.services import services_of
from service.settings import Settings
from tests.fakes import FakeAnalyzer


@pytest.fixture
def build():
    """Build applications around a fake analyzer, and close them afterwards."""
    apps = []

    def build_app(analyzer=None, **settings):
        app = create_app(Settings(**settings), lambda _: analyzer or FakeAnalyzer())
        apps.append(app)
        assert services_of(app).batcher.wait_until_loaded(10)
        return app

    yield build_app
    for app in apps:
        services_of(app).batcher.close()


@pytest.fixture
def client(build):
    """Speak to an application with default settings."""
    return build().test_client()
