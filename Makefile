# Each target builds what it needs; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run test lint unit integration browser chaos fuzz bench bench-admin screenshots logger lock audit clean chromium

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
PYTEST := $(BIN)/python -m pytest
NPM := npm --prefix logger --no-fund --no-audit
export PATH := $(CURDIR)/$(BIN):$(PATH)

help: ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 22

run: .venv/run ## start everything on this machine; Ctrl-C ends it
	@exec $(BIN)/python -m dev --starter $$PPID

test: lint chromium ## all checks and tests, short chaos included
	@$(NPM) test
	@$(PYTEST)

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

integration: .venv/test ## tests on real PostgreSQL, Redis, worker and gunicorn
	@$(PYTEST) tests/integration

browser: .venv/test chromium ## tests in a real Chromium
	@$(PYTEST) tests/browser

chaos: .venv/test ## ten minutes of faults under load, counted (CHAOS_SECONDS=60 for fewer)
	@$(BIN)/python -m tests.chaos

fuzz: .venv/test ## 10,000 generated bodies at the door (FUZZ_EXAMPLES)
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-10000} $(PYTEST) tests/integration -k fuzz

bench: .venv/test chromium ## speed beside its floors, as ratios
	@$(BIN)/python -m bench

bench-admin: .venv/test ## the admin's lists over ten million actions (ROWS=1000000 for fewer)
	@$(BIN)/python -m bench.admin_lists

screenshots: .venv/test chromium ## the docs' pictures, taken anew from the running thing
	@$(BIN)/python -m dev.screenshots
	@$(BIN)/python -m dev.admin_screenshots

logger: logger/node_modules/.stamp ## build static/UserLogger.js from logger/
	@$(NPM) run --silent build

lock: $(BIN)/python ## newest versions that pyproject.toml allows, into the three lock files
	@$(PIP) uv
	@compile="$(BIN)/uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 \
	  --no-header --no-annotate --strip-extras" && \
	$$compile -o requirements.lock && \
	$$compile --group dev -c requirements.lock -o dev/requirements.lock && \
	$$compile --group tests -c dev/requirements.lock -o tests/requirements.lock

audit: $(BIN)/python ## known vulnerabilities in the pinned versions, as the package index knows them
	@$(PIP) pip-audit
	@$(BIN)/pip-audit --strict --no-deps --disable-pip --requirement requirements.lock

clean: ## remove what was installed and cached here; the data in var/ stay
	rm -rf .venv logger/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +

chromium:
	@dev/chromium

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed: name it, for example make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

.venv/run: dev/requirements.lock | $(BIN)/python
	@echo "Installing what it needs into .venv (once)."
	@$(PIP) -r $<
	@touch $@

.venv/test: tests/requirements.lock | $(BIN)/python
	@echo "Installing what the tests need into .venv (once)."
	@$(PIP) -r $<
	@touch .venv/run $@

logger/node_modules/.stamp: logger/package-lock.json | .venv/test
	@dev/node
	@$(NPM) ci --loglevel=error
	@touch $@
