"""`whosaid quotes` and `whosaid people`, and what docs/archives.md says of them."""

import csv
import io
import json
import re
import shlex
import subprocess
import sys
from datetime import date
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest

from service.archive.queries import load_sql
from service.cli import main, whosaid
from service.cli.plotting import Period, choose_period, draw_bars, name_period
from tests.archive.small_archive import Said, Story, Who, day, write_archive

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs/archives.md"

ANA = Who("Ana Sousa", aliases=("Ms Sousa",), uri="https://example.org/sousa")
RUI = Who("Rui Sousa")
MAROS = Who("Maroš Šefčovič")
PORT = Who("Port of Porto", "organisation")
STORIES = [
    Story((Said("“We wait”", (ANA,)), Said("It, ours", (ANA, RUI), "mixed", 0.8)), day(2014, 5, 1)),
    Story((Said("Not yet.", (MAROS,), "indirect", 0.4), Said("Who?")), day(2015, 12, 31, 23)),
    Story((Said("No.", (ANA,)), Said("Yes.", (PORT,))), day(2016, 1, 1), (MAROS,)),
    Story((Said("When?", (RUI,)),)),
]
UNKNOWN = "whosaid: 1 of 7 quotes have no known speaker\n"
UNDATED = "whosaid: 1 of 7 quotes have no known date, and are in no trend\n"


@pytest.fixture
def ask(tmp_path, monkeypatch, capsys):
    """Return the status, and what is printed when an archive of some stories is asked."""
    monkeypatch.chdir(tmp_path)

    def ask(command, *options, stories=STORIES):
        write_archive(tmp_path / "archive", stories)
        status = main([command, *options, "archive"])
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return ask


def test_quotes(ask):
    """Quotes are listed newest first, each with who says it and where."""
    assert ask("quotes", "--speaker", "Sousa") == (
        0,
        "2016-01-01  Ana Sousa  direct, speech, 0.90  in.jsonl, row 3, id id-3\n"
        "    No.\n"
        "2014-05-01  Ana Sousa  direct, speech, 0.90  in.jsonl, row 1, id id-1\n"
        "    “We wait”\n"
        "2014-05-01  Ana Sousa and Rui Sousa  mixed, speech, 0.80  in.jsonl, row 1, id id-1\n"
        "    It, ours\n"
        "no date  Rui Sousa  direct, speech, 0.90  in.jsonl, row 4, id id-4\n"
        "    When?\n",
        "",
    )


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        pytest.param(("--since", "2015-01-01"), ["No."], id="since"),
        pytest.param(("--until", "2014-05-01"), ["“We wait”", "It, ours"], id="until"),
        pytest.param(("--kind", "mixed"), ["It, ours"], id="kind"),
        pytest.param(("--min-confidence", "0.85", "--limit", "1"), ["No."], id="sure-and-limit"),
    ],
)
def test_quotes_options(ask, options, texts):
    """Options leave out what is not wanted."""
    status, shown, _ = ask("quotes", "--speaker", "ana", "--json", *options)
    assert status == 0
    assert [json.loads(line)["text"] for line in shown.splitlines()] == texts


def test_quotes_as_json(ask):
    """A line of JSON has all that is known of a quote."""
    _, shown, _ = ask("quotes", "--speaker", "rui", "--until", "2016-01-01", "--json")
    assert json.loads(shown) == {
        "published": "2014-05-01T00:00:00+00:00",
        "speaker_name": "Ana Sousa",
        "speaker_type": "person",
        "speaker_uri": "https://example.org/sousa",
        "joint": ["Ana Sousa", "Rui Sousa"],
        "text": "It, ours",
        "kind": "mixed",
        "attitude": "speech",
        "attribution_confidence": 0.8,
        "prefix": "Then: ",
        "suffix": " So it was.",
        "source": "in.jsonl",
        "row": 1,
        "id": "id-1",
        "document_id": "in.jsonl:1",
        "quote_id": "q2",
    }


