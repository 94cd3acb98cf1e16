# The commands of this repository. Each works on a fresh Debian with Rust, Python 3 and Node; what else is needed is
# installed where this user may, else the one command that does it is printed.

CARGO ?= cargo
# Further arguments for `make run` and `make bench`, such as ARGS="--http 127.0.0.1:8081"
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help build run test lint unit acceptance bench docs fmt

help: ## Says what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /make \1\t/' | expand -t 18

build: packages-build ## Builds target/release/tollgate
	$(CARGO) build --release --package tollgate-cli

run: build ## Starts the gateway on ./data with a demo service, and says how to call it
	target/release/tollgate serve --demo --log-format plain --log warn --access-log data/access.log $(ARGS)

test: lint unit acceptance ## Everything that must pass

lint: packages-build
	$(CARGO) fmt --all -- --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) run --quiet --package tollgate-xtask -- tidy
	$(CARGO) run --quiet --package tollgate-xtask -- docs --check
	@if $(CARGO) deny --version >/dev/null 2>&1; then $(CARGO) deny --workspace check; \
	else echo "cargo-deny is not there: licences and advisories were not checked"; fi

unit: packages-build
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
	    $(CARGO) nextest run --workspace && $(CARGO) test --quiet --workspace --doc; \
	else $(CARGO) test --workspace; fi

acceptance: packages-build packages-acceptance
	$(CARGO) build --package tollgate-cli
	acceptance/run --binary target/debug/tollgate

bench: packages-build ## Measures Tollgate beside nginx and haproxy; writes docs/performance.md
	bench/run $(ARGS)

docs: ## Writes the documents that are made from code
	$(CARGO) run --quiet --package tollgate-xtask -- docs

fmt: ## Formats the code
	$(CARGO) fmt --all

.PHONY: packages-build packages-acceptance
packages-build:
	@.ci/need cc=gcc make=make /usr/include/stdio.h=libc6-dev

packages-acceptance:
	@.ci/need python3=python3 python:ensurepip=python3-venv
