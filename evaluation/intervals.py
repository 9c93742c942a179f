"""How far a figure could be off because these articles were drawn and not others."""

from collections.abc import Sequence

import numpy as np

from evaluation.counts import Counts

RESAMPLES = 1000
SEED = 20230715
COVERED_PERCENT = 95


def resample_f1(counts: Sequence[Counts], *, seed: int = SEED) -> tuple[float, float]:
    """Return the ends of the 95 % interval of F1, in percent, by bootstrap over articles.

    Articles are drawn with replacement, as many as there are, `RESAMPLES` times (Efron 1979); the
    same counts and seed always give the same interval.
    """
    table = np.array(
        [(each.right, each.returned, each.right_labelled, each.labelled) for each in counts]
    )
    draws = np.random.default_rng(seed).integers(len(table), size=(RESAMPLES, len(table)))
    right, returned, right_labelled, labelled = table[draws].sum(axis=1).T
    precision = right / np.maximum(1, returned)
    recall = right_labelled / np.maximum(1, labelled)
    both = precision + recall
    f1 = 200 * precision * recall / np.where(both > 0, both, 1)
    outside = (100 - COVERED_PERCENT) / 2
    low, high = np.percentile(f1, (outside, 100 - outside))
    return float(low), float(high)
