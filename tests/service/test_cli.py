"""The command line."""

import io
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import click
import pytest
from click import UsageError

from analysis.errors import UnsupportedLanguage
from service.cli import main, whosaid
from service.keys import find_key, load_keys
from tests.analysis.tiny_package import serve, write_index

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in ("WHOSAID_STANZA_PACKAGES", "WHOSAID_MODELS_DIR"):
        monkeypatch.delenv(name, raising=False)


def test_fetch_models(tmp_path, capsys):
    """A package is downloaded to where the caller wants it."""
    for kind in ("tokenize", "ner"):
        (tmp_path / "offered" / "de" / kind).mkdir(parents=True)
        (tmp_path / "offered" / "de" / kind / "tiny.pt").write_text(kind)
    write_index(tmp_path / "offered")
    models = tmp_path / "models"
    with serve(tmp_path / "offered") as address:
        arguments = ["fetch-models", "de", "--models-dir", str(models), "--resources-url", address]
        assert main(arguments) == 0
    assert (models / "de" / "ner" / "tiny.pt").read_text() == "ner"
    assert capsys.readouterr().out.endswith(f"de:default: 2 files in {models}\n")


def test_fetch_models_unreachable(tmp_path, capsys):
    """A server that does not answer ends the command with one line and status 1."""
    arguments = ["fetch-models", "de", "--models-dir", str(tmp_path)]
    assert main([*arguments, "--resources-url", "http://127.0.0.1:9"]) == 1
    assert capsys.readouterr().err.startswith("whosaid: de:default: cannot be fetched")


def test_fetch_models_by_setting(tmp_path, monkeypatch, capsys):
    """Package and folder come from the settings where the command line does not name them."""
    monkeypatch.setenv("WHOSAID_STANZA_PACKAGES", "fr,de")
    monkeypatch.setenv("WHOSAID_MODELS_DIR", str(tmp_path / "models"))
    assert main(["fetch-models", "--resources-url", "http://127.0.0.1:9"]) == 1
    assert "fr:default" in capsys.readouterr().err
    assert (tmp_path / "models").is_dir()


def test_make_key(tmp_path, capsys):
    """A new key is shown once, and the line that accepts it can be added to the file."""
    assert main(["make-key", "cms-2026"]) == 0
    shown = capsys.readouterr()
    key = re.search(r"^whosaid_.{43}$", shown.err, re.MULTILINE)[0]
    path = tmp_path / "keys.txt"
    path.write_text(shown.out)
    assert shown.out.count("\n") == 1
    assert find_key(load_keys(path), key).id == "cms-2026"
    assert key[8:] not in shown.out


def test_make_key_for_no_id(capsys):
    """What cannot be an id gets no key."""
    assert main(["make-key", "a b"]) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith("whosaid: the id is not 1 to 64 letters")
    assert "whosaid_" not in shown.out + shown.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param([], "Usage: whosaid", id="no-command"),
        pytest.param(["sing"], "whosaid: No such command 'sing'", id="unknown-command"),
        pytest.param(["make-key"], "whosaid: Missing argument 'ID'", id="no-id"),
        pytest.param(["fetch-models"], "whosaid: Missing argument 'PACKAGE'", id="no-package"),
        pytest.param(["analyze", "nowhere.txt"], "'nowhere.txt' does not exist", id="no-file"),
        pytest.param(["serve", "--port", "x"], "'x' is not a valid integer", id="no-number"),
    ],
)
def test_usage(arguments, told, capsys):
    """What cannot be meant is answered with how to say it, and status 2."""
    assert main(arguments) == 2
    shown = capsys.readouterr().err
    assert "Usage: whosaid" in shown
    assert told in shown


def test_bad_settings(monkeypatch, capsys):
    """Settings that make no sense are reported, not traced."""
    monkeypatch.setenv("PORT", "eighty")
    assert main(["fetch-models", "de"]) == 1
    assert "PORT" in capsys.readouterr().err


@pytest.mark.parametrize("command", [None, *whosaid.commands])
def test_help_is_light(command):
    """Asking for help loads no library that takes long."""
    arguments = ["--help"] if command is None else [command, "--help"]
    code = f"import sys; from service.cli import main; main({arguments!r}); print(*sys.modules)"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    help_text, loaded = output.rsplit("\n", 2)[:2]
    assert help_text.startswith("Usage: whosaid")
    heavy = {"duckdb", "flask", "matplotlib", "numpy", "pyarrow", "ray", "requests", "rich"}
    assert not {*heavy, "stanza", "torch"} & set(loaded.split())


