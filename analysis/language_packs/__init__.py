"""Direct quotes and their speakers by rules, for languages that our own model does not read."""

from analysis.language_packs.finding import find_direct_quotes
from analysis.language_packs.packs import LANGUAGES

__all__ = ["LANGUAGES", "find_direct_quotes"]
