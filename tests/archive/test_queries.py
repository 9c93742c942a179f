"""Questions to an archive."""

import json
import random
import tempfile
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from unicodedata import normalize

import duckdb
import pytest

from service.archive.errors import InvalidArchive
from service.archive.queries import Days, Point, SpeakerCount, Tally, load_sql, open_archive
from service.archive.store import Store
from tests.archive.small_archive import Said, Story, Who, day, write_archive

ANA = Who("Ana Sousa", aliases=("Ms Sousa",))
RUI = Who("Rui Sousa")
MAROS = Who("Maroš Šefčovič")
CONAN = Who("Conan O’Brien")
LEE = Who('Jo "JJ" Lee', uri="https://example.org/lee")
CLUB = Who("100%_Club", "organisation")
FED = Who("Federal Reserve", "organisation", ("the Fed", "Fed"))

STORIES = [
    Story((Said("One.", (ANA,)), Said("Two.", (ANA, RUI))), day(2014, 5, 1)),
    Story((Said("Three.", (ANA,), "indirect", 0.4),), day(2015, 12, 31, 23, 59)),
    Story((Said("Four.", (ANA,)), Said("Five.", (MAROS,))), day(2016, 1, 1)),
    Story((Said("Six.", (CONAN,)), Said("Seven.", (LEE,))), day(2016, 7, 9)),
    Story((Said("Eight.", (CLUB,)), Said("Nine.", (FED,), "mixed"), Said("Ten."))),
    Story((Said("Eleven.", candidates=(ANA, RUI)), Said("Twelve.", (ANA,)))),
]
QUESTIONS = {
    "quotes": {"speaker": "sousa", "kind": None, "min_confidence": 0, "limit": 0},
    "people": {"type": "any", "top": 9},
    "trend": {"speakers": ["person name ana sousa"], "by": "year"},
    "tally": {},
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    with open_archive(write_archive(tmp_path_factory.mktemp("a") / "tables", STORIES)) as opened:
        yield opened


def find_texts(archive, *asked, **options):
    return [quote.text for quote in archive.find_quotes(*asked, **options)[0]]


@pytest.mark.parametrize(
    ("asked", "texts"),
    [
        pytest.param("Rui Sousa", {"Two."}, id="name"),
        pytest.param("sousa RUI", {"Two."}, id="any-order-and-case"),
        pytest.param(" Rui\u00a0 Sousa ", {"Two."}, id="spaces"),
        pytest.param("Ana Rui Sousa", set(), id="too-many-words"),
        pytest.param("Ana", {"One.", "Two.", "Three.", "Four.", "Twelve."}, id="word"),
        pytest.param("ms sousa", {"One.", "Two.", "Three.", "Four.", "Twelve."}, id="alias"),
        pytest.param("Sous", set(), id="part-of-a-word"),
        pytest.param("ŠEFČOVIČ", {"Five."}, id="case-beyond-ascii"),
        pytest.param(normalize("NFD", "Šefčovič"), {"Five."}, id="decomposed"),
        pytest.param("O'Brien", {"Six."}, id="straight-apostrophe"),
        pytest.param("o’brien", {"Six."}, id="curved-apostrophe"),
        pytest.param('"jj"', {"Seven."}, id="quotation-marks"),
        pytest.param("https://example.org/lee", {"Seven."}, id="uri"),
        pytest.param("https://example.org/LEE", set(), id="other-uri"),
        pytest.param("100%_club", {"Eight."}, id="wildcards"),
        pytest.param("%", set(), id="percent"),
        pytest.param("100%%club", set(), id="no-wildcards"),
        pytest.param("the FED", {"Nine."}, id="alias-of-organisation"),
        pytest.param("", set(), id="nothing"),
        pytest.param("'; DROP VIEW quotes; --", set(), id="sql"),
    ],
)
def test_speakers(archive, asked, texts):
    """Speakers are found by words of their names and aliases, or by their URI, and no others."""
    assert set(find_texts(archive, asked)) == texts


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        pytest.param({}, "Four. Three. One. Two. Twelve.", id="all-newest-first"),
        pytest.param({"days": Days(date(2015, 12, 31))}, "Four. Three.", id="since"),
        pytest.param({"days": Days(date(2016, 1, 1))}, "Four.", id="since-midnight"),
        pytest.param({"days": Days(None, date(2015, 12, 31))}, "Three. One. Two.", id="until"),
        pytest.param({"days": Days(None, date(2014, 4, 30))}, "", id="too-early"),
        pytest.param({"days": Days(date(2014, 5, 1), date(2014, 5, 1))}, "One. Two.", id="day"),
        pytest.param({"kind": "indirect"}, "Three.", id="kind"),
        pytest.param({"min_confidence": 0.5}, "Four. One. Two. Twelve.", id="sure"),
        pytest.param({"limit": 2}, "Four. Three.", id="limit"),
        pytest.param({"limit": 2, "kind": "direct"}, "Four. One.", id="several"),
    ],
)
def test_options(archive, options, texts):
    """Quotes come newest first, those without a date last, and none that is not wanted."""
    assert find_texts(archive, "Ana", **options) == texts.split()


