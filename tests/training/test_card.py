import json

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


def test_card_names_every_corpus():
    """Each corpus of the recipe stands in the card with what its source says of its licence."""
    text = "".join(card.render_card(CONFIG, RESULTS))
    corpora = text.split("## Data and licences")[1].split("## Figures")[0]
    assert corpora.count("times an epoch") == len(load_recipe().corpora)


@pytest.mark.parametrize("figure", ["81.5", "92.3", "77.7"])
def test_card_holds_the_figures(figure):
    """Every figure comes from the evaluation."""
    assert figure in "".join(card.render_card(CONFIG, RESULTS))


@pytest.mark.parametrize("row", ROWS)
def test_card_details_names(row):
    """Intervals, regions, unseen names, short texts and calibration stand in the card."""
    assert row in "".join(card.render_card(CONFIG, RESULTS)).splitlines()


def test_figures_of_other_weights(tmp_path, monkeypatch):
    """Figures that were measured with other weights are not printed on the card."""
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    results = tmp_path / "results.json"
    results.write_text(json.dumps(RESULTS | {"model": {"digest": "beef"}}))
    monkeypatch.setattr("sys.argv", ["card", str(results), "--folder", str(tmp_path)])
    with pytest.raises(SystemExit, match="other weights"):
        card.main()
    assert not (tmp_path / "MODEL_CARD.md").exists()


def test_card_is_written_beside_the_weights(tmp_path, monkeypatch):
    """The card lies in the folder of the weights that it describes."""
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    results = tmp_path / "results.json"
    results.write_text(json.dumps(RESULTS))
    monkeypatch.setattr("sys.argv", ["card", str(results), "--folder", str(tmp_path)])
    card.main()
    assert "9.9.9" in (tmp_path / "MODEL_CARD.md").read_text()
