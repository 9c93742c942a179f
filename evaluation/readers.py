"""Who reads texts for an evaluation: a service, or a pipeline in this process."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from analysis.document import Analysis
from analysis.pipeline import Pipeline, load_pipeline
from evaluation.answers import Answers, ask_texts
from evaluation.client import fetch_model
from evaluation.predictions import Scope, convert_analysis
from evaluation.server import use_service


class Reader(Protocol):
    """What every reader offers; `model` has the name, the version and the digest of its weights."""

    model: Mapping[str, Any]

    def read(self, texts: Sequence[str], scope: Scope) -> Answers:
        """Return what is found in the texts."""
        ...


class ServiceReader:
    """Asks a service over HTTP."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.model = fetch_model(url)

    def read(self, texts: Sequence[str], scope: Scope) -> Answers:
        """Send every text once, a few at a time."""
        return ask_texts(self._url, texts, scope=scope.value)


class PipelineReader:
    """Calls a pipeline, whose findings are spans of the text and verbatim by that."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._analyses: dict[str, Analysis] = {}
        self.model: Mapping[str, Any] = asdict(pipeline.models[0])

    def read(self, texts: Sequence[str], scope: Scope) -> Answers:
        """Analyze the texts, one after the other; none is analyzed again in another scope."""
        started = time.monotonic()
        predictions = tuple(convert_analysis(self._analyze(text), scope) for text in texts)
        return Answers(predictions, 0, 0, time.monotonic() - started)

    def _analyze(self, text: str) -> Analysis:
        if text not in self._analyses:
            (analysis,) = self._pipeline.analyze([text])
            assert analysis is not None  # Everything is wanted.
            self._analyses[text] = analysis
        return self._analyses[text]


@contextmanager
def use_reader(url: str | None, log: Path, *, in_process: bool) -> Iterator[Reader]:
    """Give the pipeline, the service named, or one of this checkout's own that logs to `log`."""
    if in_process:
        yield PipelineReader(load_pipeline())
    else:
        with use_service(url, log) as address:
            yield ServiceReader(address)
