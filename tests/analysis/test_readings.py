"""From tagged pieces to spans of the text."""

import pytest

from analysis.document import EntityType
from analysis.pieces import split_pieces
from analysis.readings import CONTENT, CUE, SOURCE, Link, Parts, TaggedText, build_reading
from analysis.tags import TaggedSpan
from tests.tiny_model import tiny_tokenizer

TOKENIZER = tiny_tokenizer()
SURE: Link = (None, 1.0)


class Page:
    """A text whose pieces can be tagged by what they say."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces = split_pieces(text, TOKENIZER)

    def tag(self, label: str, start: int, end: int, confidence: float = 0.9) -> TaggedSpan:
        """Tag the pieces that lie within text[start:end]."""
        inside = [
            i
            for i, (s, e) in enumerate(zip(self.pieces.starts, self.pieces.ends, strict=True))
            if start <= s and e <= end
        ]
        return TaggedSpan(inside[0], inside[-1], label, confidence)

    def find(self, label: str, words: str, confidence: float = 0.9) -> TaggedSpan:
        start = self.text.index(words)
        return self.tag(label, start, start + len(words), confidence)

    def mentions(self, *spans: TaggedSpan):
        tagged = TaggedText(self.pieces, list(spans), Parts([], [], [], [], [], []))
        return build_reading(self.text, tagged).mentions

    def attributions(self, contents=(), cues=(), sources=(), **links):
        parts = Parts(
            list(contents),
            list(cues),
            list(sources),
            links.get("content_cues", [SURE] * len(contents)),
            links.get("cue_anchors", [(i, 1.0) for i in range(len(cues))]),
            links.get("cue_sources", [SURE] * len(cues)),
        )
        return build_reading(self.text, TaggedText(self.pieces, [], parts)).attributions


@pytest.mark.parametrize(
    ("text", "tagged", "found"),
    [
        pytest.param("said ann lee.", "ann lee", "ann lee", id="whole words"),
        pytest.param("the planners said", "plan", "planners", id="a part grows to its word"),
        pytest.param("the planners said", "s said", "planners said", id="to the left, too"),
        pytest.param("ann-lee said", "lee", "lee", id="a hyphen parts words"),
        pytest.param("saidÃ§ann x", "ann", "saidÃ§ann", id="a letter decoded as two"),
        pytest.param("said«ann x", "ann", "ann", id="a mark parts words"),
        pytest.param(
            "e\u0301lee\u0301 x", "lee", "e\u0301lee\u0301", id="combining marks belong to words"
        ),
    ],
)
def test_mentions_are_whole_words(text, tagged, found):
    """A mention grows to the words that its pieces are parts of."""
    page = Page(text)
    (mention,) = page.mentions(page.find("person", tagged))
    assert mention.span.of(text) == found
    assert mention.type is EntityType.PERSON


def test_mentions_do_not_overlap():
    """Of two mentions that grow into one word, the first one has it."""
    page = Page("planners said")
    first = page.find("person", "plan")
    second = TaggedSpan(first.last + 1, first.last + 1, "place", 0.9)
    (mention,) = page.mentions(first, second)
    assert (mention.type, mention.span.of(page.text)) == ("person", "planners")


def test_breaks_are_no_text():
    """A span of nothing but a break is none, and a break at a span's edge is left out."""
    page = Page("ann\nlee")
    assert page.mentions(TaggedSpan(1, 1, "person", 0.9)) == ()
    assert [m.span.of("ann\nlee") for m in page.mentions(TaggedSpan(0, 1, "person", 0.9))] == [
        "ann"
    ]
    assert [m.span.of("ann\nlee") for m in page.mentions(TaggedSpan(1, 2, "person", 0.9))] == [
        "lee"
    ]


def test_confidence_is_a_probability():
    """Rounding in the model's sums makes no impossible confidence."""
    page = Page("ann")
    (mention,) = page.mentions(page.find("person", "ann", 1.0000001))
    assert mention.confidence == 1.0


def test_words_run_together():
    """Where a content and a cue ran together, each keeps its own part of the word."""
    page = Page("the watersaid lee")
    (attribution,) = page.attributions(
        [page.tag(CONTENT, 0, 9)], [page.tag(CUE, 9, 13)], content_cues=[(0, 1.0)]
    )
    assert [span.of(page.text) for span in attribution.content] == ["the water"]
    assert [span.of(page.text) for span in attribution.cue] == ["said"]


