import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.document import Span
from schemas import ContentType, Field, OffsetUnit, Part, Story
from schemas.stories import Locator
from tests.texts import spans_in, texts

HTML = "<p>A</p><blockquote>We wait.</blockquote>"


def test_article_is_the_headline_and_the_body():
    """A headline is read as a paragraph before the body."""
    article = Story(Part("Body."), Part("Head")).build_article()
    assert (article.text, article.body_start) == ("Head\n\nBody.", 6)
    assert Story(Part("Body.")).build_article().text == "Body."


def test_block_quotes_reach_the_article():
    """Block quotes of a body are found at the same words after a headline."""
    body = Part.read(HTML, ContentType.HTML)
    for headline in (None, Part("Head")):
        article = Story(body, headline).build_article()
        assert [block.of(article.text) for block in article.block_quotes] == ["We wait."]


@pytest.mark.parametrize(
    ("body", "headline", "blank", "chars"),
    [
        (" \n", None, True, 2),
        ("", "\t", True, 1),
        ("", "x", False, 1),
        ("x", "", False, 1),
        ("x", None, False, 1),
    ],
)
def test_blank_and_length(body, headline, blank, chars):
    """A story is blank if all its fields are; its length is that of their texts."""
    story = Story(Part(body), Part(headline) if headline is not None else None)
    assert (story.is_blank(), story.chars) == (blank, chars)


@pytest.mark.parametrize("unit", OffsetUnit)
@settings(deadline=None)
@given(data=st.data())
def test_spans_are_those_of_their_field(unit, data):
    """A span inside a field is found there, verbatim, with nothing of the other field around."""
    story = Story(Part(data.draw(texts(min_size=1))), Part(data.draw(texts(min_size=1))))
    article = story.build_article()
    locator = Locator(story, unit)
    for field, part, at in (
        (Field.HEADLINE, story.headline, 0),
        (Field.BODY, story.body, article.body_start),
    ):
        span = data.draw(spans_in(part.text))
        moved = Span(span.start + at, span.end + at)
        place = locator.find_place(moved)
        assert (place.field, place.span) == (field, span)
        view = locator.view_span(moved)
        assert (view["field"], view["text"]) == (field, moved.of(article.text))
        assert "source_start" not in view
        prefix, suffix = locator.cut(moved, 5)
        assert prefix == part.text[max(0, span.start - 5) : span.start]
        assert suffix == part.text[span.end : span.end + 5]
        assert locator.text(field) == part.text


@pytest.mark.parametrize(
    ("span", "field", "text"),
    [
        pytest.param(Span(0, 7), Field.HEADLINE, "Head", id="more of the headline"),
        pytest.param(Span(3, 10), Field.BODY, "Body", id="more of the body"),
        pytest.param(Span(3, 7), Field.HEADLINE, "d", id="as much of both"),
        pytest.param(Span(4, 6), Field.BODY, "B", id="between them"),
    ],
)
def test_spans_over_both_fields(span, field, text):
    """A span that no name or utterance has is cut to one field, and stays verbatim."""
    view = Locator(Story(Part("Body."), Part("Head")), OffsetUnit.CODEPOINT).view_span(span)
    assert (view["field"], view["text"]) == (field, text)


@pytest.mark.parametrize(
    ("unit", "start", "end"),
    [(OffsetUnit.CODEPOINT, 4, 16), (OffsetUnit.UTF16, 5, 17), (OffsetUnit.UTF8, 7, 19)],
)
def test_places_in_html(unit, start, end):
    """A span of HTML says where it stands in it, in the caller's unit."""
    story = Story(Part.read("😀<b>Ana</b> Lee", ContentType.HTML))
    view = Locator(story, unit).view_span(Span(1, 8))
    assert view["text"] == "Ana Lee"
    assert (view["source_start"], view["source_end"]) == (start, end - 1)


def test_lengths():
    """A field has a length in the caller's unit, and none if it is missing."""
    locator = Locator(Story(Part("😀")), OffsetUnit.UTF16)
    assert (locator.length(Field.BODY), locator.length(Field.HEADLINE)) == (2, None)
    assert locator.text(Field.HEADLINE) is None
