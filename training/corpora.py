"""Read the corpora listed in the configuration into records."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from analysis.cues import is_speech_cue
from training.records import LabelledAttribution, NamedRange, Range, Record
from training.settings import Corpus, Recipe

_TYPES = {"PER": "person", "ORG": "organisation", "LOC": "place"}
_NO_SPACE_BEFORE = re.compile(r"^(?:[.,;:!?%)\]}’”]|'s|n't|'(?:re|ve|ll|d|m)$|'')")
_NO_SPACE_AFTER = frozenset("([{“‘$£€#``")
_SPOKEN = frozenset(("said", "says", "told", "asked"))


Sources = list[tuple[list[Record], float]]
"""The records of each corpus, and how often an epoch goes through them."""


def read_sources(recipe: Recipe, data: Path) -> Sources:
    """Read every corpus of the recipe."""
    return [(_read(corpus, data), corpus.repeats) for corpus in recipe.corpora]


def favour_attributions(sources: Sources, times: float) -> Sources:
    """Return the sources, those with attributions so many times as often in an epoch."""
    return [
        (records, repeats * (times if any(r.attributions is not None for r in records) else 1.0))
        for records, repeats in sources
    ]


def _read(corpus: Corpus, data: Path) -> list[Record]:
    paths = sorted(data.glob(corpus.path))
    if not paths:
        raise SystemExit(f"no corpus at {data / corpus.path}")
    if any("test" in path.name for path in paths):
        raise SystemExit(f"{corpus.path} names a test part: never trained on")
    if corpus.reader == "sentences":
        return [r for path in paths for r in read_sentences(path, corpus.weight)]
    if corpus.reader == "articles":
        return [r for path in paths for r in read_articles(path, corpus.weight)]
    records = [r for path in paths for r in read_attributions(path)]
    if corpus.silver:
        records = list(add_silver(records, data / corpus.silver, corpus.weight))
    return records


def read_dev(recipe: Recipe, data: Path) -> tuple[list[Record], list[Record]]:
    """Read the dev texts with mentions, and those with attributions."""
    articles = list(read_articles(data / recipe.dev.articles, 1.0))
    return articles, list(read_attributions(data / recipe.dev.attributions))


def read_articles(path: Path, weight: float) -> Iterator[Record]:
    """Read raw texts with mentions: {id, text, mentions: [{start, end, type}]} a line."""
    for item in _read_lines(path):
        mentions = tuple(NamedRange(m["start"], m["end"], m["type"]) for m in item["mentions"])
        yield Record(item["id"], item["text"], mentions, mention_weight=weight)


def read_attributions(path: Path) -> Iterator[Record]:
    """Read raw texts with attributions: {id, text, attributions: [{source, cue, content}]}."""
    for item in _read_lines(path):
        text = item["text"]
        attributions = tuple(
            _turn_swapped(
                text,
                LabelledAttribution(
                    *(tuple((s, e) for s, e in a[part]) for part in ("source", "cue", "content"))
                ),
            )
            for a in item["attributions"]
        )
        yield Record(item["id"], text, attributions=attributions)


def _turn_swapped(text: str, labelled: LabelledAttribution) -> LabelledAttribution:
    """Turn source and cue round where annotators took one for the other ("said" the source)."""
    source, cue = (" ".join(text[s:e] for s, e in part) for part in (labelled.source, labelled.cue))
    if source not in _SPOKEN or not cue or is_speech_cue(cue):
        return labelled
    return replace(labelled, source=labelled.cue, cue=labelled.source)


def read_sentences(path: Path, weight: float) -> Iterator[Record]:
    """Read tokenised sentences with BIO tags and put their spaces back as well as can be."""
    for number, (_, sentence) in enumerate(_read_bio(path)):
        text, ranges = _join_tokens([word for word, _ in sentence])
        mentions = tuple(_mentions(ranges, [tag for _, tag in sentence]))
        yield Record(f"{path.stem}/{number}", text, mentions, mention_weight=weight)


def add_silver(records: Iterable[Record], path: Path, weight: float) -> Iterator[Record]:
    """Add mentions that a tagger found in tokenised copies of the same texts, by document id.

    Documents whose tokens cannot be found again in the text keep no mentions.
    The tagger worked a sentence at a time: `_settle` makes its labels agree.
    """
    words: dict[str, list[tuple[str, str]]] = {}
    for document, sentence in _read_bio(path):
        words.setdefault(document, []).extend(sentence)
    tagged: list[tuple[Record, list[NamedRange] | None]] = []
    for record in records:
        found = words.get(record.id, [])
        ranges = _find_tokens(record.text, [word for word, _ in found])
        is_aligned = bool(found) and ranges is not None
        mentions = list(_mentions(ranges, [tag for _, tag in found])) if is_aligned else None
        tagged.append((record, mentions))
    yield from (
        record
        if mentions is None
        else replace(
            record,
            mentions=_settle(record.text, mentions, types),
            mention_weight=weight,
        )
        for types in [_usual_types(tagged)]
        for record, mentions in tagged
    )


_TITLE = re.compile(r"(?:Mr|Mrs|Ms|Miss|Dr|Sen|Gov|Rep|Gen|Rev|Sir|President|Senator|Judge)\.?\s+")


def _usual_types(tagged: Iterable[tuple[Record, list[NamedRange] | None]]) -> dict[str, str]:
    """Return the type that the tagger most often gave to each name."""
    counts: dict[str, Counter[str]] = {}
    for record, mentions in tagged:
        for mention in mentions or ():
            name = _name(record.text, mention)
            counts.setdefault(name, Counter())[mention.type] += 1
    return {name: count.most_common(1)[0][0] for name, count in counts.items()}


def _name(text: str, mention: NamedRange) -> str:
    name = text[mention.start : mention.end]
    return name[match.end() :] if (match := _TITLE.match(name)) else name


def _settle(
    text: str, mentions: Sequence[NamedRange], types: dict[str, str]
) -> tuple[NamedRange, ...]:
    """Cut titles off, give each name its usual type, and mark its untagged occurrences too."""
    names = {_name(text, mention) for mention in mentions}
    names = {name for name in names if len(name) > 2 and not name[0].islower()}
    if not names:
        return ()
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    return tuple(NamedRange(*m.span(), types[m.group()]) for m in pattern.finditer(text))


def _read_lines(path: Path) -> Iterator[dict]:  # type: ignore[type-arg]
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _read_bio(path: Path) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield (document id, [(word, tag)]) for each sentence; blank lines part sentences."""
    document, sentence = "", []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line.startswith("# doc = "):
                document = line.removeprefix("# doc = ")
            elif not line.strip():
                if sentence:
                    yield document, sentence
                sentence = []
            else:
                word, tag = line.split("\t")[0], line.split("\t")[-1]
                sentence.append((word, tag))
    if sentence:
        yield document, sentence


