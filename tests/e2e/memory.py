"""The memory of a running service."""

from pathlib import Path


def resident_bytes(pid: int) -> int:
    """Return the resident memory of the youngest child of a process: of its one worker."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    status = Path(f"/proc/{children[-1]}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024
