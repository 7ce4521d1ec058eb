# Firstpoint's front door. `make` alone lists what can be done.
PYTHON ?= python3
VENV   ?= .venv
PORT   ?= 8000
BIN    := $(VENV)/bin
PIP     = $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test trials check loops loops-of-counting loops-of-screening format browser lock assets benchmarks clean

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

demo: $(VENV)/.runtime ## Make a synthetic force, run the main job on it and serve the workbench
	@echo "The first time, what reads logs is compiled on the way: two minutes more."
	$(BIN)/firstpoint demo --dir demo --port $(PORT)

test: $(VENV)/.dev browser ## Every check and every test, the browser's included
	@$(MAKE) --no-print-directory --output-sync=target -j3 check loops
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

trials: $(VENV)/.dev browser ## Long trials, outside make test; the results go to docs/trials.md
	$(BIN)/python tests/counting/trials.py
	$(BIN)/python tests/counting/column_trials.py
	$(BIN)/python tests/marked_trials.py

check: $(VENV)/.dev ## Formatting, lint, types and the arrows between the rooms
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

# Tests that run side by side would each compile them.
loops: loops-of-counting loops-of-screening

loops-of-counting loops-of-screening: loops-of-%: $(VENV)/.runtime
	$(BIN)/python tests/compile_loops.py $*

format: $(VENV)/.dev ## Put formatting and import order right
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

browser:
	@sh tools/install-browser

benchmarks: $(VENV)/.dev ## Measure speed and coverage; the results go to benchmarks/RESULTS.md by hand
	for each in benchmarks/bench_*.py; do $(BIN)/python $$each || exit 1; done

lock: ## Resolve the requirements anew (needs uv)
	for each in runtime dev bench; do uv pip compile --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header requirements/$$each.in -o requirements/$$each.txt; done

assets: ## Rebuild the stylesheet and scripts that ship with the workbench (needs Node)
	sh tools/build-assets

clean: ## Remove the environment and the demo
	rm -rf $(VENV) demo

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Firstpoint needs Python 3.11 or newer; $(PYTHON) is `$(PYTHON) --version`. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing what Firstpoint needs (about a minute, once) ..."
	$(PIP) install --require-hashes -r requirements/runtime.txt
	$(PIP) install --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@echo "Installing what the tests need ..."
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@
