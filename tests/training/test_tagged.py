import pytest

from training.tagged import NAMES, find_mentions, find_words, read_columns, simplify, write_bio


def tokens(line: str) -> list[tuple[str, str]]:
    return [(word, tag) for word, _, tag in (token.partition("/") for token in line.split())]


@pytest.mark.parametrize(
    ("given", "simple"),
    [
        pytest.param("Ann/B-PER Lee/I-PER x/O", "Ann/B-PER Lee/I-PER x/O", id="BIO"),
        pytest.param("Ann/I-PER Lee/I-PER", "Ann/B-PER Lee/I-PER", id="IO"),
        pytest.param("Ann/B-PER Lee/E-PER", "Ann/B-PER Lee/I-PER", id="BIOES"),
        pytest.param("Lund/S-LOC", "Lund/B-LOC", id="single"),
        pytest.param("Ann/I-PER Lund/I-LOC", "Ann/B-PER Lund/B-LOC", id="neighbours"),
        pytest.param("Ann/B-PER Lee/B-PER", "Ann/B-PER Lee/B-PER", id="neighbours of a type"),
        pytest.param("Fair/B-MISC day/I-MISC", "Fair/O day/O", id="other type"),
        pytest.param("The/B-O Fair/B-OTH", "The/O Fair/O", id="odd tags"),
    ],
)
def test_simplify(given, simple):
    """Tags of any of the usual schemes become BIO of the types that are wanted."""
    assert simplify(tokens(given), NAMES) == tokens(simple)


def test_simplify_merges_types():
    """Two types that become one stay two mentions."""
    types = {"City": "LOC", "Bridge": "LOC"}
    assert simplify(tokens("Lund/B-City Old/I-Bridge"), types) == tokens("Lund/B-LOC Old/B-LOC")


def test_read_columns():
    """Blank lines part sentences, however many; the last needs none."""
    lines = ["\n", "1\tAnn\tB-PER\tx\n", "\n", " \n", "2\tleft\tO\n"]
    assert list(read_columns(lines, 1, 2)) == [[("Ann", "B-PER")], [("left", "O")]]


def test_written_sentences(tmp_path):
    """A word and its tag a line, a blank line after each sentence."""
    write_bio(tmp_path / "new/one.bio", [tokens("Ann/B-PER left/O"), tokens("x/O")])
    assert (tmp_path / "new/one.bio").read_text() == "Ann\tB-PER\nleft\tO\n\nx\tO\n\n"


def test_find_words():
    """Words are found in order, over whatever lies between."""
    assert find_words("Lee saw  Lee.\nBye", ["Lee", "saw", "Lee", ".", "Bye"]) == [
        (0, 3),
        (4, 7),
        (9, 12),
        (12, 13),
        (14, 17),
    ]


def test_find_words_near_their_place():
    """A word that stands far away only is missing; one in fifty may be."""
    words = ["rain"] * 49
    text = " ".join(words) + "-" * 80 + "Ann"
    assert find_words(text, [*words, "Ann"])[-1] is None
    assert find_words(text, [*words[:-1], "Ann"]) is None


def test_mentions():
    """A mention ends before a word that was not found; without its first word it is none."""
    sentence = tokens("Ann/B-PER Lee/I-PER Jr/I-PER of/O Old/B-LOC Lund/I-LOC Bo/B-PER Ek/B-ORG")
    ranges = [(0, 3), None, (8, 10), (11, 13), None, (18, 22), (23, 25), (26, 28)]
    assert find_mentions(ranges, [tag for _, tag in sentence]) == [
        {"start": 0, "end": 3, "type": "person"},
        {"start": 23, "end": 25, "type": "person"},
        {"start": 26, "end": 28, "type": "organisation"},
    ]
