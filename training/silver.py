"""Let what the network has learned so far judge the names that another tagger gave (silver).

Where both say the same, and where the network is sure, a name is learned; what
only one of them says is left out of the loss: neither a name nor none.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from tqdm import tqdm

from analysis.document import Mention
from analysis.mentions import carry_names
from training.corpora import Sources
from training.figures import model_of
from training.network import Network
from training.records import NamedRange, Record

# A name that the tagger did not give has to be this sure to be learned.
_SURE = 0.9


def judge_sources(sources: Sources, network: Network, tokenizer: Tokenizer, work: Path) -> Sources:
    """Let the network judge the names of the corpora that a tagger labelled, once."""
    model = model_of(network, tokenizer)

    def find_names(text: str) -> Iterable[Mention]:
        return carry_names(text, model.read(text).mentions)

    return [
        (
            judge_silver(records, find_names, work / f"silver-{number}.jsonl")
            if any(r.mentions is not None and r.attributions is not None for r in records)
            else records,
            repeats,
        )
        for number, (records, repeats) in enumerate(sources)
    ]


def judge_silver(
    records: Sequence[Record], find_names: Callable[[str], Iterable[Mention]], cache: Path
) -> list[Record]:
    """Return the records with settled names; those in `cache`, a line each, are not read again."""
    done = {line["id"]: line for line in _read_whole_lines(cache)}
    judged = []
    with cache.open("a", encoding="utf-8") as lines:
        for record in tqdm(records, unit="text", disable=None):
            if (line := done.get(record.id)) is None:
                line = _describe(settle(record, find_names(record.text)))
                lines.write(json.dumps(line) + "\n")
                lines.flush()
            judged.append(_restore(record, line))
    return judged


def _read_whole_lines(cache: Path) -> list[dict[str, Any]]:
    """Read the cache, cutting off a last line that an interruption left unfinished."""
    if not cache.exists():
        return []
    written = cache.read_text(encoding="utf-8")
    whole = written[: written.rfind("\n") + 1]
    cache.write_text(whole, encoding="utf-8")
    return [json.loads(line) for line in whole.splitlines()]


def _describe(record: Record) -> dict[str, Any]:
    mentions = [(m.start, m.end, m.type) for m in record.mentions or ()]
    return {"id": record.id, "mentions": mentions, "doubts": record.doubts}


def _restore(record: Record, line: dict[str, Any]) -> Record:
    return replace(
        record,
        mentions=tuple(NamedRange(*mention) for mention in line["mentions"]),
        doubts=tuple((start, end) for start, end in line["doubts"]),
    )


def settle(record: Record, found: Iterable[Mention]) -> Record:
    """Return `record` with the names that are sure as mentions, the others as doubts.

    A name that shares words with a sure one has lost against it, and is no doubt.
    """
    ours = {NamedRange(m.span.start, m.span.end, str(m.type)): m.confidence for m in found}
    theirs = set(record.mentions or ())
    sure = [name for name, confidence in ours.items() if name in theirs or confidence >= _SURE]
    covered = {at for name in sure for at in range(name.start, name.end)}
    doubts = {(name.start, name.end) for name in theirs.union(ours)}
    return replace(
        record,
        mentions=tuple(sorted(sure, key=lambda name: name.start)),
        doubts=tuple(sorted(d for d in doubts if covered.isdisjoint(range(*d)))),
    )
