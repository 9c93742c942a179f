"""Damage a text as the world does, and move every offset of its gold labels along.

Each perturbation is a pure function from a text to edits of it. They are written
apart from `training.augmentation` on purpose: a model that was trained on damage
should not be measured on the output of the very code that made it.
"""

import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from training.edits import Edit, EditedText

Perturbation = Callable[[str, random.Random], list[Edit]]
Line = dict[str, Any]


def perturb(line: Mapping[str, Any], name: str) -> Line:
    """Return a gold line under a perturbation: the same for the same article, always."""
    rng = random.Random(f"{line['id']} {name}")
    return apply_edits(_trim_possessives(line), PERTURBATIONS[name](line["text"], rng))


_POSSESSIVE = re.compile(r"['’]s?$")


def _trim_possessives(line: Mapping[str, Any]) -> Line:
    """End mentions before a possessive, as the scorer does, which knows none in capitals."""
    mentions = [dict(mention) for mention in line.get("mentions", ())]
    for mention in mentions:
        name = line["text"][mention["start"] : mention["end"]]
        mention["end"] -= len(name) - len(_POSSESSIVE.sub("", name))
    return {**line, "mentions": mentions} if mentions else dict(line)


def apply_edits(line: Line, edits: Sequence[Edit]) -> Line:
    """Edit the text of a gold line and move its offsets, under whichever keys they stand.

    Offsets are `start` and `end` of an object, or a list of two integers. What is
    left with no text, and what is left with no content, is gold no longer.
    """
    edited = EditedText(line["text"], edits)
    return {**_move_all(line, edited), "text": edited.text}


def _move_all(value: Any, edited: EditedText) -> Any:
    if _is_range(value):
        return list(_move(value[0], value[1], edited))
    if isinstance(value, list):
        moved_items = (_move_all(item, edited) for item in value)
        return [item for item in moved_items if not _is_lost(item)]
    if isinstance(value, dict):
        moved = {key: _move_all(item, edited) for key, item in value.items()}
        if "start" in value:
            moved["start"], moved["end"] = _move(value["start"], value["end"], edited)
        return moved
    return value


def _is_range(value: Any) -> bool:
    return isinstance(value, list) and [type(item) for item in value] == [int, int]


def _is_lost(value: Any) -> bool:
    if _is_range(value):
        return bool(value[0] >= value[1])
    if not isinstance(value, dict):
        return False
    return value.get("content") == [] or value.get("start", 0) >= value.get("end", 1)


_MARKUP = r"(?:&#?\w+;|</?\w+ ?/?>)"
_MARKUP_BEFORE = re.compile(rf"(?:\s*{_MARKUP})+\s*")
_MARKUP_AFTER = re.compile(rf"\s*(?:{_MARKUP}\s*)+$")


def _move(start: int, end: int, edited: EditedText) -> tuple[int, int]:
    """Return where a span is now; markup at its edges is no part of a name or a quotation."""
    start, end = edited.start(start), edited.end(end)
    if before := _MARKUP_BEFORE.match(edited.text, start, max(start, end)):
        start = before.end()
    if after := _MARKUP_AFTER.search(edited.text[start:end]):
        end = start + after.start()
    return start, end


class _Mark(NamedTuple):
    start: int
    end: int
    closes: bool


_MARK = re.compile(r"[“”„«»\"]|''|``")
# Marks that look the same at both ends are told apart by what precedes them.
_CLOSER = re.compile(r"[”»]|(?<=[^\s([{—–-])(?:\"|'')")
_GLYPHS = ("“", "”", "„", "«", "»", '"')
# How an article's marks are damaged, and the share of them that is.
_MARK_MODES = {
    "wrong": 0.5,
    "reversed": 1.0,
    "doubled": 0.5,
    "straight": 1.0,
    "spaced": 0.5,
    "glued": 0.5,
    "dropped": 0.25,
}


