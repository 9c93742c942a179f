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
                "attributions": {"direct": {"exact": 80.0, "found": 95.1, "joint": 92.3}},
                "speech": {"direct": {"exact": 80.0, "found": 95.1, "joint": 93.4}},
                "speakers": {"quoted+name": {"gold": 10, "right": 77.7}},
                "entities": {"P": 88.0, "R": 89.0, "F": 88.5},
                "B3": {"P": 97.0, "R": 98.0, "F": 97.5},
            },
        }
    ],
    "names": NAMES,
    "speech": SPEECH,
}
INTERVAL = {"low": 60.1, "high": 99.2, "labelled": 31, "articles": 20}
JUDGED = {"quotes": 77, "confidence": 0.8432, "right": 0.8311, "error": 0.0214}
QUALITY = {
    "date": "2026-11-22",
    "commit": "def5678",
    "model": {"digest": "c0ffee"},
    "quotes": {
        "some.dev, scope speech": {
            "found with the right source, all": {**INTERVAL, "F": 85.4},
            "exact content, all": {**INTERVAL, "F": 71.6},
        },
    },
    "speakers": {
        f"some.dev, scope {scope}": {
            "rows": {
                "quoted+name": {
                    "right": {**INTERVAL, "F": right},
                    "wrong name": {**INTERVAL, "F": 3.3},
                },
            },
            "entities": {**INTERVAL, "F": 90.9},
            "B3": {**INTERVAL, "F": 98.8},
        }
        for scope, right in (("speech", 84.2), ("all", 86.3))
    },
    "calibration": {"some.dev, scope all: attributions": {**JUDGED, "error_equal_width": 0.0307}},
}
QUALITY_ROWS = (
    "| some.dev, scope speech | found with the right source, all | 85.4 | 60.1 to 99.2 | 31 | 20 |",
    "| some.dev, scope speech | exact content, all | 71.6 | 60.1 to 99.2 | 31 | 20 |",
    "| some.dev, scope speech | quoted+name | 31 | 84.2 | 60.1 to 99.2 | 3.3 | 60.1 to 99.2 |",
    "| some.dev, scope all | quoted+name | 31 | 86.3 | 60.1 to 99.2 | 3.3 | 60.1 to 99.2 |",
    "| some.dev, scope all | B3 | 98.8 | 60.1 to 99.2 | 31 | 20 |",
    "| some.dev, scope all: attributions | 77 | 0.843 | 0.831 | 0.021 | 0.031 |",
)
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


@pytest.fixture(scope="module")
def text():
    """A card."""
    return "".join(card.render_card(CONFIG, RESULTS, QUALITY, ROBUSTNESS))


def test_card_names_every_corpus(text):
    """Each corpus of the recipe stands in the card with what its source says of its licence."""
    corpora = text.split("## Data and licences")[1].split("## Figures")[0]
    assert corpora.count("times an epoch") == len(load_recipe().corpora)


def test_card_tells_of_the_last_phase(text):
    """The card says how long the last phase was and how often it showed attributions."""
    last = load_recipe().learning.phases[-1]
    words = " ".join(text.split())
    assert f"of {last.pieces:,} pieces" in words
    assert f"attributions {last.attributions:g} times as often" in words


@pytest.mark.parametrize("figure", ["81.5", "92.3", "82.6 (1.8)"])
def test_card_holds_the_figures(text, figure):
    """Every figure comes from an evaluation."""
    assert figure in text


@pytest.mark.parametrize("row", [row for row in ROWS if "speech" not in row])
def test_card_details_names(text, row):
    """Intervals, regions, unseen names, short texts and calibration stand in the card."""
    assert row in text.splitlines()


@pytest.mark.parametrize("row", QUALITY_ROWS)
def test_card_details_quotes(text, row):
    """Contents, speakers in both scopes, entities and calibration stand in the card."""
    assert row in text.splitlines()


@pytest.mark.parametrize("figure", ["93.4", "77.7", "88.5", "97.5", "82.5"])
def test_card_tells_nothing_twice(text, figure):
    """What is measured in detail is not told again from an evaluation of another moment."""
    assert f"| {figure} |" not in text


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


FILES = {
    "2026-11-22-abc.json": RESULTS,
    "quality-2026-11-22-abc.json": QUALITY,
    "robustness-2026-11-22-abc.json": ROBUSTNESS,
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("is_there", [True, False], ids=["of others", "missing"])
def test_figures_of_other_weights(folder, name, is_there):
    """Figures that are missing, or of other weights, are not made up for: no card is written."""
    for file, results in FILES.items():
        write(folder / "results" / file, results)
    write(folder / "results" / name, FILES[name] | {"model": {"digest": "beef"}})
    if not is_there:
        (folder / "results" / name).unlink()
    with pytest.raises(SystemExit, match="about these weights"):
        card.main()
    assert not (folder / "MODEL_CARD.md").exists()


def test_card_is_written_beside_the_weights(folder):
    """The card lies beside its weights, with the newest figures about them."""
    for file, results in FILES.items():
        write(folder / "results" / file, results)
        old = file.replace("abc", "old")
        write(folder / "results" / old, results | {"commit": "0ld"}, age=50)
        other = file.replace("22-abc", "23-xyz")
        write(folder / "results" / other, results | {"model": {"digest": "beef"}}, age=-9)
    card.main()
    written = (folder / "MODEL_CARD.md").read_text()
    assert "9.9.9" in written
    assert "commit abc1234" in written
    assert "commit def5678" in written
    assert "0ld" not in written
