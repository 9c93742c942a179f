"""Quotation marks, well typed and badly."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.document import QuoteKind, Span
from analysis.marks import MarkState, mark_states, pair_marks, quote_kind

BROKEN_PAIRS = "".join(f"“word {i} here ” and ” word {i} there“ and so on. " for i in range(4))


def insides(text: str) -> list[str]:
    return [text[q.inside_start : q.inside_end] for q in pair_marks(text)]


@pytest.mark.parametrize(
    ("text", "contents"),
    [
        pytest.param("“Yes,” she said.", ["Yes,"], id="curly"),
        pytest.param('"Yes," she said.', ["Yes,"], id="straight"),
        pytest.param("«Yes», she said.", ["Yes"], id="guillemets"),
        pytest.param("»Yes«, she said.", ["Yes"], id="guillemets pointing in"),
        pytest.param("„Yes“, she said.", ["Yes"], id="low-9"),
        pytest.param("„Yes”, she said.", ["Yes"], id="low-9 and high"),
        pytest.param("„Yes‟, she said.", ["Yes"], id="reversed high-9"),
        pytest.param("＂Yes,＂ she said.", ["Yes,"], id="full width"),
        pytest.param("``Yes,'' she said.", ["Yes,"], id="typewriter"),
        pytest.param("‘‘Yes,’’ she said.", ["Yes,"], id="two single ones for a double"),
        pytest.param("““Yes,”” she said.", ["Yes,"], id="doubled"),
        pytest.param('""Yes,"" she said.', ["Yes,"], id="doubled straight"),
        pytest.param("“Yes, “ she said.", ["Yes, "], id="closed by an opener"),
        pytest.param("”Yes,” she said.", ["Yes,"], id="opened by a closer"),
        pytest.param("” Yes, “ she said.", [" Yes, "], id="both turned round, spaces inside"),
        pytest.param("He said“ we go ”and went.", [" we go "], id="glued to the outside"),
        pytest.param("“Yes” and “no” they say.", ["Yes", "no"], id="two pairs"),
        pytest.param("“Yes,”\n“No,”", ["Yes,", "No,"], id="two paragraphs"),
        pytest.param("“Yes,”\r\n“No,”", ["Yes,", "No,"], id="CRLF"),
        pytest.param("“Yes.\n“And no,” she said.", ["Yes.", "And no,"], id="reopened"),
        pytest.param("He said: “I am", ["I am"], id="left open"),
        pytest.param("The “best” pie", ["best"], id="a word held at a distance"),
        pytest.param("No marks here.", [], id="none"),
        pytest.param("", [], id="empty"),
        pytest.param('A 6" pipe.', [], id="one stray, inches"),
        pytest.param("She left.”", [], id="one stray closer"),
        pytest.param('A pipe of 6" \nor of 7"', [], id="two strays that leave doubt"),
    ],
)
def test_pair_double_marks(text, contents):
    """Double marks are paired whatever they look like and however they are spaced."""
    assert insides(text) == contents


@pytest.mark.parametrize(
    ("text", "contents"),
    [
        pytest.param("‘Yes,’ she said.", ["Yes,"], id="curly"),
        pytest.param("'Yes,' she said.", ["Yes,"], id="straight"),
        pytest.param("‹Yes›, she said.", ["Yes"], id="angle"),
        pytest.param("‘It’s Ann’s,’ she said.", ["It’s Ann’s,"], id="apostrophes inside"),
        pytest.param(
            "‘The boys’ club is shut,’ he said.",
            ["The boys’ club is shut,"],
            id="plural possessive inside",
        ),
        pytest.param(
            "‘We met the boys’ she said.", ["We met the boys"], id="closer like a possessive"
        ),
        pytest.param(
            "‘A “no” is a no,’ she said.", ["A “no” is a no,", "no"], id="holds double ones"
        ),
        pytest.param("“The ‘best’ pie,” he said.", ["The ‘best’ pie,"], id="within double ones"),
        pytest.param("It’s Ann’s and the boys’ club.", [], id="apostrophes only"),
        pytest.param("Rock ‘n’ roll", ["n"], id="elision on both sides"),
        pytest.param("The ’90s and the ’80s", [], id="decades"),
        pytest.param("‘Left open", [], id="left open"),
        pytest.param("‘One,’ he said. ‘Two,’ she said.", ["One,", "Two,"], id="two pairs"),
        pytest.param("‘a\nb’", [], id="not across paragraphs"),
    ],
)
def test_pair_single_marks(text, contents):
    """Single marks are paired where they are well formed, and apostrophes are left alone."""
    assert insides(text) == contents


def test_marks_all_turned_round():
    """Where a document's marks are wrong throughout, they are paired by alternation."""
    assert insides(BROKEN_PAIRS) == [
        part for i in range(4) for part in (f"word {i} here ", f" word {i} there")
    ]


def test_a_lost_mark_harms_its_own_paragraph_only():
    """A closer that was lost in one paragraph leaves those of the next as they are."""
    assert insides("“I go, she said.\n\nLater: “I stay,” he said.")[-1] == "I stay,"


@pytest.mark.parametrize(
    ("text", "end"),
    [
        pytest.param("“Yes,” she said.", 6, id="closed: past the mark"),
        pytest.param("Now: “I am\nhere", 10, id="left open: the paragraph's end"),
    ],
)
def test_where_a_quotation_ends(text, end):
    """A quotation ends after its closer, or with its paragraph."""
    (quotation,) = pair_marks(text)
    assert quotation.end == end
    assert text[quotation.start] == "“"


def test_mark_states():
    """Each code point is outside, inside or a mark."""
    text = "A ““b”” c"
    names = "".join(MarkState(s).name[0] for s in mark_states(text, pair_marks(text)))
    assert names == "OOMMIMMOO"


def test_nested_marks_are_marks():
    """A quotation within another one keeps its marks in the states."""
    text = "‘a “b” c’"
    names = "".join(MarkState(s).name[0] for s in mark_states(text, pair_marks(text)))
    assert names == "MIIMIMIIM"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("“All of it.”", QuoteKind.DIRECT, id="all, and the marks"),
        pytest.param("“All,” – “of it.”", QuoteKind.DIRECT, id="only punctuation outside"),
        pytest.param("that “some” is in", QuoteKind.MIXED, id="some"),
        pytest.param("none of it is", QuoteKind.INDIRECT, id="none"),
        pytest.param("“…”", QuoteKind.INDIRECT, id="no words at all"),
    ],
)
def test_quote_kind(text, kind):
    """A quote is direct, mixed or indirect by the share of its words inside marks."""
    states = mark_states(text, pair_marks(text))
    assert quote_kind(text, [Span(0, len(text))], states) is kind


mixed_marks = st.text(st.sampled_from("“”„‟«»＂\"'‘’‚‹›` ab.,s\n\r\u2028–(1"), max_size=60)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(mixed_marks)
def test_pairs_are_well_formed(text):
    """Whatever the marks, quotations are in order, within the text, and each holds its own."""
    quotations = pair_marks(text)
    assert [q.start for q in quotations] == sorted({q.start for q in quotations})
    for q in quotations:
        assert 0 <= q.start < q.inside_start <= q.inside_end <= q.end <= len(text)
        assert "\n" not in text[q.start : q.end]
    assert len(mark_states(text, quotations)) == len(text)
