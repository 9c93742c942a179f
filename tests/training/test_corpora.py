import json

import pytest

from tests.training.stories import RECORDS
from training.corpora import (
    add_silver,
    favour_attributions,
    read_articles,
    read_attributions,
    read_sentences,
)
from training.records import LabelledAttribution, NamedRange, Record

BIO = """\
# doc = one
Mayor\tO
Ann\tB-PER
Lee\tI-PER
left\tO
Lund\tB-LOC
.\tO

Lee\tB-PER
's\tO
firm\tO
Brandt\tB-ORG
& Co\tI-ORG

# doc = two
Nobody\tO
"""


def write(path, *items):
    path.write_text("\n".join(json.dumps(item) for item in items) + "\n\n", encoding="utf-8")
    return path


def named(record: Record) -> list[tuple[str, str]]:
    return [(record.text[m.start : m.end], m.type) for m in record.mentions]


def sentence(tmp_path, *tokens: str) -> Record:
    """Read a sentence of `word/tag` tokens."""
    path = tmp_path / "one.bio"
    path.write_text("\n".join(token.replace("/", "\t") for token in tokens), encoding="utf-8")
    (record,) = read_sentences(path, 0.5)
    return record


def test_articles(tmp_path):
    """Articles come with their mentions and the trust that the recipe has in them."""
    mention = {"start": 0, "end": 7, "type": "person"}
    path = write(tmp_path / "a.jsonl", {"id": "a", "text": "Ann Lee 😀", "mentions": [mention]})
    (record,) = read_articles(path, 0.7)
    assert record == Record("a", "Ann Lee 😀", (NamedRange(0, 7, "person"),), None, 0.7)


def test_attributions(tmp_path):
    """Attributions come with their parts; their texts' names are not labelled."""
    parts = {"source": [[4, 7]], "cue": [[8, 12]], "content": [[0, 3]]}
    path = write(tmp_path / "q.jsonl", {"id": "q", "text": "Go, Ann said", "attributions": [parts]})
    (record,) = read_attributions(path)
    assert record.mentions is None
    assert record.attributions == (LabelledAttribution(((4, 7),), ((8, 12),), ((0, 3),)),)


GO = "Go, said Ann; Lee told us and Bo thought"
ANN, SAID, LEE, TOLD, THOUGHT = (9, 12), (4, 8), (14, 17), (18, 22), (33, 40)


@pytest.mark.parametrize(
    ("source", "cue", "turned"),
    [
        pytest.param([SAID], [ANN], True, id="swapped"),
        pytest.param([SAID], [ANN, LEE], True, id="two people for a cue"),
        pytest.param([ANN], [SAID], False, id="right way round"),
        pytest.param([SAID], [TOLD], False, id="two verbs"),
        pytest.param([THOUGHT], [ANN], False, id="verb that reports no speech"),
        pytest.param([SAID], [], False, id="no cue"),
        pytest.param([], [SAID], False, id="no source"),
    ],
)
def test_swapped_labels(tmp_path, source, cue, turned):
    """Where "said" is labelled as the source of whoever says it, the two change places."""
    parts = {"source": source, "cue": cue, "content": [(0, 2)]}
    path = write(tmp_path / "q.jsonl", {"id": "q", "text": GO, "attributions": [parts]})
    (record,) = read_attributions(path)
    (read,) = record.attributions
    assert read.content == ((0, 2),)
    assert (read.source, read.cue) == tuple(map(tuple, (cue, source) if turned else (source, cue)))


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        pytest.param(["Ann", "left", "."], "Ann left.", id="full stop"),
        pytest.param(["Ann", "'s", "(", "old", ")", "hat"], "Ann's (old) hat", id="brackets"),
        pytest.param(["“", "No", ",", "”", "she"], "“No,” she", id="curly marks"),
        pytest.param(['"', "No", ",", '"', "she"], '"No," she', id="straight marks"),
        pytest.param(["she", ":", '"', "No", '"'], 'she: "No"', id="straight marks at the end"),
        pytest.param(["do", "n't", "you", "'ll"], "don't you'll", id="contractions"),
        pytest.param(["$", "5", "50", "%"], "$5 50%", id="money"),
    ],
)
def test_spaces_of_sentences(tmp_path, tokens, text):
    """Tokenised sentences get their spaces back where print would have them."""
    assert sentence(tmp_path, *(f"{token}/O" for token in tokens)).text == text


