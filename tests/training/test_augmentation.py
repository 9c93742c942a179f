import random
import re

import pytest

from tests.training.stories import BRIDGE, PLAN, RECORDS
from training.augmentation import (
    NamePool,
    Rates,
    add_noise,
    augment,
    change_case,
    damage_marks,
    drop_spaces,
    glue_words,
    insert_dashes,
    swap_names,
)
from training.records import LabelledAttribution, NamedRange, Record

SEEDS = range(40)
POOL = NamePool(RECORDS, {})
MARKS = '“”"„«»‘’'


def names(record: Record) -> list[str]:
    return [record.text[m.start : m.end] for m in record.mentions or ()]


def parts(record: Record, role: str) -> list[str]:
    return [
        record.text[start:end]
        for attribution in record.attributions or ()
        for start, end in getattr(attribution, role)
    ]


def words(text: str) -> str:
    return " ".join(text.strip(MARKS + " .,–—-").split())


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.id)
@pytest.mark.parametrize("change", [damage_marks, insert_dashes, glue_words])
def test_labels_stay_verbatim(record, change):
    """Damage to marks and spaces leaves names, cues and the words of contents as they are."""
    for seed in SEEDS:
        changed = change(record, random.Random(seed))
        pairs = [(names(changed), names(record))]
        pairs += [(parts(changed, role), parts(record, role)) for role in ("source", "cue")]
        for found, wanted in pairs:
            if change is glue_words:  # whose work it is to drop spaces
                wanted = [words.replace(" ", "") for words in wanted]
                found = [words.replace(" ", "") for words in found]
            assert found == wanted
        wanted = [words(part) for part in parts(record, "content")]
        found = [words(part) for part in parts(changed, "content")]
        assert [w.replace(" ", "") for w in found] == [w.replace(" ", "") for w in wanted]


def test_marks_are_damaged_in_every_way():
    """Other glyphs, none, two, straight ones, single ones, and misplaced spaces all occur."""
    texts = {damage_marks(RECORDS[0], random.Random(seed)).text for seed in range(300)}
    kinds = [r"[„«»]", r"^We", r"““|””", r"^\"", r"^‘", r"“ W", r"wait, ”", r"”mayor", r"said,“ "]
    assert [kind for kind in kinds if not any(re.search(kind, text) for text in texts)] == []


def test_dashes():
    """An attribution inside a quotation is set between dashes, and the marks beside it go."""
    text = insert_dashes(RECORDS[0], random.Random(1)).text
    assert re.match(r"“We will not wait( [–—-] |—)mayor Ann Lee said\1for the river\.”", text)


@pytest.mark.parametrize(
    ("text", "content", "source"),
    [
        pytest.param("“Yes,” said Ann Lee", ["“Yes,”"], "Ann Lee", id="one content"),
        pytest.param("Ann Lee said “yes” and “no”", ["“yes”", "“no”"], "Ann Lee", id="before both"),
        pytest.param(
            "“Yes,” said Ann Lee" + ", who had come a long way" * 4 + ", “no”",
            ["“Yes,”", "“no”"],
            "Ann Lee",
            id="far apart",
        ),
        pytest.param("“Yes,” and then Ann Lee said “no”", ["“Yes,”", "“no”"], "Ann Lee", id="words between"),
    ],
)  # fmt: skip
def test_no_dashes(text, content, source):
    """Where nothing short stands between two contents, there is nothing to set between dashes."""
    ranges = [(text.index(part), text.index(part) + len(part)) for part in content]
    start = text.index(source)
    label = LabelledAttribution(((start, start + len(source)),), (), tuple(ranges))
    record = Record("r", text, attributions=(label,))
    for seed in range(5):
        assert insert_dashes(record, random.Random(seed)).text == text


def test_glued_words():
    """Some cues lose the space before them, some marks the one after, and a few words more."""
    texts = [glue_words(RECORDS[0], random.Random(seed)).text for seed in range(300)]
    assert any("Leesaid" in text for text in texts)
    assert any("river.”The" in text for text in texts)
    assert any("willnot" in text for text in texts)
    assert {len(BRIDGE) - len(text) for text in texts} >= {0, 1}


def test_missing_spaces():
    """Sentences lose the space between them, and nothing else does."""
    text = "Mr. Lee left. “No,” he said. We stayed, e.g. here."
    found = {drop_spaces(Record("r", text), random.Random(seed)).text for seed in SEEDS}
    assert "Mr.Lee left.“No,” he said.We stayed, e.g. here." in found
    assert all(found_text.replace(" ", "") == text.replace(" ", "") for found_text in found)
    assert all("left. “" in f or "left.“" in f for f in found)
    assert all("stayed, e.g. here." in f for f in found)


def test_names_of_the_world():
    """Some names come from the gazetteers, a type without one keeps those of the corpora."""
    pool = NamePool(RECORDS, {"place": ["Oaxaca"]}, worldwide=0.5)
    drawn = [pool.draw("place", 1, random.Random(seed)) for seed in range(200)]
    assert 60 < drawn.count("Oaxaca") < 140
    assert {pool.draw("person", 2, random.Random(seed)) for seed in SEEDS} == {"Ann Lee"}


