"""The picture of a training run."""

import pytest

from training.curves import draw_curves


@pytest.mark.parametrize(
    "log",
    [
        pytest.param([], id="nothing yet"),
        pytest.param([{"pieces": 50, "mention": 0.5}], id="losses only"),
        pytest.param(
            [
                {"pieces": n, "mention": 1 / n, "link": 0.1, "mention_f1": n, "pair_f1": 2.0}
                for n in range(1, 40)
            ],
            id="both",
        ),
    ],
)
def test_curves(log, tmp_path):
    """A picture is written whatever the log holds so far."""
    path = tmp_path / "curves.png"
    draw_curves(log, path)
    assert path.read_bytes().startswith(b"\x89PNG")
