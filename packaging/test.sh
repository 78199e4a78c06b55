#!/usr/bin/env bash
# Sets up, builds and runs every check: tests, sanitizers, fuzzers, format, clang-tidy. Goes on after a failure and
# says at the end what failed. Needs no GPU and no screen.
#
#   EQUICANVAS_FUZZ_SECONDS   how long each fuzzer runs (60)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export QT_QPA_PLATFORM=offscreen
fuzz_seconds=${EQUICANVAS_FUZZ_SECONDS:-60}
results=()
failed=0

stage() { # stage NAME COMMAND...
  local name=$1 start=$SECONDS
  shift
  printf '\n=== %s\n' "$name"
  if "$@"; then
    results+=("$(printf '%-28s %5d s  ok' "$name" $((SECONDS - start)))")
  else
    results+=("$(printf '%-28s %5d s  FAILED' "$name" $((SECONDS - start)))")
    failed=1
  fi
}

summary() {
  printf '\n=== summary\n'
  printf '%s\n' "${results[@]}"
  [ $failed -eq 0 ] && echo 'all stages ok' || echo 'SOME STAGES FAILED'
  [ -s build/ctest.log ] && grep -E 'tests passed|tests failed|Total Test time|\(Skipped\)' build/ctest.log
  exit $failed
}

run_tests() {
  local jobs
  jobs=$(nproc)
  # Threads of tests that ask for two sleep while they wait: as many tests run beside one another as there are cores.
  (cd build/release && OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive ctest -j "$jobs" --output-on-failure) 2>&1 | tee build/ctest.log
}

# The rooms that read files from strangers, under the address and undefined-behaviour sanitizers. The memory test is
# left out there: the sanitizer's own memory would be counted.
run_sanitized() {
  packaging/build.sh asan-ubsan base_test checkpoint_test || return 1
  local options='detect_leaks=1:allocator_may_return_null=0' status=0 name
  for name in base_test checkpoint_test; do
    ASAN_OPTIONS=$options UBSAN_OPTIONS=print_stacktrace=1 "build/asan-ubsan/bin/$name" \
      --gtest_brief=1 --gtest_filter='-ImportMemory.*' || status=1
  done
  return $status
}

run_fuzzers() {
  packaging/build.sh fuzz fuzzers || return 1
  local name pids=() status=0
  for name in fuzz_torch_file fuzz_safetensors; do
    mkdir -p "build/fuzz/corpus/$name"
    "build/fuzz/bin/$name" -max_total_time="$fuzz_seconds" -rss_limit_mb=2048 -timeout=20 -max_len=65536 -verbosity=0 \
      -artifact_prefix="build/fuzz/$name-" -print_final_stats=1 \
      "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name" >"build/fuzz/$name.log" 2>&1 &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || status=1; done
  for name in fuzz_torch_file fuzz_safetensors; do
    echo "$name: $(grep -E 'number_of_executed_units' "build/fuzz/$name.log" || tail -n 30 "build/fuzz/$name.log")"
  done
  return $status
}

check_format() {
  git ls-files '*.cpp' '*.h' '*.cu' '*.cuh' | xargs clang-format --dry-run -Werror
}

stage 'build' packaging/build.sh release
stage 'tests' run_tests
stage 'asan + ubsan' run_sanitized
stage 'fuzzers' run_fuzzers
stage 'clang-format' check_format
stage 'clang-tidy' packaging/tidy.sh
summary
