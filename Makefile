# The commands of Shopfront. Each makes the environment first, where it is not yet.
export PORT ?= 8000
export DATA ?= .demo
export AT ?=
PY := .venv/bin/python
CODE := manage.py shopfront catalog orders livestreams creators tests
PRODUCTION := set -a && . ./deploy/production.env.example && set +a &&

.PHONY: demo test lint types bench soak system lock environment

demo: environment ## run the whole shop with its engines and demo content
	@exec $(PY) manage.py demo

test: environment lint types ## run what continuous integration runs
	@$(PY) -m pytest -q -n 2 --cov --cov-report=term:skip-covered

lint: environment
	@$(PY) -m ruff check $(CODE)
	@$(PY) -m ruff format --check $(CODE)
	@.venv/bin/lint-imports --no-logo >.import-law.log || { cat .import-law.log; exit 1; }
	@rm .import-law.log
	@$(PY) -m djlint templates --quiet --lint
	@$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING
	@DJANGO_SETTINGS_MODULE=tests.settings $(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

types: environment
	@$(PY) -m mypy $(CODE)

bench: environment ## measure, and note the results in tests/bench/RESULTS.md
	@$(PY) -m tests.bench

soak: environment ## run the long proofs: random kills under load, then invariants
	@$(PY) -m tests.bench.soak

system: ## list Debian packages that tests need; install them as root
	@.ci/system

lock: environment ## pin every package anew after pyproject.toml changed
	@.venv/bin/uv pip compile -q pyproject.toml --extra dev -o requirements.lock \
		--universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --no-emit-index-url
	@echo "localstripe==1.15.4" | .venv/bin/uv pip compile -q - -o tests/localstripe.lock \
		--universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --no-emit-index-url

environment:
	@.ci/environment
