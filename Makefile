# Each target installs and builds what it needs. `make` without a target lists them.
.DEFAULT_GOAL := help
.PHONY: help run test lint unit integration browser chaos fuzz bench bench-admin bench-backlog bench-growth soak screenshots logger lock audit clean chromium

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
PYTEST := $(BIN)/python -m pytest
# Each process has a stack of its own. Tests that measure time run afterwards, alone.
PARALLEL := $(PYTEST) -n auto --maxprocesses 4 --dist loadfile -m "not alone"
NPM := npm --prefix logger --no-fund --no-audit
export PATH := $(CURDIR)/$(BIN):$(PATH)

help: ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 22

run: .venv/run ## start everything on this machine; Ctrl-C ends it
	@exec $(BIN)/python -m dev --starter $$PPID

test: lint chromium ## all checks and tests, including a short chaos test
	@$(NPM) test
	@$(PARALLEL)
	@$(PYTEST) -m alone

lint: .venv/test logger/node_modules/.stamp ## ruff, mypy, import rules, eslint, plain words
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m dev.plain_words
	@$(NPM) run --silent lint

unit: .venv/test logger/node_modules/.stamp ## tests of single parts, Python's and the logger's; no server
	@$(NPM) test
	@$(PYTEST) tests/unit

integration: .venv/test ## tests with real PostgreSQL, Redis, worker and gunicorn
	@$(PARALLEL) tests/integration
	@$(PYTEST) tests/integration -m alone

browser: .venv/test chromium ## tests in Chromium
	@$(PARALLEL) tests/browser
	@$(PYTEST) tests/browser -m alone

chaos: .venv/test ## ten minutes of fault injection under load (CHAOS_SECONDS=60 for one minute)
	@$(BIN)/python -m tests.chaos

fuzz: .venv/test ## send 10,000 generated request bodies (FUZZ_EXAMPLES=1000 for fewer)
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-10000} $(PYTEST) tests/integration -k fuzz

bench: .venv/test chromium ## compare the speed of the ingest path and the logger with their baselines
	@$(BIN)/python -m bench

soak: .venv/test ## an hour of mixed load: memory, lag, lost and double actions (SOAK_SECONDS=600 for less)
	@$(BIN)/python -m bench.soak

bench-backlog: .venv/test ## drain a backlog of a million actions (ACTIONS=100000 for fewer)
	@$(BIN)/python -m bench.backlog

bench-growth: .venv/test ## is storing slower with ten million positions? (POSITIONS=50000000 for more)
	@$(BIN)/python -m bench.growth

bench-admin: .venv/test ## measure the admin area with ten million actions (ROWS=1000000 for fewer)
	@$(BIN)/python -m bench.admin_lists

screenshots: .venv/test chromium ## take the screenshots of the docs again
	@$(BIN)/python -m dev.screenshots
	@$(BIN)/python -m dev.admin_screenshots

logger: logger/node_modules/.stamp ## build static/UserLogger.js from logger/
	@$(NPM) run --silent build

lock: $(BIN)/python ## write the newest versions that pyproject.toml allows into the three lock files
	@$(PIP) uv
	@compile="$(BIN)/uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 \
	  --no-header --no-annotate --strip-extras" && \
	$$compile -o requirements.lock && \
	$$compile --group dev -c requirements.lock -o dev/requirements.lock && \
	$$compile --group tests -c dev/requirements.lock -o tests/requirements.lock

audit: $(BIN)/python ## check the pinned versions for known vulnerabilities
	@$(PIP) pip-audit
	@$(BIN)/pip-audit --strict --no-deps --disable-pip --requirement requirements.lock

clean: ## remove everything installed and cached in this folder; the data in var/ are kept
	rm -rf .venv logger/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +

chromium:
	@dev/chromium

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Python 3.11, 3.12 or 3.13 is required. Specify it, for example: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

.venv/run: dev/requirements.lock | $(BIN)/python
	@echo "Installing the dependencies into .venv (once)."
	@$(PIP) -r $<
	@touch $@

.venv/test: tests/requirements.lock | $(BIN)/python
	@echo "Installing the dependencies of the tests into .venv (once)."
	@$(PIP) -r $<
	@touch .venv/run $@

logger/node_modules/.stamp: logger/package-lock.json | .venv/test
	@dev/node
	@$(NPM) ci --loglevel=error
	@touch $@
