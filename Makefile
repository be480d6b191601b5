# Two commands: `make run` and `make test`. Everything they need is installed into .venv first.
PYTHON ?= python3
BIN := .venv/bin
FLASK := $(BIN)/flask --app wsgi
TRANSLATION := portal/translations/en/LC_MESSAGES/messages

.PHONY: run test test-all lint bench translations clean

run: .stamps/runtime $(TRANSLATION).mo
	@exec $(FLASK) serve

test: .stamps/development $(TRANSLATION).mo lint
	$(BIN)/python -m pytest -n 2 -m "not drill"

# The sweeps and drills that `make test` leaves out: crashes, other people's programs, long random histories.
test-all: .stamps/development $(TRANSLATION).mo
	$(BIN)/python -m pytest -n 2 -m drill

lint: .stamps/development $(TRANSLATION).mo
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict portal meetings minutes wsgi.py

bench: .stamps/development $(TRANSLATION).mo
	$(BIN)/python tests/bench.py

# Collects the German texts of code and templates, and merges them into the English catalogue.
translations: .stamps/development
	$(BIN)/pybabel -q extract -F pyproject.toml -k _l --no-wrap --add-location=file -o .stamps/messages.pot .
	$(BIN)/pybabel -q update -N --no-wrap --ignore-obsolete --ignore-pot-creation-date -l en -i .stamps/messages.pot -d portal/translations

$(TRANSLATION).mo: $(TRANSLATION).po | .stamps/runtime
	$(BIN)/pybabel -q compile -d portal/translations

.stamps/venv:
	[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	@mkdir -p .stamps
	@touch $@

.stamps/runtime: requirements.txt | .stamps/venv
	$(BIN)/pip install -q --disable-pip-version-check -r requirements.txt
	$(FLASK) textguard lists > /dev/null
	@touch $@

# The tests also use a browser and a database server of the system; see docs/tests.md.
.stamps/development: requirements-dev.txt .stamps/runtime
	$(BIN)/pip install -q --disable-pip-version-check -r requirements-dev.txt
	sh tests/system_packages.sh
	@npm install --silent --no-audit --no-fund --prefix .stamps/node ical.js@2 || \
		echo "!!! ical.js is not installed (npm is missing, or the network): its part of tests/test_parsers.py will be skipped." >&2
	@touch $@

clean:
	rm -rf .venv .stamps $(TRANSLATION).mo
