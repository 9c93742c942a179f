"""Official Stanza packages: fetched when asked to, checked and loaded without a network.

They find names in languages that our own model does not read, and know nothing of quotes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import stanza
from stanza.resources.common import (
    DEFAULT_MODEL_DIR,
    DEFAULT_RESOURCES_URL,
    DEFAULT_RESOURCES_VERSION,
    add_dependencies,
    download_resources_json,
    flatten_processor_list,
    load_resources_json,
    maintain_processor_list,
)

from analysis.document import EntityType, Mention, ModelInfo, Reading, Span
from analysis.errors import ModelDamaged, PackageMissing, PackageUnavailable

DEFAULT_MODELS_DIR = Path(DEFAULT_MODEL_DIR)
"""Where Stanza itself keeps its packages."""

CONFIDENCE = 0.8
"""What every mention found by an official package is given.

Stanza tells no probability. The F1 that it publishes for its NER packages lies
between 0.8 and 0.95, measured on text like that they were trained on; news to
be analyzed is further away, so this is the lower end. It is the same for all
mentions and ranks none above another.
"""

_NAME = re.compile(r"(?P<language>[a-z]{2,3}(-[a-z]+)?)(:(?P<variant>[a-z0-9][a-z0-9_.-]*))?")

_TYPE_NAMES = {
    EntityType.PERSON: "PER PERS PERSON PERSNAME NEP",
    EntityType.ORGANIZATION: "ORG ORGANIZATION ORGANISATION ORGNAME INST GPE_ORG NEO",
    EntityType.PLACE: (
        "LOC LOCATION PLACE PLACENAME GEOGNAME GPE GPE_LOC FAC FACILITY CITY COUNTRY "
        "STATE_OR_PROVINCE NEL"
    ),
}
ENTITY_TYPES: Mapping[str, EntityType] = {
    name: entity_type for entity_type, names in _TYPE_NAMES.items() for name in names.split()
}
"""The entity types of Stanza's NER packages, in capitals, that are among ours."""


@dataclass(frozen=True, slots=True)
class Package:
    """The name of an official package: a language, and a variant such as `default_fast`."""

    language: str
    variant: str = "default"

    @classmethod
    def parse(cls, name: str) -> "Package":
        """Read `language[:variant]`."""
        match = _NAME.fullmatch(name)
        if match is None:
            raise PackageUnavailable(name, "a package is written language[:variant], such as de")
        return cls(match["language"], match["variant"] or "default")

    def __str__(self) -> str:
        return f"{self.language}:{self.variant}"


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    digests: frozenset[str]

    def check(self) -> None:
        if _digest(self.path, "md5") not in self.digests:
            raise ModelDamaged(str(self.path), "is not what resources.json says; fetch it again")


@dataclass(frozen=True, slots=True)
class _Contents:
    language: str
    processors: Mapping[str, str]
    files: tuple[_File, ...]


class PackageReader:
    """An official package, loaded: finds the people, organisations and places in texts."""

    def __init__(self, pipeline: stanza.Pipeline, info: ModelInfo) -> None:
        self.info = info
        self._pipeline = pipeline

    def read(self, texts: Sequence[str]) -> tuple[Reading, ...]:
        """Return each text's mentions, its offsets those of the text as given."""
        documents = [stanza.Document([], text=text) for text in texts if text.strip()]
        read = iter(self._pipeline.bulk_process(documents))
        return tuple(
            Reading(tuple(find_mentions(next(read).ents))) if text.strip() else Reading()
            for text in texts
        )


def find_mentions(found: Sequence[Any]) -> Iterator[Mention]:
    """Yield what Stanza found (`type`, `start_char`, `end_char`) and we have a type for."""
    for entity in found:
        entity_type = ENTITY_TYPES.get(entity.type.upper())
        if entity_type is not None:
            yield Mention(Span(entity.start_char, entity.end_char), entity_type, CONFIDENCE)


def fetch_package(
    package: Package, models_dir: Path, *, resources_url: str | None = None
) -> tuple[Path, ...]:
    """Download what `package` needs into `models_dir`, unless it is there, and return its files.

    `resources_url` is a mirror of the folder that holds Stanza's `resources_VERSION.json`;
    that file says where the models are.
    """
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        download_resources_json(
            str(models_dir), resources_url=resources_url or DEFAULT_RESOURCES_URL
        )
        contents = _list_contents(package, models_dir)
        stanza.download(
            contents.language,
            model_dir=str(models_dir),
            package=None,
            processors=dict(contents.processors),
            download_json=False,
        )
    except OSError as error:
        raise PackageUnavailable(str(package), f"cannot be fetched: {error}") from error
    except ValueError as error:  # Stanza's word for a file that is not what its digest names
        raise PackageUnavailable(str(package), f"arrived damaged: {error}") from error
    return tuple(file.path for file in contents.files)


def load_package(package: Package, models_dir: Path) -> PackageReader:
    """Load a package that has been fetched; nothing is downloaded."""
    if not (models_dir / "resources.json").exists():
        raise PackageMissing(str(package), str(models_dir))
    contents = _list_contents(package, models_dir)
    if not all(file.path.exists() for file in contents.files):
        raise PackageMissing(str(package), str(models_dir))
    for file in contents.files:
        file.check()
    try:
        pipeline = stanza.Pipeline(
            contents.language,
            dir=str(models_dir),
            package=None,
            processors=dict(contents.processors),
            download_method=None,
            verbose=False,
        )
    except UnpicklingError as error:  # Stanza reads weights only, and no code
        raise ModelDamaged(str(models_dir), "a file holds more than weights") from error
    return PackageReader(pipeline, _describe(package, contents))


def _list_contents(package: Package, models_dir: Path) -> _Contents:
    resources = load_resources_json(str(models_dir))
    languages = {name: value for name, value in resources.items() if isinstance(value, dict)}
    try:
        language = languages[package.language].get("alias", package.language)
        offered = languages[language]["packages"][package.variant]
    except KeyError:
        raise PackageUnavailable(str(package), "Stanza offers no such package") from None
    wanted = {kind: offered[kind] for kind in ("tokenize", "mwt", "ner") if kind in offered}
    if not {"tokenize", "ner"} <= wanted.keys():
        raise PackageUnavailable(str(package), "Stanza finds no names in this language")
    models = maintain_processor_list(resources, language, None, wanted)
    models = add_dependencies(resources, language, models)
    return _Contents(
        language,
        {kind: specifications[0].package for kind, specifications in models},
        tuple(
            _File(
                models_dir / language / kind / f"{name}.pt",
                frozenset(_digests(resources[language][kind][name])),
            )
            for kind, name in sorted(flatten_processor_list(models))
        ),
    )


def _digests(model: Mapping[str, Any]) -> Iterator[str]:
    return (model[key] for key in ("md5", "alternate_md5") if key in model)


def _describe(package: Package, contents: _Contents) -> ModelInfo:
    digests = "".join(_digest(file.path, "sha256") for file in contents.files)
    return ModelInfo(
        name=f"stanza-{package}",
        version=DEFAULT_RESOURCES_VERSION,
        digest=sha256(digests.encode()).hexdigest(),
        languages=(contents.language,),
    )


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return file_digest(file, algorithm).hexdigest()
