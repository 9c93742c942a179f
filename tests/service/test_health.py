import pytest

from service.app import create_app
from service.services import services_of
from service.settings import Settings
from tests.fakes import FakeAnalyzer


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_well(client, path):
    """A service with a loaded model lives and is ready."""
    response = client.get(path)
    assert (response.status_code, response.json) == (200, {"status": "ok"})


def test_loading_is_living():
    """A service that loads its model lives, but is not ready."""
    client = create_app(Settings(), lambda _: FakeAnalyzer(), start=False).test_client()
    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_without_a_model_nothing_lives():
    """A service whose model cannot be loaded says that it needs a restart."""

    def fail(_):
        raise OSError("no such model")

    app = create_app(Settings(), fail)
    assert not services_of(app).batcher.wait_until_loaded(10)
    for path in ("/livez", "/readyz"):
        response = app.test_client().get(path)
        assert response.status_code == 503
        assert response.json["detail"] == "the model is failed"
