# `make help` lists what can be made.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
DATA ?= ../shared/data
export PORT

PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install -qq --require-hashes --no-deps

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(BIN)/python:
	@echo "==> Making a virtual environment in $(VENV)"
	$(PYTHON) -m venv $(VENV)

# torch comes in two builds. The CPU build goes first where it is within reach; the lock's own torch
# is satisfied by it. The default build needs CUDA packages besides: where something is missing once
# the lock is installed, it is those.
$(VENV)/.runtime: requirements/runtime.txt requirements/torch-cpu.txt requirements/accelerator.txt | $(BIN)/python
	@echo "==> Installing what the service needs (a few minutes the first time)"
	@$(INSTALL) -r requirements/torch-cpu.txt 2>/dev/null || { \
	    echo "    no CPU build of torch within reach$(if $(CPU_ONLY),,: taking the default build)"; \
	    test -z "$(CPU_ONLY)"; }
	@$(INSTALL) -r requirements/runtime.txt
	@$(PIP) check >/dev/null || { \
	    echo "==> This build of torch runs on accelerators too: installing what it needs"; \
	    $(INSTALL) -r requirements/accelerator.txt; }
	@$(PIP) check
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@echo "==> Installing what the checks need"
	@$(INSTALL) -r requirements/dev.txt
	@touch $@

$(VENV)/.whosaid: pyproject.toml $(VENV)/.runtime
	@echo "==> Installing whosaid from this checkout"
	@$(PIP) install -qq --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: dependencies
dependencies: $(VENV)/.runtime ## Install what the service needs into .venv (CPU_ONLY=1: or stop)

.PHONY: package
package: $(VENV)/.runtime ## Install whosaid into .venv as a package, not from this checkout
	@echo "==> Building and installing the package"
	@rm -rf build/lib build/bdist.* dist $(VENV)/.whosaid
	@$(PIP) wheel -qq --no-deps --no-build-isolation --wheel-dir dist .
	@$(PIP) install -qq --no-deps --force-reinstall dist/whosaid-*.whl

.PHONY: install
install: $(VENV)/.whosaid ## Install the service into .venv

$(VENV)/.archive: requirements/archive.txt $(VENV)/.whosaid
	@echo "==> Installing what archives need"
	@$(INSTALL) -r requirements/archive.txt
	@touch $@

.PHONY: install-archive
install-archive: $(VENV)/.archive ## Install the extras that make archives and ask them: Ray, DuckDB

.PHONY: run
run: install ## Start the service on port 8000 (PORT and WEB_CONCURRENCY are honoured)
	@echo "==> Starting whosaid on port $(PORT); Ctrl-C stops it"
	@exec $(BIN)/gunicorn -c python:service.gunicorn_conf

.PHONY: test
test: format-check lint types contract unit ## Check everything that CI checks

.PHONY: format
format: $(VENV)/.dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: format-check
format-check: $(VENV)/.dev
	@echo "==> Format"
	$(BIN)/ruff format --check .

.PHONY: lint
lint: $(VENV)/.dev
	@echo "==> Lint"
	$(BIN)/ruff check .

.PHONY: types
types: $(VENV)/.dev
	@echo "==> Types"
	$(BIN)/mypy

.PHONY: contract
contract: $(VENV)/.dev install
	@echo "==> Import contract"
	$(BIN)/lint-imports

# Debian's browser, where whoever tests may install packages: a clean machine of CI.
.PHONY: browser
browser:
	@if ! command -v chromium >/dev/null && test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
	    echo "==> Installing chromium"; \
	    mkdir -p build; { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
	        --no-install-recommends chromium fonts-dejavu-core; } >build/browser.log 2>&1 || true; \
	fi
	@command -v chromium >/dev/null || echo "==> No chromium here: tests in a browser will be skipped"

.PHONY: nginx
nginx:
	@if ! command -v nginx >/dev/null && ! test -x build/nginx/usr/sbin/nginx && command -v apt-get >/dev/null; then \
	    echo "==> Fetching nginx"; \
	    mkdir -p build/nginx; { cd build/nginx && { test "$$(id -u)" != 0 || apt-get update -qq; } && \
	        apt-get download -qq nginx && dpkg -x nginx_*.deb .; } >build/nginx.log 2>&1 || true; \
	fi
	@command -v nginx >/dev/null || test -x build/nginx/usr/sbin/nginx || echo "==> No nginx here: tests behind it will be skipped"

.PHONY: unit
unit: $(VENV)/.dev install browser nginx
	@echo "==> Tests"
	@# The service is started again and again: what was compiled is kept, whatever the environment says.
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest --cov --numprocesses auto --dist worksteal $(PYTEST_ARGS)

.PHONY: fuzz
fuzz: $(VENV)/.dev install ## Send the service very many requests made of openapi.yaml (EXAMPLES=1000: of each operation), and the analysis very many texts (CASES=100000; half an hour)
	@echo "==> Fuzzing"
	FUZZ_EXAMPLES=$(or $(EXAMPLES),1000) $(BIN)/python -m pytest -q -s tests/contract/test_contract.py
	$(BIN)/python -m tests.fuzz --cases $(or $(CASES),100000)

.PHONY: sbom
sbom: $(VENV)/.dev ## List what the service installs, as CycloneDX, in build/sbom.json
	@echo "==> Listing what is installed"
	@mkdir -p build
	$(BIN)/cyclonedx-py requirements requirements/runtime.txt --pyproject pyproject.toml \
	    --output-reproducible --spec-version 1.6 --output-format JSON --validate \
	    --output-file build/sbom.json

.PHONY: openapi
openapi: install ## Write openapi.yaml from the code
	@echo "==> Writing openapi.yaml"
	@$(BIN)/whosaid openapi > openapi.yaml

