#!/usr/bin/env bash
# Installs what EquiCanvas needs and is missing: Debian packages, and libtorch from the `torch` wheel into the
# ignored folder .deps. Safe to repeat; does nothing, quickly, when everything is there.
#
#   EQUICANVAS_TORCH_DIR   an existing torch folder (with lib/libtorch_cpu.so) to use instead of a download
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

torch_version=2.11.0
packages=(
  build-essential cmake ninja-build ccache mold pkg-config git python3 python3-pip unzip
  qt6-base-dev qt6-tools-dev qt6-tools-dev-tools qt6-l10n-tools qt6-translations-l10n qt6-svg-dev libgl-dev
  libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev libopencv-videoio-dev libopencv-dev
  libfmt-dev nlohmann-json3-dev libcli11-dev libsqlite3-dev libjemalloc-dev libssl-dev libpng-dev libtiff-dev libgif-dev zlib1g-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  fonts-dejavu-core fonts-noto-cjk
  clang clang-tidy-19 clang-format libclang-rt-14-dev
)

say() { printf '[setup] %s\n' "$*"; }

missing_packages() {
  dpkg-query -W -f='${Status} ${binary:Package}\n' 2>/dev/null |
    sed -n 's/^install ok installed \([^:]*\).*/\1/p' | sort -u |
    comm -13 - <(printf '%s\n' "${packages[@]}" | sort -u)
}

install_packages() {
  local missing as_root=()
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      say "these packages are missing and this user cannot install them; ask an administrator for:"
      say "  apt-get install ${missing[*]}"
      exit 1
    fi
    as_root=(sudo)
  fi
  say "installing ${#missing[@]} packages: ${missing[*]}"
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
}

has_nvidia_driver() {
  { command -v nvidia-smi >/dev/null && nvidia-smi -L >/dev/null 2>&1; } ||
    [[ "$(/sbin/ldconfig -p 2>/dev/null)" == *libcuda.so.1* ]]
}

wheels() {
  echo "torch==$torch_version" "nvidia-cuda-runtime==13.0.96" "nvidia-cuda-cupti==13.0.85"
  if has_nvidia_driver; then # what libtorch's CUDA part needs beside; 2 GB, so only where it can run
    echo "nvidia-cublas==13.1.0.3" "nvidia-cudnn-cu13==9.19.0.56" "nvidia-cusparselt-cu13==0.8.0" \
      "nvidia-nccl-cu13==2.28.9" "nvidia-nvshmem-cu13==3.4.5" "nvidia-cufft==12.0.0.61" \
      "nvidia-cufile==1.15.1.6" "nvidia-curand==10.4.0.35" "nvidia-cusolver==12.0.4.66" \
      "nvidia-cusparse==12.6.3.3" "nvidia-nvjitlink==13.0.88" "nvidia-cuda-nvrtc==13.0.88" "nvidia-nvtx==13.0.85"
  fi
}

# What was installed for a GPU serves without one, too: nothing is downloaded again when a driver comes and goes.
has_wheels() { # STAMP WHEEL...
  local have each
  [ -f "$1" ] || return 1
  have=" $(tr '\n' ' ' <"$1") "
  shift
  for each in "$@"; do
    [[ "$have" == *" $each "* ]] || return 1
  done
}

install_torch() {
  if [ -n "${EQUICANVAS_TORCH_DIR:-}" ]; then
    [ -e "$EQUICANVAS_TORCH_DIR/lib/libtorch_cpu.so" ] ||
      { say "EQUICANVAS_TORCH_DIR=$EQUICANVAS_TORCH_DIR holds no lib/libtorch_cpu.so"; exit 1; }
    return
  fi
  local list stamp=.deps/python/.equicanvas-wheels
  list=$(wheels)
  # shellcheck disable=SC2086
  has_wheels "$stamp" $list && return
  say "downloading libtorch (the torch $torch_version wheel, about 550 MB; once)"
  mkdir -p .deps
  rm -rf .deps/python.new
  # shellcheck disable=SC2086
  PIP_BREAK_SYSTEM_PACKAGES=1 PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1 \
    python3 -m pip install -q --no-deps --no-compile --target .deps/python.new $list
  # The wheel carries a newer header-only fmt that would hide the installed library's headers.
  rm -rf .deps/python.new/torch/include/fmt
  echo "$list" >.deps/python.new/.equicanvas-wheels
  rm -rf .deps/python
  mv .deps/python.new .deps/python
}

install_packages
install_torch
command -v nvcc >/dev/null || [ -x /usr/local/cuda/bin/nvcc ] ||
  say "no CUDA toolkit: our own CUDA kernels are not built (libtorch's are used where there is a GPU)"
