"""Whatever the text, every span of an analysis is a slice of it."""

import re
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.document import Analysis, Attitude, MentionKind, QuoteKind, Span
from analysis.markup import make_legible
from analysis.pipeline import WhosaidPipeline
from tests.texts import AWKWARD, texts
from tests.tiny_model import write_tiny_model

FRAGMENTS = [
    "Ann Lee",
    "NATO",
    "Larnport",
    " said ",
    "he told",
    "Mayor ",
    "the port",
    ": ",
    ", ",
    ". ",
    "\n\n",
    "– he added –",
    "that",
    "’s",
    '"',
    "‘",
    "’",
    "«",
    "»",
    "SMITH: no.\n",
    "we will not go there today",
]
_SURROGATE = re.compile("[\ud800-\udfff]")


def checked(examples: int) -> settings:
    """Return settings under which the same so many examples are drawn in every run."""
    return settings(
        derandomize=True,
        deadline=None,
        max_examples=examples,
        suppress_health_check=[HealthCheck.too_slow],
    )


@st.composite
def stories(draw: st.DrawFn) -> str:
    """Draw texts in which names, cues, marks and what breaks offsets run into one another."""
    parts = st.one_of(st.sampled_from(FRAGMENTS), st.sampled_from(AWKWARD), texts())
    return "".join(draw(st.lists(parts, max_size=25)))


@pytest.fixture(scope="module")
def random_pipeline(tmp_path_factory):
    return WhosaidPipeline(write_tiny_model(tmp_path_factory.mktemp("model"), seed=1))


def check(analysis: Analysis, text: str) -> None:
    """Check what every analysis promises."""
    assert analysis.text == text
    for span in _spans(analysis):
        assert span.end <= len(text)
        assert len(span.of(text)) == span.end - span.start
    _check_entities(analysis, text)
    _check_quotes(analysis, text)


def _spans(analysis: Analysis) -> list[Span]:
    spans = [mention.span for entity in analysis.entities for mention in entity.mentions]
    for quote in analysis.quotes:
        spans += [*quote.fragments, *([quote.cue] if quote.cue else [])]
        for speaker in (quote.speaker, *quote.candidates, *quote.joint):
            if speaker and speaker.mention:
                spans.append(speaker.mention.span)
    return spans


def _check_entities(analysis: Analysis, text: str) -> None:
    ids = [entity.id for entity in analysis.entities]
    assert len(ids) == len(set(ids))
    for entity in analysis.entities:
        names = [m.span.of(text) for m in entity.mentions if m.kind is MentionKind.NAME]
        # A name can always be printed: markup is read through, half a character replaced.
        shown = (make_legible(_SURROGATE.sub("\ufffd", name)).text for name in names)
        printed = {" ".join(name.split()) for name in shown}
        assert printed == {entity.name, *entity.aliases}
        assert entity.count == len(names)
        assert list(entity.mentions) == sorted(entity.mentions)


def _check_quotes(analysis: Analysis, text: str) -> None:
    ids = {entity.id: entity for entity in analysis.entities}
    starts = [quote.fragments[0] for quote in analysis.quotes]
    assert starts == sorted(starts)
    for quote in analysis.quotes:
        assert list(quote.fragments) == sorted(quote.fragments)
        for before, after in pairwise(quote.fragments):
            assert before.end <= after.start
        for span in quote.fragments:
            assert any(map(str.isalnum, span.of(text)))
        if quote.kind is QuoteKind.INDIRECT and quote.attitude is not Attitude.OTHER:
            assert quote.cue is not None
        if quote.speaker and quote.speaker.name:
            entity = ids[quote.speaker.entity_id]
            assert (entity.name, entity.type) == (quote.speaker.name, quote.speaker.type)


@pytest.mark.model
@checked(60)
@given(text=stories())
def test_offsets(pipeline, text):
    """The shipped model's spans are slices of the text exactly as submitted."""
    (analysis,) = pipeline.analyze([text])
    check(analysis, text)


@checked(150)
@given(text=stories())
def test_offsets_read_at_random(random_pipeline, text):
    """No reading, however wrong, leads to a span that is not a slice of the text."""
    (analysis,) = random_pipeline.analyze([text])
    check(analysis, text)


@pytest.mark.model
@checked(15)
@given(stories=st.lists(stories(), min_size=2, max_size=4))
def test_batching(pipeline, stories):
    """What a text is analyzed with never changes its answer, to the last digit."""
    alone = [analysis for story in stories for analysis in pipeline.analyze([story])]
    assert list(pipeline.analyze(stories)) == alone


@pytest.mark.model
@pytest.mark.parametrize(
    "filler",
    [
        pytest.param("😀", id="emoji"),
        pytest.param("\r\n", id="CRLF"),
        pytest.param("\x00", id="NUL"),
        pytest.param("\ud83d", id="lone surrogate"),
        pytest.param("e\u0301", id="combining mark"),
        pytest.param("\u202eאבג\u202c", id="right to left"),
        pytest.param("\u200d\ufeff", id="no width"),
    ],
)
def test_offsets_move_with_the_text(pipeline, filler):
    """What precedes a story as a paragraph of its own moves its spans and changes nothing else."""
    story = "Ann Lee opened the harbour in Larnport. “We have waited ten years,” Lee said."
    (plain,) = pipeline.analyze([story])
    (moved,) = pipeline.analyze([f"{filler}\n\n{story}"])
    shift = len(filler) + 2
    for entity, other in zip(plain.entities, moved.entities, strict=True):
        assert (entity.name, entity.id) == (other.name, other.id)
    for quote, other in zip(plain.quotes, moved.quotes, strict=True):
        assert [s.start + shift for s in quote.fragments] == [s.start for s in other.fragments]
