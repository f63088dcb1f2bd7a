# Two commands do everything: `make run` and `make test`. Each sets up what it needs first.
PROFILE ?= pocket
ARGS ?=
BIN := .venv/bin
# The first Python that runs; a name may be on the PATH and still not run.
BOOT := $(shell for p in python3 python3.11 python3.12 python3.13 python; do \
	$$p -c '' 2>/dev/null && { echo $$p; break; }; done)

.PHONY: help setup setup-tests run test lab
help:
	@echo "make run   [PROFILE=pocket|laptop|gpu] [ARGS=...]   set up, then run the whole course"
	@echo "make test                                           set up, then run the tests"
	@echo "make lab   [PROFILE=pocket|laptop|gpu]              set up, then open JupyterLab"

# What only the tests need is installed by `make test` alone.
setup-tests: EXTRA := --tests
setup setup-tests:
	@test -n "$(BOOT)" || { echo "nlputils: no Python was found; install Python 3.11, 3.12 or 3.13."; exit 1; }
	@PYTHON="$(PYTHON)" "$(BOOT)" nlputils/course/bootstrap.py $(EXTRA)

run: setup
	@$(BIN)/nlputils run --profile $(PROFILE) $(ARGS)

lab: setup
	@$(BIN)/nlputils lab --profile $(PROFILE) $(ARGS)

test: setup-tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest $(ARGS)
