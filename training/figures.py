"""Quick figures on development texts, for the curves; `make evaluate` prints the real ones."""

from collections.abc import Collection, Hashable, Iterable, Sequence
from copy import deepcopy

import torch
from tokenizers import Tokenizer

from analysis.document import ModelInfo
from analysis.models import Model
from training.network import Network
from training.records import Record, characters

IN_TRAINING = ModelInfo("in training", "0", "", ("en",))


def model_of(network: Network, tokenizer: Tokenizer) -> Model:
    """Return a model of a copy of `network`, which can go on learning."""
    return Model(deepcopy(network).cpu(), tokenizer, network.config, IN_TRAINING)


def dev_figures(
    model: Model, articles: Sequence[Record], quoted: Sequence[Record]
) -> dict[str, float]:
    """Return mention F1 on `articles`, and F1 of content words and linked sources on `quoted`."""
    with torch.inference_mode():
        mentions = [
            (
                {(m.start, m.end, m.type) for m in record.mentions or ()},
                {(m.span.start, m.span.end, str(m.type)) for m in model.read(record.text).mentions},
            )
            for record in articles
        ]
        contents, sources = [], []
        for record in quoted:
            found = model.read(record.text).attributions
            gold = record.attributions or ()
            contents.append(
                (
                    characters(r for a in gold for r in a.content),
                    characters((s.start, s.end) for a in found for s in a.content),
                )
            )
            sources.append(
                (
                    {(c[0], s[1]) for a in gold for c in a.content[:1] for s in a.source[:1]},
                    {(a.content[0].start, a.speaker.end) for a in found if a.speaker},
                )
            )
    return {"mention_f1": f1(mentions), "content_f1": f1(contents), "pair_f1": f1(sources)}


def f1(pairs: Iterable[tuple[Collection[Hashable], Collection[Hashable]]]) -> float:
    """Return the F1, in percent, of pairs of what is right and what was found."""
    pairs = list(pairs)
    right = sum(len(set(gold) & set(found)) for gold, found in pairs)
    total = sum(len(gold) + len(found) for gold, found in pairs)
    return round(200 * right / total, 2) if total else 0.0
