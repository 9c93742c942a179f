"""Small stand-ins for the slow parts."""

import re
import threading
import time
from collections.abc import Sequence

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


class UnreadableText(Exception):
    """What the fake analyzer raises for a text that it was told to refuse."""


class FakeAnalyzer:
    """Takes pairs of capitalized words for people, and the first of them for every speaker.

    What stands between double marks is said, surely; between single ones, believed, perhaps.
    A text holding `poison` fails its whole batch. With a `gate`, no batch is
    analyzed before the gate is set; `entered` is set when one waits there.
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
        self.threads: set[int] = set()

    def analyze(self, articles: Sequence[str | Article], language: str = "en") -> list[Analysis]:
        """Analyze articles, the way the class says."""
        texts = [each if isinstance(each, str) else each.text for each in articles]
        self.threads.add(threading.get_ident())
        self.batches.append(list(texts))
        self.entered.set()
        if self.gate is not None and len(self.batches) > 1:
            self.gate.wait(timeout=30)
        time.sleep(self.seconds)
        if self.poison and any(self.poison in text for text in texts):
            raise UnreadableText(f"cannot read {texts!r}")
        return [analyze_plainly(text, language) for text in texts]


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
