"""Stories as they were submitted: fields of plain text or HTML, and where spans stand in them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from analysis.document import Article, Span
from schemas.markup import Extract, extract_text
from schemas.offsets import OffsetUnit, OffsetView

# What parts headline and body while they are read as one: the end of a paragraph.
_GAP = "\n\n"


class Field(StrEnum):
    """The parts of a story that spans stand in."""

    HEADLINE = "headline"
    BODY = "body"


class ContentType(StrEnum):
    """What the fields of a story are written in."""

    PLAIN = "text/plain"
    HTML = "text/html"


@dataclass(frozen=True, slots=True)
class Part:
    """A field of a story: its text and, if that was read from HTML, where it stands there."""

    text: str
    source: str | None = None
    extract: Extract | None = None

    @classmethod
    def read(cls, submitted: str, content_type: ContentType) -> Self:
        """Return a submitted field, with the text of its HTML."""
        if content_type is ContentType.PLAIN:
            return cls(submitted)
        extract = extract_text(submitted)
        return cls(extract.text, submitted, extract)


@dataclass(frozen=True, slots=True)
class Story:
    """A body and perhaps a headline."""

    body: Part
    headline: Part | None = None

    @property
    def chars(self) -> int:
        """The length of its texts, in code points."""
        return len(self.body.text) + (len(self.headline.text) if self.headline else 0)

    def is_blank(self) -> bool:
        """Tell whether it is white space only."""
        headline = self.headline.text if self.headline else ""
        return not self.body.text.strip() and not headline.strip()

    def build_article(self) -> Article:
        """Return what is to be analyzed: the headline as a paragraph before the body."""
        before = self.headline.text + _GAP if self.headline else ""
        at, extract = len(before), self.body.extract
        if extract is None:
            return Article(before + self.body.text, at)
        blocks, signatures = (
            tuple(Span(span.start + at, span.end + at) for span in spans)
            for spans in (extract.block_quotes, extract.signatures)
        )
        return Article(before + self.body.text, at, blocks, signatures)


@dataclass(frozen=True, slots=True)
class Place:
    """A span of an article, as a span of the field that it stands in."""

    field: Field
    span: Span


class Locator:
    """Tells callers where the spans of a story's article stand, in their unit of offsets."""

    def __init__(self, story: Story, unit: OffsetUnit) -> None:
        self._story = story
        self._parts = {Field.BODY: _PartView(Field.BODY, story.body, unit)}
        self._headline_end = self._body_start = 0
        if story.headline:
            self._parts[Field.HEADLINE] = _PartView(Field.HEADLINE, story.headline, unit)
            self._headline_end = len(story.headline.text)
            self._body_start = self._headline_end + len(_GAP)

    def find_place(self, span: Span) -> Place:
        """Return the field that a span stands in, and where.

        A span over both, which no name or utterance has, is cut to the field that has more
        of it.
        """
        field, start, end = self._find(span)
        return Place(field, Span(start, end))

    def view_span(self, span: Span) -> dict[str, object]:
        """Return a span of the article in the caller's offsets, with its text, as plain JSON."""
        field, start, end = self._find(span)
        return self._parts[field].view_span(start, end)

    def _find(self, span: Span) -> tuple[Field, int, int]:
        # Of thousands of spans, it would take longer to build objects than to find their places.
        inside = self._headline_end - span.start
        beyond = span.end - self._body_start
        if inside > 0 and inside >= beyond:
            return Field.HEADLINE, span.start, min(span.end, self._headline_end)
        start = max(0, span.start - self._body_start)
        return Field.BODY, start, max(start + 1, beyond)

    def length(self, field: Field) -> int | None:
        """Return the length of a field's text, or None if there is no such field."""
        return self._parts[field].length if field in self._parts else None

    def text(self, field: Field) -> str | None:
        """Return the text of a field, or None if there is no such field."""
        return self._parts[field].text if field in self._parts else None

    def cut(self, span: Span, chars: int) -> tuple[str, str]:
        """Return what stands before and after a span in its field, so many code points."""
        field, start, end = self._find(span)
        text = self._parts[field].text
        return text[max(0, start - chars) : start], text[end : end + chars]


class _PartView:
    """The offsets of one field, and those of the HTML that it was read from."""

    def __init__(self, field: Field, part: Part, unit: OffsetUnit) -> None:
        self.text = part.text
        self._field = field.value
        self._offset = OffsetView(part.text, unit).offset
        self._extract = part.extract
        self._source_offset = OffsetView(part.source or "", unit).offset
        self.length = self._offset(len(part.text))

    def view_span(self, start: int, end: int) -> dict[str, object]:
        view: dict[str, object] = {
            "field": self._field,
            "start": self._offset(start),
            "end": self._offset(end),
            "text": self.text[start:end],
        }
        if self._extract:
            source = self._extract.locate(Span(start, end))
            view["source_start"] = self._source_offset(source.start)
            view["source_end"] = self._source_offset(source.end)
        return view
