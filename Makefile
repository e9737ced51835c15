.DEFAULT_GOAL := help
BIN := .venv/bin

.PHONY: help setup check test test-long chaos clients browser pictures api-fuzz lint types format options openapi lock

help:  ## Show these lines
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '%-9s  %s\n' "$$name" "$$text"; done

setup:  ## Create .venv with everything needed to work on the program
	python3 -m venv .venv
	$(BIN)/pip install -e '.[dev]'

check:  ## Everything that must hold before a commit
	.ci/run

test:  ## The tests, on SQLite and PostgreSQL
	$(BIN)/pytest

test-long:  ## The tests that say on more what shorter ones say too, some minutes
	$(BIN)/pytest -m long

chaos:  ## Every fault on purpose, on both databases, some ten minutes; the last line says what was lost
	$(BIN)/python -m chaos

clients:  ## Thunderbird, GNOME and FullCalendar against the running daemon, some eight minutes
	DEADLINES_REQUIRE_CLIENTS=1 $(BIN)/pytest -m clients tests/clients

browser:  ## A denial from mail room to filing, and every page, in Chromium, some ten minutes
	DEADLINES_REQUIRE_BROWSER=1 $(BIN)/pytest -m browser -n 1 tests/browser

pictures:  ## The pictures of docs/pages.md, taken anew of demo data (needs node and chromium)
	$(BIN)/python -m tests.browser.pictures

api-fuzz:  ## Schemathesis against the API on both databases, some eight minutes
	$(BIN)/python -m tests.web.fuzzing

lint:  ## Format, style and import contracts
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/lint-imports

types:  ## mypy, strict
	$(BIN)/mypy

format:  ## Bring the code into form
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

options:  ## Write config.example.toml and docs/configuration.md from the table of options
	$(BIN)/python -m deadlines.config

openapi:  ## Write docs/openapi.json from the code of the API
	$(BIN)/python -m deadlines.web.api

lock:  ## Write requirements.lock anew: exact versions with hashes, no addresses (needs uv)
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command 'make lock' --all-extras --upgrade --quiet pyproject.toml -o requirements.lock
