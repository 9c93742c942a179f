import time
from dataclasses import replace

import pytest

from analysis.blocks import add_blocks
from analysis.document import (
    Article,
    Attribution,
    AttributionStatus,
    Entity,
    EntityType,
    LooseCue,
    Mention,
    QuoteKind,
    Span,
)
from analysis.quotes import find_quotes

STATEMENT = "We wait for the court. Then we build."


def span(text: str, words: str) -> Span:
    start = text.index(words)
    return Span(start, start + len(words))


def find(text: str, *blocks: str, attributions=(), loose_cues=(), signatures=()):
    spans = tuple(span(text, block) for block in blocks)
    article = Article(text, 0, spans, tuple(span(text, each) for each in signatures))
    return find_quotes(text, attributions, loose_cues, article=article)


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
        pytest.param(f"Sousa said {'so ' * 150}:\n\n{STATEMENT}", id="too far away"),
        pytest.param(f"Sousa said so. This is it:\n\n{STATEMENT}", id="another sentence"),
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


WORDS = "We will rebuild what people call the “old lady” before winter. Everybody will help."


@pytest.mark.parametrize(
    ("block", "signature", "content", "speaker"),
    [
        (f"{STATEMENT}\n\nAna Sousa, mayor", "Ana Sousa, mayor", STATEMENT, "Ana Sousa, mayor"),
        (f"{STATEMENT} — Ana Sousa", "— Ana Sousa", STATEMENT, "Ana Sousa"),
        (STATEMENT, "Ana Sousa", STATEMENT, "Ana Sousa"),
        (f"{WORDS}\n\n— Ana Sousa", "— Ana Sousa", WORDS, "Ana Sousa"),
        (f"{STATEMENT}\n\n—", "—", STATEMENT, None),
    ],
    ids=["in a footer", "in the paragraph", "after the block", "words in marks", "a mere dash"],
)
def test_signatures_of_the_layout(block, signature, content, speaker):
    """What the layout says is a signature is who is quoted, and no part of the words."""
    text = f"The mayor wrote.\n\n{block}"
    text += "" if signature in block else f"\n\n{signature}"
    (quote,) = find(f"{text}\n\nThe end.", block, signatures=[signature])
    assert words(text, quote.fragments) == [content]
    assert quote.kind is QuoteKind.DIRECT
    assert (quote.speaker and quote.speaker.mention.span.of(text)) == speaker


@pytest.mark.parametrize("line", ["– The council will meet on Monday", "- Rain", "— and so on"])
def test_dashes_after_a_block(line):
    """A dash after a block opens a signature only if a name follows."""
    text = f"The mayor wrote:\n\n{STATEMENT}\n\n{line}\n\nThe end."
    (quote,) = find(text, STATEMENT)
    assert quote.speaker is None


def test_equal_blocks():
    """Of two blocks with the same words, one is a quote."""
    text = f"A statement:\n\n{STATEMENT}\n\nOnce more:\n\n{STATEMENT}\n\nThe end."
    places = (text.index(STATEMENT), text.rindex(STATEMENT))
    blocks = tuple(Span(at, at + len(STATEMENT)) for at in places)
    (quote,) = find_quotes(text, (), article=Article(text, 0, blocks))
    assert quote.fragments == blocks[:1]


@pytest.mark.parametrize("again", ["before", "after"])
def test_repeated_blocks(again):
    """A block that shows again what the text says is no other quote."""
    told = f"She wrote: {STATEMENT} The court sits in May."
    text = f"{told}\n\n{STATEMENT}" if again == "after" else f"{STATEMENT}\n\n{told}"
    at = text.rindex(STATEMENT) if again == "after" else 0
    article = Article(text, 0, (Span(at, at + len(STATEMENT)),))
    assert find_quotes(text, (), article=article) == find_quotes(text, ())


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


MAYOR = Entity(
    "per-1",
    EntityType.PERSON,
    "Ana Sousa",
    (),
    (Mention(Span(52, 61), EntityType.PERSON, 0.9),),
    0.0,
)
SIGNED = f"Der Text:\n\n{STATEMENT}\n\n— Ana Sousa\n\nEnde."


@pytest.mark.parametrize(
    ("text", "blocks", "entities", "speakers"),
    [
        pytest.param(SIGNED, [STATEMENT], [MAYOR], ["Ana Sousa"], id="signed by a name"),
        pytest.param(SIGNED, [STATEMENT], [], [None], id="signed by nobody known"),
        pytest.param(ANNOUNCED, [STATEMENT], [MAYOR], [None], id="not signed"),
        pytest.param(SIGNED, [], [MAYOR], [], id="no block"),
    ],
)
def test_blocks_without_a_model(text, blocks, entities, speakers):
    """Where no model reads, a block quote is said by whom its signature names."""
    assert SIGNED[52:61] == "Ana Sousa"
    article = Article(text, 0, tuple(span(text, block) for block in blocks))
    found = add_blocks(article, entities, ())
    assert [quote.speaker and quote.speaker.name for quote in found] == speakers
    for quote in found:
        assert words(text, quote.fragments) == [STATEMENT]
        assert quote.kind is QuoteKind.DIRECT


def test_blocks_beside_other_quotes():
    """What is a quote already is not one again; all are in text order."""
    article = Article(SIGNED, 0, (span(SIGNED, STATEMENT),))
    (block,) = add_blocks(article, (), ())
    assert add_blocks(article, (), (block,)) == (block,)
    early = replace(block, fragments=(Span(0, 3),))
    assert add_blocks(article, (), (early,)) == (early, block)


def test_many_blocks_take_linear_time():
    """Ten times as many blocks take about ten times as long."""

    def measure(count: int) -> float:
        told = [f"Sousa said:\n\nWe wait for court {n:05}.\n\n" for n in range(count)]
        text, size = "".join(told), len(told[0])
        blocks = tuple(Span(at + 13, at + size - 2) for at in range(0, len(text), size))
        cues = [LooseCue(Span(at + 6, at + 10), None) for at in range(0, len(text), size)]
        started = time.perf_counter()
        assert len(find_quotes(text, (), cues, article=Article(text, 0, blocks))) >= count
        return time.perf_counter() - started

    measure(50)
    assert measure(3000) < 60 * measure(300)
