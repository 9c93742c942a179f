import copy
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.schema_org import SchemaOrgSchema, view_schema_org
from schemas.uris import document_uri, entity_uri, to_uri
from tests.schemas.contracts import find_faults
from tests.schemas.contracts.answers import answer, answers, entity, mention, quote, span, speaker
from tests.texts import texts

ANA = speaker("Ana Sousa", "per-1", "person", mention("Ana Sousa"))
AGUAS = speaker("Águas SA", "org-1", "organisation")
PORTO = speaker("Porto", "pla-1", "place")
AIDE = speaker(words=mention("An aide", "nominal"))
SHE = speaker(words=mention("An", "pronoun"))
NOBODY = speaker()

ANA_NODE = {"@id": "urn:whosaid:entity:per-1"}
AGUAS_NODE = {"@id": "urn:whosaid:entity:org-1"}


def test_example():
    """The graph has the article, its entities and its quotations."""
    assert view_schema_org(answer()) == {
        "@context": "https://schema.org",
        "@graph": [
            {
                "@type": "NewsArticle",
                "@id": "urn:whosaid:document:story%201",
                "inLanguage": "en",
                "headline": "Porto rebuilds",
                "mentions": [ANA_NODE, AGUAS_NODE, {"@id": "urn:whosaid:entity:pla-1"}],
            },
            {
                "@type": "Person",
                "@id": "urn:whosaid:entity:per-1",
                "name": "Ana Sousa",
                "alternateName": ["Sousa"],
            },
            {
                "@type": "Organization",
                "@id": "urn:whosaid:entity:org-1",
                "name": "Águas SA",
                "sameAs": "https://aguas.example",
            },
            {
                "@type": "Place",
                "@id": "urn:whosaid:entity:pla-1",
                "name": "Porto",
                "identifier": "P-7",
            },
            {
                "@type": "Quotation",
                "@id": "_:q1",
                "text": "We will, rebuild.",
                "isPartOf": {"@id": "urn:whosaid:document:story%201"},
                "spokenByCharacter": [ANA_NODE],
                "creator": [ANA_NODE],
            },
        ],
    }


@pytest.mark.parametrize(
    ("said_by", "changes", "expected"),
    [
        pytest.param(ANA, {}, {"spokenByCharacter": [ANA_NODE], "creator": [ANA_NODE]}, id="one"),
        pytest.param(ANA, {"kind": "mixed"}, {"spokenByCharacter": [ANA_NODE]}, id="mixed"),
        pytest.param(ANA, {"kind": "indirect"}, {"spokenByCharacter": [ANA_NODE]}, id="indirect"),
        pytest.param(
            ANA,
            {"kind": "mixed", "attribution": {"joint": [ANA, AGUAS]}},
            {"spokenByCharacter": [ANA_NODE, AGUAS_NODE]},
            id="joint",
        ),
        pytest.param(
            ANA,
            {"kind": "mixed", "attribution": {"joint": [ANA, AIDE, SHE]}},
            {"spokenByCharacter": [ANA_NODE], "creditText": ["An aide"]},
            id="joint with a described one",
        ),
        pytest.param(PORTO, {}, {"creditText": ["Porto"]}, id="place"),
        pytest.param(AIDE, {}, {"creditText": ["An aide"]}, id="described"),
        pytest.param(SHE, {}, {}, id="pronoun of nobody"),
        pytest.param(NOBODY, {}, {}, id="no words"),
        pytest.param(None, {}, {}, id="none"),
        pytest.param(
            None,
            {"status": "ambiguous", "attribution": {"candidates": [ANA, AGUAS]}},
            {},
            id="ambiguous",
        ),
        pytest.param(ANA, {"status": "unattributed"}, {}, id="unattributed"),
    ],
)
def test_speakers_of_quotations(said_by, changes, expected):
    """Only people and organisations are characters, and only direct words are their creation."""
    *_, node = view_schema_org(answer(quotes=[quote(said_by, span("We will,"), **changes)]))[
        "@graph"
    ]
    for key in ("@type", "@id", "text", "isPartOf"):
        del node[key]
    assert node == expected


