"""What is deployed to a cluster is valid, and agrees with the service and with what was measured."""

import json
import re
import shutil
import subprocess
import tomllib
from dataclasses import fields
from functools import cache
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from service.keys import load_keys
from service.settings import Settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy/kubernetes"
RESULTS = ROOT / "evaluation/results"
EXAMPLE = FOLDER / "overlays/example"
VARIABLES = {setting.metadata["variable"] for setting in fields(Settings)}
OPENAPI = yaml.safe_load((ROOT / "openapi.yaml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
# The oldest with all that is used (a preStop hook that sleeps), and the newest that is known.
RELEASES = ("1.30", "1.37")
KUSTOMIZE = shutil.which("kubectl")
MEBIBYTES = {"Mi": 1, "Gi": 1024}
# docs/operations.md, What happens when.
MIB_FOR_EACH_WORKER = 75
# Which the service takes beyond its deadline to stop: docs/operations.md, Stopping.
STOPPING_SECONDS = 5


def load(path):
    return yaml.safe_load(path.read_text())


def list_kustomizations():
    return sorted(FOLDER.rglob("kustomization.yaml"))


def list_documents():
    """Every resource in a file of its own, and the kustomizations that name it."""
    named = {
        (path.parent / name).resolve()
        for path in list_kustomizations()
        for name in load(path).get("resources", [])
    }
    return sorted(path for path in named if path.is_file())


@cache
def build_example():
    """The example as `kubectl apply -k` would send it, by kind."""
    if KUSTOMIZE is None:
        pytest.skip("no kubectl here")
    command = [KUSTOMIZE, "kustomize", str(EXAMPLE)]
    built = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    documents = list(yaml.safe_load_all(built))
    assert len({each["kind"] for each in documents}) == len(documents)
    return {each["kind"]: each for each in documents}


def load_base(name):
    return load(FOLDER / "base" / f"{name}.yaml")


def find_pod(deployment):
    return deployment["spec"]["template"]["spec"]


def find_container(deployment):
    (container,) = find_pod(deployment)["containers"]
    return container


def read_mebibytes(quantity):
    number, unit = re.fullmatch(r"(\d+)(Mi|Gi)", quantity).groups()
    return int(number) * MEBIBYTES[unit]


def read_settings():
    lines = (FOLDER / "base/settings.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


DEPLOYMENT = load_base("deployment")
POD = find_pod(DEPLOYMENT)
CONTAINER = find_container(DEPLOYMENT)
SETTINGS = Settings.from_env(read_settings(), cores=2)


def validate(document, release):
    kubernetes_validate.validate(document, release, strict=True)


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("path", list_documents(), ids=lambda path: path.stem)
def test_documents_are_valid(path, release):
    """Every resource follows its schema, with nothing that the schema does not know."""
    document = load(path)
    if document["apiVersion"].startswith("monitoring.coreos.com/"):
        pytest.skip("the Prometheus operator's own; see test_prometheus_finds_the_pods")
    validate(document, release)


@pytest.mark.parametrize("release", RELEASES)
def test_the_example_is_valid(release):
    """What kustomize makes of base, component and overlay follows the schemas."""
    documents = build_example()
    assert len(documents) == 9
    for kind, document in documents.items():
        if kind != "PodMonitor":
            validate(document, release)


def test_invalid_documents_are_found():
    """The schemas do tell what is wrong."""
    with pytest.raises(kubernetes_validate.ValidationError):
        validate({**DEPLOYMENT, "spec": {**DEPLOYMENT["spec"], "replica": 2}}, RELEASES[0])


@pytest.mark.parametrize("path", list_kustomizations(), ids=lambda path: path.parent.name)
def test_kustomizations_name_what_is_there(path):
    """Every file that a kustomization names is there, and every file is named."""
    kustomization = load(path)
    generators = [
        *kustomization.get("configMapGenerator", []),
        *kustomization.get("secretGenerator", []),
    ]
    files = [
        *kustomization.get("resources", []),
        *kustomization.get("components", []),
        *(patch["path"] for patch in kustomization.get("patches", []) if "path" in patch),
        *(name for each in generators for key in ("envs", "files") for name in each.get(key, [])),
    ]
    assert files
    assert all((path.parent / name).exists() for name in files)
    beside = {file.name for file in path.parent.iterdir() if file != path}
    assert beside == {name for name in files if "/" not in name}


@pytest.mark.parametrize("path", list_kustomizations(), ids=lambda path: path.parent.name)
def test_patches_have_something_to_patch(path):
    """Each patch is for a resource of the base."""
    resources = {(each["kind"], each["metadata"]["name"]) for each in map(load, list_documents())}
    for patch in load(path).get("patches", []):
        if "path" in patch:
            changed = load(path.parent / patch["path"])
            target = (changed["kind"], changed["metadata"]["name"])
        else:
            target = (patch["target"]["kind"], patch["target"]["name"])
        assert target in resources


def test_the_example_changes_what_it_says():
    """Image, settings, keys and numbers of the overlay are in what kustomize makes."""
    built = build_example()
    container = find_container(built["Deployment"])
    assert container["image"] == f"registry.example.org/newsroom/whosaid:{VERSION}"
    assert container["envFrom"] == [
        {"configMapRef": {"name": built["ConfigMap"]["metadata"]["name"]}}
    ]
    secrets = [
        each["secret"] for each in find_pod(built["Deployment"])["volumes"] if "secret" in each
    ]
    assert [each["secretName"] for each in secrets] == [built["Secret"]["metadata"]["name"]]
    assert built["ConfigMap"]["data"].items() > read_settings().items()
    assert "annotations" not in built["Deployment"]["spec"]["template"]["metadata"]
    assert built["HorizontalPodAutoscaler"]["spec"]["minReplicas"] == 3


def test_settings_exist():
    """Every setting that is set is one of the service's, with a value that it takes."""
    example = load(EXAMPLE / "kustomization.yaml")["configMapGenerator"][0]["literals"]
    patched = find_container(load(FOLDER / "components/keys/keys.yaml"))["env"]
    added = dict(literal.split("=", 1) for literal in example)
    added |= {each["name"]: each["value"] for each in patched}
    assert read_settings().keys() | added.keys() <= VARIABLES
    settings = Settings.from_env(read_settings() | added, cores=2)
    assert settings.keys_file == "/etc/whosaid/keys"
    assert settings.rate_limit


def test_the_example_of_keys_is_one():
    """The service takes the file of keys, which has one for Prometheus."""
    assert "prometheus" in [key.id for key in load_keys(EXAMPLE / "keys")]


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_probes_ask_what_is_there(probe):
    """Probes ask paths of the API, and only life is asked of /livez."""
    request = CONTAINER[probe]["httpGet"]
    assert request["path"] in OPENAPI["paths"]
    assert (request["path"] == "/livez") == (probe == "livenessProbe")
    assert request["port"] in [port["name"] for port in CONTAINER["ports"]]


def test_ports_agree():
    """The service listens where the container, the annotations and the others say."""
    (port,) = CONTAINER["ports"]
    assert port["containerPort"] == SETTINGS.port
    annotations = DEPLOYMENT["spec"]["template"]["metadata"]["annotations"]
    assert annotations["prometheus.io/port"] == str(SETTINGS.port)
    assert annotations["prometheus.io/path"] in OPENAPI["paths"]
    assert [each["targetPort"] for each in load_base("service")["spec"]["ports"]] == [port["name"]]
    (rule,) = load_base("network")["spec"]["ingress"]
    assert [each["port"] for each in rule["ports"]] == [port["name"]]


def test_pods_may_finish():
    """A pod has time for the hook, for the deadline, and for what the service takes to stop."""
    hook = CONTAINER["lifecycle"]["preStop"]["sleep"]["seconds"]
    needed = hook + SETTINGS.deadline_seconds + STOPPING_SECONDS
    assert POD["terminationGracePeriodSeconds"] > needed


def test_resources_are_those_measured():
    """A core for each thread that computes, and memory for what workers took under long load."""
    resources = CONTAINER["resources"]
    assert int(resources["requests"]["cpu"]) == SETTINGS.workers * SETTINGS.inference_threads
    started = {
        int(row["what"].split()[2]): int(row["measured"].split()[0])
        for row in read_latest("bench")["rows"]
        if row["what"].startswith("Resident memory, ")
    }
    growth = read_latest("soak")["memory"]["most_mib"] - started[1]
    measured = started[SETTINGS.workers] + SETTINGS.workers * growth
    assert read_mebibytes(resources["requests"]["memory"]) > measured
    # While it is reloaded, it has twice as many workers.
    assert read_mebibytes(resources["limits"]["memory"]) >= 2 * measured


def read_latest(kind):
    """The latest figures of a kind: of the last day, those written last."""
    results = [json.loads(path.read_text()) for path in RESULTS.glob(f"{kind}-*.json")]
    return max(results, key=lambda figures: figures["date"])


def test_there_is_room_for_files():
    """What may be written is enough for all workers while they are replaced, and allowed for."""
    (volume,) = POD["volumes"]
    room = read_mebibytes(volume["emptyDir"]["sizeLimit"])
    assert room >= 2 * SETTINGS.workers * MIB_FOR_EACH_WORKER
    assert read_mebibytes(CONTAINER["resources"]["requests"]["ephemeral-storage"]) > room
    mounted = {each["name"]: each["mountPath"] for each in CONTAINER["volumeMounts"]}
    assert mounted[volume["name"]] == "/tmp"


def test_the_container_may_do_little():
    """It runs as the image's user, writes to one folder, and gains nothing."""
    user = int(re.search(r"^USER (\d+):", DOCKERFILE, re.MULTILINE)[1])
    pod, container = POD["securityContext"], CONTAINER["securityContext"]
    assert (pod["runAsNonRoot"], pod["runAsUser"], pod["fsGroup"]) == (True, user, user)
    assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert POD["automountServiceAccountToken"] is False
    assert load_base("network")["spec"]["egress"] == []


def test_the_image_is_a_version():
    """The image is that of the version here, not whichever is latest."""
    assert CONTAINER["image"] == f"whosaid:{VERSION}"
    (image,) = load(EXAMPLE / "kustomization.yaml")["images"]
    assert image["newTag"] == VERSION


def test_selectors_select_the_pods():
    """Service, budget, policy, monitor and spreading are for the pods of the deployment."""
    labels = DEPLOYMENT["spec"]["template"]["metadata"]["labels"]
    assert labels
    assert DEPLOYMENT["spec"]["selector"]["matchLabels"] == labels
    assert load_base("service")["spec"]["selector"] == labels
    assert load_base("disruption")["spec"]["selector"]["matchLabels"] == labels
    assert load_base("network")["spec"]["podSelector"]["matchLabels"] == labels
    for constraint in POD["topologySpreadConstraints"]:
        assert constraint["labelSelector"]["matchLabels"] == labels


def test_prometheus_finds_the_pods():
    """The monitor asks the pods for the page of metrics, often enough for a rate of a minute."""
    monitor = load(FOLDER / "components/keys/pod-monitor.yaml")["spec"]
    labels = DEPLOYMENT["spec"]["template"]["metadata"]["labels"]
    assert monitor["selector"]["matchLabels"] == labels
    (endpoint,) = monitor["podMetricsEndpoints"]
    assert endpoint["path"] in OPENAPI["paths"]
    assert endpoint["port"] in [port["name"] for port in CONTAINER["ports"]]
    assert int(endpoint["interval"].removesuffix("s")) <= 30


def test_nobody_is_missed_while_pods_are_replaced():
    """A roll takes no pod away before there is another, and the autoscaler keeps two at least."""
    rolling = DEPLOYMENT["spec"]["strategy"]["rollingUpdate"]
    assert rolling["maxUnavailable"] == 0
    scaler = load_base("autoscaler")["spec"]
    assert scaler["minReplicas"] >= 2
    assert "replicas" not in DEPLOYMENT["spec"]
    target = scaler["scaleTargetRef"]
    assert (target["kind"], target["name"]) == (DEPLOYMENT["kind"], DEPLOYMENT["metadata"]["name"])
