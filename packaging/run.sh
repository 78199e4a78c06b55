#!/usr/bin/env bash
# Installs what is missing, builds, and starts EquiCanvas on the bundled demo model. Without a display it makes a
# panorama with the command line instead and says where it is.
set -euo pipefail
if [ "${1:-}" = "--help" ] || [ "${1:-}" = "-h" ]; then
  sed -n '2,3s/^# //p' "${BASH_SOURCE[0]}"
  exit 0
fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."
packaging/build.sh release programs

bin=build/release/bin
if [ -x $bin/equicanvas ] && [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec $bin/equicanvas "$@"
fi

out=build/panorama.png
$bin/equicanvas-cli generate --model models/demo --scene 0 --columns 64 --seed 7 -o $out
echo "[run] the panorama is $PWD/$out"
