"""`python -m evaluation.stock_stanza`: Stanza's English in the sizes in which it is published.

It has learned next to nothing, and what it finds is of no use; but it takes as long as the
published package, because the time of a recurrent network depends on its sizes and on what it
reads, not on its weights. So:

- Sizes are the defaults with which Stanza trains, read from its own argument parsers
  (stanza.models.charlm, tokenizer, mwt_expander and ner_tagger): character language models of
  1,024 units in both directions, a tagger of 256 over them and over word vectors of 100. They
  are made by Stanza's classes, saved in its format and run by `stanza.Pipeline`.
- The tokenizer learns for a few seconds where words and sentences end, by a rough rule: cuts at
  random would make sentences, and so batches, of a shape that no news has.
- The tagger is held to "O": names at random would cost time that the published package does
  not spend.

Where the published package has more, this one has less, which only makes it faster: word vectors
for the words of the texts at hand, one set of tags (OntoNotes' 18 types) for the published two,
and no character language model in the tokenizer (stanza/resources/prepare_resources.py).
"""

import json
import logging
import re
import tempfile
import time
from collections.abc import Mapping, Sequence
from hashlib import md5
from itertools import product
from pathlib import Path
from typing import Any

import stanza
import torch
from stanza.models import charlm, mwt_expander, ner_tagger, tokenizer
from stanza.models.common.char_model import CharacterLanguageModel
from stanza.models.common.pretrain import Pretrain, PretrainedWordVocab
from stanza.models.common.vocab import CharVocab, CompositeVocab
from stanza.models.mwt.trainer import Trainer as ExpanderTrainer
from stanza.models.mwt.vocab import Vocab as ExpanderVocab
from stanza.models.ner.trainer import Trainer as TaggerTrainer
from stanza.models.ner.vocab import MultiVocab
from stanza.models.pos.vocab import WordVocab

from evaluation.workers import Job, serve

NAME = "stock"
# https://catalog.ldc.upenn.edu/docs/LDC2013T19/OntoNotes-Release-5.0.pdf, 2.6
ENTITY_TYPES = """
    CARDINAL DATE EVENT FAC GPE LANGUAGE LAW LOC MONEY NORP ORDINAL ORG PERCENT PERSON PRODUCT
    QUANTITY TIME WORK_OF_ART
"""
TOKENIZER_STEPS = 40
SEED = 1234

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*|[^\w\s]|_")
_CONTRACTION = re.compile(r"['’](?:s|re|ve|ll|d|m)$|n['’]t$", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?][\"'”’)]*(?=\s+[\"'“‘(]?[A-Z0-9]|\s*\Z)")
_PARAGRAPH = re.compile(r"\n\s*\n")


def prepare(setup: Mapping[str, Any]) -> Job:
    """Build a package for `texts` and load it; it computes with so many `threads`."""
    texts = setup["texts"]
    logging.getLogger("stanza").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        build_stock_package(Path(folder), texts)
        pipeline = load_stock_pipeline(Path(folder))
    torch.set_num_threads(setup["threads"])

    def run(_job: Mapping[str, Any]) -> Mapping[str, Any]:
        started = time.monotonic()
        # All texts at once: sentences of several texts share a batch, which is faster.
        documents = pipeline.bulk_process([stanza.Document([], text=text) for text in texts])
        seconds = time.monotonic() - started
        sentences = [sentence for document in documents for sentence in document.sentences]
        tokens = sum(len(sentence.tokens) for sentence in sentences)
        return {"seconds": seconds, "sentences": len(sentences), "tokens": tokens}

    return run


