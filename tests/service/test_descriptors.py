import resource

import pytest

from service.descriptors import MAX_CONNECTIONS, RESERVED, TooFewDescriptors, fit_connections

ENOUGH = RESERVED + 80 + MAX_CONNECTIONS
UNLIMITED = resource.RLIM_INFINITY


@pytest.fixture
def limit(monkeypatch):
    """Pretend that a process has limits, and give those that it was set to."""
    limits = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, pair: limits.append(pair))
    return limits


@pytest.mark.parametrize(
    ("soft", "hard", "connections", "raised"),
    [
        pytest.param(ENOUGH, ENOUGH, MAX_CONNECTIONS, None, id="enough"),
        pytest.param(UNLIMITED, UNLIMITED, MAX_CONNECTIONS, None, id="unlimited"),
        pytest.param(64, UNLIMITED, MAX_CONNECTIONS, ENOUGH, id="soft limit raised"),
        pytest.param(64, ENOUGH + 1, MAX_CONNECTIONS, ENOUGH, id="raised as far as needed"),
        pytest.param(64, 512, 512 - RESERVED - 80, 512, id="raised as far as allowed"),
        pytest.param(1024, 1024, 1024 - RESERVED - 80, None, id="fewer connections"),
        pytest.param(261, 261, 81, None, id="just enough"),
    ],
)
def test_connections_fit_open_files(limit, soft, hard, connections, raised):
    """A worker holds no more connections than it may open files, having asked for more of them."""
    limit.append((soft, hard))
    assert fit_connections(80) == connections
    assert limit[-1] == ((raised, hard) if raised else (soft, hard))


def test_too_few_open_files(limit):
    """Where threads alone could run out of files, the number that is needed is told."""
    limit.append((260, 260))
    with pytest.raises(TooFewDescriptors, match=r"open 260 files \(ulimit -n\), 261 are needed"):
        fit_connections(80)
