# Each target is alone enough on a machine with Python 3.11+ and make. `make PYTHON=python3.12 run` chooses one.
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help run web voice screenshots test lint format typecheck unit proof lock bench prove schema advisories clean

VENV ?= .venv
BIN = $(VENV)/bin
ENVIRONMENT = VENV=$(VENV) PYTHON="$(PYTHON)" sh deploy/environment.sh
ARGS ?=
# Else every process that is started compiles the whole product anew.
unexport PYTHONDONTWRITEBYTECODE
# Twice the cores of a small machine: much of the suite waits for processes that it kills and starts.
PYTEST_WORKERS ?= 4

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

run:  ## install what is missing, start everything on http://127.0.0.1:8000 until Ctrl-C
	@$(ENVIRONMENT) runtime
	@$(ENVIRONMENT) web
	@exec $(BIN)/opora up --follow-parent $(ARGS)

web:  ## build the console and the widget, with Node.js 22.22+ of the machine or one from the lock file
	@$(ENVIRONMENT) runtime
	@$(ENVIRONMENT) web

voice:  ## install speech recognition that needs no key; then set OPORA_STT_EMBEDDED=on
	@$(ENVIRONMENT) runtime
	@$(ENVIRONMENT) voice

test: lint unit  ## linters, then the whole test suite

lint:  ## ruff, mypy, import contracts; types, style and unit tests of web/ beside them
	@$(ENVIRONMENT) dev
	@$(ENVIRONMENT) web-dev check > $(VENV)/web.log 2>&1 & web=$$!; \
	  $(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check . && $(BIN)/mypy --no-error-summary && \
	  { $(BIN)/lint-imports > $(VENV)/imports.log 2>&1 || { cat $(VENV)/imports.log; false; }; }; \
	  failed=$$?; wait $$web || { cat $(VENV)/web.log; failed=1; }; exit $$failed

unit:  ## the test suite alone; ARGS="tests/tickets -k status"
	@$(ENVIRONMENT) dev
	@$(ENVIRONMENT) web-dev
	@$(ENVIRONMENT) browser
	@$(BIN)/pytest -n $(PYTEST_WORKERS) --dist loadfile $(ARGS)

proof:  ## the long forms of what the suite proves in short, one after the other
	@$(ENVIRONMENT) dev
	@$(BIN)/pytest -n 0 -m proof $(ARGS)

format:  ## rewrite the code in the common format
	@$(ENVIRONMENT) dev
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

schema:  ## write schema/schema.graphql anew
	@$(ENVIRONMENT) dev
	@$(BIN)/opora schema > schema/schema.graphql.new && mv schema/schema.graphql.new schema/schema.graphql

lock:  ## resolve requirements*.in into the lock files; ARGS="--upgrade" for newer versions
	@$(ENVIRONMENT) dev
	@test -x $(VENV)-lock/bin/uv || { $(BIN)/python -m venv $(VENV)-lock && $(VENV)-lock/bin/python -m pip install --quiet uv; }
	@for name in requirements requirements-dev requirements-voice requirements-web; do \
	  $(VENV)-lock/bin/uv pip compile --quiet --system-certs --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	    --custom-compile-command "make lock" $(ARGS) $$name.in -o $$name.lock || exit 1; \
	done

screenshots:  ## docs/images/*.png anew, from an installation of their own in Chromium
	@$(ENVIRONMENT) dev
	@$(ENVIRONMENT) web-dev
	@$(ENVIRONMENT) browser
	@$(BIN)/python -m tests.browser.screenshots $(ARGS)

bench:  ## the benchmarks, with their tables
	@$(ENVIRONMENT) dev
	@$(BIN)/python -m benchmarks $(ARGS)

prove:  ## the promised figures, measured in a short form against their targets; ARGS="ticket_list" for one
	@$(ENVIRONMENT) dev
	@$(ENVIRONMENT) web-dev
	@$(BIN)/python -m benchmarks.prove $(ARGS)

advisories:  ## ask osv.dev whether a locked component has a known weakness, and for how long already
	@$(ENVIRONMENT) dev
	@$(BIN)/python -m deploy.advisories $(ARGS)

clean:  ## remove the environment and caches; the data in var/ stays
	rm -rf $(VENV) $(VENV)-lock .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info build web/node_modules web/dist
