"""A WordPress from nothing: database, files, web server, browser; all in a temporary folder."""

import contextlib
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect, sync_playwright

from integrations.wordpress.e2e.stub import stubbing
from tests.e2e.conftest import launching

PLUGIN = Path(__file__).parents[1] / "whosaid"
SOURCE = Path("/usr/share/wordpress")
TOOLS = ("php", "mariadbd", "mariadb-install-db", "mariadb", "chromium")
BROWSER_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # WordPress's pages want pictures from elsewhere, and would wait for them.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
# Root may run neither a database nor PHP for others; www-data is in every Debian.
USER = "www-data" if os.geteuid() == 0 else None
SECONDS = 60

CONFIG = """<?php
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:{socket}' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
{salts}
$table_prefix = 'wp_';
// Nothing but the service is to be reached, and nothing happens by itself.
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1' );
define( 'DISABLE_WP_CRON', true );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'FS_METHOD', 'direct' );
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_DISPLAY', false );
define( 'WP_DEBUG_LOG', '{debug_log}' );
defined( 'ABSPATH' ) || define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
"""


@dataclass(frozen=True)
class Site:
    """A WordPress that is installed and served."""

    url: str
    password: str
    database: list
    log: Path

    def query(self, sql):
        """Return the lines that the database answers."""
        done = subprocess.run(
            [*self.database, "wordpress", "--batch", "--skip-column-names", "--execute", sql],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.splitlines()


def find_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@contextlib.contextmanager
def running(command, *, log, is_ready, **options):
    """Run a command with its children, as an unprivileged user if this is root, until the end."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=USER,
            group=USER,
            extra_groups=[] if USER else None,
            **options,
        )
    try:
        deadline = time.monotonic() + SECONDS
        while not is_ready():
            assert process.poll() is None, log.read_text(errors="replace")[-2000:]
            assert time.monotonic() < deadline, log.read_text(errors="replace")[-2000:]
            time.sleep(0.1)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def own(folder):
    """Give a folder to whoever runs the servers."""
    if USER:
        for path in [folder, *folder.rglob("*")]:
            shutil.chown(path, USER, USER)


@pytest.fixture(scope="session")
def home():
    """An empty folder that the servers' user can reach, and short enough for sockets."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing or not SOURCE.is_dir():
        pytest.exit("packages are missing: run integrations/wordpress/e2e/packages.sh", 1)
    folder = Path(tempfile.mkdtemp(prefix="whosaid-wp-", dir="/tmp"))
    folder.chmod(0o755)
    own(folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def database(home):
    """A client's command for a database of our own, on a socket."""
    data, path = home / "database", home / "db.sock"
    data.mkdir()
    own(data)
    common = ["--no-defaults", f"--datadir={data}"]
    subprocess.run(
        [
            shutil.which("mariadb-install-db"),
            *common,
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        user=USER,
        group=USER,
        extra_groups=[] if USER else None,
    )
    server = [
        shutil.which("mariadbd"),
        *common,
        f"--socket={path}",
        f"--pid-file={home / 'db.pid'}",
        "--skip-networking",
        "--innodb-flush-log-at-trx-commit=0",
    ]
    client = [shutil.which("mariadb"), "--no-defaults", f"--socket={path}", "--user=root"]
    with running(server, log=home / "database.log", is_ready=path.exists):
        subprocess.run(
            [*client, "--execute", "CREATE DATABASE wordpress CHARACTER SET utf8mb4"], check=True
        )
        yield client


@pytest.fixture(scope="session")
def files(home, database):
    """A copy of Debian's WordPress with the plug-in, and a configuration of its own.

    The plug-in is copied too: a test deletes it through the UI.
    """
    folder = home / "wordpress"
    shutil.copytree(
        SOURCE,
        folder,
        ignore_dangling_symlinks=True,
        ignore=shutil.ignore_patterns("wp-config.php"),
    )
    shutil.copytree(PLUGIN, folder / "wp-content/plugins/whosaid")
    names = [
        f"{name}_{kind}"
        for name in ("AUTH", "SECURE_AUTH", "LOGGED_IN", "NONCE")
        for kind in ("KEY", "SALT")
    ]
    salts = "\n".join(f"define( '{name}', '{secrets.token_hex(32)}' );" for name in names)
    config = CONFIG.format(socket=home / "db.sock", salts=salts, debug_log=home / "debug.log")
    (folder / "wp-config.php").write_text(config)
    own(folder)
    return folder


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium, without a head."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(BROWSER_OPTIONS)
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def site(home, files, database, browser):
    """WordPress, set up by its own installer."""
    port = find_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        shutil.which("php"),
        "-d",
        "sendmail_path=/bin/true",
        "-d",
        "opcache.enable_cli=1",
        "-S",
        f"127.0.0.1:{port}",
        "-t",
        str(files),
    ]

    def is_ready():
        with contextlib.suppress(requests.ConnectionError):
            return requests.get(f"{url}/wp-admin/install.php", timeout=SECONDS).ok
        return False

    # One worker: several of PHP's own server may wait for a connection that another one took, while
    # those that they have go unanswered.
    with running(command, log=home / "php.log", is_ready=is_ready, cwd=files):
        made = Site(url, secrets.token_urlsafe(16), database, home / "debug.log")
        with open_page(browser) as page:
            install(page, made)
        yield made


@pytest.fixture(scope="session")
def cookies(site, browser):
    """What a browser keeps once the administrator has logged in; the plug-in is active then."""
    with open_page(browser) as page:
        log_in(page, site, "editor-in-chief", site.password)
        activate(page, site)
        return page.context.storage_state()


@contextlib.contextmanager
def open_page(browser, cookies=None):
    """Open a window of its own, which forgets everything when it is closed."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 1000}, locale="en-GB", storage_state=cookies
    )
    context.set_default_timeout(30_000)
    try:
        yield context.new_page()
    finally:
        context.close()


def install(page, site):
    page.goto(f"{site.url}/wp-admin/install.php")
    page.fill("#weblog_title", "The Daily Example")
    page.fill("#user_login", "editor-in-chief")
    page.fill("#pass1", site.password)
    page.fill("#admin_email", "editor@example.org")
    page.click("#submit")
    page.get_by_text("WordPress has been installed").wait_for()


def activate(page, site):
    page.goto(f"{site.url}/wp-admin/plugins.php")
    page.click("tr[data-slug=whosaid] .activate a")
    expect(page.locator("tr[data-slug=whosaid].active")).to_be_visible()


def log_in(page, site, user, password):
    page.goto(f"{site.url}/wp-login.php")
    page.fill("#user_login", user)
    page.fill("#user_pass", password)
    page.click("#wp-submit")
    page.wait_for_url(re.compile("wp-admin"))


@pytest.fixture
def page(browser, cookies):
    """A window in which the administrator is logged in."""
    with open_page(browser, cookies) as opened:
        yield opened


@pytest.fixture(scope="session")
def whosaid(tmp_path_factory):
    """The service with the model that ships, started as `make run` does."""
    with launching(tmp_path_factory.mktemp("whosaid")) as start:
        service = start("service.app:create_app()")
        service.wait_until_ready(SECONDS)
        yield service


@pytest.fixture(scope="session")
def stub():
    """A service that answers what the test wants."""
    with stubbing() as made:
        yield made


@pytest.fixture(autouse=True)
def no_complaints_of_php(site):
    """PHP neither warns nor fails in the plug-in during any test."""
    before = site.log.stat().st_size if site.log.exists() else 0
    yield
    if site.log.exists():
        new = site.log.read_bytes()[before:].decode(errors="replace")
        assert "plugins/whosaid" not in new, new
