import logging

import pytest

from service.logs import build_logging
from service.settings import LOG_LEVELS


@pytest.mark.parametrize("level", LOG_LEVELS)
def test_gunicorn_never_logs_at_debug_level(level):
    """Gunicorn's own messages follow the level, but those that hold paths are never logged."""
    loggers = build_logging(level)["loggers"]
    least = logging.getLevelNamesMapping()[loggers["gunicorn.error"]["level"]]
    assert least == max(logging.INFO, logging.getLevelNamesMapping()[level.upper()])