def test_quotes_as_csv(ask):
    """CSV has a line of names, and the same columns."""
    _, shown, _ = ask("quotes", "--speaker", "rui", "--csv")
    dated, undated = csv.DictReader(io.StringIO(shown))
    assert (dated["text"], dated["joint"]) == ("It, ours", "Ana Sousa; Rui Sousa")
    assert (undated["text"], undated["joint"], undated["published"]) == ("When?", "", "")


def test_quotes_beyond_the_limit(ask):
    """Whoever does not see all is told."""
    status, shown, told = ask("quotes", "--speaker", "sousa", "--limit", "1")
    assert (status, shown.count("\n")) == (0, 2)
    assert told == "whosaid: 1 of 4 quotes; --limit shows more, 0 all\n"
    assert ask("quotes", "--speaker", "sousa", "--limit", "0")[2] == ""


@pytest.mark.parametrize(
    ("form", "shown"), [((), ""), (("--json",), ""), (("--csv",), "published,speaker_name,")]
)
def test_no_quotes(ask, form, shown):
    """That nobody says anything is no failure, and is told."""
    status, printed, told = ask("quotes", "--speaker", "Jo", *form)
    assert (status, told) == (0, "whosaid: no quote of “Jo”\n")
    assert printed.startswith(shown)
    assert bool(printed) is bool(shown)


def test_people(ask):
    """Who is quoted most comes first, and what belongs to nobody is told."""
    status, shown, told = ask("people", "--by", "year")
    assert (status, told) == (0, UNKNOWN + UNDATED)
    assert [line.split() for line in shown.splitlines()] == [
        ["speaker", "quotes", "documents", "first", "last", "2014", "to", "2016"],
        ["Ana", "Sousa", "3", "2", "2014-05-01", "2016-01-01", "█▁▅"],
        ["Rui", "Sousa", "2", "2", "2014-05-01", "2014-05-01", "█▁▁"],
        ["Maroš", "Šefčovič", "1", "1", "2015-12-31", "2015-12-31", "▁█▁"],
    ]


def test_people_as_json(ask):
    """A line of JSON has the trend as well, with shares."""
    _, shown, _ = ask("people", "--top", "1", "--json", "--by", "quarter", "--since", "2015-12-01")
    assert json.loads(shown) == {
        "name": "Ana Sousa",
        "type": "person",
        "uri": "https://example.org/sousa",
        "quotes": 1,
        "documents": 1,
        "first": "2016-01-01",
        "last": "2016-01-01",
        "trend": [
            {"period": "2015-Q4", "quotes": 0, "share": 0},
            {"period": "2016-Q1", "quotes": 1, "share": 0.5},
        ],
    }


def test_people_as_csv(ask):
    """CSV has a column for each period."""
    _, shown, _ = ask("people", "--type", "organisation", "--csv", "--by", "year")
    assert shown == (
        "name,type,uri,quotes,documents,first,last,2014,2015,2016\n"
        "Port of Porto,organisation,,1,1,2016-01-01,2016-01-01,0,0,1\n"
    )


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        pytest.param((), "", id="table"),
        pytest.param(("--json",), "", id="json"),
        pytest.param(("--csv",), "name,type,uri,quotes,documents,first,last\n", id="csv"),
        pytest.param(("--plot", "p.svg"), "", id="plot"),
    ],
)
def test_nobody(ask, tmp_path, form, shown):
    """An archive without quotes has no people and no plot; that is told, and no failure."""
    status, printed, told = ask("people", *form, stories=[])
    assert (status, printed) == (0, shown)
    assert told.endswith("whosaid: no quotes\n")
    assert ("p.svg: not written" in told) is ("--plot" in form)
    assert not (tmp_path / "p.svg").exists()


def test_no_dates(ask):
    """Where no date is known, people are counted, and there is no trend."""
    status, shown, told = ask("people", stories=STORIES[3:])
    assert (status, told.startswith("whosaid: 1 of 1 quotes have no known date")) == (0, True)
    assert shown.splitlines()[1].split() == ["Rui", "Sousa", "1", "1"]
    assert json.loads(ask("people", "--json", stories=STORIES[3:])[1])["trend"] == []


