# make demo   set up and run the bundled example, then write its report
# make test   set up and run the tests
# make check  the static checks
# make test-lowest   the tests with the lowest versions that pyproject.toml allows
# Both set-ups make or reuse .venv inside the checkout.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt

.PHONY: demo test test-lowest check clean
.DELETE_ON_ERROR:

demo: $(VENV)/.ready-to-run
	@rm -rf demo && mkdir demo
	$(BIN)/nnsreport run --runs demo/runs --id digits
	$(BIN)/nnsreport report digits --runs demo/runs --out demo/digits.html

# Tests go to all cores; their processes share these, so that each has one thread for matrix products.
test: $(VENV)/.ready-to-test
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist worksteal

check: $(VENV)/.ready-to-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test-lowest: | $(BIN)/python
	$(BIN)/python -m venv --clear .venv-lowest
	.venv-lowest/bin/python -m pip --disable-pip-version-check --quiet install uv
	.venv-lowest/bin/uv pip install --quiet --python .venv-lowest/bin/python --resolution lowest-direct --editable '.[test]'
	OPENBLAS_NUM_THREADS=1 .venv-lowest/bin/python -m pytest --numprocesses auto --dist worksteal

clean:
	rm -rf $(VENV) .venv-lowest demo build *.egg-info engine/native/*.so parsers/recurring/*.so

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'nnsreport needs Python 3.11 or newer; choose one with: make PYTHON=python3.12 ...' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo 'this Python cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }

LOOPS := $(wildcard engine/native/*.[ch] parsers/recurring/*.[ch])

# The example travels as package data, so an editable installation always runs the checkout's own.
$(VENV)/.ready-to-run: pyproject.toml constraints.txt $(LOOPS) | $(BIN)/python
	$(PIP) --editable .
	@touch $@

$(VENV)/.ready-to-test: pyproject.toml constraints.txt $(LOOPS) | $(BIN)/python
	$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/.ready-to-run
