"""Faults of the machine: no disk, no memory, no files, no port, and a clock that jumps.

Mounts are made in a namespace of the service's own, and vanish with it.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import requests

from evaluation.processes import list_workers
from evaluation.scenarios import (
    NotRun,
    Outcome,
    Scenario,
    Stage,
    await_loads,
    count_loads,
    wait_for,
)
from evaluation.server import ROOT, launch, wait_until_ready

MEMORY_BYTES = 10**9
LONGEST_CHARS = 500_000
FEW_FILES = 64
SOME_FILES = 512
DISK = "100m"
DAY_SECONDS = 86_400

_CGROUP_V1 = Path("/sys/fs/cgroup/memory")
_CGROUP_V2 = Path("/sys/fs/cgroup")
_WALL_CLOCK = Path(__file__).with_name("wall_clock.c")


def start_on_full_disk(stage: Stage) -> Outcome:
    """Start with a folder for metrics that is full."""
    folder = _make_folder(stage, "full")
    status, log = stage.fail_to_serve(
        _mount(folder, size="64k", fill=True), WHOSAID_METRICS_DIR=str(folder)
    )
    return _judge_error(status, log, str(folder), "No space left on device")


def serve_with_full_tmp(stage: Stage) -> Outcome:
    """Serve with a TMPDIR that is full."""
    folder = _make_folder(stage, "full")
    wrap = _mount(folder, size="64k", fill=True)
    with stage.serve(wrap=wrap, TMPDIR=str(folder)) as service:
        tally = stage.ask_all(service)
    return Outcome(str(tally), tally.has_only())


def fill_disk(stage: Stage) -> Outcome:
    """Fill the disk of a service that runs, kill its worker, and make room again."""
    folder = _make_folder(stage, "filling")
    folders = {"WHOSAID_METRICS_DIR": str(folder), "TMPDIR": str(folder)}
    with stage.serve(wrap=_mount(folder, size=DISK), **folders) as service:
        filler = Path(f"/proc/{service.arbiter.pid}/root{folder}/full")
        _fill(filler)
        while_full = stage.ask_all(service)
        os.kill(list_workers(service.arbiter.pid)[0], signal.SIGKILL)
        wait_for(lambda: '"no_room_for_worker"' in service.read_log(), 30)
        filler.unlink()
        await_loads(service, 2)
        wait_until_ready(service)
        afterwards = stage.ask_all(service)
    return Outcome(
        f"while full: {while_full}; a new worker logs no_room_for_worker; with room again: "
        f"{afterwards}",
        while_full.has_only() and afterwards.has_only(),
    )


def start_read_only(stage: Stage) -> Outcome:
    """Start with a root that cannot be written to."""
    status, log = stage.fail_to_serve(_make_read_only(_make_folder(stage, "root")))
    return _judge_error(status, log, "cannot write", "WHOSAID_METRICS_DIR", "TMPDIR")


def serve_read_only(stage: Stage) -> Outcome:
    """Serve with the metrics' folder alone to write to."""
    folder, root = _make_folder(stage, "metrics"), _make_folder(stage, "root")
    wrap = (*_mount(folder, size=DISK), *_make_read_only(root, nested=True))
    with stage.serve(wrap=wrap, WHOSAID_METRICS_DIR=str(folder)) as service:
        tally = stage.ask_all(service)
    return Outcome(str(tally), tally.has_only())


def jump_clock(stage: Stage) -> Outcome:
    """Have the wall clock jump a day ahead and back, under load."""
    clock = stage.folder / "clock"
    clock.write_text("0")
    environ = {
        "LD_PRELOAD": str(_compile(_WALL_CLOCK, stage.folder / "clock.so")),
        "CLOCK_OFFSET_FILE": str(clock),
    }
    with stage.serve(**environ) as service:
        with stage.call(service) as tally:
            for offset_seconds in (DAY_SECONDS, -DAY_SECONDS, 0):
                time.sleep(3)
                _replace(clock, str(offset_seconds))
            time.sleep(3)
        days = {json.loads(line)["timestamp"][:10] for line in _list_events(service.log)}
        service.arbiter.send_signal(signal.SIGTERM)
        status = service.arbiter.wait(30)
    return Outcome(
        f"{tally}; the log speaks of {len(days)} days; exit status {status}",
        tally.has_only() and len(days) > 1 and status == 0,
    )


def serve_without_shm(stage: Stage) -> Outcome:
    """Serve with a /dev/shm that cannot be written to."""
    with stage.serve(wrap=_mount(Path("/dev/shm"), size="4k", read_only=True)) as service:
        tally = stage.ask_all(service)
    return Outcome(str(tally), tally.has_only())


