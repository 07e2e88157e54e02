# The two commands that a fresh machine needs are `make run` and `make test`.
#
#   make run                 build, scan a sample image, then bring up the whole of it: a centre,
#                            an edge, a registry directory; Ctrl-C ends it (CI=1 make run: by itself)
#   make run TARGET=alpine:3.20   the same for an image (or archive, directory) of yours
#   make test                everything that proves the code, with the real peers installed
#   make bench               what a scan costs, as ratios to what nobody can leave out
#   make bench IMAGE=DIR:TAG the same on an OCI layout of yours
#   make bench-fleet IMAGES=100000   the centre at that size on SQLite and PostgreSQL: every list
#                            and page, its memory, the queue; ends with an error where a limit is broken
#   make fuzz SECONDS=60     every reader of foreign bytes, that long each (nightly, cargo-fuzz)
#   make fuzz-interface      a running centre against its own description (PyPI: schemathesis)
#   make check               formatting, lints, licences, our own image, Dockerfile, manifests
#   make dist                what is given to others: static program, Debian package, image, sums
#   make dist-twice          the same out of two folders, byte by byte
#   make deps                the Debian packages that tests use as real peers

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c

# Outside the clone, so that a fresh clone of the same project builds warm.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/lazaret/target
BIN := $(CARGO_TARGET_DIR)/release/lazaret
OUT := $(CARGO_TARGET_DIR)/sample

# What tests use as real peers; each test says so and skips where one is absent.
PEERS := docker-registry skopeo podman containerd zstd jq openssl postgresql strace rpm faketime python3-aiosmtpd

.PHONY: run test bench bench-fleet fuzz fuzz-interface check deps build clean help dist dist-binary dist-check dist-folder dist-twice

help:
	@sed -n '3,17s/^# *//p' Makefile

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
	@echo "Scan an image of yours:     make run TARGET=registry.example/name:tag"; echo
	@exec $(BIN) demo --registry "$(OUT)/registry" $(if $(CI),--once)
endif

deps:
	@missing=(); for p in $(PEERS); do \
	  [ "$$(dpkg-query -W -f '$${db:Status-Status}' "$$p" 2>/dev/null)" = installed ] || missing+=("$$p"); done; \
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
	cargo build --release --locked -p lazaret-edge --example gate_pace
	@"$(CARGO_TARGET_DIR)/release/examples/gate_pace"
	@db="$(CARGO_TARGET_DIR)/bench/scale.db"; examples="$(CARGO_TARGET_DIR)/release/examples"; \
	  test -f "$$db" || "$$examples/scale" "$$db"; "$$examples/measure" "$$db"

fuzz-interface:
	cargo build --locked -p lazaret-cli
	@fuzz/interface.sh "$(CARGO_TARGET_DIR)/debug/lazaret" $(or $(EXAMPLES),100)

# Needs some GB of disk and far more than half an hour for 100,000 images; INVENTORIES is a folder of
# `lazaret sbom -f json` of real images, ADVISORIES a database.
bench-fleet: build
	cargo build --release --locked -p lazaret-control --example fleet --example lists --example bench_fleet --example edges
	cargo build --release --locked -p lazaret-store --example queue --example copy
	@mkdir -p "$(CARGO_TARGET_DIR)/bench/fleet"
	@examples="$(CARGO_TARGET_DIR)/release/examples"; \
	  "$$examples/queue" && "$$examples/bench_fleet" $(BIN) "$(CARGO_TARGET_DIR)/bench/fleet" \
	  --images $(or $(IMAGES),100000) $(if $(INVENTORIES),--inventories "$(INVENTORIES)") \
	  $(if $(ADVISORIES),--advisories "$(ADVISORIES)")

fuzz:
	@SECONDS_EACH=$(or $(SECONDS),60) fuzz/run.sh $(TARGETS)

# Our own image of a quick build: what is in it is what is in the one that is given to others.
check:
	$(MAKE) --no-print-directory dist-check DIST_PROFILE=dev
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	@if command -v cargo-deny >/dev/null; then cargo deny check; else echo "cargo-deny is not installed: licences and advisories not checked"; fi

# What is given to others. Built for a target by name, so that the flags below concern the
# program and not the programs that build it; paths are taken out, so that the bytes are
# the same wherever it is built.
DIST_PROFILE ?= release
DIST_TARGET := x86_64-unknown-linux-gnu
DIST := $(CARGO_TARGET_DIR)/dist$(if $(filter-out release,$(DIST_PROFILE)),-$(DIST_PROFILE))
DIST_BIN = $(CARGO_TARGET_DIR)/$(DIST_TARGET)/$(DIST_PROFILE:dev=debug)/lazaret
DIST_VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
CARGO_HOME ?= $(HOME)/.cargo
DIST_FLAGS = -C target-feature=+crt-static -C strip=symbols -C link-arg=-Wl,--build-id=none \
  --remap-path-prefix=$(CURDIR)=/lazaret --remap-path-prefix=$(CARGO_HOME)=/cargo \
  --remap-path-prefix=$(shell rustc --print sysroot)=/rust

dist-binary:
	RUSTFLAGS="$(DIST_FLAGS)" CARGO_INCREMENTAL=0 cargo build --profile $(DIST_PROFILE) --locked \
	  --target $(DIST_TARGET) -p lazaret-cli

dist: dist-binary
	cargo build --quiet --locked -p lazaret-testkit --bin lazaret-dist
	@mkdir -p "$(DIST)"
	@rm -f "$(DIST)"/*
	@tool="$(CARGO_TARGET_DIR)/debug/lazaret-dist"; \
	cargo metadata --format-version 1 --locked --filter-platform $(DIST_TARGET) \
	  | "$$tool" audit lazaret-cli > "$(CARGO_TARGET_DIR)/dep-v0"; \
	objcopy --add-section .dep-v0="$(CARGO_TARGET_DIR)/dep-v0" "$(DIST_BIN)" "$(CARGO_TARGET_DIR)/lazaret-dist-program"; \
	"$$tool" pack "$(CARGO_TARGET_DIR)/lazaret-dist-program" "$(DIST_VERSION)" "$(DIST)"
	@chmod +x "$(DIST)/lazaret-$(DIST_VERSION)-linux-amd64"

dist-folder:
	@echo "$(DIST)"

# Our own image, Dockerfile and manifests, by our own measure.
dist-check: dist
	@program="$(DIST)/lazaret-$(DIST_VERSION)-linux-amd64"; \
	if ldd "$$program" 2>&1 | grep -q "=>"; then echo "$$program is not static"; exit 1; fi; \
	(cd "$(DIST)" && sha256sum --quiet -c SHA256SUMS); \
	"$$program" scan "oci-archive:$(DIST)/lazaret-$(DIST_VERSION).oci.tar" --cache-dir=none \
	  --scanners vuln,secret,misconfig,tampering --severity low,medium,high,critical \
	  --fail-on low; \
	"$$program" check Dockerfile deploy --fail-on low --fail-on-gaps

# The same bytes out of another folder.
dist-twice: dist
	@other=$$(mktemp -d); trap 'rm -rf "$$other"' EXIT; mkdir "$$other/lazaret"; \
	git ls-files -z | tar --null -T - -c | tar -x -C "$$other/lazaret"; \
	$(MAKE) --no-print-directory -C "$$other/lazaret" dist CARGO_TARGET_DIR="$$other/target" DIST_PROFILE=$(DIST_PROFILE) >/dev/null; \
	diff "$(DIST)/SHA256SUMS" "$$other/target/$(notdir $(DIST))/SHA256SUMS" && echo "byte-identical in two folders"

clean:
	cargo clean
