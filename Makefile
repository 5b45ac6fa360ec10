# Doorward's commands. `make demo` and `make test` install what they need: a virtual environment in this checkout
# from the lock file, and what apt gives (with sudo when not root).
.DEFAULT_GOAL := help
.PHONY: help demo scan test mutants lint bench lock clean
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
INSTALLED := $(VENV)/.installed
READER ?= door
# Handed over by the environment, so that no shell looks at what a card may say.
export CODE

help:
	@echo "make demo            a whole club on this machine: hub, broker, an edge with two doors and a counter"
	@echo "make demo ONCE=1     the same, ends after its tour; exit 0 only if every row is as expected"
	@echo "make scan CODE=...   scan a card at the running demo (READER=door, lounge or counter)"
	@echo "make test            all tests and checks"
	@echo "make mutants         changes the rules that decide, one place at a time, and lists what no test notices"
	@echo "make simulate        a fleet on a virtual clock, from a printed seed: SEEDS=1000 worlds, or SEED=n again"
	@echo "make bench           the figures, into docs/figures.md"
	@echo "make lock            renew requirements.lock from pyproject.toml"

# evdev comes as a wheel for x86_64 alone; elsewhere pip builds it, against the kernel's headers (build-essential has them).
APT_TO_BUILD := build-essential python3-dev
$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Doorward needs Python 3.11 or newer; this is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "Installing python3-venv ..."; $(SUDO) apt-get update -q && $(SUDO) apt-get install -y -q python3-venv; }
	@[ "$$(uname -m)" = x86_64 ] || dpkg -s $(APT_TO_BUILD) >/dev/null 2>&1 || { \
	  echo "Installing $(APT_TO_BUILD) ..."; $(SUDO) apt-get update -q && $(SUDO) apt-get install -y -q --no-install-recommends $(APT_TO_BUILD); }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@echo "Installing the Python packages of requirements.lock into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(INSTALLED)
	@$(BIN)/python -m demo run $(if $(ONCE),--once)

scan:
	@[ -x $(BIN)/python ] || { echo "No demo is installed here yet: run make demo first, in another terminal."; exit 1; }
	@$(BIN)/python -m demo scan --reader "$(READER)" -- "$$CODE"

# What the tests drive for real: brokers of two makes (the third is the demo's), PostgreSQL for the order of commits, and a browser.
APT_FOR_TESTS := mosquitto nats-server postgresql chromium
apt-for-tests:
	@missing=""; for package in $(APT_FOR_TESTS); do \
	  dpkg -s $$package >/dev/null 2>&1 || missing="$$missing $$package"; done; \
	[ -z "$$missing" ] || { echo "Installing$$missing for the tests ..."; \
	  $(SUDO) apt-get update -q && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -q --no-install-recommends $$missing; }
.PHONY: apt-for-tests

# Many worlds, or one again with all that happens in it. docs/simulation.md says what they are and what they found.
SEEDS ?= 100
.PHONY: simulate
simulate: $(INSTALLED)
	@$(BIN)/python -m tests.simulation $(if $(CHAOS_S),--chaos-s $(CHAOS_S)) \
	  $(if $(SEED),--seed $(SEED),--seeds $(SEEDS) $(if $(FIRST),--first $(FIRST)))

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Three at a time even on two cores: tests of real processes mostly wait. Those of one file share what is set up for it.
test: $(INSTALLED) apt-for-tests lint
	$(BIN)/python -m pytest -n 3 --dist loadfile --cov=contract --cov=edge/core --cov-report=term --cov-fail-under=100

$(VENV)/.bench-installed: requirements-bench.lock $(INSTALLED)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

bench: $(VENV)/.bench-installed apt-for-tests
	$(BIN)/python -m bench

# The bench's peers come on top of what is locked, in a file of their own: nobody else installs them.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml
# Of axe-playwright-python the tests use its script alone, in their own browser: not what drives another.
UNUSED := $(addprefix --no-emit-package ,playwright pyee greenlet)
lock: $(INSTALLED)
	$(LOCK) --extra edge --extra hub --extra demo --extra dev $(UNUSED) -o requirements.lock
	$(LOCK) --extra bench --constraint requirements.lock -o requirements-bench.lock

clean:
	rm -rf $(VENV) .demo build mutants *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
