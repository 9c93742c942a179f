"""Make confidences mean what they say."""

import math
from dataclasses import dataclass

_LEAST = 1e-6
# Beyond this exponent a float overflows; the probability is nothing long before.
_MOST = 700.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic map from what a model scores to how often it is right (Platt 1999)."""

    slope: float = 1.0
    intercept: float = 0.0

    def __call__(self, confidence: float) -> float:
        """Return the calibrated probability of a raw one, both between 0 and 1."""
        odds = self.slope * logit(confidence) + self.intercept
        return 1 / (1 + math.exp(min(-odds, _MOST)))


IDENTITY = Calibration()


def logit(probability: float) -> float:
    """Return the log-odds of a probability, cut off near 0 and 1."""
    kept = min(max(probability, _LEAST), 1 - _LEAST)
    return math.log(kept / (1 - kept))
