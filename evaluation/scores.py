"""Send a corpus to a service and score what comes back, with the tools that lie beside the data."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.quotes import inflect

Scores = dict[str, Any]

_SUMMARY = re.compile(r"(\d+) articles in .*; (\d+) failed; (\d+) spans not verbatim")
_MENTIONS = re.compile(r"^(\w+)\s+P ([\d.]+) R ([\d.]+) F1 ([\d.]+)", re.MULTILINE)
_SPEAKERS = re.compile(
    r"^ +(\S.*?) +(\d+) +([\d.]+)% +([\d.]+)% +([\d.]+)% +([\d.]+)%$", re.MULTILINE
)
_B3 = re.compile(r"B3 P ([\d.]+) R ([\d.]+) F1 ([\d.]+)")


@dataclass(frozen=True, slots=True)
class Tools:
    """Where the scripts are that ask and score."""

    folder: Path

    def predict(self, gold: Path, prediction: Path, url: str) -> Scores:
        """Ask for every article of `gold` and keep the answers in `prediction`."""
        started = time.monotonic()
        output = self._run("predict.py", gold, prediction, "--url", url, check=False)
        seconds = time.monotonic() - started
        articles, failed, not_verbatim = map(int, _match(_SUMMARY, output))
        return {
            "articles": articles,
            "failed": failed,
            "not_verbatim": not_verbatim,
            "seconds": round(seconds, 1),
        }

    def score_mentions(self, gold: Path, prediction: Path) -> Scores:
        """Return precision, recall and F1 of mentions by type and altogether, in percent."""
        return parse_mentions(self._run("score_mentions.py", gold, prediction))

    def score_quotes(self, gold: Path, prediction: Path, *, speech_only: bool) -> Scores:
        """Return the F of quotes by kind, of all attributions or of speech only, in percent."""
        options = ["--speech", str(self.folder / "speech_cues.txt")] if speech_only else []
        return pick_quotes(
            json.loads(self._run("score_quotes.py", gold, prediction, "--json", *options))
        )

    def read_speech_words(self) -> frozenset[str]:
        """Return the forms of all words that the scorers take for words of speech."""
        stems = (self.folder / "speech_cues.txt").read_text(encoding="utf-8").split()
        return frozenset(form for stem in stems for form in inflect(stem))

    def score_speakers(self, gold: Path, prediction: Path) -> Scores:
        """Return how many quotes name the right speaker, and how well mentions are grouped."""
        return parse_speakers(self._run("score_speakers.py", gold, prediction))

    def _run(self, script: str, *arguments: Path | str, check: bool = True) -> str:
        command = [sys.executable, str(self.folder / script), *map(str, arguments)]
        return subprocess.run(command, check=check, stdout=subprocess.PIPE, text=True).stdout


def parse_mentions(output: str) -> Scores:
    """Read what score_mentions.py prints."""
    return {
        name: dict(zip(("P", "R", "F"), (_percent(figure) for figure in figures), strict=True))
        for name, *figures in _MENTIONS.findall(output)
    }


def parse_speakers(output: str) -> Scores:
    """Read what score_speakers.py prints."""
    rows = {
        name: {
            "gold": int(gold),
            "found": float(found),
            "right": float(right),
            "wrong name": float(wrong),
        }
        for name, gold, found, _, right, wrong in _SPEAKERS.findall(output)
    }
    grouped = dict(zip(("P", "R", "F"), map(_percent, _match(_B3, output)), strict=True))
    return {"speakers": rows, **parse_mentions(output), "B3": grouped}


def pick_quotes(scores: Mapping[str, Any]) -> Scores:
    """Keep of score_quotes.py's figures the F of exact, found and found with the right source."""
    return {
        kind: {
            "exact": round(scores[kind]["exact"]["F"], 1),
            "found": round(scores[kind]["found"]["F"], 1),
            "joint": round(scores[kind]["joint found+source"]["F"], 1),
        }
        for kind in ("all", "direct", "mixed", "indirect")
    }


def _percent(fraction: str) -> float:
    return round(100 * float(fraction), 1)


def _match(pattern: re.Pattern[str], output: str) -> tuple[str, ...]:
    match = pattern.search(output)
    if match is None:
        raise ValueError(f"unexpected output: {output[:500]}")
    return match.groups()
