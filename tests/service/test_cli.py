"""The command line."""

import re
import subprocess
import sys

import pytest

from service.cli import main
from service.keys import find_key, load_keys
from tests.analysis.tiny_package import serve, write_index


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
    "arguments",
    [
        pytest.param([], id="no-command"),
        pytest.param(["make-key"], id="no-id"),
        pytest.param(["fetch-models"], id="no-package"),
    ],
)
def test_usage(arguments, capsys):
    """What cannot be meant is answered with how to say it, and status 2."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: whosaid" in capsys.readouterr().err


def test_bad_settings(monkeypatch, capsys):
    """Settings that make no sense are reported, not traced."""
    monkeypatch.setenv("PORT", "eighty")
    assert main(["fetch-models", "de"]) == 1
    assert "PORT" in capsys.readouterr().err


def test_help_is_light():
    """Asking for help loads no model library."""
    code = "import sys; from service.cli import main; main(['fetch-models', '--help'])"
    checked = f"import atexit; atexit.register(lambda: print('torch' in __import__('sys').modules)); {code}"
    output = subprocess.run([sys.executable, "-c", checked], capture_output=True, text=True).stdout
    assert output.endswith("False\n")
