"""The recipe, read from its TOML file."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from training.augmentation import Rates

RECIPE = Path(__file__).parent / "config.toml"


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus, how often an epoch goes through it, and how far its mentions are trusted."""

    reader: str
    path: str
    repeats: float
    weight: float
    silver: str | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of training in which the rates rise and then decay to zero.

    In an epoch of it, corpora with attributions are gone through `attributions` times as
    often as is usual for them. `before` is the share of the weights that it begins with in
    those that it ends with, 0 to 1.
    """

    pieces: int
    encoder_rate: float
    head_rate: float
    attributions: float = 1.0
    before: float = 0.0


@dataclass(frozen=True, slots=True)
class Learning:
    """How the network learns; see the comments in the recipe."""

    phases: tuple[Phase, ...]
    batch_pieces: int
    window: int
    warm_up: float
    weight_decay: float
    attribution_weight: float
    link_weight: float
    bfloat16: bool
    threads: int
    checkpoint_seconds: float
    evaluations: int

    @property
    def pieces(self) -> int:
        """The pieces of all phases together."""
        return sum(phase.pieces for phase in self.phases)


@dataclass(frozen=True, slots=True)
class Dev:
    """The development texts, and how many of either kind give the figures along the way."""

    articles: str
    attributions: str
    texts: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what the trained weights will be, the data aside."""

    name: str
    version: str
    seed: int
    languages: tuple[str, ...]
    encoder: dict[str, str]
    corpora: tuple[Corpus, ...]
    augmentation: Rates
    learning: Learning
    dev: Dev


def load_recipe(path: Path = RECIPE) -> Recipe:
    """Read a recipe; a missing or unknown key raises TypeError."""
    with path.open("rb") as file:
        values = tomllib.load(file)
    return Recipe(
        **{
            **values,
            "languages": tuple(values["languages"]),
            "corpora": tuple(Corpus(**corpus) for corpus in values["corpora"]),
            "augmentation": Rates(**values["augmentation"]),
            "dev": Dev(**values["dev"]),
            "learning": Learning(
                **{
                    **values["learning"],
                    "phases": tuple(Phase(**phase) for phase in values["learning"]["phases"]),
                }
            ),
        }
    )