def limit_memory(stage: Stage) -> Outcome:
    """Serve with little memory, and read the longest text that is accepted."""
    with _limit_memory(MEMORY_BYTES) as (wrap, how), stage.serve(wrap=wrap) as service:
        before = stage.ask_all(service)
        longest = _ask_longest(service.url, stage)
        wait_until_ready(service)
        afterwards = stage.ask_all(service)
        loads = count_loads(service)
        killed = "Perhaps out of memory?" in service.read_log()
    return Outcome(
        f"{how}: {before}; {LONGEST_CHARS} characters: {longest}; then {afterwards}; models "
        f"loaded {loads}",
        before.has_only()
        and afterwards.has_only()
        and (longest.startswith(("answered", "refused")) or killed),
    )


def start_with_few_files(stage: Stage) -> Outcome:
    """Start with far too few file descriptors."""
    status, log = stage.fail_to_serve(_shell(f"ulimit -n {FEW_FILES}"))
    return _judge_error(status, log, "ulimit -n", str(FEW_FILES))


def exhaust_files(stage: Stage) -> Outcome:
    """Open more connections than the service may open files, and say nothing on them."""
    with stage.serve(wrap=_shell(f"ulimit -n {SOME_FILES}")) as service:
        workers = list_workers(service.arbiter.pid)
        idle = [_connect(service.port) for _ in range(2 * SOME_FILES)]
        time.sleep(5)
        for connection in idle:
            connection.close()
        tally = stage.ask_all(service)
        survived = workers == list_workers(service.arbiter.pid)
    return Outcome(
        f"then {tally}; the worker {'goes on' if survived else 'was lost'}",
        tally.has_only() and survived,
    )


