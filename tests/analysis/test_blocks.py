import time

import pytest

from analysis.document import Attribution, AttributionStatus, LooseCue, QuoteKind, Span
from analysis.quotes import find_quotes

STATEMENT = "We wait for the court. Then we build."


def span(text: str, words: str) -> Span:
    start = text.index(words)
    return Span(start, start + len(words))


def find(text: str, *blocks: str, attributions=(), loose_cues=()):
    spans = tuple(span(text, block) for block in blocks)
    return find_quotes(text, attributions, loose_cues, block_quotes=spans)


def words(text: str, spans) -> list[str]:
    return [found.of(text) for found in spans]


ANNOUNCED = f"Ana Sousa said in a statement:\n\n{STATEMENT}\n\nThe court sits in May."


@pytest.mark.parametrize("is_loose", [True, False], ids=["no content found", "content found"])
def test_announced_blocks(is_loose):
    """A block after a clause with a colon is said by whoever the clause says."""
    cue, speaker = span(ANNOUNCED, "said"), span(ANNOUNCED, "Ana Sousa")
    if is_loose:
        found = find(ANNOUNCED, STATEMENT, loose_cues=[LooseCue(cue, speaker)])
    else:
        content = span(ANNOUNCED, "We wait for the court.")
        read = Attribution((content,), (cue,), speaker, 0.7)
        found = find(ANNOUNCED, STATEMENT, attributions=[read])
    (quote,) = found
    assert quote.kind is QuoteKind.DIRECT
    assert words(ANNOUNCED, quote.fragments) == [STATEMENT]
    assert quote.cue == cue
    assert quote.speaker.mention.span == speaker


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"Sousa said so.\n\n{STATEMENT}", id="no colon"),
        pytest.param(f"Sousa said so.\n\nThe statement:\n\n{STATEMENT}", id="another paragraph"),
        pytest.param(f"The statement:\n\n{STATEMENT}\n\nSousa said so.", id="after the block"),
    ],
)
def test_clauses_that_announce_no_block(text):
    """A clause that is not right before a block, or goes on elsewhere, does not announce it."""
    loose = LooseCue(span(text, "said"), span(text, "Sousa"))
    (quote,) = find(text, STATEMENT, loose_cues=[loose])
    assert words(text, quote.fragments) == [STATEMENT]
    assert quote.speaker is None
    assert quote.status is AttributionStatus.UNATTRIBUTED


@pytest.mark.parametrize("dash", ["—", "–", "―", "--", "-"])
@pytest.mark.parametrize("inside", [True, False], ids=["inside", "after"])
def test_signed_blocks(dash, inside):
    """A name after a dash, at the end of a block or right after it, has said it."""
    text = f"The mayor posted:\n\n{STATEMENT}\n\n{dash} Ana Sousa, mayor\n\nThe court sits."
    signature = f"{dash} Ana Sousa, mayor"
    block = f"{STATEMENT}\n\n{signature}" if inside else STATEMENT
    (quote,) = find(text, block)
    assert words(text, quote.fragments) == [STATEMENT]
    assert quote.cue.of(text) == dash
    assert quote.speaker.mention.span.of(text) == "Ana Sousa, mayor"


def test_paragraphs_are_fragments():
    """A block of several paragraphs is one quote, with a fragment for each."""
    text = "A statement:\n\nWe wait.\n\n* * *\n\nThen we build.\n\nThe end."
    (quote,) = find(text, "We wait.\n\n* * *\n\nThen we build.")
    assert words(text, quote.fragments) == ["We wait.", "Then we build."]


@pytest.mark.parametrize(
    "block", ["“We wait for the court,” said Ana Sousa.", "* * *", "«Aspettiamo»"]
)
def test_blocks_that_are_no_quote(block):
    """Blocks with quotation marks are left to the marks; those without words hold nothing."""
    text = f"A statement.\n\n{block}\n\nThe end."
    plain = find_quotes(text, ())
    assert find(text, block) == plain


def test_what_the_model_found_in_a_block_gives_way():
    """Words in a block are said by whoever the block is attributed to, and once only."""
    inside = span(ANNOUNCED, "for the court")
    read = Attribution((inside,), (span(ANNOUNCED, "sits"),), span(ANNOUNCED, "The court"), 0.9)
    (quote,) = find(ANNOUNCED, STATEMENT, attributions=[read])
    assert words(ANNOUNCED, quote.fragments) == [STATEMENT]


def test_turns_in_a_block_are_the_block():
    """A transcript set off as a block is one quote, as the page has it."""
    text = "The hearing:\n\nSMITH: I never said so.\n\nLEE: Nor did I.\n\nThe end."
    (quote,) = find(text, "SMITH: I never said so.\n\nLEE: Nor did I.")
    assert words(text, quote.fragments) == ["SMITH: I never said so.", "LEE: Nor did I."]


def test_many_blocks_take_linear_time():
    """Ten times as many blocks take about ten times as long."""

    def measure(count: int) -> float:
        text = "Sousa said:\n\nWe wait for the court today.\n\n" * count
        blocks = tuple(Span(at + 13, at + 42) for at in range(0, len(text), len(text) // count))
        cues = [LooseCue(Span(at + 6, at + 10), None) for at in range(0, len(text), 44)]
        started = time.perf_counter()
        assert len(find_quotes(text, (), cues, block_quotes=blocks)) >= count
        return time.perf_counter() - started

    measure(50)
    assert measure(3000) < 30 * measure(300)
