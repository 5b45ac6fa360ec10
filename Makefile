# Doorward's commands. `make demo` and `make test` install what they need: a virtual environment in this checkout
# from the lock file, and what apt gives (with sudo when not root).
.DEFAULT_GOAL := help
.PHONY: help demo scan test test-system deb deb-test mutants lint bench lock clean
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
	@echo "make serve           a hub of your own on this machine, its data in $(SERVE_DATA): OWNER=you@club.example at first"
	@echo "make scan CODE=...   scan a card at the running demo (READER=door, lounge or counter)"
	@echo "make test            all checks, and all tests of the parts"
	@echo "make test-system     tests of whole clubs: hub, broker and edges as processes"
	@echo "make deb             the edge's Debian package into build/deb, for this machine or ARCHITECTURE=arm64"
	@echo "make deb-test        installs, upgrades and removes it on fresh Debian systems in folders; needs root"
	@echo "make machine         the installed edge on an emulated machine: its keyboard, pins, ports and power; needs root"
	@echo "make machine ONLY=.. one of its files, as in ONLY=test_door.py"
	@echo "make mutants         changes the rules that decide, one place at a time, and lists what no test notices"
	@echo "make simulate        a fleet on a virtual clock, from a printed seed: SEEDS=1000 worlds, or SEED=n again"
	@echo "make messages        the texts that people read into their catalogues, and what is left to translate"
	@echo "make bench           the figures, into docs/figures.md"
	@echo "make lock            renew requirements.lock from pyproject.toml"
	@echo "make vendor          fetch what pages load that others wrote anew, as their VERSIONS say; needs npm"

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

# A hub with nothing in it, until you fill it: pages, worker, and a broker where mosquitto is installed.
SERVE_DATA ?= $(HOME)/doorward/hub
SERVE_BIND ?= 127.0.0.1:8000
.PHONY: serve
serve: export DOORWARD_DATA := $(SERVE_DATA)
serve: export DOORWARD_URL ?= http://$(SERVE_BIND)
# Debian puts mosquitto where only root looks.
serve: export PATH := $(PATH):/usr/sbin
serve: $(INSTALLED)
	@$(BIN)/doorward-hub init --and-serve $(if $(OWNER),--owner "$(OWNER)")
	@command -v mosquitto >/dev/null || echo "No broker here: edges need one (sudo apt install mosquitto)."
	@echo "The hub starts: open $(DOORWARD_URL)/ in a browser here; Ctrl-C ends it."
	@exec $(BIN)/doorward-hub serve --bind $(SERVE_BIND) \
	  $$(command -v mosquitto >/dev/null && echo --broker)

scan:
	@[ -x $(BIN)/python ] || { echo "No demo is installed here yet: run make demo first, in another terminal."; exit 1; }
	@$(BIN)/python -m demo scan --reader "$(READER)" -- "$$CODE"

# What the tests drive for real: brokers of two makes (the third is the demo's), PostgreSQL for the order of commits, and a browser;
# what draws a PDF's pages, and a font with more than Western letters; what the docs' samples are written in.
APT_FOR_TESTS := mosquitto nats-server postgresql chromium poppler-utils fonts-dejavu-core php-cli nodejs
# Doing without what is there already; $(1): packages.
define install_missing
@missing=""; for package in $(1); do \
  dpkg -s $$package >/dev/null 2>&1 || missing="$$missing $$package"; done; \
[ -z "$$missing" ] || { echo "Installing$$missing for the tests ..."; \
  $(SUDO) apt-get update -q && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -q --no-install-recommends $$missing; }
endef
apt-for-tests:
	$(call install_missing,$(APT_FOR_TESTS))
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
# What they start hundreds of times is compiled once, whatever the machine's own habit is.
# The files that take longest begin first (tests/longest_first.py), not those with the most tests in them.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder
# Whole clubs and the hub's commands as processes, the commonest work in a browser, an API that is asked all it can be
# asked: long, and most of what they find shows in the tests of the parts first.
WHOLE := tests/demo tests/simulation tests/system tests/hub/walks \
  $(patsubst %,tests/hub/test_%.py,api_schemathesis backup broker_rights confirming_apart migrations move \
    orders_command orders_configuration processes_together setup unmarked_texts worker_process)
