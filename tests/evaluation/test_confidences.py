"""Calibration errors of quotes and attributions."""

import pytest

from evaluation.confidences import Outcome, describe_confidences

OUTCOMES = [
    Outcome(0.9, 0.8, found=True, right=True),
    Outcome(0.8, 0.6, found=True, right=False),
    Outcome(0.4, 0.3, found=False, right=False),
]


def test_describe_confidences():
    """Contents are judged by being found, attributions by being right, some among those found."""
    figures = describe_confidences(OUTCOMES)
    rows = {
        what: (each["quotes"], each["confidence"], each["right"]) for what, each in figures.items()
    }
    assert rows == {
        "quotes": (3, 0.7, 0.6667),
        "attributions": (3, 0.5667, 0.3333),
        "attributions of quotes found": (2, 0.7, 0.5),
        "speakers of quotes found": (2, 0.8194, 0.5),
    }


@pytest.mark.parametrize(
    ("content", "both", "speaker"),
    [
        pytest.param(0.8, 0.6, 0.75, id="share"),
        pytest.param(0.6, 0.7, 1.0, id="no more than certain"),
        pytest.param(0.0, 0.0, 0.0, id="nothing"),
    ],
)
def test_speaker_confidence(content, both, speaker):
    """What is left of an attribution's doubt, once the content is taken as right."""
    assert Outcome(content, both, True, True).speaker_confidence == pytest.approx(speaker)