def test_attribution():
    """Content, cue and speaker come together by their links; unsure links cost confidence."""
    page = Page("ann said the river will not, lee added")
    (attribution,) = page.attributions(
        [page.find(CONTENT, "the river will not", 0.8)],
        [page.find(CUE, "said"), page.find(CUE, "added")],
        [page.find(SOURCE, "ann"), page.find(SOURCE, "lee")],
        content_cues=[(0, 0.5)],
        cue_sources=[(0, 0.5), (1, 0.9)],
    )
    text = page.text
    assert attribution.speaker.of(text) == "ann"
    assert [span.of(text) for span in attribution.cue] == ["said"]
    assert attribution.confidence == pytest.approx(0.8 * 0.5 * 0.5)


def test_content_without_cue():
    """A content that belongs to no cue is an attribution to nobody."""
    page = Page("the river will not")
    (attribution,) = page.attributions([page.find(CONTENT, "the river", 0.7)])
    assert (attribution.cue, attribution.speaker, attribution.confidence) == ((), None, 0.7)


def test_cue_without_source():
    """A cue may have nobody to it."""
    page = Page("it was said the river will not")
    (attribution,) = page.attributions(
        [page.find(CONTENT, "the river")], [page.find(CUE, "said")], content_cues=[(0, 1.0)]
    )
    assert attribution.speaker is None
    assert attribution.cue


def test_two_contents_of_one_cue():
    """All contents of a cue are one attribution, as sure as the least sure of them."""
    page = Page("the river, ann said, the bridge")
    (attribution,) = page.attributions(
        [page.find(CONTENT, "the river", 0.9), page.find(CONTENT, "the bridge", 0.6)],
        [page.find(CUE, "said")],
        content_cues=[(0, 1.0), (0, 1.0)],
    )
    assert [span.of(page.text) for span in attribution.content] == ["the river", "the bridge"]
    assert attribution.confidence == pytest.approx(0.6)


def test_parts_of_one_cue():
    """A cue in two parts is one cue, whichever part the content is linked to."""
    page = Page("ann told the mayor and added the river")
    (attribution,) = page.attributions(
        [page.find(CONTENT, "the river")],
        [page.find(CUE, "told"), page.find(CUE, "added")],
        [page.find(SOURCE, "ann")],
        content_cues=[(1, 1.0)],
        cue_anchors=[(0, 1.0), (0, 1.0)],
        cue_sources=[(0, 1.0), SURE],
    )
    assert [span.of(page.text) for span in attribution.cue] == ["told", "added"]
    assert attribution.speaker.of(page.text) == "ann"


@pytest.mark.parametrize(
    ("anchors", "roots"),
    [
        pytest.param([0, 1], [0, 1], id="each its own"),
        pytest.param([0, 0], [0, 0], id="one of the other"),
        pytest.param([1, 0], [0, 1], id="of each other: each its own"),
        pytest.param([0, 0, 1], [0, 0, 2], id="of a part: its own"),
        pytest.param([None, 0], [0, 0], id="of one that is linked to nothing"),
    ],
)
def test_root(anchors, roots):
    """Links between cues are followed one step, and only to a cue that stands for itself."""
    parts = Parts([], [], [], [], [(anchor, 1.0) for anchor in anchors], [])
    assert [parts.root(cue) for cue in range(len(anchors))] == roots


def test_content_of_a_break_only():
    """A content that is no text makes no attribution."""
    page = Page("ann\nlee")
    assert page.attributions([TaggedSpan(1, 1, CONTENT, 0.9)]) == ()


def test_attributions_in_text_order():
    """Attributions come in the order of their contents, however they were linked."""
    page = Page("the river, said ann. the bridge")
    found = page.attributions(
        [page.find(CONTENT, "the river"), page.find(CONTENT, "the bridge")],
        [page.find(CUE, "said")],
        content_cues=[(0, 1.0), SURE],
    )
    assert [a.content[0].of(page.text) for a in found] == ["the river", "the bridge"]
