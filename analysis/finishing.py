"""The last step to a quote: its exact edges, its kind, and what is reported of its words."""

import re
from collections.abc import Sequence

from analysis.cues import is_speech_cue, read_attitude
from analysis.document import (
    Attitude,
    Attribution,
    AttributionStatus,
    MentionKind,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerMention,
)
from analysis.marks import MarkState, inside_runs, quote_kind

_WORD = re.compile(r"\w+")
_SPACE = " \t\r\n\u00a0"
_EDGE = _SPACE + ",;:"
_LEADING_THAT = re.compile(r"that\b[\s,]*", re.IGNORECASE)
# A mark that closes what no mark has opened: “hand,” in: The vote is counted by hand,” he said.
_LOST_OPENER = re.compile(r"(?<=[,.!?…])\s?[\"”»]|(?<=\w)[\"”»](?=,)")
# Of the development texts' indirect quotes that nobody is named for, those of fewer words or a
# lower score were right less often than keeping them would pay: half of F1 (Lipton et al. 2014).
_FEWEST_WORDS, _LEAST_SURE = 4, 0.4
_PASSIVE = re.compile(r"\b(?:is|are|was|were|been|being)\s+(?:\w+\s+)?(?:\w+ed|told|said|known)$")
_REACH = 25
# Words that stand for what was said, or say that nothing was.
_EMPTY = frozenset(("nothing", "anything", "something", "everything", "so", "that", "this", "the"))


def finish_quote(text: str, attribution: Attribution, states: bytearray) -> Quote | None:
    """Return an attribution as a quote, marks and joining words left out, or None for no words.

    `states` is what `mark_states` returned.
    """
    said = tuple(filter(None, (_without_that(text, span) for span in attribution.content)))
    if not said or (len(said) == 1 and said[0].of(text).casefold() in _EMPTY):
        return None
    kind = quote_kind(text, said, states)
    if kind is QuoteKind.DIRECT:
        inside = (part for span in said for part in inside_runs(span, states))
        said = tuple(filter(None, (_trim(text, span, _SPACE) for span in inside)))
    elif kind is QuoteKind.INDIRECT and (end := _find_lost_opener(text, said[-1], states)):
        kind, said = QuoteKind.DIRECT, (*said[:-1], Span(said[-1].start, end))
    speech = [cue for cue in attribution.cue if _is_speech(text, cue)]
    attitude = Attitude.SPEECH
    if kind is QuoteKind.INDIRECT and not speech:
        attitude = read_attitude([cue.of(text) for cue in attribution.cue])
    speaker = None
    if attribution.speaker and (words := _trim(text, attribution.speaker)):
        speaker = Speaker(None, None, None, SpeakerMention(words, MentionKind.NOMINAL))
    if kind is QuoteKind.INDIRECT and speaker is None and _is_doubtful(text, attribution, said):
        return None
    # A cue may hold no word: the colon after a name.
    cues = [_trim(text, cue) or cue for cue in speech or attribution.cue]
    return Quote(
        kind=kind,
        fragments=said,
        cue=min(cues, key=lambda cue: distance(said, [cue]), default=None),
        speaker=speaker,
        status=AttributionStatus.UNATTRIBUTED,
        confidence=attribution.confidence,
        content_confidence=attribution.confidence,
        attitude=attitude,
    )


def _is_doubtful(text: str, attribution: Attribution, said: Sequence[Span]) -> bool:
    """Tell whether words that nobody is named for are too few, or too unsure, to be a quote.

    The passive has no speaker ("it was reported that …"), so that none is missing there.
    """
    if any(_PASSIVE.search(text, max(0, cue.start - _REACH), cue.end) for cue in attribution.cue):
        return False
    words = sum(len(_WORD.findall(text, span.start, span.end)) for span in said)
    return words < _FEWEST_WORDS or attribution.confidence < _LEAST_SURE


def _is_speech(text: str, cue: Span) -> bool:
    """Tell whether a cue reports speech: a word of it, or the full stop after a "Q"."""
    return is_speech_cue(cue.of(text)) or cue.of(text) == "."


def distance(contents: Sequence[Span], cues: Sequence[Span]) -> int:
    """Return how far the nearest content lies from the nearest cue, in code points."""
    return min(
        (
            max(0, cue.start - content.end, content.start - cue.end)
            for content in contents
            for cue in cues
        ),
        default=0,
    )


def _find_lost_opener(text: str, last: Span, states: bytearray) -> int | None:
    """Return where words end that a mark closes although none has opened them."""
    end = min(len(text), last.end + 2)
    for match in _LOST_OPENER.finditer(text, max(last.start, last.end - 2), end):
        is_stray = states[match.end() - 1] == MarkState.OUTSIDE
        if is_stray and _WORD.search(text, last.start, match.start()):
            return match.start()
    return None


def _without_that(text: str, span: Span) -> Span | None:
    match = _LEADING_THAT.match(text, span.start, span.end)
    if match and match.end() < span.end:
        span = Span(match.end(), span.end)
    return _trim(text, span)


def _trim(text: str, span: Span, drop: str = _EDGE) -> Span | None:
    """Cut `drop` off both edges; a span without any word is none."""
    start, end = span.start, span.end
    while start < end and text[start] in drop:
        start += 1
    while start < end and text[end - 1] in drop:
        end -= 1
    return Span(start, end) if _WORD.search(text, start, end) else None
