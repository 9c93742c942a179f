"""Whether the service lives and is ready, and its metrics: for machines that look after it."""

from http import HTTPStatus

import flask
from flask_smorest import Blueprint

from schemas import HealthSchema
from service.batching import NotReady, State
from service.openapi import HEADERS, document_refusals, route
from service.services import current_services

WELL = {"status": "ok"}

blueprint = Blueprint("health", __name__, description="For machines that look after the service.")

_UNAVAILABLE = document_refusals(blueprint, HTTPStatus.SERVICE_UNAVAILABLE)


@route(
    blueprint,
    "/livez",
    blueprint.doc(operationId="livez"),
    *_UNAVAILABLE,
    blueprint.response(
        HTTPStatus.OK,
        HealthSchema,
        description="The service lives.",
        example=WELL,
        headers=HEADERS,
    ),
)
def livez() -> dict[str, str]:
    """Tell whether the service lives: 503 means that only a restart helps."""
    state = current_services().batcher.state
    if state is State.FAILED:
        raise NotReady(state)
    return WELL


@route(
    blueprint,
    "/readyz",
    blueprint.doc(operationId="readyz"),
    *_UNAVAILABLE,
    blueprint.response(
        HTTPStatus.OK,
        HealthSchema,
        description="The model is loaded and has analyzed a document.",
        example=WELL,
        headers=HEADERS,
    ),
)
def readyz() -> dict[str, str]:
    """Tell whether the service answers texts: its model is loaded and has analyzed a document."""
    state = current_services().batcher.state
    if state is not State.READY:
        raise NotReady(state)
    return WELL


@route(
    blueprint,
    "/metrics",
    blueprint.doc(operationId="metrics"),
    blueprint.response(
        HTTPStatus.OK,
        {"type": "string"},
        content_type="text/plain",
        description="Counters and histograms of all workers, in Prometheus's text format.",
        headers=HEADERS,
    ),
)
def metrics() -> flask.Response:
    """Return counters and histograms of all workers, in Prometheus's text format."""
    return current_services().metrics.render()
