import pytest
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from service.bodies import (
    MAX_ITEMS,
    MAX_NAMES,
    TEXTS,
    MalformedBody,
    check_content_type,
    check_extent,
    decode,
    parse_json,
)
from service.errors import InvalidField, RepeatedName


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON;charset=UTF-8",
        "text/plain",
        'text/plain; charset="utf-8"',
        "text/plain; charset=US-ASCII",
        "text/plain; format=flowed",
        "text/html",
        "text/html; charset=utf-8",
        "application/vnd.whosaid.ninjs+json",
    ],
)
def test_accepted_content_types(content_type):
    """UTF-8 JSON and plain text are accepted, however that is written."""
    check_content_type(_request(content_type), TEXTS)


@pytest.mark.parametrize(
    ("content_type", "named"),
    [
        pytest.param(None, "no content type", id="none"),
        pytest.param("text/markdown", "text/markdown", id="markdown"),
        pytest.param("application/ld+json", "ld[+]json", id="other json"),
        pytest.param("application/x-www-form-urlencoded", "urlencoded", id="form"),
        pytest.param("text/plain; charset=latin-1", "latin-1", id="charset"),
        pytest.param("application/json; charset=utf-16", "utf-16", id="json charset"),
    ],
)
def test_refused_content_types(content_type, named):
    """Anything else is refused, by name."""
    with pytest.raises(UnsupportedMediaType, match=named):
        check_content_type(_request(content_type), TEXTS)


def _request(content_type):
    headers = {"Content-Type": content_type} if content_type else {}
    return Request(EnvironBuilder(method="POST", headers=headers).get_environ())


@pytest.mark.parametrize("text", ["", "\ufeffa", "a\r\n\x00😀", " \t"])
def test_bodies_are_decoded_verbatim(text):
    """A body's text is every byte of it, a byte order mark included."""
    assert decode(text.encode()) == text


@pytest.mark.parametrize("body", [b"\xff", b"caf\xe9", b"\xed\xa0\x80", b"\xc0\xaf"])
def test_what_is_not_utf8_is_refused(body):
    """Nothing is guessed or replaced."""
    with pytest.raises(MalformedBody, match="not UTF-8 at byte"):
        decode(body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b'{"text": "\\ud800"}', {"text": "\ud800"}, id="lone surrogate"),
        pytest.param(b'{"text": "\\ud83d\\ude00"}', {"text": "😀"}, id="surrogate pair"),
        pytest.param(b'\xef\xbb\xbf{"text": "\xef\xbb\xbf"}', {"text": "\ufeff"}, id="mark"),
        pytest.param(b"[1]", [1], id="array"),
    ],
)
def test_json(body, expected):
    """JSON is read as it stands; a byte order mark before it is no part of it."""
    assert parse_json(body) == expected


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "not JSON: .* line 1 column 1", id="empty"),
        pytest.param(b'{"text": ', "not JSON", id="cut off"),
        pytest.param(b'{"text": NaN}', "NaN is no number", id="NaN"),
        pytest.param(b'{"text": "a\nb"}', "not JSON", id="raw line break"),
        pytest.param(b'{"text": "\xff"}', "not UTF-8", id="not UTF-8"),
        pytest.param(b"[" * 100_000, "nested too deeply", id="deep"),
        pytest.param(b"9" * 5_000, "number that is too long", id="long number"),
    ],
)
def test_malformed_json(body, reason):
    """What is not JSON is refused with the place where it stops being JSON."""
    with pytest.raises(MalformedBody, match=reason):
        parse_json(body)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param(b'{"text": "x", "text": "y"}', "/text", id="values"),
        pytest.param(b'{"text": "x", "text": "x"}', "/text", id="same value"),
        pytest.param(b'{"a": 1, "\\u0061": 2}', "/a", id="escaped"),
        pytest.param(b'{"a": [1, {"b": {"c/d": 1, "c/d": 2}}]}', "/a/1/b/c~1d", id="deep"),
        pytest.param(b'[[], {"a": {"b": 1, "b": 2}, "a": 3}]', "/1/a", id="in one another"),
        pytest.param(b'[{"a": 1, "a": 2}, {"b": 1, "b": 2}]', "/1/b", id="several"),
        pytest.param(b'{"": 1, "": 2}', "/", id="empty name"),
    ],
)
def test_repeated_names(body, pointer):
    """An object that has a name twice is refused, with the place, for it can be read in two ways."""
    with pytest.raises(RepeatedName) as error:
        parse_json(body)
    assert error.value.pointer == pointer


def test_same_names_in_different_objects():
    """Names may come again in other objects."""
    assert parse_json(b'[{"a": {"a": 1}}, {"a": 2}]') == [{"a": {"a": 1}}, {"a": 2}]


LONG = {
    "names": ({str(n): 1 for n in range(MAX_NAMES + 1)}, ""),
    "items": ({"include": [1] * (MAX_ITEMS + 1)}, "/include"),
    "names of an item": ({"a/b": [0, dict.fromkeys(map(str, range(101)))]}, "/a~1b/1"),
    "aliases": ({"known_entities": [{"aliases": [""] * 1001}]}, "/known_entities/0/aliases"),
}


@pytest.mark.parametrize(("fields", "pointer"), LONG.values(), ids=LONG.keys())
def test_long_parts(fields, pointer):
    """What is longer than anything valid is refused before its parts are looked at."""
    with pytest.raises(InvalidField) as error:
        check_extent(fields)
    assert error.value.pointer == pointer


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({str(n): [1] * MAX_ITEMS for n in range(MAX_NAMES)}, id="as long as may be"),
        pytest.param({"a": [[[[1] * 2_000]]]}, id="deeper than anything is read"),
        pytest.param("x" * 2_000, id="no object"),
    ],
)
def test_parts_that_are_looked_at(fields):
    """What may be valid is left to the schema."""
    check_extent(fields)
