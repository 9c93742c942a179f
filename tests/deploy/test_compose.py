"""What Compose starts on one machine is valid, and its parts agree with each other."""

import json
import re
import shutil
import subprocess
import tomllib
from dataclasses import fields
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import yaml
from compose_spec import PyCompose
from prometheus_client.parser import text_string_to_metric_families

from service.app import create_app
from service.services import services_of
from service.settings import Settings
from tests.fakes import FakeAnalyzer

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy"
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
INSTANCES = {name: each for name, each in SERVICES.items() if name.startswith("whosaid-")}
PROMETHEUS = yaml.safe_load((FOLDER / "prometheus/prometheus.yml").read_text())
DASHBOARD = json.loads((FOLDER / "grafana/dashboards/whosaid.json").read_text())
ADAPTER = yaml.safe_load((FOLDER / "kubernetes/prometheus-adapter.yaml").read_text())
DATASOURCES = yaml.safe_load(
    (FOLDER / "grafana/provisioning/datasources/prometheus.yaml").read_text()
)
VARIABLES = {setting.metadata["variable"] for setting in fields(Settings)}
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
STOPPING_SECONDS = 5
PROMTOOL = shutil.which("promtool")


def list_expressions():
    """Every query of the dashboard and of the adapter, with what it is for."""
    (rule,) = ADAPTER["rules"]["custom"]
    yield "adapter", rule["seriesQuery"]
    yield "variable", DASHBOARD["templating"]["list"][0]["query"]
    for panel in DASHBOARD["panels"]:
        for number, target in enumerate(panel["targets"]):
            yield f"{panel['title']} {number}", target["expr"]


EXPRESSIONS = [pytest.param(query, id=name) for name, query in list_expressions()]


@pytest.fixture(scope="module")
def samples():
    """The names and labels of what a service that has answered shows at /metrics."""
    app = create_app(Settings(), lambda _: FakeAnalyzer())
    services = services_of(app)
    assert services.batcher.wait_until_loaded(10)
    client = app.test_client()
    assert (
        client.post("/v1/analyze", json={"text": "“We wait,” said Ana Sousa."}).status_code == 200
    )
    # Nobody was in a hurry.
    services.metrics.dropped.labels("deadline").inc()
    page = client.get("/metrics").text
    services.batcher.close()
    found = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def test_compose_is_valid():
    """The file follows the Compose specification, and refers to nothing that is missing."""
    PyCompose.from_json(json.dumps(COMPOSE)).validate()


def test_mounted_files_exist():
    """Whatever is mounted or built from is in the repository, and volumes are declared."""
    mounts = [mount for each in SERVICES.values() for mount in each.get("volumes", [])]
    assert len(mounts) >= 5
    for source, *_ in (mount.split(":") for mount in mounts):
        assert source in COMPOSE["volumes"] or (FOLDER / source).exists(), source
    for instance in INSTANCES.values():
        assert (FOLDER / instance["build"]["context"] / "Dockerfile").exists()


def test_images_are_versions():
    """Each image is a version, and that of the service the one of this checkout."""
    for name, service in SERVICES.items():
        tag = service["image"].partition(":")[2]
        assert re.fullmatch(r"v?\d+\.\d+\.\d+(-alpine)?", tag), name
    assert {each["image"] for each in INSTANCES.values()} == {f"whosaid:{VERSION}"}


@pytest.mark.parametrize("name", INSTANCES)
def test_settings_exist(name):
    """Every setting is one of the service's, and an instance may finish what it has begun."""
    environment = INSTANCES[name]["environment"]
    assert environment.keys() <= VARIABLES
    settings = Settings.from_env(environment, cores=2)
    grace = int(INSTANCES[name]["stop_grace_period"].removesuffix("s"))
    assert grace > settings.deadline_seconds + STOPPING_SECONDS
    assert settings.trusted_proxies == 1


@pytest.mark.parametrize("name", INSTANCES)
def test_instances_may_do_little(name):
    """They write to one folder, gain nothing, and are in a network without a way out."""
    instance = INSTANCES[name]
    assert instance["read_only"]
    assert instance["cap_drop"] == ["ALL"]
    assert "ports" not in instance
    assert [COMPOSE["networks"][each]["internal"] for each in instance["networks"]] == [True]


def test_addresses_are_in_the_network():
    """Fixed addresses are apart from each other, and in the network's range."""
    (pool,) = COMPOSE["networks"]["inside"]["ipam"]["config"]
    addresses = [
        ip_address(service["networks"]["inside"]["ipv4_address"])
        for service in SERVICES.values()
        if "ipv4_address" in service["networks"]["inside"]
    ]
    assert len(set(addresses)) == len(addresses) == 3
    assert all(address in ip_network(pool["subnet"]) for address in addresses)


def test_ports_are_on_loopback():
    """Nothing is open to other machines unless its operator says so."""
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(ports) == 3
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_prometheus_reads_every_instance():
    """Prometheus asks all instances, at the service's port."""
    (job,) = PROMETHEUS["scrape_configs"]
    (static,) = job["static_configs"]
    port = Settings().port
    assert set(static["targets"]) == {f"{name}:{port}" for name in INSTANCES}


@pytest.mark.skipif(
    PROMTOOL is None, reason="no promtool here (Debian: apt-get install prometheus)"
)
def test_prometheus_takes_its_file():
    """Prometheus's own check accepts the configuration."""
    command = [PROMTOOL, "check", "config", FOLDER / "prometheus/prometheus.yml"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_grafana_finds_prometheus():
    """Panels ask the source that is provisioned, which is the Prometheus beside it."""
    (source,) = DATASOURCES["datasources"]
    assert source["url"] == "http://prometheus:9090"
    asked = {panel["datasource"]["uid"] for panel in DASHBOARD["panels"]}
    asked |= {
        target["datasource"]["uid"] for each in DASHBOARD["panels"] for target in each["targets"]
    }
    assert asked == {source["uid"]}


def test_panels_do_not_overlap():
    """Each panel has an id and a place of its own."""
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("query", EXPRESSIONS)
def test_queries_ask_for_what_is_measured(query, samples):
    """Each metric that is asked for is at /metrics, with the labels that it is asked by."""
    names = set(re.findall(r"\bwhosaid_[a-z_]+\b", query))
    assert names
    assert names <= samples.keys()
    grouped = {
        label.strip()
        for group in re.findall(r"\bby \(([^)]*)\)", query)
        for label in group.split(",")
    }
    matched = set(re.findall(r"\b([a-z_]+)\s*(?:=~|!=|=)\"", query))
    # Those that Prometheus adds.
    added = {"instance", "namespace", "pod"}
    assert (grouped | matched) - added <= set().union(*(samples[name] for name in names))


def test_every_metric_is_on_the_dashboard(samples):
    """Nothing is measured that the dashboard does not show."""
    shown = " ".join(query for _, query in list_expressions())
    families = {re.sub(r"_(total|created|bucket|sum|count)$", "", name) for name in samples}
    assert all(family in shown for family in families)


def test_the_autoscaler_asks_for_what_the_adapter_makes():
    """The metric of the autoscaler is the one that the adapter names."""
    scaler = yaml.safe_load((FOLDER / "kubernetes/base/autoscaler.yaml").read_text())
    asked = [each["pods"]["metric"]["name"] for each in scaler["spec"]["metrics"] if "pods" in each]
    assert asked == [rule["name"]["as"] for rule in ADAPTER["rules"]["custom"]]
