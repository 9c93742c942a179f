"""IPTC's News in JSON: documents as input, and an answer as a document or in one.

Schemas: https://www.iptc.org/std/ninjs/ninjs-schema_3.2.json (approved 2025), _2.1 and _1.5;
user guide: https://www.iptc.org/std/ninjs/userguide/. Quotes have no place in ninjs, and none is
made for them: `additionalProperties` is false throughout.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, validate

from schemas.mappings import AnyMapping, JsonObject
from schemas.problems import escape_token
from schemas.stories import ContentType
from schemas.uris import document_uri, entity_uri, known_uri

# IANA lists no type for ninjs (https://www.iana.org/assignments/media-types/), and the tree
# vnd.iptc is not ours to name one in (RFC 6838, section 3.2).
NINJS_MEDIA_TYPE = "application/vnd.whosaid.ninjs+json"
NINJS_VERSION = "3.2"
NINJS_SCHEMA_URI = f"http://www.iptc.org/std/ninjs/ninjs-schema_{NINJS_VERSION}.json#"

# `rel` is free text in the schema; the user guide's examples say `about` and `mentions`. What a
# text is about is an editor's judgement.
_REL = "mentions"

# The names of the lists in an answer and since ninjs 2.0, and those in ninjs 1.x.
_LISTS = {"people": "person", "organisations": "organisation", "places": "place"}
_SINCE_2 = frozenset({*_LISTS, "bodies", "headlines", "standard"})
_ONLY_1 = frozenset({*_LISTS.values(), "headline", "byline"})
_ONLY_1_PREFIXES = ("body_", "headline_", "description_")

_READABLE = {
    "text/plain": ContentType.PLAIN,
    "text/html": ContentType.HTML,
    "application/xhtml+xml": ContentType.HTML,
}
_UNREADABLE_ENDINGS = ("xml", "nitf", "json")
_WORD = re.compile("[a-z0-9]+")
_MAIN = "main"
_SCHEME_AND_CODE = re.compile("(.*[/#:])(.+)")


class InvalidNinjs(ValueError):
    """A document is not one that text can be read from: where (a JSON pointer), and why."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(f"{pointer}: {detail}" if pointer else detail)
        self.pointer = pointer
        self.detail = detail


@dataclass(frozen=True, slots=True)
class NinjsCopy:
    """What a document has to read, verbatim. `language` and `uri` are as it states them.

    `body` is empty where the document has a headline only.
    """

    headline: str | None
    body: str
    content_type: ContentType
    language: str | None
    uri: str | None


@dataclass(frozen=True, slots=True)
class _Variant:
    """One of the headlines or bodies of a document, in a format that can be read."""

    text: str
    content_type: ContentType
    role: frozenset[str]

    def rank_as_body(self) -> tuple[bool, bool]:
        """Return what the best body has least of. Markup tells paragraphs apart, so it leads."""
        return _MAIN not in self.role, self.content_type is ContentType.PLAIN

    def rank_as_headline(self) -> tuple[bool, bool, bool]:
        """Return what the best headline has least of: a role other than main, any, markup."""
        return _MAIN not in self.role, bool(self.role), self.content_type is ContentType.HTML


def read_ninjs(document: object) -> NinjsCopy:
    """Return the headline and the body of a ninjs document of any version.

    Of several, that whose role is `main` is taken, else the headline without a role; then a body
    in HTML before one in plain text; then the first. The format is what its content type says,
    else what its role or the end of its name (`body_xhtml`) says, else plain text; other formats
    (NITF) and blank texts are passed over.

    Raises:
        InvalidNinjs: A property that is read here is not of the type that the standard gives
            it, or there is neither a headline nor a body.
    """
    root = _require_object(document, "")
    for key in (*_LISTS, *_LISTS.values()):
        _find_known(root, key)
    headline = min(_find_headlines(root), key=_Variant.rank_as_headline, default=None)
    body = min(_find_variants(root, "body", "bodies"), key=_Variant.rank_as_body, default=None)
    if headline is None and body is None:
        raise InvalidNinjs("", "The document has no headline and no body that can be read.")
    return NinjsCopy(
        headline=headline.text if headline else None,
        body=body.text if body else "",
        content_type=body.content_type if body else ContentType.PLAIN,
        language=_find_string(root, "language", "") or None,
        uri=_find_string(root, "uri", "") or None,
    )


def _find_headlines(document: AnyMapping) -> Iterator[_Variant]:
    headline = _find_string(document, "headline", "")
    if headline and not headline.isspace():
        yield _Variant(headline, ContentType.PLAIN, frozenset({_MAIN}))
    yield from _find_variants(document, "headline", "headlines")


