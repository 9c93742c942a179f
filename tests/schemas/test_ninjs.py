import copy
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.ninjs import (
    InvalidNinjs,
    NinjsCopy,
    NinjsSchema,
    enrich_ninjs,
    read_ninjs,
    view_ninjs,
)
from schemas.uris import to_uri
from tests.schemas.contracts import find_faults
from tests.schemas.contracts.answers import IDENTIFIERS, answer, answers, entity
from tests.texts import texts

ANA = {"name": "Ana Sousa", "rel": "mentions", "uri": "urn:whosaid:entity:per-1"}
AGUAS = {"name": "Águas SA", "rel": "mentions", "uri": "https://aguas.example"}
PORTO = {
    "name": "Porto",
    "rel": "mentions",
    "uri": "urn:whosaid:entity:pla-1",
    "literal": "P-7",
}


def test_example():
    """An answer is a partial document of the entities that the text mentions."""
    assert view_ninjs(answer()) == {
        "uri": "urn:whosaid:document:story%201",
        "type": "text",
        "representationType": "partial",
        "language": "en",
        "people": [ANA],
        "organisations": [AGUAS],
        "places": [PORTO],
        "standard": {
            "name": "ninjs",
            "version": "3.2",
            "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.2.json#",
        },
    }


@settings(deadline=None)
@given(answers())
def test_every_answer_is_legal(given_answer):
    """Every view is valid ninjs, and leaves the answer be."""
    before = copy.deepcopy(given_answer)
    view = json.loads(json.dumps(view_ninjs(given_answer)))
    assert given_answer == before
    assert find_faults("ninjs", view) == []
    assert NinjsSchema().validate(view) == {}
    assert NinjsSchema().dump(view) == view


@pytest.mark.parametrize(
    ("contract", "change"),
    [
        pytest.param("ninjs", {"quotes": []}, id="unknown property"),
        pytest.param("ninjs", {"people": [{**ANA, "code": "x"}]}, id="a property of 1.x"),
        pytest.param("ninjs", {"uri": "a b"}, id="no URI"),
        pytest.param("ninjs_1", {"person": [ANA]}, id="1.x with a property of 3.x"),
        pytest.param("ninjs_2", {"people": [{"contactInfo": []}]}, id="2.x with one of 3.x"),
    ],
)
def test_contract_refuses(contract, change):
    """The contracts that documents are held against can fail."""
    assert find_faults(contract, {"uri": "urn:a:b"}) == []
    assert find_faults(contract, {"uri": "urn:a:b", **change})


def copied(body="", content_type="text/plain", headline=None, language=None, uri=None):
    return NinjsCopy(headline, body, content_type, language, uri)


