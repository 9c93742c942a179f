"""Reading what the scorers print."""

import pytest

from evaluation.scores import Tools, parse_mentions, parse_speakers, pick_quotes

MENTIONS = """\
organisation  P 0.7512 R 0.7000 F1 0.7247 n 400
person        P 0.9000 R 0.8900 F1 0.8950 n 500
micro         P 0.8300 R 0.8100 F1 0.8199 n 900
"""

SPEAKERS = """\
speakers            gold  found  right of found  end to end  wrong name of found
  all                447  88.1%          80.2%       70.7%         9.1%
  form name          206  90.0%          91.0%       81.9%         1.5%
  quoted+name        140 100.0%          75.0%       75.0%         4.0%
mentions  P 0.8340 R 0.8230 F1 0.8285
entities  P 0.7000 R 0.7200 F1 0.7099   B3 P 0.9500 R 0.9100 F1 0.9296
"""


def test_parse_mentions():
    """Figures are percentages, by type."""
    scores = parse_mentions(MENTIONS)
    assert scores["micro"] == {"P": 83.0, "R": 81.0, "F": 82.0}
    assert list(scores) == ["organisation", "person", "micro"]


def test_parse_speakers():
    """Rows keep their names, blanks and all, and the clusters' figures stand beside them."""
    scores = parse_speakers(SPEAKERS)
    assert scores["speakers"]["quoted+name"] == {
        "gold": 140,
        "found": 100.0,
        "right": 75.0,
        "wrong name": 4.0,
    }
    assert list(scores["speakers"]) == ["all", "form name", "quoted+name"]
    assert scores["mentions"]["F"] == 82.8
    assert scores["entities"]["P"] == 70.0
    assert scores["B3"] == {"P": 95.0, "R": 91.0, "F": 93.0}


def test_parse_speakers_refuses():
    """Output of another form is reported rather than read as nothing."""
    with pytest.raises(ValueError, match="unexpected output: nothing"):
        parse_speakers("nothing")


def test_pick_quotes():
    """Of the many figures those are kept that are quoted."""
    figures = {
        "exact": {"F": 61.52},
        "found": {"F": 88.0},
        "joint found+source": {"F": 71.66},
        "partial": {"F": 90.0},
    }
    kinds = ("all", "direct", "mixed", "indirect")
    scores = pick_quotes({kind: figures for kind in kinds})
    assert scores["mixed"] == {"exact": 61.5, "found": 88.0, "joint": 71.7}


def test_read_speech_words(tmp_path):
    """A word of the list stands for its forms, those that double a letter or lose one included."""
    (tmp_path / "speech_cues.txt").write_text("argue quip\nreply say")
    words = Tools(tmp_path).read_speech_words()
    assert words >= {"argues", "argued", "arguing", "quipped", "quipping", "replies", "replied"}
    assert words >= {"reply", "say", "says", "said", "saying"}
    assert not words & {"arguied", "sayying", "quipies"}


SCORER = """\
import json, sys
assert [open(path, encoding="utf-8").read() for path in sys.argv[1:3]] == ["gold", "prediction"]
assert sys.argv[3] == "--json"
figures = {"F": 90.04 if sys.argv[4:5] == ["--speech"] else 70.06}
kinds = ("all", "direct", "mixed", "indirect")
print(json.dumps({kind: dict.fromkeys(("exact", "found", "joint found+source"), figures) for kind in kinds}))
"""


@pytest.mark.parametrize(("speech_only", "f1"), [(True, 90.0), (False, 70.1)])
def test_score_quotes(tmp_path, speech_only, f1):
    """All attributions are scored, or speech only."""
    (tmp_path / "score_quotes.py").write_text(SCORER)
    paths = [tmp_path / "gold", tmp_path / "prediction"]
    for path in paths:
        path.write_text(path.name)
    scores = Tools(tmp_path).score_quotes(*paths, speech_only=speech_only)
    assert scores["mixed"] == {"exact": f1, "found": f1, "joint": f1}
