# Every command of a developer; `make help` lists them. Nothing but python3 is assumed.

PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000

# Package managers, browsers and caches want a home they can write to.
ifneq ($(shell test -n "$$HOME" && test -w "$$HOME" && echo yes),yes)
export HOME := $(CURDIR)/var/home
endif
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Every process of a site would compile the project anew.
unexport PYTHONDONTWRITEBYTECODE

CATALOGUES := $(wildcard locale/*/LC_MESSAGES/*.po)

.PHONY: help setup demo serve test bench lint lock stop

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

setup: .venv/.packages node_modules/.installed $(CATALOGUES:.po=.mo)  ## install what the lock files name

demo: setup  ## a filled marketplace on PORT (8000); RESET=1 begins anew, DATA=path fills from there
	@$(BIN)/python -m chengfeng.demo --port $(PORT) $(if $(RESET),--reset) $(if $(DATA),--data "$(DATA)")

serve: setup  ## web, worker and beat on PORT (8000), kept alive
	@$(BIN)/python manage.py serve --port $(PORT)

test: setup  ## the tests; ARGS=… goes to pytest
	@$(BIN)/python -m pytest -q -n auto --dist worksteal $(ARGS)

bench: setup  ## the benchmarks, one JSON line each; ONLY=name runs one
	@$(BIN)/python -m bench $(ONLY)

lint: setup  ## ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

stop: .venv/.packages  ## stop the project's own PostgreSQL
	@$(BIN)/python -m chengfeng.postgres stop

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

lock:  ## compile the lock files anew (needs uv and npm)
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -o requirements-dev.txt
	$(LOCK) requirements-node.in -o requirements-node.txt
	$(LOCK) requirements-spark.in -o requirements-spark.txt
	$(LOCK) requirements-oracle.in -o requirements-oracle.txt
	npm install --package-lock-only

.venv/.packages: requirements.txt requirements-dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt -r requirements-dev.txt
	@touch $@

node_modules/.installed: package.json package-lock.json .npmrc requirements-node.txt | .venv/.packages
	@$(BIN)/python -m chengfeng.frontend
	@touch $@

%.mo: %.po | .venv/.packages
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@ >&2
