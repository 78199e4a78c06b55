#!/usr/bin/env bash
# clang-tidy over the sources: packaging/tidy.sh [--all | BASE].
# By default: the rooms without torch, which take a second a file, then what changed since BASE (HEAD~10), the newest
# first, as far as EQUICANVAS_TIDY_SECONDS (150) reaches; a file with torch headers takes half a minute. --all checks
# everything, however long it takes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
packaging/setup.sh

base=${1:-HEAD~10}
export deadline=$((${EPOCHSECONDS} + ${EQUICANVAS_TIDY_SECONDS:-150}))
export folder=build/tidy
[ "$base" = --all ] && deadline=$((deadline + 1000000))

# Without the precompiled header: it is gcc's, and clang-tidy reads with clang.
options=(-G Ninja -DCMAKE_BUILD_TYPE=Release -DEQUI_PCH=OFF -DEQUI_CUDA=OFF -DEQUI_TESTS=OFF)
[ -n "${EQUICANVAS_TORCH_DIR:-}" ] && options+=("-DEQUI_TORCH_DIR=$EQUICANVAS_TORCH_DIR")
cmake -S . -B $folder "${options[@]}" >/dev/null

light() { git ls-files 'core/base/*.cpp' 'core/checkpoint/*.cpp' 'core/jobs/*.cpp'; }
changed() { # newest first
  git rev-parse -q --verify "$base" >/dev/null || base=$(git rev-list --max-parents=0 HEAD | tail -n 1)
  git log --name-only --diff-filter=d --format= "$base..HEAD" -- core app ui | grep '\.cpp$' || true
}
known() { # what this build compiles, relative to the top
  python3 -c 'import json, os, sys
for entry in json.load(open(sys.argv[1])):
    print(os.path.relpath(entry["file"]))' $folder/compile_commands.json
}
selected() {
  if [ "$base" = --all ]; then git ls-files 'core/*.cpp' 'app/*.cpp' 'ui/*.cpp'; else light; changed; fi
}
mapfile -t files < <(selected | awk 'NR == FNR { known[$0]; next } ($0 in known) && !seen[$0]++' <(known) -)

check() {
  if [ "$EPOCHSECONDS" -ge "$deadline" ]; then
    echo "$1" >>"$folder/left-out"
    return 0
  fi
  clang-tidy-19 -p "$folder" --quiet "$1" 2> >(grep -v 'warnings generated' >&2)
}
export -f check
rm -f $folder/left-out
status=0
printf '%s\n' "${files[@]}" | xargs -P "$(nproc)" -I{} bash -c 'check {}' || status=1
left=0
[ -f $folder/left-out ] && left=$(wc -l <$folder/left-out)
echo "clang-tidy: ${#files[@]} files, $left of them left out for lack of time (packaging/tidy.sh --all checks all)"
exit $status
