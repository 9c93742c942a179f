"""The pages in a real browser, under the policy that they are served with."""

import re
import shutil
import subprocess

import pytest

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
SECONDS = 60


def show(url, folder):
    """Return a page as the browser has drawn it, and what it complained of."""
    command = [
        BROWSER,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={folder}",
        "--enable-logging=stderr",
        "--virtual-time-budget=8000",
        "--dump-dom",
        url,
    ]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True)
    return shown.stdout, [line for line in shown.stderr.splitlines() if "CONSOLE" in line]


@pytest.mark.skipif(BROWSER is None, reason="no chromium here (Debian: apt-get install chromium)")
def test_documentation_is_drawn(launch, tmp_path):
    """Swagger UI shows each operation and where to put a key; nothing it does is forbidden."""
    service = launch()
    service.wait_until_ready(30)
    page, complaints = show(f"{service.url}/docs/", tmp_path / "profile")
    assert complaints == []
    paths = re.findall(r'opblock-summary-path" data-path="([^"]+)"', page)
    assert {"/v1/analyze", "/v1/analyze/batch", "/livez"} <= set(paths)
    assert "Authorize" in page
    problems, complaints = show(f"{service.url}/docs/problems", tmp_path / "profile")
    assert complaints == []
    assert "urn:whosaid:problem:too-many-requests" in problems
