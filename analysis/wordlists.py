"""How the modules here write down lists of words."""


def word_set(words: str) -> frozenset[str]:
    """Return the words of a list that is written with spaces between them."""
    return frozenset(words.split())
