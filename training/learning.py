"""Train the network, in steps that can be interrupted and taken up again."""

import json
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from tqdm import tqdm

from training.augmentation import NamePool, Rates, augment
from training.corpora import Sources
from training.examples import Batch, Example, collate, cut_examples
from training.gazetteers import Gazetteers
from training.losses import Losses, find_losses
from training.network import Network
from training.records import Record
from training.settings import Learning, Recipe

_SHARD = 200


class Batches:
    """The batches of each epoch, the same for the same seed."""

    def __init__(
        self, sources: Sources, tokenizer: Tokenizer, recipe: Recipe, gazetteers: Gazetteers
    ) -> None:
        self._sources = sources
        self._tokenizer = tokenizer
        self._recipe = recipe
        # Silver names are too doubtful to be put into other texts.
        trusted = [r for records, _ in sources for r in records if r.attributions is None]
        rates = recipe.augmentation
        self._names = NamePool(trusted, gazetteers, worldwide=rates.worldwide, coined=rates.coined)

    def epoch(self, number: int) -> Iterator[Batch]:
        """Yield the batches of an epoch, windows of like length together."""
        rng = random.Random(f"{self._recipe.seed}/{number}")
        records = [record for source in self._sources for record in _draw(*source, rng)]
        rng.shuffle(records)
        for start in range(0, len(records), _SHARD):
            examples = [
                example
                for record in records[start : start + _SHARD]
                for example in self._cut(record, self._recipe.augmentation, rng)
            ]
            batches = list(_group(examples, self._recipe.learning.batch_pieces, rng))
            rng.shuffle(batches)
            yield from map(collate, batches)

    def _cut(self, record: Record, rates: Rates, rng: random.Random) -> Iterator[Example]:
        changed = augment(record, self._names, rates, rng)
        return cut_examples(changed, self._tokenizer, self._recipe.learning.window, rng)


def _draw(records: Sequence[Record], repeats: float, rng: random.Random) -> list[Record]:
    whole, part = divmod(repeats, 1)
    return [*records] * int(whole) + rng.sample(records, round(part * len(records)))


def _group(examples: list[Example], most: int, rng: random.Random) -> Iterator[list[Example]]:
    batch: list[Example] = []
    for example in sorted(examples, key=lambda e: len(e) + rng.random() * 8):
        if batch and (len(batch) + 1) * len(example) > most:
            yield batch
            batch = []
        batch.append(example)
    if batch:
        yield batch