PLAIN_BODY = {"role": "text", "contentType": "text/plain; charset=utf-8", "value": "Plain."}
HTML_BODY = {"role": "html5", "contentType": "Text/HTML", "value": "<p>Html.</p>"}
XML_BODY = {"role": "main", "contentType": "application/xml", "value": "<nitf/>"}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(
            {
                "uri": "http://ninjs.example/1",
                "language": "en-GB",
                "headline": "A headline",
                "headline_subhead": "Another",
                "body_text": "Plain.",
                "body_xhtml": "<p>Html.</p>",
            },
            copied("<p>Html.</p>", "text/html", "A headline", "en-GB", "http://ninjs.example/1"),
            id="1.x",
        ),
        pytest.param({"body_main_text": "a", "body_html": "b"}, copied("a"), id="1.x: main leads"),
        pytest.param({"body_nitf": "<a/>", "body_story": "b"}, copied("b"), id="1.x: no NITF"),
        pytest.param({"headline_subhead": "a"}, copied(headline="a"), id="1.x: any headline"),
        pytest.param(
            {
                "headlines": [{"role": "sub", "value": "a"}, {"role": "Main", "value": "b"}],
                "bodies": [{**PLAIN_BODY, "contenttype": "text/plain"}],
            },
            copied("Plain.", headline="b"),
            id="2.x",
        ),
        pytest.param(
            {"bodies": [{"role": "main", "contenttype": "text/html", "value": "<p>a"}]},
            copied("<p>a", "text/html"),
            id="2.x: contenttype",
        ),
        pytest.param(
            {"bodies": [PLAIN_BODY, XML_BODY, HTML_BODY, {**HTML_BODY, "value": "late"}]},
            copied("<p>Html.</p>", "text/html"),
            id="3.x: HTML leads, the first of it",
        ),
        pytest.param(
            {"bodies": [HTML_BODY, {**PLAIN_BODY, "role": "main"}]},
            copied("Plain."),
            id="3.x: main leads",
        ),
        pytest.param(
            {"bodies": [{"contentType": "application/xhtml+xml", "value": "<p/>"}]},
            copied("<p/>", "text/html"),
            id="3.x: XHTML",
        ),
        pytest.param(
            {"bodies": [{"role": "richhtml5", "value": "<p/>"}]},
            copied("<p/>", "text/html"),
            id="3.x: the role tells the format",
        ),
        pytest.param({"bodies": [{"value": "a"}]}, copied("a"), id="3.x: plain unless told"),
        pytest.param(
            {"bodies": [{"contentType": "", "value": "a"}]}, copied("a"), id="3.x: empty type"
        ),
        pytest.param(
            {"bodies": [{**HTML_BODY, "value": " \n"}, PLAIN_BODY, {"value": ""}]},
            copied("Plain."),
            id="3.x: blank bodies are none",
        ),
        pytest.param(
            {"headlines": [{"role": "sub", "value": "a"}, {"value": "b"}], "bodies": [XML_BODY]},
            copied(headline="b"),
            id="3.x: headline without a role before one with another",
        ),
        pytest.param(
            {
                "headlines": [
                    {"role": "main", "contentType": "text/html", "value": "<b>a</b>"},
                    {"role": "main", "value": "a"},
                ]
            },
            copied(headline="a"),
            id="3.x: headline in plain text before one in HTML",
        ),
        pytest.param(
            {"headline": " ", "language": "", "uri": "", "body_text": " a\n"},
            copied(" a\n"),
            id="blank headline, empty strings; text verbatim",
        ),
    ],
)
def test_read(document, expected):
    """The best headline and body of each version are read by the stated rules."""
    assert read_ninjs(document) == expected


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        pytest.param([], "", id="no object"),
        pytest.param({}, "", id="empty"),
        pytest.param({"bodies": [XML_BODY]}, "", id="nothing that can be read"),
        pytest.param({"headline": " ", "body_text": ""}, "", id="nothing but blank"),
        pytest.param({"headline": None}, "/headline", id="headline"),
        pytest.param({"body_html": 1}, "/body_html", id="body"),
        pytest.param({"body_a/~b": []}, "/body_a~1~0b", id="escaped pointer"),
        pytest.param({"bodies": {}}, "/bodies", id="no array"),
        pytest.param({"bodies": ["a"]}, "/bodies/0", id="no object in it"),
        pytest.param({"bodies": [PLAIN_BODY, {}]}, "/bodies/1/value", id="no value"),
        pytest.param({"bodies": [{**PLAIN_BODY, "role": 1}]}, "/bodies/0/role", id="role"),
        pytest.param(
            {"bodies": [{**PLAIN_BODY, "contenttype": 1}]}, "/bodies/0/contenttype", id="type"
        ),
        pytest.param({"headlines": [{"value": None}]}, "/headlines/0/value", id="headlines"),
        pytest.param({"headline": "a", "language": 1}, "/language", id="language"),
        pytest.param({"headline": "a", "uri": 1}, "/uri", id="uri"),
        pytest.param({"headline": "a", "people": {}}, "/people", id="people"),
        pytest.param({"headline": "a", "place": ["b"]}, "/place/0", id="place of 1.x"),
        pytest.param(
            {"headline": "a", "person": [{}, {"code": 1}]}, "/person/1/code", id="person of 1.x"
        ),
    ],
)
def test_read_refuses(document, pointer):
    """What is not of the right type is refused with a pointer to it, and so is no text."""
    with pytest.raises(InvalidNinjs) as caught:
        read_ninjs(document)
    assert caught.value.pointer == pointer
    assert str(caught.value).startswith(pointer)
    assert caught.value.detail in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | texts(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "role", "name", "uri", "code"]), inner)
    ),
    max_leaves=8,
)
NAMES = ["uri", "language", "headline", "headlines", "body_text", "bodies", "people", "place"]
NAMES += ["standard", "$standard"]


@settings(deadline=None)
@given(JSON | st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4), answers())
def test_any_json_is_read_or_refused(document, given_answer):
    """Whatever JSON is sent, it is read and enriched or refused with the documented error."""
    before = copy.deepcopy(document)
    try:
        copied = read_ninjs(document)
    except InvalidNinjs:
        pass
    else:
        assert copied.headline or copied.body
        enrich_ninjs(document, given_answer)
    assert repr(document) == repr(before)


