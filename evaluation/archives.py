"""`python -m evaluation.archives DATA`: whole archives on Ray, held to what is promised.

What Ray costs beside the plain batch, what more actors bring, what becomes of an archive when
actors, machines and the command itself are killed, and how much memory 50,000 articles take. Runs
the commands that users run; only ever against this machine. The exit status is 1 where a bound is
missed.
"""

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from evaluation.processes import measure_memory
from evaluation.report import describe_run, write_results
from evaluation.samples import SEED, count_words, load_texts
from evaluation.tables import tabulate
from evaluation.timing import Row, Spread, alternate, divide, hold_to_most

RESULTS = Path(__file__).parent / "results"
WHOSAID = str(Path(sys.executable).with_name("whosaid"))
RAY = str(Path(sys.executable).with_name("ray"))
_MARK = "WHOSAID_ARCHIVES_RUN"
_LIMIT_SECONDS = 3600.0
_FIRST_DAY, _DAYS = date(2000, 1, 1), 7000

Rows = list[Row]
Tables = Mapping[str, list[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int
    words: int
    actors: tuple[int, ...]
    lost_words: int
    articles: int
    article_words: int
    sample_seconds: float


FULL = Plan(
    rounds=2,
    words=400_000,
    actors=(1, 2, 3),
    lost_words=150_000,
    articles=50_000,
    article_words=60,
    sample_seconds=5.0,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and report."""
    parts: Mapping[str, Callable[[Path, Sequence[str], Plan], Rows]] = {
        "overhead": measure_overhead,
        "actors": measure_actors,
        "losses": try_losses,
        "memory": measure_memory_of_many,
    }
    parser = argparse.ArgumentParser(prog="python -m evaluation.archives", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder with entities/ and quotes/")
    parser.add_argument("--parts", nargs="+", choices=parts, default=[*parts])
    parser.add_argument("--results", type=Path, default=RESULTS, help="where to write the figures")
    options = parser.parse_args(arguments)
    texts = load_texts(options.data)
    for part in options.parts:
        with tempfile.TemporaryDirectory() as folder:
            rows = parts[part](Path(folder), texts, FULL)
        report = {**describe_run(), "part": part, "rows": [asdict(row) for row in rows]}
        prefix = f"archives-{part}-"
        table = write_results(report, options.results, render(report), prefix=prefix)
        print(table.read_text(), flush=True)
        if any(row.met is False for row in rows):
            return 1
    return 0


def render(report: Mapping[str, Any]) -> str:
    """Return a report as Markdown."""
    machine = report["machine"]
    changes = " with uncommitted changes" if report["uncommitted_changes"] else ""
    head = (
        f"# Archives, {report['part']}, of {report['commit']}{changes}, {report['date']}",
        "",
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB; "
        f"{machine['system']}; Python {machine['python']}.",
        "",
        "Development articles; words are what spaces part. Times are those of whole commands, from "
        "start to end, Ray's own included, unless it is said otherwise.",
        "",
    )
    rows = (Row(**row).list_cells() for row in report["rows"])
    return "\n".join([*head, *tabulate(Row.HEADS, rows), ""])


@dataclass(frozen=True, slots=True)
class Run:
    """A command under way; its processes bear a mark."""

    process: subprocess.Popen[bytes]
    output: Path
    mark: str

    def list_marks(self) -> list[tuple[float, int]]:
        """Return when each shard was finished, and how many texts it has, the oldest first."""
        marks = (self.output / "_done").glob("*")
        return sorted((mark.stat().st_mtime, int(mark.name.split(".")[2])) for mark in marks)

    def list_processes(self) -> dict[int, str]:
        """Return the command's processes, those of Ray too, with what they are called."""
        return dict(_find_marked(self.mark))

    def list_actors(self) -> list[int]:
        """Return the processes that read texts."""
        return [pid for pid, name in self.list_processes().items() if "MapWorker" in name]

    def wait_for_marks(self, count: int) -> None:
        """Wait until so many shards are finished. Raises RuntimeError where they never will be."""
        ends = time.monotonic() + _LIMIT_SECONDS
        while len(self.list_marks()) < count:
            if self.process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"ended with {self.process.returncode} before it was to")
            time.sleep(0.1)


@contextmanager
def start(
    command: Sequence[str], output: Path, environ: Mapping[str, str] | None = None
) -> Iterator[Run]:
    """Run a command, with more environment; whatever is left of it at the end is ended."""
    mark = uuid4().hex
    log = output.with_name(f"{output.name}.{mark[:6]}.log")
    with log.open("wb") as written:
        process = subprocess.Popen(
            command,
            env={**os.environ, **(environ or {}), _MARK: mark},
            stdout=written,
            stderr=written,
            start_new_session=True,
        )
        run = Run(process, output, mark)
        try:
            yield run
        except BaseException:
            print(log.read_text(errors="replace")[-3000:], file=sys.stderr)
            raise
        finally:
            for pid in run.list_processes():
                _kill(pid)
            process.wait()


def run_to_end(command: Sequence[str], output: Path) -> float:
    """Run a command and return how many seconds it took. Raises RuntimeError if it failed."""
    began = time.monotonic()
    with start(command, output) as run:
        status = run.process.wait(_LIMIT_SECONDS)
        seconds = time.monotonic() - began
        if status:
            raise RuntimeError(f"status {status}")
    return seconds


def _find_marked(mark: str) -> Iterator[tuple[int, str]]:
    wanted = f"{_MARK}={mark}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                name = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                yield int(folder.name), name.decode(errors="replace")


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def write_articles(path: Path, texts: Sequence[str], words: int) -> int:
    """Write articles, from the first again if need be, and return how many words they have."""
    total = number = 0
    with path.open("w", encoding="utf-8") as file:
        while total < words:
            text = texts[number % len(texts)]
            file.write(json.dumps({"id": str(number), "text": text}) + "\n")
            total += count_words(text)
            number += 1
    return total


def build_command(input: Path, output: Path, *options: str) -> list[str]:
    """Return the command that makes an archive."""
    return [WHOSAID, "batch", "--engine", "ray", str(input), str(output), *options]


def measure_overhead(folder: Path, texts: Sequence[str], plan: Plan) -> Rows:
    """Compare whole commands: the plain batch, and Ray on the same machine."""
    input = folder / "in.jsonl"
    words = write_articles(input, texts, plan.words)

    def run_plain() -> float:
        output = folder / f"plain-{uuid4().hex}.jsonl"
        return run_to_end([WHOSAID, "batch", str(input), str(output)], output)

    def run_ray() -> float:
        output = folder / f"ray-{uuid4().hex}"
        return run_to_end(build_command(input, output), output)

    seconds = alternate({"plain": run_plain, "ray": run_ray}, plan.rounds)
    rates = {name: Spread.of([words / each for each in some]) for name, some in seconds.items()}
    return [
        Row("Plain batch", rates["plain"].format("words/s")),
        Row("Ray, an actor on each core", rates["ray"].format("words/s")),
        hold_to_most("Time with Ray ÷ plain", divide(seconds["ray"], seconds["plain"]), 1.1),
    ]


def measure_actors(folder: Path, texts: Sequence[str], plan: Plan) -> Rows:
    """Measure what more actors bring, from the first finished shard to the last."""
    input = folder / "in.jsonl"
    words = write_articles(input, texts, plan.words // 2)
    articles = sum(1 for _ in input.open(encoding="utf-8"))

    def measure(actors: int) -> float:
        output = folder / uuid4().hex
        with start(build_command(input, output, "--actors", str(actors)), output) as run:
            if status := run.process.wait(_LIMIT_SECONDS):
                raise RuntimeError(f"status {status}")
            marks = run.list_marks()
        # All actors began before the first of them had finished a shard.
        some, rest = marks[:actors], marks[actors:]
        seconds = marks[-1][0] - some[-1][0]
        return words / articles * sum(count for _, count in rest) / seconds

    sides = {str(actors): (lambda n=actors: measure(n)) for actors in plan.actors}
    rates = alternate(sides, plan.rounds)
    one = rates[str(plan.actors[0])]
    return [
        row
        for actors, some in rates.items()
        for row in (
            Row(f"Actors: {actors}", Spread.of(some).format("words/s")),
            Row("… ÷ the first", divide(some, one).format(places=2)),
        )
    ]


def read_tables(output: Path) -> Tables:
    """Return the rows of each table of an archive, in the order of its input."""
    import pyarrow as pa
    from pyarrow import dataset

    # Where no text has a date, its type could not be told.
    years = dataset.partitioning(pa.schema([("year", pa.int32())]), flavor="hive")
    tables = {}
    for table in ("documents", "entities", "quotes", "rejects"):
        if (output / table).exists():
            rows = dataset.dataset(output / table, partitioning=years).to_table().to_pylist()
            tables[table] = sorted(rows, key=lambda row: json.dumps(row, default=str))
    return tables


def list_found(output: Path) -> list[str]:
    """Return what tables say was found in which text, in a form to be compared."""
    tables = read_tables(output)
    found = [
        (
            *(row[name] for name in ("document_id", "entity_id", "type", "name", "count")),
            row["salience"],
            [_list_span(mention) for mention in row["mentions"]],
        )
        for row in tables["entities"]
    ]
    found += [
        (
            *(row[name] for name in ("document_id", "quote_id", "kind", "attitude", "text")),
            row["confidence"],
            [_list_span(fragment) for fragment in row["fragments"]],
            row["speaker_name"],
            row["speaker_entity_id"],
            row["status"],
            row["attribution_confidence"],
        )
        for row in tables["quotes"]
    ]
    return sorted(map(json.dumps, found))


def list_answered(answers: Path, name: str) -> list[str]:
    """Return the same of the answers of a plain batch, whose input has a name."""
    return sorted(json.dumps(each) for each in _list_answered(answers, name))


_KINDS = {"people": "person", "organisations": "organisation", "places": "place"}


def _list_answered(answers: Path, name: str) -> Iterator[tuple[Any, ...]]:
    for line in answers.open(encoding="utf-8"):
        result = json.loads(line)
        document, answer = f"{name}:{result['line']}", result["answer"]
        for kind, type_ in _KINDS.items():
            for entity in answer[kind]:
                mentions = [_list_span(mention) for mention in entity["mentions"]]
                told = (entity[key] for key in ("name", "count", "salience"))
                yield (document, entity["id"], type_, *told, mentions)
        for quote in answer["quotes"]:
            speaker, attribution = quote["speaker"] or {}, quote["attribution"]
            yield (
                document,
                *(quote[key] for key in ("id", "kind", "attitude", "text", "confidence")),
                [_list_span(fragment) for fragment in quote["fragments"]],
                speaker.get("name"),
                speaker.get("entity_id"),
                attribution["status"],
                attribution["confidence"],
            )


def _list_span(span: Mapping[str, Any]) -> list[Any]:
    return [span.get(key) for key in ("field", "start", "end", "text", "kind", "confidence")]


def try_losses(folder: Path, texts: Sequence[str], plan: Plan) -> Rows:
    """Kill actors, a machine and the command, and compare what is there in the end."""
    input = folder / "in.jsonl"
    write_articles(input, texts, plan.lost_words)
    plain = folder / "plain.jsonl"
    run_to_end([WHOSAID, "batch", str(input), str(plain)], plain)
    expected = list_answered(plain, input.name)
    losses = {
        "An actor killed, three times": lose_actors,
        "A machine killed (one of two Ray nodes)": lose_machine,
        "The command killed, and run again": lose_command,
    }
    rows = []
    for what, lose in losses.items():
        output = folder / lose.__name__
        told = lose(input, output)
        same = list_found(output) == expected
        rows.append(
            Row(what, told, f"all {len(expected):,} entities and quotes as without Ray, once", same)
        )
    return rows


def lose_actors(input: Path, output: Path, *, times: int = 3) -> str:
    """Kill an actor some times, the next when a further shard is finished."""
    with start(build_command(input, output), output) as run:
        for count in range(1, times + 1):
            run.wait_for_marks(count)
            _kill(run.list_actors()[0])
        status = run.process.wait(_LIMIT_SECONDS)
        return f"{len(run.list_marks())} shards, exit status {status}"


def lose_machine(input: Path, output: Path) -> str:
    """Kill one of two nodes of a cluster; the other does the rest."""
    port = random.Random().randrange(20_000, 30_000)
    address = f"127.0.0.1:{port}"
    head = [RAY, "start", "--head", f"--port={port}", "--include-dashboard=false"]
    joined = [RAY, "start", f"--address={address}"]
    usual = ["--block", "--num-cpus=1", "--object-store-memory=100000000", "--disable-usage-stats"]
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": uuid4().hex}
    with start([*head, *usual], output.with_name("head"), token):
        _wait_for_port(port)
        with start([*joined, *usual], output.with_name("node"), token) as other:
            time.sleep(10)
            command = build_command(input, output, "--address", address, "--actors", "2")
            with start(command, output, token) as run:
                run.wait_for_marks(2)
                for pid in other.list_processes():
                    _kill(pid)
                status = run.process.wait(_LIMIT_SECONDS)
                shards = len(run.list_marks())
    return f"{shards} shards, exit status {status}"


def _wait_for_port(port: int) -> None:
    for _ in range(600):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)


def lose_command(input: Path, output: Path, *, shards: int = 3) -> str:
    """Kill the command and all its processes after so many shards, and run it again."""
    with start(build_command(input, output), output) as run:
        run.wait_for_marks(shards)
        for pid in run.list_processes():
            _kill(pid)
        run.process.wait()
        before = {time for time, _ in run.list_marks()}
    with start(build_command(input, output), output) as run:
        status = run.process.wait(_LIMIT_SECONDS)
        marks = run.list_marks()
    kept = len(before & {time for time, _ in marks})
    return f"{kept} of {len(before)} finished shards left as they were, exit status {status}"


def write_sampled(path: Path, texts: Sequence[str], articles: int, words: int) -> None:
    """Write short articles of paragraphs drawn from the texts, with days of publication."""
    rng = random.Random(SEED)
    paragraphs = [part for text in texts for part in text.split("\n\n") if count_words(part) > 5]
    with path.open("w", encoding="utf-8") as file:
        for number in range(articles):
            drawn: list[str] = []
            while sum(map(count_words, drawn)) < words:
                drawn.append(rng.choice(paragraphs))
            day = _FIRST_DAY + timedelta(days=rng.randrange(_DAYS))
            fields = {"id": str(number), "text": "\n\n".join(drawn), "published": str(day)}
            file.write(json.dumps(fields) + "\n")


def measure_memory_of_many(folder: Path, texts: Sequence[str], plan: Plan) -> Rows:
    """Watch the memory of all processes while very many articles are analyzed."""
    input, output = folder / "in.jsonl", folder / "out"
    write_sampled(input, texts, plan.articles, plan.article_words)
    began = time.monotonic()
    samples: list[tuple[float, int]] = []
    with start(build_command(input, output), output) as run:
        while run.process.poll() is None:
            if run.list_marks():
                done = sum(count for _, count in run.list_marks())
                samples.append((done / plan.articles, measure_memory(run.list_processes())))
            time.sleep(plan.sample_seconds)
        seconds = time.monotonic() - began
        status = run.process.returncode
        done = sum(count for _, count in run.list_marks())
    quarters = [
        median(size for share, size in samples if quarter <= 4 * share < quarter + 1)
        for quarter in range(4)
    ]
    sizes = ", ".join(f"{size / 2**20:,.0f}" for size in quarters)
    growth = Spread.of([quarters[3] / quarters[1]])
    tables = read_tables(output)
    documents = [row["document_id"] for row in tables["documents"]]
    return [
        Row("Articles, sampled", f"{plan.articles:,} of {plan.article_words} words or a few more"),
        Row("Exit status", str(status), "0", status == 0),
        Row(
            "Documents in the archive, each once",
            f"{len(documents):,}, {len(set(documents)):,} of them different",
            f"{plan.articles:,}",
            len(set(documents)) == len(documents) == plan.articles == done,
        ),
        Row("Time, of the whole command", f"{seconds / 60:.1f} minutes"),
        Row("Articles a second", f"{plan.articles / seconds:.0f}"),
        Row("Entities and quotes", f"{len(tables['entities']):,}, {len(tables['quotes']):,}"),
        Row("Memory of all processes in each quarter of the articles, medians, MiB", sizes),
        hold_to_most("… in the last quarter ÷ in the second", growth, 1.05),
        Row("… the highest, MiB", f"{max(size for _, size in samples) / 2**20:,.0f}"),
    ]


if __name__ == "__main__":
    sys.exit(main())
