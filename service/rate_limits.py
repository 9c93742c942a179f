"""How many requests each caller may make in a time, counted by Flask-Limiter.

Requests to `/v1/` count, each as one: of a batch, the texts are bounded by its window and by the
batches that may be open. Whoever has a key is counted by it, others by their address.
"""

import logging
import math
import re
import time
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Any

import flask
from werkzeug.middleware.proxy_fix import ProxyFix

from service.authentication import current_key
from service.keys import Key

if TYPE_CHECKING:
    from flask_limiter import Limiter

# Who waits for a Redis that does not answer waits no longer, and once.
_REDIS_SECONDS = 0.25
# What one subscriber has of IPv6, at least (RFC 6177).
_SUBSCRIBER_BITS = 64
# As some proxies write an address: with the port, and that of IPv6 in brackets (RFC 7239).
_WITH_PORT = re.compile(r"\[(?P<v6>[^\]]*)\](?::[0-9]+)?|(?P<v4>[0-9.]+):[0-9]+")


def is_limited(blueprint: str | None) -> bool:
    """Tell whether requests to a blueprint count."""
    return blueprint == "v1"


def limit_rates(app: flask.Flask, *, keys: Sequence[Key], rates: str | None, storage: str) -> None:
    """Refuse who calls more often than the rates of their key allow, or else those of everybody.

    Keys are checked already. While the storage is out of reach, each worker counts by itself.
    """
    if not rates and not any(key.rates for key in keys):
        return
    # Here, because it takes a while to import.
    from flask_limiter import Limiter

    # It logs whom it refuses, which may be an address.
    logging.getLogger("flask-limiter").setLevel(logging.WARNING)

    def choose_rates() -> str:
        key = current_key()
        return (key and key.rates) or rates or ""

    limiter = Limiter(
        identify_caller,
        app=app,
        application_limits=[choose_rates],
        in_memory_fallback_enabled=True,
        key_prefix="whosaid",
        storage_uri=storage,
        storage_options=_choose_options(storage),
    )
    limiter.request_filter(lambda: not is_limited(flask.request.blueprint))
    _tell_limits(app, limiter)


def trust_proxies(app: flask.Flask, proxies: int) -> None:
    """Take the address of a caller from what the last so many proxies say of it."""
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]


def identify_caller() -> str:
    """Return who the current request counts for."""
    if key := current_key():
        return f"key:{key.id}"
    return f"address:{find_network(flask.request.remote_addr or '')}"


def find_network(address: str) -> str:
    """Return what counts as one caller: an IPv4 address, or the 64 first bits of an IPv6 one.

    A port counts for nothing: each connection of a caller has another one. All that is no
    address, such as the other end of a Unix socket, is one.
    """
    written = _WITH_PORT.fullmatch(address)
    try:
        parsed = ip_address((written["v6"] or written["v4"]) if written else address)
    except ValueError:
        return "unknown"
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ip_network((int(parsed), _SUBSCRIBER_BITS), strict=False))


def _choose_options(storage: str) -> dict[str, Any]:
    if storage.startswith("memory:"):
        return {}
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return {
        "wrap_exceptions": True,
        "socket_connect_timeout": _REDIS_SECONDS,
        "socket_timeout": _REDIS_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }


def _tell_limits(app: flask.Flask, limiter: "Limiter") -> None:
    """Tell callers what is left to them (draft-ietf-httpapi-ratelimit-headers-10)."""
    from limits.errors import StorageError

    def tell(response: flask.Response) -> flask.Response:
        if not (limit := limiter.current_limit):
            return response
        try:
            reset, remaining = limit.window
        except StorageError:
            return response
        seconds = max(1, math.ceil(reset - time.time()))
        window = limit.limit.get_expiry()
        response.headers["RateLimit-Policy"] = f'"requests";q={limit.limit.amount};w={window}'
        response.headers["RateLimit"] = f'"requests";r={remaining};t={seconds}'
        if limit.breached:
            response.headers["Retry-After"] = str(seconds)
        return response

    app.after_request(tell)
