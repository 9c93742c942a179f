"""The package as it is built, and the layers as they are declared."""

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = [name for name in PYPROJECT["tool"]["setuptools"]["packages"] if "." not in name]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The names in a wheel built from a copy of the sources."""
    source = tmp_path_factory.mktemp("source")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", source / "dist", source], check=True)
    (built,) = (source / "dist").iterdir()
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_wheel_holds_every_module(wheel):
    """What is tested here is what is installed there."""
    modules = {
        str(path.relative_to(ROOT)) for name in PACKAGES for path in (ROOT / name).rglob("*.py")
    }
    assert modules <= wheel


@pytest.mark.parametrize(
    "name",
    [
        "model.safetensors",
        "tokenizer.json",
        "config.json",
        "confidences.json",
        "resources.json",
        "MODEL_CARD.md",
    ],
)
def test_wheel_holds_the_model(wheel, name):
    """The weights and what goes with them ship inside the package."""
    assert f"analysis/weights/{name}" in wheel


def test_wheel_holds_what_modules_read(wheel):
    """Language packs and pages ship beside the modules that read them."""
    data = [
        *(ROOT / "analysis/language_packs").glob("*.toml"),
        *(ROOT / "evaluation").glob("*.c"),
        *(ROOT / "service/templates").iterdir(),
        *(ROOT / "service/page").iterdir(),
    ]
    assert len(data) >= 20
    assert {str(path.relative_to(ROOT)) for path in data} <= wheel


def test_wheel_holds_nothing_else(wheel):
    """Neither tests nor training are installed."""
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_every_package_is_under_contract():
    """The import contract covers every package of the repository."""
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages == set(PYPROJECT["tool"]["importlinter"]["root_packages"])


def test_packages_are_typed(wheel):
    """Each package tells type checkers that it is typed."""
    assert {f"{name}/py.typed" for name in PACKAGES} <= wheel
