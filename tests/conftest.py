import sys

import pytest
import torch

from analysis.pipeline import load_pipeline
from service.cores import count_cores


def pytest_xdist_auto_num_workers():
    """Run more tests at once than there are cores: many wait for a service or for a moment."""
    return count_cores() * 3 // 2


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item):
    """Trace nothing of a test that is marked `no_cover`.

    pytest-cov stops the coverage of xdist's process, whereupon the one that it had begun in it
    before goes on (`coverage.collector.Collector.stop` resumes it).
    """
    if item.get_closest_marker("no_cover"):
        sys.settrace(None)
    return (yield)


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """Compute as each worker of the service does."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def pipeline():
    """The pipeline of the shipped model, loaded once."""
    return load_pipeline(threads=1)
