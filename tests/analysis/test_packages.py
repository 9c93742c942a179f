"""Official Stanza packages, against a tiny one served on loopback."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from analysis.document import EntityType, Reading
from analysis.errors import ModelDamaged, PackageMissing, PackageUnavailable
from analysis.packages import CONFIDENCE, Package, fetch_package, find_mentions, load_package
from tests.analysis.tiny_package import build_tiny_package, serve, write_index

GERMAN = Package("de")
STORY = "Anna Weber wohnt in Bonn. Die Siemens AG baut in Bonn. "


@pytest.fixture(scope="module")
def package_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    build_tiny_package(folder)
    return folder


@pytest.fixture
def offered(package_dir, tmp_path):
    """A copy of the package's folder that a test may damage."""
    return Path(shutil.copytree(package_dir, tmp_path / "offered"))


@pytest.fixture
def address(offered):
    with serve(offered) as address:
        yield address


@pytest.fixture(scope="module")
def fetched(package_dir, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    copy = shutil.copytree(package_dir, tmp_path_factory.mktemp("server") / "offered")
    with serve(Path(copy)) as address:
        fetch_package(GERMAN, folder, resources_url=address)
    return folder


@pytest.fixture(scope="module")
def reader(fetched):
    return load_package(GERMAN, fetched)


def found(text: str, reading: Reading) -> list[tuple[str, EntityType]]:
    return [(mention.span.of(text), mention.type) for mention in reading.mentions]


@pytest.mark.parametrize(
    ("name", "package"),
    [
        pytest.param("de", Package("de", "default"), id="language"),
        pytest.param("fr:default_fast", Package("fr", "default_fast"), id="variant"),
        pytest.param("zh-hans", Package("zh-hans", "default"), id="script"),
    ],
)
def test_parse(name, package):
    """A package is named by its language and, where it is not the default, its variant."""
    assert Package.parse(name) == package
    assert Package.parse(str(package)) == package


@pytest.mark.parametrize(
    "name", ["", "../de", "de:../../x", "de:", "DE", "de/x", "german language"]
)
def test_parse_refuses(name):
    """A name that is no package is refused, above all one that leads out of the folder."""
    with pytest.raises(PackageUnavailable, match="is written"):
        Package.parse(name)


@pytest.mark.parametrize(
    ("tag", "types"),
    [
        pytest.param("PER", [EntityType.PERSON], id="conll-person"),
        pytest.param("PERSON", [EntityType.PERSON], id="ontonotes-person"),
        pytest.param("persName", [EntityType.PERSON], id="polish-person"),
        pytest.param("ORG", [EntityType.ORGANIZATION], id="organization"),
        pytest.param("GPE_ORG", [EntityType.ORGANIZATION], id="norwegian-government"),
        pytest.param("GPE", [EntityType.PLACE], id="country"),
        pytest.param("FAC", [EntityType.PLACE], id="building"),
        pytest.param("LOC", [EntityType.PLACE], id="river"),
        pytest.param("MISC", [], id="anything"),
        pytest.param("NORP", [], id="nationality"),
        pytest.param("DATE", [], id="date"),
    ],
)
def test_find_mentions(tag, types):
    """People, organisations and places are kept, whatever the package calls them."""
    mentions = list(find_mentions([SimpleNamespace(type=tag, start_char=2, end_char=5)]))
    assert [mention.type for mention in mentions] == types
    assert all(mention.confidence == CONFIDENCE for mention in mentions)


def test_read(reader):
    """A fetched package finds names, without a server."""
    (reading,) = reader.read([STORY])
    assert found(STORY, reading) == [
        ("Anna Weber", EntityType.PERSON),
        ("Bonn", EntityType.PLACE),
        ("Siemens AG", EntityType.ORGANIZATION),
        ("Bonn", EntityType.PLACE),
    ]
    assert reading.attributions == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("😀😀 " + STORY, id="emoji"),
        pytest.param("\r\n\r\n" + STORY.replace(". ", ".\r\n\r\n"), id="crlf"),
        pytest.param("\t  " + STORY, id="leading-space"),
        pytest.param("e\u0301a\u0308 " + STORY, id="combining"),
        pytest.param("אנא " + STORY, id="right-to-left"),
    ],
)
def test_read_keeps_offsets(reader, text):
    """Offsets count code points of the text as given, whatever stands before a name."""
    (reading,) = reader.read([text])
    assert ("Siemens AG", EntityType.ORGANIZATION) in found(text, reading)
    assert ("Bonn", EntityType.PLACE) in found(text, reading)


