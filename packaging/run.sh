#!/usr/bin/env bash
# Installs what is missing, builds, and starts EquiCanvas on the bundled demo model. Without a display it makes a
# panorama with the command line instead and says where it is.
set -euo pipefail
if [ "${1:-}" = "--help" ] || [ "${1:-}" = "-h" ]; then
  sed -n '2,3s/^# //p' "${BASH_SOURCE[0]}"
  exit 0
fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."
packaging/build.sh release

bin=build/release/bin
if [ -x $bin/equicanvas ] && [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec $bin/equicanvas "$@"
fi

model=models/demo
scene=0
out=build/panorama.png
if [ ! -f $model/manifest.json ]; then
  # No model is bundled yet: the authors' architecture with tiny random weights shows that everything runs.
  model=build/tiny-random-model
  [ -f $model/manifest.json ] ||
    $bin/equicanvas-cli import --tokenizer tests/data/golden/tokenizer_tiny.ckpt \
      --generator tests/data/golden/generator_tiny.pth -o $model
  echo "[run] no demo model is bundled; this picture comes from a tiny model with random weights and shows noise"
fi
$bin/equicanvas-cli generate --model $model --scene $scene --columns 64 --seed 7 -o $out
echo "[run] the panorama is $PWD/$out"
