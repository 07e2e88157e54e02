# The two commands that a fresh machine needs are `make run` and `make test`.
#
#   make run                 build, make a small sample image, scan it, show the report
#   make run TARGET=alpine:3.20   the same for an image (or archive, directory) of yours
#   make test                everything that proves the code, with the real peers installed
#   make bench               what a scan costs, as ratios to what nobody can leave out
#   make bench IMAGE=DIR:TAG the same on an OCI layout of yours
#   make fuzz SECONDS=60     every reader of foreign bytes, that long each (nightly, cargo-fuzz)
#   make check               formatting, lints, licences
#   make deps                the Debian packages that tests use as real peers

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c

# Outside the clone, so that a fresh clone of the same project builds warm.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/lazaret/target
BIN := $(CARGO_TARGET_DIR)/release/lazaret
OUT := $(CARGO_TARGET_DIR)/sample

# What tests use as real peers; each test says so and skips where one is absent.
PEERS := docker-registry skopeo podman containerd zstd jq openssl strace rpm

.PHONY: run test bench fuzz check deps build clean help

help:
	@sed -n '3,11s/^# *//p' Makefile

build:
	cargo build --release --locked -p lazaret-cli

run: build
	@mkdir -p "$(OUT)"
ifdef TARGET
	@$(BIN) scan "$(TARGET)" -f table -o html="$(OUT)/report.html"; code=$$?; \
	  echo; echo "The whole report as a page: $(OUT)/report.html"; exit $$code
else
	@$(BIN) debug sample --out "$(OUT)/sample.oci.tar"
	@$(BIN) scan "oci-archive:$(OUT)/sample.oci.tar" --fail-on none -f table -o html="$(OUT)/report.html"
	@echo; echo "The whole report as a page: $(OUT)/report.html"
	@echo "Scan an image of yours:     make run TARGET=registry.example/name:tag"
endif

deps:
	@missing=(); for p in $(PEERS); do dpkg -s "$$p" >/dev/null 2>&1 || missing+=("$$p"); done; \
	if [ $${#missing[@]} -eq 0 ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null || [ "$$(id -u)" != 0 ]; then \
	  echo "not installed, so the tests against them will be skipped: $${missing[*]}"; exit 0; fi; \
	echo "installing: $${missing[*]}"; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$${missing[@]}" >/dev/null \
	  || echo "could not be installed, so the tests against them will be skipped: $${missing[*]}"

test: deps
	cargo test --workspace --locked

# Needs about 2 GB of disk, once: the images are made on the spot and kept.
bench: build
	cargo build --release --locked -p lazaret-testkit --bin lazaret-bench
	@mkdir -p "$(CARGO_TARGET_DIR)/bench"
	@"$(CARGO_TARGET_DIR)/release/lazaret-bench" $(BIN) "$(CARGO_TARGET_DIR)/bench" $(IMAGE)
	cargo build --release --locked -p lazaret-advisory --example scale --example measure
	@db="$(CARGO_TARGET_DIR)/bench/scale.db"; examples="$(CARGO_TARGET_DIR)/release/examples"; \
	  test -f "$$db" || "$$examples/scale" "$$db"; "$$examples/measure" "$$db"

fuzz:
	@SECONDS_EACH=$(or $(SECONDS),60) fuzz/run.sh $(TARGETS)

check:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	@if command -v cargo-deny >/dev/null; then cargo deny check; else echo "cargo-deny is not installed: licences and advisories not checked"; fi

clean:
	cargo clean
