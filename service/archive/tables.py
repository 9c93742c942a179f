"""The tables of an archive: what each has columns for, and how answers become their rows.

Offsets count what `offset_unit` of the document says, in its headline or its body as `field`
says; nothing of a text but what was found in it stands in any table.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import pyarrow as pa

from schemas.mappings import AnyMapping, JsonObject

Rows = list[JsonObject]


class Table(StrEnum):
    """A table of an archive."""

    DOCUMENTS = "documents"
    ENTITIES = "entities"
    QUOTES = "quotes"
    REJECTS = "rejects"


_TIME = pa.timestamp("us", tz="UTC")
_STRINGS = pa.list_(pa.string())


def _struct(**columns: pa.DataType) -> pa.StructType:
    return pa.struct(list(columns.items()))


_SPAN = {
    "field": pa.string(),
    "start": pa.int32(),
    "end": pa.int32(),
    "text": pa.string(),
    # In HTML as it was sent; else null.
    "source_start": pa.int32(),
    "source_end": pa.int32(),
}
_SPEAKER = _struct(
    name=pa.string(),
    type=pa.string(),
    entity_id=pa.string(),
    mention=_struct(**_SPAN, kind=pa.string()),
)
_PLACE = {"document_id": pa.string(), "published": _TIME}

SCHEMAS: Mapping[Table, pa.Schema] = {
    Table.DOCUMENTS: pa.schema(
        {
            **_PLACE,
            "source": pa.string(),
            "row": pa.int64(),
            "id": pa.string(),
            "language": pa.string(),
            "language_status": pa.string(),
            "offset_unit": pa.string(),
            "text_length": pa.int32(),
            "headline_length": pa.int32(),
            "entities": pa.int32(),
            "quotes": pa.int32(),
            "warnings": pa.list_(_struct(code=pa.string(), detail=pa.string())),
            "service": pa.string(),
            "model": pa.string(),
            "model_version": pa.string(),
            "model_digest": pa.string(),
        }
    ),
    Table.ENTITIES: pa.schema(
        {
            **_PLACE,
            "entity_id": pa.string(),
            "type": pa.string(),
            "name": pa.string(),
            "aliases": _STRINGS,
            "count": pa.int32(),
            "salience": pa.float64(),
            "uri": pa.string(),
            "candidates": pa.list_(_struct(name=pa.string(), uri=pa.string())),
            "mentions": pa.list_(_struct(**_SPAN, kind=pa.string(), confidence=pa.float64())),
        }
    ),
    Table.QUOTES: pa.schema(
        {
            **_PLACE,
            "quote_id": pa.string(),
            "kind": pa.string(),
            "attitude": pa.string(),
            "confidence": pa.float64(),
            "text": pa.string(),
            "speaker_name": pa.string(),
            "speaker_type": pa.string(),
            "speaker_entity_id": pa.string(),
            "speaker_uri": pa.string(),
            "status": pa.string(),
            "attribution_confidence": pa.float64(),
            "fragments": pa.list_(_struct(**_SPAN)),
            "cue": _struct(**_SPAN),
            "speaker_mention": _struct(**_SPAN, kind=pa.string()),
            "joint": pa.list_(_SPEAKER),
            "candidates": pa.list_(_SPEAKER),
            "prefix": pa.string(),
            "suffix": pa.string(),
        }
    ),
    Table.REJECTS: pa.schema(
        {
            "document_id": pa.string(),
            "source": pa.string(),
            "row": pa.int64(),
            "id": pa.string(),
            "status": pa.int32(),
            "type": pa.string(),
            "title": pa.string(),
            "detail": pa.string(),
            "errors": pa.list_(_struct(pointer=pa.string(), detail=pa.string())),
        }
    ),
}
"""The columns of each table; `year`, that of publication, is added by where its files are."""

_ENTITY_LISTS = {"people": "person", "organisations": "organisation", "places": "place"}


def build_rows(
    source: str, row: int, published: datetime | None, result: AnyMapping
) -> Iterator[tuple[Table, JsonObject]]:
    """Yield the rows that come of a text, each with its table.

    `result` has an `id`, and an `answer` or a `problem`, as the service says them.
    """
    place = {"document_id": f"{source}:{row}", "published": published}
    document = {"source": source, "row": row, "id": result["id"]}
    if "problem" in result:
        yield Table.REJECTS, _build_reject({**place, **document}, result["problem"])
        return
    answer = result["answer"]
    entities = list(_list_entities(answer))
    yield Table.DOCUMENTS, {**place, **document, **_describe(answer, len(entities))}
    uris = {}
    for entity in entities:
        uris[entity["entity_id"]] = entity["uri"]
        yield Table.ENTITIES, {**place, **entity}
    for quote in answer["quotes"]:
        yield Table.QUOTES, {**place, **_build_quote(quote, uris)}


def _describe(answer: AnyMapping, entities: int) -> JsonObject:
    meta = answer["meta"]
    model = meta["model"]
    return {
        **answer,
        "entities": entities,
        "quotes": len(answer["quotes"]),
        "service": meta["service"],
        "model": model["name"],
        "model_version": model["version"],
        "model_digest": model["digest"],
    }


def _list_entities(answer: AnyMapping) -> Iterator[JsonObject]:
    for name, type_ in _ENTITY_LISTS.items():
        for entity in answer[name]:
            yield {**entity, "entity_id": entity["id"], "type": type_}


def _build_quote(quote: AnyMapping, uris: Mapping[str, str | None]) -> JsonObject:
    speaker = quote["speaker"] or {}
    attribution, context = quote["attribution"], quote["context"]
    return {
        **quote,
        "quote_id": quote["id"],
        "speaker_name": speaker.get("name"),
        "speaker_type": speaker.get("type"),
        "speaker_entity_id": speaker.get("entity_id"),
        "speaker_uri": uris.get(speaker.get("entity_id", "")),
        "speaker_mention": speaker.get("mention"),
        "status": attribution["status"],
        "attribution_confidence": attribution["confidence"],
        "joint": attribution.get("joint"),
        "candidates": attribution.get("candidates"),
        "prefix": context["prefix"],
        "suffix": context["suffix"],
    }


def _build_reject(document: JsonObject, problem: AnyMapping) -> JsonObject:
    row = {name: problem[name] for name in ("status", "type", "title", "detail")}
    reject = {**document, **row, "errors": problem.get("errors", [])}
    return {name: make_writable(value) for name, value in reject.items()}


def make_writable(value: Any) -> Any:
    """Return a value with a question mark for each half of a surrogate pair."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, dict):
        return {name: make_writable(part) for name, part in value.items()}
    return [make_writable(part) for part in value] if isinstance(value, list) else value


def build_table(table: Table, rows: Iterable[AnyMapping]) -> pa.Table:
    """Return rows as a table; what it has no column for is left out."""
    schema = SCHEMAS[table]
    return pa.Table.from_pylist([{n: row.get(n) for n in schema.names} for row in rows], schema)