def _join_tokens(words: list[str]) -> tuple[str, list[Range | None]]:
    text, ranges, inside_straight = "", [], False
    for word in words:
        glued = not text or _NO_SPACE_BEFORE.match(word) or text[-1] in _NO_SPACE_AFTER
        if word == '"':
            glued = inside_straight or not text
            inside_straight = not inside_straight
        elif text.endswith('"') and inside_straight:
            glued = True
        text += "" if glued else " "
        ranges.append((len(text), len(text) + len(word)))
        text += word
    return text, ranges


def _find_tokens(text: str, words: list[str]) -> list[Range | None] | None:
    """Return where each token stands in `text`, None for one that was rewritten.

    Tokens are looked for in order and nearby; punctuation, which taggers
    rewrite freely, is passed over. None for the whole where one word in fifty
    is not found, since the rest may then be out of step.
    """
    ranges: list[Range | None] = []
    text = text.replace("’", "'")
    at = missed = 0
    for word in words:
        is_word = any(map(str.isalnum, word))
        start = text.find(word, at, at + len(word) + 60) if is_word else -1
        missed += is_word and start < 0
        ranges.append((start, at := start + len(word)) if start >= 0 else None)
    return ranges if missed <= len(words) / 50 else None


def _mentions(ranges: list[Range | None], tags: list[str]) -> Iterator[NamedRange]:
    start, end, kind = 0, 0, ""
    for span, tag in zip([*ranges, None], [*tags, "O"], strict=True):
        goes_on = tag[0] in "IE" and tag[2:] == kind
        if kind and not goes_on:
            yield NamedRange(start, end, _TYPES[kind])
            kind = ""
        if span and tag[2:] in _TYPES:
            if not kind:
                start, kind = span[0], tag[2:]
            end = span[1]
