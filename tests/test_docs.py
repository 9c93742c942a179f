"""Documentation, build files and code agree."""

import json
import os
import re
import subprocess
import sys
from dataclasses import fields
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml

from schemas import Scope, Selection, select
from service.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
SETTINGS = (ROOT / "docs/settings.md").read_text()
API = (ROOT / "docs/api.md").read_text()
OPENAPI = yaml.safe_load((ROOT / "openapi.yaml").read_text())
MAKEFILE = (ROOT / "Makefile").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
TARGETS = set(re.findall(r"^([a-z0-9-]+):", MAKEFILE, re.MULTILINE))


def describe(setting):
    text = setting.metadata["help"]
    written = {None: "", (): "", False: "no"}.get(setting.default, setting.default)
    default = "" if written == "" or "Default:" in text else f"`{written}`"
    return f"| `{setting.metadata['variable']}` | {default} | {text} |"


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_settings_are_documented(setting):
    """The list of settings has each of them with its default and what it does."""
    assert describe(setting) in SETTINGS.splitlines()


def test_documented_settings_exist():
    """No setting is listed that is gone."""
    listed = re.findall(r"^\| `([A-Z_]+)` \| [^|]*\| [^|]", SETTINGS, re.MULTILINE)
    assert listed == [setting.metadata["variable"] for setting in fields(Settings)]


@pytest.mark.parametrize(
    "schema", ["Submission", "Answer", "Entity", "Mention", "Quote", "Attribution", "BatchItem"]
)
def test_every_field_is_explained(schema):
    """The guide to the API names every option and every field."""
    named = set(re.findall(r"[`\"]([a-z_]+)[`\"]", API))
    assert set(OPENAPI["components"]["schemas"][schema]["properties"]) <= named


def test_every_endpoint_is_explained():
    """The guide to the API names every endpoint, and none that is not there."""
    listed = set(re.findall(r"^\| `(?:GET|POST) ([^`]+)` \|", API, re.MULTILINE))
    assert listed == set(OPENAPI["paths"])


@pytest.mark.parametrize("name", ["README.md", ".ci/run", "Dockerfile", "docs/operations.md"])
def test_make_targets_exist(name):
    """Whatever is said to be made can be made."""
    targets = set(re.findall(r"\bmake ([a-z0-9-]+)", (ROOT / name).read_text()))
    assert targets
    assert targets <= TARGETS


def test_links_lead_somewhere():
    """Links into the repository lead to a file or a folder of it."""
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/*.md")]
    pages += ROOT.glob("integrations/*/README.md")
    for page in pages:
        words = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", words):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


STORY, ANSWER = re.search(r"```\n(The bridge .*?\n)```.*?```json\n(.*?)```", README, re.S).groups()


def test_example_is_verbatim():
    """The README's answer is JSON whose spans are those of the README's story."""
    spans = list(find_spans(json.loads(ANSWER)))
    assert spans
    assert all(STORY[span["start"] : span["end"]] == span["text"] for span in spans)


@pytest.mark.model
def test_example_is_answered_as_documented(pipeline):
    """The README's answer is the model's, confidences aside."""
    answer = json.loads(ANSWER)
    (analysis,) = pipeline.analyze([STORY])
    found = select(analysis, Selection(Scope.SPEECH))
    documented = [
        entity["name"] for key in ("people", "organisations", "places") for entity in answer[key]
    ]
    assert sorted(documented) == sorted(entity.name for entity in found.entities)
    assert [
        (quote["kind"], quote["attitude"], quote["text"], quote["speaker"]["name"])
        for quote in answer["quotes"]
    ] == [
        (quote.kind, quote.attitude, quote.fragments[0].of(STORY), quote.speaker.name)
        for quote in found.quotes
    ]


def find_spans(value):
    if isinstance(value, dict):
        if {"start", "end", "text"} <= value.keys():
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from find_spans(part)


def test_make_test_checks_everything():
    """`make test` covers format, lint, types, the import contract and the tests."""
    prerequisites = re.search(r"^test: (.*?) ##", MAKEFILE, re.MULTILINE)[1].split()
    assert prerequisites == ["format-check", "lint", "types", "contract", "unit"]
    for command in ("ruff format --check", "ruff check", "mypy", "lint-imports", "pytest --cov"):
        assert command in MAKEFILE


def test_image_is_built_by_make():
    """Each step of the image is a target of the Makefile, and it starts what `make run` starts."""
    assert all(step.startswith("make ") for step in re.findall(r"^RUN (.*)", DOCKERFILE, re.M))
    command = json.loads(re.search(r"^CMD (.*)", DOCKERFILE, re.M)[1])
    assert f"exec $(BIN)/{' '.join(command)}\n" in MAKEFILE


def test_image_runs_unprivileged():
    """The image does not run as root."""
    user = re.search(r"^USER (\d+):(\d+)$", DOCKERFILE, re.M)
    assert int(user[1]) > 0
    assert int(user[2]) > 0


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_image_health_check(status, healthy):
    """The image is healthy while `/readyz` answers 200, and only then."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *args):
            pass

    check = json.loads(re.search(r"HEALTHCHECK .*\\\n +CMD (.*)", DOCKERFILE)[1])
    assert check[0] == "python"
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        environ = {**os.environ, "PORT": str(server.server_port)}
        result = subprocess.run([sys.executable, *check[1:]], env=environ, capture_output=True)
        server.shutdown()
    assert (result.returncode == 0) is healthy


@pytest.mark.parametrize(
    "lock", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda p: p.name
)
def test_locks(lock):
    """Every locked package has a digest, and no lock says where packages come from."""
    text = lock.read_text()
    for requirement in re.split(r"\n(?=[a-z0-9])", text)[1:]:
        assert "--hash=sha256:" in requirement, requirement
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links", text)