@pytest.mark.parametrize("command", whosaid.commands)
def test_help_has_an_example(command, capsys):
    """The help of every command shows how it is used."""
    assert main([command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert re.search(rf"Examples?:\n +(\S.* )?whosaid {command}", shown)


def test_help_tells_exit_statuses(capsys):
    """What an exit status means is told, and how to complete commands."""
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert "Exit status: 0 done; 1 failed; 2" in shown
    assert "_WHOSAID_COMPLETE=bash_source whosaid" in shown


def test_version(capsys):
    """The version is that of the package."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"whosaid, version {version('whosaid')}\n"


def test_other_streams(monkeypatch):
    """Output may go to what is no file."""
    monkeypatch.setattr("sys.stdout", stream := io.StringIO())
    assert main(["--version"]) == 0
    assert stream.getvalue().startswith("whosaid")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell, monkeypatch, capsys):
    """Shells get what completes commands, as the help says."""
    monkeypatch.setenv("_WHOSAID_COMPLETE", f"{shell}_source")
    if shell == "bash":
        # Which version of bash there is, click asks bash itself.
        monkeypatch.setattr("click.shell_completion.BashComplete._check_version", lambda *_: None)
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 0
    assert f"_WHOSAID_COMPLETE={shell}_complete" in capsys.readouterr().out


def test_completes_commands(monkeypatch, capsys):
    """A beginning of a command is completed."""
    monkeypatch.setenv("_WHOSAID_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "whosaid ana")
    monkeypatch.setenv("COMP_CWORD", "1")
    with pytest.raises(SystemExit):
        main([])
    assert capsys.readouterr().out == "plain,analyze\n"


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        pytest.param(KeyboardInterrupt(), 130, "interrupted", id="interrupt"),
        pytest.param(click.ClickException("no luck"), 1, "no luck", id="click"),
        pytest.param(OSError(28, "No space left", "out"), 1, "out: No space left", id="disk"),
        pytest.param(OSError("strange"), 1, "strange", id="system"),
        pytest.param(UnsupportedLanguage("xx", ("en",)), 1, "'xx' is not one of en", id="own"),
        pytest.param(UsageError("not so"), 2, "not so", id="usage-without-context"),
    ],
)
def test_errors(error, status, told, monkeypatch, capsys):
    """What can be expected to go wrong is one line and a status, not a trace."""

    def fail():
        raise error

    monkeypatch.setattr(whosaid.commands["doctor"], "callback", fail)
    assert main(["doctor"]) == status
    assert capsys.readouterr().err.endswith(f"whosaid: {told}\n")


def test_openapi(capsys):
    """The document is written as it is kept in the repository."""
    assert main(["openapi"]) == 0
    assert capsys.readouterr().out == (ROOT / "openapi.yaml").read_text()


@pytest.fixture
def executed(monkeypatch):
    """What was executed in place of this process."""
    calls = []
    monkeypatch.setattr("os.execve", lambda *call: calls.append(call))
    return calls


def test_serve(executed, monkeypatch):
    """The service is run by gunicorn, with the settings of the environment."""
    monkeypatch.setenv("WHOSAID_THREADS", "80")
    assert main(["serve", "--host", "0.0.0.0", "--port", "8080", "--workers", "2"]) == 0
    ((program, command, environ),) = executed
    assert program == sys.executable
    assert command[1:] == ("-m", "gunicorn", "-c", "python:service.gunicorn_conf")
    names = ("WHOSAID_HOST", "PORT", "WEB_CONCURRENCY", "WHOSAID_THREADS")
    assert [environ[name] for name in names] == ["0.0.0.0", "8080", "2", "80"]


def test_serve_as_set(executed, monkeypatch):
    """What the command line does not say, the environment does."""
    monkeypatch.setenv("PORT", "8081")
    assert main(["serve"]) == 0
    assert executed[0][2] == os.environ
    assert executed[0][2]["PORT"] == "8081"


def test_serve_nonsense(executed, capsys):
    """Settings that make no sense stop the service before it starts."""
    assert main(["serve", "--port", "70000"]) == 1
    assert capsys.readouterr().err == "whosaid: PORT: 70000 is more than 65535\n"
    assert not executed
