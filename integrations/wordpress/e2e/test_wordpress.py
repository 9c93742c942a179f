"""The plug-in in a real WordPress, with a real Whosaid, in a real browser."""

import json
import secrets
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from integrations.wordpress.e2e.conftest import launching, log_in, open_page
from integrations.wordpress.e2e.editor import Editor, call, call_without_page, picture
from integrations.wordpress.e2e.stub import answer
from service.keys import make_key, render_line

expect.set_options(timeout=20_000)

HEADLINE = "Sousa to rebuild the bridge"
STORY = (
    "“It will be late again.”",
    "The bridge will open in May, the mayor of Porto, Ana Sousa, told Reuters on Monday. “We promised the people a safer crossing,” she said.",
    "“Nobody asked us,” said Rui Costa, who runs a bakery in Gaia.",
)
MORE = "“We counted the cars,” said Maria Lopes of the University of Lisbon."
EVIL = "<img src=x onerror=window.hacked=1>"


@pytest.fixture
def editor(page, site):
    return Editor(page, site.url)


def configure(
    page, site, *, url=None, key=None, seconds=None, taxonomies=None, forget=False, on_save=None
):
    """Fill in the settings page as an administrator does, and save it."""
    page.goto(f"{site.url}/wp-admin/options-general.php?page=whosaid")
    if url is not None:
        page.get_by_label("Address of the service").fill(url)
    if key is not None:
        page.get_by_label("API key").fill(key)
    if seconds is not None:
        page.get_by_label("Time limit").fill(str(seconds))
    if forget:
        page.get_by_label("Remove the saved key").check()
    if on_save is not None:
        page.get_by_label("After each save").set_checked(on_save)
    for type_, names in (taxonomies or {}).items():
        for box in page.locator(f"[name='whosaid_settings[taxonomies][{type_}][]']").all():
            box.set_checked(box.get_attribute("value") in names)
    with page.expect_navigation():
        page.get_by_role("button", name="Save Changes").click()
    page.locator(".settings-error").first.wait_for()


def press_test(page):
    """Press the button, and return what it says."""
    page.get_by_role("button", name="Test connection").click()
    result = page.locator("#whosaid-test-result .notice")
    result.wait_for()
    return result.inner_text()


def make_post(page, content, title="A title", **fields):
    """Make a post through the REST API, and return its id."""
    data = {"title": title, "content": content, "status": "draft"} | fields
    made = call(page, "/wp/v2/posts", data)
    assert made["status"] == 200, made
    return made["body"]["id"]


def analyze(page, post_id, **data):
    return call(page, f"/whosaid/v1/posts/{post_id}/analysis", data)


def analyses_of(service):
    """Count the texts that the service has been asked about."""
    return sum(event.get("endpoint") == "/v1/analyze" for event in service.events())


def tags_of(page, post_id, taxonomy="tags"):
    return {term["name"] for term in call(page, f"/wp/v2/{taxonomy}?post={post_id}")["body"]}


def serious(page, part):
    """Return what axe finds seriously wrong for people with disabilities in a part of the page."""
    found = Axe().run(page, context={"include": [[part]]}).response["violations"]
    return [
        (each["id"], [node["html"] for node in each["nodes"]])
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]