.PHONY: evaluate
evaluate: $(VENV)/.dev install ## Score the service on the corpora in DATA (default ../shared/data)
	@echo "==> Evaluating on $(DATA)"
	$(BIN)/python -m evaluation $(DATA)

.PHONY: quality
quality: install ## Score quotes and their speakers in detail, on the corpora in DATA (ERRORS=file: list there what went wrong)
	@echo "==> Measuring quotes on $(DATA)"
	$(BIN)/python -m evaluation.quality $(DATA) $(if $(ERRORS),--errors $(ERRORS))

.PHONY: robustness
robustness: $(VENV)/.dev install ## Score the service on damaged copies of the corpora in DATA (LIMIT=20: of so many articles each)
	@echo "==> Evaluating on damaged copies of $(DATA)"
	$(BIN)/python -m evaluation.robustness $(DATA) $(if $(LIMIT),--limit $(LIMIT))

.PHONY: bench
bench: $(VENV)/.dev install ## Time the service, its encoder and stock Stanza, on the corpora in DATA (QUICK=1: ratios only)
	@echo "==> Benchmarking on $(DATA)"
	$(BIN)/python -m evaluation.bench $(DATA) $(if $(QUICK),--quick,--quality --strict)

.PHONY: soak
soak: install ## Offer the service three times what it can do (MINUTES=10), with texts from DATA
	@echo "==> Soaking"
	$(BIN)/python -m evaluation.soak $(DATA) $(if $(MINUTES),--minutes $(MINUTES))

.PHONY: chaos
chaos: install ## Kill, stop, starve and reload the service, with texts from DATA (mounts need root)
	@echo "==> Chaos"
	$(BIN)/python -m evaluation.chaos $(DATA)

.PHONY: replicas
replicas: $(VENV)/.dev install nginx ## Load, kill and roll two instances behind nginx, with texts from DATA
	@echo "==> Replicas"
	$(BIN)/python -m pytest -q -s deploy/e2e --data=$(DATA)

.PHONY: archives
archives: $(VENV)/.dev install ## Make archives on Ray with texts from DATA: cost, actors, losses, 50,000 articles (PARTS="overhead actors losses memory"; an hour)
	@echo "==> Archives"
	$(BIN)/python -m evaluation.archives $(DATA) $(if $(PARTS),--parts $(PARTS))

.PHONY: e2e-wordpress
e2e-wordpress: $(VENV)/.dev install browser ## Try the WordPress plug-in in a real WordPress, from nothing (root installs Debian's packages)
	@integrations/wordpress/e2e/packages.sh
	@echo "==> WordPress"
	$(BIN)/python -m pytest -q integrations/wordpress/e2e

CHECKOUTS ?= ../checkouts

.PHONY: prepare
prepare: install ## Make the corpora in DATA from checkouts of their public sources in CHECKOUTS (CLONE=1: fetch them)
	@echo "==> Making the corpora in $(DATA) from $(CHECKOUTS)"
	$(BIN)/python -m training.prepare $(CHECKOUTS) $(DATA) $(if $(CLONE),--clone)

.PHONY: train
train: $(VENV)/.dev install ## Train, evaluate and describe the model, on the corpora in DATA (START=weights: only the last phase, from those)
	@echo "==> Installing the starting encoder"
	@$(INSTALL) --upgrade --target build/encoder -r requirements/encoder.txt
	@echo "==> Training on $(DATA)"
	PYTHONPATH=build/encoder $(BIN)/python -m training $(DATA) $(if $(START),--start $(START))
	@$(MAKE) --no-print-directory confidence
	@$(MAKE) --no-print-directory evaluate quality robustness
	@$(MAKE) --no-print-directory card

.PHONY: confidence
confidence: $(VENV)/.dev install ## Fit what confidences of quotes mean with the weights that ship, on the corpora in DATA
	@echo "==> Fitting confidences on $(DATA)"
	$(BIN)/python -m training.confidence $(DATA)

.PHONY: card
card: $(VENV)/.dev install ## Write the model card, with the latest figures about the weights that ship
	@echo "==> Writing the model card"
	$(BIN)/python -m training.card

.PHONY: experiments
experiments: $(VENV)/.dev install ## Try the alternatives to the recipe for a short while each, all from the weights START
	@echo "==> Experimenting on $(DATA)"
	$(BIN)/python -m training.experiments $(DATA) --start $(START)

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-emit-index-url --custom-compile-command "make lock"

.PHONY: lock
lock: $(BIN)/python ## Resolve the locks in requirements/ anew from pyproject.toml (UPGRADE=1: newest versions)
	@echo "==> Resolving"
	@$(PIP) install -qq 'uv>=0.13'
	$(LOCK) $(if $(UPGRADE),--upgrade) --group build -o requirements/runtime.txt pyproject.toml
	$(LOCK) $(if $(UPGRADE),--upgrade) --extra archive --extra ray -c requirements/runtime.txt \
	    -o requirements/archive.txt pyproject.toml
	$(LOCK) $(if $(UPGRADE),--upgrade) --group dev --group train \
	    -c requirements/runtime.txt -c requirements/archive.txt \
	    -o requirements/dev.txt pyproject.toml
	$(LOCK) --no-deps -o requirements/encoder.txt --group pyproject.toml:encoder
	$(LOCK) --no-config --no-emit-package torch -c requirements/dev.txt \
	    -o requirements/accelerator.txt - <<<'torch==2.13.0'

.PHONY: clean
clean: ## Remove all that was installed or built, but not what training has reached
	rm -rf $(VENV) build/lib build/bdist.* dist *.egg-info .coverage .hypothesis .import_linter_cache \
	    .mypy_cache .pytest_cache .ruff_cache .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