def nested(depth: int) -> dict:
    document: dict = {}
    for _ in range(depth):
        document = {"associations": [document]}
    return document


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"body_text": " " * 1_000_000, "headline": "a"}, id="blank"),
        pytest.param({"bodies": [{"role": "a" * 1_000_000, "value": "a"}]}, id="role"),
        pytest.param({"headline": "a", **{f"body_{n}": "x" for n in range(20_000)}}, id="bodies"),
        pytest.param({"headline": "a", "people": [{"name": "x" * 20}] * 20_000}, id="people"),
        pytest.param({"headline": "a", **nested(50_000)}, id="depth"),
        pytest.param({"headline": "\x00\ud800😀"}, id="awkward characters"),
    ],
)
def test_large_documents_take_linear_time(document):
    """Nothing that is large or deep takes long or fails."""
    begin = time.process_time()
    assert read_ninjs(document).headline or read_ninjs(document).body
    assert enrich_ninjs(document, answer())["headline" if "headline" in document else "bodies"]
    assert time.process_time() - begin < 5


def test_enrich():
    """Found entities come after a document's own, and all else stays as and where it is."""
    document = {
        "people": [{"name": "Jo", "rel": "about"}],
        "uri": "http://ninjs.example/1",
        "bodies": [PLAIN_BODY],
    }
    enriched = enrich_ninjs(document, answer())
    assert enriched == {
        "people": [{"name": "Jo", "rel": "about"}, ANA],
        "uri": "http://ninjs.example/1",
        "bodies": [PLAIN_BODY],
        "organisations": [AGUAS],
        "places": [PORTO],
    }
    assert list(enriched) == ["people", "uri", "bodies", "organisations", "places"]


def test_enrich_the_first_generation():
    """In ninjs 1.x a URI is parted into a scheme and a code."""
    document = {"uri": "http://ninjs.example/1", "body_text": "a", "place": []}
    enriched = enrich_ninjs(document, answer())
    assert enriched == {
        "uri": "http://ninjs.example/1",
        "body_text": "a",
        "place": [{"name": "Porto", "rel": "mentions", "code": "P-7"}],
        "person": [
            {
                "name": "Ana Sousa",
                "rel": "mentions",
                "scheme": "urn:whosaid:entity:",
                "code": "per-1",
            }
        ],
        "organisation": [
            {
                "name": "Águas SA",
                "rel": "mentions",
                "scheme": "https://",
                "code": "aguas.example",
            }
        ],
    }
    assert find_faults("ninjs_1", enriched) == []


def test_enrich_the_first_generation_with_a_uri_of_one_part():
    """A URI that cannot be parted is a code of its own."""
    (entry,) = enrich_ninjs(
        {"headline": "a"}, answer(people=[entity("per-1", "Jo", uri="x:")], places=[])
    )["person"]
    assert entry == {"name": "Jo", "rel": "mentions", "code": "x:"}


@pytest.mark.parametrize(
    ("entry", "uri", "added"),
    [
        pytest.param({"name": "ANA SOUSA"}, None, False, id="name in another case"),
        pytest.param({"name": "A. Sousa", "uri": "urn:a:b"}, "urn:a:b", False, id="uri"),
        pytest.param({"uri": "urn:whosaid:entity:per-1"}, None, False, id="our URN"),
        pytest.param({"literal": "P-1"}, "P-1", False, id="literal"),
        pytest.param({"code": "P-1"}, "P-1", False, id="code"),
        pytest.param({"scheme": "http://a", "code": "b"}, "http://a/b", False, id="scheme"),
        pytest.param({"scheme": "urn:a:", "code": "b"}, "urn:a:b", False, id="scheme of a URN"),
        pytest.param({"scheme": "urn:a:", "code": "b"}, "b", True, id="code in a scheme"),
        pytest.param({"name": "Ana"}, "urn:a:b", True, id="another name"),
        pytest.param({"uri": "", "literal": "", "code": ""}, "", True, id="empty identifiers"),
    ],
)
@pytest.mark.parametrize("key", ["people", "person"])
def test_enrich_adds_nobody_twice(key, entry, uri, added):
    """An entity that is there already, by its identifier or its name, is not added."""
    enriched = enrich_ninjs({key: [entry]}, answer(people=[entity("per-1", "Ana Sousa", uri=uri)]))
    assert enriched[key][0] == entry
    assert len(enriched[key]) == 1 + added