class TestSettings:
    """The settings page."""

    def test_service_is_set_and_tested(self, page, site, whosaid):
        """An administrator enters the address, and the button says that the service answers."""
        configure(page, site, url=whosaid.url)
        assert "Connected to Whosaid" in press_test(page)
        assert serious(page, "#wpbody-content") == []
        picture(page, "wordpress-settings")

    @pytest.mark.parametrize(
        "url",
        [
            pytest.param("https://user:secret@example.org", id="password"),
            pytest.param("https://example.org/?a=b", id="query"),
            pytest.param("ftp://example.org", id="scheme"),
        ],
    )
    def test_unfit_address_is_refused(self, page, site, url):
        """What cannot be the address of a service is said to be unfit; the old one stays."""
        configure(page, site, url="http://127.0.0.1:9")
        configure(page, site, url=url)
        expect(page.locator(".notice-error")).to_contain_text("has to look like")
        expect(page.get_by_label("Address of the service")).to_have_value("http://127.0.0.1:9")

    def test_key_stays_on_the_server(self, page, site, stub):
        """A saved key is sent to the service, but is on no page; it stays until it is removed."""
        key = "secret-" + secrets.token_hex(8)
        configure(page, site, url=stub.url, key=key)
        configure(page, site)
        stub.answers(answer())
        press_test(page)
        assert stub.requests[0][1]["Authorization"] == f"Bearer {key}"
        assert key not in page.content()
        assert key not in str(call(page, "/wp/v2/settings"))
        assert site.query(
            "SELECT autoload FROM wp_options WHERE option_name='whosaid_settings'"
        ) == ["no"]
        configure(page, site, forget=True)
        stub.answers(answer())
        press_test(page)
        assert "Authorization" not in stub.requests[0][1]