def build_stock_package(folder: Path, texts: Sequence[str]) -> None:
    """Write a package of English to `folder`, with what the texts need in its vocabularies."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    language = folder / "en"
    for kind in ("tokenize", "mwt", "ner", "pretrain", "forward_charlm", "backward_charlm"):
        (language / kind).mkdir(parents=True, exist_ok=True)
    characters = CharVocab([sorted({*"\n ", *"".join(texts)})])
    _train_tokenizer(language / "tokenize", folder, texts)
    _save_expander(language / "mwt", characters)
    for direction in ("forward", "backward"):
        _save_language_model(language / f"{direction}_charlm", characters, direction)
    words = sorted({word.lower() for text in texts for word in _WORD.findall(text)})
    _save_tagger(language, characters, words)
    _write_index(folder)


def load_stock_pipeline(folder: Path) -> stanza.Pipeline:
    """Load the package as any caller of Stanza does."""
    return stanza.Pipeline(
        "en",
        dir=str(folder),
        processors="tokenize,mwt,ner",
        download_method=None,
        use_gpu=False,
        verbose=False,
    )


def label_characters(text: str) -> str:
    """Return, for every character of a paragraph, the label by which Stanza's tokenizer learns.

    1 ends a word, 2 a sentence, 3 a word of several words and 4 such a one and a sentence;
    the rest is 0. stanza/models/tokenization/data.py defines them.
    """
    labels = ["0"] * len(text)
    ends = {end for match in _SENTENCE_END.finditer(text) for end in [match.end()]}
    last = 0
    for word in _WORD.finditer(text):
        last = word.end()
        labels[last - 1] = str((3 if _CONTRACTION.search(word[0]) else 1) + (last in ends))
    if last and last not in ends:
        labels[last - 1] = "4" if labels[last - 1] == "3" else "2"
    return "".join(labels)


def _train_tokenizer(save_dir: Path, work: Path, texts: Sequence[str]) -> None:
    paragraphs = [" ".join(each.split()) for text in texts for each in _PARAGRAPH.split(text)]
    paragraphs = [each for each in paragraphs if each]
    written = {
        "txt": "\n\n".join(paragraphs),
        "label": "\n\n".join(map(label_characters, paragraphs)),
        "mwt": "[]",
    }
    for name, content in written.items():
        (work / name).write_text(content, encoding="utf-8")
    tokenizer.main(
        [
            *("--txt_file", str(work / "txt"), "--dev_txt_file", str(work / "txt")),
            *("--label_file", str(work / "label"), "--dev_label_file", str(work / "label")),
            *("--mwt_json_file", str(work / "mwt"), "--lang", "en", "--shorthand", "en_stock"),
            *("--save_dir", str(save_dir), "--save_name", f"{NAME}.pt", "--cpu", "--use_mwt"),
            *(
                "--max_seqlen",
                "300",
                "--batch_size",
                "8",
                "--steps",
                str(TOKENIZER_STEPS),
                "--eval_steps",
                "100000",
            ),
            # Nothing but to learn fast: none of this is in the model that is kept.
            *("--lr0", "0.02", "--dropout", "0", "--unit_dropout", "0", "--feat_dropout", "0"),
            *("--feat_unit_dropout", "0", "--tok_noise", "0", "--sent_drop_prob", "0"),
        ]
    )


def _save_expander(save_dir: Path, characters: CharVocab) -> None:
    """Save one that cuts words rather than writing them, which is what Stanza makes of English."""
    args = vars(mwt_expander.parse_args(["--lang", "en", "--shorthand", "en_stock", "--cpu"]))
    units = "".join(unit for unit in characters._id2unit if len(unit) == 1)
    vocabulary = ExpanderVocab([(units, "")], "en_stock")
    args.update(vocab_size=len(vocabulary), num_layers=2, force_exact_pieces=True)
    ExpanderTrainer(args=args, vocab=vocabulary, device="cpu").save(str(save_dir / f"{NAME}.pt"))


def _save_language_model(save_dir: Path, characters: CharVocab, direction: str) -> None:
    args = charlm.parse_args(["--direction", direction, "--cpu"])
    model = CharacterLanguageModel(args, {"char": characters}, is_forward_lm=direction == "forward")
    model.save(str(save_dir / f"{NAME}.pt"))


def _save_tagger(language: Path, characters: CharVocab, words: list[str]) -> None:
    models = {kind: language / kind / f"{NAME}.pt" for kind in ("pretrain", "ner")}
    args = ner_tagger.parse_args(
        [
            *("--shorthand", "en_stock", "--cpu", "--charlm", "--charlm_shorthand", "en_stock"),
            *("--charlm_forward_file", str(language / "forward_charlm" / f"{NAME}.pt")),
            *("--charlm_backward_file", str(language / "backward_charlm" / f"{NAME}.pt")),
        ]
    )
    vocabulary = PretrainedWordVocab(words)
    vectors = torch.randn(len(vocabulary), args["word_emb_dim"])
    torch.save({"vocab": vocabulary.state_dict(), "emb": vectors}, models["pretrain"])
    tags = ["O", *map("-".join, product("BIES", ENTITY_TYPES.split()))]
    vocabularies = MultiVocab(
        {
            "char": characters,
            "delta": WordVocab([[[word] for word in words]], "en_stock", lower=True),
            "tag": CompositeVocab([[[(tag,)] for tag in tags]], "en_stock", idx=0, sep=None),
            "word": vocabulary,
        }
    )
    trainer = TaggerTrainer(
        args=args, vocab=vocabularies, pretrain=Pretrain(str(models["pretrain"])), device="cpu"
    )
    (outside,) = vocabularies["tag"].unit2id(("O",))
    trainer.model.tag_clfs[0].bias.data[outside] = 100
    trainer.save(str(models["ner"]))


def _write_index(folder: Path) -> None:
    kinds = ("tokenize", "mwt", "ner", "pretrain", "forward_charlm", "backward_charlm")
    index: dict[str, Any] = {
        kind: {NAME: {"md5": md5((folder / "en" / kind / f"{NAME}.pt").read_bytes()).hexdigest()}}
        for kind in kinds
    }
    index["ner"][NAME]["dependencies"] = [
        {"model": kind, "package": NAME} for kind in kinds if kind not in ("tokenize", "mwt", "ner")
    ]
    index["packages"] = {"default": {"tokenize": NAME, "mwt": NAME, "ner": NAME}}
    index["lang_name"] = "English"
    (folder / "resources.json").write_text(json.dumps({"en": index}))


if __name__ == "__main__":
    serve(prepare)
