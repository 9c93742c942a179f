"""Who may call: whoever sends a key of the operator's file, where there is one."""

from collections.abc import Sequence

import flask
import structlog
from werkzeug.datastructures import Headers

from service.errors import KeyRefused
from service.exchanges import DOCUMENTS
from service.keys import Key, find_key

KEY_HEADER = "X-API-Key"

# Everything else that exists needs a key: what is added later does by itself.
_OPEN_ENDPOINTS = DOCUMENTS | {"health.livez", "health.readyz"}
_OPEN_BLUEPRINTS = frozenset({"docs", "pages"})


def needs_key(endpoint: str) -> bool:
    """Tell whether an endpoint answers only those who have a key, where keys are required."""
    return endpoint not in _OPEN_ENDPOINTS and endpoint.partition(".")[0] not in _OPEN_BLUEPRINTS


def require_keys(app: flask.Flask, keys: Sequence[Key]) -> None:
    """Answer only those who send one of these keys, and log its id with all that they cause.

    Requests are observed already, and OPTIONS answered: browsers ask without credentials.
    """

    def check() -> None:
        # What does not exist is nobody's secret: the document lists what does.
        if flask.request.endpoint is None or not needs_key(flask.request.endpoint):
            return
        offered = find_offered(flask.request.headers)
        key = find_key(keys, offered) if offered else None
        if key is None:
            raise KeyRefused(offered=bool(offered))
        flask.g.key = key
        structlog.contextvars.bind_contextvars(key=key.id)

    app.before_request(check)


def find_offered(headers: Headers) -> str:
    """Return the key that a request carries, or nothing.

    `X-API-Key` counts before `Authorization: Bearer` (RFC 6750, 2.1), which a proxy may use for
    something else.
    """
    if offered := headers.get(KEY_HEADER, "").strip():
        return offered
    scheme, _, credentials = headers.get("Authorization", "").partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else ""


def current_key() -> Key | None:
    """Return the key that the current request was let in with."""
    key: Key | None = flask.g.get("key")
    return key