class TestStory:
    """A journalist's afternoon."""

    def test_tags_are_accepted_and_rejected(self, page, site, whosaid, editor):
        """Write, save, accept, reject, write on, save again, publish, come back."""
        configure(page, site, url=whosaid.url)
        editor.open()
        editor.write(HEADLINE, *STORY)
        editor.save()
        editor.show_sidebar()
        editor.wait_until_answered()

        editor.press("Accept as a tag: Ana Sousa")
        editor.press("Accept as a tag: Porto")
        editor.press("Reject for this post: Reuters")
        expect(editor.sidebar.get_by_role("button", name="Remove the tag: Porto")).to_be_visible()
        expect(editor.sidebar.get_by_role("button", name="Rejected (1)")).to_be_visible()
        expect(editor.sidebar.get_by_role("button", name="Accept as a tag: Reuters")).to_have_count(
            0
        )

        quotes = editor.sidebar
        for speaker in ("Ana Sousa", "Rui Costa", "Speaker unknown: the text does not say who"):
            expect(quotes.get_by_role("heading", name=speaker, exact=True)).to_be_visible()
        expect(quotes.get_by_text("It will be late again.")).to_be_visible()
        assert serious(page, ".whosaid") == []
        editor.tidy()
        picture(page, "wordpress-sidebar")

        editor.add_paragraph(MORE)
        editor.save()
        expect(
            editor.sidebar.get_by_role("button", name="Accept as a tag: Maria Lopes")
        ).to_be_visible()
        assert tags_of(page, editor.post_id) == {"Ana Sousa", "Porto"}
        expect(editor.sidebar.get_by_role("button", name="Accept as a tag: Reuters")).to_have_count(
            0
        )

        editor.publish()
        post_id = editor.post_id
        page.goto(f"{site.url}/?p={post_id}")
        for tag in ("Ana Sousa", "Porto"):
            expect(page.locator("[rel=tag]", has_text=tag)).to_be_visible()
        expect(page.locator("[rel=tag]", has_text="Reuters")).to_have_count(0)

        editor.open(post_id)
        editor.show_sidebar()
        accepted = editor.sidebar.get_by_role("button", name="Remove the tag: Ana Sousa")
        expect(accepted).to_have_attribute("aria-pressed", "true")
        editor.press("Rejected (1)")
        editor.press("Suggest again: Reuters")
        expect(
            editor.sidebar.get_by_role("button", name="Accept as a tag: Reuters")
        ).to_be_visible()

    def test_text_is_sent_once(self, page, site, whosaid, editor):
        """Saving sends a text once; neither autosaves nor unchanged texts nor reopening send it."""
        configure(page, site, url=whosaid.url)
        editor.open()
        editor.write("Once", STORY[2])
        before = analyses_of(whosaid)
        page.evaluate("wp.data.dispatch('core/editor').autosave()")
        page.wait_for_function("!wp.data.select('core/editor').isSavingPost()")
        page.wait_for_timeout(1000)
        assert analyses_of(whosaid) == before
        editor.show_sidebar()
        editor.save()
        editor.wait_until_answered()
        assert analyses_of(whosaid) == before + 1
        page.evaluate("wp.data.dispatch('core/editor').savePost()")
        page.wait_for_timeout(1000)
        editor.open(editor.post_id)
        editor.show_sidebar()
        editor.wait_until_answered()
        assert analyses_of(whosaid) == before + 1
        editor.press("Analyze now")
        editor.sidebar.get_by_text("Asking Whosaid").wait_for(state="hidden")
        assert analyses_of(whosaid) == before + 2

    def test_button_reads_what_is_not_saved_yet(self, page, site, whosaid, editor):
        """The button sends the text as it stands in the editor, and the side bar says so."""
        configure(page, site, url=whosaid.url)
        editor.open()
        editor.write("Unsaved", STORY[2])
        editor.show_sidebar()
        editor.press("Analyze now")
        expect(
            editor.sidebar.get_by_role("button", name="Accept as a tag: Rui Costa")
        ).to_be_visible()
        expect(editor.sidebar).to_contain_text("another text than the saved one")

    def test_service_stops(self, page, site, editor, tmp_path):
        """When the service is down, posts are saved, and the side bar says that it is down."""
        with launching(tmp_path) as start:
            service = start()
            service.wait_until_ready(30)
            configure(page, site, url=service.url)
            editor.open()
            editor.write("Down", "“We wait,” said Ana Sousa.")
            editor.save()
            editor.show_sidebar()
            editor.wait_until_answered()
        editor.add_paragraph("“We still wait,” said Ana Sousa.")
        editor.save()
        expect(editor.sidebar.locator(".is-error")).to_contain_text("cannot be reached")
        expect(editor.sidebar.get_by_text("another text than the saved one")).to_be_visible()
        expect(
            editor.sidebar.get_by_role("button", name="Accept as a tag: Ana Sousa")
        ).to_be_visible()
        saved = call(page, f"/wp/v2/posts/{editor.post_id}")["body"]["content"]["rendered"]
        assert "still wait" in saved

    def test_service_wants_a_key(self, page, site, editor, tmp_path):
        """Without its key the side bar says what is missing; with it, posts are analyzed."""
        key, path = make_key(), tmp_path / "keys.txt"
        path.touch(mode=0o600)
        path.write_text(render_line("cms", key))
        with launching(tmp_path) as start:
            service = start(WHOSAID_KEYS_FILE=str(path))
            service.wait_for(lambda: service.get("/readyz").status_code == 200, 30)
            configure(page, site, url=service.url)
            assert "wants an API key" in press_test(page)
            editor.open()
            editor.write("Key", "“We wait,” said Ana Sousa.")
            editor.save()
            editor.show_sidebar()
            expect(editor.sidebar.locator(".is-error")).to_contain_text("wants an API key")
            configure(page, site, key=key)
            assert "Connected" in press_test(page)
            editor.open()
            editor.write("Key", "“We wait,” said Ana Sousa.")
            editor.save()
            editor.show_sidebar()
            editor.wait_until_answered()
        configure(page, site, forget=True)


def problem(type_, status):
    body = {"type": f"urn:whosaid:problem:{type_}", "title": "A title", "status": status}
    return {"body": body | {"detail": EVIL, "request_id": "r1"}, "status": status}


@pytest.fixture(scope="class")
def impatient(browser, cookies, site, stub):
    """A window and a post, of a newsroom that waits a second at most."""
    with open_page(browser, cookies) as page:
        configure(page, site, url=stub.url, seconds=1)
        Editor(page, site.url).open()
        yield page, make_post(page, "<p>Text.</p>")
        configure(page, site, seconds=10)