def start_on_taken_port(stage: Stage) -> Outcome:
    """Start on a port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        with launch(stage.log, port=int(port)) as service:
            started = time.monotonic()
            status = service.arbiter.wait(60)
            took = time.monotonic() - started
            outcome = _judge_error(status, service.read_log(), "Connection in use", port)
    return Outcome(f"{outcome.seen}, after {took:.1f} s", outcome.passed)


def _make_folder(stage: Stage, name: str) -> Path:
    folder = stage.folder / name
    folder.mkdir()
    folder.chmod(0o777)
    return folder


def _compile(source: Path, library: Path) -> Path:
    compiler = shutil.which("cc")
    if compiler is None:
        raise NotRun("no C compiler")
    command: list[str | Path] = [compiler, "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"]
    subprocess.run(command, check=True)
    return library


def _replace(path: Path, content: str) -> None:
    """Write a file so that nobody reads half of it."""
    new = path.with_suffix(".new")
    new.write_text(content)
    new.replace(path)


def _shell(script: str, *arguments: str) -> tuple[str, ...]:
    """Return a command that runs a script, then what follows; `$0`, `$1` … are its arguments."""
    shifts = "; shift" * (len(arguments) - 1)
    return ("sh", "-ec", f'{script}{shifts}; exec "$@"', *(arguments or ("sh",)))


def _mount(
    folder: Path, *, size: str, fill: bool = False, read_only: bool = False
) -> tuple[str, ...]:
    """Return a command that mounts a small disk in memory, then runs what follows."""
    _require_root("unshare", "mount")
    options = f"size={size},mode=777{',ro' if read_only else ''}"
    filling = '; cat /dev/zero 2>/dev/null >"$0/full" || true' if fill else ""
    script = f'mount -t tmpfs -o {options} none "$0"{filling}'
    return ("unshare", "--mount", *_shell(script, str(folder)))


def _make_read_only(root: Path, *, nested: bool = False) -> tuple[str, ...]:
    """Return a command that runs what follows with a root that cannot be written to."""
    _require_root("unshare", "mount", "chroot")
    script = (
        'mount --rbind / "$0"; mount -o remount,bind,ro "$0"; '
        f'exec chroot "$0" sh -c \'cd "$0"; exec "$@"\' "{ROOT}" "$@"'
    )
    namespace = () if nested else ("unshare", "--mount")
    return (*namespace, "sh", "-ec", script, str(root))


def _require_root(*commands: str) -> None:
    missing = [command for command in commands if shutil.which(command) is None]
    if missing:
        raise NotRun(f"no {', '.join(missing)}")
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        raise NotRun("only root may mount")


@contextmanager
def _limit_memory(limit_bytes: int) -> Iterator[tuple[Sequence[str], str]]:
    """Give a command that limits the memory of what follows, and how it does."""
    v1 = (_CGROUP_V1, "memory.limit_in_bytes")
    for parent, limit in (v1, (_CGROUP_V2, "memory.max")):
        group = parent / f"whosaid-chaos-{os.getpid()}"
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            if (group / limit).exists():
                (group / limit).write_text(str(limit_bytes))
                wrap = _shell('echo $$ >"$0/cgroup.procs"', str(group))
                yield wrap, f"{limit_bytes / 1e9:g} GB of resident memory (cgroup)"
                return
        finally:
            group.rmdir()
    yield (
        _shell(f"ulimit -d {limit_bytes // 1024}"),
        f"{limit_bytes / 1e9:g} GB of private memory in each process (ulimit -d)",
    )


def _ask_longest(url: str, stage: Stage) -> str:
    bodies = [exchange.request.partition(b"\r\n\r\n")[2] for exchange in stage.exchanges]
    article = "\n\n".join(json.loads(body)["text"] for body in bodies)
    text = (article * (LONGEST_CHARS // len(article) + 1))[:LONGEST_CHARS]
    started = time.monotonic()
    try:
        answer = requests.post(f"{url}/v1/analyze", json={"text": text}, timeout=150)
    except requests.RequestException:
        return "the connection ended"
    took = f"after {time.monotonic() - started:.0f} s"
    if answer.ok:
        return f"{'answered' if is_verbatim(text, answer.json()) else 'wrong'} {took}"
    return f"refused with {answer.status_code} {took}"


def is_verbatim(text: str, answer: Mapping[str, Any]) -> bool:
    """Tell whether all mentions and fragments of quotes are the text at their offsets."""
    entities = (*answer["people"], *answer["organisations"], *answer["places"])
    spans = [span for each in entities for span in each["mentions"]]
    spans += [span for quote in answer["quotes"] for span in quote["fragments"]]
    return bool(spans) and all(text[s["start"] : s["end"]] == s["text"] for s in spans)


def _judge_error(status: int, log: str, *named: str) -> Outcome:
    """Tell whether a service ended with an error that names what is wrong, and no stack trace."""
    missing = [each for each in named if each not in log]
    said = find_reason(log, named)
    return Outcome(
        f"exit status {status}: {said}", status != 0 and not missing and "Traceback" not in log
    )


def find_reason(log: str, named: Sequence[str]) -> str:
    """Return the first thing logged that names a fault, or else the last thing at all."""
    events = [_read_event(line) for line in log.splitlines() if line.strip()]
    last = events[-1] if events else "nothing"
    return next((event for event in events if any(each in event for each in named)), last)


def _read_event(line: str) -> str:
    return str(json.loads(line)["event"]) if line.startswith("{") else line


def _connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port))


def _fill(path: Path) -> None:
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def _list_events(log: Path) -> list[str]:
    return [line for line in log.read_text().splitlines() if line.startswith("{")]


ERROR = "exits with an error that names the fault, and no stack trace"

CONFINEMENTS = (
    Scenario("disk full", "started with a full WHOSAID_METRICS_DIR", ERROR, start_on_full_disk),
    Scenario(
        "temporary folder full",
        "started with a full TMPDIR",
        "serves, with another temporary folder of the system",
        serve_with_full_tmp,
    ),
    Scenario(
        "disk fills",
        "the disk of WHOSAID_METRICS_DIR and TMPDIR filled while serving; then the worker killed; "
        "then room made",
        "answers go on; a new worker says that there is no room, and serves once there is",
        fill_disk,
    ),
    Scenario(
        "nothing writable",
        "started with a read-only root",
        "exits with an error that names what must be writable",
        start_read_only,
    ),
    Scenario(
        "read-only root",
        "started with a read-only root and a WHOSAID_METRICS_DIR of 100 MiB",
        "serves",
        serve_read_only,
    ),
    Scenario(
        "clock jumps",
        "the wall clock set a day ahead, two days back, and right again, under load",
        "every caller is answered at the first try; exit 0 at SIGTERM",
        jump_clock,
    ),
    Scenario("no /dev/shm", "started with a read-only /dev/shm", "serves", serve_without_shm),
    Scenario(
        "little memory",
        f"1 GB of memory, and a text of {LONGEST_CHARS} characters",
        "serves; the longest text is answered or refused, or the log says that memory was short; "
        "serves afterwards",
        limit_memory,
    ),
    Scenario("few files", f"started with ulimit -n {FEW_FILES}", ERROR, start_with_few_files),
    Scenario(
        "files exhausted",
        f"{2 * SOME_FILES} silent connections, with ulimit -n {SOME_FILES}",
        "the worker goes on, and serves once they are closed",
        exhaust_files,
    ),
    Scenario("port taken", "started on a port in use", ERROR, start_on_taken_port),
)
