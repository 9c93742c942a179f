"""What has no part in the times that tests measure."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Collect no garbage: it takes long to look through what thousands of tests, or cases, keep."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
