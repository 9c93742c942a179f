"""Request bodies: what may be sent, and how it becomes fields to load."""

import json
import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import flask
import marshmallow
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from schemas import ContentType, OptionsSchema
from schemas.ninjs import NINJS_MEDIA_TYPE, InvalidNinjs, read_ninjs
from schemas.problems import escape_token
from schemas.requests import MAX_ID_CHARS, MAX_KNOWN_ENTITIES
from service.errors import InvalidField, InvalidRequest, MalformedBody, RepeatedName
from service.exchanges import read_body
from service.services import current_services

JSON = "application/json"
PLAIN = ContentType.PLAIN.value
HTML = ContentType.HTML.value
NDJSON = "application/x-ndjson"
TEXTS = (JSON, PLAIN, HTML, NINJS_MEDIA_TYPE)
"""What a text may be sent as."""
BATCHES = (JSON, NDJSON)
"""What a batch may be sent as."""
MAX_NAMES = 100
"""How many names an object of a submission may have, known or not."""
MAX_ITEMS = MAX_KNOWN_ENTITIES
"""How long a list of a submission may be."""
_MAX_DEPTH = 3  # A submission's known entities have lists of aliases.

# What is not there may stand in the body, so it has no default yet.
_OPTIONS = OptionsSchema(partial=True)


class SubmissionParser(FlaskParser):
    """Loads a submission from JSON, text, HTML or ninjs; options may stand in the query.

    A JSON body's own fields win over the query. A ninjs document is kept, as
    `flask.g.document`, to be enriched.
    """

    def load_json(self, req: flask.Request, schema: marshmallow.Schema) -> Any:
        """Return the fields of a request."""
        check_content_type(req, TEXTS)
        body = read_body(req, current_services().settings.max_body_bytes)
        query = load_query(req)
        if req.mimetype in (PLAIN, HTML):
            return query | {"text": decode(body), "content_type": req.mimetype}
        if req.mimetype == NINJS_MEDIA_TYPE:
            # What is beyond JSON's numbers here could not be sent back.
            fields = parse_json(body, parse_float=_parse_finite)
            flask.g.document = fields
            return query | read_document(fields)
        fields = parse_json(body)
        check_extent(fields)
        return query | fields if isinstance(fields, dict) else fields

    def handle_error(
        self, error: marshmallow.ValidationError, req: flask.Request, *_: Any, **__: Any
    ) -> NoReturn:
        """Raise `InvalidRequest` with the messages of the one location that is read."""
        (messages,) = error.messages_dict.values()
        raise InvalidRequest(messages)


def load_query(request: flask.Request) -> dict[str, Any]:
    """Return the options in a request's query as values, each of them given once.

    Raises `InvalidRequest` for any other parameter, also where the body would win.
    """
    query = {
        name: values[0] if len(values) == 1 else values for name, values in request.args.lists()
    }
    options: dict[str, Any] = load_fields(_OPTIONS, query)
    return options


def load_fields(schema: marshmallow.Schema, fields: Any) -> Any:
    """Return what a schema makes of fields. Raises `InvalidRequest` or `InvalidField`."""
    check_extent(fields)
    try:
        return schema.load(fields)
    except marshmallow.ValidationError as error:
        raise InvalidRequest(error.messages_dict) from None


def check_extent(fields: Any, pointer: str = "", depth: int = 0) -> None:
    """Raise `InvalidField` for an object or a list that is longer than any that is valid.

    Where very many parts are wrong, a schema takes seconds to list them all.
    """
    if depth > _MAX_DEPTH or not isinstance(fields, dict | list):
        return
    allowed = MAX_NAMES if isinstance(fields, dict) else MAX_ITEMS
    if len(fields) > allowed:
        raise InvalidField(pointer, f"Longer than maximum length {allowed}.")
    parts = fields.items() if isinstance(fields, dict) else enumerate(fields)
    for step, part in parts:
        check_extent(part, f"{pointer}/{escape_token(str(step))}", depth + 1)


