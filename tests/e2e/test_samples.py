"""The samples of the documentation, run as a reader would against the running service."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[2]
REAL = "service.app:create_app()"
INTEGRATE = (ROOT / "docs/integrate.md").read_text()
README = (ROOT / "README.md").read_text()
CLIENT = (ROOT / "docs/client.md").read_text()
QUICKSTART = (ROOT / "docs/quickstart.md").read_text()
COMMANDS = (ROOT / "docs/cli.md").read_text()

ITEM = {
    "uri": "https://example.org/items/1",
    "headlines": [{"value": "Porto to rebuild its bridge"}],
    "bodies": [{"contenttype": "text/html", "value": "<p>“We will,” said Ana Sousa.</p>"}],
}
FILES = {
    "story.txt": "“We will rebuild the bridge,” said Ana Sousa, the mayor of Porto.\n",
    "story.html": "<p>“We will rebuild the bridge,” said Ana <b>Sousa</b>.</p>\n",
    "item.json": json.dumps(ITEM),
    "names.csv": "name,type,aliases,uri\nAna Sousa,person,A. Sousa,https://example.org/sousa\n",
    "archive.ndjson": "".join(
        json.dumps({"text": f"“We will,” said Ana Sousa on day {n}.", "id": str(n)}) + "\n"
        for n in range(20)
    ),
}


def find_samples(page, language):
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return [sample for named, sample in blocks if named == language]


@pytest.fixture
def service(launch):
    service = launch(REAL)
    service.wait_until_ready(120)
    return service


@pytest.mark.model
def test_curl_samples(service, tmp_path):
    """Every curl command of the documentation works as it is written."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    samples = [
        sample
        for page in (README, INTEGRATE, QUICKSTART)
        for block in find_samples(page, "")
        for sample in re.split(r"\n(?=curl )", block)
        if sample.startswith("curl ")
    ]
    assert len(samples) >= 18
    for sample in samples:
        command = sample.replace("localhost:8000", service.url.removeprefix("http://"))
        command = command.replace("curl -s", "curl --fail-with-body -s", 1)
        done = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, f"{sample}\n{done.stdout}{done.stderr}"
        written = done.stdout or (tmp_path / "answers.ndjson").read_text()
        for line in written.splitlines() if "ndjson" in sample else [written]:
            if re.search(r"/metrics|\.yaml|/docs/", sample):
                assert line
                continue
            answer = json.loads(line)
            if isinstance(answer, list):
                # One text of a sample is in German, which this instance does not read.
                assert {result["status"] for result in answer} <= {200, 422}
                assert answer[0]["status"] == 200
            else:
                assert answer.get("status", "ok") in (200, "ok"), sample


@pytest.mark.model
def test_python_samples(service):
    """The functions of the documentation do what their descriptions say."""
    names = {}
    for sample in find_samples(INTEGRATE, "python"):
        exec(sample.replace("http://localhost:8000", service.url), names)
    html = "<p>“We will rebuild the bridge,” said Ana Sousa. “We will rebuild it.”</p>"
    article = {"id": "1", "headline": "Porto to rebuild", "html": html}
    answer = names["analyze_patiently"](article)
    assert answer["id"] == "1"
    quote = answer["quotes"][0]
    context, words = quote["context"], quote["fragments"][0]["text"]
    edited = "In Porto: “We will rebuild the bridge,” said Ana Sousa. “We will rebuild it.”"
    start, end = names["find_again"](edited, words, context["prefix"], context["suffix"])
    assert edited[start:end] == words
    assert names["find_again"](edited, "not there", "", "") is None
    assert names["key_of"](quote) == names["key_of"]({**quote, "id": "q7"})
    assert names["key_of"](quote) != names["key_of"]({**quote, "speaker": None})
    with pytest.raises(requests.HTTPError):
        names["analyze_patiently"]({**article, "html": 1})
    texts = [{"text": f"Ana Sousa left on day {n}."} for n in range(7)]
    results = list(names["analyze_all"](texts, size=3))
    assert [(result["index"], result["status"]) for result in results] == [
        (n, 200) for n in range(7)
    ]
    element = names["render_json_ld"]({"headline": "</script>"})
    assert element.count("</script>") == 1


@pytest.mark.model
def test_json_samples(service):
    """What the documentation sends as JSON is accepted, and does what is said of it."""
    (known,) = [s for s in find_samples(INTEGRATE, "json") if '"known_entities"' in s]
    answer = service.post(json=json.loads(known)).json()
    assert [(p["name"], p["uri"]) for p in answer["people"]] == [
        ("Ana Sousa", "https://example.org/people/ana-sousa")
    ]
    (problem,) = [s for s in find_samples(INTEGRATE, "json") if '"pointer"' in s]
    wrong = service.post(json={"text": "x", "min_confidence": 2}).json()
    shown = json.loads(problem)
    for key in ("type", "title", "status", "errors"):
        assert wrong[key] == shown[key]
    assert shown.keys() <= wrong.keys()


@pytest.mark.model
def test_client_samples(service, capsys):
    """The samples of the client run one after the other, and print what is said of them."""
    names = {}
    samples = find_samples(CLIENT, "python")
    assert len(samples) == 7
    for sample in samples:
        exec(sample.replace("http://localhost:8000", service.url), names)
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "person Ana Sousa Ana Sousa"
    for line in (
        "Ana Sousa said: We promised a safer crossing,",
        "headline Span(start=0, end=5) Sousa",
        "Ana <b>Sousa",
        "story-4711 https://example.org/people/ana-sousa",
        "1 1",
        "2 Unsupported language ['/language']",
        "Connection refused",
    ):
        assert line in printed
    assert printed[-1].startswith("Invalid request (422): ")
    (quick,) = find_samples(QUICKSTART, "python")
    exec(quick.replace("http://localhost:8000", service.url), {})
    assert capsys.readouterr().out == "Ana Sousa said: We promised a safer crossing,\n"


# What runs for long, changes a machine or downloads is only understood; what would load the
# model is asked of the service.
WHOSAID = """#!{python}
import sys
from service.cli import main, whosaid
name, *arguments = sys.argv[1:] or [None]
if name in ("serve", "fetch-models", "doctor"):
    whosaid.commands[name].make_context(name, arguments)
    sys.exit()
url = ["--url", "{url}"] if name in ("analyze", "batch", "evaluate") else []
sys.exit(main([*sys.argv[1:], *url]))
"""


@pytest.mark.model
def test_command_samples(service, tmp_path):
    """The commands of the documentation do what they are said to do."""
    script = "\n".join(find_samples(COMMANDS, "")).replace("http://localhost:8000", service.url)
    assert script.count("whosaid ") == 13
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "whosaid"
    program.write_text(WHOSAID.format(python=sys.executable, url=service.url))
    program.chmod(0o755)
    environ = {"PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-ec", script],
        cwd=tmp_path,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "Ana Sousa" in done.stdout
    answers = [json.loads(line) for line in (tmp_path / "answers.jsonl").read_text().splitlines()]
    assert [answer["id"] for answer in answers] == ["1", "2"]
    assert (tmp_path / "openapi.yaml").read_text() == (ROOT / "openapi.yaml").read_text()
    assert (tmp_path / "keys").read_text().startswith("cms-2026 sha256:")
