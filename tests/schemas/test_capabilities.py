from analysis.document import ModelInfo
from schemas import Capabilities, CapabilitiesSchema, Limits, Scope
from tests.fakes import MODEL

OTHER = ModelInfo("other", "2", "1" * 64, ("de",))


def test_capabilities():
    """Capabilities name what the service reads, finds, counts in, and how much it takes."""
    capabilities = Capabilities("1.2.3", (MODEL, OTHER), Limits(10, 200, 1.5, 7), Scope.ALL, 4711)
    assert CapabilitiesSchema().dump(capabilities) == {
        "service": "1.2.3",
        "model": {"name": "fake", "version": "1", "digest": "0" * 64},
        "models": [
            {"name": "fake", "version": "1", "digest": "0" * 64, "languages": ["en"]},
            {"name": "other", "version": "2", "digest": "1" * 64, "languages": ["de"]},
        ],
        "languages": ["en", "de"],
        "entity_types": ["person", "organisation", "place"],
        "quote_kinds": ["direct", "mixed", "indirect"],
        "attitudes": ["speech", "belief", "plan", "other"],
        "offset_units": ["codepoint", "utf16", "utf8"],
        "scopes": ["speech", "all"],
        "sections": ["entities", "mentions", "quotes", "context", "text"],
        "views": ["native", "ninjs", "schema-org", "web-annotation"],
        "content_types": ["text/plain", "text/html"],
        "known_entities": 4711,
        "default_scope": "all",
        "limits": {
            "max_chars": 10,
            "max_body_bytes": 200,
            "deadline_seconds": 1.5,
            "batch_max_items": 7,
            "max_known_entities": 1000,
        },
    }
