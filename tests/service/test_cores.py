import os

import pytest

from service.cores import count_cores

BOUND = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("cpu_max", "expected"),
    [
        pytest.param("max 100000\n", BOUND, id="no quota"),
        pytest.param("100000 100000\n", 1, id="one core"),
        pytest.param("50000 100000\n", 1, id="half a core"),
        pytest.param(f"{BOUND * 250000} 100000\n", BOUND, id="more than there are"),
    ],
)
def test_quotas_count(tmp_path, cpu_max, expected):
    """A container's quota bounds the cores, and leaves one at least."""
    (tmp_path / "cpu.max").write_text(cpu_max)
    assert count_cores(tmp_path / "cpu.max") == expected


def test_without_a_container(tmp_path):
    """Where no quota is written down, the cores that the process is bound to count."""
    assert count_cores(tmp_path / "cpu.max") == BOUND


def test_without_bindings(tmp_path, monkeypatch):
    """Where processes are not bound to cores, as on macOS, all cores count."""
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert count_cores(tmp_path / "cpu.max") == 6
