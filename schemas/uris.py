"""The URIs that all linked views share: of texts, of entities, and of what has none of its own."""

import json
import re
from hashlib import sha256
from urllib.parse import quote as percent_quote

from schemas.mappings import AnyMapping

URN_PREFIX = "urn:whosaid:"

_ASCII = "".join(map(chr, range(128)))
_USERINFO = r"(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})"
_HOST = r"(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"
_PATH = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})"
_QUERY = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})"
_URI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*:"
    rf"(?://(?:{_USERINFO}*@)?{_HOST}*(?::[0-9]*)?(?:/{_PATH}*)?|(?!//){_PATH}*)"
    rf"(?:\?{_QUERY}*)?(?:#{_QUERY}*)?"
)


def to_uri(identifier: str) -> str | None:
    """Return an absolute URI as it is, an IRI as the URI that stands for it, and else None.

    The grammar is that of RFC 3986, but that a host in brackets (IPv6) is not recognized; an
    IRI's characters beyond ASCII are percent-encoded (RFC 3987, section 3.1).
    """
    encoded = percent_encode(identifier, safe=_ASCII)
    return encoded if _URI.fullmatch(encoded) else None


def percent_encode(text: str, *, safe: str = "") -> str:
    """Return any text, lone surrogates included, so that it may stand in a part of a URI."""
    return percent_quote(text, safe=safe, errors="surrogatepass")


def urn(kind: str, name: str) -> str:
    """Return the URN that Whosaid gives to something that has no URI of its own."""
    return f"{URN_PREFIX}{kind}:{percent_encode(name)}"


def document_uri(answer: AnyMapping) -> str:
    """Return the URI of the text that an answer is about.

    A caller's `id` that is a URI is used as it is; any other becomes a URN. Without an `id` the
    URN is a digest of headline and text: the same texts, the same URN.
    """
    if answer["id"] is not None:
        return to_uri(answer["id"]) or urn("document", answer["id"])
    texts = json.dumps([answer["headline"], answer["text"]])
    return urn("text", sha256(texts.encode()).hexdigest())


def known_uri(entity: AnyMapping) -> str | None:
    """Return the URI under which a newsroom knows an entity, if it knows it under one."""
    return to_uri(entity["uri"]) if entity["uri"] else None


def entity_uri(entity: AnyMapping) -> str:
    """Return the URI under which a newsroom knows an entity, or else a URN of its `id`."""
    return known_uri(entity) or urn("entity", entity["id"])