def damage_marks(text: str, rng: random.Random) -> list[Edit]:
    """Damage quotation marks, all those of a text in one way."""
    mode = rng.choice(list(_MARK_MODES))
    marks = [mark for mark in _find_marks(text) if rng.random() < _MARK_MODES[mode]]
    if mode == "glued":
        closers = [mark for mark in marks if mark.closes and text[mark.end : mark.end + 1] == " "]
        return [Edit(mark.end, mark.end + 1, "") for mark in closers]
    return [Edit(mark.start, mark.end, _damage(text, mark, mode, rng)) for mark in marks]


def _find_marks(text: str) -> Iterator[_Mark]:
    for match in _MARK.finditer(text):
        yield _Mark(*match.span(), closes=_CLOSER.match(text, match.start()) is not None)


def _damage(text: str, mark: _Mark, mode: str, rng: random.Random) -> str:
    glyph = text[mark.start : mark.end]
    damaged = {
        "wrong": rng.choice(_GLYPHS),
        "reversed": "“" if mark.closes else "”",
        "doubled": glyph * 2,
        "straight": "'" if glyph == '"' else '"',
        "spaced": f" {glyph}" if mark.closes else f"{glyph} ",
        "dropped": "",
    }
    return damaged[mode]


def raise_case(text: str, rng: random.Random) -> list[Edit]:
    """Set the text in capitals, letter by letter."""
    return _replace(text, lambda letter: _keep_length(letter, letter.upper()))


def lower_case(text: str, rng: random.Random) -> list[Edit]:
    """Set the text in small letters, letter by letter."""
    return _replace(text, lambda letter: _keep_length(letter, letter.lower()))


def _replace(text: str, change: Callable[[str], str]) -> list[Edit]:
    changed = ((at, letter, change(letter)) for at, letter in enumerate(text))
    return [Edit(at, at + 1, new) for at, letter, new in changed if new != letter]


def _keep_length(letter: str, changed: str) -> str:
    return changed if len(changed) == 1 else letter


_ACCENT = re.compile("[\u0300-\u036f]")
_UNDECOMPOSED = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "Æ": "AE"}
)


def drop_accents(text: str, rng: random.Random) -> list[Edit]:
    """Write letters without their accents, composed or combining ones."""
    return _replace(text, _plain)


def _plain(letter: str) -> str:
    # Only what holds an accent: decomposing takes other scripts' letters apart as well.
    decomposed = unicodedata.normalize("NFD", letter)
    plain = _ACCENT.sub("", decomposed) if _ACCENT.search(decomposed) else letter
    return plain.translate(_UNDECOMPOSED)


_SENTENCE_GAP = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][\"”’'»)])) +(?=\S)")


def join_sentences(text: str, rng: random.Random) -> list[Edit]:
    """Drop every space after a full stop, or after the mark that closes a sentence."""
    return [Edit(*gap.span(), "") for gap in _SENTENCE_GAP.finditer(text)]


NOISE_RATE = 0.01  # of the characters that are not spaces
_CONFUSED_SHARE = 0.75  # of these; the others are dropped or doubled
_CONFUSED_PAIRS = """
    l/1 l/I I/1 i/l i/j O/0 O/Q S/5 B/8 Z/2 E/F c/e c/o e/o a/o n/u u/ii h/b f/t t/l g/q y/v ,/.
    rn/m cl/d vv/w ri/n li/h
"""


def _pair_up(pairs: str) -> dict[str, list[str]]:
    confusions: dict[str, list[str]] = {}
    for one, other in (pair.split("/") for pair in pairs.split()):
        confusions.setdefault(one, []).append(other)
        confusions.setdefault(other, []).append(one)
    return confusions


_CONFUSIONS = _pair_up(_CONFUSED_PAIRS)


def misread(text: str, rng: random.Random) -> list[Edit]:
    """Misread one character in a hundred, as character recognition does."""
    return [
        _misread_at(text, at, rng)
        for at, character in enumerate(text)
        if not character.isspace() and rng.random() < NOISE_RATE
    ]


