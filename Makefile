# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Wants python3 with venv. Everything is installed below .cache and .nox, and nothing else is written.
# Paths are relative, so that the clone may lie anywhere.

PYTHON ?= python3
# Sessions to run instead of all, as in: make test SESSIONS="lint unit"
SESSIONS ?=
# Sections of the benchmark to run instead of all, as in: make bench BENCH="inventory apply"
BENCH ?=
# If set, the section latency of the benchmark uses 100 volumes, which takes minutes.
BENCH_FULL ?=
# Where the simulator listens.
PORT ?= 8080
# Python is twice as slow to start where this is set.
unexport PYTHONDONTWRITEBYTECODE

NOX := .cache/nox/bin/python -m nox

# Before anything is installed: pip would list every version that an older Python cannot use.
CHECK_PYTHON = $(PYTHON) -c 'import sys; old = sys.version_info < (3, 11); \
	sys.exit("%s is Python %d.%d. Python 3.11 or newer is required, for example: make PYTHON=python3.11 $(or $(MAKECMDGOALS),demo)" \
	% ((sys.executable,) + tuple(sys.version_info[:2])) if old else 0)'

.DEFAULT_GOAL := help
.PHONY: help check demo simulator test test-full bench image test-wire clean

help: ## Say what there is
	@echo "Targets:"
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile

demo: .cache/demo/installed ## Watch volumes get a replica in another region, fail over, and all of it repeated
	@PATH="$(CURDIR)/.cache/demo/bin:$$PATH" .cache/demo/bin/python tests/demo/run.py

simulator: .cache/demo/installed ## Run the platform's storage services on this machine until Ctrl-C; PORT=8081 picks another port
	@exec .cache/demo/bin/python -m tests.simulator --port $(PORT)

check: .cache/nox/installed ## Run the quick checks, within a minute; T=tests/unit/engine/test_graph.py runs one file
	@$(NOX) --session check $(if $(T),-- $(T))

test: .cache/nox/installed ## Run every check and test; SESSIONS="lint unit" runs some
	@echo "Running $(if $(SESSIONS),the sessions $(SESSIONS),all sessions) of noxfile.py"
	@rm -rf .cache/results && mkdir -p .cache/results
	@status=0; \
	.cache/nox/bin/python -m tests.lanes $(SESSIONS) || status=$$?; \
	.cache/nox/bin/python -m tests.summary .cache/results || status=1; \
	exit $$status

test-full: .cache/nox/installed ## Run every fault at every call, and all switches alone; takes long
	@$(NOX) --session full

bench: .cache/nox/installed ## Measure speed, and print tables; BENCH="loop apply" runs some sections
	@$(NOX) --session benchmark -- $(BENCH) $(if $(BENCH_FULL),--full)

image: .cache/nox/installed ## Build an execution environment for AWX, and run jobs in it; wants root and podman
	@$(NOX) --session image

test-wire: .cache/nox/installed ## Mount real shares and disks on a virtual machine; wants root, qemu and debootstrap
	@$(NOX) --session wire $(if $(T),-- $(T))

clean: ## Remove what was installed and cached
	rm -rf .cache .nox .hypothesis

# With the newest ansible-core that this Python can run.
.cache/demo/installed: requirements.txt tests/requirements/test.txt tests/requirements/build.txt $(wildcard tests/requirements/core-*.txt)
	@$(CHECK_PYTHON)
	@echo "Installing ansible-core and the simulator's libraries into .cache/demo"
	@rm -rf .cache/demo && $(PYTHON) -m venv .cache/demo
	@core=$$($(PYTHON) -c 'import sys; print("2.21" if sys.version_info >= (3, 12) else "2.19")') && \
	.cache/demo/bin/python -m pip install --disable-pip-version-check --quiet \
	    -r "tests/requirements/core-$$core.txt" -r tests/requirements/test.txt -r tests/requirements/build.txt
	@touch $@

.cache/nox/installed: tests/requirements/nox.txt
	@$(CHECK_PYTHON)
	@echo "Installing nox into .cache/nox"
	@rm -rf .cache/nox && $(PYTHON) -m venv .cache/nox
	@.cache/nox/bin/python -m pip install --disable-pip-version-check --quiet -r tests/requirements/nox.txt
	@touch $@
