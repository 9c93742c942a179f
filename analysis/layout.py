"""Quotes that a paragraph's form alone gives away, whatever its words."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from analysis.cues import is_speech_cue
from analysis.document import Attribution, Span
from analysis.pieces import PARAGRAPH
from analysis.wordlists import word_set

_MARKS = '"“”„«»'
# “We will win.” — Ann Lee, mayor. The marks may be any, as wrong ones are.
_SIGNED = re.compile(
    rf"\s*(?P<content>[{_MARKS}].{{20,}}?[{_MARKS}])[.,]?\s*"
    r"(?P<cue>[―—–]|--?)\s*(?P<speaker>[A-Z][^\"“”\n]{2,60}?)[.]?\s*"
)
# The same in two paragraphs. What a dash opens there may be anything: a name has capitals.
_QUOTED = re.compile(rf"\s*(?P<content>[{_MARKS}][^{_MARKS}\n]{{20,}}[{_MARKS}])[.,]?\s*")
SIGNATURE = re.compile(
    r"\s*(?P<cue>[―—–]|--?)\s*"
    r"(?P<speaker>[A-Z][\w.'’-]*(?: (?:[a-z]{1,3} ){0,2}[A-Z][\w.'’-]*){1,4}"
    r"(?:[,(][^\n\"“”]{0,60}| \([^\n\"“”]{0,60})?)\s*"
)
# The same in a text without any capital.
_SIGNED_SMALL = re.compile(_SIGNED.pattern, re.IGNORECASE)
# SMITH: I never said so. Ann Lee: Nor did I. Q. Who did? A. Nobody.
_TURN = re.compile(
    # Each word ends with a space or at the colon, so that there is one way only to match a line.
    rf"\s*(?:[{_MARKS}'‘’`]{{1,2}}\s*)?"
    r"(?:(?P<speaker>(?:[A-Z][\w.'’-]+(?: |(?=:))){1,4})(?P<cue>:)"
    r"|(?P<letter>[QA])(?P<stop>[:.]))"
    r"\s+(?P<content>\S.*\S)\s*"
)
_LABELS = word_set(
    "related read more watch update updated note correction clarification editor source sources "
    "photo photos video when where what who why how date time place tickets info details location "
    "price admission contact listen follow warning result results score scores final verdict"
)
_ASIDE = re.compile(rf"\s*[{_MARKS}]?[(\[].*[)\]][.\s{_MARKS}]*")
_SIGNATURE_WORDS = 6
# Between two turns, so many paragraphs at most go on with the first.
_MAX_CONTINUED = 6
_MIN_TURNS = 2
# Names in small letters with a colon are a transcript only where they keep coming back.
_MIN_NAMED_TURNS = 3
_CONFIDENCE = 0.9


def find_laid_out(text: str) -> tuple[Attribution, ...]:
    """Return signed quotations ("…" — Name) and the turns of a transcript (NAME: …; Q. and A.)."""
    found = [*_find_signed(text), *_find_turns(text)]
    return tuple(sorted(found, key=lambda attribution: attribution.content))


def _find_signed(text: str) -> Iterator[Attribution]:
    yield from _find_signed_below(text)
    pattern = _SIGNED if any(map(str.isupper, text)) else _SIGNED_SMALL
    for paragraph in PARAGRAPH.finditer(text):
        match = pattern.fullmatch(text, *paragraph.span())
        if match is None or len(match.group("speaker").split()) > _SIGNATURE_WORDS:
            continue
        # Without capitals a signature is told from "― she said" by its words.
        if pattern is _SIGNED or not is_speech_cue(match.group("speaker")):
            content, cue, speaker = (
                Span(*match.span(name)) for name in ("content", "cue", "speaker")
            )
            yield Attribution((content,), (cue,), speaker, _CONFIDENCE)


def _find_signed_below(text: str) -> Iterator[Attribution]:
    paragraphs = (match for match in PARAGRAPH.finditer(text) if not match.group().isspace())
    for quoted, below in pairwise(paragraphs):
        said = _QUOTED.fullmatch(text, *quoted.span())
        signed = SIGNATURE.fullmatch(text, *below.span()) if said else None
        if said and signed:
            cue, speaker = Span(*signed.span("cue")), Span(*signed.span("speaker"))
            yield Attribution((Span(*said.span("content")),), (cue,), speaker, _CONFIDENCE)


@dataclass(frozen=True, slots=True)
class _Turn:
    """A line of a transcript: the number of its paragraph, and what the line consists of."""

    paragraph: int
    speaker: Span
    cue: Span
    content: Span
    is_quoted: bool

    def name(self, text: str) -> str:
        return self.speaker.of(text).strip()


def _find_turns(text: str) -> Iterator[Attribution]:
    """Yield the turns of a transcript, each with the paragraphs in which it goes on."""
    paragraphs = [Span(*match.span()) for match in PARAGRAPH.finditer(text)]
    turns = _of_transcript(text, list(_read_turns(text, paragraphs)))
    ends = [turn.paragraph for turn in turns[1:]]
    for turn, end in zip(turns, [*ends, None], strict=False):
        rest = paragraphs[turn.paragraph + 1 : end]
        content = (turn.content, *_continued(text, turn, rest, is_last=end is None))
        yield Attribution(content, (turn.cue,), turn.speaker, _CONFIDENCE)


def _read_turns(text: str, paragraphs: Sequence[Span]) -> Iterator[_Turn]:
    for number, paragraph in enumerate(paragraphs):
        match = _TURN.fullmatch(text, paragraph.start, paragraph.end)
        if match is None:
            continue
        names = ("letter", "stop") if match.group("letter") else ("speaker", "cue")
        speaker, cue, content = (Span(*match.span(name)) for name in (*names, "content"))
        first = speaker.of(text).split()[0].casefold().rstrip(".")
        if first not in _LABELS:
            quoted = text[paragraph.start : speaker.start].strip() != ""
            yield _Turn(number, speaker, cue, content, quoted)


def _of_transcript(text: str, turns: Sequence[_Turn]) -> list[_Turn]:
    """Return the turns that are a transcript together.

    One line with a name in capitals and a colon may be a heading; two are a transcript.
    Questions need answers, and names in small letters have to come back.
    """
    letters = [turn for turn in turns if len(turn.name(text)) == 1]
    named = [turn for turn in turns if len(turn.name(text)) > 1]
    shouted = [turn for turn in named if turn.name(text).isupper()]
    counts = Counter(turn.name(text) for turn in named)
    kept: list[_Turn] = []
    if len({turn.name(text) for turn in letters}) > 1:
        kept += letters
    if len(named) >= _MIN_NAMED_TURNS and 1 < len(counts) < len(named):
        kept += named
    elif len(shouted) >= _MIN_TURNS:
        kept += shouted
    return sorted(kept, key=lambda turn: turn.paragraph)


def _continued(text: str, turn: _Turn, rest: Sequence[Span], *, is_last: bool) -> Iterator[Span]:
    """Yield the paragraphs in which a turn goes on, up to the first that is something else.

    In a quoted transcript each of them opens with a mark; otherwise nothing tells the
    last turn from the story that follows, so that only what stands between two turns counts.
    """
    if len(rest) > _MAX_CONTINUED or (is_last and not turn.is_quoted):
        return
    for span in rest:
        words = span.of(text)
        if words.isspace() or _ASIDE.fullmatch(words):
            continue
        opens = words.lstrip()[0] in _MARKS
        if opens is not turn.is_quoted or (not opens and any(mark in words for mark in _MARKS)):
            return
        yield span
