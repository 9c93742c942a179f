"""`whosaid analyze`, in this process and against a service elsewhere."""

import io
import json
import logging
from contextlib import nullcontext

import pytest
from rich.console import Console

from analysis.document import AttributionStatus, QuoteKind, Span
from schemas import AnswerSchema
from schemas.replies import load_reply
from service.cli import main, showing
from service.client import Client
from service.in_process import AppAdapter, open_in_process
from tests.fakes import FakeAnalyzer
from tests.schemas.story import AIDE, CAPITAL, HE, TEXT, answer, quote
from tests.service.shared_service import open_shared_client

STORY = "“We wait,”\r\nsaid Ana Sousa.\n\n“Who?” 😀\n"
HTML = "<p>“We wait,” said Ana <b>Sousa</b>.</p>"


@pytest.fixture(scope="module")
def shared():
    with open_shared_client() as client:
        yield client


@pytest.fixture(autouse=True)
def _in_process(shared, monkeypatch):
    monkeypatch.setattr("service.in_process.open_in_process", lambda: nullcontext(shared))
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def anew(monkeypatch):
    """Have a service of its own answer, as outside of tests."""
    monkeypatch.setattr("service.in_process.open_in_process", open_in_process)
    monkeypatch.setattr("service.in_process.load_analyzer", lambda _: FakeAnalyzer())
    before = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = before


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(name, content):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    return write


def drop_times(answer):
    answer["meta"].pop("timings_ms")
    return answer


def test_json(anew, write, client, capsys):
    """The JSON is what a service answers, of the file as it is, line ends and all."""
    assert main(["analyze", "--json", write("story.txt", STORY)]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    served = client.post("/v1/analyze", json={"text": STORY}).get_json()
    assert drop_times(json.loads(line)) == drop_times(served)
    assert json.loads(line)["text_length"] == len(STORY)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        pytest.param("story.html", [], id="suffix"),
        pytest.param("story.HTM", [], id="other-suffix"),
        pytest.param("story", ["--html"], id="option"),
    ],
)
def test_html(name, options, write, capsys):
    """HTML is told by its name, or by an option."""
    headline = ["--headline", "Ana Sousa <waits>"]
    assert main(["analyze", "--json", write(name, HTML), *options, *headline]) == 0
    answer = json.loads(capsys.readouterr().out)
    places = [
        (m["field"], m.get("source_start"), m["text"]) for m in answer["people"][0]["mentions"]
    ]
    assert places == [("headline", None, "Ana Sousa"), ("body", 19, "Ana Sousa")]


