# What people type. `make help` lists it. Needs git, make and python3; the rest is installed into .venv.
PYTHON ?=
MUTANTS ?= 100000
ARGS ?=
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); [ $$n -lt 2 ] && echo 2 || echo $$n)
PY := .venv/bin/python
export PYTHON

SERVICES = DATABASE_URL="$${DATABASE_URL:-postgres://postgres@127.0.0.1:5432/postgres}" REDIS_URL="$${REDIS_URL:-redis://127.0.0.1:6379/9}"

.DEFAULT_GOAL := help
.PHONY: help run test test-services test-browser survival fuzz bench lint types lock assets clean

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

.venv/.base: requirements/base.txt
	@requirements/install base

.venv/.dev: requirements/dev.txt
	@requirements/install dev

run: .venv/.base  ## run it all, with the example migration; HOST and PORT are honoured
	@exec $(PY) manage.py up

test: .venv/.dev  ## the whole suite, on the embedded database and queue
	@env -u DATABASE_URL -u REDIS_URL $(PY) -m pytest -q -n $(WORKERS) -m "not browser and not services" $(ARGS)

test-services: .venv/.dev  ## all that touches a database or a queue, on PostgreSQL and Redis (DATABASE_URL, REDIS_URL)
	@$(SERVICES) $(PY) -m tests.services
	@$(SERVICES) $(PY) -m pytest -q -n $(WORKERS) -m "(database or services) and not browser" $(ARGS)

test-browser: .venv/.dev  ## the pages in headless Chromium
	@$(PY) -m pytest -q -m browser $(ARGS)

survival: .venv/.dev  ## fifty promotions at once, forty rounds of them; a worker killed before its every write
	@SURVIVAL_ROUNDS=40 $(PY) -m pytest -q -n 0 tests/survival $(ARGS)

fuzz: .venv/.dev  ## the property tests with many more examples, and MUTANTS (100000) broken files a parser
	@HYPOTHESIS_PROFILE=fuzz $(PY) -m pytest -q -n $(WORKERS) -m hypothesis $(ARGS)
	@$(PY) -m tests.results.fuzz $(MUTANTS)

bench: .venv/.dev  ## each benchmark against its rival
	@set -e; for file in benchmarks/[a-z]*.py; do name=$$(basename $$file .py); echo "== $$name"; $(PY) -m benchmarks.$$name; done

lint: .venv/.dev  ## style of Python and templates
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m djlint templates --lint --quiet

types: .venv/.dev  ## mypy, strict
	@$(PY) -m mypy

lock: .venv/.dev  ## pin requirements/*.in again, with hashes
	@for name in base prod dev; do \
	  PATH="$(CURDIR)/.venv/bin:$$PATH" uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $(ARGS) \
	    --custom-compile-command "make lock" $$([ $$name = base ] || echo "-c requirements/base.txt") \
	    requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done

assets:  ## fetch static/vendor/ again from npm
	@python3 requirements/assets.py

clean:  ## remove what the other targets made; var/, where the data is, stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
