"""What the tests of replicas share: texts, two instances behind nginx, and a report."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.e2e.balancer import NGINX, ROOT, count_written
from deploy.e2e.callers import Article, ask_serially
from deploy.e2e.replicas import Replicas, run_replicas
from evaluation.client import fetch_model
from evaluation.offering import pick_texts
from evaluation.report import describe_run, render_head, write_results
from evaluation.tables import tabulate

FIRST_VERSION = 1000

Record = Callable[..., None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say where texts come from, and where figures go."""
    parser.addoption("--data", type=Path, default=ROOT.parent / "shared/data")
    parser.addoption("--results", type=Path, default=ROOT / "evaluation/results")


@pytest.fixture(scope="session")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    """Two instances behind nginx, for all tests, which put them back as they were."""
    if NGINX is None:
        pytest.fail("no nginx here: make nginx")
    folder = tmp_path_factory.mktemp("replicas")
    with run_replicas(folder, FIRST_VERSION) as running:
        yield running
    assert count_written(folder) == 0


@pytest.fixture(scope="session")
def articles(replicas: Replicas, pytestconfig: pytest.Config) -> list[Article]:
    """Development articles, with their answers to a lone caller of one instance."""
    return ask_serially(replicas.instances[0].url, pick_texts(pytestconfig.getoption("data")))


@pytest.fixture(scope="session")
def record(
    replicas: Replicas, articles: list[Article], pytestconfig: pytest.Config
) -> Iterator[Record]:
    """Take down what a scenario showed; all of it is written at the end."""
    report: dict[str, Any] = {
        **describe_run(),
        "model": fetch_model(replicas.url),
        "texts": len(articles),
        "words": sum(len(article.text.split()) for article in articles),
        "scenarios": [],
    }

    def add(name: str, done: str, promised: str, **outcome: Any) -> None:
        """Add a scenario: what was `seen`, whether it `passed`, and its `figures`."""
        report["scenarios"].append({"name": name, "done": done, "promised": promised, **outcome})

    yield add
    table = write_results(
        report, pytestconfig.getoption("results"), _render(report), prefix="replicas-"
    )
    print(f"\n{table.read_text()}\nWritten to {table}")


def _render(report: dict[str, Any]) -> str:
    lines = [
        *render_head(report, "Replicas"),
        "Two instances with one worker and one inference thread each, behind nginx with "
        "deploy/nginx/whosaid.conf, all on this machine. Callers send "
        f"{report['texts']} development articles ({report['words']} words) in turn, run the Python "
        "of docs/integrate.md, and compare each answer with that of a lone caller, timings aside.",
        "",
        *tabulate(
            ("scenario", "done", "promised", "seen", "passed"),
            (
                (
                    *(row[key] for key in ("name", "done", "promised", "seen")),
                    "yes" if row["passed"] else "**no**",
                )
                for row in report["scenarios"]
            ),
        ),
    ]
    return "\n".join(lines)
