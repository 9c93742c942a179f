from schemas import Capabilities, CapabilitiesSchema, Limits, Scope
from tests.fakes import MODEL


def test_capabilities():
    """Capabilities name what the service reads, finds, counts in, and how much it takes."""
    capabilities = Capabilities("1.2.3", MODEL, Limits(10, 200, 1.5), Scope.ALL)
    assert CapabilitiesSchema().dump(capabilities) == {
        "service": "1.2.3",
        "model": {"name": "fake", "version": "1", "digest": "0" * 64},
        "languages": ["en"],
        "entity_types": ["person", "organisation", "place"],
        "quote_kinds": ["direct", "mixed", "indirect"],
        "attitudes": ["speech", "belief", "plan", "other"],
        "offset_units": ["codepoint", "utf16"],
        "scopes": ["speech", "all"],
        "default_scope": "all",
        "limits": {"max_chars": 10, "max_body_bytes": 200, "deadline_seconds": 1.5},
    }
