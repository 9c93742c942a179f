"""From texts to analyses: the one place that puts the steps together.

Only one thread may call a pipeline: Stanza does not promise more.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import stanza
import torch

from analysis.document import Analysis, AnalysisWarning, ModelInfo
from analysis.entities import group_mentions
from analysis.errors import UnsupportedLanguage
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
        if not text.strip():
            return Analysis(text, language)
        document = self._pipeline(_readable(text))
        return Analysis(text, language, document.entities, document.quotes)


class PackagePipeline:
    """The pipeline of an official Stanza package, which finds names but not who said what."""

    def __init__(self, reader: PackageReader) -> None:
        self._reader = reader
        self.info = reader.info

    def analyze(self, texts: Sequence[str], language: str = "en") -> list[Analysis]:
        """Return the analysis of each text, in order; see `Pipeline`."""
        _check_language(language, self.info)
        readings = self._reader.read([_readable(text) for text in texts])
        return [
            Analysis(
                text,
                language,
                group_mentions(text, carry_names(text, reading.mentions)),
                find_quotes(text, read_marks(text)),
                (_NO_ATTRIBUTION,),
            )
            for text, reading in zip(texts, readings, strict=True)
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


def _readable(text: str) -> str:
    """Return `text` for the model to read: offsets are the same, lone surrogates replaced."""
    return _SURROGATE.sub("\ufffd", text)
