"""Fit the maps from scores to probabilities on development texts."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.calibration import Calibration, logit
from analysis.document import Attribution, Reading, Span
from evaluation.calibration import Judgement, bin_by_mass, expect_error
from training.records import LabelledAttribution, Record, characters

Outcome = tuple[float, bool]
"""A raw confidence, and whether what it was given to was right."""

_ROUNDS = 50
_FOLDS = 5
_LEAST_STEP = 1e-9

Floats = NDArray[np.float64]


def judge_mentions(record: Record, reading: Reading) -> Iterator[Outcome]:
    """Yield an outcome for each mention found: right where span and type are the labelled ones."""
    gold = {(m.start, m.end, m.type) for m in record.mentions or ()}
    for mention in reading.mentions:
        found = (mention.span.start, mention.span.end, str(mention.type))
        yield mention.confidence, found in gold


def judge_attributions(record: Record, reading: Reading) -> Iterator[Outcome]:
    """Yield an outcome for each attribution found.

    Right where half of the characters of both contents together are shared with
    a labelled one whose source overlaps the one found, or is missing in both.
    """
    for attribution in reading.attributions:
        right = any(_agree(attribution, gold) for gold in record.attributions or ())
        yield attribution.confidence, right


def _agree(found: Attribution, gold: LabelledAttribution) -> bool:
    ours, theirs = characters((s.start, s.end) for s in found.content), characters(gold.content)
    if 2 * len(ours & theirs) < len(ours | theirs):
        return False
    if found.speaker is None or not gold.source:
        return found.speaker is None and not gold.source
    return any(found.speaker.overlaps(Span(*source)) for source in gold.source)


def find_held_out_error(outcomes: Sequence[Sequence[Outcome]]) -> float:
    """Return the expected calibration error, 0 to 1, on texts that the map was not fitted to.

    `outcomes` holds those of each text. The texts are dealt into five folds;
    each is mapped by what fits the other four.
    """
    judgements = []
    for fold in range(_FOLDS):
        others = [o for at, text in enumerate(outcomes) if at % _FOLDS != fold for o in text]
        calibration = fit_calibration(others)
        judgements += [
            Judgement(calibration(confidence), is_right)
            for text in outcomes[fold::_FOLDS]
            for confidence, is_right in text
        ]
    return expect_error(bin_by_mass(judgements)) if judgements else 0.0


def fit_calibration(outcomes: Sequence[Outcome]) -> Calibration:
    """Return the logistic map under which the outcomes are likeliest, by Newton's method.

    Both classes get the prior that Platt gives them, so that a map exists
    whatever the outcomes. A step that makes them less likely is halved until
    it does not (Lin, Lin and Weng 2007). Without outcomes, the identity.
    """
    if not outcomes:
        return Calibration()
    features = np.array([(logit(confidence), 1.0) for confidence, _ in outcomes])
    right = np.array([is_right for _, is_right in outcomes])
    high, low = (right.sum() + 1) / (right.sum() + 2), 1 / ((~right).sum() + 2)
    targets = np.where(right, high, low)
    weights = np.array([1.0, 0.0])
    for _ in range(_ROUNDS):
        chances = 1 / (1 + np.exp(-features @ weights))
        gradient = features.T @ (targets - chances)
        curvature = (features.T * (chances * (1 - chances))) @ features + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        before = _cost(features, targets, weights)
        while (
            _cost(features, targets, weights + step) > before and np.abs(step).max() > _LEAST_STEP
        ):
            step = step / 2
        weights = weights + step
        if np.abs(step).max() <= _LEAST_STEP:
            break
    return Calibration(float(weights[0]), float(weights[1]))


def _cost(features: Floats, targets: Floats, weights: Floats) -> float:
    """Return the negative logarithm of how likely the targets are."""
    odds = features @ weights
    return float((np.logaddexp(0, odds) - targets * odds).sum())
