"""What `whosaid doctor` looks at: each check tells what it found, and what to do about it."""

import errno
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from service.cores import count_cores
from service.descriptors import TooFewDescriptors, fit_connections
from service.settings import Settings

MIB = 1024 * 1024
# docs/operations.md, "Sizing": what workers share, and what each has of its own; a quarter more.
SHARED_MIB = 425
WORKER_MIB = 185
# Of each worker, while it loads, and for its metrics (docs/operations.md, "What happens when").
SCRATCH_MIB = 75

_CPU_INFO = Path("/proc/cpuinfo")
_MEMORY_INFO = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")


class Verdict(StrEnum):
    """How a check went."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, and what to do where that is not well."""

    verdict: Verdict
    what: str
    found: str
    advice: str = ""


def ok(what: str, found: str) -> Finding:
    """Say that all is well."""
    return Finding(Verdict.OK, what, found)


def warn(what: str, found: str, advice: str) -> Finding:
    """Say that something could be better."""
    return Finding(Verdict.WARN, what, found, advice)


def fail(what: str, found: str, advice: str) -> Finding:
    """Say that the service cannot be run like this."""
    return Finding(Verdict.FAIL, what, found, advice)


def check_cores(settings: Settings) -> Iterator[Finding]:
    """See that no more threads compute than there are cores."""
    cores = count_cores()
    threads = settings.workers * settings.inference_threads
    found = f"{cores} cores; {settings.workers} workers, {threads} computing threads altogether"
    if threads > cores:
        yield warn("cores", found, "Lower WEB_CONCURRENCY or WHOSAID_INFERENCE_THREADS.")
    else:
        yield ok("cores", found)


def check_processor(_: Settings, cpu_info: Path = _CPU_INFO) -> Iterator[Finding]:
    """See whether the processor has dot products of eight bits."""
    try:
        flags = cpu_info.read_text(encoding="utf-8", errors="replace")
    except OSError:
        yield ok("processor", "unknown: this system has no /proc/cpuinfo")
        return
    if "vnni" in flags or "asimddp" in flags:
        yield ok("processor", "has dot products of eight bits")
    else:
        advice = "It works, at less than half of the rate; a newer processor is faster."
        yield warn("processor", "has no dot products of eight bits (VNNI)", advice)


def check_memory(
    settings: Settings, memory_info: Path = _MEMORY_INFO, cgroup: Path = _CGROUP
) -> Iterator[Finding]:
    """See that the workers fit into what memory is left."""
    available = find_memory(memory_info, cgroup)
    needed = SHARED_MIB + settings.workers * WORKER_MIB
    if available is None:
        yield ok("memory", f"unknown; {needed} MiB are needed")
    elif available < needed:
        advice = "Fewer workers (WEB_CONCURRENCY), or more memory; a running service takes some."
        yield fail("memory", f"{available} MiB available, {needed} needed", advice)
    else:
        yield ok("memory", f"{available} MiB available, {needed} needed")