def read_document(document: Any) -> dict[str, Any]:
    """Return the fields of a submission that a ninjs document makes. Raises `InvalidField`."""
    try:
        copy = read_ninjs(document)
    except InvalidNinjs as error:
        raise InvalidField(error.pointer, error.detail) from None
    fields = {
        "text": copy.body,
        "content_type": copy.content_type,
        "headline": copy.headline,
        # "und" is BCP 47's word for a language that is not known.
        "language": None if copy.language == "und" else copy.language,
        "headline_type": PLAIN,
        # What is longer is no identifier of a text here; the document keeps it.
        "id": copy.uri if copy.uri and len(copy.uri) <= MAX_ID_CHARS else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def check_content_type(request: flask.Request, media_types: Sequence[str]) -> None:
    """Raise `UnsupportedMediaType` unless the body is declared as one of these, in UTF-8."""
    accepted = f"send {', '.join(media_types[:-1])} or {media_types[-1]}, in UTF-8"
    if request.mimetype not in media_types:
        raise UnsupportedMediaType(f"{request.mimetype or 'no content type'} given: {accepted}")
    charset = request.mimetype_params.get("charset", "utf-8")
    if charset.lower() not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedMediaType(f"charset {charset} given: {accepted}")


def decode(body: bytes) -> str:
    """Decode a body verbatim: a byte order mark stays, and nothing is replaced."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedBody(f"the body is not UTF-8 at byte {error.start}") from None


def parse_json(body: bytes, *, parse_float: Callable[[str], float] = float) -> Any:
    """Parse a JSON body strictly. A byte order mark before it is no part of it.

    Raises `RepeatedName` where JSON leaves open which of two values counts (RFC 8259, section 4).
    """
    text = decode(body).removeprefix("\ufeff")
    repeated: list[tuple[dict[str, Any], str]] = []

    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        built = dict(pairs)
        if len(built) < len(pairs):
            repeated.append((built, _find_repeated(pairs)))
        return built

    try:
        parsed = json.loads(
            text, parse_constant=_refuse_constant, parse_float=parse_float, object_pairs_hook=build
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise MalformedBody(f"the body is not JSON: {error.msg} at {place}") from None
    except RecursionError:
        raise MalformedBody("the body is nested too deeply") from None
    except ValueError:
        # Python refuses to convert endless runs of digits.
        raise MalformedBody("the body holds a number that is too long") from None
    if repeated:
        # Objects are built from the inside out: no other that repeats a name holds the last one.
        holder, name = repeated[-1]
        raise RepeatedName(f"{_find_pointer(parsed, holder)}/{escape_token(name)}")
    return parsed


def _find_repeated(pairs: list[tuple[str, Any]]) -> str:
    counts = Counter(name for name, _ in pairs)
    return next(name for name, count in counts.items() if count > 1)


def _find_pointer(document: Any, wanted: object) -> str:
    """Return the JSON pointer to an object that is somewhere in a document."""
    value, path = document, None
    waiting: list[tuple[Any, Any]] = []
    while value is not wanted:
        steps = value.items() if isinstance(value, dict) else enumerate(value)
        waiting += [(v, (path, step)) for step, v in steps if isinstance(v, dict | list)]
        value, path = waiting.pop()
    return _write_pointer(path)


def _write_pointer(path: Any) -> str:
    """Return a pointer from its last step and, in front of that, its earlier ones."""
    steps = []
    while path:
        path, step = path
        steps.append(f"/{escape_token(str(step))}")
    return "".join(reversed(steps))


def _parse_finite(number: str) -> float:
    if math.isinf(parsed := float(number)):
        raise MalformedBody("the body holds a number that is too large")
    return parsed


def _refuse_constant(constant: str) -> NoReturn:
    raise MalformedBody(f"the body is not JSON: {constant} is no number")
