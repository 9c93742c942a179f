"""W3C trace context: its trace id in every log line, and spans for OpenTelemetry.

OpenTelemetry is an optional extra, so it is imported only where tracing is switched on. Its
exporter, sampler and resource are set through its own environment variables (OTEL_…).
"""

import logging
import re
from importlib.metadata import version
from typing import TYPE_CHECKING

import flask
import structlog

from service.exchanges import Stage, find_stages

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider as OwnTracerProvider
    from opentelemetry.trace import Span, Tracer, TracerProvider

_KEY = "whosaid-tracing"
_NAME = "whosaid"

# https://www.w3.org/TR/trace-context/#traceparent-header; ff is no version, and what follows the
# flags belongs to versions to come.
_TRACEPARENT = re.compile(
    r"(?!ff)(?P<version>[0-9a-f]{2})-(?!0{32})(?P<trace_id>[0-9a-f]{32})"
    r"-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?P<rest>-.*)?"
)
# https://opentelemetry.io/docs/specs/semconv/http/http-spans/: any other is told as _OTHER.
_METHODS = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
)


class TracingUnavailable(RuntimeError):
    """Tracing is switched on, and OpenTelemetry is not installed."""

    def __init__(self) -> None:
        super().__init__("tracing needs OpenTelemetry: pip install 'whosaid[tracing]'")


def find_trace_id(traceparent: str | None) -> str | None:
    """Return the trace id of a `traceparent` header, or nothing if it is not a valid one."""
    match = _TRACEPARENT.fullmatch(traceparent or "")
    if not match or (match["version"] == "00" and match["rest"]):
        return None
    return match["trace_id"]


def follow_traces(app: flask.Flask) -> None:
    """Log what belongs to a caller's trace with its `trace_id`. Requests are observed already."""

    def follow() -> None:
        if trace_id := find_trace_id(flask.request.headers.get("traceparent")):
            structlog.contextvars.bind_contextvars(trace_id=trace_id)

    app.before_request(follow)


def instrument(app: flask.Flask, *, tracer_provider: "TracerProvider | None" = None) -> None:
    """Make a span of every request of an application whose requests are observed.

    Without a provider, the application gets one that sends spans by OTLP over HTTP, from a
    thread of its own: only a process that no longer forks may have one. `shut_down` ends it.
    Raises `TracingUnavailable`.
    """
    try:
        tracer_provider = tracer_provider or _build_provider(app)
        tracing = _Tracing(tracer_provider.get_tracer(_NAME, version(_NAME)))
    except ImportError:
        raise TracingUnavailable from None
    # It quotes the headers that it refuses.
    logging.getLogger("opentelemetry.trace").setLevel(logging.ERROR)
    app.before_request(tracing.begin)
    app.after_request(tracing.describe)
    app.teardown_request(tracing.end)


def shut_down(app: flask.Flask) -> None:
    """Send the spans that an application still holds, if it sends any."""
    provider: OwnTracerProvider | None = app.extensions.pop(_KEY, None)
    if provider:
        provider.shutdown()


def _build_provider(app: flask.Flask) -> "OwnTracerProvider":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    about = Resource.create({"service.name": _NAME, "service.version": version(_NAME)})
    # The operator's words, of OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, win over ours.
    provider = TracerProvider(resource=about.merge(OTELResourceDetector().detect()))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    app.extensions[_KEY] = provider
    return provider


def _find_context(request: flask.Request) -> dict[str, str]:
    headers = request.headers
    return {name: headers[name] for name in ("traceparent", "tracestate") if name in headers}


class _Tracing:
    """Begins, describes and ends the span of a request.

    Attributes hold what the service says, and what is one of a few: neither path, nor query,
    nor the message of an exception, which may all quote what was submitted.
    """

    def __init__(self, tracer: "Tracer") -> None:
        # Fails at start rather than at the first request.
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._tracer = tracer
        self._propagator = TraceContextTextMapPropagator()

    def begin(self) -> None:
        """Begin a span as the child of the caller's, and log under its trace."""
        from opentelemetry.trace import SpanKind, format_trace_id

        method, rule = flask.request.method, flask.request.url_rule
        known = method in _METHODS
        attributes = {
            "http.request.method": method if known else "_OTHER",
            "url.scheme": flask.request.scheme,
        }
        if rule:
            attributes["http.route"] = rule.rule
        span = self._tracer.start_span(
            " ".join([method if known else "HTTP", *([rule.rule] if rule else [])]),
            context=self._propagator.extract(_find_context(flask.request)),
            kind=SpanKind.SERVER,
            attributes=attributes,
        )
        flask.g.span = span
        trace = span.get_span_context()
        # It is not, where OTEL_SDK_DISABLED is set.
        if trace.is_valid:
            structlog.contextvars.bind_contextvars(trace_id=format_trace_id(trace.trace_id))

    def describe(self, response: flask.Response) -> flask.Response:
        """Add what became of the request."""
        from opentelemetry.trace import StatusCode

        span: Span | None = flask.g.get("span")
        if span is None:
            # A hook before `begin` answered.
            return response
        span.set_attribute("http.response.status_code", response.status_code)
        if response.status_code >= 500:
            span.set_attribute("error.type", flask.g.get("problem") or str(response.status_code))
            span.set_status(StatusCode.ERROR)
        self._add_stages(span, find_stages())
        if response.is_streamed and not response.direct_passthrough:
            # Its work is still to come. (werkzeug hands files through without closing.)
            response.call_on_close(flask.g.pop("span").end)
        return response

    def end(self, _: BaseException | None) -> None:
        """End the span, unless a stream will."""
        if span := flask.g.pop("span", None):
            span.end()

    def _add_stages(self, span: "Span", stages: tuple[Stage, ...]) -> None:
        """Make spans of stages: each ended when it was noted, or where the next one began."""
        from opentelemetry.trace import set_span_in_context

        context = set_span_in_context(span)
        began = None
        for stage in reversed(stages):
            ended = stage.noted if began is None else min(stage.noted, began)
            began = ended - round(stage.seconds * 1e9)
            child = self._tracer.start_span(stage.name, context=context, start_time=began)
            child.end(end_time=ended)