def test_limit(archive):
    """What is not returned is counted."""
    assert archive.find_quotes("Ana", limit=2)[1] == 5
    assert archive.find_quotes("Nobody") == ([], 0)


def test_found_quote(archive):
    """A quote has all who say it, and where it stands."""
    (quote,), _ = archive.find_quotes("Rui")
    assert (quote.speaker_name, quote.joint) == ("Ana Sousa", ("Ana Sousa", "Rui Sousa"))
    assert (quote.published, quote.kind, quote.attitude) == (day(2014, 5, 1), "direct", "speech")
    assert (quote.source, quote.row, quote.id) == ("in.jsonl", 1, "id-1")
    assert (quote.document_id, quote.quote_id) == ("in.jsonl:1", "q2")
    assert (quote.prefix, quote.suffix) == ("Then: ", " So it was.")


def test_order_in_a_document(tmp_path):
    """The tenth quote of a text comes after its second."""
    story = Story(tuple(Said(f"{n}.", (ANA,)) for n in range(1, 12)))
    with open_archive(write_archive(tmp_path / "tables", [story])) as archive:
        assert find_texts(archive, "Ana") == [f"{n}." for n in range(1, 12)]


def test_days_that_are_none():
    """No days are from one to an earlier one."""
    with pytest.raises(ValueError, match=r"no days: 2016-01-02\.\.2016-01-01"):
        Days(date(2016, 1, 2), date(2016, 1, 1))


def test_people(archive):
    """Those who are quoted most come first, each with their days."""
    ana, rui, *others = archive.count_people(type="any")
    assert ana == SpeakerCount(
        "person name ana sousa",
        "Ana Sousa",
        "person",
        None,
        5,
        4,
        date(2014, 5, 1),
        date(2016, 1, 1),
    )
    assert {each.quotes for each in (rui, *others)} == {1}
    assert [each.name for each in (rui, *others)] == sorted(
        who.name for who in (RUI, MAROS, CONAN, LEE, CLUB, FED)
    )


@pytest.mark.parametrize(
    ("options", "names"),
    [
        pytest.param({"top": 1}, ["Ana Sousa"], id="top"),
        pytest.param({"type": "organisation"}, ["100%_Club", "Federal Reserve"], id="type"),
        pytest.param({"type": "place"}, [], id="none-of-a-type"),
        pytest.param(
            {"days": Days(date(2016, 1, 2))}, ["Conan O’Brien", 'Jo "JJ" Lee'], id="since"
        ),
    ],
)
def test_people_options(archive, options, names):
    """Only who is wanted is counted."""
    assert [each.name for each in archive.count_people(**options)] == names


