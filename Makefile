# Each target is one line that calls a tool; `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help install demo up down check lint types contracts schemas schemas-same test unit conformance integration e2e faults faults-short bench format wheel clean

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 16

install: .venv/installed ## make the environment in .venv

.venv/installed: pyproject.toml constraints.txt
	@echo "Setting up the environment in .venv: one to three minutes the first time …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[local,dev]"
	@touch .venv/installed

demo: install ## see it work: servers, services, sample records, a workflow that comes due, its history
	@$(BIN)/python -m deploy.demo

up: install ## start PostgreSQL, Kafka and both services, and stay in the foreground
	@$(BIN)/python -m deploy.local up

down: ## stop what `make up` left
	@$(BIN)/python -m deploy.local down

check: lint types contracts schemas-same ## what a tool can hold: style, types, import contracts, schemas

lint: install
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet .

types: install
	@$(BIN)/mypy --no-error-summary

contracts: install
	@$(BIN)/lint-imports --no-cache > .venv/contracts.txt || { cat .venv/contracts.txt; false; }

schemas: install ## write the schemas of all that crosses an edge, unless a change breaks somebody
	@$(BIN)/python -m deploy.schemas

schemas-same: install
	@$(BIN)/python -m deploy.schemas --check

test: check ## all checks and all tests but the long fault run and the benchmark
	@$(BIN)/python -m pytest tests/unit tests/conformance tests/integration tests/e2e tests/faults -m "not long"

unit: install ## tests without I/O
	@$(BIN)/python -m pytest tests/unit -m "not long"

conformance: install ## the fakes and the real things, same suite
	@$(BIN)/python -m pytest tests/conformance

integration: install ## tests on real PostgreSQL and Kafka
	@$(BIN)/python -m pytest tests/integration -m "not long"

e2e: install ## both services as processes
	@$(BIN)/python -m pytest tests/e2e

faults-short: install ## kills, cuts and poison, the choice that CI runs
	@$(BIN)/python -m pytest tests/faults -m "not long"

faults: install ## every fault, the larger worlds of the protocol's model, the long contract test
	@$(BIN)/python -m pytest tests/faults tests/e2e/field_cases tests/unit/protocol tests/integration/api_contract

bench: install ## speed, as ratios against a limit measured in the same run
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[bench]"
	@$(BIN)/python -m tests.bench

format: install ## put the sources into form
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

wheel: install ## build the wheel, install it into an empty environment, run both services' --help there
	@$(BIN)/python -m tests.wheel

clean: ## remove what is not in git: environment, local servers' data, caches
	@rm -rf .venv .local build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