@pytest.mark.parametrize(
    ("tokens", "mentions"),
    [
        pytest.param(["Ann/B-PER", "Lee/I-PER"], [("Ann Lee", "person")], id="BIO"),
        pytest.param(["Ann/B-PER", "Lee/E-PER", "x/O"], [("Ann Lee", "person")], id="BIOES"),
        pytest.param(["Lund/S-LOC"], [("Lund", "place")], id="single"),
        pytest.param(
            ["Ann/B-PER", "Lee/B-PER"], [("Ann", "person"), ("Lee", "person")], id="neighbours"
        ),
        pytest.param(["Ann/I-PER", "Lund/I-LOC"], [("Ann", "person"), ("Lund", "place")], id="IO"),
        pytest.param(["Easter/B-MISC", "Ann/B-PER"], [("Ann", "person")], id="other types"),
        pytest.param(["x/O"], [], id="none"),
    ],
)
def test_mentions_of_sentences(tmp_path, tokens, mentions):
    """Tags of any of the usual schemes are read as mentions of the three types."""
    assert named(sentence(tmp_path, *tokens)) == mentions


def test_sentences_of_a_file(tmp_path):
    """Blank lines part sentences, and document lines are no tokens."""
    (tmp_path / "two.bio").write_text(BIO, encoding="utf-8")
    records = list(read_sentences(tmp_path / "two.bio", 1.0))
    assert [record.id for record in records] == ["two/0", "two/1", "two/2"]
    assert records[0].text == "Mayor Ann Lee left Lund."


def test_favoured_attributions():
    """A phase can go through the corpora with attributions more often than through the others."""
    bare, quoted = RECORDS[2:], RECORDS[:2]
    favoured = favour_attributions([(bare, 2.0), (quoted, 0.5)], 3.0)
    assert favoured == [(bare, 2.0), (quoted, 1.5)]


def silver(tmp_path, bio: str, *records: Record) -> list[Record]:
    path = tmp_path / "silver.bio"
    path.write_text(bio, encoding="utf-8")
    return list(add_silver(records, path, 0.4))


def test_silver(tmp_path):
    """Mentions are found again in the raw text, trusted as far as the recipe says."""
    (record,) = silver(
        tmp_path, BIO, Record("one", "Mayor  Ann Lee left Lund.\nLee’s firm Brandt & Co")
    )
    assert named(record) == [
        ("Ann Lee", "person"),
        ("Lund", "place"),
        ("Lee", "person"),
        ("Brandt & Co", "organisation"),
    ]
    assert record.mention_weight == 0.4


def test_silver_of_unknown_documents(tmp_path):
    """A text that the tagger has not read keeps no mentions, which is not the same as none."""
    known, unknown = silver(tmp_path, BIO, Record("two", "Nobody"), Record("three", "Ann Lee"))
    assert known.mentions == ()
    assert unknown.mentions is None


def test_silver_out_of_step(tmp_path):
    """Where the tokens are not those of the text, no mention is placed by guess."""
    (record,) = silver(tmp_path, BIO, Record("one", "Something quite different."))
    assert record.mentions is None


def test_silver_is_settled(tmp_path):
    """Titles are cut off, a name has one type, and is found wherever it stands."""
    bio = "# doc = d\n" + "\n".join(
        [
            "Dr.\tB-PER",
            "Lee\tI-PER",
            "met\tO",
            "Lee\tB-ORG",
            "and\tO",
            "Lee\tB-PER",
            "in\tO",
            "it\tB-LOC",
        ]
    )
    (record,) = silver(tmp_path, bio, Record("d", "Dr. Lee met Lee and Lee in it. Leeway, Lee!"))
    assert named(record) == [("Lee", "person")] * 4
