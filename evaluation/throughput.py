"""How many words a second are read: by the service, by its encoder alone, and by stock Stanza."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from evaluation.callers import Callers
from evaluation.encoders import EAGER, SHIPPED, Window, split_windows, start_encoders
from evaluation.samples import count_words, cut_articles, take_words
from evaluation.server import Service
from evaluation.timing import Row, Spread, alternate, divide, hold_to_least
from evaluation.workers import Team, start_team

CLIENTS = 16
ARTICLE_WORDS = 500
BATCHES = (1, 4, 16)

LEAST_OF_CEILING = 0.8
LEAST_TIMES_STANZA = 8.0
LEAST_TIMES_EAGER = 2.0

# Sets of windows: those that the service reads, the same pieces without overlap, and some of them.
_ALL, _ONCE, _SOME = "all", "once", "some"


@dataclass(frozen=True, slots=True)
class Extent:
    """How many words a side reads in a round, and how many articles of 500 words Stanza does.

    Layouts are all tried for the fastest, or each core has a process that reads a window at once.
    """

    rounds: int
    words: int
    eager_words: int
    stanza_texts: int
    tries_layouts: bool


def measure_throughput(
    services: Mapping[int, Service],
    callers: Callers,
    texts: Sequence[str],
    extent: Extent,
    *,
    cores: int,
) -> list[Row]:
    """Time all sides in turn; `services` have as many workers as their key says.

    The one with most workers is held to the bounds.
    """
    all_, some = (take_words(texts, words) for words in (extent.words, extent.eager_words))
    # Of the same length, so that processes share them out evenly.
    few = cut_articles(texts, ARTICLE_WORDS)[: extent.stanza_texts]
    sets = {
        _ALL: split_windows(all_),
        _ONCE: split_windows(all_, overlap=False),
        _SOME: split_windows(some),
    }
    layouts = _list_layouts(cores) if extent.tries_layouts else [_Layout(cores, 1)]
    batches = BATCHES if extent.tries_layouts else (1,)
    with ExitStack() as stack:
        stanza = _Stanza(stack, few, layouts)
        shipped, eager = (
            _Encoder(stack, runtime, sets, layouts, batches) for runtime in (SHIPPED, EAGER)
        )
        served = {workers: _Served(service, callers, all_) for workers, service in services.items()}
        words, some_words = _count(all_), _count(some)
        figures = alternate(
            {
                "ceiling": lambda: words / shipped.time(_ALL),
                "once": lambda: words / shipped.time(_ONCE),
                **{f"service {workers}": one.rate for workers, one in served.items()},
                "stanza": stanza.rate,
                "eager": lambda: some_words / eager.time(_SOME),
                "shipped": lambda: some_words / shipped.time(_SOME),
            },
            extent.rounds,
        )
    most = max(served)
    return [
        _rate_row(f"Encoder alone ({shipped.layout})", figures["ceiling"]),
        *(_describe_service(workers, served[workers], figures) for workers in sorted(served)),
        *_compare_services(sorted(served), figures),
        _rate_row(f"Stock Stanza ({stanza.describe()})", figures["stanza"]),
        hold_to_least(
            "Service ÷ stock Stanza",
            divide(figures[f"service {most}"], figures["stanza"]),
            LEAST_TIMES_STANZA,
            places=1,
        ),
        _rate_row(f"Same weights in eager float32 PyTorch ({eager.layout})", figures["eager"]),
        hold_to_least(
            "Shipped encoder ÷ eager float32 PyTorch, same windows",
            divide(figures["shipped"], figures["eager"]),
            LEAST_TIMES_EAGER,
        ),
    ]


def _count(texts: Sequence[str]) -> int:
    return sum(map(count_words, texts))


def _rate_row(what: str, figures: Sequence[float]) -> Row:
    return Row(what, Spread.of(figures).format("words/s"))


def _compare_services(workers: Sequence[int], figures: Mapping[str, list[float]]) -> Iterator[Row]:
    for count in workers:
        what = f"Service ÷ encoder alone, {_describe_workers(count)}"
        ratio = divide(figures[f"service {count}"], figures["ceiling"])
        if count == workers[-1]:
            yield hold_to_least(what, ratio, LEAST_OF_CEILING)
            ratio = divide(figures[f"service {count}"], figures["once"])
            yield Row("… if the encoder read no piece twice", ratio.format(places=2))
        else:
            yield Row(what, ratio.format(places=2))


def _describe_service(workers: int, served: "_Served", figures: Mapping[str, list[float]]) -> Row:
    share = Spread.of(served.client_shares).median
    return _rate_row(
        f"Service, {_describe_workers(workers)}, {CLIENTS} clients (their own share of a core: "
        f"{share:.0%})",
        figures[f"service {workers}"],
    )


def _describe_workers(count: int) -> str:
    return f"{count} worker{'s' if count > 1 else ''}"


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the cores are used: by several processes of several threads, `batch` windows at once."""

    processes: int
    threads: int
    batch: int = 1

    def __str__(self) -> str:
        layout = f"{self.processes} × {self.threads} threads"
        return f"{layout}, {self.batch} windows at once" if self.batch > 1 else layout


