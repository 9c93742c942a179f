import json
import subprocess

import pytest

from tests.training.checkouts import write_checkouts
from training import prepare
from training.corpora import add_silver, read_articles, read_attributions, read_sentences
from training.sources_sentences import DOMAINS


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    write_checkouts(folder / "checkouts")
    prepare.main([str(folder / "checkouts"), str(folder / "out")])
    return folder / "out"


def test_files(out):
    """All that the recipe and the development figures read is written, and no test part."""
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*.*")) == sorted(
        [
            "entities/btc_clean.all.bio",
            *(f"entities/crossner_{d}.{part}.bio" for d in DOMAINS for part in ("dev", "train")),
            "entities/polnear_corenlp.dev.bio",
            "entities/polnear_corenlp.train.bio",
            "entities/uner_ewt.dev.jsonl",
            "entities/wikigold.all.bio",
            "entities/ww.dev.jsonl",
            "entities/ww.train.jsonl",
            "quotes/polnear.dev.jsonl",
            "quotes/polnear.train.jsonl",
        ]
    )
    assert not any("Testville" in path.read_text() for path in out.rglob("*.*"))


def test_training_reads_them(out):
    """The readers of training take what is written."""
    (article,) = read_articles(out / "entities/ww.dev.jsonl", 1.0)
    assert [article.text[m.start : m.end] for m in article.mentions] == ["Ann Lee", "Lund Bridge"]
    (quoted,) = add_silver(
        read_attributions(out / "quotes/polnear.train.jsonl"),
        out / "entities/polnear_corenlp.train.bio",
        0.6,
    )
    assert len(quoted.attributions) == 2
    assert [quoted.text[m.start : m.end] for m in quoted.mentions] == ["Ann Lee", "Lund"]
    tweets = list(read_sentences(out / "entities/btc_clean.all.bio", 0.5))
    assert len(tweets) == len("abefgh") * 2


@pytest.mark.parametrize("repository", list(prepare.REPOSITORIES))
def test_missing_checkout(tmp_path, repository):
    """A repository that is not there is named, and nothing is written."""
    for other in prepare.REPOSITORIES:
        if other != repository:
            (tmp_path / "checkouts" / other.split("/")[1]).mkdir(parents=True)
    with pytest.raises(SystemExit, match=f"{repository}; --clone"):
        prepare.main([str(tmp_path / "checkouts"), str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()


def commit(folder, text: str) -> str:
    (folder / "file").write_text(text)
    git = ["git", "-C", str(folder), "-c", "user.name=n", "-c", "user.email=e"]
    subprocess.run([*git, "add", "file"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", text], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return head.stdout.strip()


def test_clone(tmp_path, monkeypatch):
    """What is missing is cloned, at the commit that is named or else at the newest."""
    commits = {}
    for name in ("pinned", "newest"):
        folder = tmp_path / "host/owner" / name
        subprocess.run(["git", "init", "-q", str(folder)], check=True)
        commits[name] = [commit(folder, text) for text in ("old", "new")]
    (tmp_path / "there").mkdir()
    pinned = {"owner/pinned": commits["pinned"][0], "owner/newest": None, "owner/there": None}
    monkeypatch.setattr(prepare, "REPOSITORIES", pinned)
    prepare.clone_missing(tmp_path, f"file://{tmp_path}/host")
    assert (tmp_path / "pinned/file").read_text() == "old"
    assert (tmp_path / "newest/file").read_text() == "new"
    assert not any((tmp_path / "there").iterdir())


def test_clone_of_nothing(tmp_path, monkeypatch):
    """A clone that fails ends the command with what git was asked for."""
    monkeypatch.setattr(prepare, "REPOSITORIES", {"owner/none": None})
    monkeypatch.setattr(prepare, "HOST", f"file://{tmp_path}/host")
    with pytest.raises(SystemExit, match=r"git clone .* failed"):
        prepare.main([str(tmp_path), str(tmp_path / "out"), "--clone"])


def test_lines_are_json(out):
    """Articles lie one a line, with the fields that other tools read."""
    (line,) = (out / "quotes/polnear.dev.jsonl").read_text().splitlines()
    assert list(json.loads(line)) == [
        "id",
        "publisher",
        "annotator",
        "text",
        "attributions",
        "discard",
    ]
