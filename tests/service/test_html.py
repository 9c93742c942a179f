"""HTML through the whole service."""

import pytest

from schemas.markup import extract_text

HTML = (
    "<p>&ldquo;We <em>wait</em>,&rdquo; said <a href='/x'>Ana <b>Sousa</b></a>.</p>"
    "<script>“No,” said Eve Evil.</script><p>Bob&nbsp;Stone left. 😀 Ana Sousa stayed.</p>"
)


def spans_of(value):
    if isinstance(value, dict):
        if "source_start" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from spans_of(inner)


def ask(client, how, **options):
    if how == "json":
        body = {"text": HTML, "content_type": "text/html", "include": list(SECTIONS), **options}
        return client.post("/v1/analyze", json=body)
    return client.post(
        "/v1/analyze",
        data=HTML.encode(),
        content_type="text/html; charset=utf-8",
        query_string={"include": ",".join(SECTIONS), **options},
    )


SECTIONS = ("entities", "mentions", "quotes", "context", "text")


@pytest.mark.parametrize("how", ["json", "body"])
def test_text_of_html_is_analyzed(client, how):
    """What a reader of the page would see is analyzed, and comes back on request."""
    answer = ask(client, how).json
    assert answer["text"] == (
        "“We wait,” said Ana Sousa.\n\nBob\u00a0Stone left. 😀 Ana Sousa stayed."
    )
    assert answer["text_length"] == len(answer["text"])
    assert [person["name"] for person in answer["people"]] == ["Ana Sousa"]
    assert [quote["text"] for quote in answer["quotes"]] == ["We wait,"]


@pytest.mark.parametrize(
    ("unit", "encode"),
    [
        ("codepoint", lambda text: text),
        ("utf8", lambda text: text.encode()),
    ],
)
def test_spans_stand_in_the_text_and_in_the_html(client, unit, encode):
    """Every span is a slice of the text, and its slice of the HTML reads as its text."""
    answer = ask(client, "json", offset_unit=unit).json
    text, source = encode(answer["text"]), encode(HTML)
    spans = list(spans_of(answer))
    assert len(spans) >= 4
    for span in spans:
        cut = source[span["source_start"] : span["source_end"]]
        cut = cut if isinstance(cut, str) else cut.decode()
        assert extract_text(cut).text == span["text"]
        assert text[span["start"] : span["end"]] == encode(span["text"])


def test_plain_text_has_no_source(client):
    """Spans of plain text have no other place."""
    answer = client.post("/v1/analyze", json={"text": "“We wait,” said Ana Sousa."}).json
    assert not list(spans_of(answer))


@pytest.mark.parametrize("content_type", ["text/plain", "text/html"])
def test_headlines(client, content_type):
    """A headline is a field of its own, in which offsets count from 0."""
    answer = client.post(
        "/v1/analyze",
        json={
            "headline": "Ana Sousa wins",
            "text": "“We won,” said Ana Sousa.",
            "content_type": content_type,
        },
    ).json
    (person,) = answer["people"]
    assert [(m["field"], m["start"], m["end"]) for m in person["mentions"]] == [
        ("headline", 0, 9),
        ("body", 15, 24),
    ]
    assert (answer["headline_length"], answer["text_length"]) == (14, 25)
    assert answer["quotes"][0]["fragments"][0]["field"] == "body"


def test_context_stays_in_its_field(client):
    """What stands around a quote is of the field that it stands in."""
    answer = client.post(
        "/v1/analyze", json={"headline": "Ana Sousa wins", "text": "“We won,” said Ana Sousa."}
    ).json
    assert answer["quotes"][0]["context"]["prefix"] == "“"


def test_long_texts_of_html(build):
    """What counts is the length of the text, not of the markup around it."""
    client = build(max_chars=10).test_client()
    html = "<p class='a-very-long-name'>Hello.</p>"
    for text, status in ((html, 200), (html.replace("Hello", "Hello you all"), 413)):
        response = client.post("/v1/analyze", json={"text": text, "content_type": "text/html"})
        assert response.status_code == status
    both = client.post("/v1/analyze", json={"text": "123456", "headline": "12345"})
    assert both.status_code == 413
