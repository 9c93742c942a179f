"""Request bodies: what may be sent, and how it becomes fields to load."""

import json
from typing import Any, NoReturn

import flask
import marshmallow
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from analysis.errors import WhosaidError
from schemas import OptionsSchema

JSON = "application/json"
PLAIN = "text/plain"


class MalformedBody(WhosaidError):
    """A body is not what its content type says."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InvalidRequest(WhosaidError):
    """A request is well-formed, but its fields are not what they should be."""

    def __init__(self, messages: dict[str, Any]) -> None:
        super().__init__("the request is not valid: see errors")
        self.messages = messages


class TextTooLong(WhosaidError):
    """A text is longer than the service accepts."""

    def __init__(self, chars: int, max_chars: int) -> None:
        super().__init__(f"the text has {chars} characters; at most {max_chars} are accepted")
        self.chars = chars
        self.max_chars = max_chars


class SubmissionParser(FlaskParser):
    """Loads a submission from JSON, or from plain text; options may stand in the query.

    A JSON body's own fields win over the query.
    """

    def load_json(self, req: flask.Request, schema: marshmallow.Schema) -> Any:
        """Return the fields of a request."""
        check_content_type(req)
        body = req.get_data()
        query = load_query(req)
        if req.mimetype == PLAIN:
            return query | {"text": decode(body)}
        fields = parse_json(body)
        return query | fields if isinstance(fields, dict) else fields

    def handle_error(
        self, error: marshmallow.ValidationError, req: flask.Request, *_: Any, **__: Any
    ) -> NoReturn:
        """Raise `InvalidRequest` with the messages of the one location that is read."""
        (messages,) = error.messages_dict.values()
        raise InvalidRequest(messages)


def load_query(request: flask.Request) -> dict[str, Any]:
    """Return the options in a request's query as values, each of them given once.

    Raises `ValidationError` for any other parameter, also where the body would win.
    """
    query = {
        name: values[0] if len(values) == 1 else values for name, values in request.args.lists()
    }
    # What is not there may stand in the body, so it has no default yet.
    options: dict[str, Any] = OptionsSchema(partial=True).load(query)
    return options


def check_content_type(request: flask.Request) -> None:
    """Raise `UnsupportedMediaType` unless the body is declared as UTF-8 JSON or plain text."""
    accepted = f"send {JSON} or {PLAIN}, in UTF-8"
    if request.mimetype not in (JSON, PLAIN):
        raise UnsupportedMediaType(f"{request.mimetype or 'no content type'} given: {accepted}")
    charset = request.mimetype_params.get("charset", "utf-8")
    if charset.lower() not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedMediaType(f"charset {charset} given: {accepted}")
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding.lower() != "identity":
        raise UnsupportedMediaType(f"content encoding {encoding} given: {accepted}, uncompressed")


def decode(body: bytes) -> str:
    """Decode a body verbatim: a byte order mark stays, and nothing is replaced."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedBody(f"the body is not UTF-8 at byte {error.start}") from None


def parse_json(body: bytes) -> Any:
    """Parse a JSON body strictly. A byte order mark before it is no part of it."""
    try:
        return json.loads(decode(body).removeprefix("\ufeff"), parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise MalformedBody(f"the body is not JSON: {error.msg} at {place}") from None
    except RecursionError:
        raise MalformedBody("the body is nested too deeply") from None
    except ValueError:
        # Python refuses to convert endless runs of digits.
        raise MalformedBody("the body holds a number that is too long") from None


def _refuse_constant(constant: str) -> NoReturn:
    raise MalformedBody(f"the body is not JSON: {constant} is no number")