class Trainer:
    """The network, its optimizer, and how far training has come."""

    def __init__(
        self,
        network: Network,
        recipe: Recipe,
        folder: Path,
        *,
        start: str | None = None,
        losses: Callable[[Network, Tensor, Batch], Losses] = find_losses,
    ) -> None:
        """Take up what `folder` holds, or begin.

        `start` is the digest of the weights that `network` has, where an earlier
        run made them: all phases but the last are left out then. SystemExit where
        `folder` holds a run that began otherwise.
        """
        self.network = network
        self._find_losses = losses
        self._learning: Learning = recipe.learning
        self._checkpoint = folder / "checkpoint.pt"
        self._log = folder / "log.jsonl"
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        if self._device.type == "cpu":
            # Plain attention learns faster on a processor than PyTorch's fused kernel.
            network.encoder.set_attn_implementation("eager")
        self._optimizer = _optimizer(network.to(self._device), recipe.learning)
        self._start = start
        self._phase = len(recipe.learning.phases) - 1 if start else 0
        self._epoch, self._step = 0, 0
        self._first_pieces = self._pieces = self._bounds()[0]
        self._seconds = 0.0
        if self._checkpoint.exists():
            self._resume()
        else:
            # From now on the folder is this run's.
            self._save()
        self._trim_log()

    @property
    def phase(self) -> int:
        """The number of the phase that training has come to, from 0."""
        return self._phase

    @property
    def seconds(self) -> float:
        """The time spent in training, interruptions left out."""
        return self._seconds

    @property
    def pieces(self) -> int:
        """The pieces that were trained on, those of a phase left out not counted."""
        return self._pieces - self._first_pieces

    def read_log(self) -> list[dict[str, float]]:
        """Return what was logged along the way, oldest first."""
        lines = self._log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def train(
        self, phase: int, batches: Batches, evaluate: Callable[[Network], dict[str, float]]
    ) -> None:
        """Train until the phase's number of pieces is reached; log losses and dev figures.

        `phase` is the one that training has come to, or the next.
        """
        if phase > self._phase:
            self._phase, self._step = phase, 0
        saved = started = time.monotonic()
        before = self._seconds
        interval = self._learning.pieces / self._learning.evaluations
        progress = tqdm(total=self._learning.pieces, initial=self._pieces, unit="piece")
        self.network.train()
        for batch in self._remaining(batches):
            # Before a batch the place in training is the same as after an interruption.
            if time.monotonic() - saved > self._learning.checkpoint_seconds:
                self._save()
                saved = time.monotonic()
            losses = self._learn(batch)
            progress.update(batch.pieces)
            due = (self._pieces // interval) > ((self._pieces - batch.pieces) // interval)
            self._seconds = before + time.monotonic() - started
            if self._step % 50 == 0 or due:
                self._note({**losses, **(self._evaluate(evaluate) if due else {})})
        self._save()
        progress.close()

    def _bounds(self) -> tuple[int, int]:
        """Return the numbers of pieces at which the phase begins and ends."""
        phases = self._learning.phases
        start = sum(phase.pieces for phase in phases[: self._phase])
        return start, start + phases[self._phase].pieces

    def _remaining(self, batches: Batches) -> Iterator[Batch]:
        done = self._step
        end = self._bounds()[1]
        while self._pieces < end:
            for number, batch in enumerate(batches.epoch(self._epoch)):
                if number < done:
                    continue
                yield batch
                if self._pieces >= end:
                    break
            self._epoch, self._step, done = self._epoch + 1, 0, 0

    def _learn(self, batch: Batch) -> dict[str, float]:
        # The seed follows the place in training, so that an interruption changes nothing.
        torch.manual_seed(self._epoch * 1_000_003 + self._step)
        self._set_rates()
        batch = _move(batch, self._device)
        use_bfloat16 = self._learning.bfloat16
        with torch.autocast(self._device.type, torch.bfloat16) if use_bfloat16 else nullcontext():
            hidden = self.network.encode(batch.ids, batch.shapes, batch.states, batch.mask)
        hidden = hidden.float()
        losses = self._find_losses(self.network, hidden, batch)
        weights = {
            "mention": 1.0,
            "attribution": self._learning.attribution_weight,
            "link": self._learning.link_weight,
        }
        present = {name: loss for name, loss in losses.items() if loss is not None}
        self._pieces += batch.pieces
        self._step += 1
        if present:
            self._optimizer.zero_grad(set_to_none=True)
            torch.stack([weights[name] * loss for name, loss in present.items()]).sum().backward()
            nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            self._optimizer.step()
        return {name: round(loss.item(), 4) for name, loss in present.items()}

    def _set_rates(self) -> None:
        start, end = self._bounds()
        share = (self._pieces - start) / (end - start)
        rate = min(1.0, (share + 1e-4) / self._learning.warm_up) * max(0.0, 1.0 - share)
        phase = self._learning.phases[self._phase]
        for group in self._optimizer.param_groups:
            base = phase.encoder_rate if group["is_encoder"] else phase.head_rate
            group["lr"] = base * rate

    def _evaluate(self, evaluate: Callable[[Network], dict[str, float]]) -> dict[str, float]:
        self.network.eval()
        figures = evaluate(self.network)
        self.network.train()
        return figures

    def _note(self, figures: dict[str, float]) -> None:
        line = {
            "pieces": self._pieces,
            "epoch": self._epoch,
            "seconds": round(self._seconds),
            **figures,
        }
        with self._log.open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")

    def _trim_log(self) -> None:
        """Drop what was logged after the last checkpoint, which will be learned again."""
        kept = self.read_log() if self._log.exists() else []
        lines = [json.dumps(line) + "\n" for line in kept if line["pieces"] <= self._pieces]
        self._log.write_text("".join(lines), encoding="utf-8")

    def _save(self) -> None:
        state: dict[str, Any] = {
            "start": self._start,
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "progress": (self._pieces, self._phase, self._epoch, self._step, self._seconds),
        }
        partial = self._checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        os.replace(partial, self._checkpoint)

    def _resume(self) -> None:
        state = torch.load(self._checkpoint, map_location=self._device, weights_only=True)
        if state["start"] != self._start:
            raise SystemExit(f"{self._checkpoint} is of a run that began with {state['start']}")
        self.network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._pieces, self._phase, self._epoch, self._step, self._seconds = state["progress"]


def _optimizer(network: Network, learning: Learning) -> torch.optim.Optimizer:
    # Names that training never shows keep the place that pre-training gave them.
    network.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            decays = parameter.ndim > 1 and "embeddings" not in name
            groups.setdefault((name.startswith("encoder."), decays), []).append(parameter)
    return torch.optim.AdamW(
        [
            {
                "params": parameters,
                "is_encoder": is_encoder,
                "weight_decay": learning.weight_decay if decays else 0.0,
            }
            for (is_encoder, decays), parameters in groups.items()
        ],
        fused=True,
    )


def _move(batch: Batch, device: torch.device) -> Batch:
    names = ("ids", "shapes", "states", "mask", "mention_tags", "mention_weights")
    tensors = {name: getattr(batch, name).to(device) for name in names}
    return Batch(
        **tensors, attribution_tags=batch.attribution_tags.to(device), examples=batch.examples
    )
