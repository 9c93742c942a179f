import json

import pytest

from tests.training.checkouts import (
    ANNOTATED,
    CROSSNER,
    DEV,
    ORIGINAL,
    STANDOFF,
    STORY,
    TEST,
    TRAIN,
    TWEETS,
    WEB,
    WIKIGOLD,
    corenlp,
    write,
    write_worldwide,
)
from training.sources_polnear import read_annotations, read_articles, read_corenlp
from training.sources_sentences import (
    DOMAINS,
    cut_titles,
    join_words,
    prepare_crossner,
    prepare_tweets,
    prepare_web,
    prepare_wikigold,
)
from training.sources_worldwide import part_of, prepare_worldwide


def read(path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def named(article: dict) -> list[tuple[str, str]]:
    return [(article["text"][m["start"] : m["end"]], m["type"]) for m in article["mentions"]]


@pytest.mark.parametrize(("name", "part"), [(TRAIN, "train"), (DEV, "dev"), (TEST, "test")])
def test_split(name, part):
    """A file's name alone decides its part."""
    assert part_of(f"{name}.txt.tsv") == part


def test_worldwide(tmp_path):
    """The raw article gets the mentions of the four types that are kept, nested ones left out."""
    write_worldwide(tmp_path / "c", **{DEV: ORIGINAL, TEST: ORIGINAL})
    prepare_worldwide(tmp_path / "c", tmp_path)
    (article,) = read(tmp_path / "ww.dev.jsonl")
    assert article["id"] == f"Africa/{DEV}"
    assert article["text"] == ORIGINAL.partition("\n\n")[2]
    assert named(article) == [("Ann Lee", "person"), ("Lund Bridge", "place")]
    assert read(tmp_path / "ww.train.jsonl") == []


def test_worldwide_regions(tmp_path):
    """Articles of one region lie together, regions in the order of their first article."""
    names = ("af_rain_1", "af_rain_2", "af_rain_10", "qt_rain_1")
    write_worldwide(tmp_path / "c", **dict.fromkeys(names, ORIGINAL))
    prepare_worldwide(tmp_path / "c", tmp_path)
    assert [article["id"] for article in read(tmp_path / "ww.train.jsonl")] == [
        "Africa/af_rain_1",
        "Africa/af_rain_10",
        "Africa/af_rain_2",
        "Middle_East/qt_rain_1",
    ]


def test_worldwide_out_of_step(tmp_path, capsys):
    """An article that is not the one that was annotated drops out, as does one without text."""
    others = {"af_rain_2": "https://example.org\n\nSomething else.", "af_rain_3": ORIGINAL}
    write_worldwide(tmp_path / "c", **{TRAIN: ORIGINAL, **others})
    (tmp_path / "c/original/af_rain_3.txt").unlink()
    prepare_worldwide(tmp_path / "c", tmp_path)
    assert [article["id"] for article in read(tmp_path / "ww.train.jsonl")] == [f"Africa/{TRAIN}"]
    assert "ww.train: 1 of 3 articles aligned" in capsys.readouterr().out


def test_worldwide_texts_elsewhere(tmp_path):
    """A raw article may lie anywhere, but one among the originals goes first."""
    write_worldwide(tmp_path / "c", **{TRAIN: ORIGINAL, "af_rain_2": ORIGINAL})
    write(tmp_path / f"c/a/{TRAIN}.txt", "https://example.org\n\nSomething else.")
    (tmp_path / "c/original/af_rain_2.txt").rename(tmp_path / "c/a/af_rain_2.txt")
    prepare_worldwide(tmp_path / "c", tmp_path)
    assert len(read(tmp_path / "ww.train.jsonl")) == 2


@pytest.mark.parametrize(
    ("place", "message"),
    [
        pytest.param(f"more/{TRAIN}.txt.tsv", "second file", id="twice"),
        pytest.param("xx_rain_1.txt.tsv", "no region", id="unknown region"),
    ],
)
def test_worldwide_layout(tmp_path, place, message):
    """A layout that is not the one known stops the work, rather than mix up articles."""
    write_worldwide(tmp_path / "c", **{TRAIN: ORIGINAL})
    write(tmp_path / "c/processed_annotated" / place, ANNOTATED)
    with pytest.raises(SystemExit, match=message):
        prepare_worldwide(tmp_path / "c", tmp_path)


def test_standoff():
    """Fragments lie in the order of the text, those with only space between as one."""
    first, second = read_annotations(STANDOFF, STORY)["attributions"]
    assert first == {
        "id": "E1",
        "source": [[6, 13]],
        "cue": [[14, 18]],
        "content": [[0, 5], [20, 30]],
        "kind": "direct",
        "no_source": False,
    }
    assert second == {
        "id": "E2",
        "source": [],
        "cue": [[36, 39]],
        "content": [[40, 53]],
        "kind": "indirect",
        "no_source": True,
    }
    assert read_annotations(STANDOFF, STORY)["discard"] == [[55, 65]]


def test_standoff_arguments():
    """Roles that come again are numbered; other events and roles, and empty ones, are passed over."""
    events = [
        "T1\tContent 0 5\t“Go,”",
        "T2\tContent 20 30\t“to Lund.”",
        "T3\tRecipient 31 35\tSome",
        "E1\tAttribution:T1 Content:T1 Content2:T2 Recipient:T3",
        "E2\tAttribution:T1 Cue:T3",
        "E3\tOther:T1 Content:T1",
        "#1\tAnnotatorNotes E1\tsure?",
    ]
    (attribution,) = read_annotations("\n".join(events), STORY)["attributions"]
    assert attribution["content"] == [[0, 5], [20, 30]]


def test_first_annotator(tmp_path):
    """Of several readings, that of the first annotator counts; attributions go by their contents."""
    name = "huff-post_2016-01-01_rain-"
    write(tmp_path / f"text/{name}.txt", STORY)
    write(tmp_path / f"attributions/{name}_6b86.ann", "")
    reordered = STANDOFF.replace("E1\t", "E9\t").splitlines(keepends=True)
    write(tmp_path / f"attributions/{name}_4b22.ann", "".join(reversed(reordered)))
    (article,) = read_articles(tmp_path)
    assert (article["id"], article["publisher"], article["annotator"]) == (
        name,
        "huff-post",
        "4b22",
    )
    assert article["text"] == STORY
    assert [attribution["id"] for attribution in article["attributions"]] == ["E9", "E2"]


def test_corenlp(tmp_path):
    """Neighbours of one type are one name; times and numbers are none; brackets are plain."""
    tokens = ["``/O", "-LRB-/O", "Ann/PERSON", "Lee/PERSON", "Lund/LOCATION", "1/NUMBER"]
    path = write(tmp_path / "a.xml", corenlp(*tokens))
    assert list(read_corenlp(path)) == [
        [
            ('"', "O"),
            ("(", "O"),
            ("Ann", "B-PER"),
            ("Lee", "I-PER"),
            ("Lund", "B-LOC"),
            ("1", "O"),
        ]
    ]


def test_wikigold(tmp_path):
    """Lines between articles are left out, and names get their first tags."""
    write(tmp_path / "data/wikigold/CONLL-format/data/wikigold.conll.txt", WIKIGOLD)
    prepare_wikigold(tmp_path, tmp_path)
    assert (tmp_path / "wikigold.all.bio").read_text() == (
        "Ann\tB-PER\nof\tO\nLund\tB-LOC\nFair\tO\n\nRain\tO\n\n"
    )


def test_tweets(tmp_path):
    """Tweets that mention accounts are left out; hashtags may hold names."""
    for section in "abefgh":
        path = tmp_path / f"data/BTC/CONLL-format/data/{section}.conll"
        write(path, TWEETS if section == "e" else "")
    prepare_tweets(tmp_path, tmp_path)
    assert (tmp_path / "btc_clean.all.bio").read_text() == (
        "#\tO\nLund\tB-LOC\nrains\tO\n\nDr.\tO\nAnn\tB-PER\nLee\tI-PER\n\n"
    )


@pytest.mark.parametrize(
    ("given", "cut"),
    [
        pytest.param("B-PER I-PER I-PER I-PER", "O O B-PER I-PER", id="titles"),
        pytest.param("B-PER O O O", "B-PER O O O", id="nothing besides"),
        pytest.param("B-ORG I-ORG I-ORG I-ORG", "B-ORG I-ORG I-ORG I-ORG", id="not a person"),
    ],
)
def test_titles(given, cut):
    """Titles are cut from people who have a name besides."""
    words = ["President", "Dr.", "Ann", "Lee"]
    sentence = list(zip(words, given.split(), strict=True))
    assert [tag for _, tag in cut_titles(sentence)] == cut.split()


def test_crossner(tmp_path):
    """Types go to the three that are kept; sentences with homeless names are left out."""
    for domain in DOMAINS:
        for part in ("train", "dev"):
            write(tmp_path / f"ner_data/{domain}/{part}.txt", CROSSNER)
    prepare_crossner(tmp_path, tmp_path)
    assert (tmp_path / "crossner_music.dev.bio").read_text() == (
        "Ann\tB-PER\nof\tO\nLund\tB-ORG\nUniversity\tI-ORG\nwrote\tO\nRain\tO\n\n"
    )


def test_web(tmp_path):
    """Texts go by their ids, a sentence a line, their names at the offsets of the text."""
    write(tmp_path / "en_ewt-ud-dev.iob2", WEB)
    prepare_web(tmp_path, tmp_path)
    first, second = read(tmp_path / "uner_ewt.dev.jsonl")
    assert (first["id"], first["text"], named(first)) == (
        "0000",
        "Lund Fair",
        [("Lund", "place")],
    )
    assert (second["id"], second["text"], named(second)) == (
        "0001",
        'Ann\'s "rain".',
        [("Ann", "person")],
    )


def test_long_web_text(tmp_path):
    """A text of more than sixty sentences becomes several."""
    write(tmp_path / "en_ewt-ud-dev.iob2", "# newdoc id = a\n" + "1\tLund\tB-LOC\n\n" * 61)
    prepare_web(tmp_path, tmp_path)
    first, second = read(tmp_path / "uner_ewt.dev.jsonl")
    assert first["text"].count("\n") == 59
    assert named(first)[-1] == ("Lund", "place")
    assert second["text"] == "Lund"


def test_joined_words():
    """Words are spaced as print would have them, and known by where they stand."""
    text, ranges = join_words(["He", "did", "n't", "(", '"', "ever", '"', ")", "pay", "$", "5"])
    assert text == 'He didn\'t ("ever") pay $5'
    assert [text[start:end] for start, end in ranges][-2:] == ["$", "5"]