def test_same_speaker(tmp_path):
    """A URI makes two names one speaker, and so does case; another type or URI does not."""
    uri = "https://example.org/lee"
    said = (
        *(Said("a", (Who("Jo Lee", uri=uri),)), Said("b", (Who("J. Lee", uri=uri),))),
        *(Said("c", (RUI, Who("J. Lee", uri=uri))), Said("d", (Who("Jo Lee"),))),
        *(Said("e", (Who("ŠEFČOVIČ"),)), Said("f", (Who("Šefčovič"),))),
        *(Said("g", (Who("Šefčovič"),)), Said("h", (Who("Šefčovič", "place"),))),
    )
    stories = [Story((each,)) for each in said]
    with open_archive(write_archive(tmp_path / "tables", stories)) as archive:
        found = archive.count_people(type="any")
    assert [(each.name, each.type, each.uri, each.quotes) for each in found] == [
        ("J. Lee", "person", uri, 3),
        ("Šefčovič", "person", None, 3),
        ("Jo Lee", "person", None, 1),
        ("Rui Sousa", "person", None, 1),
        ("Šefčovič", "place", None, 1),
    ]


def test_trend(archive):
    """A trend has every period between the first and the last, and shares of all quotes."""
    counts = archive.count_people(top=2)
    ana, _ = archive.find_trend(counts, by="year")
    assert ana == [
        Point(date(2014, 1, 1), 2, 1),
        Point(date(2015, 1, 1), 1, 1),
        Point(date(2016, 1, 1), 1, 0.25),
    ]
    by_quarter, conan = archive.find_trend(counts, by="quarter")
    assert len(by_quarter) == len(conan) == 10
    assert [point.quotes for point in by_quarter] == [2, 0, 0, 0, 0, 0, 1, 1, 0, 0]
    assert by_quarter[1] == Point(date(2014, 7, 1), 0, 0)
    assert len(archive.find_trend(counts, by="month")[0]) == 27
    assert archive.find_trend([]) == []


def test_trend_of_some_days(archive):
    """Nothing of other days is in a trend, nor in its shares."""
    days = Days(date(2016, 1, 1), date(2016, 6, 30))
    (points,) = archive.find_trend(archive.count_people(days, top=1), days, by="year")
    assert points == [Point(date(2016, 1, 1), 1, 0.5)]


def test_tally(archive):
    """Quotes of nobody who is known are counted, not given to anybody."""
    assert archive.tally() == Tally(12, 2, 5, date(2014, 5, 1), date(2016, 7, 9))
    assert archive.tally(Days(date(2017, 1, 1))) == Tally(0, 0, 0, None, None)


@pytest.fixture(scope="module", params=range(2))
def drawn(request, tmp_path_factory):
    """An archive drawn by chance, and the stories in it."""
    rng = random.Random(request.param)
    whos = [
        Who(rng.choice(["Ana Sousa", "ANA  SOUSA", "Šefčovič", "ŠEFČOVIČ", "O’Brien", "O'Brien"]),
            rng.choice(["person", "organisation"]), uri=rng.choice([None, None, "x:1", "x:2"]))
        for _ in range(12)
    ]  # fmt: skip
    whos = list({(who.type, who.name): who for who in whos}.values())
    stories = []
    for _ in range(120):
        said = [
            Said("So.", tuple(draw_speakers(rng, whos))) for _ in range(rng.choice([0, 1, 2, 5]))
        ]
        published = day(rng.randint(2010, 2014), rng.randint(1, 12), rng.randint(1, 28))
        stories.append(Story(tuple(said), rng.choice([None, published, published])))
    place = write_archive(tmp_path_factory.mktemp("drawn") / "tables", stories, size=9)
    with open_archive(place) as opened:
        yield opened, stories


def draw_speakers(rng, whos):
    """Yield up to three speakers, none of whom is the same as another."""
    known = set()
    for who in rng.sample(whos, rng.choice([0, 1, 1, 1, 2, 3])):
        if identify(who) not in known:
            known.add(identify(who))
            yield who


