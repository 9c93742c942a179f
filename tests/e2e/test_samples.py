"""The samples of the documentation, run as a reader would against the running service."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[2]
REAL = "service.app:create_app()"
INTEGRATE = (ROOT / "docs/integrate.md").read_text()
README = (ROOT / "README.md").read_text()

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
        for page in (README, INTEGRATE)
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
