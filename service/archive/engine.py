"""Ray, which has the shards of an archive analyzed wherever it has cores.

https://docs.ray.io/en/latest/data/data.html. Ray Data gives each shard to one of a pool of actors,
gives it to another where an actor or its machine is gone, and begins no more than it has room for.
Only names of shards and counts go through Ray: actors read the input, and write the tables.
"""

import logging
import os
import socket
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import pyarrow as pa
import ray
import ray.data
import ray.exceptions
from ray.data import ActorPoolStrategy

from analysis.errors import WhosaidError
from schemas.mappings import JsonObject
from service.archive.errors import InvalidArchive
from service.archive.records import Record, find_columns, read_records
from service.archive.shards import Shard, cut
from service.archive.sources import Source, find_sources, locate
from service.archive.store import Count, Store
from service.archive.tables import Table, build_rows
from service.cores import count_cores
from service.in_process import open_in_process
from service.lines import fetch_answers, find_makers
from service.settings import Settings

MIN_SHARD_BYTES = 1 << 16
MAX_SHARD_BYTES = 1 << 22
# Of a small archive too, there are enough for all cores to end at about the same time.
_SHARDS = 256
# What ends its process again and again shall not do so for ever. Ray counts other attempts: also
# those to reach a machine that is gone.
ATTEMPTS = 5
# Only names and counts go through it; Ray would take nearly a third of the memory.
_STORE_BYTES = 1 << 27
# Ray gives up sooner where many processes start on few cores.
_START_SECONDS = 120
_REACH_SECONDS = 10
_STDERR = 2


class EngineFailed(WhosaidError):
    """An archive is not done, for a reason that the message gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be done: from where, to where, and how.

    `columns` are those of fields that are called something else; `options` hold for texts that
    say nothing else. `address` is that of a cluster, which without one is this machine. `actors`
    are how many texts are read at a time, each on a core of its own: without a number, on all.
    """

    input: str
    output: str
    columns: Mapping[str, str]
    options: Mapping[str, str]
    address: str | None = None
    actors: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of an archive is done: bytes of its files as they are stored, and texts.

    `passed_over` are columns of which nothing is read.
    """

    size: int
    done: int = 0
    answered: int = 0
    rejected: int = 0
    passed_over: frozenset[str] = frozenset()

    def add(self, shard: Shard, count: Count) -> "Progress":
        """Return how much is done with a shard more."""
        return replace(
            self,
            done=self.done + shard.weight,
            answered=self.answered + count.answered,
            rejected=self.rejected + count.rejected,
        )


def run(job: Job) -> Generator[Progress]:
    """Do what is not yet done of a job, and yield how far it is, at first and after each shard.

    Raises InvalidArchive, EngineFailed, InvalidSettings or OSError.
    """
    settings = Settings.from_env(os.environ)
    _check_apart(job)
    sources = find_sources(job.input)
    store = Store(job.output)
    size = sum(source.size for source in sources)
    usual = min(max(size // _SHARDS, MIN_SHARD_BYTES), MAX_SHARD_BYTES)
    with _start_ray(job.address):
        made_of = {
            "input": _identify(job.input),
            "columns": job.columns,
            "options": job.options,
            **find_makers(_get(_ask_service.remote())),
        }
        reading = Reading(job, store.begin(made_of, usual), settings.max_body_bytes)
        shards, passed_over = _cut_all(sources, reading)
        store.forget_changed(sources, shards)
        progress = Progress(size, passed_over=passed_over)
        counts, to_do = store.find_counts(), []
        for shard in shards:
            if count := counts.get(shard.mark):
                progress = progress.add(shard, count)
            else:
                to_do.append(shard)
        yield progress
        for shard, count in _read_all(to_do, reading):
            progress = progress.add(shard, count)
            yield progress


def _check_apart(job: Job) -> None:
    input, output = _identify(job.input), _identify(job.output)
    if f"{output}/".startswith(f"{input}/"):
        raise InvalidArchive(job.output, "it is inside the input")


def _identify(place: str) -> str:
    filesystem, path = locate(place)
    return f"{filesystem.type_name}:{path.rstrip('/')}"


@contextmanager
def _start_ray(address: str | None) -> Iterator[None]:
    """Reach the cluster at an address, or have one on this machine for as long as it is needed."""
    os.environ.setdefault("RAY_raylet_start_wait_time_s", str(_START_SECONDS))
    # Nothing is sent anywhere: https://docs.ray.io/en/latest/cluster/usage-stats.html.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    here = {
        # Nobody else is let in; since Ray 2.59 a token keeps out this machine's other users too.
        "_node_ip_address": "127.0.0.1",
        "num_cpus": count_cores(),
        "object_store_memory": _STORE_BYTES,
        "include_dashboard": False,
    }
    # Workers elsewhere have an environment of their own.
    there = {"runtime_env": {"env_vars": _find_settings()}}
    if address:
        _check_reachable(address)
    try:
        with _silence():
            ray.init(
                address or "local",
                logging_level=logging.ERROR,
                log_to_driver=False,
                **(there if address else here),
            )
    except Exception as error:
        # Of whatever kind: Ray itself says no more of it.
        raise EngineFailed(f"Ray does not start: {error}") from error
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    try:
        yield
    finally:
        ray.shutdown()


def _check_reachable(address: str) -> None:
    """Raise EngineFailed where nobody listens, which Ray finds out after five minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not port.isdecimal():
        # `auto`, and whatever else Ray knows.
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), _REACH_SECONDS).close()
    except OSError as error:
        raise EngineFailed(f"no Ray cluster at {address}: {error.strerror or error}") from error


