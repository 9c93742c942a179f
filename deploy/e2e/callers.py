"""Callers that do what docs/integrate.md says: its own code, run against nginx on loopback."""

import html
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import requests

from deploy.e2e.balancer import ROOT

GUIDE = ROOT / "docs/integrate.md"
RIGHT = "right"
WRONG = "wrong answer"

# Where the code of the guide asks, and what it is made of.
_ADDRESS = "http://localhost:8000"
_FUNCTIONS = ("analyze", "analyze_patiently")

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Article:
    """A text, and the answer that a lone caller got, without timings."""

    text: str
    answer: Answer


@dataclass(slots=True)
class Tally:
    """What became of tries and of callers. Seconds are from the first try to the answer."""

    tries: Counter[str] = field(default_factory=Counter)
    first_tries: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def requests(self) -> int:
        """How many texts callers wanted answers to."""
        return self.first_tries.total()

    @property
    def retried(self) -> int:
        """How many texts had no answer at the first try."""
        return self.requests - self.first_tries[RIGHT] - self.first_tries[WRONG]

    def find_wait(self, share: float) -> float:
        """Return what such a share of the callers waited at most, in seconds."""
        waits = sorted(self.waits)
        return waits[min(len(waits) - 1, int(share * len(waits)))] if waits else 0.0

    def describe(self) -> dict[str, Any]:
        """Return the figures."""
        return {
            "requests": self.requests,
            "answered_rightly": self.tries[RIGHT],
            "tries": dict(self.tries),
            "retried": self.retried,
            "failed": dict(self.failed),
            "seconds": round(self.seconds, 1),
            "answers_per_second": round(len(self.waits) / self.seconds, 2),
            "p50_seconds": round(self.find_wait(0.5), 3),
            "p99_seconds": round(self.find_wait(0.99), 3),
            "longest_seconds": round(self.find_wait(1.0), 3),
        }

    def __str__(self) -> str:
        figures = self.describe()
        tries = ", ".join(f"{number} {kind}" for kind, number in self.tries.most_common())
        return (
            f"{figures['requests']} requests, {figures['answers_per_second']} answers a second; "
            f"tries: {tries}; {self.retried} needed another try, {self.failed.total()} failed; "
            f"p50 {figures['p50_seconds']} s, p99 {figures['p99_seconds']} s, longest "
            f"{figures['longest_seconds']} s"
        )


def strip_timings(answer: Answer) -> Answer:
    """Return an answer without what differs from time to time."""
    meta = {key: value for key, value in answer["meta"].items() if key != "timings_ms"}
    return {**answer, "meta": meta}


def ask_serially(url: str, texts: Sequence[str]) -> list[Article]:
    """Ask for one text after the other."""
    analyze = load_guide(url)["analyze"]
    return [Article(text, strip_timings(analyze(_describe(text)))) for text in texts]


def load_guide(url: str) -> dict[str, Any]:
    """Run the guide's Python of a patient caller, for a service at another address.

    Returns its names: `analyze`, `analyze_patiently` and a session of its own.
    """
    blocks = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    code = [
        block
        for name in _FUNCTIONS
        for block in blocks
        if re.search(rf"^def {name}\(", block, re.MULTILINE)
    ]
    if len(code) != len(_FUNCTIONS) or _ADDRESS not in code[0]:
        raise ValueError(f"the guide has no {' and '.join(_FUNCTIONS)}")
    names: dict[str, Any] = {}
    exec("\n".join(code).replace(_ADDRESS, url), names)
    return names


def _describe(text: str) -> dict[str, Any]:
    """Return a text as an article of the guide's, whose body is HTML."""
    return {"id": None, "headline": None, "html": html.escape(text, quote=False)}


def write_line(text: str) -> bytes:
    """Return a line of a stream that asks what the guide's caller asks."""
    fields = {"text": html.escape(text, quote=False), "content_type": "text/html"}
    return json.dumps(fields).encode() + b"\n"


@contextmanager
def calling(url: str, articles: Sequence[Article], *, callers: int) -> Iterator[Tally]:
    """Have callers ask for one text after another, each at least once; all are done at the end."""
    tally, ending, numbers = Tally(), threading.Event(), count()
    lock = threading.Lock()

    def call() -> None:
        analyze_patiently, tries = _watch(url)
        is_over = False
        while not is_over:
            with lock:
                article = articles[next(numbers) % len(articles)]
            tries.clear()
            started = time.monotonic()
            failure = _call_once(analyze_patiently, article, tries)
            with lock:
                _note(tally, tries, failure, time.monotonic() - started)
            is_over = ending.is_set()

    threads = [threading.Thread(target=call) for _ in range(callers)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    try:
        yield tally
    finally:
        ending.set()
        for thread in threads:
            thread.join()
        tally.seconds = time.monotonic() - started


def _watch(url: str) -> tuple[Callable[[Answer], Answer], list[str]]:
    """Return the guide's patient caller, and a list that gets what becomes of each of its tries."""
    names, tries = load_guide(url), []
    analyze = names["analyze"]

    def analyze_once(article: Answer) -> Answer:
        try:
            answer: Answer = analyze(article)
        except requests.HTTPError as error:
            tries.append(f"status {error.response.status_code}")
            raise
        except requests.RequestException as error:
            tries.append(type(error).__name__)
            raise
        tries.append(RIGHT)
        return answer

    names["analyze"] = analyze_once
    return names["analyze_patiently"], tries


def _call_once(
    analyze_patiently: Callable[[Answer], Answer], article: Article, tries: list[str]
) -> str | None:
    """Ask for a text until there is an answer or patience ends; return what it failed with."""
    try:
        answer = analyze_patiently(_describe(article.text))
    except requests.RequestException:
        return tries[-1]
    if strip_timings(answer) != article.answer:
        tries[-1] = WRONG
        return WRONG
    return None


def _note(tally: Tally, tries: Sequence[str], failure: str | None, seconds: float) -> None:
    tally.tries.update(tries)
    tally.first_tries[tries[0]] += 1
    if failure:
        tally.failed[failure] += 1
    else:
        tally.waits.append(seconds)
