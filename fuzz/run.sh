#!/usr/bin/env bash
# Runs every fuzz target (or those named) for SECONDS_EACH seconds and prints a table.
# Needs the nightly toolchain and cargo-fuzz. Seeds come from ../shared where it is there.
# No sanitizer: outside one memory map the code is safe Rust, and twice as many runs find
# more panics, endless loops and greed.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${SECONDS_EACH:-60}
target_dir=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/lazaret/target}
export CARGO_TARGET_DIR=$target_dir/fuzz
work=$CARGO_TARGET_DIR/work
mkdir -p "$work/seeds" "$work/logs"
if [ -d ../../shared ]; then cargo +nightly run -q --release --example seed -- ../../shared "$work/seeds"; fi
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then mapfile -t targets < <(cd fuzz_targets && printf '%s\n' *.rs | sed 's/\.rs$//'); fi
cargo +nightly fuzz build --sanitizer none >"$work/logs/build" 2>&1 || { tail -30 "$work/logs/build"; exit 1; }
printf '%-18s %10s %8s %8s %7s %9s\n' target runs seconds edges seeds crashes
failed=0
for t in "${targets[@]}"; do
  mkdir -p "$work/corpus/$t" "$work/seeds/$t"
  code=0
  cargo +nightly fuzz run --sanitizer none "$t" "$work/corpus/$t" "$work/seeds/$t" -- \
    -max_total_time="$seconds" -rss_limit_mb=1024 -timeout=10 -max_len=300000 \
    -artifact_prefix="$work/$t-" -print_final_stats=1 >"$work/logs/$t" 2>&1 || code=$?
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/logs/$t")
  edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$work/logs/$t" | tail -1)
  seeds=$(find "$work/seeds/$t" -type f | wc -l)
  if [ $code -ne 0 ]; then failed=1; fi
  printf '%-18s %10s %8s %8s %7s %9s\n' "$t" "${runs:-?}" "$seconds" "${edges:-?}" "$seeds" "$([ $code -eq 0 ] && echo 0 || echo "see $work/logs/$t")"
done
exit $failed
