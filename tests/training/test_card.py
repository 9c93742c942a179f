import json
import os

import pytest

from tests.evaluation.figures import NAMES, ROWS, SPEECH
from training import card
from training.settings import load_recipe

CONFIG = {
    "name": "whosaid-en",
    "version": "9.9.9",
    "network": {"layers": 6, "hidden": 384, "window": 256, "stride": 128},
    "sha256": {"model.safetensors": "c0ffee"},
}
RESULTS = {
    "date": "2026-11-22",
    "commit": "abc1234",
    "model": {"digest": "c0ffee"},
    "runs": [
        {
            "data": "some.dev",
            "scores": {
                "micro": {"P": 81.0, "R": 82.0, "F": 81.5},
                "speech": {"direct": {"exact": 80.0, "found": 95.1, "joint": 92.3}},
                "speakers": {"quoted+name": {"gold": 10, "right": 77.7}},
            },
        }
    ],
    "names": NAMES,
    "speech": SPEECH,
}
ROBUSTNESS = {
    "date": "2026-11-22",
    "commit": "abc1234",
    "model": {"digest": "c0ffee"},
    "rows": [
        {"perturbation": "clean", "changed": 0, "F": {"some.dev, names": 84.4}},
        {
            "perturbation": "noise",
            "changed": 7,
            "F": {"some.dev, names": 82.6},
            "loss": {"some.dev, names": 1.8},
        },
    ],
}


def test_card_names_every_corpus():
    """Each corpus of the recipe stands in the card with what its source says of its licence."""
    text = "".join(card.render_card(CONFIG, RESULTS, ROBUSTNESS))
    corpora = text.split("## Data and licences")[1].split("## Figures")[0]
    assert corpora.count("times an epoch") == len(load_recipe().corpora)


@pytest.mark.parametrize("figure", ["81.5", "92.3", "77.7", "82.6 (1.8)"])
def test_card_holds_the_figures(figure):
    """Every figure comes from the evaluation."""
    assert figure in "".join(card.render_card(CONFIG, RESULTS, ROBUSTNESS))


@pytest.mark.parametrize("row", ROWS)
def test_card_details_names(row):
    """Intervals, regions, unseen names, short texts and calibration stand in the card."""
    assert row in "".join(card.render_card(CONFIG, RESULTS, ROBUSTNESS)).splitlines()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of weights beside a folder of results."""
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    (tmp_path / "results").mkdir()
    arguments = ["--folder", str(tmp_path), "--results", str(tmp_path / "results")]
    monkeypatch.setattr("sys.argv", ["card", *arguments])
    return tmp_path


def write(path, results, age: int = 0) -> None:
    path.write_text(json.dumps(results))
    os.utime(path, (1_000_000 - age, 1_000_000 - age))


@pytest.mark.parametrize("name", ["2026-11-22-abc.json", "robustness-2026-11-22-abc.json"])
def test_figures_of_other_weights(folder, name):
    """Figures that were measured with other weights are not printed on the card."""
    write(folder / "results/2026-11-22-abc.json", RESULTS)
    write(folder / "results/robustness-2026-11-22-abc.json", ROBUSTNESS)
    write(folder / "results" / name, RESULTS | {"model": {"digest": "beef"}})
    with pytest.raises(SystemExit, match="about these weights"):
        card.main()
    assert not (folder / "MODEL_CARD.md").exists()


def test_card_is_written_beside_the_weights(folder):
    """The card lies beside its weights, with the newest figures about them."""
    write(folder / "results/2026-11-22-abc.json", RESULTS)
    write(folder / "results/2026-11-22-old.json", RESULTS | {"commit": "0ld"}, age=50)
    write(folder / "results/2026-11-23-xyz.json", RESULTS | {"model": {"digest": "beef"}}, age=-9)
    write(folder / "results/robustness-2026-11-22-abc.json", ROBUSTNESS)
    card.main()
    text = (folder / "MODEL_CARD.md").read_text()
    assert "9.9.9" in text
    assert "abc1234" in text
    assert "0ld" not in text
