"""Quotes that a paragraph's form alone gives away, whatever its words."""

import re
from collections.abc import Iterator

from analysis.cues import is_speech_cue
from analysis.document import Attribution, Span
from analysis.pieces import PARAGRAPH

# “We will win.” — Ann Lee, mayor
_SIGNED = re.compile(
    r"\s*(?P<content>[\"“”«„].{20,}?[\"“”»])[.,]?\s*"
    r"(?P<cue>[―—–]|--?)\s*(?P<speaker>[A-Z][^\"“”\n]{2,60}?)[.]?\s*"
)
# The same in a text without any capital.
_SIGNED_SMALL = re.compile(_SIGNED.pattern, re.IGNORECASE)
# SMITH: I never said so.
_SCRIPT = re.compile(
    # Each word ends with a space or at the colon, so that there is one way only to match a line.
    r"\s*[\"“]?(?P<speaker>(?:[A-Z][A-Z.'’-]+(?: |(?=:))){1,4})(?P<cue>:)"
    r"\s+(?P<content>\S.*\S)\s*"
)
_SIGNATURE_WORDS = 6
_CONFIDENCE = 0.9


def find_laid_out(text: str) -> tuple[Attribution, ...]:
    """Return signed quotations ("…" — Name) and the lines of a transcript (NAME: …).

    One line with a name in capitals and a colon may be a heading; two are a
    transcript.
    """
    script = list(_match(_SCRIPT, text))
    pattern = _SIGNED if any(map(str.isupper, text)) else _SIGNED_SMALL
    signed = [
        match
        for match in _match(pattern, text)
        if len(match.group("speaker").split()) <= _SIGNATURE_WORDS
        # Without capitals a signature is told from "― she said" by its words.
        and (pattern is _SIGNED or not is_speech_cue(match.group("speaker")))
    ]
    found = [*signed, *(script if len(script) >= 2 else [])]
    return tuple(sorted(map(_attribution, found), key=lambda attribution: attribution.content))


def _match(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    for paragraph in PARAGRAPH.finditer(text):
        if match := pattern.fullmatch(text, *paragraph.span()):
            yield match


def _attribution(match: re.Match[str]) -> Attribution:
    content, cue, speaker = (Span(*match.span(name)) for name in ("content", "cue", "speaker"))
    return Attribution((content,), (cue,), speaker, _CONFIDENCE)
