"""How many cores there are to compute with."""

import os
from pathlib import Path

_CPU_MAX = Path("/sys/fs/cgroup/cpu.max")


def count_cores(cpu_max: Path = _CPU_MAX) -> int:
    """Return how many cores this process may use: those it is bound to, or its container's share.

    A container is bound to all cores of its host, and slowed down when it uses
    more than its quota: https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu
    """
    bound = len(os.sched_getaffinity(0))
    try:
        quota, period = cpu_max.read_text(encoding="ascii").split()
    except OSError:
        return bound
    if quota == "max":
        return bound
    return max(1, min(bound, int(quota) // int(period)))
