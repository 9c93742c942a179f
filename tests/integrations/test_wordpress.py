"""What can be said of the WordPress plug-in without WordPress; `make e2e-wordpress` tries it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parents[2] / "integrations/wordpress/whosaid"
PHP = shutil.which("php")
SOURCES = sorted(PLUGIN.rglob("*.php"))


@pytest.mark.skipif(PHP is None, reason="no php here (Debian: apt-get install php-cli)")
def test_php_is_well_formed():
    """PHP can read every file."""
    for path in SOURCES:
        done = subprocess.run([PHP, "-l", path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_files_run_only_inside_wordpress(path):
    """Asked for directly, by their address, the files do nothing."""
    guard = "WP_UNINSTALL_PLUGIN" if path.name == "uninstall.php" else "ABSPATH"
    assert f"defined( '{guard}' ) || exit;" in path.read_text()


@pytest.mark.parametrize(
    ("header", "field"),
    [
        pytest.param("Version", "Stable tag", id="version"),
        pytest.param("Requires at least", "Requires at least", id="WordPress"),
        pytest.param("Requires PHP", "Requires PHP", id="PHP"),
        pytest.param("License", "License", id="licence"),
    ],
)
def test_readme_agrees_with_header(header, field):
    """The readme of the plug-in says the same as its header."""
    source, readme = (PLUGIN / "whosaid.php").read_text(), (PLUGIN / "readme.txt").read_text()
    declared = re.search(rf"^ \* {header}: +(\S+)$", source, re.M)
    assert declared
    assert f"\n{field}: {declared[1]}\n" in readme


def test_version_is_one():
    """The version that scripts are loaded with is that of the header."""
    source = (PLUGIN / "whosaid.php").read_text()
    assert (
        re.search(r"const VERSION = '(.+)'", source)[1] in re.search(r"Version: +(.+)", source)[1]
    )


def test_every_class_is_loaded():
    """Each file of a class is required by the main file."""
    source = (PLUGIN / "whosaid.php").read_text()
    assert set(re.findall(r"'/includes/(.+?)'", source)) == {
        path.name for path in (PLUGIN / "includes").iterdir()
    }
