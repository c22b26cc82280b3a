# Two commands matter: `make run` and `make test`. Everything they need is made in .venv and .sanling.
PYTHON ?= python3.11
BIN := .venv/bin
PEOPLE ?= 3000
DAYS ?= 30
SEED ?= 1
DIRT ?= 0.03
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run up down status test lint format bench eval docs lock clean

help: ## Say what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: .venv/.ready ## Make .venv and bring DuckDB's extensions from their wheels

.venv/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --compile-bytecode --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	$(BIN)/python -c "from infra.lake import install_extensions; install_extensions()"
	touch $@

run: setup ## Start the local stack, make the sandbox's next day, run the night under Airflow
	$(BIN)/sanling night --people $(PEOPLE) --days $(DAYS) --seed $(SEED) --dirt $(DIRT)

up: setup ## Start the stack with Airflow's UI and scheduler
	$(BIN)/sanling stack up --airflow

down: setup ## Stop everything that was started
	$(BIN)/sanling stack down

status: setup ## What runs, on which port
	$(BIN)/sanling stack status

test: setup ## All tests, on servers of their own
	$(BIN)/pytest --numprocesses 2 --no-loadscope-reorder

lint: setup ## Every check that needs no server
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint dbt_project --processes 2
	$(BIN)/yamllint --strict .
	$(BIN)/sanling contract check

format: setup ## Put Python and SQL into the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix dbt_project

bench: setup ## Measure the paths side by side with known tools
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-bench.lock
	$(BIN)/python -m tests.bench

eval: setup ## Measure the linkage against the sandbox's truth
	$(BIN)/python -m tests.eval.public_sets
	$(BIN)/python -m tests.eval --of persons
	$(BIN)/python -m tests.eval --of events --seeds 51 52 --people 12000 --days 30
	$(BIN)/python -m tests.eval.things

docs: setup ## Write the pages on feeds and departments, without anything from the net
	$(BIN)/sanling docs

lock: ## Pin every dependency again, with hashes and without addresses
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra bench --constraint requirements.lock --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --output-file requirements-bench.lock

clean: down ## Forget the local state (credentials, data, sandbox), keep .venv
	rm -rf .sanling
