"""Small stand-ins for the slow parts."""

import re
import threading
import time
from collections.abc import Callable, Sequence

from analysis.document import (
    Analysis,
    Article,
    Attitude,
    AttributionStatus,
    Entity,
    EntityType,
    Mention,
    MentionKind,
    ModelInfo,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerMention,
)

MODEL = ModelInfo(name="fake", version="1", digest="0" * 64, languages=("en",))

_NAME = re.compile(r"[A-Z][a-z]+ [A-Z][a-z]+")
_QUOTE = re.compile(r"“(?P<speech>[^”]+)”|‘(?P<belief>[^’]+)’")
_CONFIDENCES = {Attitude.SPEECH: 0.9, Attitude.BELIEF: 0.6}


# How often the fake asks whether somebody still waits, as the model does between its windows.
_WINDOW_SECONDS = 0.01


class UnreadableText(Exception):
    """What the fake analyzer raises for a text that it was told to refuse."""


class FakeAnalyzer:
    """Takes pairs of capitalized words for people, and the first of them for every speaker.

    What stands between double marks is said, surely; between single ones, believed, perhaps.
    A text holding `poison` fails its whole batch. With a `gate`, no batch is
    analyzed before the gate is set; `entered` is set when one waits there. A batch takes as
    many `seconds`, unless nobody waits for any text of it any more; `left` are those that
    nobody waited for.
    """

    def __init__(
        self,
        *,
        info: ModelInfo = MODEL,
        seconds: float = 0.0,
        poison: str | None = None,
        gate: threading.Event | None = None,
    ) -> None:
        self.models = (info,)
        self.seconds = seconds
        self.poison = poison
        self.gate = gate
        self.entered = threading.Event()
        self.batches: list[list[str]] = []
        self.left: list[str] = []
        self.threads: set[int] = set()

    def analyze(
        self,
        articles: Sequence[str | Article],
        language: str = "en",
        *,
        is_wanted: Callable[[int], bool] = lambda number: True,
    ) -> list[Analysis | None]:
        """Analyze articles, the way the class says; None for those that nobody waits for."""
        texts = [each if isinstance(each, str) else each.text for each in articles]
        self.threads.add(threading.get_ident())
        self.batches.append(list(texts))
        ends = time.monotonic() + self.seconds
        self.entered.set()
        if self.gate is not None and len(self.batches) > 1:
            self.gate.wait(timeout=30)
        wanted = self._read(len(texts), is_wanted, ends)
        self.left += [text for number, text in enumerate(texts) if number not in wanted]
        if self.poison and any(self.poison in text for text in texts):
            raise UnreadableText(f"cannot read {texts!r}")
        return [
            analyze_plainly(text, language) if number in wanted else None
            for number, text in enumerate(texts)
        ]

    @staticmethod
    def _read(count: int, is_wanted: Callable[[int], bool], ends: float) -> set[int]:
        """Take until a moment, and return the numbers that somebody still waits for."""
        wanted = {number for number in range(count) if is_wanted(number)}
        while wanted and (rest := ends - time.monotonic()) > 0:
            time.sleep(min(rest, _WINDOW_SECONDS))
            wanted = {number for number in wanted if is_wanted(number)}
        return wanted


def analyze_plainly(text: str, language: str = "en") -> Analysis:
    """Return the fake's analysis of one text."""
    people = _find_people(text)
    speaker = None
    if people:
        first = people[0]
        mention = SpeakerMention(first.mentions[0].span, MentionKind.NAME)
        speaker = Speaker(first.name, first.id, first.type, mention)
    quotes = tuple(_quote(match, speaker) for match in _QUOTE.finditer(text))
    return Analysis(text, language, people, quotes)


def _find_people(text: str) -> tuple[Entity, ...]:
    mentions: dict[str, list[Mention]] = {}
    for match in _NAME.finditer(text):
        mention = Mention(Span(*match.span()), EntityType.PERSON, 0.98765432)
        mentions.setdefault(match.group(), []).append(mention)
    return tuple(
        Entity(f"per-{name}", EntityType.PERSON, name, (), tuple(found), 1 / len(mentions))
        for name, found in mentions.items()
    )


def _quote(match: re.Match[str], speaker: Speaker | None) -> Quote:
    attitude = Attitude(match.lastgroup)
    content, confidence = Span(*match.span(attitude)), _CONFIDENCES[attitude]
    status = AttributionStatus.ATTRIBUTED if speaker else AttributionStatus.UNATTRIBUTED
    return Quote(
        QuoteKind.DIRECT, (content,), None, speaker, status, confidence, confidence, attitude
    )