def identify(who):
    name = " ".join(normalize("NFC", who.name).replace("’", "'").lower().split())
    return who.type, who.uri or name


@pytest.mark.parametrize("days", [Days(), Days(date(2011, 3, 4), date(2013, 2, 1))])
@pytest.mark.parametrize("type_", ["person", "any"])
def test_counts_are_right(drawn, days, type_):
    """DuckDB counts as plain Python does."""
    archive, stories = drawn
    quotes, documents, names = Counter(), defaultdict(set), defaultdict(Counter)
    for number, story in enumerate(stories):
        if days.since and not (
            story.published and days.since <= story.published.date() <= days.until
        ):
            continue
        for who in [who for said in story.said for who in said.speakers]:
            if type_ in (who.type, "any"):
                quotes[identify(who)] += 1
                documents[identify(who)].add(number)
                names[identify(who)][who.name] += 1
    expected = {
        (
            key[0],
            max((uses, name) for name, uses in names[key].items())[1],
            count,
            len(documents[key]),
        )
        for key, count in quotes.items()
    }
    found = archive.count_people(days, type=type_, top=100)
    assert {(each.type, each.name, each.quotes, each.documents) for each in found} == expected
    assert [each.quotes for each in found] == sorted(quotes.values(), reverse=True)


def test_trends_are_right(drawn):
    """Every dated quote of a speaker is in one period of the trend, and shares are of all."""
    archive, stories = drawn
    counts = archive.count_people(type="any", top=100)
    expected, totals = defaultdict(Counter), Counter()
    for story in stories:
        for said in story.said if story.published else ():
            totals[story.published.year] += 1
            for who in said.speakers:
                expected[" ".join(map(str, identify(who)))][story.published.year] += 1
    for count, points in zip(counts, archive.find_trend(counts, by="year"), strict=True):
        wanted = expected[count.speaker.replace(" uri ", " ").replace(" name ", " ")]
        for point in points:
            assert point.quotes == wanted[point.period.year]
            assert point.share == pytest.approx(point.quotes / totals[point.period.year])


@pytest.mark.parametrize("question", QUESTIONS)
def test_pruning(tmp_path, question):
    """Where days are wanted, files of other years are not read; no matter what is in them."""
    place = write_archive(tmp_path / "tables", STORIES)
    for path in Path(place).rglob("year=*/*.parquet"):
        if path.parent.name != "year=2015":
            path.write_bytes(b"damaged")
    wanted = {"since": date(2015, 2, 1), "until": date(2015, 12, 31), **QUESTIONS[question]}
    with open_archive(place) as archive:
        days = Days(wanted["since"], wanted["until"])
        rows = archive._ask(question, days, QUESTIONS[question])
        assert len(rows) == 1
        with pytest.raises(InvalidArchive, match="smaller than the minimum") as caught:
            archive._ask(question, Days(), QUESTIONS[question])
        assert "\n" not in caught.value.reason
        scans = [*find_scans(explain(archive, question, wanted))]
    assert scans
    assert all('("year" = 2015)' in scan["extra_info"]["Filters"] for scan in scans)


def explain(archive, question, parameters):
    sql = f"EXPLAIN (FORMAT json) {load_sql(question)}"
    ((_, plan),) = archive._connection.execute(sql, parameters).fetchall()
    return json.loads(plan)


def find_scans(plan):
    for part in plan:
        if part.get("extra_info", {}).get("Function") == "PYTHON_ARROW_SCAN":
            yield part
        yield from find_scans(part["children"])


def test_unfinished(tmp_path):
    """Only what is done is asked: files of a shard without its mark are as if they were not."""
    place = write_archive(tmp_path / "tables", STORIES)
    first = min(Path(place, "_done").iterdir())
    for path in Path(place).rglob(f"{first.name.split('.')[0]}.parquet"):
        path.write_bytes(b"half of it")
    first.unlink()
    with open_archive(place) as archive:
        assert find_texts(archive, "Ana") == ["Four.", "Twelve."]
        assert archive.tally().quotes == 9


