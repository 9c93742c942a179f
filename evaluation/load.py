"""Many callers at once get the answers that one caller gets.

Only ever run against loopback; the number of requests is fixed beforehand.
"""

import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from evaluation.client import post_text

CLIENTS = 32
ROUNDS = 3

_TIMINGS = re.compile(rb'"timings_ms":\s*\{[^}]*\}')


@dataclass(frozen=True, slots=True)
class LoadScore:
    """What came back under load. `different` counts answers that are not the serial ones."""

    clients: int
    requests: int
    different: int
    serial_chars_per_second: float
    loaded_chars_per_second: float


def compare_under_load(url: str, texts: Sequence[str], *, clients: int = CLIENTS) -> LoadScore:
    """Ask for every text alone, then `ROUNDS` times by `clients` callers at once."""
    if urlsplit(url).hostname not in ("127.0.0.1", "::1", "localhost"):
        raise ValueError(f"not on loopback: {url}")
    started = time.monotonic()
    alone = [ask(url, text) for text in texts]
    between = time.monotonic()
    numbers = [number for _ in range(ROUNDS) for number in range(len(texts))]
    with ThreadPoolExecutor(clients) as pool:
        loaded = list(pool.map(lambda number: ask(url, texts[number]), numbers))
    ended = time.monotonic()
    chars = sum(map(len, texts))
    return LoadScore(
        clients=clients,
        requests=len(loaded),
        different=sum(
            answer != alone[number] for number, answer in zip(numbers, loaded, strict=True)
        ),
        serial_chars_per_second=round(chars / (between - started)),
        loaded_chars_per_second=round(ROUNDS * chars / (ended - between)),
    )


def ask(url: str, text: str) -> bytes:
    """Return the answer to a text without its timings."""
    return _TIMINGS.sub(b"", post_text(url, text).content)
