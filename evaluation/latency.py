"""How long an answer takes: to a lone caller, and to many who come when they please."""

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.callers import Callers, draw_arrivals
from evaluation.encoders import SHIPPED, split_windows, start_encoders
from evaluation.samples import cut_articles
from evaluation.server import Service
from evaluation.timing import Row, Spread, alternate, divide, hold_to_most, percentile

ARTICLE_WORDS = 500
CLIENTS = 16
LOAD = 0.7
SEED = 70
# More than are ever waiting at such a load.
MAX_WAITING = 48

MOST_TIMES_ENCODER = 1.3
MOST_TIMES_MEDIAN = 4.0


@dataclass(frozen=True, slots=True)
class Extent:
    """How often the lone caller asks, how often load is offered, and for how long.

    So many texts tell the capacity before each load.
    """

    rounds: int
    load_rounds: int
    capacity_texts: int
    load_seconds: float


def measure_latency(
    service: Service, callers: Callers, texts: Sequence[str], extent: Extent, *, cores: int
) -> list[Row]:
    """Time articles of the same length, one after the other and then as they come.

    `service` has one worker, whose model computes with all `cores`.
    """
    articles = cut_articles(texts, ARTICLE_WORDS)
    return [
        *_time_alone(service, callers, articles[0], extent.rounds, cores=cores),
        *_time_under_load(service, callers, articles, extent),
    ]


def _time_alone(
    service: Service, callers: Callers, article: str, rounds: int, *, cores: int
) -> list[Row]:
    windows = {"article": split_windows([article])}
    with start_encoders(SHIPPED, 1, cores, windows) as encoders:
        sides = {
            "encoder": lambda: encoders.ask(set="article", batch=1)[0],
            "service": lambda: callers.call(service.port, [article]).latencies[0],
        }
        alternate(sides, 2)
        figures = alternate(sides, rounds)
    return [
        _time_row(f"{ARTICLE_WORDS}-word article: encoder alone", figures["encoder"]),
        _time_row(f"{ARTICLE_WORDS}-word article: service, one client", figures["service"]),
        hold_to_most(
            "… service ÷ encoder alone",
            divide(figures["service"], figures["encoder"]),
            MOST_TIMES_ENCODER,
        ),
    ]


def _time_under_load(
    service: Service, callers: Callers, articles: Sequence[str], extent: Extent
) -> list[Row]:
    """Offer load several times: by chance alone, p99 of one time is far from that of another."""
    many = [articles[number % len(articles)] for number in range(extent.capacity_texts)]
    capacities, medians, tails = [], [], []
    for number in range(extent.load_rounds):
        capacity = len(many) / callers.call(service.port, many, clients=CLIENTS).seconds
        arrivals = draw_arrivals(LOAD * capacity, extent.load_seconds, SEED + number)
        calls = callers.call(service.port, articles, clients=MAX_WAITING, arrivals=arrivals)
        capacities.append(capacity)
        medians.append(percentile(calls.latencies, 50))
        tails.append(percentile(calls.latencies, 99))
    what = (
        f"Such articles at {LOAD:.0%} of {Spread.of(capacities).format('', places=1)} a second, "
        f"coming at random for {extent.load_seconds:.0f} s at a time"
    )
    return [
        _time_row(f"{what}: p50", medians),
        _time_row("… p99", tails),
        hold_to_most("… p99 ÷ p50", divide(tails, medians), MOST_TIMES_MEDIAN, places=1),
    ]


def _time_row(what: str, seconds: Sequence[float]) -> Row:
    return Row(what, Spread.of([1000 * each for each in seconds]).format("ms"))
