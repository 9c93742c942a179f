"""The report of an evaluation."""

import json

from evaluation.report import describe_run, write_report
from tests.evaluation.figures import NAMES, ROWS, SPEECH

REPORT = {
    **describe_run(),
    "model": {"name": "m", "version": "1", "digest": "d" * 64},
    "runs": [
        {
            "data": "some.dev",
            "asked": {"articles": 3, "failed": 0, "not_verbatim": 0, "seconds": 1.5},
            "scores": {
                "micro": {"P": 80.0, "R": 82.0, "F": 81.0},
                "speech": {"direct": {"exact": 60.0, "found": 95.0, "joint": 90.1}},
                "speakers": {"all": {"gold": 9, "found": 90.0, "right": 70.2, "wrong name": 1.0}},
            },
        }
    ],
    "names": NAMES,
    "speech": SPEECH,
    "seed": {
        "entities": 12,
        "entities_found": 11,
        "entities_whole": 10,
        "quotes": 16,
        "quotes_found": 14,
        "quotes_inside": 1,
        "speakers_right": 14,
        "misses": ["quote 3 (mixed, Ann Lee): not found"],
    },
    "load": {
        "clients": 32,
        "requests": 96,
        "different": 0,
        "serial_chars_per_second": 4000,
        "loaded_chars_per_second": 9000,
    },
}


def test_write_report(tmp_path):
    """Figures are written for machines and for people, named after date and commit."""
    table = write_report(REPORT, tmp_path)
    assert table.name == f"{REPORT['date']}-{REPORT['commit']}.md"
    assert json.loads(table.with_suffix(".json").read_text()) == REPORT
    text = table.read_text()
    for figure in (
        "| some.dev | micro | 80.0 | 82.0 | 81.0 |",
        "| some.dev | speech, direct: found with the right source | | | 90.1 |",
        "| some.dev | speaker end to end, all (9) | | | 70.2 |",
        "| some.dev | 3 | 0 | 0 | 1.5 |",
        "| sentences of some.dev | 600 | 0 | 0 | 24.2 |",
        *ROWS,
        "- quote 3 (mixed, Ann Lee): not found",
        "0 answers differ",
    ):
        assert figure in text


def test_describe_run():
    """A run is told apart by its commit, and its machine is described."""
    run = describe_run()
    assert run["commit"]
    assert run["machine"]["cores"] >= 1
    assert run["machine"]["cpu"]
