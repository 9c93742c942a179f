"""A Stanza package small enough to train in a test, in a folder as Stanza's servers offer it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import md5
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from stanza.models import ner_tagger, tokenizer
from stanza.resources.common import DEFAULT_RESOURCES_VERSION

SENTENCES = [
    [("Anna", "B-PER"), ("Weber", "E-PER"), ("wohnt", "O"), ("in", "O"), ("Bonn", "S-LOC")],
    [("Die", "O"), ("Siemens", "B-ORG"), ("AG", "E-ORG"), ("baut", "O"), ("in", "O"), ("Bonn", "S-LOC")],
    [("Anna", "B-PER"), ("Weber", "E-PER"), ("lobt", "O"), ("die", "O"), ("Siemens", "B-ORG"), ("AG", "E-ORG")],
]  # fmt: skip
SMALL = ["--cpu", "--hidden_dim", "16", "--dropout", "0", "--save_name", "tiny.pt"]


def build_tiny_package(folder: Path) -> None:
    """Train a tokenizer and a tagger, and write them and Stanza's index of them to `folder`."""
    _train_tokenizer(folder / "de" / "tokenize", folder / "work")
    _train_tagger(folder / "de" / "ner", folder / "work")
    write_index(folder)


def write_index(folder: Path) -> None:
    """Write the index that tells what is in `folder`; whoever serves it adds its own address."""
    digests = {
        kind: md5((folder / "de" / kind / "tiny.pt").read_bytes()).hexdigest()
        for kind in ("tokenize", "ner")
    }
    index = {
        "ger": {"alias": "de"},
        "de": {
            "lang_name": "German",
            **{kind: {"tiny": {"md5": digest}} for kind, digest in digests.items()},
            "packages": {
                "default": {"tokenize": "tiny", "ner": "tiny"},
                "nameless": {"tokenize": "tiny"},
            },
        },
        "url": "ADDRESS/{lang}/{filename}",
    }
    (folder / f"resources_{DEFAULT_RESOURCES_VERSION}.json").write_text(json.dumps(index))


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Offer `folder` on loopback for a while, and give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    address = f"http://127.0.0.1:{server.server_port}"
    for index in folder.glob("resources_*.json"):
        index.write_text(index.read_text().replace("ADDRESS", address))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()


def _train_tokenizer(save_dir: Path, work: Path) -> None:
    work.mkdir(parents=True, exist_ok=True)
    text = labels = ""
    for sentence in SENTENCES * 4:
        words = [word for word, _ in sentence]
        text += " ".join(words) + ". "
        labels += "0".join("0" * (len(word) - 1) + "1" for word in words) + "20"
    files = {"txt": text + "\n\n", "label": labels + "\n\n", "mwt": "[]"}
    for name, content in files.items():
        (work / name).write_text(content)
    tokenizer.main(
        [
            *SMALL,
            *("--txt_file", str(work / "txt"), "--dev_txt_file", str(work / "txt")),
            *("--label_file", str(work / "label"), "--dev_label_file", str(work / "label")),
            *("--mwt_json_file", str(work / "mwt"), "--lang", "de", "--shorthand", "de_tiny"),
            *("--save_dir", str(save_dir), "--steps", "150", "--eval_steps", "1000"),
            *("--emb_dim", "8", "--unit_dropout", "0", "--feat_unit_dropout", "0"),
            *("--lr0", "0.02", "--batch_size", "4", "--max_seqlen", "60"),
        ]
    )


def _train_tagger(save_dir: Path, work: Path) -> None:
    document = [
        [{"text": word, "ner": tag, "multi_ner": [tag]} for word, tag in [*sentence, (".", "O")]]
        for sentence in SENTENCES
    ]
    data = work / "ner.json"
    data.write_text(json.dumps(document))
    ner_tagger.main(
        [
            *SMALL,
            *("--train_file", str(data), "--eval_file", str(data), "--shorthand", "de_tiny"),
            *("--save_dir", str(save_dir), "--max_steps", "60", "--eval_interval", "60"),
            *("--no_pretrain", "--word_emb_dim", "16", "--word_dropout", "0"),
            *("--char_hidden_dim", "8", "--char_emb_dim", "8", "--optim", "adam", "--lr", "0.02"),
        ]
    )
