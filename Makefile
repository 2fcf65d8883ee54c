# `make demo` shows what copydesk does; `make test` proves it. Both need only Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help setup demo press test lint types audit audit-online check lock clean

help:           ## list the targets
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

setup: $(STAMP) ## make .venv with everything pinned

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("copydesk needs Python 3.11 or newer; try: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: setup     ## crawl the bundled sample press into demo.sqlite and search it
	$(BIN)/python tests/newsite/demo.py

press: setup    ## serve the bundled sample press, to try copydesk on by hand
	$(BIN)/python tests/newsite/serve.py

test: setup     ## run every test
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

lint: setup     ## ruff: format and rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup    ## mypy --strict
	$(BIN)/mypy

audit: setup    ## what it is built from: locked, hashed, untampered, licensed, without known flaws; needs no network
	$(BIN)/python tests/supply/audit.py

audit-online:   ## ask the live database of flaws about the lock (needs a network)
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && $(PYTHON) -m venv "$$folder" \
		&& "$$folder/bin/python" -m pip install --quiet --disable-pip-version-check pip-audit \
		&& "$$folder/bin/pip-audit" --require-hashes --disable-pip --requirement requirements.lock

check: lint types audit test ## what CI runs

lock:           ## pin every dependency anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command 'make lock' --all-extras --group dev pyproject.toml -o requirements.lock

clean:          ## remove what make made
	rm -rf $(VENV) demo.sqlite demo.sqlite-* .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build
