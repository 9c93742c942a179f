"""How sure an answer is of each quote: of its words, and of its speaker as well.

The model's score says how likely words and source are what annotators marked. What it
means for a quote depends on how much of it stands in marks, and what a source means for
a speaker on its form: a name tells more than a pronoun. Both are fitted on development
texts (Platt 1999) by `python -m training.confidence`, and lie beside the weights.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from analysis.calibration import IDENTITY, Calibration
from analysis.document import Attitude, AttributionStatus, MentionKind, Quote
from analysis.errors import ModelDamaged

CONFIDENCES_FILE = "confidences.json"


class SpeakerForm(StrEnum):
    """How a quote comes to its speaker."""

    NAME = "name"
    PRONOUN = "pronoun"
    NOMINAL = "nominal"
    INHERITED = "inherited"
    DESCRIBED = "described"
    OPEN = "open"
    NONE = "none"


# Where the quote has no words for its speaker, or they lead to nobody.
SOURCELESS = frozenset((SpeakerForm.INHERITED, SpeakerForm.NONE))
UNSPOKEN = "unspoken"
# Where the texts that the maps were fitted to have none: either of two may be meant.
_UNSEEN = {SpeakerForm.OPEN: 0.5}


@dataclass(frozen=True, slots=True)
class Confidences:
    """The maps from the model's scores to probabilities.

    By group of quotes: of the content, and of content and source together. By form of the
    speaker: how often it is right, given that content and source are; or, where the quote
    has no source, given that the content is.
    """

    content: Mapping[str, Calibration] = field(default_factory=dict)
    attribution: Mapping[str, Calibration] = field(default_factory=dict)
    speaker: Mapping[SpeakerForm, float] = field(default_factory=dict)

    def rate(self, quote: Quote) -> Quote:
        """Return a quote with probabilities in place of the model's score."""
        score, group, form = quote.confidence, quote_group(quote), speaker_form(quote)
        content = both = self.content.get(group, IDENTITY)(score)
        if form not in SOURCELESS:
            both = min(content, self.attribution.get(group, IDENTITY)(score))
        share = self.speaker.get(form, _UNSEEN.get(form, 1.0))
        return replace(quote, content_confidence=content, confidence=both * share)


def rate_quotes(quotes: Iterable[Quote], confidences: Confidences) -> tuple[Quote, ...]:
    """Return quotes with probabilities in place of the model's scores."""
    return tuple(map(confidences.rate, quotes))


def speaker_form(quote: Quote) -> SpeakerForm:
    """Tell how a quote, its speaker resolved, comes to it."""
    if quote.status is AttributionStatus.AMBIGUOUS:
        return SpeakerForm.OPEN
    if quote.speaker is None or quote.status is AttributionStatus.UNATTRIBUTED:
        return SpeakerForm.NONE
    if quote.speaker.mention is None:
        return SpeakerForm.INHERITED
    if quote.speaker.name is None:
        return SpeakerForm.DESCRIBED
    return _FORMS[quote.speaker.mention.kind]


def quote_group(quote: Quote) -> str:
    """Return the group of quotes whose scores mean the same: a kind of speech, or no speech."""
    return quote.kind.value if quote.attitude is Attitude.SPEECH else UNSPOKEN


_FORMS = {
    MentionKind.NAME: SpeakerForm.NAME,
    MentionKind.PRONOUN: SpeakerForm.PRONOUN,
    MentionKind.NOMINAL: SpeakerForm.NOMINAL,
}


def load_confidences(folder: Path) -> Confidences:
    """Load what was fitted for the weights in `folder`.

    Raises ModelDamaged where the file is missing or is not one of confidences.
    """
    path = folder / CONFIDENCES_FILE
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        content, attribution = (
            {
                group: Calibration(_finite(values["slope"]), _finite(values["intercept"]))
                for group, values in stored[name].items()
            }
            for name in ("content", "attribution")
        )
        return Confidences(
            content,
            attribution,
            {SpeakerForm(form): _share(share) for form, share in stored["speaker"].items()},
        )
    except OSError as error:
        raise ModelDamaged(str(path), error.strerror or "cannot be read") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelDamaged(str(path), "does not hold confidences") from error


def _finite(number: object) -> float:
    if not isinstance(number, int | float) or not math.isfinite(number):
        raise ValueError(f"not a finite number: {number!r}")
    return float(number)


def _share(number: object) -> float:
    share = _finite(number)
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"not a share: {share}")
    return share
