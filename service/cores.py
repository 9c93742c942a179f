"""How many cores there are to compute with."""

import os
from pathlib import Path

_CPU_MAX = Path("/sys/fs/cgroup/cpu.max")


def count_cores(cpu_max: Path = _CPU_MAX) -> int:
    """Return how many cores this process may use: those it is bound to, or its container's share.

    A container is bound to all cores of its host, and slowed down when it uses
    more than its quota: https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu
    """
    bound = _count_bound()
    try:
        quota, period = cpu_max.read_text(encoding="ascii").split()
    except OSError:
        return bound
    if quota == "max":
        return bound
    return max(1, min(bound, int(quota) // int(period)))


def _count_bound() -> int:
    # macOS binds no process to cores.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
