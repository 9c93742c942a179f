"""Plain answers: one to read, and a strategy for all that there may be."""

from typing import Any

from hypothesis import strategies as st

from tests.texts import spans_in, texts

HEADLINE = "Porto rebuilds"
TEXT = "“We will,” said Ana Sousa of 😀 Águas SA, “rebuild.” An aide agreed."
LISTS = {"people": "person", "organisations": "organisation", "places": "place"}


def span(words: str, text: str = TEXT, *, field: str = "body", at=None):
    start = text.index(words) if at is None else at
    return {
        "field": field,
        "start": start,
        "end": start + len(words),
        "text": words,
    }


def mention(words: str, kind: str = "name", **options: Any) -> dict[str, Any]:
    return {**span(words, **options), "kind": kind, "confidence": 0.9}


def entity(entity_id: str, name: str, *mentions: dict, uri=None, aliases=()) -> dict[str, Any]:
    return {
        "id": entity_id,
        "name": name,
        "aliases": list(aliases),
        "count": len(mentions),
        "salience": 0.5,
        "uri": uri,
        "mentions": list(mentions),
    }


def speaker(name=None, entity_id=None, type_=None, words=None) -> dict[str, Any]:
    return {"name": name, "entity_id": entity_id, "type": type_, "mention": words}


def quote(said_by: dict | None, *fragments: dict, **changes: Any) -> dict[str, Any]:
    status = changes.pop("status", "attributed")
    return {
        "id": "q1",
        "kind": "direct",
        "attitude": "speech",
        "confidence": 0.9,
        "text": " ".join(fragment["text"] for fragment in fragments),
        "fragments": list(fragments),
        "cue": None,
        "speaker": said_by,
        "attribution": {"status": status, "confidence": 0.9, **changes.pop("attribution", {})},
        "context": {"prefix": "", "suffix": ""},
        **changes,
    }


def answer(**changes: Any) -> dict[str, Any]:
    """Build the answer about `HEADLINE` and `TEXT`, or another like it."""
    ana = entity("per-1", "Ana Sousa", mention("Ana Sousa"), aliases=["Sousa"])
    aguas = entity("org-1", "Águas SA", mention("Águas SA"), uri="https://aguas.example")
    porto = mention("Porto", text=HEADLINE, field="headline")
    said = [span("We will,"), span("rebuild.")]
    return {
        "id": "story 1",
        "language": "en",
        "offset_unit": "codepoint",
        "text_length": len(TEXT),
        "headline_length": len(HEADLINE),
        "text": TEXT,
        "headline": HEADLINE,
        "people": [ana],
        "organisations": [aguas],
        "places": [entity("pla-1", "Porto", porto, uri="P-7")],
        "quotes": [quote(speaker("Ana Sousa", "per-1", "person", ana["mentions"][0]), *said)],
        "warnings": [],
        "meta": {"service": "1"},
        **changes,
    }


IDENTIFIERS = st.one_of(
    st.none(),
    texts(),
    st.sampled_from(["https://a.example/é?q#f", "Q42", "urn:a:b", "x:", "//a", "a:%zz", "tag:a/"]),
)


@st.composite
def _entities(draw: st.DrawFn, kind: str, mentions: st.SearchStrategy) -> list[dict[str, Any]]:
    return [
        entity(
            f"{kind}-{number}",
            draw(texts()),
            *draw(st.lists(mentions, min_size=1, max_size=3)),
            uri=draw(IDENTIFIERS),
            aliases=draw(st.lists(texts(), max_size=2)),
        )
        for number in range(draw(st.integers(0, 2)))
    ]


@st.composite
def answers(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a plain answer about texts that break them."""
    fields = {"body": draw(texts(min_size=1)), "headline": draw(st.none() | texts(min_size=1))}
    present = [field for field, text in fields.items() if text]

    @st.composite
    def spans(draw: st.DrawFn) -> dict[str, Any]:
        field = draw(st.sampled_from(present))
        found = draw(spans_in(fields[field]))
        words = found.of(fields[field])
        return span(words, fields[field], field=field, at=found.start)

    kinds = st.sampled_from(["name", "nominal", "pronoun"])
    mentions = st.builds(lambda found, kind: {**found, "kind": kind}, spans(), kinds)
    lists = {key: draw(_entities(kind, mentions)) for key, kind in LISTS.items()}
    named = [
        st.builds(speaker, st.just(e["name"]), st.just(e["id"]), st.just(LISTS[key]), mentions)
        for key, entities in lists.items()
        for e in entities
    ]
    lost = st.builds(speaker, texts(), st.just("per-lost"), st.just("person"), st.none())
    speakers = st.one_of(*named, lost, st.builds(speaker, words=mentions))
    attributions = st.fixed_dictionaries(
        {}, optional={name: st.lists(speakers, max_size=2) for name in ("joint", "candidates")}
    )
    quotes = [
        quote(
            draw(st.none() | speakers),
            *draw(st.lists(spans(), min_size=1, max_size=3)),
            id=f"q{number}",
            kind=draw(st.sampled_from(["direct", "mixed", "indirect"])),
            attitude=draw(st.sampled_from(["speech", "belief", "plan", "other"])),
            status=draw(st.sampled_from(["attributed", "ambiguous", "unattributed"])),
            attribution=draw(attributions),
        )
        for number in range(1, 1 + draw(st.integers(0, 3)))
    ]
    return answer(
        id=draw(IDENTIFIERS),
        text=fields["body"],
        headline=fields["headline"],
        quotes=quotes,
        **lists,
    )
