"""`python -m training.confidence ../shared/data`: fit what confidences of quotes mean.

The pipeline reads the development texts; what it scored, and what turned out right,
gives the maps that are kept beside the weights. Printed beside them: the expected
calibration errors on texts that each map was not fitted to (five folds).
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.calibration import Calibration
from analysis.confidence import (
    CONFIDENCES_FILE,
    SOURCELESS,
    Confidences,
    SpeakerForm,
    quote_group,
    speaker_form,
)
from analysis.document import Quote
from analysis.models import SHIPPED_WEIGHTS
from analysis.pipeline import WhosaidPipeline
from evaluation.calibration import Judgement, bin_by_mass, expect_error
from evaluation.predictions import Scope, convert_analysis
from evaluation.quotes import compare_quotes
from evaluation.sets import load_articles
from evaluation.speakers import compare_speakers
from training.calibration import fit_calibration
from training.export import write_confidences

ATTRIBUTIONS = "quotes/polnear.dev.jsonl"
SPEAKERS = "quotes/speakers_entities.dev.jsonl"
_FOLDS = 5
# As many right speakers, and of so many, are supposed before any is seen, with words for the
# speaker and without: twenty articles say little about the rarer forms.
_PRIOR, _SOURCELESS_PRIOR = (29.0, 30.0), (7.0, 10.0)


@dataclass(frozen=True, slots=True)
class Case:
    """A quote that was returned with the model's score, and what is right of it.

    `found` tells whether its words are, `attributed` whether its source is as well, and
    `named`, where speakers are labelled, whether its speaker is.
    """

    quote: Quote
    found: bool
    attributed: bool
    named: bool = False


def main() -> None:
    """Fit the maps, print their errors, and write them beside the weights."""
    parser = argparse.ArgumentParser(prog="python -m training.confidence", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of the corpora")
    parser.add_argument("--weights", type=Path, default=SHIPPED_WEIGHTS)
    options = parser.parse_args()
    path = options.weights / CONFIDENCES_FILE
    # Scores are wanted as the model gives them.
    write_confidences(Confidences(), path)
    pipeline = WhosaidPipeline(options.weights)
    attributed = list(read_attributed(pipeline, options.data / ATTRIBUTIONS))
    named = list(read_named(pipeline, options.data / SPEAKERS))
    for what, error in find_errors(attributed, named).items():
        print(f"{what}: {error:.3f}")
    write_confidences(fit_confidences(attributed, named), path)
    print(f"written to {path}")


def read_attributed(pipeline: WhosaidPipeline, gold: Path) -> Iterator[list[Case]]:
    """Yield the cases of each text whose sources are labelled."""
    for article in load_articles(gold):
        (analysis,) = pipeline.analyze([article["text"]])
        prediction = {"id": article["id"], **convert_analysis(analysis, Scope.ALL)}
        compared = compare_quotes(article, prediction)
        found, right = set(compared.found.values()), set(compared.attributed.values())
        yield [
            Case(quote, number in found, number in right)
            for number, quote in enumerate(analysis.quotes)
        ]


def read_named(pipeline: WhosaidPipeline, gold: Path) -> Iterator[list[Case]]:
    """Yield the cases of each text whose speakers are labelled."""
    for article in load_articles(gold):
        (analysis,) = pipeline.analyze([article["text"]])
        prediction = {"id": article["id"], **convert_analysis(analysis, Scope.ALL)}
        labelled = {**article, "attributions": [{"cue": None, **s} for s in article["speakers"]]}
        sources = set(compare_quotes(labelled, prediction).attributed.values())
        verdicts = compare_speakers(article, prediction).verdicts
        found = {verdict.returned for verdict in verdicts}
        right = {verdict.returned for verdict in verdicts if verdict.right}
        yield [
            Case(quote, number in found, number in sources, number in right)
            for number, quote in enumerate(analysis.quotes)
        ]


def fit_confidences(
    attributed: Iterable[Sequence[Case]], named: Iterable[Sequence[Case]]
) -> Confidences:
    """Fit the maps on the cases of texts."""
    groups: defaultdict[str, list[Case]] = defaultdict(list)
    for case in (case for text in attributed for case in text):
        groups[quote_group(case.quote)].append(case)
    return Confidences(
        {
            name: _fit((c.quote.confidence, c.found) for c in cases)
            for name, cases in groups.items()
        },
        {
            name: _fit((c.quote.confidence, bool(c.attributed)) for c in cases)
            for name, cases in groups.items()
        },
        _share_right(case for text in named for case in text),
    )


def _fit(outcomes: Iterable[tuple[float, bool]]) -> Calibration:
    return fit_calibration(list(outcomes))


def _share_right(cases: Iterable[Case]) -> Mapping[SpeakerForm, float]:
    shares: dict[SpeakerForm, tuple[float, float]] = {}
    for case in cases:
        form = speaker_form(case.quote)
        if case.found and (case.attributed or form in SOURCELESS):
            right, count = shares.get(form, _SOURCELESS_PRIOR if form in SOURCELESS else _PRIOR)
            shares[form] = right + case.named, count + 1
    return {form: right / count for form, (right, count) in sorted(shares.items())}


def find_errors(
    attributed: Sequence[Sequence[Case]], named: Sequence[Sequence[Case]]
) -> dict[str, float]:
    """Return the expected calibration errors, 0 to 1, each fold rated by the other four."""
    contents, speakers = [], []
    for fold in range(_FOLDS):
        fitted = fit_confidences(_others(attributed, fold), _others(named, fold))
        for case in (case for text in attributed[fold::_FOLDS] for case in text):
            contents.append(Judgement(fitted.rate(case.quote).content_confidence, case.found))
        for case in (case for text in named[fold::_FOLDS] for case in text):
            speakers.append(Judgement(fitted.rate(case.quote).confidence, case.named))
    return {
        "quotes, held out": expect_error(bin_by_mass(contents)),
        "attributions, held out": expect_error(bin_by_mass(speakers)),
    }


def _others(texts: Sequence[Sequence[Case]], fold: int) -> list[Sequence[Case]]:
    return [text for number, text in enumerate(texts) if number % _FOLDS != fold]


if __name__ == "__main__":
    main()