def test_article_without_a_headline():
    """What a text does not have is left out."""
    article = view_schema_org(answer(headline=None, people=[], organisations=[], places=[]))[
        "@graph"
    ][0]
    assert "headline" not in article
    assert article["mentions"] == []


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.org/a/b;c?d=e/f?#g/h?",
        "https://user:pw@example.org:8080",
        "file:///etc",
        "urn:isbn:0451450523",
        "tag:example.org,2026:a%20b",
        "a+b.c-1:",
    ],
)
def test_uris_stay_as_they_are(uri):
    """What is a URI already names its document or entity."""
    assert to_uri(uri) == uri
    assert document_uri(answer(id=uri)) == uri
    assert entity_uri(entity("per-1", "x", uri=uri)) == uri


@pytest.mark.parametrize(
    ("iri", "uri"),
    [
        pytest.param("https://a.example/é", "https://a.example/%C3%A9", id="letter"),
        pytest.param("urn:a:😀", "urn:a:%F0%9F%98%80", id="astral"),
    ],
)
def test_iris_become_uris(iri, uri):
    """Characters beyond ASCII are percent-encoded in what is otherwise a URI."""
    assert to_uri(iri) == uri


@pytest.mark.parametrize(
    "name",
    [
        *("", "Q42", "a b:c", "re: a", "a:b\n", "1a:b", "a:%zz", "a:b#c#d", "a:[", "//a", "/story"),
        *("\x00:a", "http://a:b/", "http://a@b@c", "\ud800"),
    ],
)
def test_other_names_are_put_into_a_urn(name):
    """What is not a URI is percent-encoded in one of ours, from which it can be read again."""
    assert to_uri(name) is None
    uri = document_uri(answer(id=name))
    assert uri.startswith("urn:whosaid:document:")
    assert to_uri(uri) == uri
    assert entity_uri(entity("per-1", "x", uri=name)) == "urn:whosaid:entity:per-1"


def test_text_without_an_id_is_named_by_its_digest():
    """The same texts have the same URN in every process, and other texts another."""
    named = document_uri(answer(id=None, headline=None, text="a"))
    # printf '[null, "a"]' | sha256sum
    digest = "35223d91b2d2fbc05b72beb93d780d27db288e8bd024847aa1900f0f731229aa"
    assert named == f"urn:whosaid:text:{digest}"
    others = [("", "a"), (None, "b"), ("a", "")]
    uris = {document_uri(answer(id=None, headline=h, text=t)) for h, t in others}
    assert len({*uris, named}) == 4


@pytest.mark.parametrize("char", ["a", "a:", "http://", "%", "é", "\ud800", "/", "@", "a:%4"])
def test_long_identifiers_take_linear_time(char):
    """Much of one thing is told from a URI at once."""
    begin = time.process_time()
    to_uri("http://" + char * (200_000 // len(char)) + " ")
    assert time.process_time() - begin < 5


@settings(deadline=None)
@given(texts())
def test_every_urn_is_a_uri(name):
    """Whatever a document or an entity is called, its URI is one."""
    for uri in (document_uri(answer(id=name)), entity_uri(entity(name, "x", uri=name))):
        assert to_uri(uri) == uri


@settings(deadline=None)
@given(answers())
def test_every_answer_is_legal(given_answer):
    """Every view has only what schema.org allows, names nodes once, and leaves the answer be."""
    before = copy.deepcopy(given_answer)
    view = json.loads(json.dumps(view_schema_org(given_answer)))
    assert given_answer == before
    assert find_faults("schema_org", view) == []
    assert SchemaOrgSchema().validate(view) == {}
    assert SchemaOrgSchema().dump(view) == view
    ids = [node["@id"] for node in view["@graph"]]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("node", "change"),
    [
        pytest.param(1, {"text": "x"}, id="a person has no text"),
        pytest.param(4, {"name": 1}, id="a quotation has no number for a name"),
        pytest.param(0, {"@type": "Article"}, id="another type"),
    ],
)
def test_contract_refuses(node, change):
    """The contract that views are held against can fail."""
    view = view_schema_org(answer())
    view["@graph"][node].update(change)
    assert find_faults("schema_org", view)


@settings(deadline=None, max_examples=20)
@given(answers(), st.data())
def test_nobody_is_claimed_where_the_text_leaves_it_open(given_answer, data):
    """Unless a quote is attributed, its quotation names no one."""
    for said in given_answer["quotes"]:
        said["attribution"]["status"] = data.draw(st.sampled_from(["ambiguous", "unattributed"]))
    for node in view_schema_org(given_answer)["@graph"]:
        assert not {"spokenByCharacter", "creator", "creditText"} & node.keys()
