# Everything that is done with this checkout. `make help` lists it.
# Each target does its own set-up: python3 and make are all that has to be there.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
UV := .tools/bin/uv

.PHONY: help setup demo run test test-all check format lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: .venv/.ready ## build .venv from requirements.lock

$(UV):
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "ctm-alerts needs Python 3.11 or newer, and python3 here is $$(python3 -V 2>&1). Install one: sudo apt-get install python3" >&2; exit 1; }
	@mkdir -p .tools
	@if python3 -m pip --version >/dev/null 2>&1; then pip="python3 -m pip"; \
	elif python3 -m venv .tools/boot >/dev/null 2>&1; then pip=.tools/boot/bin/pip; \
	else echo "python3 has no pip here, and set-up needs it once. Install it, then run make again: sudo apt-get install -y python3-pip" >&2; exit 1; fi; \
	$$pip install --quiet --disable-pip-version-check --no-warn-script-location --root-user-action=ignore \
	  --target .tools --upgrade 'uv>=0.9,<1'

.venv/.ready: $(UV) requirements.lock pyproject.toml
	@$(UV) venv --quiet --allow-existing --python "$$(command -v python3)" .venv
	@$(UV) pip sync --quiet --require-hashes --compile-bytecode --python $(PY) requirements.lock
	@$(UV) pip install --quiet --no-deps --python $(PY) --editable .
	@touch $@

demo: setup ## run the main job on shipped samples, offline: a week of digests in demo-out/
	@$(PY) -m ctm_alerts demo --out demo-out

run: setup ## start the service on the embedded defaults (SQLite, mail to a folder); stop it with Ctrl-C
	@$(PY) -m ctm_alerts run

test: setup ## pass the tests (the slow ones are left to test-all)
	@$(PY) -m pytest -m 'not slow'

test-all: setup ## all tests, slow ones too
	@$(PY) -m pytest

check: setup ## format, lint, types, import contract
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-cache

format: setup ## let ruff format and mend what it can
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

lock: $(UV) ## write both lock files anew from pyproject.toml
	@$(UV) pip compile pyproject.toml --group dev --universal --generate-hashes --no-header --no-annotate --upgrade --quiet -o requirements.lock
	@$(UV) pip compile pyproject.toml --extra postgres --universal --generate-hashes --no-header --no-annotate --constraint requirements.lock --quiet -o requirements-runtime.lock

clean: ## remove what set-up and demo made
	rm -rf .venv .tools demo-out
