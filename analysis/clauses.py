"""What the grammar of reporting clauses says where the model's links fall short.

Each rule needs a gap that the model left or a reading that grammar forbids, so
that a sound reading passes unchanged.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from analysis.cues import is_speech_cue
from analysis.document import Attribution, LooseCue, Span
from analysis.marks import MarkState
from analysis.wordlists import word_set

_WORD = re.compile(r"\w+")
# A sentence's end, closing marks and spaces after it included, or that of a paragraph.
_SENTENCE_END = re.compile(r"[.!?…\n\r](?:(?<=[\n\r])[\n\r]*|[\s\"“”’»)]*\s(?=\S))")
# "… ,” declared the president Ann Lee": determiner, title and name, and nothing else.
_SUBJECT = re.compile(
    r"\s*(?:(?:the|a|an|his|her|their|its)\s+(?:[\w.'’-]+\s+){0,5})?"
    r"(?:[^\W\d_a-z][\w.'’-]*\s+){0,4}[^\W\d_a-z][\w.'’-]*\s*"
)
# What parts a cue from the sentence before it.
_APART = re.compile(r"[\w\n.!?]")
_LAST_WORD = re.compile(r"[\"“”’»]\s*([a-z]+)\s*$")
# A speaker with a capital in it, up to the comma or space before what goes on.
_NAMED = re.compile(r"\s{0,9}([^\n.!?;:,]{0,80}[^\W\d_a-z][^\n.!?;:,\s]*)[\s,]*")
# … ,” said the minister Ann Lee: up to the end of what the model took for words.
_INVERTED = re.compile(
    r"(?<=[,?!.])[\"“”’»](?=\s*[a-z])\s*(?P<verb>[a-z]+)\s+"
    r"(?P<name>[^\n.!?;:\"“”«»]{0,80}[^\W\d_a-z][^\n!?;:,\s\"“”«»]*)[\s,]*$"
)
_REPORTING = re.compile(r"([a-z]+ing)\s+that\s+", re.IGNORECASE)
# A quotation with a full stop at its end.
_ENDED = re.compile(r"\.[\s\"“”’»]*$")
# A longer sentence is none: something else went wrong there.
_MAX_SENTENCE = 500
_FINAL = ' .!?\n\r\t"”'
_CALLING = word_set(
    "call calls called calling describe describes described describing dub dubs dubbed dubbing "
    "label labels labeled labelled brand brands branded denounce denounced deride derided "
    "criticize criticized criticizes"
)
_GOES_ON = re.compile(r"\s*,?\s*(?:and|but|before|then)\s+[a-z]+ed\b|\s*,?\s*and\s+sent\b")
_PARTICIPLE = re.compile(r"[a-z]+ing\b", re.IGNORECASE)


def correct_clauses(
    text: str,
    attributions: Sequence[Attribution],
    loose_cues: Sequence[LooseCue],
    states: bytearray,
) -> list[Attribution]:
    """Return the attributions with cues and speakers where grammar puts them, in text order.

    `loose_cues` are those that the model gave no content; `states` is what
    `mark_states` returned.
    """
    ends = _sentence_ends(text, states)
    read = [_complete_that(text, attribution, ends) for attribution in attributions]
    read = [_free_stray(text, attribution, states) for attribution in read]
    read = [_cut_narration(text, attribution, states) for attribution in read]
    read = [_turn_subject(text, attribution, states) for attribution in read]
    read = [part for attribution in read for part in _free_verb(text, attribution, states)]
    read = [part for attribution in read for part in _free_inverted(text, attribution, states)]
    read = [_free_participle(text, attribution, ends) for attribution in read]
    read = list(_adopt(text, read, loose_cues, ends))
    return sorted(_share_subjects(text, read, ends), key=lambda attribution: attribution.content)


def _sentence_ends(text: str, states: bytearray) -> list[tuple[int, int]]:
    """Return where sentences outside quotation marks end, and where the next ones begin."""
    return [
        match.span()
        for match in _SENTENCE_END.finditer(text)
        if states[match.start()] != MarkState.INSIDE
    ]


def _complete_that(
    text: str, attribution: Attribution, ends: Sequence[tuple[int, int]]
) -> Attribution:
    """Give a "that" alone, which the model took for all the words, the rest of its sentence."""
    (first, *others) = attribution.content
    if others or first.of(text).casefold() != "that":
        return attribution
    at = bisect_left(ends, (first.end,))
    end = ends[at][0] if at < len(ends) else len(text)
    if end - first.end > _MAX_SENTENCE:
        return attribution
    if at == len(ends):
        end = first.start + len(text[first.start : end].rstrip(_FINAL))
    return attribution.with_content((Span(first.start, max(first.end, end)),))


def _free_stray(text: str, attribution: Attribution, states: bytearray) -> Attribution:
    """Free a quotation that ended its sentence from a verb in the next that reports nothing."""
    last = attribution.content[-1]
    ended = _ENDED.search(text, last.start, last.end)
    if (
        ended is None
        or not attribution.cue
        or states[ended.start()] != MarkState.INSIDE
        or min(attribution.cue).start < last.end
        or any(is_speech_cue(cue.of(text)) for cue in attribution.cue)
    ):
        return attribution
    return replace(attribution, cue=(), speaker=None)


def _cut_narration(text: str, attribution: Attribution, states: bytearray) -> Attribution:
    """End what somebody is called with the mark that closes it: he called it “a joke” and left."""
    if not any(_CALLING & set(_WORD.findall(cue.of(text).casefold())) for cue in attribution.cue):
        return attribution
    last = attribution.content[-1]
    quoted = len(states[last.start : last.end].rstrip(bytes([MarkState.OUTSIDE])))
    if not quoted or not _GOES_ON.match(text, last.start + quoted, last.end):
        return attribution
    kept = Span(last.start, last.start + quoted)
    return attribution.with_content((*attribution.content[:-1], kept))


def _turn_subject(text: str, attribution: Attribution, states: bytearray) -> Attribution:
    """Read what follows the cue of a quotation as its speaker where it can be nothing else.

    The model may take an unusual word order for the words going on: “…” by troops
    declared the president Ann Lee. What it took for the speaker then belongs to them.
    """
    if len(attribution.content) < 2 or len(attribution.cue) != 1:
        return attribution
    *contents, subject = attribution.content
    cue, last, taken = attribution.cue[0], contents[-1], attribution.speaker
    # Where the model took nothing for the speaker, the words run up to the cue.
    first, end = (taken.start, taken.end) if taken else (cue.start, last.end)
    in_order = last.end <= first <= cue.start < subject.start
    touching = not _WORD.search(text, last.end, first) and not _WORD.search(
        text, cue.end, subject.start
    )
    quoted = MarkState.MARK in states[last.start : last.end]
    if not (in_order and touching and quoted and _SUBJECT.fullmatch(subject.of(text))):
        return attribution
    widened = Span(last.start, end)
    return replace(attribution, content=(*contents[:-1], widened), speaker=subject)


def _free_verb(text: str, attribution: Attribution, states: bytearray) -> Iterator[Attribution]:
    """Read a verb of speech that the model took into the words ("“…,” said") as a quotation's cue.

    What stands between it and the words that go on is the speaker; cue and
    speaker elsewhere ("according to …") are of these words only.
    """
    for at, (said, following) in enumerate(pairwise(attribution.content)):
        match = _LAST_WORD.search(text, said.start, said.end)
        speaker = match and _NAMED.fullmatch(text, match.end(), following.start)
        is_marked = match is not None and states[match.start()] == MarkState.MARK
        if not (match and is_marked and speaker and is_speech_cue(match.group(1))):
            continue
        words = Span(said.start, match.start() + 1)
        cue, whose = (Span(*match.span(1)),), Span(*speaker.span(1))
        yield replace(
            attribution, content=(*attribution.content[:at], words), cue=cue, speaker=whose
        )
        yield attribution.with_content(attribution.content[at + 1 :])
        return
    yield attribution


def _free_inverted(text: str, attribution: Attribution, states: bytearray) -> Iterator[Attribution]:
    """Read the clause after a quotation that the model took into its words: "“…,” said Ann Lee".

    It is the quotation's, and of words before it; cue and speaker elsewhere are of those after it.
    """
    for at, span in enumerate(attribution.content):
        match = _INVERTED.search(text, span.start, span.end)
        if not match or states[match.start()] != MarkState.MARK:
            continue
        if not is_speech_cue(match.group("verb")):
            continue
        said = Span(span.start, match.start() + 1)
        cue, speaker = (Span(*match.span(name)) for name in ("verb", "name"))
        yield replace(
            attribution, content=(*attribution.content[:at], said), cue=(cue,), speaker=speaker
        )
        if after := attribution.content[at + 1 :]:
            yield attribution.with_content(after)
        return
    yield attribution


def _free_participle(
    text: str, attribution: Attribution, ends: Sequence[tuple[int, int]]
) -> Attribution:
    """Read a participle of speech that the model took into the words ("stressing that …") as cue.

    What the model took for cue and speaker elsewhere is another clause's; the
    participle's speaker is to be found in its own sentence.
    """
    first, *others = attribution.content
    match = _REPORTING.match(text, first.start, first.end)
    if match is None or not is_speech_cue(match.group(1)) or match.end() >= first.end:
        return attribution
    at = bisect_right(ends, first.start, key=lambda end: end[0])
    opens = ends[at - 1][1] if at else 0
    if not _WORD.search(text, opens, first.start):
        return attribution
    return replace(
        attribution,
        content=(Span(match.end(), first.end), *others),
        cue=(Span(*match.span(1)),),
        speaker=None,
    )


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
        yield attribution.with_content((*attribution.content[:-1], kept))
        tail = Span(end[1], last.end)
        yield Attribution((tail,), cue, speaker, attribution.confidence)


def _share_subjects(
    text: str, attributions: Sequence[Attribution], ends: Sequence[tuple[int, int]]
) -> Iterator[Attribution]:
    """Give a participle ("…, saying that …") the speaker of the clause before it in its sentence.

    That is, where the model found no speaker, or looked for one in an earlier sentence.
    """
    stops = [end for end, _ in ends]
    clauses = sorted((a.cue[0].start, a.speaker) for a in attributions if a.cue and a.speaker)
    cues = [start for start, _ in clauses]
    for attribution in attributions:
        if attribution.cue and _PARTICIPLE.fullmatch(attribution.cue[0].of(text)):
            cue, speaker = attribution.cue[0], attribution.speaker
            sentence = bisect_right(stops, cue.start)
            before = bisect_left(cues, cue.start) - 1
            is_apart = speaker is None or bisect_right(stops, speaker.start) < sentence
            if is_apart and before >= 0 and bisect_right(stops, cues[before]) == sentence:
                attribution = replace(attribution, speaker=clauses[before][1])
        yield attribution
