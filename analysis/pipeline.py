"""From texts to analyses: the one place that puts the steps together.

Only one thread may call a pipeline: Stanza does not promise more.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

import stanza
import torch

from analysis.blocks import add_blocks
from analysis.document import (
    Analysis,
    AnalysisWarning,
    Article,
    Entity,
    ModelInfo,
    Quote,
    Reading,
    find_model,
)
from analysis.entities import group_mentions
from analysis.errors import Abandoned, PackageUnavailable
from analysis.language_packs import LANGUAGES, find_direct_quotes
from analysis.markup import Legible, make_legible
from analysis.mentions import carry_names
from analysis.models import RESOURCES_FILE, SHIPPED_WEIGHTS
from analysis.packages import DEFAULT_MODELS_DIR, Package, PackageReader, load_package
from analysis.processors import STEPS
from analysis.quotes import find_quotes, read_marks
from analysis.salience import rate_salience

# Half of a character pair, which JSON can carry and no tokenizer accepts.
_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_ATTRIBUTION = AnalysisWarning(
    "quotes-unattributed",
    "This model finds names only: quotes are what stands between quotation marks, and nobody is "
    "named as their speaker.",
)
_DIRECT_ONLY = AnalysisWarning(
    "indirect-quotes-unsupported",
    "In this language only direct quotes are found: those between quotation marks.",
)


IsWanted = Callable[[int], bool]
"""Tells whether anybody still waits for the text of a number."""


def _all_wanted(_number: int) -> bool:
    return True


class Pipeline(Protocol):
    """What every pipeline offers: `models` are those that it reads with, the usual one first."""

    models: tuple[ModelInfo, ...]

    def analyze(
        self,
        texts: Sequence[str | Article],
        language: str = "en",
        is_wanted: IsWanted = _all_wanted,
    ) -> Iterator[Analysis | None]:
        """Return the analyses of texts, in order; each is made when it is asked for.

        A mere string has no headline.

        `is_wanted` is asked again and again while a text is read: what nobody waits for is read
        no further, and has None. Raises UnsupportedLanguage where none of the models reads
        `language`.
        """
        ...


class WhosaidPipeline:
    """Our own model's pipeline: entities, quotes and their speakers."""

    def __init__(self, folder: Path = SHIPPED_WEIGHTS, *, threads: int | None = None) -> None:
        self._pipeline = stanza.Pipeline(
            "en",
            processors=",".join(STEPS),
            package=None,
            tokenize_with_sentences=True,
            encoding_folder=str(folder),
            encoding_threads=threads,
            speakers_folder=str(folder),
            # A folder of ours in place of Stanza's own, and nothing to look up: no download.
            dir=str(folder),
            resources_filepath=str(folder / RESOURCES_FILE),
            allow_unknown_language=True,
            download_method=None,
            use_gpu=False,
            verbose=False,
        )
        self.models: tuple[ModelInfo, ...] = (self._pipeline.processors["encoding"].model.info,)

    def analyze(
        self,
        texts: Sequence[str | Article],
        language: str = "en",
        is_wanted: IsWanted = _all_wanted,
    ) -> Iterator[Analysis | None]:
        """Return the analyses of texts, in order; see `Pipeline`."""
        find_model(language, self.models)
        return (
            self._analyze(_as_article(text), language, partial(is_wanted, number))
            for number, text in enumerate(texts)
        )

    def _analyze(
        self, article: Article, language: str, is_wanted: Callable[[], bool]
    ) -> Analysis | None:
        legible = make_legible(_readable(article.text))
        if not legible.text.strip():
            return Analysis(article.text, language)
        document = self._pipeline(legible.text, processors=STEPS[0])
        # Stanza's tokenizers take the text of a document, and nothing else that it has.
        document.article = legible.cover(article)
        document.is_wanted = is_wanted
        try:
            document = self._pipeline(document, processors=list(STEPS[1:]))
        except Abandoned:
            return None
        return _restore(article.text, language, legible, document.entities, document.quotes)


