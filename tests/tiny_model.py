"""A model small enough to make in a test: random weights, a vocabulary of a few words."""

import string
from dataclasses import replace
from pathlib import Path

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from analysis.encoder import Config
from training.augmentation import Rates
from training.export import export_model
from training.network import Network
from training.settings import Learning, Phase, Recipe

WORDS = [
    *("ann", "lee", "mayor", "minister", "council", "river", "bridge", "harbour", "water", "city"),
    *("he", "she", "it", "they", "we", "said", "says", "told", "added", "will", "not", "is", "was"),
    *("the", "a", "in", "of", "to", "and", "that", "for", "on", "by", "plan", "new", "people"),
]
TINY = Config(
    vocabulary=400,
    hidden=32,
    layers=2,
    heads=2,
    feed_forward=64,
    positions=64,
    link=16,
    window=32,
    stride=16,
)
# As small, with windows as long as the shipped model's.
WIDE = replace(TINY, positions=512, window=256, stride=128)


def tiny_recipe(*, pieces: int = 600, **learning) -> Recipe:
    """Return a recipe that is over in a moment; keywords change how it learns."""
    settings = {
        "phases": (Phase(pieces, 1e-3, 1e-2),),
        "batch_pieces": 96,
        "window": 40,
        "warm_up": 0.1,
        "weight_decay": 0.01,
        "attribution_weight": 1.0,
        "link_weight": 0.3,
        "bfloat16": False,
        "threads": 1,
        "checkpoint_seconds": 3600,
        "evaluations": 2,
        **learning,
    }
    return Recipe(
        name="tiny",
        version="0.0.1",
        seed=7,
        languages=("en",),
        encoder={"package": "none", "hub": "none"},
        corpora=(),
        augmentation=Rates(
            marks=0.5,
            dashes=0.5,
            glue=0.5,
            names=0.5,
            case=0.3,
            noise=0.3,
            stops=0.3,
            worldwide=0.3,
            coined=0.2,
        ),
        learning=Learning(**settings),
        dev={},
    )


def tiny_tokenizer() -> Tokenizer:
    """Return a WordPiece tokenizer like the shipped one, that knows every ASCII character."""
    letters = [*string.ascii_lowercase, *string.digits, *string.punctuation, *"“”‘’«»„–—"]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[unused1]", *letters, *WORDS]
    vocabulary += [f"##{letter}" for letter in string.ascii_lowercase + string.digits]
    numbers = {piece: number for number, piece in enumerate(dict.fromkeys(vocabulary))}
    assert len(numbers) <= TINY.vocabulary
    tokenizer = Tokenizer(WordPiece(numbers, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


def tiny_network(seed: int = 0, *, eagerness: float = 1.0, config: Config = TINY) -> Network:
    """Return a network with random weights; a greater `eagerness` makes it tag more boldly."""
    torch.manual_seed(seed)
    network = Network(config)
    with torch.no_grad():
        for head in (network.mention_head, network.attribution_head):
            head.weight *= eagerness
        network.source_link.distance.weight.normal_()
        network.cue_link.distance.weight.normal_()
    return network.eval()


def write_tiny_model(folder: Path, seed: int = 0, config: Config = TINY) -> Path:
    """Export a random model that finds something in every text."""
    network = tiny_network(seed, eagerness=20.0, config=config)
    export_model(network, tiny_tokenizer(), tiny_recipe(), folder)
    return folder
