# ironworks: set-up, run, test. Needs only Python 3.11 or newer (and Node.js to rebuild the page).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SPEED ?= 60

.PHONY: setup run test check bench lock page clean

setup: $(STAMP)

$(STAMP): requirements/lock.txt pyproject.toml
	@echo "ironworks: setting up $(VENV) (once; about a minute on a good line)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/installer.txt
	$(BIN)/uv pip install --python $(BIN)/python --require-hashes -r requirements/lock.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

run: setup
	$(BIN)/ironworks run --works demo --speed $(SPEED)

test: setup
	$(BIN)/python -m pytest -n auto --dist loadfile

check: setup
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	for works in demo bf1800 bf3200; do $(BIN)/ironworks check works/$$works || exit 1; done

bench: setup
	$(BIN)/python -m benchmarks

lock: setup
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-header --no-emit-index-url --no-annotate --quiet -o requirements/lock.txt

page:
	cd web && npm ci && npm run build

clean:
	rm -rf $(VENV) build dist web/node_modules
