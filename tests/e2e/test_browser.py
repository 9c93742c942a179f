"""The API's pages in a real browser, under the policy that they are served with."""

import re

import pytest


@pytest.fixture
def tab(browser):
    """An empty tab, and what the browser complains of in it."""
    with browser.new_context() as context:
        tab, complaints = context.new_page(), []
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        yield tab, complaints


def test_documentation_is_drawn(launch, tab):
    """Swagger UI shows each operation and where to put a key; nothing it does is forbidden."""
    page, complaints = tab
    service = launch()
    service.wait_until_ready(30)
    page.goto(f"{service.url}/docs/")
    page.get_by_role("button", name="Authorize").wait_for()
    page.locator('.opblock-summary-path[data-path="/readyz"]').wait_for()
    paths = re.findall(r'opblock-summary-path" data-path="([^"]+)"', page.content())
    assert {"/v1/analyze", "/v1/analyze/batch", "/livez"} <= set(paths)
    page.goto(f"{service.url}/docs/problems")
    assert "urn:whosaid:problem:too-many-requests" in page.content()
    assert complaints == []