def test_options(write, capsys):
    """What is wanted can be said."""
    story = write("story.txt", "“We wait,” said Ana Sousa. ‘I hope,’ she thought.")
    wanted = ["--scope", "all", "--language", "en", "--min-confidence", "0.7"]
    assert main(["analyze", "--json", story, *wanted]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [quote["text"] for quote in answer["quotes"]] == ["We wait,"]
    assert answer["language_status"] == "given"


@pytest.mark.parametrize(
    ("view", "key"),
    [
        pytest.param("native", "people", id="native"),
        pytest.param("ninjs", "standard", id="ninjs"),
        pytest.param("schema-org", "@context", id="schema-org"),
        pytest.param("web-annotation", "@context", id="web-annotation"),
    ],
)
def test_view(view, key, write, capsys):
    """Each form of an answer can be had."""
    assert main(["analyze", write("story.txt", STORY), "--view", view]) == 0
    assert key in json.loads(capsys.readouterr().out)


def test_stdin(monkeypatch, capsys):
    """A dash stands for standard input, whose bytes are the text."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(STORY.encode())))
    assert main(["analyze", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["text_length"] == len(STORY)


def test_shown(write, capsys):
    """People see the story, then who is in it, then what each says; no colour in a file."""
    assert main(["analyze", write("story.txt", STORY.replace("\r", ""))]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("“We wait,”\nsaid Ana Sousa.\n\n“Who?” 😀\n")
    assert "People" in shown
    assert "Organisations" not in shown
    assert "\n  Ana Sousa\n    We wait,  direct, speech, 0.90\n    Who?" in shown
    assert "\x1b" not in shown


def test_shown_with_headline(write, capsys):
    """The headline stands above the story."""
    story = write("story.txt", "Ana Sousa left.")
    assert main(["analyze", story, "--headline", "Ana Sousa leaves"]) == 0
    assert capsys.readouterr().out.startswith("Ana Sousa leaves\n\nAna Sousa left.\n\nPeople")


def test_shown_without_finds(write, capsys):
    """Where nothing was found, the story stands alone, with what there is to note."""
    assert main(["analyze", write("story.txt", " \n")]) == 0
    assert capsys.readouterr().out.endswith("Note: The text is empty or white space only.\n")


def test_long_lines_are_kept(write, capsys):
    """What other programs read is not broken into lines."""
    assert main(["analyze", write("story.txt", "word " * 100)]) == 0
    assert "word " * 99 in capsys.readouterr().out


@pytest.mark.parametrize("color", [True, False])
def test_colours(color, monkeypatch, write, capsys):
    """On a terminal there are colours, unless NO_COLOR is set."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    if not color:
        monkeypatch.setenv("NO_COLOR", "1")
    assert main(["analyze", write("story.txt", STORY)]) == 0
    shown = capsys.readouterr().out
    assert ("\x1b[1;32mAna Sousa" in shown) is color
    assert "\x1b[4mWe wait," in shown


def test_several(write, capsys):
    """Of several files those that can be read are answered, and the others told."""
    files = [write("a.txt", STORY), write("b.txt", b"caf\xe9"), write("c.txt", STORY)]
    assert main(["analyze", "--json", *files]) == 3
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == 2
    assert shown.err == (
        "whosaid: b.txt: not UTF-8 at byte 3; convert it first: iconv -f latin1 -t utf8\n"
    )


def test_refused(write, capsys):
    """What the service refuses is told in its words."""
    assert main(["analyze", write("a.txt", STORY), "--language", "de"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("whosaid: a.txt: Unsupported language (422): 'de' is not one of en")


def test_unreadable(write, monkeypatch, capsys):
    """A file that cannot be read after all is told."""
    story = write("a.txt", STORY)

    def fail(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", fail)
    assert main(["analyze", story]) == 1
    assert capsys.readouterr().err == "whosaid: a.txt: Permission denied\n"


def test_elsewhere(write, build, monkeypatch, capsys):
    """With an address it is the service there that answers, for the key that it wants."""
    keys = write("keys", "")
    assert main(["make-key", "cms"]) == 0
    made = capsys.readouterr()
    write(keys, made.out)
    app = build(keys_file=keys)
    seen = []

    def connect(url, key):
        seen.append(url)
        return Client(url, key=key, adapter=AppAdapter(app))

    monkeypatch.setattr("service.client.Client", connect)
    monkeypatch.setattr("service.in_process.open_in_process", None)
    story, url = write("a.txt", STORY), ["--url", "http://whosaid.test"]
    assert main(["analyze", "--json", story, *url]) == 1
    assert "Unauthorized (401)" in capsys.readouterr().err
    monkeypatch.setenv("WHOSAID_KEY", made.err.splitlines()[1])
    assert main(["analyze", "--json", story, *url]) == 0
    assert json.loads(capsys.readouterr().out)["people"]
    assert seen == ["http://whosaid.test"] * 2


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://localhost"])
def test_no_address(url, write, capsys):
    """An address has to be one of HTTP."""
    assert main(["analyze", write("a.txt", STORY), "--url", url]) == 2
    assert f"--url {url}: not an address" in capsys.readouterr().err


def test_damaged_model(anew, write, monkeypatch, capsys):
    """A model that cannot be loaded is told with its reason, and where more is told."""

    def fail(_):
        raise OSError("the disk is broken")

    monkeypatch.setattr("service.in_process.load_analyzer", fail)
    assert main(["analyze", write("a.txt", STORY)]) == 1
    told = capsys.readouterr().err
    assert told.endswith("loaded: the disk is broken; see `whosaid doctor`\n")
    assert told.count("\n") == 1


def test_model_that_reads_nothing(anew, write, monkeypatch, capsys):
    """A model that cannot read is none."""
    broken = FakeAnalyzer(poison="bridge")
    monkeypatch.setattr("service.in_process.load_analyzer", lambda _: broken)
    assert main(["analyze", write("a.txt", STORY)]) == 1
    assert "loaded: it cannot read a text;" in capsys.readouterr().err


def test_settings_in_this_process(anew, write, monkeypatch, capsys):
    """Limits of the environment hold; keys, rates and metrics are for those who call."""
    story = write("a.txt", STORY)
    monkeypatch.setenv("WHOSAID_KEYS_FILE", "/nowhere/keys")
    monkeypatch.setenv("WHOSAID_RATE_LIMIT", "1/day")
    monkeypatch.setenv("WHOSAID_METRICS_DIR", "/nowhere/metrics")
    assert main(["analyze", "--json", story, story, story]) == 0
    monkeypatch.setenv("WHOSAID_MAX_CHARS", "9")
    assert main(["analyze", "--json", story]) == 1
    assert "at most 9 are accepted" in capsys.readouterr().err
    monkeypatch.setenv("WHOSAID_AUTHORITY_FILE", "/nowhere/names.csv")
    assert main(["analyze", "--json", story]) == 1
    assert "whosaid: /nowhere/names.csv: there is no such file" in capsys.readouterr().err


def load(given):
    return load_reply(json.loads(json.dumps(AnswerSchema().dump(given))), text=TEXT)


@pytest.mark.parametrize(
    ("said", "heading"),
    [
        pytest.param(quote(HE), "Jo Public", id="named"),
        pytest.param(quote(AIDE), "Not named: “A senior aide”", id="described"),
        pytest.param(quote(None), "Unknown: the text does not say who", id="unknown"),
        pytest.param(quote(HE, joint=(HE, CAPITAL)), "Jo Public and Moscow", id="joint"),
        pytest.param(
            quote(HE, status=AttributionStatus.AMBIGUOUS, candidates=(HE, AIDE)),
            "Not clear: Jo Public or “A senior aide”",
            id="ambiguous",
        ),
        pytest.param(
            quote(None, status=AttributionStatus.AMBIGUOUS),
            "Unknown: the text does not say who",
            id="ambiguous-without-candidates",
        ),
    ],
)
def test_speakers(said, heading):
    """Quotes stand under who says them; that nobody is named is said as plainly."""
    reply = load(answer(said))
    ((name, quotes),) = showing.group_by_speaker(reply.analysis.quotes, reply.analysis.text)
    assert name.plain == heading
    assert len(quotes) == 1


def test_quotes_of_one_speaker_stand_together():
    """Speakers are listed in the order in which they first speak."""
    reply = load(answer(quote(HE), quote(None), quote(HE, kind=QuoteKind.MIXED)))
    groups = showing.group_by_speaker(reply.analysis.quotes, reply.analysis.text)
    assert [len(quotes) for _, quotes in groups] == [2, 1]


def test_marks_are_in_place():
    """Marks are at the offsets that the answer says, astral characters before them or not."""
    reply = load(answer(quote(HE)))
    marked = {
        (str(span.style), Span(span.start, span.end).of(TEXT))
        for span in showing.mark_story(reply).spans
    }
    assert marked == {
        ("underline", "So far,"),
        ("underline", "we wait."),
        ("italic", "said"),
        ("bold green", "Jo Public"),
        ("bold green", "Jo."),
        ("bold magenta", "Moscow"),
    }


def test_terminal_is_not_obeying():
    """What a terminal would obey is shown as a stand-in, and no character moves."""
    text = "a\x1b[2Jb\tc\n\x9bd\u202ee\rf"
    harmless = showing.make_harmless(text)
    assert harmless == "a\ufffd[2Jb\tc\n\ufffdd\ufffde\ufffdf"
    assert len(harmless) == len(text)
    assert showing.make_harmless("one\r\ntwo") == "one \ntwo"
    console = Console(file=io.StringIO())
    console.print(harmless)
    assert "\x1b" not in console.file.getvalue()
