# The commands of this project. `make help` lists them; each makes what it needs.

BACKEND ?= tensorflow
BACKENDS ?= torch tensorflow jax
VENV ?= .venv
DIST ?= dist
SITE ?= build/site
PYTEST_ARGS ?=
NOTEBOOKS ?=
BENCHMARK_VENV ?= .venv-benchmark
BENCHMARK_ARGS ?=
SERVE_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help quickstart test lint types stubs contracts notebooks \
	notebooks-check benchmark operations deployment reproduce serve docs gallery docs-links \
	package release clean

# The first interpreter that is 3.11 or newer; PYTHON=python3.12 picks one by hand.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
CANDIDATES := python3 python3.13 python3.12 python3.11 python
find_python = $(firstword $(foreach candidate,$(CANDIDATES),$(if $(shell \
	$(candidate) -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && echo yes),$(candidate))))
PYTHON ?= $(find_python)

PIP_INSTALL := $(VENV)/bin/python -m pip install --disable-pip-version-check \
	--quiet --constraint constraints.txt
INSTALLED := $(VENV)/.installed

help:  ## List the commands.
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 18
	@echo
	@echo "Settings: BACKEND=$(BACKEND), BACKENDS=\"$(BACKENDS)\", VENV=$(VENV), PYTHON,"
	@echo "NOTEBOOKS, PYTEST_ARGS (for instance PYTEST_ARGS=\"-m 'not slow'\")."

quickstart: $(INSTALLED)-$(BACKEND)  ## Train a ViT and a Swin on real digits (BACKEND=jax or torch).
	@KERAS_BACKEND=$(BACKEND) $(VENV)/bin/python tutorials/quickstart.py

# The models are small: PyTorch's threads would wait for each other longer than they work,
# four times as long where the machine has other work.
test: export OMP_NUM_THREADS ?= 1
# And XLA's time goes into compiling them: a third less of it on JAX. Other versions than
# constraints.txt names may know no such flag.
test: export XLA_FLAGS ?= --xla_backend_optimization_level=0 \
	--xla_cpu_use_fusion_emitters=false

# The first backend, the quickest, runs every test. Slow ones are the same on each, and
# what asks little of a backend is dealt among the others.
test: $(INSTALLED)-all  ## Run the tests on PyTorch, TensorFlow and JAX in turn.
	@failed=; summary=; selection=; place=0; \
	for backend in $(BACKENDS); do \
		printf '\n== tests on %s ==\n' $$backend; \
		start=$$(date +%s); \
		if PYTEST_ADDOPTS="$$selection" KERAS_BACKEND=$$backend \
			$(VENV)/bin/python -m pytest -q $(PYTEST_ARGS); \
		then result=passed; else result=FAILED; failed="$$failed $$backend"; fi; \
		place=$$((place + 1)); \
		selection="-m 'not slow' --deal $$place/$(words $(wordlist 2,9,$(BACKENDS)))"; \
		summary="$$summary$$(printf '%-11s %s in %d s' \
			$$backend $$result $$(( $$(date +%s) - start )))|"; \
	done; \
	printf '\n== summary ==\n%s' "$$summary" | tr '|' '\n'; \
	if [ -n "$$failed" ]; then echo "Failed on:$$failed"; exit 1; fi; \
	echo "All tests passed on: $(BACKENDS)"

lint: $(INSTALLED)-all  ## Check style and formatting with ruff.
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(INSTALLED)-all  ## Check the type hints, and that editors understand users' code.
	$(VENV)/bin/mypy
	$(VENV)/bin/basedpyright --pythonpath $(VENV)/bin/python

stubs: $(INSTALLED)-all  ## Write the types of the models' functions anew.
	KERAS_BACKEND=$(BACKEND) $(VENV)/bin/python -m tools.stubs

contracts: $(INSTALLED)-all  ## Check that no floor imports from a higher one.
	$(VENV)/bin/lint-imports

notebooks: $(INSTALLED)-all  ## Execute the tutorials, write them with outputs (NOTEBOOKS="01 08").
	@KERAS_BACKEND=$(BACKEND) $(VENV)/bin/python -m tools.notebooks $(NOTEBOOKS)

notebooks-check: $(INSTALLED)-all  ## Run the tutorials in fast mode, write nothing.
	@KERAS_BACKEND=$(BACKEND) $(VENV)/bin/python -m tools.notebooks --check $(NOTEBOOKS)

benchmark: $(BENCHMARK_VENV)/.installed  ## Measure speed beside others (BENCHMARK_ARGS=--quick).
	$(BENCHMARK_VENV)/bin/python -m benchmarks.run $(BENCHMARK_ARGS)

