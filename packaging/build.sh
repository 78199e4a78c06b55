#!/usr/bin/env bash
# Sets up, configures and builds: packaging/build.sh [PRESET [TARGET...]]; the preset is `release` by default.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
packaging/setup.sh

preset=${1:-release}
shift || true
PATH=$PATH:/usr/local/cuda/bin
options=()
[ -n "${EQUICANVAS_TORCH_DIR:-}" ] && options+=("-DEQUI_TORCH_DIR=$EQUICANVAS_TORCH_DIR")

# A translation unit with torch headers takes up to 1.5 GB.
memory_jobs=$(($(awk '/MemAvailable/ {print $2}' /proc/meminfo) / 1572864))
jobs=$(nproc)
[ "$memory_jobs" -lt "$jobs" ] && jobs=$memory_jobs
[ "$jobs" -lt 1 ] && jobs=1

log=build/$preset.configure.log
mkdir -p build
cmake --preset "$preset" "${options[@]}" >"$log" 2>&1 || { cat "$log"; exit 1; }
grep 'our CUDA kernels' "$log" | sed 's/^-- /[build] /' || true
if [ $# -gt 0 ]; then
  cmake --build "build/$preset" -j "$jobs" --target "$@"
else
  cmake --build "build/$preset" -j "$jobs"
fi
