# The commands of this repository. Each works on a fresh Debian with Rust, Python 3 and Node; what else is needed is
# installed where this user may, else the one command that does it is printed.

CARGO ?= cargo
# CONSOLE=no builds the gateway without the web console, and needs no Node
CONSOLE ?= yes
# Further arguments for `make run` and `make bench`, such as ARGS="--http 127.0.0.1:8081"
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help build guided run test lint unit acceptance console console-check bench docs fmt

help: ## Says what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /make \1\t/' | expand -t 18

build: packages-build $(if $(filter no,$(CONSOLE)),,console) ## Builds target/release/tollgate, with the console in it
	$(CARGO) build --release --package tollgate-cli

guided: packages-build $(if $(filter no,$(CONSOLE)),,console) ## Builds target/guided/tollgate, the fastest: laid out by profiles of itself
	bench/guided

run: build ## Starts the gateway on ./data with a demo service, and says how to call it
	target/release/tollgate serve --demo --log-format plain --log warn --access-log data/access.log $(ARGS)

test: console console-check lint unit acceptance ## Everything that must pass

# Clippy's driver compiles as the compiler does and lints on the way: what is linted is what is tested, built once. It goes
# before what cargo builds of this repository alone, so that libraries are shared with every other build.
lint unit acceptance: export RUSTC_WORKSPACE_WRAPPER = $(shell rustc --print sysroot)/bin/clippy-driver
lint unit acceptance: export CLIPPY_ARGS = -Dwarnings__CLIPPY_HACKERY__

lint: packages-build
	$(CARGO) fmt --all -- --check
	$(CARGO) build --workspace --all-targets
	$(CARGO) run --quiet --bin xtask -- tidy
	$(CARGO) run --quiet --bin xtask -- docs --check
	@if $(CARGO) deny --version >/dev/null 2>&1; then $(CARGO) deny --workspace check; \
	else echo "cargo-deny is not there: licences and advisories were not checked"; fi

unit: packages-build
	@if $(CARGO) nextest --version >/dev/null 2>&1; then $(CARGO) nextest run --workspace; \
	else $(CARGO) test --workspace; fi

acceptance: packages-build packages-acceptance console
	$(CARGO) build --bin tollgate
	TOLLGATE_TEST_CONSOLE=1 acceptance/run --binary target/debug/tollgate

console: console/dist/app/index.html ## Builds the web console, which the next build of the binary takes in

console-check: console/node_modules/.package-lock.json
	npm --prefix console run --silent check

# npm writes this file last; it is older than the lockfile when something is to be installed.
console/node_modules/.package-lock.json: console/package-lock.json | packages-console
	npm --prefix console ci --no-audit --no-fund --loglevel=error
	@touch $@

console/dist/app/index.html: console/node_modules/.package-lock.json openapi/native.json console/index.html \
    console/vite.config.ts $(shell find console/src console/public -type f ! -name native.d.ts)
	npm --prefix console run --silent build

bench: packages-build ## Measures Tollgate beside nginx and haproxy; writes docs/performance.md
	bench/run $(ARGS)

docs: ## Writes the documents that are made from code
	$(CARGO) run --quiet --package tollgate-xtask -- docs

fmt: ## Formats the code
	$(CARGO) fmt --all

.PHONY: packages-build packages-console packages-acceptance
packages-build:
	@.ci/need cc=gcc make=make /usr/include/stdio.h=libc6-dev

packages-console:
	@.ci/need node=nodejs npm=npm
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' || { \
	    echo "the web console is built with Node 20.19 or newer of 20, or 22.12 or newer, and this is $$(node --version): see https://nodejs.org;" >&2; \
	    echo "or leave the console out: make $(MAKECMDGOALS) CONSOLE=no" >&2; exit 1; }

packages-acceptance:
	@.ci/need python3=python3 python:ensurepip=python3-venv chromium=chromium openssl=openssl curl=curl pebble=pebble \
	    /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc=fonts-noto-cjk \
	    '/usr/lib/*/libnss_wrapper.so=libnss-wrapper'
