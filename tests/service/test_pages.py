import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

import service
from schemas.problems import PROBLEM_PAGES
from service.problem_guide import GUIDES

# What a browser would fetch from elsewhere.
_ELSEWHERE = re.compile(r"""(?:src|href)=["'](?:https?:)?//""")


def test_docs(client):
    """The API's document can be read and tried in a browser, with files of the service alone."""
    page = client.get("/docs/")
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    assert "/openapi.json" in page.text
    assert '"validatorUrl": null' in page.text
    assert not _ELSEWHERE.search(page.text)
    for asset in re.findall(r'(?:src|href)="(/[^"]+)"', page.text):
        assert client.get(asset).status_code == 200, asset


def test_only_known_scripts_run(client):
    """The page may run the service's files and the script that stands in it, as it stands."""
    page = client.get("/docs/")
    (script,) = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    policy = page.headers["Content-Security-Policy"]
    assert f"script-src 'self' 'sha256-{digest}'; " in policy
    assert "script-src 'self'; " in client.get(PROBLEM_PAGES).headers["Content-Security-Policy"]


def test_pages_hold_nothing_of_a_request(client):
    """What is sent, the name of the host included, does not come back in a page."""
    host = {"Host": "zanzibar.example"}
    pages = [client.get(path, headers=host) for path in ("/docs/?q=zanzibar", PROBLEM_PAGES)]
    assert [page.status_code for page in pages] == [200, 200]
    assert not any("zanzibar" in page.text for page in pages)


def test_docs_without_a_slash(client):
    """The page is found without its last slash."""
    assert client.get("/docs", follow_redirects=True).status_code == 200


MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
PAGE_FILES = sorted(Path(service.__file__).with_name("page").iterdir())


@pytest.mark.parametrize("file", PAGE_FILES, ids=lambda file: file.name)
def test_page_of_the_service(client, file):
    """Each file of the page is served as it is, confined to the service, and asked about anew."""
    path = "/" if file.name == "index.html" else f"/page/{file.name}"
    response = client.get(path)
    assert (response.status_code, response.data) == (200, file.read_bytes())
    assert response.content_type == MEDIA_TYPES[file.suffix]
    assert response.headers.getlist("Cache-Control") == ["no-cache"]
    (policy,) = response.headers.getlist("Content-Security-Policy")
    parts = policy.split("; ")
    assert parts[0] == "default-src 'none'"
    assert {part.split()[0] for part in parts if part.endswith(" 'self'")} == {
        "connect-src",
        "img-src",
        "script-src",
        "style-src",
    }
    assert all(part.endswith((" 'self'", " 'none'", "'script'")) for part in parts)
    headers = {"If-None-Match": response.headers["ETag"], "Accept-Encoding": "br"}
    again = client.get(path, headers=headers)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Content-Security-Policy"] == policy


def test_page_is_compressed(client):
    """The page is sent compressed to who can read that."""
    response = client.get("/page/page.css", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"


def test_page_finds_its_files(client):
    """Everything that the page and its scripts name is one of its files, wherever it is mounted."""
    page = client.get("/").text
    scripts = [file.read_text() for file in PAGE_FILES if file.suffix == ".js"]
    named = re.findall(r'(?:src|href)="(page/[^"]+)"', page)
    named += [f"page/{name}" for text in scripts for name in re.findall(r'from "\./([^"]+)"', text)]
    assert {"page/page.js", "page/page.css", "page/icon.svg"} <= set(named)
    for path in set(named):
        assert client.get(f"/{path}").status_code == 200, path
    assert not re.search(r'(?:src|href)="/', page)
    assert client.get("/page/index.html", follow_redirects=True).request.path == "/"


@pytest.mark.parametrize(
    "path",
    [
        "/docs/../settings.py",
        "/docs/%2e%2e/pages.py",
        "/docs/nothing",
        "/page/",
        "/page/../pages.py",
        "/page/%2e%2e%2fpages.py",
        "/page/nothing.js",
    ],
)
def test_no_other_files_are_served(client, path):
    """Nothing outside the page's own folder can be had."""
    response = client.get(path)
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.slug)
def test_every_problem_has_a_page(client, guide):
    """The page of a problem tells its type, its status, and what to do."""
    page = client.get(f"{PROBLEM_PAGES}/{guide.slug}")
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    assert f"urn:whosaid:problem:{guide.slug}" in page.text
    assert f"Status {guide.status}" in page.text
    assert "`" not in page.text
    assert not _ELSEWHERE.search(page.text)


def test_problems_are_listed(client):
    """One page leads to those of all problems."""
    page = client.get(PROBLEM_PAGES).text
    assert re.findall(rf'href="{PROBLEM_PAGES}/([a-z-]+)"', page) == [g.slug for g in GUIDES]


@pytest.mark.parametrize("slug", ["nothing", "<script>"])
def test_unknown_problems(client, slug):
    """What is no kind of problem has no page."""
    response = client.get(f"{PROBLEM_PAGES}/{slug}")
    assert response.status_code == 404
    assert "<script>" not in response.text


def test_problems_name_their_page(client):
    """A problem says where to read about it, and there it is."""
    problem = client.post("/v1/analyze", json={}).json
    assert client.get(problem["help"]).status_code == 200


def test_code_is_escaped(client):
    """What stands between backticks is code, and never markup."""
    with client.application.app_context():
        render = client.application.jinja_env.filters["code"]
        assert render("Send `<b>`.") == "Send <code>&lt;b&gt;</code>."
