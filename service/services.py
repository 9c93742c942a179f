"""What `create_app` wires together and views work with."""

from dataclasses import dataclass
from typing import cast

import flask

from analysis.authority import Authority
from service.batching import Batcher
from service.observability import Metrics
from service.settings import Settings
from service.slots import Slots

_KEY = "whosaid"


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one application."""

    settings: Settings
    batcher: Batcher
    metrics: Metrics
    version: str
    authority: Authority
    slots: Slots


def attach_services(app: flask.Flask, services: Services) -> None:
    """Hang the parts on their application."""
    app.extensions[_KEY] = services


def current_services() -> Services:
    """Return the parts of the application that answers the current request."""
    return services_of(flask.current_app)


def services_of(app: flask.Flask) -> Services:
    """Return the parts of an application."""
    return cast(Services, app.extensions[_KEY])
