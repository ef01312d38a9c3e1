# `make demo` and `make test` do all the set-up on a fresh machine; everything else is for those who work on kata.
SHELL := bash
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test quick engine bench lint verify wheel clean

help:  ## What can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(VENV)/installed: pyproject.toml
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@echo "installing kata and its development tools into $(VENV)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -e '.[dev]'
	@touch $@

engine:  ## Make containers work here: nothing to do where Docker works; installs and starts it on bare Debian
	@bash tests/standins/engine.sh

demo: $(VENV)/installed engine  ## Grade one right and one wrong submission and show both reports
	@bash tests/demo.sh $(BIN)/kata

test: $(VENV)/installed lint  ## The whole suite, containers included
	@bash tests/run.sh $(BIN) $(JOBS)

quick: $(VENV)/installed  ## Everything that needs no containers and no browser, in under a minute
	@$(BIN)/python -m pytest -q -n $(JOBS) -m 'not engine and not browser' tests

lint: $(VENV)/installed
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet . && $(BIN)/mypy

verify: $(VENV)/installed engine  ## Prove every grader against every right and wrong submission
	@$(BIN)/kata verify --all -j $(JOBS)

bench: $(VENV)/installed engine  ## Measure: prints a table and writes bench.json
	@$(BIN)/python tests/bench/bench.py

wheel: $(VENV)/installed  ## Build the distribution into dist/
	@$(BIN)/python -m build --outdir dist .

clean:  ## Remove what was built here and what kata left in the engine
	@-$(BIN)/kata clean --images
	@rm -rf $(VENV) dist build bench.json .pytest_cache .mypy_cache .ruff_cache