def find_memory(memory_info: Path, cgroup: Path) -> int | None:
    """Return how many MiB this process and its children may still take, if the system tells.

    Of a container, that is what its limit leaves
    (https://docs.kernel.org/admin-guide/cgroup-v2.html#memory).
    """
    try:
        lines = memory_info.read_text(encoding="ascii").splitlines()
        fields = dict(line.split(":", 1) for line in lines)
        available = int(fields["MemAvailable"].split()[0]) // 1024
    except (OSError, KeyError):
        return None
    try:
        limit = (cgroup / "memory.max").read_text(encoding="ascii").strip()
        used = int((cgroup / "memory.current").read_text(encoding="ascii"))
    except OSError:
        return available
    return available if limit == "max" else min(available, (int(limit) - used) // MIB)


def check_files(settings: Settings) -> Iterator[Finding]:
    """See that a worker may open as many files as it can need."""
    try:
        connections = fit_connections(settings.threads)
    except TooFewDescriptors as error:
        yield fail("open files", str(error), f"Allow more: ulimit -n {error.needed}")
    else:
        yield ok("open files", f"enough for {connections} connections of each worker")


def check_folders(settings: Settings) -> Iterator[Finding]:
    """See that the temporary folder, and that of the metrics, can be written to and have room."""
    needed = settings.workers * SCRATCH_MIB
    try:
        folders = [tempfile.gettempdir()]
    except FileNotFoundError:
        yield fail("folders", "no temporary folder can be written to", "Set TMPDIR.")
        return
    folders += [settings.metrics_dir] if settings.metrics_dir else []
    for folder in folders:
        yield _check_folder(Path(folder), needed)


def _check_folder(folder: Path, needed: int) -> Finding:
    # One that is not there yet, the service makes.
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        advice = "Let the service's user write there, or name another in WHOSAID_METRICS_DIR."
        return fail("folders", f"{folder} cannot be written to", advice)
    free = shutil.disk_usage(there).free // MIB
    found = f"{folder} has {free} MiB free, {needed} needed"
    return ok("folders", found) if free >= needed else fail("folders", found, "Make room.")


def check_port(settings: Settings) -> Iterator[Finding]:
    """See that nobody listens at the service's address."""
    where = f"{settings.host}, port {settings.port}"
    try:
        family, *_, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            advice = "If that is Whosaid, all is well; else stop it, or set PORT."
            yield warn("port", f"{where}: taken", advice)
        else:
            reason = error.strerror or str(error)
            yield fail("port", f"{where}: {reason}", "Set WHOSAID_HOST or PORT to another.")
    else:
        yield ok("port", f"{where}: free")


def check_operators_files(settings: Settings) -> Iterator[Finding]:
    """See that the files of keys and of known names can be read, where there are any."""
    # Here, because they log.
    from service.authority import InvalidAuthority, find_authority
    from service.keys import InvalidKeys, find_keys

    advice = "Correct the file; the service would not start."
    if settings.keys_file:
        try:
            yield ok("keys", f"{len(find_keys(settings.keys_file))} in {settings.keys_file}")
        except InvalidKeys as error:
            yield fail("keys", f"{settings.keys_file}: {error}", advice)
    if settings.authority_file:
        try:
            known = len(find_authority(settings.authority_file))
            yield ok("known names", f"{known} in {settings.authority_file}")
        except InvalidAuthority as error:
            yield fail("known names", f"{settings.authority_file}: {error}", advice)


def check_extras(settings: Settings) -> Iterator[Finding]:
    """See which optional parts are installed."""
    for extra, module, is_wanted in (
        ("redis", "redis", not settings.rate_limit_storage.startswith("memory")),
        ("tracing", "opentelemetry", settings.tracing),
    ):
        if find_spec(module):
            yield ok("extras", f"{extra} is installed")
        elif is_wanted:
            yield fail("extras", f"{extra} is missing", f"pip install 'whosaid[{extra}]'")
        else:
            yield ok("extras", f"{extra} is not installed, and no setting needs it")


def check_model(settings: Settings) -> Iterator[Finding]:
    """See that the model is whole, can be loaded, and reads a sentence as it should."""
    # Here, because it takes seconds.
    from analysis.document import Article
    from analysis.errors import WhosaidError
    from service.app import load_analyzer
    from service.batching import WARM_UP_TEXT

    started = time.monotonic()
    try:
        analyzer = load_analyzer(settings)
        model = analyzer.models[0]
        (analysis,) = analyzer.analyze([Article(WARM_UP_TEXT)], model.languages[0])
    except (WhosaidError, OSError, RuntimeError) as error:
        advice = "Install Whosaid anew; Stanza packages are fetched with `whosaid fetch-models`."
        yield fail("model", f"cannot be loaded: {error}", advice)
        return
    seconds = time.monotonic() - started
    names = {entity.name for entity in analysis.entities} if analysis else set()
    found = f"{model.name} {model.version}, {model.digest[:12]}, loaded in {seconds:.1f} s"
    if "Ana Sousa" in names:
        yield ok("model", f"{found}; reads a text as it should")
    else:
        yield fail("model", f"{found}; misses the name in a text", "Install Whosaid anew.")


CHECKS: Sequence[Callable[[Settings], Iterator[Finding]]] = (
    check_cores,
    check_processor,
    check_memory,
    check_files,
    check_folders,
    check_port,
    check_operators_files,
    check_extras,
    check_model,
)
