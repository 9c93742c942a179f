"""Requests that are wrong, and what exactly their callers are told."""

import gzip
import json

import pytest

from schemas import ProblemSchema
from schemas.ninjs import NINJS_MEDIA_TYPE

JSON = "application/json"
PLAIN = "text/plain"
GZIP = {"Content-Encoding": "gzip"}
GERMAN = "Der Bürgermeister sagte am Montag, die Brücke werde im Mai wieder geöffnet."


def post(**options):
    return {"method": "POST", "path": "/v1/analyze", "content_type": JSON, **options}


def of_text(**options):
    return post(**{"json": {"text": "x"}, "content_type": None, **options})


def of_known(known):
    return of_text(json={"text": "x", "known_entities": [known]})


def of_ninjs(document):
    return post(data=json.dumps(document).encode(), content_type=NINJS_MEDIA_TYPE)


def of_batch(items, **options):
    return of_text(path="/v1/analyze/batch", json=items, **options)


@pytest.mark.parametrize(
    ("request_", "status", "slug", "pointers"),
    [
        pytest.param(post(data=b"{"), 400, "malformed-body", [], id="not JSON"),
        pytest.param(
            post(data=b'{"text": "x", "text": "y"}'), 400, "malformed-body", ["/text"], id="twice"
        ),
        pytest.param(post(data=b'"\xff"'), 400, "malformed-body", [], id="JSON not UTF-8"),
        pytest.param(post(data=b""), 400, "malformed-body", [], id="no body"),
        pytest.param(
            post(data=b"\xff", content_type=PLAIN), 400, "malformed-body", [], id="text not UTF-8"
        ),
        pytest.param({"path": "/v1"}, 404, "not-found", [], id="no endpoint"),
        pytest.param({"path": "/v2/analyze"}, 404, "not-found", [], id="no such path"),
        pytest.param({"path": "/v1/analyze"}, 405, "method-not-allowed", [], id="GET"),
        pytest.param(
            {"path": "/livez", "method": "DELETE"}, 405, "method-not-allowed", [], id="DELETE"
        ),
        pytest.param(
            of_text(headers={"Accept": "text/html"}), 406, "not-acceptable", [], id="HTML wanted"
        ),
        pytest.param(
            of_text(headers={"Accept": "*/*, application/json;q=0"}),
            406,
            "not-acceptable",
            [],
            id="no JSON wanted",
        ),
        pytest.param(
            post(data=b"x" * 70_000, content_type=PLAIN), 413, "body-too-long", [], id="body"
        ),
        pytest.param(
            post(data=b"x" * 101, content_type=PLAIN), 413, "text-too-long", ["/text"], id="text"
        ),
        pytest.param(
            post(data=b"x", content_type="image/png"), 415, "unsupported-media-type", [], id="png"
        ),
        pytest.param(
            post(data=b"x", content_type=None), 415, "unsupported-media-type", [], id="no type"
        ),
        pytest.param(post(data=b"[]"), 422, "invalid-request", [""], id="array"),
        pytest.param(post(data=b"null"), 422, "invalid-request", [""], id="null"),
        pytest.param(post(data=b"{}"), 422, "invalid-request", ["/text"], id="no text"),
        pytest.param(
            post(data=b'{"text": 1, "a/b~": 2}'),
            422,
            "invalid-request",
            ["/text", "/a~1b~0"],
            id="two faults",
        ),
        pytest.param(
            post(data=b"x", content_type=PLAIN, query_string="unit=byte"),
            422,
            "invalid-request",
            ["/unit"],
            id="unknown parameter",
        ),
        pytest.param(
            of_text(query_string="id=a&id=b"), 422, "invalid-request", ["/id"], id="given twice"
        ),
        pytest.param(
            post(data=b"x", content_type=PLAIN, query_string="text=y&offset_unit=byte"),
            422,
            "invalid-request",
            ["/offset_unit", "/text"],
            id="bad parameters",
        ),
        pytest.param(
            of_text(json={"text": "x", "offset_unit": "utf16"}, query_string="offset_unit=byte"),
            422,
            "invalid-request",
            ["/offset_unit"],
            id="bad parameter beside a good field",
        ),
        pytest.param(
            of_text(json={"text": "x", "scope": "quotes", "min_confidence": "0.5"}),
            422,
            "invalid-request",
            ["/scope", "/min_confidence"],
            id="bad selection",
        ),
        pytest.param(
            of_text(query_string="scope=&min_confidence=nan"),
            422,
            "invalid-request",
            ["/scope", "/min_confidence"],
            id="bad selection in the query",
        ),
        pytest.param(
            of_text(query_string="min_confidence=0.5&min_confidence=0.5"),
            422,
            "invalid-request",
            ["/min_confidence"],
            id="confidence given twice",
        ),
        pytest.param(
            post(data=b'{"text": "x", "min_confidence": NaN}'),
            400,
            "malformed-body",
            [],
            id="NaN in JSON",
        ),
        pytest.param(
            post(data=b'{"text": "x", "min_confidence": 1e999}'),
            422,
            "invalid-request",
            ["/min_confidence"],
            id="endless number",
        ),
        pytest.param(
            post(data=b"x", content_type=PLAIN, query_string="language=xx"),
            422,
            "unsupported-language",
            ["/language"],
            id="language",
        ),
        pytest.param(
            post(data=b" ", content_type=PLAIN, query_string="language=xx"),
            422,
            "unsupported-language",
            ["/language"],
            id="language of a blank text",
        ),
        pytest.param(post(data=b"[" * 50_000), 400, "malformed-body", [], id="nested too deep"),
        pytest.param(
            post(data=b'{"text": ' + b"9" * 5_000 + b"}"),
            400,
            "malformed-body",
            [],
            id="endless digits",
        ),
        pytest.param(post(data=b'{"text": "x"} {}'), 400, "malformed-body", [], id="two values"),
        pytest.param(
            post(data=b'{"text": "a\nb"}'), 400, "malformed-body", [], id="raw line break"
        ),
        pytest.param(post(data=b'{"text": Infinity}'), 400, "malformed-body", [], id="infinity"),
        pytest.param(
            post(data=b"not gzip", headers=GZIP), 400, "malformed-body", [], id="not gzip"
        ),
        pytest.param(
            post(data=gzip.compress(b"{}")[:-4], headers=GZIP),
            400,
            "malformed-body",
            [],
            id="gzip cut off",
        ),
        pytest.param(
            post(data=gzip.compress(b" " * 70_000), headers=GZIP),
            413,
            "body-too-long",
            [],
            id="gzip bomb",
        ),
        pytest.param(
            post(data=b"{}", headers={"Content-Encoding": "br"}),
            415,
            "unsupported-media-type",
            [],
            id="brotli",
        ),
        pytest.param(
            post(data=b"{}", headers={"Content-Encoding": "gzip, gzip"}),
            415,
            "unsupported-media-type",
            [],
            id="gzip twice",
        ),
        pytest.param(
            post(data=b"x", content_type="text/plain; charset=latin-1"),
            415,
            "unsupported-media-type",
            [],
            id="charset",
        ),
        pytest.param(
            post(data=b"x", content_type="application/xml"),
            415,
            "unsupported-media-type",
            [],
            id="xml",
        ),
        pytest.param(
            post(data=b"a=b", content_type="application/x-www-form-urlencoded"),
            415,
            "unsupported-media-type",
            [],
            id="form",
        ),
        pytest.param(
            post(data=b"\xff", content_type="text/html"),
            400,
            "malformed-body",
            [],
            id="HTML not UTF-8",
        ),
        pytest.param(
            of_text(json={"text": "x" * 101, "content_type": "text/html"}),
            413,
            "text-too-long",
            ["/text"],
            id="text of HTML",
        ),
        pytest.param(
            of_text(json={"text": "x" * 60, "headline": "y" * 60}),
            413,
            "text-too-long",
            ["/text"],
            id="text with headline",
        ),
        pytest.param(
            of_text(json={"text": None}), 422, "invalid-request", ["/text"], id="null text"
        ),
        pytest.param(
            of_text(json={"text": ["x"]}), 422, "invalid-request", ["/text"], id="text in a list"
        ),
        pytest.param(
            of_text(json={"text": "x", "headline": 1}),
            422,
            "invalid-request",
            ["/headline"],
            id="headline",
        ),
        pytest.param(
            of_text(json={"text": "x", "content_type": "text/markdown"}),
            422,
            "invalid-request",
            ["/content_type"],
            id="content type",
        ),
        pytest.param(
            of_text(json={"text": "x", "id": "i" * 257}),
            422,
            "invalid-request",
            ["/id"],
            id="long id",
        ),
        pytest.param(
            of_text(json={"text": "x", "id": 1}),
            422,
            "invalid-request",
            ["/id"],
            id="id is a number",
        ),
        pytest.param(
            of_text(json={"text": "x", "language": ""}),
            422,
            "invalid-request",
            ["/language"],
            id="empty language",
        ),
        pytest.param(
            of_text(json={"text": "x", "language": "e" * 36}),
            422,
            "invalid-request",
            ["/language"],
            id="long language",
        ),
        pytest.param(
            of_text(json={"text": "x", "language": "de-DE"}),
            422,
            "unsupported-language",
            ["/language"],
            id="German stated",
        ),
        pytest.param(
            of_text(json={"text": GERMAN}),
            422,
            "unsupported-language",
            ["/text"],
            id="German detected",
        ),
        pytest.param(
            of_text(json={"text": "x", "include": []}),
            422,
            "invalid-request",
            ["/include"],
            id="nothing included",
        ),
        pytest.param(
            of_text(json={"text": "x", "include": ["quotes", "all"]}),
            422,
            "invalid-request",
            ["/include/1"],
            id="unknown section",
        ),
        pytest.param(
            of_text(json={"text": "x", "types": "person"}),
            422,
            "invalid-request",
            ["/types"],
            id="types not a list",
        ),
        pytest.param(
            of_text(json={"text": "x", "types": ["org"]}),
            422,
            "invalid-request",
            ["/types/0"],
            id="unknown type",
        ),
        pytest.param(
            of_text(json={"text": "x", "kinds": [None]}),
            422,
            "invalid-request",
            ["/kinds/0"],
            id="null kind",
        ),
        pytest.param(
            of_text(query_string="kinds=direct,said"),
            422,
            "invalid-request",
            ["/kinds/1"],
            id="unknown kind in the query",
        ),
        pytest.param(
            of_text(query_string="types="),
            422,
            "invalid-request",
            ["/types"],
            id="no type in the query",
        ),
        pytest.param(
            of_text(query_string="view=xml"), 422, "invalid-request", ["/view"], id="unknown view"
        ),
        pytest.param(
            of_text(headers={"Accept": "application/xml"}),
            406,
            "not-acceptable",
            [],
            id="XML wanted",
        ),
        pytest.param(
            of_text(query_string="headline=x"),
            422,
            "invalid-request",
            ["/headline"],
            id="headline in the query",
        ),
        pytest.param(
            of_known({}),
            422,
            "invalid-request",
            ["/known_entities/0/name", "/known_entities/0/type"],
            id="known: nothing",
        ),
        pytest.param(
            of_known({"name": "", "type": "person"}),
            422,
            "invalid-request",
            ["/known_entities/0/name"],
            id="known: no name",
        ),
        pytest.param(
            of_known({"name": "x", "type": "city"}),
            422,
            "invalid-request",
            ["/known_entities/0/type"],
            id="known: type",
        ),
        pytest.param(
            of_known({"name": "x", "type": "place", "uri": "x"}),
            422,
            "invalid-request",
            ["/known_entities/0/uri"],
            id="known: relative URI",
        ),
        pytest.param(
            of_known({"name": "x", "type": "place", "aliases": [1]}),
            422,
            "invalid-request",
            ["/known_entities/0/aliases/0"],
            id="known: alias",
        ),
        pytest.param(
            of_known({"name": "x", "type": "place", "tag": 1}),
            422,
            "invalid-request",
            ["/known_entities/0/tag"],
            id="known: unknown field",
        ),
        pytest.param(
            of_text(json={"text": "x", "known_entities": {}}),
            422,
            "invalid-request",
            ["/known_entities"],
            id="known: no list",
        ),
        pytest.param(
            of_text(json={"text": "x", "known_entities": [{"name": "x", "type": "place"}] * 1001}),
            422,
            "invalid-request",
            ["/known_entities"],
            id="known: too many",
        ),
        pytest.param(
            of_text(json={"text": "<i></i>" * 60, "content_type": "text/html"}),
            413,
            "text-too-long",
            ["/text"],
            id="markup",
        ),
        pytest.param(
            of_ninjs({"body_text": "x" * 101}), 413, "text-too-long", [""], id="ninjs: too long"
        ),
        pytest.param(
            post(data=b'{"body_text": "x", "g": 1e400}', content_type=NINJS_MEDIA_TYPE),
            400,
            "malformed-body",
            [],
            id="ninjs: endless number",
        ),
        pytest.param(
            of_ninjs({"body_text": "x", "language": "xx"}),
            422,
            "unsupported-language",
            ["/language"],
            id="ninjs: language",
        ),
        pytest.param(of_ninjs([]), 422, "invalid-request", [""], id="ninjs: list"),
        pytest.param(of_ninjs({"uri": "urn:x"}), 422, "invalid-request", [""], id="ninjs: no text"),
        pytest.param(
            of_ninjs({"body_text": 1}), 422, "invalid-request", ["/body_text"], id="ninjs: body"
        ),
        pytest.param(
            of_ninjs({"bodies": [{"value": 1}]}),
            422,
            "invalid-request",
            ["/bodies/0/value"],
            id="ninjs: bodies",
        ),
        *(
            pytest.param(
                of_text(headers={"X-Deadline-Seconds": written}),
                400,
                "invalid-header",
                [],
                id=f"deadline: {name}",
            )
            for written, name in (
                ("soon", "no number"),
                ("NaN", "NaN"),
                ("inf", "endless"),
                ("-1", "negative"),
                ("0", "zero"),
                ("1e400", "exponent"),
                ("9" * 400, "400 digits"),
                ("2,3", "two"),
                ("\u00b2", "not ASCII"),
                ("", "empty"),
            )
        ),
        pytest.param(
            of_batch([], headers={"X-Deadline-Seconds": "soon"}),
            400,
            "invalid-header",
            [],
            id="batch: deadline",
        ),
        pytest.param(of_batch({}), 422, "invalid-request", [""], id="batch: object"),
        pytest.param(of_batch([{}] * 3), 413, "batch-too-long", [""], id="batch: too long"),
        pytest.param(
            of_batch([], query_string="unit=byte"),
            422,
            "invalid-request",
            ["/unit"],
            id="batch: parameter",
        ),
        pytest.param(
            {"method": "POST", "path": "/v1/analyze/batch", "data": b"x", "content_type": PLAIN},
            415,
            "unsupported-media-type",
            [],
            id="batch: plain text",
        ),
        pytest.param({"path": "/v1/analyze/batch"}, 405, "method-not-allowed", [], id="batch: GET"),
        pytest.param(
            {"path": "/v1/capabilities", "method": "POST"}, 405, "method-not-allowed", [], id="POST"
        ),
        pytest.param(
            {"path": "/docs/problems/nothing"}, 404, "not-found", [], id="no such problem"
        ),
        pytest.param(
            {"path": "/v1/capabilities", "headers": {"Accept": "text/html"}},
            406,
            "not-acceptable",
            [],
            id="capabilities as HTML",
        ),
    ],
)
def test_callers_faults(build, request_, status, slug, pointers):
    """Whatever is wrong with a request has a status, a type, and a place where there is one."""
    client = build(max_chars=100, batch_max_items=2).test_client()
    response = client.open(**{"method": "GET", **request_})
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    problem = response.json
    assert problem["type"] == f"urn:whosaid:problem:{slug}"
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["X-Request-ID"]
    assert sorted(fault["pointer"] for fault in problem.get("errors", [])) == sorted(pointers)
    assert ProblemSchema().validate(problem) == {}
