// Pictures as a convolution takes them: normalised, with a reflected border. And lists of operations.
#include "core/cuda/kernels.h"
#include "core/cuda/picture.cuh"

namespace equi::cuda {
namespace {

constexpr int kPixelsAtATime = 4;  // of a thread: their loads are on their way before the first is needed

struct ImageTask {
  EquiPictureImage op;
  PictureCut cut;  // of y
};

__device__ inline int reflected(int at, int size) {
  return at < 0 ? -at : (at >= size ? 2 * (size - 1) - at : at);
}

// The pixel of x that belongs in a place of y.
__device__ inline int source_of(const EquiPictureImage& op, int place) {
  const auto wide = static_cast<unsigned>(op.width + 2 * op.border);
  const auto row = static_cast<unsigned>(place) / wide;
  const auto column = static_cast<unsigned>(place) - row * wide;
  return reflected(static_cast<int>(row) - op.border, op.height) * op.width +
         reflected(static_cast<int>(column) - op.border, op.width);
}

__global__ void __launch_bounds__(kPictureThreads) image(ImageTask task) {
  const EquiPictureImage& op = task.op;
  const int pixels = op.height * op.width;
  const int places = (op.height + 2 * op.border) * (op.width + 2 * op.border);
  const Share share(task.cut, places, op.channels);
  const int64_t picture = blockIdx.z;
  let_next_start<kAtStart>(kAtStart);
  wait_for_previous();
  if (!share.any) return;

  Eight factor = every(1.0F), offset = every(0.0F);
  if (op.scales != nullptr) {
    const float* scales = op.scales + picture * 2 * op.channels + share.channel;
    factor = load_eight(scales);
    offset = load_eight(scales + op.channels);
  }
  for (int first = share.first; first < share.end; first += kPixelsAtATime * share.step) {
    uint4 bits[kPixelsAtATime];
#pragma unroll
    for (int i = 0; i < kPixelsAtATime; ++i) {
      const int place = first + i * share.step;
      if (place >= share.end) continue;
      bits[i] = load_bits(op.x, place_of(picture, pixels, source_of(op, place), op.channels, share.channel));
    }
#pragma unroll
    for (int i = 0; i < kPixelsAtATime; ++i) {
      const int place = first + i * share.step;
      if (place >= share.end) continue;
      Eight e = widened(bits[i]);
#pragma unroll
      for (int c = 0; c < 8; ++c) {
        const float v = fmaf(e.v[c], factor.v[c], offset.v[c]);
        e.v[c] = op.swish != 0 ? silu(v) : v;
      }
      store_bits(op.y, place_of(picture, places, place, op.channels, share.channel), rounded(e));
    }
  }
}

cudaError_t launch(const EquiPictureImage& op, const Launcher& launcher) {
  const bool reflectable = op.border == 0 || (op.border == 1 && op.height >= 2 && op.width >= 2);
  const bool usable = op.border >= 0 && reflectable &&
                      are_pictures(op.pictures, op.height, op.width, op.channels) &&
                      fit_pixels(op.height + 2 * op.border, op.width + 2 * op.border) && aligned(op.x) &&
                      aligned(op.y) && aligned(op.scales);
  if (!usable) return cudaErrorInvalidValue;
  const auto cut = picture_cut((op.height + 2 * op.border) * (op.width + 2 * op.border), op.channels);
  return launcher(image, picture_grid(cut, op.pictures), kPictureThreads, 0, ImageTask{op, cut});
}

cudaError_t launch_op(const EquiPictureOp& op, const Launcher& launcher) {
  switch (op.kind) {
    case EQUI_PICTURE_ADD:
      return launch(op.add, launcher);
    case EQUI_PICTURE_ENLARGE:
      return launch(op.enlarge, launcher);
    case EQUI_PICTURE_SCALES:
      return launch(op.scales, launcher);
    case EQUI_PICTURE_IMAGE:
      return launch(op.image, launcher);
    default:
      return cudaErrorInvalidValue;
  }
}

}  // namespace
}  // namespace equi::cuda

// What is in front of a list may be no kernel, or not one of ours: the first operation waits for its end.
extern "C" int equi_cuda_run_picture_ops(const EquiPictureOp* ops, std::int64_t count, int overlap,
                                         void* stream) {
  auto launcher = equi::cuda::launcher_for(static_cast<cudaStream_t>(stream), overlap != 0);
  const bool overlaps = launcher.overlap;
  for (std::int64_t i = 0; i < count; ++i) {
    launcher.overlap = overlaps && i > 0;
    if (const auto code = equi::cuda::launch_op(ops[i], launcher); code != cudaSuccess) return code;
  }
  return cudaSuccess;
}
