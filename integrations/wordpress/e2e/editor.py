"""What somebody does in the block editor, and what the tests ask WordPress in their name."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

IS_IDLE = """() => {
  const editor = wp.data.select("core/editor");
  return editor && editor.getCurrentPostId() && !editor.isSavingPost() && !editor.isEditedPostDirty();
}"""
CALL = """async ([path, options]) => {
  try {
    return { status: 200, body: await wp.apiFetch({ path, ...options }) };
  } catch (error) {
    return { status: error.data?.status, body: error };
  }
}"""
FETCH = """async ([url, options]) => {
  const response = await fetch(url, options);
  return { status: response.status, body: await response.json() };
}"""


@dataclass(frozen=True)
class Editor:
    """The block editor in a window."""

    page: Page
    url: str

    @property
    def sidebar(self):
        return self.page.locator(".whosaid")

    @property
    def post_id(self):
        return self.page.evaluate("wp.data.select('core/editor').getCurrentPostId()")

    def open(self, post_id=None):
        """Open a post, or a new one, without the tour that WordPress greets with."""
        path = f"post.php?post={post_id}&action=edit" if post_id else "post-new.php"
        self.page.goto(f"{self.url}/wp-admin/{path}")
        self.page.wait_for_function("window.wp?.data?.select('core/editor')?.getCurrentPostId()")
        self.page.evaluate(
            """() => {
              const { set } = wp.data.dispatch("core/preferences");
              set("core/edit-post", "welcomeGuide", false);
              set("core/edit-post", "fullscreenMode", false);
            }"""
        )
        self.page.get_by_role("textbox", name="Add title").wait_for()

    def write(self, headline, *paragraphs):
        self.page.get_by_role("textbox", name="Add title").click()
        self.page.keyboard.insert_text(headline)
        for paragraph in paragraphs:
            self.page.keyboard.press("Enter")
            self.page.keyboard.insert_text(paragraph)

    def add_paragraph(self, text):
        """Write on after the last paragraph."""
        self.page.locator("[data-type='core/paragraph']").last.click()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.press("Enter")
        self.page.keyboard.insert_text(text)

    def save(self):
        """Save as editors do, and wait until WordPress has."""
        self.page.keyboard.press("Control+s")
        self.page.wait_for_function(IS_IDLE)

    def tidy(self):
        """Put away what lies over the text, for a picture."""
        self.page.evaluate(
            """() => {
              wp.data.dispatch("core/block-editor").clearSelectedBlock();
              for (const { id } of wp.data.select("core/notices").getNotices())
                wp.data.dispatch("core/notices").removeNotice(id);
            }"""
        )
        self.page.mouse.move(640, 40)
        self.page.wait_for_timeout(500)

    def publish(self):
        self.page.locator(".editor-post-publish-panel__toggle").click()
        self.page.locator(".editor-post-publish-panel .editor-post-publish-button").click()
        self.page.wait_for_function(IS_IDLE)
        self.page.get_by_text("is now live.").first.wait_for()

    def show_sidebar(self):
        """Open the side bar, which may be open from the last time."""
        toggle = self.page.get_by_role("button", name="Whosaid", exact=True)
        toggle.wait_for()
        if toggle.get_attribute("aria-expanded") != "true":
            toggle.click()
        self.sidebar.wait_for()

    def press(self, label):
        self.sidebar.get_by_role("button", name=label, exact=True).click()

    def wait_until_answered(self):
        """Wait for what is asked after opening or saving to be there."""
        self.sidebar.get_by_text(re.compile("^About the saved text")).wait_for()


def call(page, path, data=None, method=None):
    """Ask WordPress's REST API as the page does, with its nonce; return status and body."""
    options = {"method": method or "POST", "data": data} if data is not None else {}
    return page.evaluate(CALL, [path, options])


def call_without_page(page, url, *, nonce, data):
    """Ask it with the cookies of the page, but with any nonce or none."""
    headers = {"Content-Type": "application/json"} | ({"X-WP-Nonce": nonce} if nonce else {})
    options = {"method": "POST", "headers": headers, "body": data, "credentials": "include"}
    return page.evaluate(FETCH, [url, options])


def picture(locator, name, **options):
    """Take a screenshot into the folder that SCREENSHOTS names, if it names one."""
    if folder := os.environ.get("SCREENSHOTS"):
        locator.screenshot(path=Path(folder) / f"{name}.png", **options)
