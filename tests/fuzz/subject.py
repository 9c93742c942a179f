"""What is fuzzed, the analysis of a story, and what must hold for whatever comes out."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import torch

from analysis.document import (
    Analysis,
    Article,
    AttributionStatus,
    MentionKind,
    ModelInfo,
    Quote,
    Reading,
    Span,
    Speaker,
)
from analysis.language_packs import LANGUAGES
from analysis.languages import detect_language
from analysis.models import load_model
from analysis.pipeline import PackagePipeline, WhosaidPipeline
from schemas import (
    Answer,
    AnswerSchema,
    ContentType,
    OffsetUnit,
    Scope,
    Submission,
    Timings,
    select,
)
from schemas.stories import Field, Story
from tests.fuzz.cases import Case
from tests.timing import collector_paused

# Of one case: no single step may take time that grows with the square of a text's length, and
# what grows linearly takes far less than this. The rest is for machines that do other things.
SECONDS = 2.0
SECONDS_PER_CHAR = 0.004


_SCHEMA = AnswerSchema()
# And how many bytes there are to a unit.
_ENCODINGS = {
    OffsetUnit.CODEPOINT: ("utf-32-le", 4),
    OffsetUnit.UTF16: ("utf-16-le", 2),
    OffsetUnit.UTF8: ("utf-8", 1),
}


_FIRST = "“Wir warten seit zehn Jahren auf die Brücke”, sagte Ana Sousa am Montag in Porto. " * 3


class _Reader:
    """A package's reader, that finds the names which a model of ours finds."""

    def __init__(self, folder: Path) -> None:
        self._model = load_model(folder, threads=1)
        # Of Polish there is no pack.
        self.info = replace(self._model.info, languages=(*sorted(LANGUAGES), "pl"))

    def read(self, texts: Sequence[str]) -> list[Reading]:
        return [self._model.read(text) for text in texts]


class Subject:
    """Analyzes a story as the service does: our pipeline for English, packs for the others."""

    def __init__(self, folder: Path, *, with_packs: bool = True) -> None:
        # As each worker of the service: two processes that share the cores would wait for each
        # other's threads.
        torch.set_num_threads(1)
        self._own = WhosaidPipeline(folder, threads=1)
        self._packs = PackagePipeline(_Reader(folder)) if with_packs else self._own
        self.model = self._own.models[0]
        self.slowest = 0.0
        # What is loaded at the first use is no case's fault.
        self.try_case(Case(_FIRST, None, ContentType.HTML, "de"))
        self.slowest = 0.0

    def try_case(self, case: Case) -> None:
        """Analyze a case and check what comes of it. Raises AssertionError, or whatever fails."""
        with collector_paused():
            self._try_case(case)

    def _try_case(self, case: Case) -> None:
        began = time.thread_time()
        submission = Submission(
            text=case.text, headline=case.headline, content_type=case.content_type
        )
        story = submission.read_story()
        article = story.build_article()
        detect_language(article.text)
        language = case.language if self._packs is not self._own else "en"
        pipeline = self._own if language == "en" else self._packs
        (analysis,) = pipeline.analyze([article], language)
        check_analysis(analysis, article)
        check_answer(analysis, submission, story, self.model)
        seconds, chars = time.thread_time() - began, len(case.text) + len(case.headline or "")
        self.slowest = max(self.slowest, seconds / max(chars, 100))
        assert seconds < SECONDS + SECONDS_PER_CHAR * chars, f"{seconds} s for {chars} characters"


def check_answer(
    analysis: Analysis, submission: Submission, story: Story, model: ModelInfo
) -> None:
    """Check that an analysis can be written, and that each span of it is verbatim there."""
    selected = select(analysis, submission.build_selection(Scope.ALL))
    timings = Timings(0.0, 0.0)
    # All units are tried, each in its turn.
    unit = tuple(OffsetUnit)[len(submission.text) % len(OffsetUnit)]
    answer = Answer(selected, story, "1", model, timings, offset_unit=unit)
    encoding, width = _ENCODINGS[unit]
    texts = {Field.BODY: story.body.text, Field.HEADLINE: story.headline and story.headline.text}
    encoded = {
        field: text.encode(encoding, "surrogatepass") for field, text in texts.items() if text
    }
    for found in _find_dumped_spans(_SCHEMA.dump(answer)):
        written = encoded[found["field"]][found["start"] * width : found["end"] * width]
        assert written == found["text"].encode(encoding, "surrogatepass")


def _find_dumped_spans(value) -> Iterator[dict]:
    if isinstance(value, dict):
        if {"field", "start", "end", "text"} <= value.keys():
            yield value
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from _find_dumped_spans(part)


def check_analysis(analysis: Analysis, article: Article) -> None:
    """Check what every analysis promises; that probabilities are some, the value objects do."""
    text = article.text
    assert analysis.text == text
    assert all(span.end <= len(text) for span in _find_spans(analysis))
    ids = {entity.id: entity for entity in analysis.entities}
    assert len(ids) == len(analysis.entities)
    for entity in analysis.entities:
        assert list(entity.mentions) == sorted(entity.mentions)
        _check_apart([mention.span for mention in entity.mentions])
        assert any(mention.kind is MentionKind.NAME for mention in entity.mentions)
    starts = [quote.fragments[0] for quote in analysis.quotes]
    assert starts == sorted(starts)
    for quote in analysis.quotes:
        _check_quote(quote)
        for speaker in (quote.speaker, *quote.candidates, *quote.joint):
            _check_speaker(speaker, ids)


def _check_apart(spans: Sequence[Span]) -> None:
    for before, after in pairwise(spans):
        assert before.end <= after.start


def _check_quote(quote: Quote) -> None:
    assert list(quote.fragments) == sorted(quote.fragments)
    _check_apart(quote.fragments)
    # A speaker who is only described may be nobody's: unattributed.
    assert quote.status is not AttributionStatus.ATTRIBUTED or quote.speaker
    assert (quote.status is AttributionStatus.AMBIGUOUS) == bool(quote.candidates)
    if quote.joint:
        assert len(quote.joint) > 1
        assert quote.joint[0] == quote.speaker


def _check_speaker(speaker: Speaker | None, entities: dict) -> None:
    if speaker and speaker.entity_id:
        entity = entities[speaker.entity_id]
        assert (entity.name, entity.type) == (speaker.name, speaker.type)


def _find_spans(analysis: Analysis) -> Iterator[Span]:
    for entity in analysis.entities:
        yield from (mention.span for mention in entity.mentions)
    for quote in analysis.quotes:
        yield from quote.fragments
        if quote.cue:
            yield quote.cue
        for speaker in (quote.speaker, *quote.candidates, *quote.joint):
            if speaker and speaker.mention:
                yield speaker.mention.span
