"""What a client may say of a text, and how that becomes JSON."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypedDict

from analysis.document import EntityType, KnownEntity, QuoteKind
from schemas.mappings import AnyMapping, JsonObject
from schemas.selections import Scope, Section
from schemas.stories import ContentType

_HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")

Text = str | AnyMapping
"""A text, or a mapping with the fields of one as the API takes them: `text`, `headline` …"""


class Options(TypedDict, total=False):
    """What may be said of a text, and what is wanted: the fields that the API has for it.

    Enumerations may be given by their values: `types=["person"]`.
    """

    id: str | None
    headline: str | None
    content_type: ContentType | str
    headline_type: ContentType | str | None
    language: str
    scope: Scope | str
    min_confidence: float
    include: Collection[Section | str]
    types: Collection[EntityType | str]
    kinds: Collection[QuoteKind | str]
    known_entities: Sequence[KnownEntity | AnyMapping]


def write_fields(text: Text, options: AnyMapping) -> JsonObject:
    """Return the fields of a text; what it says itself wins over the options."""
    given = {"text": text} if isinstance(text, str) else text
    fields = {name: v for name, v in {**options, **given}.items() if v is not None}
    for name in ("text", "headline"):
        # Two surrogates that make a character are that character in JSON, and one code point.
        if isinstance(fields.get(name), str) and _HALVES.search(fields[name]):
            halves = fields[name].encode("utf-16", "surrogatepass")
            fields[name] = halves.decode("utf-16", "surrogatepass")
    return fields


def complete_fields(fields: AnyMapping) -> JsonObject:
    """Return the fields with which the answer has what its value objects need."""
    for name in ("offset_unit", "view"):
        if name in fields:
            raise ValueError(f"{name} cannot be chosen here: spans are to index Python's strings")
    include = set(fields.get("include", (Section.ENTITIES, Section.QUOTES)))
    if Section.ENTITIES in include:
        include.add(Section.MENTIONS)
    if ContentType.HTML in (fields.get("content_type"), fields.get("headline_type")):
        include.add(Section.TEXT)
    return {**fields, "include": sorted(include)}


def write(value: Any) -> str:
    """Return JSON, in ASCII, which carries lone surrogates too."""
    return json.dumps(value, default=_simplify)


def _simplify(value: Any) -> Any:
    if isinstance(value, KnownEntity):
        return asdict(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Collection):
        return list(value)
    raise TypeError(f"{type(value).__name__} is nothing that JSON has")


def gather(written: Iterable[str], max_items: int, max_bytes: int) -> Iterator[list[str]]:
    """Yield runs of so many items and bytes at most, as a list has them; a longer one alone."""
    some: list[str] = []
    # A comma goes with each item but the first, and two brackets with all of them.
    size = brackets = 2
    for each in written:
        if some and (len(some) == max_items or size + len(each) > max_bytes):
            yield some
            some, size = [], brackets
        some.append(each)
        size += len(each) + 1
    if some:
        yield some