class TestProblems:
    """What may go wrong between WordPress and the service."""

    @pytest.mark.parametrize(
        ("answers", "words"),
        [
            pytest.param(problem("unauthorized", 401), "wants an API key", id="401"),
            pytest.param(problem("too-long", 413), "longer than", id="413"),
            pytest.param(
                problem("unsupported-language", 422), "The language of this post", id="422 language"
            ),
            pytest.param(problem("invalid-request", 422), "A title", id="422"),
            pytest.param(problem("too-many-requests", 429), "Too many requests", id="429"),
            pytest.param(problem("internal", 500), "answered with a problem", id="500"),
            pytest.param(problem("overloaded", 503), "too much to do", id="503"),
            pytest.param(problem("deadline-exceeded", 504), "in time", id="504"),
            pytest.param(
                {"body": "<html>Nothing", "status": 404}, "not a Whosaid service", id="404"
            ),
            pytest.param({"body": "<html>Hello"}, "not a Whosaid service", id="HTML"),
            pytest.param({"body": {"people": 1}}, "not a Whosaid service", id="other JSON"),
            pytest.param({"body": answer(), "seconds": 3}, "within 1 second", id="slow"),
            pytest.param(
                {"body": "", "status": 302, "headers": {"Location": "/elsewhere"}},
                "not a Whosaid service",
                id="redirect",
            ),
        ],
    )
    def test_problems_are_explained(self, impatient, stub, answers, words):
        """Whatever the service answers, WordPress says in words what is wrong, in time."""
        page, post_id = impatient
        stub.answers(**answers)
        started = time.monotonic()
        answered = analyze(page, post_id)
        assert answered["status"] == 200
        assert words in answered["body"]["problem"]
        assert time.monotonic() - started < 2.5
        assert [path for path, _, _ in stub.requests] == ["/v1/analyze"]

    def test_saving_does_not_wait(self, page, site, stub, editor):
        """A save is over while the service still thinks; its answer comes later."""
        configure(page, site, url=stub.url)
        stub.answers(answer())
        editor.open()
        editor.show_sidebar()
        editor.write("Slow", "Text.")
        stub.gate.clear()
        editor.save()
        expect(editor.sidebar).to_contain_text("Asking Whosaid")
        stub.gate.set()
        editor.wait_until_answered()


class TestHostileText:
    """Text that looks like markup is shown as text."""

    def test_names_are_escaped(self, page, site, stub, editor):
        """Names, quotes and problems with markup in them run nowhere, and make no tags."""
        quote = {
            "kind": "direct",
            "text": EVIL,
            "speaker": {"name": EVIL},
            "attribution": {"status": "attributed"},
        }
        configure(page, site, url=stub.url)
        stub.answers(answer(people=[EVIL], quotes=[quote]))
        editor.open()
        editor.write(EVIL, EVIL)
        editor.save()
        editor.show_sidebar()
        editor.wait_until_answered()
        expect(editor.sidebar.get_by_text(EVIL)).to_have_count(3)
        editor.press(f"Accept as a tag: {EVIL}")
        expect(editor.sidebar.locator(".is-error")).to_contain_text("cannot make a tag")
        editor.press(f"Reject for this post: {EVIL}")
        expect(editor.sidebar.get_by_role("button", name="Rejected (1)")).to_be_visible()
        stub.answers(**problem("invalid-request", 422))
        editor.press("Analyze now")
        expect(editor.sidebar.locator(".is-error")).to_contain_text(EVIL)
        assert editor.sidebar.locator("img").count() == 0
        assert page.evaluate("window.hacked") is None
        page.goto(f"{site.url}/wp-admin/options-general.php?page=whosaid")
        assert EVIL in press_test(page)
        assert page.evaluate("window.hacked") is None

    def test_real_service_reads_it_as_text(self, page, site, whosaid, editor):
        """A story with markup in its text goes through the real service, and runs nowhere."""
        configure(page, site, url=whosaid.url)
        editor.open()
        editor.write(
            f"Sousa {EVIL} speaks", f"“We wait {EVIL},” said Ana {EVIL} Sousa of Porto. 🎉"
        )
        editor.save()
        editor.show_sidebar()
        editor.wait_until_answered()
        expect(editor.sidebar.get_by_role("button", name="Accept as a tag: Porto")).to_be_visible()
        assert editor.sidebar.locator("img").count() == 0
        assert page.evaluate("window.hacked") is None


