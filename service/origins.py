"""Origins of web pages (RFC 6454), as an operator writes them and as browsers send them."""

import re
from urllib.parse import urlsplit

ANY_ORIGIN = "*"

_ORIGIN = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])"
    r"(:[1-9][0-9]{0,4})?",
    re.ASCII | re.IGNORECASE,
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def parse_origins(value: str) -> tuple[str, ...]:
    """Parse origins apart by commas or spaces, or `*`, into the form in which browsers send them.

    Raises `ValueError` for anything that is no origin (scheme://host[:port], RFC 6454).
    """
    written = value.replace(",", " ").split()
    if written == [ANY_ORIGIN]:
        return (ANY_ORIGIN,)
    return tuple(dict.fromkeys(_parse_origin(origin) for origin in written))


def _parse_origin(written: str) -> str:
    if not (match := _ORIGIN.fullmatch(written)):
        raise ValueError(f"{written!r} is no origin such as https://news.example:8443")
    origin = written.lower()
    port = urlsplit(origin).port
    if port and port == _DEFAULT_PORTS.get(match["scheme"].lower()):
        return origin.removesuffix(f":{port}")
    return origin
