"""The language packs on short texts, one for each phenomenon, with the names given."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from analysis.document import Quote
from analysis.entities import group_mentions
from analysis.language_packs import LANGUAGES, find_direct_quotes
from analysis.mentions import carry_names
from tests.analysis.stories import mentions_of

FOLDER = Path(__file__).parent / "language_packs"
KEYS = {"content", "speaker", "cue", "mention", "status", "candidates", "joint"}
TYPES = ("people", "orgs", "places")


@dataclass(frozen=True, slots=True)
class Case:
    """A short text with its names, and the direct quotes that an editor finds in it.

    `known` says why the rules are known not to.
    """

    id: str
    language: str
    text: str
    names: dict[str, list[str]]
    quotes: tuple[dict[str, Any], ...]
    known: str | None = None

    def __str__(self) -> str:
        return self.id

    def answer(self) -> list[dict[str, Any]]:
        """Return the quotes that the rules find, as the pipeline of a package calls them."""
        mentions = carry_names(self.text, mentions_of(self.text, **self.names))
        entities = group_mentions(self.text, mentions)
        return [
            _read(self.text, quote)
            for quote in find_direct_quotes(self.text, entities, self.language)
        ]

    def expected(self) -> list[dict[str, Any]]:
        """Return the quotes that an editor finds, with what goes without saying."""
        return [{"status": _usual_status(quote)} | quote for quote in self.quotes]


def read_cases() -> list[Case]:
    """Return every case, its id beginning with its language."""
    return [
        Case(
            f"{path.stem}/{item['id']}",
            path.stem,
            item["text"].strip("\n"),
            {kind: item[kind] for kind in TYPES if kind in item},
            tuple(item["quotes"]),
            item.get("known"),
        )
        for path in sorted(FOLDER.glob("*.toml"))
        for item in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    ]


def _usual_status(quote: dict[str, Any]) -> str:
    return "attributed" if quote.keys() & {"speaker", "mention"} else "unattributed"


def _read(text: str, quote: Quote) -> dict[str, Any]:
    item: dict[str, Any] = {
        "content": [span.of(text) for span in quote.fragments],
        "status": str(quote.status),
    }
    if quote.cue:
        item["cue"] = quote.cue.of(text)
    if quote.speaker and quote.speaker.name:
        item["speaker"] = quote.speaker.name
    if quote.speaker and quote.speaker.mention and quote.speaker.mention.kind != "name":
        item["mention"] = quote.speaker.mention.span.of(text)
    for key in ("candidates", "joint"):
        if names := [speaker.name for speaker in getattr(quote, key)]:
            item[key] = sorted(names) if key == "candidates" else names
    return item


CASES = read_cases()
by_case = pytest.mark.parametrize("case", CASES, ids=str)


@by_case
def test_case(case):
    """Each direct quote is found as an editor would have it, and nothing else."""
    answer, expected = case.answer(), case.expected()
    if case.known:
        assert answer != expected, "no longer a miss: take `known` off the case"
    else:
        assert answer == expected


@by_case
def test_expectations_are_verbatim(case):
    """What is expected stands in the text, contents in its order."""
    at = 0
    for quote in case.quotes:
        assert quote.keys() <= KEYS
        for fragment in quote["content"]:
            at = case.text.index(fragment, at) + len(fragment)
        for key in ("speaker", "cue", "mention"):
            assert quote.get(key, "") in case.text
        assert list(quote.get("candidates", ())) == sorted(quote.get("candidates", ()))


def test_ids_are_unique():
    """A failing id leads to one case."""
    assert len({case.id for case in CASES}) == len(CASES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_most_cases_are_right(language):
    """Each language has thirty cases, and few known misses among them."""
    cases = [case for case in CASES if case.language == language]
    assert len(cases) >= 30
    assert sum(case.known is not None for case in cases) <= 0.2 * len(cases)
