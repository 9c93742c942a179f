"""From texts to analyses: the one place that puts the steps together.

Only one thread may call a pipeline: Stanza does not promise more.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import stanza
import torch

from analysis.document import Analysis, AnalysisWarning, Entity, ModelInfo, Quote
from analysis.entities import group_mentions
from analysis.errors import UnsupportedLanguage
from analysis.markup import Legible, make_legible
from analysis.mentions import carry_names
from analysis.models import RESOURCES_FILE, SHIPPED_WEIGHTS
from analysis.packages import DEFAULT_MODELS_DIR, Package, PackageReader, load_package
from analysis.processors import STEPS
from analysis.quotes import find_quotes, read_marks

# Half of a character pair, which JSON can carry and no tokenizer accepts.
_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_ATTRIBUTION = AnalysisWarning(
    "quotes-unattributed",
    "This model finds names only: quotes are what stands between quotation marks, and nobody is "
    "named as their speaker.",
)


class Pipeline(Protocol):
    """What every pipeline offers."""

    info: ModelInfo

    def analyze(self, texts: Sequence[str], language: str = "en") -> list[Analysis]:
        """Return the analysis of each text, in order.

        Raises UnsupportedLanguage where `language` is not among `info.languages`.
        """
        ...


class WhosaidPipeline:
    """Our own model's pipeline: entities, quotes and their speakers."""

    def __init__(self, folder: Path = SHIPPED_WEIGHTS) -> None:
        self._pipeline = stanza.Pipeline(
            "en",
            processors=",".join(STEPS),
            package=None,
            tokenize_with_bounded=True,
            encoding_folder=str(folder),
            speakers_folder=str(folder),
            # A folder of ours in place of Stanza's own, and nothing to look up: no download.
            dir=str(folder),
            resources_filepath=str(folder / RESOURCES_FILE),
            allow_unknown_language=True,
            download_method=None,
            use_gpu=False,
            verbose=False,
        )
        self.info: ModelInfo = self._pipeline.processors["encoding"].model.info

    def analyze(self, texts: Sequence[str], language: str = "en") -> list[Analysis]:
        """Return the analysis of each text, in order; see `Pipeline`."""
        _check_language(language, self.info)
        return [self._analyze(text, language) for text in texts]

    def _analyze(self, text: str, language: str) -> Analysis:
        legible = make_legible(_readable(text))
        if not legible.text.strip():
            return Analysis(text, language)
        document = self._pipeline(legible.text)
        return _restore(text, language, legible, document.entities, document.quotes)


class PackagePipeline:
    """The pipeline of an official Stanza package, which finds names but not who said what."""

    def __init__(self, reader: PackageReader) -> None:
        self._reader = reader
        self.info = reader.info

    def analyze(self, texts: Sequence[str], language: str = "en") -> list[Analysis]:
        """Return the analysis of each text, in order; see `Pipeline`."""
        _check_language(language, self.info)
        legibles = [make_legible(_readable(text)) for text in texts]
        readings = self._reader.read([legible.text for legible in legibles])
        return [
            _restore(
                text,
                language,
                legible,
                group_mentions(legible.text, carry_names(legible.text, reading.mentions)),
                find_quotes(legible.text, read_marks(legible.text)),
                (_NO_ATTRIBUTION,),
            )
            for text, legible, reading in zip(texts, legibles, readings, strict=True)
        ]


def load_pipeline(
    *,
    stanza_package: str | None = None,
    models_dir: str | None = None,
    threads: int | None = None,
) -> Pipeline:
    """Load the pipeline of the shipped model, or of an official Stanza package fetched before.

    `threads` is how many the model may compute with; None leaves it to torch.
    Raises ModelDamaged, PackageMissing or PackageUnavailable.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    if stanza_package is None:
        return WhosaidPipeline()
    folder = Path(models_dir) if models_dir else DEFAULT_MODELS_DIR
    return PackagePipeline(load_package(Package.parse(stanza_package), folder))


def _check_language(language: str, info: ModelInfo) -> None:
    if language not in info.languages:
        raise UnsupportedLanguage(language, info.languages)


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
