# What one does with Kartoteka. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PORT ?= 8000
HOST ?= 127.0.0.1
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
ASSETS := kartoteka/static/dist/manifest.json
SOURCES := $(shell find assets -type f) package-lock.json
CATALOGUES := $(patsubst %.po,%.mo,$(shell find kartoteka examples -name '*.po'))
PYTEST := $(BIN)/python -m pytest

.PHONY: new-plugin help run test fast check bench docs wheel assets translations lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(STAMPS)/runtime $(ASSETS) $(CATALOGUES) ## start a demo on http://127.0.0.1:8000 (PORT=9000 for another port)
	@$(BIN)/kartoteka init --demo
	@exec $(BIN)/kartoteka serve --host $(HOST) --port $(PORT)

test: $(STAMPS)/test $(ASSETS) $(CATALOGUES) ## run every test, with what they need installed first
	@bash buildtools/provide.sh chromium redis-server
	$(PYTEST) --numprocesses=2 --dist=loadgroup $(ARGS)

fast: $(STAMPS)/test $(CATALOGUES) ## run the tests that need no database server and no browser
	$(PYTEST) tests/unit tests/house $(ARGS)

check: $(STAMPS)/test $(CATALOGUES) ## style, types, import contracts, complete translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python buildtools/catalogues.py --check

bench: $(STAMPS)/test $(ASSETS) $(CATALOGUES) ## measure against the floor, at 100,000 records
	$(BIN)/python -m benchmarks $(ARGS)

docs: $(STAMPS)/test $(ASSETS) $(CATALOGUES) ## make the screenshots of the documentation anew
	@bash buildtools/provide.sh chromium
	$(BIN)/python docs/screenshots.py

wheel: $(STAMPS)/test ## build dist/kartoteka-*.whl with everything in it
	rm -rf dist build
	$(BIN)/python -m build

assets: $(STAMPS)/runtime ## build the browser assets anew
	$(BIN)/python buildtools/assets.py

translations: $(STAMPS)/runtime ## collect the texts of the source into the catalogues
	$(BIN)/python buildtools/catalogues.py --collect

new-plugin: $(STAMPS)/runtime ## make a plugin beside this folder (NAME=ratings; FOLDER=… for another place)
	@$(BIN)/python buildtools/new_plugin.py $(NAME) $(FOLDER)

lock: ## write the pinned versions anew (requirements/*.txt), for every Python and system that Kartoteka runs on
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip --disable-pip-version-check --quiet install uv
	for part in runtime:setup.cfg "test:--extra test setup.cfg" node:requirements/node.in; do \
	    build/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	        --custom-compile-command "make lock" --output-file "requirements/$${part%%:*}.txt" $${part#*:}; \
	done

clean: ## remove everything that was built, but no data
	rm -rf $(VENV) build dist node_modules kartoteka/static/dist *.egg-info
	find kartoteka examples -name '*.mo' -delete

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Kartoteka needs Python 3.11 or newer; name one with PYTHON=/path/to/python3." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	    echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

$(STAMPS)/runtime: requirements/runtime.txt setup.cfg pyproject.toml | $(BIN)/python
	@echo "Installing Kartoteka into $(VENV)"
	@$(PIP) install --require-hashes -r requirements/runtime.txt
	@$(PIP) install --no-deps --editable .
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/test: requirements/test.txt $(STAMPS)/runtime
	@echo "Installing what the tests need"
	@$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@

$(ASSETS): $(SOURCES) | $(STAMPS)/runtime
	@echo "Building the browser assets"
	@$(BIN)/python buildtools/assets.py

%.mo: %.po | $(STAMPS)/runtime
	@$(BIN)/python buildtools/catalogues.py
