"""The OpenAPI document: what every operation shares, and the two forms it is served in."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import flask
import yaml
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_instance
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask_smorest import Api
from marshmallow import INCLUDE

from schemas import MEDIA_TYPE, Fault, ProblemSchema, SubmissionSchema, View
from schemas.ninjs import NINJS_MEDIA_TYPE
from schemas.schema_org import SCHEMA_ORG_MEDIA_TYPE
from service import examples
from service.authentication import KEY_HEADER, needs_key
from service.bodies import HTML, JSON, NDJSON, PLAIN, TEXTS
from service.callers import DEADLINE_HEADER, MAX_DEADLINE_SECONDS, MIN_DEADLINE_SECONDS
from service.rate_limits import is_limited
from service.views import FORMS, MEDIA_TYPES

OPENAPI_VERSION = "3.1.0"
DESCRIPTION = "\n\n".join(
    (
        "News text in; people, organisations, places and attributed quotes out.",
        "Offsets are half-open and count Unicode code points of the text exactly as submitted, or "
        "UTF-16 code units or bytes of UTF-8 on request. Nothing that is submitted is stored or "
        "logged.",
        "Every error is an `application/problem+json` (RFC 9457) whose `type` is stable, and every "
        "response carries an `X-Request-ID`: the caller's own if it sent a sane one.",
    )
)

Endpoint = TypeVar("Endpoint", bound=Callable[..., object])

HEADERS = {
    "X-Request-ID": {
        "description": "Names this request in the service's logs: the caller's own, or a new one.",
        "schema": {"type": "string", "examples": [examples.REQUEST_ID]},
    },
    "Server-Timing": {
        "description": "How long the whole took and, of a text, the wait for the model and its "
        "analysis, in milliseconds.",
        "schema": {
            "type": "string",
            "examples": ["queue;dur=0.9, analysis;dur=84.6, total;dur=86.2"],
        },
    },
}
_ACCESS: dict[str, Any] = {
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": KEY_HEADER,
        "description": "A key that the operator gave you, where this instance requires one.",
    },
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "The same key as `Authorization: Bearer`.",
    },
}
_CHALLENGE = {
    "WWW-Authenticate": {
        "description": "That a key is wanted (RFC 6750).",
        "schema": {"type": "string", "examples": ['Bearer realm="whosaid"']},
    }
}
_RATE_LIMIT = {
    "RateLimit-Policy": {
        "description": "How many requests (`q`) may be sent in so many seconds (`w`).",
        "schema": {"type": "string", "examples": ['"requests";q=600;w=60']},
    },
    "RateLimit": {
        "description": "How many requests are left (`r`), and for how many seconds (`t`).",
        "schema": {"type": "string", "examples": ['"requests";r=0;t=17']},
    },
}
DEADLINE = {
    "name": DEADLINE_HEADER,
    "in": "header",
    "description": "How many seconds the answer may take, from when the service has the request; "
    "then the caller gets a 504, and work on the text ends. `limits.deadline_seconds` of "
    "/v1/capabilities holds for each text as well, whichever ends first. Of a JSON list of texts "
    "this is the time for all of them together; of lines, the time for each.",
    "schema": {
        "type": "number",
        "minimum": MIN_DEADLINE_SECONDS,
        "maximum": MAX_DEADLINE_SECONDS,
        "examples": [10],
    },
}
_RETRY_AFTER = {
    "Retry-After": {
        "description": "After how many seconds to try again.",
        "schema": {"type": "integer", "minimum": 0, "examples": [2]},
    }
}

_OWN_HEADERS: dict[int, dict[str, Any]] = {
    401: _CHALLENGE,
    429: _RATE_LIMIT | _RETRY_AFTER,
    503: _RETRY_AFTER,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A response other than the wanted one, with an example of its problem."""

    name: str
    status: int
    description: str
    slug: str
    detail: str
    errors: tuple[Fault, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return the response object."""
        problem = examples.build_problem(self.status, self.slug, self.detail, self.errors)
        own = _OWN_HEADERS.get(self.status, {})
        return {
            "description": self.description,
            "headers": HEADERS | own,
            "content": {MEDIA_TYPE: {"schema": ProblemSchema, "example": problem}},
        }


REFUSALS = (
    Refusal(
        "Malformed",
        400,
        "The body is not JSON, or not UTF-8; or X-Deadline-Seconds is not in its range.",
        "malformed-body",
        "the body is not JSON: Expecting value at line 1 column 10",
    ),
    Refusal(
        "NotAcceptable",
        406,
        "The Accept header admits no form of the answer.",
        "not-acceptable",
        f"answers are {', '.join(MEDIA_TYPES)}, none of which the Accept header admits",
    ),
    Refusal(
        "TooLong",
        413,
        "The text, the body or the list is longer than /v1/capabilities says.",
        "text-too-long",
        "the text has 600000 characters; at most 500000 are accepted",
        (Fault("/text", "the text has 600000 characters; at most 500000 are accepted"),),
    ),
    Refusal(
        "UnsupportedMediaType",
        415,
        "The body is of no type listed here, is not in UTF-8, or has a coding other than gzip.",
        "unsupported-media-type",
        f"image/png given: send {', '.join(TEXTS[:-1])} or {TEXTS[-1]}, in UTF-8",
    ),
    Refusal(
        "Invalid",
        422,
        "A field is missing, unknown or not what it should be, or the model does not read the "
        "language.",
        "invalid-request",
        "the request is not valid: see errors",
        (Fault("/text", "Missing data for required field."),),
    ),
    Refusal(
        "Unavailable",
        503,
        "The service is overloaded or its model is not loaded.",
        "overloaded",
        "64 texts of 410000 characters are waiting already",
    ),
    Refusal(
        "DeadlineExceeded",
        504,
        "The answer took longer than X-Deadline-Seconds or /v1/capabilities says.",
        "deadline-exceeded",
        "no answer within 120 seconds",
    ),
)

UNAUTHORIZED = Refusal(
    "Unauthorized",
    401,
    "This instance requires a key, and none that is accepted was sent.",
    "unauthorized",
    "no API key was sent",
)
TOO_MANY_REQUESTS = Refusal(
    "TooManyRequests",
    429,
    "More requests were sent than the operator allows in a time.",
    "too-many-requests",
    "too many requests: the limit is 600 per 1 minute",
)


def document_bodies() -> dict[str, Any]:
    """Return the bodies that a text may be sent in, beside that in a JSON object."""
    return {
        PLAIN: {
            "schema": {
                "type": "string",
                "description": "The text, verbatim, in UTF-8; its options stand in the query.",
            },
            "example": examples.TEXT,
        },
        HTML: {
            "schema": {
                "type": "string",
                "description": "The HTML of a text, a fragment or a page, in UTF-8; its options "
                "stand in the query.",
            },
            "example": examples.HTML,
        },
        NINJS_MEDIA_TYPE: {
            "schema": {
                "type": "object",
                "description": "A document of IPTC's ninjs, 1.x to 3.x: its main body and "
                "headline are read. It comes back with the people, organisations and places that "
                "they name, every other property untouched, unless another view is asked for.",
            },
            "example": examples.NINJS,
        },
    }


def document_views() -> dict[str, Any]:
    """Return the other forms that an answer may have, each with an example."""
    native = examples.build_whole_answer()
    shown = {view: form.build(native) for view, form in FORMS.items()}
    linked = (View.SCHEMA_ORG, View.WEB_ANNOTATION)
    return {
        NINJS_MEDIA_TYPE: {
            "schema": {
                "anyOf": [
                    FORMS[View.NINJS].schema,
                    {"type": "object", "description": "The ninjs document sent, enriched."},
                ]
            },
            "example": shown[View.NINJS],
        },
        # Their profiles tell them apart, which no tool looks at.
        SCHEMA_ORG_MEDIA_TYPE: {
            "schema": {"anyOf": [FORMS[view].schema for view in linked]},
            "examples": {view.value: {"value": shown[view]} for view in linked},
        },
    }


def document_batch() -> dict[str, Any]:
    """Return the bodies that a batch may be sent in."""
    lines = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in examples.BATCH)
    return {
        "description": "The texts, each with its options: in a JSON list, or one on each line.",
        "required": True,
        "content": {
            JSON: {
                "schema": {"type": "array", "items": SubmissionSchema},
                "example": examples.BATCH,
            },
            NDJSON: {
                "schema": {
                    "type": "string",
                    "description": "JSON objects as in the list, one on each line, in UTF-8. "
                    "Empty lines count for nothing.",
                },
                "example": lines,
            },
        },
    }


def document_results() -> dict[str, Any]:
    """Return the other form that the results of a batch have."""
    lines = "".join(json.dumps(result) + "\n" for result in examples.build_results())
    return {
        NDJSON: {
            "schema": {
                "type": "string",
                "description": "The results as in the list, one on each line.",
            },
            "example": lines,
        }
    }


class _Converter(OpenAPIConverter):
    """Says of schemas that have a description, too, which properties they admit."""

    def schema2jsonschema(self, schema: Any) -> Any:
        """Return the JSON schema of a marshmallow schema."""
        described = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        described["additionalProperties"] = resolve_schema_instance(schema).unknown == INCLUDE
        return described


class _Plugin(MarshmallowPlugin):
    """Describes marshmallow's schemas."""

    Converter = _Converter


def build_api(app: flask.Flask, version: str) -> Any:
    """Attach an empty document to an application, with the refusals that operations name."""
    app.config.update(API_TITLE="Whosaid", API_VERSION=version, OPENAPI_VERSION=OPENAPI_VERSION)
    license_ = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    info = {"description": DESCRIPTION, "license": license_}
    # Only some instances require a key.
    security: list[dict[str, list[str]]] = [{}]
    security.extend({name: []} for name in _ACCESS)
    spec = {"info": info, "security": security, "marshmallow_plugin": _Plugin()}
    api = Api(app, spec_kwargs=spec)
    # Operations name each refusal they make: a default response would hide a missing one.
    api.DEFAULT_ERROR_RESPONSE_NAME = None
    # flask-smorest describes its own errors and pages, of which there are none here.
    api.spec.components.schemas.clear()
    for refusal in (*REFUSALS, UNAUTHORIZED, TOO_MANY_REQUESTS):
        api.spec.components.response(refusal.name, refusal.document())
    for name, scheme in _ACCESS.items():
        api.spec.components.security_scheme(name, scheme)
    return api


def route(
    blueprint: Any, rule: str, *decorators: Any, method: str = "GET"
) -> Callable[[Endpoint], Endpoint]:
    """Route a view through flask-smorest's untyped decorators, the outermost first.

    The view itself stays as it is, type included.
    """

    def decorate(view: Endpoint) -> Endpoint:
        decorated: Any = view
        access = _document_access(blueprint, f"{blueprint.name}.{view.__name__}")
        for decorator in reversed((*access, *decorators)):
            decorated = decorator(decorated)
        blueprint.route(rule, methods=[method])(decorated)
        return view

    return decorate


def _document_access(blueprint: Any, endpoint: str) -> list[Any]:
    """Return the decorators that document who may use an endpoint, and how often."""
    if not needs_key(endpoint):
        return [blueprint.doc(security=[])]
    refusals = [TOO_MANY_REQUESTS, UNAUTHORIZED] if is_limited(blueprint.name) else [UNAUTHORIZED]
    return [blueprint.alt_response(refusal.status, refusal.name) for refusal in refusals]


def document_refusals(blueprint: Any, *statuses: int) -> list[Any]:
    """Return the decorators that document these refusals, or all of them."""
    return [
        blueprint.alt_response(refusal.status, refusal.name)
        for refusal in REFUSALS
        if not statuses or refusal.status in statuses
    ]


def serve_document(app: flask.Flask, api: Any) -> None:
    """Serve the finished document as /openapi.yaml and /openapi.json."""
    as_json = render_json(api)

    @cache
    def as_yaml() -> str:
        """Write it once somebody asks for it: that takes longer than all else at the start."""
        return _convert(as_json)

    app.add_url_rule(
        "/openapi.yaml",
        "openapi_yaml",
        lambda: flask.Response(as_yaml(), content_type="application/yaml"),
    )
    app.add_url_rule(
        "/openapi.json",
        "openapi_json",
        lambda: flask.Response(as_json, content_type="application/json"),
    )


def find_api(app: flask.Flask) -> Any:
    """Return the document of an application."""
    return app.extensions["flask-smorest"]["apis"][""]["ext_obj"]


def render_json(api: Any) -> str:
    """Return the document as JSON."""
    document = api.spec.to_dict()
    illustrate(document)
    return json.dumps({"openapi": document.pop("openapi"), **document}, indent=2)


def illustrate(document: dict[str, Any]) -> None:
    """Show of each field of a document the value that it has in the examples of whole bodies."""
    components = document["components"]
    for media in _find_media(document):
        shown = [each["value"] for each in media.get("examples", {}).values()]
        options = media["schema"].get("anyOf", [media["schema"]])
        for option, example in zip(options, shown or [media.get("example")], strict=False):
            _show(option, example, components["schemas"])


def _find_media(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every form that a request or a response may have."""
    bodies = [
        body
        for operations in document["paths"].values()
        for operation in operations.values()
        for body in (operation.get("requestBody", {}), *operation["responses"].values())
    ]
    for body in (*document["components"]["responses"].values(), *bodies):
        yield from body.get("content", {}).values()


def _show(schema: dict[str, Any], value: Any, schemas: dict[str, Any]) -> None:
    if isinstance(value, dict):
        whole = _resolve(schema, schemas)
        for name, part in value.items():
            _show(whole.get("properties", {}).get(name, {}), part, schemas)
    elif isinstance(value, list) and (items := schema.get("items")):
        for part in value:
            _show(items, part, schemas)
    if value is not None and not schema.keys() & {"$ref", "anyOf", "enum", "examples"}:
        schema["examples"] = [value]


def _resolve(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of objects that another one refers to, or says that null may replace."""
    for option in (schema, *schema.get("anyOf", ())):
        if "$ref" in option:
            resolved: dict[str, Any] = schemas[option["$ref"].rpartition("/")[2]]
            return resolved
    return schema


def render_yaml(api: Any) -> str:
    """Return the document as YAML, without anchors: equal parts are written out."""
    return _convert(render_json(api))


def _convert(as_json: str) -> str:
    document = json.loads(as_json)
    rendered: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    return rendered