class PackagePipeline:
    """The pipeline of an official Stanza package, which finds names but not who said what.

    A language pack finds direct quotes and their speakers, where there is one.
    """

    def __init__(self, reader: PackageReader) -> None:
        self._reader = reader
        self.models: tuple[ModelInfo, ...] = (reader.info,)

    def analyze(
        self,
        texts: Sequence[str | Article],
        language: str = "en",
        is_wanted: IsWanted = _all_wanted,
    ) -> Iterator[Analysis | None]:
        """Return the analyses of texts, in order; see `Pipeline`."""
        find_model(language, self.models)
        wanted = [number for number in range(len(texts)) if is_wanted(number)]
        articles = [_as_article(texts[number]) for number in wanted]
        legibles = [make_legible(_readable(article.text)) for article in articles]
        readings = self._reader.read([legible.text for legible in legibles])
        found = dict(zip(wanted, zip(articles, legibles, readings, strict=True), strict=True))
        return (
            _read_names(language, *found[number]) if number in found else None
            for number in range(len(texts))
        )


def _read_names(language: str, article: Article, legible: Legible, reading: Reading) -> Analysis:
    """Return the analysis of what a package has found in a text."""
    seen = legible.cover(article)
    entities = group_mentions(seen.text, carry_names(seen.text, reading.mentions))
    if language in LANGUAGES:
        warning = _DIRECT_ONLY
        quotes = find_direct_quotes(seen.text, entities, language)
        quotes = add_blocks(seen, entities, quotes)
    else:
        warning = _NO_ATTRIBUTION
        quotes = find_quotes(seen.text, read_marks(seen.text), article=seen)
    entities = rate_salience(seen, entities, quotes)
    return _restore(article.text, language, legible, entities, quotes, (warning,))


class CombinedPipeline:
    """Several pipelines as one: each text goes to the first that reads its language."""

    def __init__(self, pipelines: Sequence[Pipeline]) -> None:
        self._pipelines = pipelines
        self.models = tuple(model for pipeline in pipelines for model in pipeline.models)

    def analyze(
        self,
        texts: Sequence[str | Article],
        language: str = "en",
        is_wanted: IsWanted = _all_wanted,
    ) -> Iterator[Analysis | None]:
        """Return the analyses of texts, in order; see `Pipeline`."""
        model = find_model(language, self.models)
        pipeline = next(one for one in self._pipelines if model in one.models)
        return pipeline.analyze(texts, language, is_wanted)


def load_pipeline(
    *,
    stanza_packages: Sequence[str] = (),
    models_dir: str | None = None,
    threads: int | None = None,
) -> Pipeline:
    """Load the shipped model, and official Stanza packages that were fetched before.

    A package of English is used in place of the shipped model. `threads` is how many the
    models may compute with; None leaves it to their runtimes. Raises ModelDamaged, PackageMissing
    or PackageUnavailable, the latter also for a second package of one language.
    """
    if threads is not None:
        # What torch computes of our own model is so little that sharing it out takes longer; the
        # encoder, which OpenVINO computes, has all threads.
        torch.set_num_threads(threads if stanza_packages else 1)
    packages = [Package.parse(name) for name in stanza_packages]
    languages = [package.language for package in packages]
    for package in packages:
        if languages.count(package.language) > 1:
            raise PackageUnavailable(str(package), "one package a language")
    folder = Path(models_dir) if models_dir else DEFAULT_MODELS_DIR
    # English, where there is any, is what a text is taken for that does not tell.
    packages.sort(key=lambda package: package.language != "en")
    pipelines: list[Pipeline] = [PackagePipeline(load_package(p, folder)) for p in packages]
    if "en" not in languages:
        pipelines.insert(0, WhosaidPipeline(threads=threads))
    return CombinedPipeline(pipelines) if len(pipelines) > 1 else pipelines[0]


def _as_article(text: str | Article) -> Article:
    return Article(text) if isinstance(text, str) else text


def _restore(
    text: str,
    language: str,
    legible: Legible,
    entities: Iterable[Entity],
    quotes: Iterable[Quote],
    warnings: tuple[AnalysisWarning, ...] = (),
) -> Analysis:
    """Return the analysis of `text` that was made of what is legible in it."""
    return Analysis(
        text,
        language,
        tuple(map(legible.restore_entity, entities)),
        tuple(map(legible.restore_quote, quotes)),
        warnings,
    )


def _readable(text: str) -> str:
    """Return `text` for the model to read: offsets are the same, lone surrogates replaced."""
    return _SURROGATE.sub("\ufffd", text)
