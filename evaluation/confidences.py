"""Whether the confidences of quotes and of their attributions mean what they say."""

from collections.abc import Iterable
from typing import NamedTuple

from evaluation.calibration import Judgement
from evaluation.figures import Figures, describe_judgements


class Outcome(NamedTuple):
    """How sure a returned quote is of its content, and of content and speaker; what became of it.

    `right` is a quote that was found and has the right speaker.
    """

    content_confidence: float
    confidence: float
    found: bool
    right: bool

    @property
    def speaker_confidence(self) -> float:
        """How sure the quote is of its speaker, should its content be right."""
        return min(1.0, self.confidence / (self.content_confidence or 1.0))


def describe_confidences(outcomes: Iterable[Outcome]) -> dict[str, Figures]:
    """Return the calibration errors of quotes and attributions, and of those of quotes found.

    An attribution is less sure than its speaker, because its content may be wrong. Among quotes
    that were found it therefore looks too careful, and only the speaker's share of it should not.
    """
    listed = list(outcomes)
    found = [each for each in listed if each.found]
    judged = {
        "quotes": [Judgement(each.content_confidence, each.found) for each in listed],
        "attributions": [Judgement(each.confidence, each.right) for each in listed],
        "attributions of quotes found": [Judgement(each.confidence, each.right) for each in found],
        "speakers of quotes found": [
            Judgement(each.speaker_confidence, each.right) for each in found
        ],
    }
    return {what: describe_judgements(each, "quotes") for what, each in judged.items()}