class TestSending:
    """What is sent, and when."""

    @pytest.mark.parametrize(
        ("stored", "sent"),
        [
            pytest.param(
                "<!-- wp:paragraph --><p>“Wait.”</p><!-- /wp:paragraph -->",
                "<!-- wp:paragraph --><p>“Wait.”</p><!-- /wp:paragraph -->",
                id="blocks",
            ),
            pytest.param(
                "“Wait.”\n\nThey did.", "<p>“Wait.”</p>\n<p>They did.</p>\n", id="classic"
            ),
            pytest.param("One [gallery ids='1'] two 🎉", "<p>One  two 🎉</p>\n", id="shortcode"),
            pytest.param(r"C:\new \u0041", "<p>" + r"C:\new \u0041" + "</p>\n", id="backslashes"),
        ],
    )
    def test_content_is_sent_as_stored(self, page, site, stub, editor, stored, sent):
        """Headline and content go as HTML; of shortcodes nothing goes."""
        configure(page, site, url=stub.url)
        stub.answers(answer(people=[r"Ana \ Sousa"]))
        editor.open()
        answered = analyze(page, make_post(page, stored, title="Tom & “Jerry”"))["body"]
        ((_, headers, body),) = stub.requests
        assert headers["Content-Type"] == "application/json"
        assert headers["X-Deadline-Seconds"] == "10"
        assert json.loads(body) == {
            "headline": "Tom & “Jerry”",
            "text": sent,
            "content_type": "text/html",
            "include": ["entities", "quotes"],
        }
        assert answered["current"]
        assert [entity["name"] for entity in answered["entities"]] == [r"Ana \ Sousa"]

    def test_posts_saved_elsewhere_are_sent_when_opened(self, page, site, stub, editor):
        """What was saved without the block editor is analyzed when it is opened there."""
        configure(page, site, url=stub.url)
        stub.answers(answer(people=["Ana Sousa"]))
        editor.open()
        post_id = make_post(page, "Text.")
        assert stub.requests == []
        editor.open(post_id)
        editor.show_sidebar()
        editor.wait_until_answered()
        assert len(stub.requests) == 1

    def test_nothing_is_sent_unasked(self, page, site, stub, editor):
        """Where administrators wish it so, only the button sends anything."""
        configure(page, site, url=stub.url, on_save=False)
        stub.answers(answer(people=["Ana Sousa"]))
        editor.open()
        editor.write("Quiet", "Text.")
        editor.save()
        editor.show_sidebar()
        expect(editor.sidebar).to_contain_text("Not analyzed yet")
        assert stub.requests == []
        editor.press("Analyze now")
        editor.wait_until_answered()
        assert len(stub.requests) == 1
        configure(page, site, on_save=True)