def test_coined_names():
    """Some names are put together from two others; acronyms and small words stay as they are."""
    text = "Bank of Larnport, Bank of Oaxaca, BBC of Lund"
    records = [
        Record("o", text, tuple(NamedRange(*m.span(), "organisation") for m in found))
        for found in [re.finditer(r"\w+ of \w+", text)]
    ]
    pool = NamePool(records, {}, coined=1.0)
    drawn = {pool.draw("organisation", 3, random.Random(seed)) for seed in range(100)}
    assert all(re.fullmatch(r"(BBC|[A-Z][a-z]+) of [A-Z][a-z]+", name) for name in drawn)
    assert len({name.split()[-1] for name in drawn} - {"Larnport", "Oaxaca", "Lund"}) > 10


def test_swapped_names():
    """Names are given to others of their type, the same throughout; all else stays."""
    for seed in SEEDS:
        changed = swap_names(RECORDS[2], POOL, random.Random(seed))
        for mention, name in zip(changed.mentions, names(changed), strict=True):
            assert name in {"person": {"Ann Lee"}, "place": {"Larnport", "Lund"}}[mention.type]
        rest = re.sub("Ann Lee|Larnport|Lund", "*", changed.text)
        assert rest == "The port of * is shut. * went to *."


def test_surnames_follow_their_names():
    """Somebody who gets another name is called by its surname, too."""
    text = "Ann Lee left. Lee sang."
    people = (NamedRange(0, 7, "person"), NamedRange(14, 17, "person"))
    others = [
        Record("o", "Eva Maria Holm", (NamedRange(0, 14, "person"),)),
        Record("p", "Tomas Brandt", (NamedRange(0, 12, "person"),)),
    ]
    found = {
        swap_names(Record("r", text, people), NamePool(others, {}), random.Random(seed)).text
        for seed in SEEDS
    }
    swapped = [text for text in found if not text.startswith("Ann Lee")]
    assert "Tomas Brandt left. Brandt sang." in swapped
    assert all(re.fullmatch(r".+ (\w+) left\. \1 sang\.", text) for text in swapped)


def test_names_over_line_ends():
    """A name that a line end breaks is left alone, and none is put in with its line end."""
    record = Record("r", "Ann\nLee left.", (NamedRange(0, 7, "person"),))
    for seed in SEEDS:
        assert swap_names(record, POOL, random.Random(seed)).text == record.text
        others = NamePool([record], {})
        assert (
            "\n" not in swap_names(RECORDS[0], others_with_places(others), random.Random(seed)).text
        )


def others_with_places(pool: NamePool) -> NamePool:
    """Return a pool of names with line ends for every type."""
    text = "Ann\nLee Larn\nPort"
    return NamePool(
        [Record("b", text, (NamedRange(0, 7, "person"), NamedRange(8, 17, "place")))], {}
    )


def test_unlabelled_names():
    """Where names are not labelled, none is swapped."""
    assert swap_names(RECORDS[1], POOL, random.Random(0)) is RECORDS[1]


def test_name_of_any_length():
    """Where no name of the wanted length is known, another one is drawn."""
    assert POOL.draw("person", 5, random.Random(0)) == "Ann Lee"


def test_noise_keeps_labels_in_place():
    """Misread letters move labels with their words, about one letter in a hundred."""
    record = Record(
        "r",
        "Ann Lee sat. " * 40,
        tuple(NamedRange(13 * i, 13 * i + 7, "person") for i in range(40)),
    )
    changed = add_noise(record, random.Random(3))
    assert changed.text != record.text
    same = sum(name == "Ann Lee" for name in names(changed))
    assert 30 <= same < 40
    assert all(abs(len(name) - 7) <= 2 for name in names(changed))


def test_case():
    """Texts come in capitals, in small letters and as headlines, letter by letter."""
    record = Record("r", "Straße ﬁne. İt is", (NamedRange(0, 6, "place"),))
    found = {change_case(record, random.Random(seed)).text for seed in SEEDS}
    assert len(found) == 3
    assert all(len(text) == len(record.text) for text in found)
    assert "STRAßE ﬁNE. İT IS" in found


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_augment(rate):
    """Every change is made, or none, and the same seed makes the same ones."""
    rates = Rates(*[rate] * 7, worldwide=0.0, coined=0.0)
    for record in RECORDS:
        first, second = (augment(record, POOL, rates, random.Random(5)) for _ in range(2))
        assert first == second
        assert (first == record) == (rate == 0.0)
        assert len(names(first)) == len(names(record))


def test_stories_are_labelled():
    """The labels of the stories say what they are meant to."""
    assert parts(RECORDS[0], "content") == ["“We will not wait,”", "“for the river.”"]
    assert parts(RECORDS[1], "source") == ["Tomas Brandt", "Brandt"]
    assert names(RECORDS[2]) == ["Lund", "Ann Lee", "Larnport"]
    assert PLAN.count("Brandt") == 2