# What covers the rules, each line and branch. The hub's tests add nothing to it, and take longer when they are watched.
COVERING := tests/contract tests/edge tests/packaging
test: $(INSTALLED) apt-for-tests lint
	$(PYTEST) $(COVERING) --cov=contract --cov=edge/core --cov-report=term --cov-fail-under=100
	$(PYTEST) $(COVERING:%=--ignore=%) $(WHOLE:%=--ignore=%) --ignore=tests/machine

test-system: $(INSTALLED) apt-for-tests
	$(PYTEST) $(WHOLE)

# A package for another machine is made here as well: nothing in it is compiled here.
deb: $(INSTALLED)
	@$(BIN)/python packaging/build_package.py $(if $(ARCHITECTURE),--architecture $(ARCHITECTURE)) $(if $(DEB_VERSION),--version $(DEB_VERSION))

# Each Debian that the package is for, with what a Raspberry Pi OS has from the start. Made once; `make clean` forgets them.
DEBIANS := bookworm trixie
DEBIAN_ROOTS := $(DEBIANS:%=build/deb/roots/%.tar)
APT_FOR_DEB_TEST := mosquitto lintian mmdebstrap debian-archive-keyring qemu-user-static
apt-for-deb-test:
	$(call install_missing,$(APT_FOR_DEB_TEST))
.PHONY: apt-for-deb-test

$(DEBIAN_ROOTS): build/deb/roots/%.tar: | apt-for-deb-test
	@mkdir -p $(@D)
	@echo "A fresh Debian, $* ..."
	@$(SUDO) mmdebstrap --quiet --variant=apt --include=python3,systemd,udev --dpkgopt=force-unsafe-io \
	  --dpkgopt='path-exclude=/usr/share/locale/*' $* $(@D)/new.$(@F) && $(SUDO) mv $(@D)/new.$(@F) $@

# In namespaces of its own: what it mounts and starts is gone when it is.
deb-test: $(INSTALLED) apt-for-deb-test $(DEBIAN_ROOTS)
	$(SUDO) unshare --mount --pid --fork --kill-child --mount-proc \
	  $(BIN)/python -m pytest packaging/tests -p no:cacheprovider --timeout 600

APT_FOR_MACHINE := qemu-system-x86 qemu-system-arm qemu-utils mmdebstrap debian-archive-keyring e2fsprogs busybox-static \
  cpio kmod device-tree-compiler mosquitto build-essential
# The guest's kernel is the one that linux-image-amd64 stands for here (tests/machine/kernel.py): gpio-sim is built
# against the headers of that very release, whichever release this machine has others of.
HEADERS_OF_KERNEL = $$(apt-cache depends linux-image-amd64 | sed -n 's/.* linux-image-/linux-headers-/p')
apt-for-machine:
	$(call install_missing,$(APT_FOR_MACHINE))
	$(call install_missing,$(HEADERS_OF_KERNEL))
.PHONY: apt-for-machine machine

# One guest after the other. In namespaces of its own, so that none outlives it; what is made is kept in build/machine.
# ONLY="test_door.py pi": those of tests/machine alone. Where nobody watches it, the whole has an end, too.
MACHINE_S := 1500
machine: $(INSTALLED) apt-for-machine
	$(SUDO) unshare --mount --pid --fork --kill-child --mount-proc env CI="$(CI)" \
	  $(if $(CI),timeout --verbose --signal=INT --kill-after=60 $(MACHINE_S)) \
	  $(BIN)/python -m pytest $(or $(ONLY:%=tests/machine/%),tests/machine) -p no:cacheprovider --durations=15

# All at once, before any of it is tested: apt does one thing at a time.
apt-for-ci:
	$(call install_missing,$(APT_FOR_TESTS) $(APT_FOR_DEB_TEST) $(APT_FOR_MACHINE))
	$(call install_missing,$(HEADERS_OF_KERNEL))
.PHONY: apt-for-ci

# What is newly marked, into hub/locale; what the hub reads, out of it. docs/translating.md says the rest.
.PHONY: messages
messages: $(INSTALLED)
	@$(BIN)/python -m translating

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

.PHONY: vendor
vendor: $(INSTALLED)
	$(BIN)/python packaging/page_libraries.py

clean:
	rm -rf $(VENV) .demo build mutants *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