class TestTerms:
    """Which terms accepted names become."""

    def test_existing_terms_are_reused(self, page, site, stub, editor):
        """Names go to the taxonomies of their type; a category below another one is found."""
        configure(page, site, url=stub.url, taxonomies={"organisation": ["category", "post_tag"]})
        editor.open()
        parent = call(page, "/wp/v2/categories", {"name": "Agencies"})["body"]["id"]
        child = call(page, "/wp/v2/categories", {"name": "Reuters & Sons", "parent": parent})[
            "body"
        ]["id"]
        stub.answers(answer(organisations=["Reuters & Sons", "New Agency"]))
        editor.write("Terms", "Text.")
        editor.save()
        editor.show_sidebar()
        editor.press("Accept as a tag: Reuters & Sons")
        editor.press("Accept as a tag: New Agency")
        expect(editor.sidebar.get_by_role("button", name="Remove the tag")).to_have_count(2)
        editor.save()
        categories = call(page, f"/wp/v2/categories?post={editor.post_id}")["body"]
        assert {term["id"] for term in categories} >= {child}
        assert len(tags_of(page, editor.post_id)) == 2
        assert len(call(page, "/wp/v2/categories?search=Reuters")["body"]) == 1
        editor.press("Remove the tag: New Agency")
        editor.save()
        assert tags_of(page, editor.post_id) == {"Reuters &amp; Sons"}
        configure(page, site, taxonomies={"organisation": ["post_tag"]})

    def test_known_entities_keep_their_decisions(self, page, site, stub, editor):
        """A URI is remembered, and its term found, though name and id change."""
        uri = "https://example.org/people/1"
        known = {"name": "Joan Doe", "id": "per-1", "uri": uri}
        configure(page, site, url=stub.url)
        editor.open()
        stub.answers(answer(people=[known], places=["Doetown"]))
        post_id = make_post(page, "<p>Text.</p>")
        analyze(page, post_id)
        decisions = f"/whosaid/v1/posts/{post_id}/decisions"
        accepted = call(page, decisions, {"key": uri, "decision": "accept"})["body"]
        call(page, decisions, {"key": uri, "decision": "reject"})
        call(page, decisions, {"key": "pla-Doetown", "decision": "reject"})
        stub.answers(
            answer(people=[known | {"name": "Joan Roe", "id": "per-2"}], places=["Doetown"])
        )
        again = analyze(page, post_id, again=True)["body"]["entities"]
        assert {entity["name"]: entity["rejected"] for entity in again} == {
            "Joan Roe": True,
            "Doetown": True,
        }
        (term,) = [entity["terms"][0]["id"] for entity in again if entity["key"] == uri]
        assert term == accepted["entities"][0]["terms"][0]["id"]

    def test_editors_may_only_decide_about_suggestions(self, page, site, stub, editor):
        """A browser cannot make terms of names that the service did not find."""
        configure(page, site, url=stub.url)
        editor.open()
        stub.answers(answer())
        post_id = make_post(page, "<p>Text.</p>")
        decided = call(
            page, f"/whosaid/v1/posts/{post_id}/decisions", {"key": "per-1", "decision": "accept"}
        )
        assert decided["status"] == 404


