import pytest

from analysis.calibration import IDENTITY, Calibration, logit


@pytest.mark.parametrize("probability", [0.01, 0.5, 0.97])
def test_identity(probability):
    """Without a slope or intercept of its own, a map changes nothing."""
    assert IDENTITY(probability) == pytest.approx(probability)


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_certainty(probability):
    """Scores of 0 and 1 are mapped near their ends, not to infinity."""
    assert IDENTITY(probability) == pytest.approx(probability, abs=1e-5)


def test_order():
    """A map with a positive slope keeps the order of scores."""
    calibrate = Calibration(slope=0.4, intercept=-1.0)
    mapped = [calibrate(score) for score in (0.1, 0.4, 0.8, 0.99)]
    assert mapped == sorted(mapped)


def test_logit():
    """Log-odds of a half are nought, and mirror each other around it."""
    assert logit(0.5) == 0
    assert logit(0.9) == pytest.approx(-logit(0.1))


def test_steep_maps():
    """However steep a map is, what it gives is a probability."""
    steep = Calibration(slope=1e6, intercept=-5.0)
    assert [steep(confidence) for confidence in (0.0, 0.1, 0.9)] == pytest.approx([0, 0, 1])