def _find_variants(document: AnyMapping, name: str, plural: str) -> Iterator[_Variant]:
    """Yield what stands under `name_…` (ninjs 1.x), and what is in the array `plural` (since)."""
    for key in document:
        if key.startswith(f"{name}_"):
            text = _require_string(document, key, "")
            yield from _read_variant(text, None, key.removeprefix(f"{name}_"))
    for pointer, item in _find_objects(document, plural):
        text = _require_string(item, "value", pointer)
        role = _find_string(item, "role", pointer) or ""
        declared = [_find_string(item, key, pointer) for key in ("contentType", "contenttype")]
        yield from _read_variant(text, declared[0] or declared[1], role)


def _read_variant(text: str, declared: str | None, role: str) -> Iterator[_Variant]:
    words = frozenset(_WORD.findall(role.lower()))
    content_type = _read_content_type(declared, words)
    if content_type is not None and text and not text.isspace():
        yield _Variant(text, content_type, words)


def _read_content_type(declared: str | None, role: frozenset[str]) -> ContentType | None:
    if declared:
        return _READABLE.get(declared.partition(";")[0].strip().lower())
    if any("html" in word for word in role):
        return ContentType.HTML
    unreadable = any(word.endswith(_UNREADABLE_ENDINGS) for word in role)
    return None if unreadable else ContentType.PLAIN


def view_ninjs(answer: AnyMapping) -> JsonObject:
    """Return a plain answer as a partial ninjs 3.2 document: its entities, and no text.

    An entity's `uri` is a newsroom's own, or else a URN of its stable id; an identifier of the
    newsroom's that is not a URI stands in `literal`, which is “a free-text string” for that.
    """
    lists = {key: [_build_entry(entity) for entity in answer[key]] for key in _LISTS}
    return {
        "uri": document_uri(answer),
        "type": "text",
        "representationType": "partial",
        "language": answer["language"],
        **lists,
        "standard": {"name": "ninjs", "version": NINJS_VERSION, "schema": NINJS_SCHEMA_URI},
    }


def enrich_ninjs(document: object, answer: AnyMapping) -> dict[str, Any]:
    """Return a ninjs document with the entities of a plain answer added to its own.

    What the document has stays as it is, first and in order. An entity is not added if one with
    its identifier, or with its name (whatever the case), is there already. Nothing is changed in
    the document itself; what is unchanged is shared with it.

    Raises:
        InvalidNinjs: The document's own entities are not of the type that the standard gives
            them.
    """
    root = _require_object(document, "")
    first_generation = _is_first_generation(root)
    enriched = dict(root)
    for since_2, only_1 in _LISTS.items():
        key = only_1 if first_generation else since_2
        added = list(_choose_new(answer[since_2], _find_known(root, key)))
        if added:
            build = _build_first_generation_entry if first_generation else _build_entry
            enriched[key] = [*root.get(key, ()), *map(build, added)]
    return enriched


@dataclass(frozen=True, slots=True)
class _Known:
    """The entities that a list has: their names in folded case, and their identifiers."""

    names: set[str]
    identifiers: set[str]


def _choose_new(entities: Iterable[AnyMapping], known: _Known) -> Iterator[AnyMapping]:
    for entity in entities:
        name = entity["name"].casefold()
        identifiers = {entity_uri(entity), *filter(None, [entity["uri"]])}
        if name not in known.names and known.identifiers.isdisjoint(identifiers):
            yield entity
        known.names.add(name)
        known.identifiers.update(identifiers)


def _find_known(document: AnyMapping, key: str) -> _Known:
    known = _Known(set(), set())
    for pointer, entry in _find_objects(document, key):
        name = _find_string(entry, "name", pointer)
        if name is not None:
            known.names.add(name.casefold())
        uri, literal, scheme, code = (
            _find_string(entry, part, pointer) for part in ("uri", "literal", "scheme", "code")
        )
        # A scheme is written with and without the slash before its codes.
        codes = [scheme + code, f"{scheme}/{code}"] if scheme and code else [code]
        known.identifiers.update(filter(None, [uri, literal, *codes]))
    return known


def _build_entry(entity: AnyMapping) -> JsonObject:
    entry = {"name": entity["name"], "rel": _REL, "uri": entity_uri(entity)}
    literal = _find_literal(entity)
    return {**entry, "literal": literal} if literal else entry