class TestAccess:
    """Who may do what."""

    @pytest.fixture
    def people(self, page, site, browser, editor):
        """Open windows of a contributor and of a subscriber."""
        editor.open()
        windows = []
        with open_page(browser) as contributor, open_page(browser) as subscriber:
            for window, role in ((contributor, "contributor"), (subscriber, "subscriber")):
                name, password = f"{role}-{secrets.token_hex(4)}", secrets.token_urlsafe(12)
                user = {"username": name, "email": f"{name}@example.org", "password": password}
                assert call(page, "/wp/v2/users", user | {"roles": [role]})["status"] == 200
                log_in(window, site, name, password)
                windows.append(window)
            yield windows

    def test_posts_of_others_are_closed(self, page, site, stub, people):
        """Contributors reach their own posts only, subscribers none; nobody learns of others."""
        contributor, subscriber = people
        stub.answers(answer(people=["Ana Sousa"], organisations=["Unheard Of"]))
        configure(page, site, url=stub.url, taxonomies={"organisation": ["category"]})
        Editor(page, site.url).open()
        foreign = make_post(page, "<p>Secret.</p>")
        Editor(contributor, site.url).open()
        own = make_post(contributor, "<p>Mine.</p>")
        assert analyze(contributor, own)["body"]["problem"] is None
        for path, data in [
            ("", None),
            ("/analysis", {}),
            ("/decisions", {"key": "a", "decision": "reject"}),
        ]:
            assert call(contributor, f"/whosaid/v1/posts/{foreign}{path}", data)["status"] == 403
            assert call(contributor, f"/whosaid/v1/posts/999999{path}", data)["status"] == 403
        assert call(contributor, "/whosaid/v1/connection", {})["status"] == 403
        decisions = f"/whosaid/v1/posts/{own}/decisions"
        assert (
            call(contributor, decisions, {"key": "per-Ana Sousa", "decision": "accept"})["status"]
            == 200
        )
        entities = call(contributor, f"/whosaid/v1/posts/{own}")["body"]["entities"]
        assert {entity["name"]: bool(entity["terms"]) for entity in entities}["Ana Sousa"]
        refused = call(contributor, decisions, {"key": "org-Unheard Of", "decision": "accept"})
        assert refused["status"] == 403
        assert "may not add" in refused["body"]["message"]
        contributor.goto(f"{site.url}/wp-admin/options-general.php?page=whosaid")
        expect(contributor.locator("body")).to_contain_text("not allowed")
        url = f"{site.url}/?rest_route=/whosaid/v1/posts/{foreign}/analysis"
        nonce = subscriber.evaluate(
            "fetch('/wp-admin/admin-ajax.php?action=rest-nonce').then((r) => r.text())"
        )
        assert call_without_page(subscriber, url, nonce=nonce, data="{}")["status"] == 403
        configure(page, site, taxonomies={"organisation": ["post_tag"]})

    def test_nonces_are_checked(self, page, site, stub, editor):
        """Cookies alone, or with a wrong nonce, do nothing; nor do strangers."""
        configure(page, site, url=stub.url)
        stub.answers(answer())
        editor.open()
        post_id = make_post(page, "<p>Text.</p>")
        url = f"{site.url}/?rest_route=/whosaid/v1/posts/{post_id}/analysis"
        assert call_without_page(page, url, nonce="0123456789", data="{}")["status"] == 403
        assert call_without_page(page, url, nonce=None, data="{}")["status"] == 401
        assert stub.requests == []
        forged = page.request.post(
            f"{site.url}/wp-admin/options.php",
            form={
                "option_page": "whosaid",
                "action": "update",
                "_wpnonce": "0123456789",
                "whosaid_settings[url]": "http://127.0.0.1:1",
            },
        )
        assert forged.status == 403
        page.goto(f"{site.url}/wp-admin/options-general.php?page=whosaid")
        expect(page.get_by_label("Address of the service")).to_have_value(stub.url)

    def test_revisions_are_not_sent(self, page, site, stub, editor):
        """A revision of a post is not analyzed, though its editor may edit the post."""
        configure(page, site, url=stub.url)
        stub.answers(answer())
        editor.open()
        post_id = make_post(page, "<p>Text.</p>")
        call(page, f"/wp/v2/posts/{post_id}", {"content": "<p>Other text.</p>"})
        (revision, *_) = call(page, f"/wp/v2/posts/{post_id}/revisions")["body"]
        assert analyze(page, revision["id"])["status"] == 403
        assert stub.requests == []


class TestZEnd:
    """The end, which removes the plug-in: it has to run last."""

    def test_uninstalling_leaves_nothing(self, page, site):
        """Deleting the plug-in on its page removes what it stored, and keeps accepted tags."""
        count = "SELECT COUNT(*) FROM {} WHERE {} LIKE '%whosaid%'"
        stored = [
            count.format("wp_postmeta", "meta_key"),
            count.format("wp_termmeta", "meta_key"),
            count.format("wp_options", "option_name"),
        ]
        assert all(site.query(sql) != ["0"] for sql in stored)
        page.goto(f"{site.url}/wp-admin/plugins.php")
        page.click("tr[data-slug=whosaid] .deactivate a")
        # Opened rather than clicked, the link leads to a page that asks.
        link = page.locator("tr[data-slug=whosaid] .delete a").get_attribute("href")
        page.goto(f"{site.url}/wp-admin/{link}")
        page.get_by_role("button", name="Yes, delete these files and data").click()
        page.get_by_text("has been deleted").wait_for()
        assert [site.query(sql) for sql in stored] == [["0"]] * 3
        assert site.query("SELECT COUNT(*) FROM wp_terms WHERE name='Porto'") == ["1"]