def test_enrich_adds_one_of_two_alike():
    """Of found entities with one name in two cases, the first is added."""
    alike = [entity("per-1", "Jo"), entity("per-2", "JO")]
    assert [p["name"] for p in enrich_ninjs({}, answer(people=alike))["people"]] == ["Jo"]


@pytest.mark.parametrize(
    ("document", "key"),
    [
        pytest.param({}, "people", id="nothing known"),
        pytest.param({"version": "1"}, "people", id="the version of the news"),
        pytest.param({"headline": "a"}, "person", id="headline"),
        pytest.param({"description_text": "a"}, "person", id="description"),
        pytest.param({"place": []}, "person", id="place"),
        pytest.param({"places": [], "headline": "a"}, "people", id="of both"),
        pytest.param({"$standard": {}}, "person", id="$standard"),
        pytest.param({"$standard": {"version": "1.5"}, "bodies": []}, "person", id="$standard 1.5"),
        pytest.param({"standard": {"version": "2.1"}, "headline": "a"}, "people", id="2.1"),
        pytest.param({"standard": {"version": "1.4"}}, "person", id="standard 1.4"),
        pytest.param({"standard": {"version": ""}}, "people", id="standard without a version"),
        pytest.param({"standard": {"version": 1}}, "people", id="version that is a number"),
        pytest.param({"standard": "1.5"}, "people", id="standard that is no object"),
        pytest.param({"standard": {"version": "10.1"}}, "people", id="far future"),
    ],
)
def test_versions(document, key):
    """A document is enriched in the terms of its own version."""
    assert key in enrich_ninjs(document, answer())


STRINGS = texts()
URIS = st.sampled_from(["urn:a:b", "http://a.example/b#c"])
LATE_ENTRY = st.fixed_dictionaries({}, optional={"name": STRINGS, "uri": URIS, "literal": STRINGS})
EARLY_ENTRY = st.fixed_dictionaries({}, optional={"name": STRINGS, "scheme": URIS, "code": STRINGS})


def documents(lists: list[str], entry: st.SearchStrategy, **more: st.SearchStrategy):
    optional = {name: st.lists(entry, max_size=3) for name in lists} | {"title": STRINGS}
    return st.fixed_dictionaries({"uri": URIS, **more}, optional=optional)


LATE = ["people", "organisations", "places"]
EARLY = ["person", "organisation", "place"]


@settings(deadline=None)
@given(
    st.one_of(
        st.tuples(st.just("ninjs"), documents(LATE, LATE_ENTRY)),
        st.tuples(
            st.just("ninjs_2"),
            documents(LATE, LATE_ENTRY, standard=st.just({"name": "ninjs", "version": "2.1"})),
        ),
        st.tuples(st.just("ninjs_1"), documents(EARLY, EARLY_ENTRY, body_text=STRINGS)),
    ),
    answers(),
)
def test_every_enriched_document_is_legal(versioned, given_answer):
    """Enriching keeps to the document's version, keeps what is there, and is done after once."""
    contract, document = versioned
    before = copy.deepcopy(document)
    enriched = enrich_ninjs(document, given_answer)
    assert document == before
    assert find_faults(contract, enriched) == []
    assert enrich_ninjs(enriched, given_answer) == enriched
    for key, value in document.items():
        assert enriched[key] == value or enriched[key][: len(value)] == value
    assert list(enriched)[: len(document)] == list(document)


@settings(deadline=None)
@given(IDENTIFIERS)
def test_scheme_and_code_make_up_the_uri(uri):
    """In ninjs 1.x the two parts of an identifier give it back, and the first is a URI."""
    document = enrich_ninjs({"headline": "a"}, answer(people=[entity("per-1", "Jo", uri=uri)]))
    (entry,) = document["person"]
    whole = (uri and (to_uri(uri) or uri)) or "urn:whosaid:entity:per-1"
    assert entry.get("scheme", "") + entry["code"] == whole
    assert "scheme" not in entry or to_uri(entry["scheme"]) == entry["scheme"]


@pytest.mark.parametrize("document", [None, "a", {"people": "a"}, {"person": [], "people": [1]}])
def test_enrich_refuses(document):
    """A document whose own entities are not what they should be is refused."""
    with pytest.raises(InvalidNinjs):
        enrich_ninjs(document, answer())