@pytest.mark.parametrize("stories", [[], [Story(published=day(2016, 1, 1))]], ids=["new", "mute"])
def test_without_quotes(tmp_path, stories):
    """An archive without quotes, or with no tables yet, has no answers; that is no error."""
    with open_archive(write_archive(tmp_path / "tables", stories)) as archive:
        assert archive.find_quotes("Ana") == ([], 0)
        assert archive.count_people(type="any") == []
        assert archive.find_trend([SpeakerCount("x", "X", "person", None, 1, 1, None, None)]) == [
            []
        ]
        assert archive.tally() == Tally(0, 0, 0, None, None)


@pytest.mark.parametrize("name", ["other", "nowhere", "file.txt"])
def test_no_archive(tmp_path, name):
    """What is no archive is told from one without quotes."""
    (tmp_path / "other" / "quotes").mkdir(parents=True)
    (tmp_path / "file.txt").touch()
    told = "not an archive: whosaid batch --engine ray"
    with pytest.raises(InvalidArchive, match=told), open_archive(str(tmp_path / name)):
        pass


@pytest.mark.parametrize("name", ["two words", "a[b]", "a*", "it's", "100%", "š"])
def test_places(tmp_path, name, monkeypatch):
    """An archive may be called anything, and be named by path or URI."""
    place = write_archive(tmp_path / name, STORIES[:1])
    monkeypatch.chdir(tmp_path)
    for each in (place, f"{place}/", name, Path(place).as_uri()):
        with open_archive(each) as archive:
            assert archive.tally().quotes == 2


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('{path}')",
        "COPY (SELECT 1) TO '{path}'",
        "ATTACH '{path}'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM 'https://127.0.0.1:9/x.parquet'",
        "SET enable_external_access = true",
    ],
)
def test_offline(archive, tmp_path, statement):
    """DuckDB reaches no file, no network and no extension, even if it is asked to."""
    (tmp_path / "file").write_text("secret")
    with pytest.raises(duckdb.Error):
        archive._connection.execute(statement.format(path=tmp_path / "file"))
    assert (tmp_path / "file").read_text() == "secret"


def test_nothing_is_left(tmp_path, monkeypatch):
    """What does not fit into memory goes to a temporary folder, which is gone afterwards."""
    place = write_archive(tmp_path / "tables", STORIES)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    with open_archive(place) as archive:
        assert archive.tally().quotes == 12
        connection = archive._connection
        connection.execute("SET memory_limit = '40MB'; SET threads = 1")
        large = "SELECT DISTINCT range::VARCHAR || repeat('x', 30) FROM range(1_000_000)"
        assert connection.execute(f"SELECT count(*) FROM ({large})").fetchone() == (1_000_000,)
        assert [*(tmp_path / "temporary").rglob("*_temp_*")]
    assert not [*(tmp_path / "temporary").iterdir()]
    assert {path.name for path in tmp_path.iterdir()} == {"tables", "temporary"}


def test_joint_speakers_of_unknown_date(tmp_path):
    """Who joins in has the URI of their entity, whatever is known of the date."""
    stories = [
        Story((Said("We.", (ANA, LEE)),)),
        Story((Said("We.", (ANA, LEE)),), day(2016, 1, 1)),
    ]
    with open_archive(write_archive(tmp_path / "tables", stories)) as archive:
        assert {each.uri: each.quotes for each in archive.count_people()} == {None: 2, LEE.uri: 2}


def test_begun_anew(tmp_path):
    """An archive that has only been begun is one."""
    Store(str(tmp_path / "tables")).begin({}, 1)
    with open_archive(str(tmp_path / "tables")) as archive:
        assert archive.tally().quotes == 0