operations: $(INSTALLED)-all  ## Measure what each faster way brings (BENCHMARK_ARGS="--backends jax").
	$(VENV)/bin/python -m benchmarks.operations $(BENCHMARK_ARGS)

# Small models again, see `test`; PyTorch needs no time to compile them.
reproduce: export OMP_NUM_THREADS ?= 1

reproduce: $(INSTALLED)-all  ## Run what docs/results.md shows (an hour; goes on after a stop).
	KERAS_BACKEND=torch $(VENV)/bin/python -m benchmarks.reproduce $(BENCHMARK_ARGS)

serve: $(INSTALLED)-serve  ## Serve a small ViT on a page (SERVE_ARGS="--model ViTB16").
	@KERAS_BACKEND=$(BACKEND) $(VENV)/bin/python -m examples.serve $(SERVE_ARGS)

docs: $(INSTALLED)-docs  ## Check spelling, build the pages into build/site, check their links.
	$(VENV)/bin/codespell *.md docs keras_vit tools benchmarks tutorials examples
	rm -rf docs/api docs/gallery
	KERAS_BACKEND=$(BACKEND) $(VENV)/bin/python -m sphinx --fresh-env --fail-on-warning \
		--keep-going --quiet --conf-dir docs . $(SITE)
	$(VENV)/bin/python -m tools.site $(SITE)

gallery: $(INSTALLED)-all  ## Write a page of the notebooks' pictures into docs/gallery/.
	$(VENV)/bin/python docs/gallery.py

docs-links: $(INSTALLED)-docs  ## Ask the addresses that the pages link to, which takes a network.
	KERAS_BACKEND=$(BACKEND) $(VENV)/bin/python -m sphinx --builder linkcheck --quiet \
		--conf-dir docs . build/links

deployment: $(INSTALLED)-all  ## Measure exported files, write docs/deployment.md.
	$(VENV)/bin/python -m benchmarks.deployment all

package: $(INSTALLED)-all  ## Build the wheel and the source archive into dist/.
	rm -rf $(DIST)
	$(VENV)/bin/python -m build --outdir $(DIST)

release: package  ## Build, and run the quickstart from the wheel in a new environment.
	$(VENV)/bin/python -m tools.release $(DIST) --backend $(BACKEND)

clean:  ## Remove the environment and everything that these commands wrote.
	rm -rf $(VENV) $(DIST) build docs/api docs/gallery quickstart_output test_reports
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp a selection of extras: installed again when the requirements change.
$(INSTALLED)-all: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing keras_vit with everything into $(VENV) ..."
	@$(PIP_INSTALL) --editable '.[all,dev]'
	@touch $@

# Not among all: few people build the pages.
$(INSTALLED)-docs: $(INSTALLED)-all
	@echo "Installing what makes the pages ..."
	@$(PIP_INSTALL) --editable '.[docs]'
	@touch $@

# tf.data's TensorFlow, which every backend has here, writes the ONNX file.
$(INSTALLED)-serve: $(INSTALLED)-$(BACKEND)
	@echo "Installing what serves a model ..."
	@$(PIP_INSTALL) --editable '.[serve]'
	@touch $@

$(INSTALLED)-%: pyproject.toml constraints.txt | $(VENV)/bin/python
	@case $* in tensorflow|jax|torch) ;; *) \
		echo "BACKEND=$* is unknown: use tensorflow, jax or torch." >&2; exit 1;; esac
	@echo "Installing keras_vit for $* into $(VENV) ..."
	@$(PIP_INSTALL) --editable '.[$*,data,plots]'
	@touch $@

$(BENCHMARK_VENV)/.installed: pyproject.toml benchmarks/install.py
	@$(MAKE) --no-print-directory VENV=$(BENCHMARK_VENV) $(BENCHMARK_VENV)/bin/python
	@$(BENCHMARK_VENV)/bin/python -m benchmarks.install
	@touch $@

$(VENV)/bin/python:
	@python="$(PYTHON)"; \
	if [ -z "$$python" ]; then \
		echo "No Python 3.11 or newer was found ($$(python3 --version 2>&1))." >&2; \
		echo "Install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; \
	fi; \
	if ! "$$python" -c '$(NEW_ENOUGH)'; then \
		echo "$$python is not Python 3.11 or newer ($$("$$python" --version 2>&1))." >&2; \
		echo "Name another one: make PYTHON=/path/to/python3.12" >&2; exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$python" --version 2>&1) ..."; \
	"$$python" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
