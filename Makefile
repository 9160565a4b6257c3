# `make demo` and `make test` set up all they need: Python 3.11 or newer and a package index are enough.
PYTHON ?= python3
NOX := .venvs/tools/bin/nox

# Longest first: `make test` takes up the next as soon as one of two ends.
ENVS := core airflow prefect airflow-2.11 docs

.PHONY: help demo demo-prefect test prove cluster proofs bench docs release-check lint envs clean $(addprefix test-,$(ENVS))

help:  ## What there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

demo: $(NOX)  ## 500 customers from a CSV to a broadcast, in Airflow, on the emulator
	@$(NOX) -s "envs(airflow)"
	@.venvs/airflow/bin/python example_dags/run_demo.py airflow

demo-prefect: $(NOX)  ## The same in Prefect
	@$(NOX) -s "envs(prefect)"
	@.venvs/prefect/bin/python example_dags/run_demo.py prefect

test: $(NOX)  ## All tests, those of two environments at a time
	@$(MAKE) --no-print-directory --keep-going --jobs=2 --output-sync=target $(addprefix test-,$(ENVS))

$(addprefix test-,$(ENVS)): test-%: $(NOX)
	@$(NOX) -s "tests($*)"

prove: $(NOX)  ## What takes long: kill -9 in loops, real schedulers, true limits, other Pythons
	$(NOX) -s prove pythons

cluster: $(NOX)  ## Airflow on Celery workers beside Prefect on one account, with kills (PostgreSQL, Redis)
	$(NOX) -s cluster

bench: $(NOX)  ## Measure the figures (SECTIONS="quota sync" for some): benchmarks/RESULTS.md, docs/figures.md
	@$(NOX) -s bench -- $(SECTIONS)

proofs: $(NOX)  ## Rounds with peers beside this package, which write docs/proofs.md (PostgreSQL)
	$(NOX) -s proofs

docs: $(NOX)  ## The documents as a site, in site/ (no network)
	@$(NOX) -s docs

release-check: $(NOX)  ## Build wheel and sdist twice, install each extra from them, and use it; oldest versions
	@$(NOX) -s release_check

lint: $(NOX)  ## Format, rules, types
	$(NOX) -s lint

envs: $(NOX)  ## Build .venvs/airflow, .venvs/airflow-2.11, .venvs/prefect, .venvs/core and .venvs/docs
	$(NOX) -s envs

clean:  ## Remove environments, the state of the demos and the site
	rm -rf .venvs .demo .bench site

$(NOX): constraints/tools.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	@$(PYTHON) -m venv --clear .venvs/tools
	@.venvs/tools/bin/python -m pip install --quiet --disable-pip-version-check -r constraints/tools.txt
	@touch $(NOX)
