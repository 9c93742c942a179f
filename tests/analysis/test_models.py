"""The model: loading it, reading with it, and the windows that long texts are read in."""

import json
import shutil

import pytest
import torch
from torch import nn

from analysis.document import ModelInfo
from analysis.errors import Abandoned, ModelDamaged
from analysis.models import (
    CONFIG_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    Model,
    load_model,
)
from analysis.readings import ATTRIBUTION_TAGS, MENTION_TAGS
from tests.tiny_model import TINY, tiny_network, tiny_tokenizer, write_tiny_model
from training.network import load_network

TOKENIZER = tiny_tokenizer()
INFO = ModelInfo("words", "1", "", ("en",))
STORY = (
    "The minister said the bridge is new. “We will not,” Ann Lee told the city.\n\nHe added: no. "
)

WORD_TAGS = {"lee": "B-source", "said": "B-cue", "river": "B-content", "water": "I-content"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_tiny_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def model(folder):
    return load_model(folder)


@pytest.fixture
def copy(folder, tmp_path):
    """A copy of the model that a test may damage."""
    return shutil.copytree(folder, tmp_path / "copy")


class WordNetwork(nn.Module):
    """Tags words by what they are, and links each fragment to the nearest.

    "ann" is a person, "lee" a source, "said" a cue, "river" begins a content
    and "water" continues it. Counts how often each window is read.
    """

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.mention_head = self._head(MENTION_TAGS.tags, {"ann": "S-person"})
        self.attribution_head = self._head(ATTRIBUTION_TAGS.tags, WORD_TAGS)

    def _head(self, tags: tuple[str, ...], by_word: dict[str, str]) -> nn.Linear:
        head = nn.Linear(TINY.vocabulary, len(tags))
        with torch.no_grad():
            head.weight.zero_()
            head.bias.copy_(torch.tensor([5.0, *[0.0] * (len(tags) - 1)]))
            for word, tag in by_word.items():
                head.weight[tags.index(tag), TOKENIZER.token_to_id(word)] = 10.0
        return head

    def encode(self, ids, shapes, states, mask):
        assert ids.shape == shapes.shape == states.shape
        assert ids.shape[1] <= TINY.window
        self.reads += 1
        return nn.functional.one_hot(ids, TINY.vocabulary).float()

    def score_cues(self, states, paragraphs, queries, cues):
        return -(queries[:, None, 1] - cues[None, :, 0]).abs().float()

    def score_sources(self, states, paragraphs, cues, sources):
        none = torch.full((len(cues), 1), -100.0)
        return torch.cat([none, self.score_cues(states, paragraphs, cues, sources)], dim=1)


@pytest.fixture
def words():
    return Model(WordNetwork(), TOKENIZER, TINY, INFO)


def test_info(model):
    """A model knows its name, its version, its languages and the digest of its weights."""
    assert (model.info.name, model.info.version) == ("tiny", "0.0.1")
    assert model.info.languages == ("en",)
    assert len(model.info.digest) == 64


@pytest.mark.parametrize("load", [load_model, load_network])
def test_weights_survive(folder, load):
    """What is loaded is what was exported, to half precision."""
    exported = tiny_network(eagerness=20.0).state_dict()
    loaded = load(folder).network.state_dict()
    assert "mention_head.weight" in loaded
    for name, tensor in loaded.items():
        torch.testing.assert_close(tensor, exported[name], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("name", [CONFIG_FILE, WEIGHTS_FILE, TOKENIZER_FILE])
def test_missing_file(copy, name):
    """A model that lacks a file is damaged, and the error names the file."""
    (copy / name).unlink()
    with pytest.raises(ModelDamaged, match="No such file") as caught:
        load_model(copy)
    assert caught.value.path == str(copy / name)


@pytest.mark.parametrize("name", [WEIGHTS_FILE, TOKENIZER_FILE])
def test_other_file(copy, name):
    """A file that is not the one whose digest the config holds is refused before it is read."""
    content = bytearray((copy / name).read_bytes())
    content[-2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(ModelDamaged, match="SHA-256"):
        load_model(copy)


def test_other_digest(copy):
    """A config that names other weights does not fit these."""
    config = json.loads((copy / CONFIG_FILE).read_text())
    config["sha256"][WEIGHTS_FILE] = "0" * 64
    (copy / CONFIG_FILE).write_text(json.dumps(config))
    with pytest.raises(ModelDamaged, match="SHA-256"):
        load_model(copy)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u2028"])
def test_nothing_to_read(model, text):
    """A text without words has an empty reading."""
    reading = model.read(text)
    assert (reading.mentions, reading.attributions) == ((), ())


def test_finds_something(model):
    """The random model is bold enough for the tests that use it to mean anything."""
    reading = model.read(STORY * 4)
    assert reading.mentions
    assert any(a.cue and a.speaker for a in reading.attributions)


def test_order_does_not_matter(folder):
    """A text is read alike alone, after others, and by another instance of the model."""
    stories = [STORY * n for n in (1, 5, 2)]
    alone = [load_model(folder).read(story) for story in stories]
    together = load_model(folder)
    assert [together.read(story) for story in reversed(stories)] == alone[::-1]
    assert [together.read(story) for story in stories] == alone


@pytest.mark.parametrize("left", [0, 1, 3])
def test_abandoned(words, left):
    """Once nobody wants a text, no further window of it is read."""
    answers = [True] * left + [False]
    with pytest.raises(Abandoned):
        words.read("the " * 300, lambda: answers.pop(0))
    assert words.network.reads == left


@pytest.mark.parametrize("fillers", [0, 1, 13, 14, 15, 29, 30, 31, 44, 45, 46, 100])
def test_every_mention_once(words, fillers):
    """A name is found once, wherever the windows end."""
    text = "the " * fillers + "ann of ann" + " the" * 40
    starts = [mention.span.start for mention in words.read(text).mentions]
    assert starts == [4 * fillers, 4 * fillers + 7]


def test_windows_read_once(words):
    """A long text takes one encoder pass: a window for each stride."""
    words.read("the " * 300)
    assert words.network.reads == len(range(0, 300 - 30, 16)) + 1


class EdgeNetwork(WordNetwork):
    """Takes "ann" for a person, surely near the edge of a window and hardly in its middle."""

    def encode(self, ids, shapes, states, mask):
        hidden = super().encode(ids, shapes, states, mask)
        length = ids.shape[1]
        sure = [1.2 if min(at, length - 1 - at) <= 3 else 0.36 for at in range(length)]
        return hidden * torch.tensor(sure)[None, :, None]


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        pytest.param(29, 40, 0, id="at an edge, and in the middle of the next window"),
        pytest.param(0, 60, 1, id="at the text's own edge"),
    ],
)
def test_windows_count_as_far_as_they_see(before, after, names):
    """What a window reads near its edge counts little beside what another one sees whole."""
    model = Model(EdgeNetwork(), TOKENIZER, TINY, INFO)
    text = " ".join([*["the"] * before, "ann", *["the"] * after])
    assert len(model.read(text).mentions) == names


@pytest.mark.parametrize("shift", range(16))
def test_links_across_windows(words, shift):
    """Content, cue and source find each other wherever the windows end."""
    text = "the " * shift + "river water said lee the the of " * 20
    reading = words.read(text)
    assert len(reading.attributions) == 20
    for attribution in reading.attributions:
        (content,), (cue,) = attribution.content, attribution.cue
        assert text[content.start : attribution.speaker.end] == "river water said lee"
        assert content.end + 1 == cue.start


@pytest.mark.parametrize("length", [31, 45, 100])
def test_content_longer_than_a_window(words, length):
    """A content that no window holds is linked to the cue that follows it."""
    text = "of " * 20 + "river" + " water" * length + " said lee" + " of" * 40
    (attribution,) = words.read(text).attributions
    assert attribution.content[0].of(text).count("water") == length
    assert attribution.speaker.of(text) == "lee"


@pytest.mark.parametrize(
    ("text", "is_linked"),
    [
        pytest.param("river of it said lee", True, id="the same paragraph"),
        pytest.param("river of it\n\nsaid lee", True, id="the next one"),
        pytest.param("said lee\nriver of it", True, id="the one before"),
        pytest.param("river of it\nthe\nsaid lee", False, id="the next but one"),
        pytest.param("river " + "the " * 40 + "said lee", False, id="out of the window"),
    ],
)
def test_reach_of_cues(words, text, is_linked):
    """A content's cue is in its paragraph or beside it."""
    (attribution,) = words.read(text).attributions
    assert bool(attribution.cue) is is_linked
    assert bool(attribution.speaker) is is_linked


def test_own_paragraph_first(words):
    """A cue of another paragraph must be much likelier than one of the content's own."""
    text = "said lee\nriver of it said ann"
    (attribution,) = words.read(text).attributions
    assert attribution.cue[0].start > text.index("river")


def test_no_sources(words):
    """Where a window holds no source, a cue has none."""
    (attribution,) = words.read("river said ann").attributions
    assert attribution.speaker is None


def test_distances_have_signs():
    """What stands before is told from what stands after at the same distance."""
    scorer = tiny_network().cue_link
    with torch.inference_mode():
        states = torch.zeros((20, TINY.hidden))
        paragraphs = torch.zeros(20, dtype=torch.long)
        query = torch.tensor([[10, 10]])
        scores = scorer(states, paragraphs, query, torch.tensor([[7, 7], [13, 13]]))
    assert scores[0, 0] != scores[0, 1]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("not JSON", id="no JSON"),
        pytest.param("{}", id="empty"),
        pytest.param('{"sha256": {}}', id="digests missing"),
        pytest.param("[]", id="a list"),
    ],
)
def test_damaged_config(copy, content):
    """A config that is not one of a model is told as such."""
    (copy / "config.json").write_text(content)
    with pytest.raises(ModelDamaged, match=r"config\.json"):
        load_model(copy)
