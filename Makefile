# Two commands matter: `make demo` and `make test`. They need Python >= 3.11 with venv, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test slow long audit docs lowest release lint pytest measure messages lock notebooks data picture viewer clean

demo: $(VENV)/.run-ready
	$(BIN)/lokus demo

test: lint pytest

lint: $(VENV)/.test-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

pytest: $(VENV)/.test-ready
	$(BIN)/python -m pytest -n auto -m "not slow"

slow: $(VENV)/.test-ready
	$(BIN)/python -m pytest -n auto -m "slow and not long"

# Random damage and simulations by the thousand: hours on two cores.
long: $(VENV)/.test-ready
	$(BIN)/python -m pytest -n auto -m long

# The documentation site, in docs/_build: pictures of the gallery, pages, reference; a warning is an error.
docs: $(VENV)/.test-ready
	$(BIN)/python tools/gallery.py
	$(BIN)/python -m sphinx -b html -q -W --keep-going docs docs/_build

# About an hour on a machine that does nothing else: run the benchmarks and write docs/pengukuran.md from them.
measure: $(VENV)/.test-ready
	PYTHONPATH=tools $(BIN)/python benchmarks/all.py

# The demo with the lowest versions that pyproject.toml admits.
lowest: requirements-lowest.lock
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r $<
	.venv-lowest/bin/python -m pip --disable-pip-version-check --quiet install hatchling editables
	.venv-lowest/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation -e .
	.venv-lowest/bin/lokus demo

$(VENV)/.release-ready: requirements-release.lock | $(VENV)/.test-ready
	$(PIP) install --require-hashes -r requirements-release.lock
	touch $@

# Known weaknesses of the locked packages, asked of the advisory service of PyPI; needs the network. A package that
# the service does not know fails the audit: what was not looked at is not sound.
audit: $(VENV)/.release-ready
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements.lock -r requirements-dev.lock

# Wheel, source archive, checks, bill of materials, licences and notes, in dist; uploads nothing.
release: $(VENV)/.release-ready
	$(BIN)/python tools/release.py

# Regenerate what is generated: the translation catalogue, the bundled example, the executed notebooks, the pictures
# of the rooms and of the README, the viewer of the interactive page (needs Node; nothing else does), the locks.
messages: $(VENV)/.test-ready
	$(BIN)/python tools/messages.py

data: $(VENV)/.test-ready
	PYTHONPATH=tools $(BIN)/python -m example_kabupaten data

notebooks: $(VENV)/.test-ready
	$(BIN)/python tools/notebooks.py

picture: $(VENV)/.test-ready
	$(BIN)/python tools/house_picture.py
	$(BIN)/python tools/gallery.py --readme

viewer:
	npm ci --silent --prefix viewer
	npm run --silent --prefix viewer build

lock:
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml --group build \
		-o requirements.lock
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml --group dev \
		-c requirements.lock -o requirements-dev.lock
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --group release \
		-c requirements-dev.lock -o requirements-release.lock
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --resolution lowest-direct \
		pyproject.toml -o requirements-lowest.lock

clean:
	rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "lokus needs Python 3.11 or newer; name one with: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run-ready: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.test-ready: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements-dev.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $@ $(VENV)/.run-ready