@pytest.mark.parametrize("command", [("quotes", "--speaker", "Eve"), ("people",)])
def test_control_characters(ask, command):
    """What a terminal would obey is shown as what it is not."""
    eve = Who("Eve \x1b[2J")
    told = Story((Said("So\x1b[31m it\u202e is", (eve,)),))
    _, shown, _ = ask(*command, stories=[told])
    assert "Eve \ufffd[2J" in shown
    assert not re.search("[\x1b\u202e]", shown)


def test_colors(ask, monkeypatch):
    """On a terminal speakers have the color of their type, and lines are as wide as it is."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    long = Story((Said("so " * 40, (ANA,)),))
    _, shown, _ = ask("quotes", "--speaker", "ana", stories=[long])
    assert "\x1b[1;32mAna Sousa\x1b[0m" in shown
    assert all(line.startswith("    so") for line in shown.splitlines()[2:])
    assert max(map(len, re.sub("\x1b[^m]*m", "", shown).splitlines())) <= 60


def test_width_of_the_trend(ask):
    """No more periods are shown than there is room for, the last ones."""
    stories = [Story((Said("So.", (ANA,)),), day(year, 1, 1)) for year in (1900, 2016)]
    head, row = ask("people", "--by", "month", stories=stories)[1].splitlines()
    assert head.rstrip().endswith("2012-10 to 2016-01")
    assert row.split()[-1] == "▁" * 39 + "█"
    assert "1977 to 2016" in ask("people", stories=stories)[1]


@pytest.mark.parametrize(
    ("name", "stories"),
    [
        pytest.param("p.svg", STORIES, id="svg"),
        pytest.param("p.PNG", STORIES, id="png"),
        pytest.param("p.png", STORIES[:1], id="one-period"),
    ],
)
def test_plot(ask, tmp_path, name, stories):
    """A plot is an image, and the list is shown as well."""
    status, shown, _ = ask("people", "--plot", name, stories=stories)
    assert (status, "Ana Sousa" in shown) == (0, True)
    written = (tmp_path / name).read_bytes()
    if name.endswith("svg"):
        words = [part.text for part in ElementTree.fromstring(written).iter() if part.text]
        assert {"Ana Sousa", "Rui Sousa", "quotes", "% of all quotes"} <= set(words)
    else:
        assert written.startswith(b"\x89PNG\r\n\x1a\n")
        assert len(written) > 10_000


def test_plot_is_the_same_again(ask, tmp_path):
    """What is plotted again gives the same file."""
    for name in ("a.svg", "b.svg"):
        ask("people", "--plot", name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


@pytest.mark.filterwarnings("error::UserWarning")
def test_names_in_plots(ask, tmp_path):
    """No name is taken for a formula or a comment, breaks the file, or needs a font here."""
    names = [
        "_hidden",
        "$x^2$",
        "$\\bad{",
        "<b>&amp;",
        "安倍 晋三",
        "E\x1b\x00ve",
        "Jo" * 21,
        "Z Y",
    ]
    stories = [
        Story(tuple(Said("So.", (Who(name),)) for _ in range(9 - at)), day(2016, 1, at + 1))
        for at, name in enumerate(names)
    ]
    for plot in ("p.svg", "p.png"):
        status, _, told = ask("people", "--plot", plot, stories=stories)
        assert (status, told) == (0, "")
    parts = ElementTree.parse(tmp_path / "p.svg").iter()
    words = [part.text for part in parts if (part.text or "").strip()]
    # Not the eighth: there are seven lines.
    expected = [
        "_hidden",
        "$x^2$",
        "$\\bad{",
        "<b>&amp;",
        "安倍 晋三",
        "E\ufffd\ufffdve",
        f"{'Jo' * 20}…",
    ]
    assert words[-7:] == expected


@pytest.mark.parametrize(
    ("command", "package"),
    [
        pytest.param(("quotes", "--speaker", "x"), "duckdb", id="quotes"),
        pytest.param(("people",), "pyarrow", id="people"),
        pytest.param(("people", "--plot", "p.svg"), "matplotlib", id="plot"),
    ],
)
def test_extra_missing(ask, monkeypatch, command, package):
    """What is not installed is named, with how to install it."""
    monkeypatch.setattr(
        "service.cli.extras.find_spec", lambda name: None if name == package else name
    )
    status, shown, told = ask(*command)
    assert (status, shown) == (1, "")
    assert told == (
        f"whosaid: {package} not installed: pip install 'whosaid[archive]' installs it\n"
    )


def test_plots_need_no_more_than_others(ask, monkeypatch):
    """Whoever plots nothing needs no matplotlib."""
    monkeypatch.setattr(
        "service.cli.extras.find_spec", lambda name: None if name == "matplotlib" else name
    )
    assert ask("people")[0] == 0


@pytest.mark.parametrize(
    ("command", "told"),
    [
        pytest.param("quotes archive", "Missing option '--speaker'", id="no-speaker"),
        pytest.param("quotes --speaker x", "Missing argument 'ARCHIVE'", id="no-archive"),
        pytest.param("quotes --speaker x --kind odd archive", "'odd' is not one of", id="kind"),
        pytest.param("quotes --speaker x --since 2016 archive", "'%Y-%m-%d'", id="no-day"),
        pytest.param(
            "people --since 2016-01-02 --until 2016-01-01 archive",
            "--since is after --until",
            id="no-days",
        ),
        pytest.param("people --plot p.pdf archive", "end in .svg or .png", id="plot"),
        pytest.param("people --top 0 archive", "0 is not in the range", id="top"),
        pytest.param("people --by week archive", "'week' is not one of", id="by"),
    ],
)
def test_usage(command, told, capsys):
    """What cannot be meant is answered with what could be, and status 2."""
    assert main(shlex.split(command)) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("command", ["people", "quotes --speaker x"])
def test_no_archive(tmp_path, command, capsys):
    """What is no archive is told in one line, and status 1."""
    assert main([*shlex.split(command), str(tmp_path)]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"whosaid: {tmp_path}: not an archive: ")
    assert shown.err.count("\n") == 1


def test_plot_to_nowhere(ask):
    """A plot that cannot be written is one line and status 1."""
    status, _, told = ask("people", "--plot", "nowhere/p.svg")
    assert (status, told) == (1, "whosaid: nowhere/p.svg: No such file or directory\n")


@pytest.mark.parametrize("command", ["people", "quotes"])
def test_help_is_light(command):
    """Asking for help loads nothing that an archive is asked with."""
    code = (
        f"import sys; from service.cli import main; main(['{command}', '-h']); print(*sys.modules)"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    assert output.startswith(f"Usage: whosaid {command}")
    loaded = set(output.rsplit("\n", 2)[1].split())
    assert not {"duckdb", "matplotlib", "pyarrow", "rich"} & loaded


@pytest.mark.parametrize(
    ("first", "last", "period"),
    [
        pytest.param(date(2016, 5, 1), date(2016, 5, 1), Period.MONTH, id="day"),
        pytest.param(date(2010, 1, 31), date(2013, 3, 1), Period.MONTH, id="39-months"),
        pytest.param(date(2010, 1, 1), date(2013, 4, 1), Period.QUARTER, id="40-months"),
        pytest.param(date(2000, 1, 1), date(2009, 9, 1), Period.QUARTER, id="39-quarters"),
        pytest.param(date(2000, 1, 1), date(2009, 10, 1), Period.YEAR, id="40-quarters"),
        pytest.param(date(1800, 1, 1), date(2016, 1, 1), Period.YEAR, id="centuries"),
    ],
)
def test_choose_period(first, last, period):
    """Periods are as short as can be shown."""
    assert choose_period(first, last) is period


@pytest.mark.parametrize(
    ("period", "name"),
    [(Period.MONTH, "0990-10"), (Period.QUARTER, "0990-Q4"), (Period.YEAR, "0990")],
)
def test_name_period(period, name):
    """Names of periods sort as their days do."""
    assert name_period(date(990, 10, 1), period) == name


@pytest.mark.parametrize(
    ("numbers", "bars"),
    [
        pytest.param([], "", id="none"),
        pytest.param([0, 0], "▁▁", id="nothing"),
        pytest.param([0, 1, 1000], "▁▂█", id="few-are-not-none"),
        pytest.param([7, 6, 5, 4, 3, 2, 1, 0], "█▇▆▅▄▃▂▁", id="all"),
    ],
)
def test_draw_bars(numbers, bars):
    """The lowest bar is for none alone, and the highest for most."""
    assert draw_bars(numbers) == bars


@pytest.fixture(scope="module")
def section():
    """What the documentation says of asking."""
    return DOCS.read_text().split("## Asking\n")[1].split("\n## ")[0]


def find_blocks(section, language):
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return [block for named, block in blocks if named == language]


def test_documented_commands(section, ask):
    """The commands of the documentation work as they are written."""
    (block,) = find_blocks(section, "")
    commands = [shlex.split(line) for line in block.splitlines()]
    assert [command[1] for command in commands] == ["quotes", "people"]
    for program, *arguments, archive in commands:
        assert (program, archive) == ("whosaid", "archive/")
        assert "Ana Sousa" in ask(*arguments)[1]


@pytest.mark.parametrize("command", ["quotes", "people"])
def test_options_are_documented(section, command):
    """Every option is explained, and none that is not there."""
    part = section.split(f"\n`whosaid {command}` ")[1].split("\n### ")[0]
    listed = re.findall(r"`(--[a-z-]+)`", "".join(re.findall(r"^\| (`--.*?) \|", part, re.M)))
    options = [option for each in whosaid.commands[command].params for option in each.opts]
    assert set(listed) == {each for each in options if each.startswith("--")} - {"--speaker"} | (
        {"--json", "--csv"}
    )


def test_documented_sql(section, tmp_path, monkeypatch):
    """All SQL of the documentation runs in any DuckDB, and what commands ask is among it."""
    monkeypatch.chdir(tmp_path)
    write_archive("archive", STORIES)
    views, *questions = find_blocks(section, "sql")
    assert views.endswith(f"\n\n{load_sql('views')}")
    names = ["quotes", "people", "trend", "tally"]
    assert questions[:4] == [load_sql(name) for name in names]
    assert sorted(f"{name}.sql" for name in ("views", *names)) == sorted(
        path.name for path in (files("service.archive") / "sql").iterdir()
    )
    parameters = {
        "speaker": "sousa",
        "since": None,
        "until": None,
        "kind": None,
        "min_confidence": 0,
        "limit": 3,
        "type": "any",
        "top": 9,
        "by": "year",
        "speakers": ["person name rui sousa"],
    }
    with duckdb.connect() as connection:
        connection.execute(views)
        answers = []
        for question in questions:
            wanted = {name: parameters[name] for name in re.findall(r"\$([a-z_]+)", question)}
            answers.append(connection.execute(question, wanted).fetchall())
    found, people, trend, tally, beside, heard, kinds, unsure = answers
    assert [row[6] for row in found] == ["No.", "“We wait”", "It, ours"]
    assert [row[1] for row in people] == [
        "Ana Sousa",
        "Rui Sousa",
        "Maroš Šefčovič",
        "Port of Porto",
    ]
    assert [row[2:] for row in trend] == [(1, 0.5), (0, 0), (0, 0)]
    assert tally == [(7, 1, 1, date(2014, 5, 1), date(2016, 1, 1))]
    pairs = {frozenset(row[:2]): row[2] for row in beside}
    assert pairs == {frozenset({"Ana Sousa", other}): 1 for other in ("Rui Sousa", "Port of Porto")}
    assert heard[0] == ("Maroš Šefčovič", 2, 1)
    assert kinds == [
        (2014, 2, 50, 100),
        (2015, 2, 50, 50),
        (2016, 2, 100, 100),
        (None, 1, 100, 100),
    ]
    assert [row[4] for row in unsure] == ["Not yet."]
