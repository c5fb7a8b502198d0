# Every command sets up what it needs, and costs nothing when that is there already. `make` prints this list.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast check format capture bench pictures requirements docs clean
RUN := .venv/bin/python

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## .venv with the program, the tools and the assets of the pages
	@scripts/setup dev

demo: ## the whole system on this machine with captured calls; opens the browser (DEMO="--once --speed 50" for its options)
	@scripts/setup runtime
	@.venv/bin/cordboard demo $(DEMO)

test: ## every ring: thinking, edges, browser, real Asterisk; the counts come last
	@scripts/setup dev
	@$(RUN) scripts/rings.py thinking edges browser system

test-fast: ## the thinking ring alone, in seconds
	@scripts/setup dev
	@$(RUN) scripts/rings.py thinking

check: ## format, lint, types, import contract, fresh documents
	@scripts/setup dev
	@scripts/check

format: ## write the code in the one format, with sorted imports
	@scripts/setup dev
	@.venv/bin/ruff check --quiet --fix-only .
	@.venv/bin/ruff format .

capture: ## play a story on a real Asterisk and keep it (STORY=transfer-returned OUT=folder; no STORY: all of them)
	@scripts/setup dev
	@scripts/capture $(or $(OUT),.cache/captures) $(STORY)

bench: ## the benchmarks, one JSON line per figure (BENCH=replay,register for some of them)
	@scripts/setup dev
	@$(RUN) -m bench $(BENCH)

docs: ## write the generated documents anew
	@scripts/setup dev
	@$(RUN) scripts/documents.py

pictures: ## draw docs/pictures anew, by Chromium on the real portal
	@scripts/setup dev
	@scripts/debian-packages chromium fonts-dejavu-core
	@$(RUN) scripts/picture.py

requirements: ## compile the pinned requirement files anew, hashes and no addresses
	@scripts/setup dev
	@scripts/requirements

clean: ## remove what the commands made: .venv, .cache
	@rm -rf .venv .cache