def _list_layouts(cores: int) -> list[_Layout]:
    return [_Layout(count, cores // count) for count in sorted({1, cores})]


class _Encoder:
    """A runtime's processes, in the layout that is fastest here and now."""

    def __init__(
        self,
        stack: ExitStack,
        runtime: str,
        sets: Mapping[str, Sequence[Window]],
        layouts: Sequence[_Layout],
        batches: Sequence[int],
    ) -> None:
        teams = [
            (
                layout,
                stack.enter_context(
                    start_encoders(runtime, layout.processes, layout.threads, sets)
                ),
            )
            for layout in layouts
        ]
        tried = [
            (self._try(team, batch), replace(layout, batch=batch), team)
            for layout, team in teams
            for batch in batches
        ]
        _, self.layout, self._team = min(tried, key=lambda each: each[0])
        # Each length of window is made ready when it first comes.
        for name in sets:
            self.time(name)

    def time(self, name: str) -> float:
        """Return the seconds that a set of windows takes."""
        return self._team.ask(set=name, batch=self.layout.batch)[0]

    @staticmethod
    def _try(team: Team, batch: int) -> float:
        return min(team.ask(set=_SOME, batch=batch)[0] for _ in range(2))


@dataclass(slots=True)
class _Served:
    """A service, what it is sent, and what its clients took of a core each time."""

    service: Service
    callers: Callers
    texts: Sequence[str]
    client_shares: list[float] = field(default_factory=list)

    def rate(self) -> float:
        """Return the words a second that many clients are answered."""
        calls = self.callers.call(self.service.port, self.texts, clients=CLIENTS)
        self.client_shares.append(calls.cpu_seconds / calls.seconds)
        return _count(self.texts) / calls.seconds


class _Stanza:
    """Stock Stanza's processes, in the layout that is fastest here and now."""

    def __init__(self, stack: ExitStack, texts: Sequence[str], layouts: Sequence[_Layout]) -> None:
        self._words = _count(texts)
        tried = []
        for layout in layouts:
            shares = [texts[number :: layout.processes] for number in range(layout.processes)]
            setups = [{"texts": share, "threads": layout.threads} for share in shares]
            team = stack.enter_context(start_team("evaluation.stock_stanza", setups))
            tried.append((*team.ask(), layout, team))
        _, self._read, self.layout, self._team = min(tried, key=lambda each: each[0])

    def rate(self) -> float:
        """Return words a second."""
        return self._words / self._team.ask()[0]

    def describe(self) -> str:
        """Tell the layout, and how long sentences are."""
        tokens, sentences = (sum(one[key] for one in self._read) for key in ("tokens", "sentences"))
        return f"{self.layout}, {tokens / sentences:.0f} tokens a sentence"
