#!/usr/bin/env bash
# clang-tidy over the sources: packaging/tidy.sh [BASE | --all]. By default it checks what changed since BASE
# (HEAD~20, or everything in a shorter history) plus the rooms without torch, which take a second a file.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
packaging/setup.sh

base=${1:-HEAD~20}
folder=build/tidy
if [ ! -f $folder/build.ninja ] || [ CMakeLists.txt -nt $folder/build.ninja ]; then
  # Without the precompiled header: it is gcc's, and clang-tidy reads with clang.
  cmake -S . -B $folder -G Ninja -DCMAKE_BUILD_TYPE=Release -DEQUI_PCH=OFF -DEQUI_CUDA=OFF >/dev/null
else
  cmake $folder >/dev/null
fi

all() { git ls-files 'core/*.cpp' 'app/*.cpp' 'ui/*.cpp'; }
changed() {
  git rev-parse -q --verify "$base" >/dev/null || { all; return; }
  git diff --name-only --diff-filter=d "$base" -- core app ui | grep '\.cpp$' || true
}
if [ "$base" = --all ]; then files=$(all); else
  files=$( (changed; git ls-files 'core/base/*.cpp' 'core/checkpoint/*.cpp') | sort -u)
fi
known=$(python3 -c 'import json,os,sys
print("\n".join(os.path.relpath(e["file"]) for e in json.load(open(sys.argv[1]))))' $folder/compile_commands.json)
files=$(comm -12 <(sort -u <<<"$files") <(sort -u <<<"$known"))
echo "clang-tidy on $(wc -l <<<"$files") files"
xargs -P "$(nproc)" -n 1 clang-tidy -p $folder --quiet <<<"$files" 2> >(grep -v 'warnings generated' >&2)
