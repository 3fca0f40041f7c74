# Every job of CI is one target; `make check` is all of them.
CARGO ?= cargo
CACHE ?= $(HOME)/.cache/deskferry
VENV  := $(CACHE)/venv
# Of `make crash`.
SEED  ?= 1
KILLS ?= 200
export CARGO_TERM_COLOR ?= auto
# Installs packages of the system; as root directly, else with sudo.
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
APT  := $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends

.DEFAULT_GOAL := help
.PHONY: help demo test test-deps check fmt fmt-check lint doc bench bench-extract bench-database bench-diff bench-intercom bench-load bench-load-rate bench-serve crash release clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## build and run the whole pipeline on the bundled Hesk desk, into a sandbox, in ./demo
	$(CARGO) build --locked --profile demo --bin deskferry
	@bin=$$($(CARGO) metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/demo/deskferry; "$$bin" demo

test: test-deps ## install what the tests need, then run all of them
	DESKFERRY_TEST_PYTHON=$(VENV)/bin/python $(CARGO) test --locked --workspace

test-deps: ## MariaDB, PostgreSQL and Chromium from the system's packages; an S3 server and DuckDB in a Python environment of their own
	@command -v mariadbd >/dev/null || [ -x /usr/sbin/mariadbd ] || { $(APT) mariadb-server mariadb-client; }
	@command -v psql >/dev/null && { command -v postgres || ls /usr/lib/postgresql/*/bin/postgres; } >/dev/null 2>&1 || { $(APT) postgresql openssl; }
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { $(APT) chromium; }
	@$(VENV)/bin/python -c 'import duckdb, moto.server, pytz' 2>/dev/null || { \
		{ python3 -m venv --clear $(VENV) || { $(APT) python3-venv && python3 -m venv --clear $(VENV); }; } && \
		$(VENV)/bin/pip install --quiet --disable-pip-version-check 'moto[server,s3]' duckdb pytz; }

check: fmt-check lint test doc ## everything CI looks at

fmt: ## format the code
	$(CARGO) fmt --all

fmt-check:
	$(CARGO) fmt --all --check

lint: ## clippy with warnings denied
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings

doc: ## API documentation with warnings denied
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps

bench: ## criterion benches
	$(CARGO) bench --workspace

bench-extract: ## rows/s and peak memory of `extract` on a large MariaDB, beside connectorx in the same run
	python3 benches/extract/run.py --cache $(CACHE)/bench

bench-diff: release test-deps ## seconds and peak memory of `diff` on 10 million rows, beside DuckDB's EXCEPT in the same run
	@bin=$$($(CARGO) metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/deskferry; \
	$(VENV)/bin/python benches/diff/run.py --binary "$$bin" --cache $(CACHE)/bench

bench-database: ## rows/s and peak memory of a first load into PostgreSQL and of one that finds nothing to do, beside COPY of the same rows
	$(CARGO) bench --locked -p deskferry-database --bench load

bench-intercom: ## conversations/s, with all parts, of `extract` on an Intercom workspace, beside what its rate allows
	$(CARGO) bench --locked -p deskferry-extract --bench intercom

bench-load-rate: ## share of a granted rate that `load` uses, and refused calls, beside two simpler policies; some 20 minutes
	$(CARGO) bench --locked -p deskferry-load --features testing --bench rate

bench-load: ## calls/s and peak memory of `load` without a rate limit: 100,000 conversations, then one of 5,000 messages
	$(CARGO) bench --locked -p deskferry-load --features testing --bench load
	$(CARGO) bench --locked -p deskferry-load --features testing --bench load -- --conversations 1 --parts 5000 --files-every 0

bench-serve: ## webhooks a second, p99 of the answers and what is stored: at 1,000 a second, then as fast as they are answered
	$(CARGO) bench --locked -p deskferry-serve --bench flood -- --rate 1000
	$(CARGO) bench --locked -p deskferry-serve --bench flood

crash: ## kill a loader KILLS times with SIGKILL, chance from SEED, and compare the workspace with an undisturbed one
	$(CARGO) test --locked --profile demo -p deskferry-load --test crash -- --seed $(SEED) --kills $(KILLS) --conversations 2000

release: ## the binary to install
	$(CARGO) build --locked --release --bin deskferry

clean: ## remove what was built and the demo
	$(CARGO) clean
	rm -rf demo
