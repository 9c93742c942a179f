"""Everything that can be set from outside, and the only reader of the environment."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from importlib.util import find_spec
from typing import Any, Self

from schemas import Limits, Scope
from service.cores import count_cores
from service.origins import parse_origins
from service.rates import parse_rates

# In JSON a code point takes twelve bytes at most ("\ud83d\ude00"); the rest is for its options.
_BYTES_PER_CHAR = 12
_BYTES_BESIDE_TEXT = 65_536

LOG_LEVELS = ("debug", "info", "warning", "error", "critical")


class InvalidSettings(ValueError):
    """Some settings have values that make no sense; all of them are listed."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def _setting(
    variable: str,
    help_text: str,
    *,
    default: Any,
    parse: Callable[[str], Any] = str,
    minimum: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    metadata = {
        "variable": variable,
        "help": help_text,
        "parse": parse,
        "minimum": minimum,
        "choices": choices,
    }
    return field(default=default, metadata=metadata)


def _parse_list(written: str) -> tuple[str, ...]:
    return tuple(part for each in written.split(",") if (part := each.strip()))


def _parse_switch(written: str) -> bool:
    if written.lower() not in ("yes", "no"):
        raise ValueError("say yes or no")
    return written.lower() == "yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the service runs. Each field's metadata names its variable and says what it does."""

    host: str = _setting("WHOSAID_HOST", "Address to listen on.", default="127.0.0.1")
    port: int = _setting("PORT", "Port to listen on.", default=8000, parse=int, minimum=1)
    workers: int = _setting(
        "WEB_CONCURRENCY",
        "Worker processes. Each loads its own copy of the model.",
        default=1,
        parse=int,
        minimum=1,
    )
    threads: int = _setting(
        "WHOSAID_THREADS",
        "Request threads in each worker. They only wait for the model; the few beyond "
        "WHOSAID_QUEUE_MAX_JOBS and WHOSAID_MAX_BATCHES refuse what is too much. More of those "
        "slow the model down.",
        default=70,
        parse=int,
        minimum=1,
    )
    inference_threads: int = _setting(
        "WHOSAID_INFERENCE_THREADS",
        "Threads that each worker's model computes with. Default: the cores of the machine, "
        "shared among the workers.",
        default=1,
        parse=int,
        minimum=1,
    )
    max_chars: int = _setting(
        "WHOSAID_MAX_CHARS",
        "The longest text that is accepted, in code points.",
        default=500_000,
        parse=int,
        minimum=1,
    )
    queue_max_jobs: int = _setting(
        "WHOSAID_QUEUE_MAX_JOBS",
        "Texts that may wait or be in work in each worker; further ones are refused with 503.",
        default=64,
        parse=int,
        minimum=1,
    )
    queue_max_chars: int = _setting(
        "WHOSAID_QUEUE_MAX_CHARS",
        "Code points that may wait or be in work in each worker, all texts together.",
        default=2_000_000,
        parse=int,
        minimum=1,
    )
    batch_max_chars: int = _setting(
        "WHOSAID_BATCH_MAX_CHARS",
        "Code points that the model reads in one batch. A longer text goes alone.",
        default=20_000,
        parse=int,
        minimum=1,
    )
    deadline_seconds: float = _setting(
        "WHOSAID_DEADLINE_SECONDS",
        "How long an answer may take before the caller gets a 504; X-Deadline-Seconds may ask for "
        "less. A stopping service waits as long for its last answers.",
        default=120.0,
        parse=float,
        minimum=0.001,
    )
    arrival_seconds: float = _setting(
        "WHOSAID_ARRIVAL_SECONDS",
        "How long a request may take to arrive, all of it; each 8 KiB that have come are good for "
        "a second more. Streams of lines may take longer.",
        default=20.0,
        parse=float,
        minimum=0.001,
    )
    retry_after_seconds: int = _setting(
        "WHOSAID_RETRY_AFTER_SECONDS",
        "What Retry-After says when the service is overloaded or still loading.",
        default=2,
        parse=int,
        minimum=0,
    )
    batch_max_items: int = _setting(
        "WHOSAID_BATCH_MAX_ITEMS",
        "Texts that a JSON list may have. Streams of lines have no limit.",
        default=1000,
        parse=int,
        minimum=1,
    )
    max_batches: int = _setting(
        "WHOSAID_MAX_BATCHES",
        "Batches that may be open in each worker; each one keeps a request thread.",
        default=4,
        parse=int,
        minimum=1,
    )
    default_scope: str = _setting(
        "WHOSAID_DEFAULT_SCOPE",
        f"Which quotes callers get who send no scope: one of {', '.join(Scope)}.",
        default=Scope.SPEECH.value,
        choices=tuple(Scope),
    )
    log_level: str = _setting(
        "WHOSAID_LOG_LEVEL",
        f"The least severe events that are logged: one of {', '.join(LOG_LEVELS)}.",
        default="info",
        choices=LOG_LEVELS,
    )
    stanza_packages: tuple[str, ...] = _setting(
        "WHOSAID_STANZA_PACKAGES",
        "Official Stanza packages for further languages, parted by commas: `de,fr`. One of "
        "English is used in place of the model that ships with the service.",
        default=(),
        parse=_parse_list,
    )
    authority_file: str | None = _setting(
        "WHOSAID_AUTHORITY_FILE",
        "A file of names that the newsroom knows, as CSV or JSON Lines; read at start and at "
        "SIGHUP.",
        default=None,
    )
    keys_file: str | None = _setting(
        "WHOSAID_KEYS_FILE",
        "A file of the hashes of API keys; only those who send one of these keys are answered. "
        "Read at start and at SIGHUP.",
        default=None,
    )
    rate_limit: str | None = _setting(
        "WHOSAID_RATE_LIMIT",
        "How many requests each key or, without keys, each address may send in a time: "
        "`600/minute`, or several: `10/second; 5000/hour`.",
        default=None,
        parse=parse_rates,
    )
    rate_limit_storage: str = _setting(
        "WHOSAID_RATE_LIMIT_STORAGE",
        "Where requests are counted: `memory://`, each worker by itself, or `redis://host:port`, "
        "all together; needs the extra `redis`.",
        default="memory://",
    )
    trusted_proxies: int = _setting(
        "WHOSAID_TRUSTED_PROXIES",
        "How many proxies before the service add the address of their caller to X-Forwarded-For; "
        "for limits by address. Default: none.",
        default=0,
        parse=int,
        minimum=0,
    )
    cors_origins: tuple[str, ...] = _setting(
        "WHOSAID_CORS_ORIGINS",
        "Origins whose pages may call the service from a browser, parted by commas, or `*`.",
        default=(),
        parse=parse_origins,
    )
    tracing: bool = _setting(
        "WHOSAID_TRACING",
        "Whether requests become spans of OpenTelemetry, `yes` or `no`; where they go is said in "
        "its own variables. Needs the extra `tracing`.",
        default=False,
        parse=_parse_switch,
    )
    models_dir: str | None = _setting(
        "WHOSAID_MODELS_DIR", "Where fetched Stanza packages are kept.", default=None
    )
    metrics_dir: str | None = _setting(
        "WHOSAID_METRICS_DIR",
        "Where the workers share their metrics; emptied at start. Default: a temporary folder.",
        default=None,
    )

    def __post_init__(self) -> None:
        faults = (*self._find_bad_values(), *self._find_contradictions())
        if faults:
            raise InvalidSettings(faults)

    @property
    def max_body_bytes(self) -> int:
        """The longest request body: room for the longest text, however it is escaped."""
        return self.max_chars * _BYTES_PER_CHAR + _BYTES_BESIDE_TEXT

    @property
    def limits(self) -> Limits:
        """How much one request may ask for."""
        return Limits(
            self.max_chars, self.max_body_bytes, self.deadline_seconds, self.batch_max_items
        )

    @classmethod
    def from_env(cls, environ: Mapping[str, str], *, cores: int | None = None) -> Self:
        """Read all settings, or raise one `InvalidSettings` that lists every bad value."""
        values, faults = _parse(fields(cls), environ)
        if "inference_threads" not in values:
            available = cores or count_cores()
            values["inference_threads"] = max(1, available // max(1, values.get("workers", 1)))
        try:
            settings = cls(**values)
        except InvalidSettings as error:
            faults.extend(error.faults)
        if faults:
            raise InvalidSettings(tuple(faults))
        return settings

    def _find_bad_values(self) -> Iterator[str]:
        for setting in fields(self):
            value, about = getattr(self, setting.name), setting.metadata
            # Also true of NaN, which is below nothing.
            if about["minimum"] is not None and not value >= about["minimum"]:
                yield f"{about['variable']}: {value} is less than {about['minimum']}"
            if about["choices"] and value not in about["choices"]:
                yield f"{about['variable']}: {value!r} is not one of {', '.join(about['choices'])}"

    def _find_contradictions(self) -> Iterator[str]:
        if self.port > 65_535:
            yield f"PORT: {self.port} is more than 65535"
        if math.isinf(self.deadline_seconds):
            yield "WHOSAID_DEADLINE_SECONDS: every deadline ends"
        if self.threads <= self.queue_max_jobs + self.max_batches:
            yield (
                f"WHOSAID_THREADS: {self.threads} is not more than WHOSAID_QUEUE_MAX_JOBS "
                f"({self.queue_max_jobs}) and WHOSAID_MAX_BATCHES ({self.max_batches}) together, "
                "so nobody could be refused in time"
            )
        # Its value may hold a password, and is not told.
        scheme = self.rate_limit_storage.partition("://")[0]
        if scheme not in ("memory", "redis", "rediss", "redis+unix"):
            yield "WHOSAID_RATE_LIMIT_STORAGE: neither memory:// nor redis://…"
        elif scheme != "memory" and not find_spec("redis"):
            yield "WHOSAID_RATE_LIMIT_STORAGE: Redis needs an extra: pip install 'whosaid[redis]'"
        if self.queue_max_chars < self.max_chars:
            yield (
                f"WHOSAID_QUEUE_MAX_CHARS: {self.queue_max_chars} is less than "
                f"WHOSAID_MAX_CHARS ({self.max_chars}), so the longest text would be refused"
            )


def _parse(
    settings: tuple[Field[Any], ...], environ: Mapping[str, str]
) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    faults: list[str] = []
    for setting in settings:
        variable, parse = setting.metadata["variable"], setting.metadata["parse"]
        # An empty variable is how many deployments say "not set".
        if written := environ.get(variable, "").strip():
            try:
                values[setting.name] = parse(written)
            except ValueError as error:
                reason = "not a number" if parse in (int, float) else str(error)
                faults.append(f"{variable}: {written!r}: {reason}")
    return values, faults