def _build_first_generation_entry(entity: AnyMapping) -> JsonObject:
    """Return an entry of ninjs 1.x, which parts a URI into a `scheme` and a `code` in it."""
    entry = {"name": entity["name"], "rel": _REL}
    code = _find_literal(entity) or entity_uri(entity)
    parts = None if _find_literal(entity) else _SCHEME_AND_CODE.fullmatch(code)
    return {**entry, "scheme": parts[1], "code": parts[2]} if parts else {**entry, "code": code}


def _find_literal(entity: AnyMapping) -> str | None:
    """Return a newsroom's identifier of an entity where it has one that is not a URI."""
    return None if known_uri(entity) else entity["uri"] or None


def _is_first_generation(document: AnyMapping) -> bool:
    """Tell whether a document is ninjs 1.x rather than a later version.

    Its `$standard` (1.x) or `standard` (later) says so; the `version` beside them is that of the
    news, not of ninjs. A document without either is what its other names belong to, and a later
    version where they belong to both or to none.
    """
    for key in ("$standard", "standard"):
        standard = document.get(key)
        version = standard.get("version") if isinstance(standard, Mapping) else None
        if isinstance(version, str) and version:
            return version.partition(".")[0].strip() == "1"
    if "$standard" in document:
        return True
    names = document.keys()
    return names.isdisjoint(_SINCE_2) and (
        not names.isdisjoint(_ONLY_1) or any(name.startswith(_ONLY_1_PREFIXES) for name in names)
    )


def _find_objects(document: AnyMapping, key: str) -> Iterator[tuple[str, AnyMapping]]:
    """Yield the objects of an array that may be missing, each after its pointer."""
    items = document.get(key, [])
    if not isinstance(items, list):
        raise InvalidNinjs(f"/{key}", "Not an array.")
    for index, item in enumerate(items):
        yield f"/{key}/{index}", _require_object(item, f"/{key}/{index}")


def _require_object(value: object, pointer: str) -> AnyMapping:
    if not isinstance(value, Mapping):
        raise InvalidNinjs(pointer, "Not an object.")
    return value


def _find_string(holder: AnyMapping, key: str, pointer: str) -> str | None:
    return _require_string(holder, key, pointer) if key in holder else None


def _require_string(holder: AnyMapping, key: str, pointer: str) -> str:
    value = holder.get(key)
    if not isinstance(value, str):
        raise InvalidNinjs(f"{pointer}/{escape_token(key)}", "Not a string.")
    return value


def _text(description: str, *examples: str, **options: Any) -> fields.String:
    metadata: dict[str, Any] = {"description": description}
    if examples:
        metadata["examples"] = list(examples)
    return fields.String(metadata=metadata, **options)


def _constant(value: str) -> fields.String:
    return _text(f"Always `{value}`.", required=True, validate=validate.Equal(value))


class NinjsEntitySchema(Schema):
    """An entity in a ninjs document."""

    class Meta:
        """How the document describes it."""

        description = "A person, an organisation or a place that the text names."

    name = _text("The fullest form of the name.", "Ana Sousa", required=True)
    rel = _constant(_REL)
    uri = _text(
        "The URI under which you know the entity, otherwise a URN of its stable id.",
        "urn:whosaid:entity:per-802186be",
        required=True,
    )
    literal = _text("Your identifier of the entity, where it is not a URI.", "P-1029")


class NinjsStandardSchema(Schema):
    """The standard that a ninjs document conforms to."""

    class Meta:
        """How the document describes it."""

        description = "The standard that the document conforms to."

    name = _constant("ninjs")
    version = _constant(NINJS_VERSION)
    schema = _constant(NINJS_SCHEMA_URI)


def _entities(description: str) -> fields.List[Any]:
    nested = fields.Nested(NinjsEntitySchema)
    return fields.List(nested, required=True, metadata={"description": description})


class NinjsSchema(Schema):
    """An answer as a ninjs document; dumps what `view_ninjs` returns."""

    class Meta:
        """How the document describes it."""

        description = "The entities of a text as an IPTC ninjs document. It has no quotes."

    uri = _text(
        "Your `id` if it is a URI, otherwise a URN.",
        "urn:whosaid:document:story-4711",
        required=True,
    )
    type = _constant("text")
    representationType = _constant("partial")  # noqa: N815
    language = _text("The language that the text was read in.", "en", required=True)
    people = _entities("The people that the text names.")
    organisations = _entities("The organisations that the text names.")
    places = _entities("The places that the text names.")
    standard = fields.Nested(
        NinjsStandardSchema,
        required=True,
        metadata={"description": "The standard that the document conforms to."},
    )
