"""What the grammar of reporting clauses says where the model's links fall short.

Each rule needs a gap that the model left or a reading that grammar forbids, so
that a sound reading passes unchanged.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from analysis.cues import is_speech_cue
from analysis.document import Attribution, LooseCue, Span
from analysis.marks import MarkState

_WORD = re.compile(r"\w+")
# A sentence's end, closing marks and spaces after it included.
_SENTENCE_END = re.compile(r"[.!?…][\s\"“”’»)]*\s(?=\S)|[\n\r]+")
# "… ,” declared the president Ann Lee": determiner, title and name, and nothing else.
_SUBJECT = re.compile(
    r"\s*(?:(?:the|a|an|his|her|their|its)\s+(?:[\w.'’-]+\s+){0,5})?"
    r"(?:[^\W\d_a-z][\w.'’-]*\s+){0,4}[^\W\d_a-z][\w.'’-]*\s*"
)
# What parts a cue from the sentence before it.
_APART = re.compile(r"[\w\n.!?]")
_PARTICIPLE = re.compile(r"[a-z]+ing\b", re.IGNORECASE)


def correct_clauses(
    text: str,
    attributions: Sequence[Attribution],
    loose_cues: Sequence[LooseCue],
    states: Sequence[int],
) -> list[Attribution]:
    """Return the attributions with cues and speakers where grammar puts them, in text order.

    `loose_cues` are those that the model gave no content; `states` is what
    `mark_states` returned.
    """
    read = [_turn_subject(text, attribution, states) for attribution in attributions]
    ends = _sentence_ends(text, states)
    read = list(_adopt(text, read, loose_cues, ends))
    return sorted(_share_subjects(text, read, ends), key=lambda attribution: attribution.content)


def _sentence_ends(text: str, states: Sequence[int]) -> list[tuple[int, int]]:
    """Return where sentences outside quotation marks end, and where the next ones begin."""
    return [
        match.span()
        for match in _SENTENCE_END.finditer(text)
        if states[match.start()] != MarkState.INSIDE
    ]


def _turn_subject(text: str, attribution: Attribution, states: Sequence[int]) -> Attribution:
    """Read what follows the cue of a quotation as its speaker where it can be nothing else.

    The model may take an unusual word order for the words going on: “…” by troops
    declared the president Ann Lee. What it took for the speaker then belongs to them.
    """
    if len(attribution.content) < 2 or len(attribution.cue) != 1 or not attribution.speaker:
        return attribution
    *contents, subject = attribution.content
    cue, last = attribution.cue[0], contents[-1]
    in_order = last.end <= attribution.speaker.start < cue.start < subject.start
    touching = not _WORD.search(text, last.end, attribution.speaker.start) and not _WORD.search(
        text, cue.end, subject.start
    )
    quoted = MarkState.MARK in states[last.start : last.end]
    if not (in_order and touching and quoted and _SUBJECT.fullmatch(subject.of(text))):
        return attribution
    widened = Span(last.start, attribution.speaker.end)
    return replace(attribution, content=(*contents[:-1], widened), speaker=subject)


def _adopt(
    text: str,
    attributions: Iterable[Attribution],
    loose_cues: Sequence[LooseCue],
    ends: Sequence[tuple[int, int]],
) -> Iterator[Attribution]:
    """Give a cue without content the sentence that it directly follows.

    It takes the place of a cue that is no verb of speech; of several sentences
    that a content holds, it takes the last one.
    """
    clauses = {
        min(loose.cue.start, loose.speaker.start): loose
        for loose in loose_cues
        if loose.speaker and is_speech_cue(loose.cue.of(text))
    }
    starts = sorted(clauses)
    for attribution in attributions:
        last = attribution.content[-1]
        at = bisect_left(starts, last.end)
        loose = clauses[starts[at]] if at < len(starts) else None
        if loose is None or _APART.search(text, last.end, starts[at]):
            yield attribution
            continue
        cue, speaker = (loose.cue,), loose.speaker
        if not any(is_speech_cue(own.of(text)) for own in attribution.cue):
            yield replace(attribution, cue=cue, speaker=speaker)
            continue
        end = ends[i - 1] if (i := bisect_left(ends, (last.end,))) else (0, 0)
        if end[0] <= last.start or end[1] >= last.end:
            yield attribution
            continue
        kept = Span(last.start, end[0])
        yield replace(attribution, content=(*attribution.content[:-1], kept))
        tail = Span(end[1], last.end)
        yield Attribution((tail,), cue, speaker, attribution.confidence)


def _share_subjects(
    text: str, attributions: Sequence[Attribution], ends: Sequence[tuple[int, int]]
) -> Iterator[Attribution]:
    """Give a participle ("…, saying that …") the speaker of the clause before it in its sentence.

    That is, where the model looked for the speaker in an earlier sentence.
    """
    stops = [end for end, _ in ends]
    clauses = sorted((a.cue[0].start, a.speaker) for a in attributions if a.cue and a.speaker)
    cues = [start for start, _ in clauses]
    for attribution in attributions:
        if attribution.cue and attribution.speaker:
            cue = attribution.cue[0]
            sentence = bisect_right(stops, cue.start)
            before = bisect_left(cues, cue.start) - 1
            if (
                _PARTICIPLE.fullmatch(cue.of(text))
                and bisect_right(stops, attribution.speaker.start) < sentence
                and before >= 0
                and bisect_right(stops, cues[before]) == sentence
            ):
                attribution = replace(attribution, speaker=clauses[before][1])
        yield attribution