def _misread_at(text: str, at: int, rng: random.Random) -> Edit:
    seen = next((s for s in (text[at : at + 2], text[at]) if s in _CONFUSIONS), None)
    if seen and rng.random() < _CONFUSED_SHARE:
        return Edit(at, at + len(seen), rng.choice(_CONFUSIONS[seen]))
    return Edit(at, at + 1, rng.choice(["", text[at] * 2]))


GLUE_RATE = 0.01  # of the gaps between words
EXPOSED_GLUE_RATE = 0.1  # of those after commas and closing marks, and before verbs of saying
_GAP = re.compile(r"(?<=\S) (?=\S)")
_EXPOSED_GAP = re.compile(
    r"(?:(?<=[,;”»])|(?<=\w[\"'])|(?<=[,.!?][\"'])) (?=\S)"
    r"|(?<=\w) (?=(?:said|says|saying|told|tells|stated|declared|announced|added|adds|explained"
    r"|argued|claimed|insisted|warned|wrote|writes|noted|replied|reported|testified)\b)"
)


def glue_words(text: str, rng: random.Random) -> list[Edit]:
    """Drop the space between some words, as machine translation does ("troopsdeclared")."""
    gaps = _GAP.finditer(text)
    return [Edit(*gap.span(), "") for gap in gaps if rng.random() < _glue_rate(text, gap.start())]


def _glue_rate(text: str, at: int) -> float:
    return EXPOSED_GLUE_RATE if _EXPOSED_GAP.match(text, at) else GLUE_RATE


ENTITY_RATE = 0.5  # of the characters that have an entity
MARKUP_RATE = 0.02  # of the gaps between words
BREAK_RATE = 0.5  # of the paragraphs' ends
_ENTITIES = {
    "&": ["&amp;"],
    '"': ["&quot;", "&#34;"],
    "'": ["&#39;", "&apos;"],
    "“": ["&ldquo;", "&#8220;", "&quot;"],
    "”": ["&rdquo;", "&#8221;", "&quot;"],
    "‘": ["&lsquo;", "&#8216;"],
    "’": ["&rsquo;", "&#8217;"],
    "–": ["&ndash;", "&#8211;"],
    "—": ["&mdash;", "&#8212;"],
}
_GAP_MARKUP = ["&nbsp;", "&nbsp; ", " &nbsp;", " <strong>", "</strong> ", "<br/>", " <br /> "]
_BREAK_MARKUP = [("</p>", "<p>"), ("", "<p>"), ("<br/>", ""), ("</div>", ""), ("", "&nbsp;")]
_BREAK = re.compile(r"(?<=\S)\s*\n\s*(?=\S)")


def leave_html(text: str, rng: random.Random) -> list[Edit]:
    """Leave entities and tags of the page that a text was taken from."""
    return [*_leave_entities(text, rng), *_leave_tags(text, rng)]


def _leave_entities(text: str, rng: random.Random) -> Iterator[Edit]:
    for at, character in enumerate(text):
        if character in _ENTITIES and rng.random() < ENTITY_RATE:
            yield Edit(at, at + 1, rng.choice(_ENTITIES[character]))


def _leave_tags(text: str, rng: random.Random) -> Iterator[Edit]:
    # Put in place of the gap, not beside it, so that no span beside the gap takes it in.
    for gap in _GAP.finditer(text):
        if rng.random() < MARKUP_RATE:
            yield Edit(*gap.span(), rng.choice(_GAP_MARKUP))
    for gap in _BREAK.finditer(text):
        if rng.random() < BREAK_RATE:
            before, after = rng.choice(_BREAK_MARKUP)
            yield Edit(*gap.span(), f"{before}{gap.group()}{after}")


PERTURBATIONS: dict[str, Perturbation] = {
    "damaged quotation marks": damage_marks,
    "all capitals": raise_case,
    "lower case": lower_case,
    "missing accents": drop_accents,
    "missing spaces after full stops": join_sentences,
    "noise of character recognition": misread,
    "glued words": glue_words,
    "remnants of HTML": leave_html,
}