@contextmanager
def _silence() -> Iterator[None]:
    """Keep this process's standard error from what Ray's other half writes there as it starts."""
    sys.stderr.flush()
    kept = os.dup(_STDERR)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, _STDERR)
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)
        os.close(nowhere)


def _find_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("WHOSAID_")}


@ray.remote(max_calls=1)
def _ask_service() -> JsonObject:
    """Return what the service can do that actors will have, in a process that ends then."""
    with open_in_process() as client:
        return client.capabilities()


def _get(reference: Any) -> Any:
    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        raise EngineFailed(str(error.cause)) from error


@dataclass(frozen=True, slots=True)
class Reading:
    """How shards are read: what for, how large they are, and how long a line may be."""

    job: Job
    shard_bytes: int
    max_bytes: int


def _cut_all(sources: Sequence[Source], reading: Reading) -> tuple[list[Shard], frozenset[str]]:
    """Return the shards of all files, and the columns that are passed over."""
    files = [asdict(source) for source in sources]
    found = ray.data.from_items(files, override_num_blocks=len(files))
    shards, passed_over = [], frozenset[str]()
    for part in _take(found.map(partial(_cut, reading=reading))):
        shards += [_load_shard(shard) for shard in part["shards"]]
        passed_over |= {*part["passed_over"]}
    return sorted(shards, key=lambda shard: (shard.source.name, shard.start)), passed_over


def _cut(row: JsonObject, reading: Reading) -> JsonObject:
    source = Source(**row)
    named = reading.job.columns
    with _telling() as result:
        columns = find_columns(source, named, reading.max_bytes)
        shards = cut(source, reading.shard_bytes, reading.max_bytes, named.get("text", "text"))
        result["shards"] = [asdict(shard) for shard in shards]
        result["passed_over"] = sorted(columns.passed_over)
    return result


def _load_shard(row: JsonObject) -> Shard:
    return Shard(**{**row, "source": Source(**row["source"])})


def _read_all(shards: Sequence[Shard], reading: Reading) -> Iterator[tuple[Shard, Count]]:
    """Yield each shard when it is there, with what came of it."""
    if not shards:
        return
    rows = [asdict(shard) for shard in shards]
    actors = reading.job.actors or _count_cluster_cores()
    counts = ray.data.from_items(rows, override_num_blocks=len(rows)).map(
        Reader,  # type: ignore[arg-type] # Ray accepts classes, as elsewhere its types say
        fn_constructor_args=[reading],
        compute=ActorPoolStrategy(size=min(actors, len(rows)), max_tasks_in_flight_per_actor=1),
        num_cpus=1,
    )
    for row in _take(counts):
        yield _load_shard(row["shard"]), Count(row["answered"], row["rejected"])


def _count_cluster_cores() -> int:
    resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    return max(1, int(resources.get("CPU", 1)))


class Reader:
    """An actor: a service of its own, on one core, that reads shards."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._store = Store(reading.job.output)
        self._exits = ExitStack()
        self._client = self._exits.enter_context(open_in_process(inference_threads=1))

    def __call__(self, row: JsonObject) -> JsonObject:
        """Read a shard, write what is in it, and return how much that was."""
        shard = _load_shard(row)
        with _telling() as result:
            if self._store.count_attempt(shard) > ATTEMPTS:
                raise EngineFailed(
                    f"{shard.source.name}, from row {shard.first_row} on: {ATTEMPTS} processes "
                    "ended while they read it"
                )
            count = self._store.write(shard, self._analyze(shard))
            result |= {"shard": row, **asdict(count)}
        return result

    def _analyze(self, shard: Shard) -> Iterator[tuple[Table, JsonObject]]:
        reading = self._reading
        columns = find_columns(shard.source, reading.job.columns, reading.max_bytes)
        records = read_records(shard, columns, reading.max_bytes)
        texts = ((record, _complete(record), record.problem) for record in records)
        for record, result in fetch_answers(self._client, texts, reading.job.options):
            yield from build_rows(shard.source.name, record.row, record.published, result)


def _complete(record: Record) -> Any:
    """Return the fields of a record, and what tables need, whatever it says itself."""
    if not isinstance(record.fields, dict):
        return record.fields
    return {
        **record.fields,
        "view": "native",
        "include": ["entities", "mentions", "quotes", "context"],
    }


@contextmanager
def _telling() -> Iterator[JsonObject]:
    """Keep what is nobody's mistake but the input's, or the storage's, in the result itself.

    Ray would tell it with where it was raised, through how many processes.
    """
    result: JsonObject = {"error": None}
    try:
        yield result
    except (WhosaidError, OSError, pa.ArrowException) as error:
        result["error"] = str(error)


def _take(dataset: ray.data.Dataset) -> Iterator[JsonObject]:
    """Yield the rows of a dataset as they come. Raises EngineFailed."""
    try:
        for row in dataset.iter_rows():
            if row["error"]:
                raise EngineFailed(row["error"])
            yield row
    except ray.exceptions.RayError as error:
        raise EngineFailed(f"Ray failed: {type(error).__name__}") from error
