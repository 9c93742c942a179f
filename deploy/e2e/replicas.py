"""Two instances of the service behind nginx, and what is done to them."""

import json
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from prometheus_client.parser import text_string_to_metric_families

from deploy.e2e.balancer import balance
from evaluation.processes import list_session, list_workers
from evaluation.scenarios import await_departure
from evaluation.server import Service, start, stop, wait_until_ready

BALANCER_PORT = 8140
INSTANCE_PORTS = (8141, 8142)
DEADLINE_SECONDS = 20
# The deadline, the service's own five seconds (docs/operations.md, Stopping), and a little.
GRACE_SECONDS = DEADLINE_SECONDS + 5 + 5

_SETTINGS = {
    "WEB_CONCURRENCY": "1",
    "WHOSAID_INFERENCE_THREADS": "1",
    "WHOSAID_DEADLINE_SECONDS": str(DEADLINE_SECONDS),
    "WHOSAID_TRUSTED_PROXIES": "1",
}


@dataclass(frozen=True, slots=True)
class Replicas:
    """Instances by their place, each a gunicorn of its own, and nginx before them.

    A version is told by a setting that `/v1/capabilities` shows: how many texts a list may have.
    """

    folder: Path
    balancer: int
    instances: list[Service]

    @property
    def url(self) -> str:
        """The address of nginx."""
        return f"http://127.0.0.1:{BALANCER_PORT}"

    def kill(self, place: int) -> None:
        """End an instance as a machine that fails does, all of its processes at once."""
        instance = self.instances[place]
        os.killpg(instance.arbiter.pid, signal.SIGKILL)
        instance.arbiter.wait()

    def terminate(self, place: int) -> int:
        """Tell an instance to stop, wait until it is gone, and return its exit status."""
        arbiter = self.instances[place].arbiter
        arbiter.send_signal(signal.SIGTERM)
        return arbiter.wait(GRACE_SECONDS)

    def start(self, place: int, version: int) -> float:
        """Start an instance in a place that is free; return how long it took to be ready."""
        self.instances[place] = _start(self.folder, place, version)
        return wait_until_ready(self.instances[place])

    def reload(self, place: int) -> float:
        """Have an instance replace its workers; return how long that took, in seconds."""
        instance = self.instances[place]
        workers = list_workers(instance.arbiter.pid)
        instance.arbiter.send_signal(signal.SIGHUP)
        return await_departure(instance, workers)

    def list_versions(self) -> list[int]:
        """Return the version of each instance."""
        return [_fetch_limits(each.url)["batch_max_items"] for each in self.instances]

    def measure(self, metric: str) -> list[float]:
        """Return a metric of each instance, summed over its labels."""
        return [
            sum(
                sample.value
                for family in text_string_to_metric_families(fetch_metrics(each.url))
                for sample in family.samples
                if sample.name == metric
            )
            for each in self.instances
        ]

    def measure_balancer(self) -> float:
        """Return the seconds that nginx has computed so far; its processes have one thread each."""
        stats = (Path(f"/proc/{pid}/schedstat") for pid in list_session(self.balancer))
        return sum(int(stat.read_text().split()[0]) for stat in stats) / 1e9

    def read_requests(self) -> list[Mapping[str, Any]]:
        """Return what nginx logged of analyses so far."""
        lines = map(json.loads, (self.folder / "access.log").read_text().splitlines())
        return [line for line in lines if line["path"] == "/v1/analyze"]

    def count_passed_on(self, since: int) -> int:
        """Return for how many analyses nginx asked a second instance, after the first so many."""
        return sum("," in line["instances"] for line in self.read_requests()[since:])


def fetch_metrics(url: str) -> str:
    """Return the page of metrics of an instance."""
    return requests.get(f"{url}/metrics", timeout=10).text


def _fetch_limits(url: str) -> Mapping[str, int]:
    limits: Mapping[str, int] = requests.get(f"{url}/v1/capabilities", timeout=10).json()["limits"]
    return limits


@contextmanager
def run_replicas(folder: Path, version: int) -> Iterator[Replicas]:
    """Run two instances and nginx; at the end, nothing of them is left."""
    instances: list[Service] = []
    try:
        for place in range(len(INSTANCE_PORTS)):
            instances.append(_start(folder, place, version))
        for instance in instances:
            wait_until_ready(instance)
        with balance(folder, BALANCER_PORT, INSTANCE_PORTS) as nginx:
            yield Replicas(folder, nginx.pid, instances)
    finally:
        for instance in instances:
            stop(instance)


def _start(folder: Path, place: int, version: int) -> Service:
    settings = {**_SETTINGS, "WHOSAID_BATCH_MAX_ITEMS": str(version)}
    return start(folder / f"instance-{place + 1}.log", settings, port=INSTANCE_PORTS[place])
