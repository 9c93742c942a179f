"""Make copies of a record that differ as the texts of the world do.

Every change is an edit of the text, so that labels stay where they belong.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from analysis.marks import Quotation, pair_marks
from training.edits import Edit
from training.gazetteers import Gazetteers, coin_word
from training.records import NamedRange, Record

_GLYPHS = ["“", "”", '"', "„", "«", "»"]
_MARK_MODES = ["glyph", "glyph", "space", "mix", "mix", "straight", "single", "drop", "doubled"]
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Rates:
    """How often each change is made, as a share of the records."""

    marks: float
    dashes: float
    glue: float
    names: float
    case: float
    noise: float
    stops: float
    # Of the names put in: from gazetteers, and made up.
    worldwide: float
    coined: float


def augment(record: Record, names: "NamePool", rates: Rates, rng: random.Random) -> Record:
    """Return `record` changed at random; the same `rng` state gives the same change."""
    steps: list[tuple[float, Callable[[Record], Record]]] = [
        (rates.names, lambda r: swap_names(r, names, rng)),
        (rates.dashes, lambda r: insert_dashes(r, rng)),
        (rates.glue, lambda r: glue_words(r, rng)),
        (rates.marks, lambda r: damage_marks(r, rng)),
        (rates.stops, lambda r: drop_spaces(r, rng)),
        (rates.noise, lambda r: add_noise(r, rng)),
        (rates.case, lambda r: change_case(r, rng)),
    ]
    for rate, change in steps:
        if rng.random() < rate:
            record = change(record)
    return record


class NamePool:
    """The names of each type in the training texts, each as often as it is used, and others.

    Of the names drawn, the share `worldwide` comes from the gazetteers, and the
    share `coined` is nobody's: put together from the halves of two others.
    """

    def __init__(
        self,
        records: Sequence[Record],
        gazetteers: Gazetteers,
        *,
        worldwide: float = 0.0,
        coined: float = 0.0,
    ) -> None:
        self._names: dict[str, list[str]] = {}
        self._gazetteers = gazetteers
        self._worldwide, self._coined = worldwide, coined
        for record in records:
            for mention in record.mentions or ():
                name = record.text[mention.start : mention.end]
                self._names.setdefault(mention.type, []).append(name)

    def knows(self, kind: str) -> bool:
        """Tell whether the training texts hold a name of the type."""
        return kind in self._names

    def draw(self, kind: str, words: int, rng: random.Random) -> str:
        """Return a name of the type, of as many words where a few tries find one."""
        choice = rng.random()
        known: Sequence[str] = self._names[kind]
        names = self._gazetteers.get(kind) or known if choice < self._worldwide else known
        name = _draw(names, words, rng)
        if choice < 1 - self._coined:
            return name
        parts = zip(name.split(), _draw(names, words, rng).split(), strict=False)
        return " ".join(_blend(first, second, rng) for first, second in parts)


def _draw(names: Sequence[str], words: int, rng: random.Random) -> str:
    name = rng.choice(names)
    for _ in range(8):
        if len(name.split()) == words:
            break
        name = rng.choice(names)
    return name


def _blend(first: str, second: str, rng: random.Random) -> str:
    """Coin a word where both are ordinary ones; acronyms, particles and initials stay."""
    return coin_word(first, second, rng) if first.istitle() and second.istitle() else first


def swap_names(record: Record, names: NamePool, rng: random.Random) -> Record:
    """Give about half the names of a text to others of their type, the same ones throughout."""
    chosen: dict[str, str] = {}
    edits = []
    ordered = sorted(record.mentions or (), key=lambda m: m.start - m.end)
    for mention in ordered:
        name = record.text[mention.start : mention.end]
        if name not in chosen:
            chosen[name] = _new_name(name, mention, names, rng)
            if mention.type == "person" and " " in name and chosen[name] != name:
                chosen.setdefault(name.split()[-1], chosen[name].split()[-1])
        if chosen[name] != name:
            edits.append(Edit(mention.start, mention.end, chosen[name]))
    return record.edited(edits)


def _new_name(name: str, mention: NamedRange, names: NamePool, rng: random.Random) -> str:
    if rng.random() < 0.5 or "\n" in name or not names.knows(mention.type):
        return name
    return names.draw(mention.type, len(name.split()), rng).replace("\n", " ")


def damage_marks(record: Record, rng: random.Random) -> Record:
    """Damage the quotation marks the way that translation, scraping and retyping do."""
    mode = rng.choice(_MARK_MODES)
    edits = [
        edit
        for quotation in pair_marks(record.text)
        for edit in _damage(record.text, quotation, mode, rng)
    ]
    return record.edited(edits)


def _damage(text: str, quotation: Quotation, mode: str, rng: random.Random) -> Iterator[Edit]:
    for mark, is_closer in ((quotation.opener, False), (quotation.closer, True)):
        if mark is None:
            continue
        start, end, new = mark.start, mark.end, "”" if is_closer else "“"
        if mode in ("glyph", "mix") and rng.random() < 0.5:
            new = rng.choice(_GLYPHS)
        elif mode == "straight":
            new = '"'
        elif mode == "single":
            new = "’" if is_closer else "‘"
        elif mode == "doubled" and rng.random() < 0.5:
            new *= 2
        elif mode == "drop":
            new = "" if rng.random() < 0.25 else text[start:end]
        if mode in ("space", "mix"):
            move = rng.random()
            if move < 0.25:
                new = f" {new}" if is_closer else f"{new} "
            elif move < 0.45 and is_closer and text[end : end + 1] == " ":
                end += 1
            elif move < 0.4 and not is_closer and start and text[start - 1] == " ":
                start, new = start - 1, f"{new} "
        yield Edit(start, end, new)


_BREAK = re.compile(r"[,.]?\s*[”\"]?\s*$")
_RESUME = re.compile(r"\s*[,.]?\s*[“\"]?")


def insert_dashes(record: Record, rng: random.Random) -> Record:
    """Turn “So far,” he said, “we see none” into “So far – he said – we see none”."""
    dash = rng.choice([" – ", " — ", " - ", "—"])
    edits: list[Edit] = []
    for attribution in record.attributions or ():
        said = sorted((*attribution.source, *attribution.cue))
        for (_, left), (right, _) in zip(
            attribution.content, attribution.content[1:], strict=False
        ):
            inner = [span for span in said if left <= span[0] and span[1] <= right]
            if inner and right - left <= 80:
                start, end = inner[0][0], inner[-1][1]
                edits += _dash(record.text, (left, start), (end, right), dash)
    return record.edited(edits)


def _dash(text: str, before: tuple[int, int], after: tuple[int, int], dash: str) -> Iterator[Edit]:
    """Yield the edits that put dashes in the two gaps around an inserted attribution.

    What belongs to the quotation itself, a comma or mark at its edge, is taken
    out by an edit of its own, so that the quotation ends before the dash.
    """
    stop = _BREAK.search(text, max(0, before[0] - 2), before[1])
    resume = _RESUME.match(text, after[0])
    if stop and resume and stop.start() <= before[0] and resume.end() >= after[1]:
        yield Edit(stop.start(), before[0], "")
        yield Edit(before[0], before[1], dash)
        yield Edit(after[0], after[1], dash)
        yield Edit(after[1], resume.end(), "")


def glue_words(record: Record, rng: random.Random) -> Record:
    """Drop the space before some cues, after some marks and elsewhere ("troopsdeclared")."""
    edits = [
        Edit(start - 1, start, "")
        for attribution in record.attributions or ()
        for start, _ in attribution.cue
        if start and record.text[start - 1] == " " and rng.random() < 0.3
    ]
    for match in re.finditer(r" ", record.text):
        after_mark = record.text[match.start() - 1 : match.start()] in _CLOSING
        if rng.random() < (0.08 if after_mark else 0.01):
            edits.append(Edit(match.start(), match.end(), ""))
    return record.edited(edits)


_CLOSING = frozenset('.,”"’)»')


def drop_spaces(record: Record, rng: random.Random) -> Record:
    """Drop the space after most full stops, as broken copy does ("shut.Lee went")."""
    share = rng.uniform(0.3, 1.0)
    edits = [
        Edit(match.start(), match.end(), "")
        for match in re.finditer(r"(?<=[.?!”\"]) (?=[^\W\d_a-z]|[“\"])", record.text)
        if rng.random() < share
    ]
    return record.edited(edits)


_MISREAD: Mapping[str, Sequence[str]] = {
    **{"l": "1Ii", "I": "l1", "1": "lI", "O": "0", "0": "O", "o": "0c", "e": "c", "c": "e"},
    **{"h": "b", "b": "h", "S": "5", "s": "5", "B": "8", "g": "9q", "n": "ri", "u": "ii"},
    **{"m": ("rn", "nn"), "w": ("vv",), "d": ("cl",), "a": "oe", "t": "fl", "f": "t", "i": "1l"},
}


def add_noise(record: Record, rng: random.Random) -> Record:
    """Misread about one letter in a hundred, as character recognition does."""
    edits = []
    for match in re.finditer(r"[^\W_]", record.text):
        if rng.random() < 0.012:
            letter = match.group()
            wrong = rng.choice(["", rng.choice(_LETTERS), letter * 2, letter.swapcase()])
            if letter in _MISREAD and rng.random() < 0.6:
                wrong = rng.choice(_MISREAD[letter])
            edits.append(Edit(match.start(), match.end(), wrong))
    return record.edited(edits)


def change_case(record: Record, rng: random.Random) -> Record:
    """Set the text in capitals, in small letters or as a headline, letter by letter."""
    change = rng.choices([str.upper, str.lower, str.title], [2, 2, 1])[0]
    if change is str.title:
        changed = re.sub(r"(?<!\w)[a-z]", lambda m: m.group().upper(), record.text)
        return replace(record, text=changed)
    letters = (change(letter) for letter in record.text)
    pairs = zip(record.text, letters, strict=True)
    return replace(record, text="".join(new if len(new) == 1 else old for old, new in pairs))
