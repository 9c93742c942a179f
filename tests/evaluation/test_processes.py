import os
import subprocess
import sys
import time

from evaluation.processes import list_session, list_workers, measure_memory

SLEEP = "import time; time.sleep(60)"
FORK = f"import os, time; os.fork(); {SLEEP}"


def run(code):
    return subprocess.Popen([sys.executable, "-c", code], start_new_session=True)


def test_a_service_and_its_workers():
    """A process is found with its children, which are found by their session when it is gone."""
    with run(FORK) as arbiter:
        deadline = time.monotonic() + 10
        while not list_workers(arbiter.pid) and time.monotonic() < deadline:
            time.sleep(0.01)
        (worker,) = list_workers(arbiter.pid)
        assert list_session(arbiter.pid) == sorted([arbiter.pid, worker])
        arbiter.kill()
        arbiter.wait()
        assert list_workers(arbiter.pid) == []
        assert list_session(arbiter.pid) == [worker]
        os.kill(worker, 9)


def test_memory_of_processes():
    """Memory adds up, what is shared counts once, and a process that is gone takes none."""
    own = measure_memory([os.getpid()])
    assert own > 10 * 2**20
    held = bytearray(b"x" * 50 * 2**20)
    assert measure_memory([os.getpid()]) - own > 40 * 2**20
    del held
    assert measure_memory([2**22 + 1]) == 0
