"""The windows of texts."""

import pytest

from evaluation.encoders import count_pieces, load_config, split_windows

pytestmark = pytest.mark.model

LONG = "We wait for rain in Lyon. " * 100


@pytest.mark.parametrize("overlap", [True, False])
def test_windows(overlap):
    """Windows are as long as the model reads them, and overlap only where they shall."""
    config = load_config()
    pieces = count_pieces(LONG)
    windows = split_windows([LONG, "Lyon."], overlap=overlap)
    assert all(len(row) <= config.window for window in windows for row in window)
    assert len(windows[-1][0]) == 2 + count_pieces("Lyon.")
    stride = config.stride if overlap else config.window - 2
    assert len(windows) == 2 + -(-(pieces - (config.window - 2)) // stride)
