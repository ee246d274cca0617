# make run    the app on http://localhost:8501 (PORT changes it)
# make test   every test, two files at a time (JOBS=0: one after the other); `make setup` does the set-up of both alone
# make bench  speed and memory, see benchmarks/README.md
PYTHON ?= python3
PORT ?= 8501
JOBS ?= 2
BIN := .venv/bin
SAMPLE := models/sample_squats.mp4

.PHONY: run test setup check bench lock clean

run: .venv/.runtime $(SAMPLE)
	@$(BIN)/python -m core.model
	@STREAMLIT_SERVER_PORT=$(PORT) $(BIN)/streamlit run app.py

test: setup
	$(BIN)/python -m pytest --numprocesses=$(JOBS) --dist=loadfile --no-loadscope-reorder $(ARGS)

setup: .venv/.runtime .venv/.development $(SAMPLE)
	@$(BIN)/python -m core.model

check: .venv/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: setup
	@for name in speed scaling memory load; do echo "== $$name"; $(BIN)/python -m benchmarks.$$name || exit 1; done

.venv/.runtime: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(f"RepScope needs Python 3.11 or newer, this is {sys.version.split()[0]}. Name another: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.development: .venv/.runtime requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(SAMPLE): .venv/.runtime $(wildcard core/mannequin/*.py)
	@mkdir -p $(@D)
	$(BIN)/python -m core.mannequin $@

lock: .venv/.development
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-header --no-annotate requirements.in -o requirements.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-header --no-annotate requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf .venv models .cache
