"""Logs as events with fields, one JSON object a line; never a word of submitted text."""

import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

_MAX_LINKS = 8

_PRE_CHAIN: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def build_logging(level: str) -> dict[str, Any]:
    """Return a `logging.config` dictionary: one JSON object a line, on standard output."""
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            render_trace,
            structlog.processors.JSONRenderer(),
        ],
        "foreign_pre_chain": _PRE_CHAIN,
    }
    least = "info" if level == "debug" else level
    handler = {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {"stdout": handler},
        "root": {"handlers": ["stdout"], "level": level.upper()},
        "loggers": {
            # At debug level, which its own options can ask for, it logs paths and broken requests.
            "gunicorn.error": {"handlers": [], "propagate": True, "level": least.upper()},
            "gunicorn.access": {"handlers": [], "propagate": False},
        },
    }


def render_trace(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace an exception by the kinds and places of what happened, innermost last.

    Messages stay out: one may quote a submitted text.
    """
    error = event.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["trace"] = [line for link in _find_chain(error) for line in _describe(link)]
    return event


def _find_chain(error: BaseException) -> list[BaseException]:
    chain = [error]
    while len(chain) < _MAX_LINKS and (link := chain[-1].__cause__ or chain[-1].__context__):
        chain.append(link)
    return chain[::-1]


def _describe(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return [*places, type(error).__qualname__]


def configure_events() -> None:
    """Send structlog's events through the standard library's logging."""
    structlog.configure(
        processors=[*_PRE_CHAIN, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