def test_read_in_bulk(reader):
    """A batch answers as its texts do alone; blank texts name nobody."""
    texts = [STORY, "", " \n\n ", "Anna Weber lobt die Siemens AG."]
    assert reader.read(texts) == tuple(reader.read([text])[0] for text in texts)
    assert reader.read(["", " \n"]) == (Reading(), Reading())


def test_info(reader):
    """A package tells its language and a digest of its files."""
    assert reader.info.name == "stanza-de:default"
    assert reader.info.languages == ("de",)
    assert len(reader.info.digest) == 64


def test_fetch_by_alias(address, tmp_path):
    """Stanza's other names for a language name the same files."""
    package = Package.parse("ger")
    files = fetch_package(package, tmp_path / "models", resources_url=address)
    assert {file.parent.name for file in files} == {"tokenize", "ner"}
    assert all(file.exists() for file in files)


@pytest.mark.parametrize(
    ("package", "reason"),
    [
        pytest.param(Package("xx"), "no such package", id="language"),
        pytest.param(Package("url"), "no such package", id="not-a-language"),
        pytest.param(Package("de", "default_fast"), "no such package", id="variant"),
        pytest.param(Package("de", "nameless"), "no names", id="no-ner"),
    ],
)
def test_fetch_unknown(address, tmp_path, package, reason):
    """What Stanza does not offer is named, with the reason."""
    with pytest.raises(PackageUnavailable, match=reason) as caught:
        fetch_package(package, tmp_path / "models", resources_url=address)
    assert caught.value.package == str(package)


def test_fetch_without_server(tmp_path):
    """A server that does not answer is reported as such."""
    with pytest.raises(PackageUnavailable, match="cannot be fetched"):
        fetch_package(GERMAN, tmp_path, resources_url="http://127.0.0.1:9")


def test_fetch_damaged(offered, address, tmp_path):
    """A file whose digest is not the promised one is not taken for the package."""
    with (offered / "de" / "ner" / "tiny.pt").open("ab") as file:
        file.write(b"damage")
    with pytest.raises(PackageUnavailable, match="arrived damaged"):
        fetch_package(GERMAN, tmp_path / "models", resources_url=address)


def test_load_not_fetched(tmp_path):
    """A package that was never fetched is missing, and the error tells how to fetch it."""
    with pytest.raises(PackageMissing, match="whosaid fetch-models de:default"):
        load_package(GERMAN, tmp_path)


def test_load_incomplete(fetched, tmp_path):
    """A package with a file missing is missing."""
    models = Path(shutil.copytree(fetched, tmp_path / "models"))
    (models / "de" / "ner" / "tiny.pt").unlink()
    with pytest.raises(PackageMissing):
        load_package(GERMAN, models)


def test_load_damaged(fetched, tmp_path):
    """A file that changed since it was fetched is not loaded."""
    models = Path(shutil.copytree(fetched, tmp_path / "models"))
    (models / "de" / "ner" / "tiny.pt").write_bytes(b"damage")
    with pytest.raises(ModelDamaged):
        load_package(GERMAN, models)


class Intruder:
    """Unpickled, it leaves a mark."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return (Path.touch, (self.mark,))


def test_load_runs_no_code(offered, tmp_path):
    """A file that would run code when unpickled is refused, even with the right digest."""
    mark = tmp_path / "mark"
    torch.save({"model": Intruder(mark)}, offered / "de" / "ner" / "tiny.pt")
    write_index(offered)
    with serve(offered) as address:
        fetch_package(GERMAN, tmp_path / "models", resources_url=address)
    with pytest.raises(ModelDamaged, match="more than weights"):
        load_package(GERMAN, tmp_path / "models")
    assert not mark.exists()
