"""Value objects refuse to be built from what makes no sense."""

from dataclasses import FrozenInstanceError, replace

import pytest

from analysis.document import (
    Article,
    Attribution,
    AttributionStatus,
    Entity,
    EntityType,
    Mention,
    MentionKind,
    ModelInfo,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerMention,
    find_model,
    resolve_language,
)
from analysis.errors import UnsupportedLanguage

SPAN = Span(0, 3)
NAMED = Mention(SPAN, EntityType.PERSON, 0.9)
QUOTE = Quote(QuoteKind.DIRECT, (SPAN,), None, None, AttributionStatus.UNATTRIBUTED, 0.5, 0.5)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(2, 2, id="empty"),
        pytest.param(3, 2, id="backwards"),
        pytest.param(-1, 2, id="before the text"),
    ],
)
def test_impossible_spans(start, end):
    """A span holds at least one code point, and none before the text."""
    with pytest.raises(ValueError, match="not a span"):
        Span(start, end)


def test_span_counts_code_points():
    """A span slices code points, not bytes and not what a reader takes for letters."""
    assert Span(2, 5).of("😀 e\u0301a b") == "e\u0301a"


@pytest.mark.parametrize(
    ("other", "contains", "overlaps"),
    [
        pytest.param(Span(2, 5), True, True, id="same"),
        pytest.param(Span(3, 4), True, True, id="inside"),
        pytest.param(Span(1, 3), False, True, id="over the start"),
        pytest.param(Span(4, 6), False, True, id="over the end"),
        pytest.param(Span(1, 6), False, True, id="around"),
        pytest.param(Span(0, 2), False, False, id="just before"),
        pytest.param(Span(5, 6), False, False, id="just after"),
    ],
)
def test_span_relations(other, contains, overlaps):
    """Spans that only touch share nothing."""
    span = Span(2, 5)
    assert (span.contains(other), span.overlaps(other)) == (contains, overlaps)
    assert other.overlaps(span) == overlaps


def test_spans_sort_in_text_order():
    """Spans are ordered by where they start, then by where they end."""
    assert sorted([Span(3, 4), Span(1, 9), Span(1, 2)]) == [Span(1, 2), Span(1, 9), Span(3, 4)]


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
@pytest.mark.parametrize(
    "build",
    [
        pytest.param(lambda p: Mention(SPAN, EntityType.PLACE, p), id="mention"),
        pytest.param(lambda p: Attribution((SPAN,), (), None, p), id="attribution"),
        pytest.param(lambda p: Entity("i", EntityType.PLACE, "n", (), (NAMED,), p), id="entity"),
        pytest.param(lambda p: replace(QUOTE, confidence=p), id="quote"),
    ],
)
def test_impossible_probabilities(build, value):
    """What says how likely something is lies between 0 and 1."""
    with pytest.raises(ValueError, match="not a probability"):
        build(value)


@pytest.mark.parametrize(
    "build",
    [
        pytest.param(lambda: Attribution((), (SPAN,), SPAN, 0.5), id="attribution"),
        pytest.param(lambda: Entity("i", EntityType.PERSON, "n", (), (), 0.5), id="entity"),
        pytest.param(lambda: replace(QUOTE, fragments=()), id="quote"),
    ],
)
def test_nothing_is_made_of_nothing(build):
    """Quotes have content, and entities are mentioned."""
    with pytest.raises(ValueError, match=r"has (content|mentions)"):
        build()


@pytest.mark.parametrize(
    ("name", "entity_id", "kind", "mention"),
    [
        pytest.param("Ann", None, None, None, id="no entity"),
        pytest.param(None, "per-1", EntityType.PERSON, None, id="no name"),
        pytest.param("Ann", "per-1", None, None, id="no type"),
        pytest.param(None, None, None, None, id="nobody at all"),
    ],
)
def test_half_known_speakers(name, entity_id, kind, mention):
    """A speaker is an entity with its name and type, or at least some words of the text."""
    with pytest.raises(ValueError, match="speaker"):
        Speaker(name, entity_id, kind, mention)


def test_described_speaker():
    """A speaker whom the text only describes has neither name nor entity."""
    mention = SpeakerMention(SPAN, MentionKind.NOMINAL)
    assert Speaker(None, None, None, mention).mention is mention


def test_only_names_count():
    """Pronouns and descriptions do not make an entity counted more often."""
    said = replace(NAMED, span=Span(5, 7), kind=MentionKind.PRONOUN)
    entity = Entity("per-1", EntityType.PERSON, "Ann", (), (NAMED, said, NAMED), 1.0)
    assert entity.count == 2


def test_values_are_frozen():
    """Nobody changes a value that somebody else holds."""
    with pytest.raises(FrozenInstanceError):
        SPAN.start = 1


@pytest.mark.parametrize("body_start", [-1, 2])
def test_impossible_articles(body_start):
    """A body starts within its article."""
    with pytest.raises(ValueError, match="a body does not start"):
        Article("x", body_start)


MODELS = (ModelInfo("a", "1", "", ("en",)), ModelInfo("b", "1", "", ("zh-hans", "pt")))


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"), ("EN", "en"), ("en-GB", "en"), ("pt-BR", "pt"), ("zh", "zh-hans"),
        ("zh-Hans", "zh-hans"), ("zh-TW", "zh-hans"), ("en_US", "en"),
    ],
)  # fmt: skip
def test_language_tags(tag, language):
    """A tag means the language of a model that is the same, or has the same first part."""
    assert resolve_language(tag, MODELS) == language


@pytest.mark.parametrize("tag", ["", "-", "e", "eng", "de", "english"])
def test_unknown_languages(tag):
    """A tag that means no model's language is refused, with those that are read."""
    with pytest.raises(UnsupportedLanguage, match="is not one of en, zh-hans, pt"):
        resolve_language(tag, MODELS)


def test_models_of_languages():
    """A language is read by the first model that has it."""
    assert find_model("pt", MODELS) is MODELS[1]
    with pytest.raises(UnsupportedLanguage):
        find_model("en-GB", MODELS)
