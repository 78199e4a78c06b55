// Pictures that are sums of pictures, what the next norm needs to know of them, and its factors. Everything
// is added in an order that does not depend on the device.
#include "core/cuda/picture.cuh"

namespace equi::cuda {
namespace {

// Pixels of a + bias, or of a + b + bias.
template <bool kTwo>
struct Added {
  static constexpr int kAtATime = kTwo ? 2 : 4;  // pixels of a thread whose loads are on their way together
  EquiPictureAdd op;
  struct Bits {
    uint4 a, b;
  };

  __device__ int64_t place(int64_t picture, int pixel, int channel) const {
    return place_of(picture, op.pixels, pixel, op.channels, channel);
  }
  __device__ Bits load(int64_t picture, int pixel, int channel) const {
    const int64_t at = place(picture, pixel, channel);
    return {load_bits(op.a, at), kTwo ? load_bits(op.b, at) : uint4{0, 0, 0, 0}};
  }
  // Of every pixel the same.
  __device__ Eight constants(int channel) const {
    return op.bias != nullptr ? load_eight(op.bias + channel) : every(0.0F);
  }
  __device__ Eight bias(const Eight& constants, int /*pixel*/, int /*channel*/) const { return constants; }
  __device__ int pixels() const { return op.pixels; }
};

// Pixels of a larger picture.
struct Enlarged {
  static constexpr int kAtATime = 2;
  EquiPictureEnlarge op;
  struct Bits {
    uint4 a, b;
  };

  // The pixel of x that a pixel of y belongs to, and which of its parts.
  struct Origin {
    int pixel, part;
  };
  __device__ Origin origin(int pixel) const {
    const auto vertical = static_cast<unsigned>(op.vertical),
               horizontal = static_cast<unsigned>(op.horizontal);
    const unsigned wide = static_cast<unsigned>(op.width) * horizontal;
    const unsigned row = static_cast<unsigned>(pixel) / wide,
                   column = static_cast<unsigned>(pixel) - row * wide;
    const unsigned h = row / vertical, w = column / horizontal;
    return {static_cast<int>(h) * op.width + static_cast<int>(w),
            static_cast<int>((row - h * vertical) * horizontal + column - w * horizontal)};
  }
  __device__ int area() const { return op.vertical * op.horizontal; }
  __device__ int64_t place(int64_t picture, int pixel, int channel) const {
    return place_of(picture, pixels(), pixel, op.channels, channel);
  }
  __device__ Bits load(int64_t picture, int pixel, int channel) const {
    const Origin from = origin(pixel);
    const int64_t size = static_cast<int64_t>(op.height) * op.width;
    const int64_t part = static_cast<int64_t>(from.pixel) * area() + from.part;
    return {load_bits(op.x, place_of(picture, size, from.pixel, op.channels, channel)),
            load_bits(op.parts, place_of(picture, size * area(), part, op.channels, channel))};
  }
  __device__ Eight constants(int /*channel*/) const { return every(0.0F); }
  __device__ Eight bias(const Eight& /*constants*/, int pixel, int channel) const {
    return load_eight(op.bias + static_cast<int64_t>(origin(pixel).part) * op.channels + channel);
  }
  __device__ int pixels() const { return op.height * op.width * area(); }
};

template <class Source>
struct SumTask {
  Source from;
  PictureCut cut;
};

template <class Source>
__device__ uint4 sum_of(const Source& from, const typename Source::Bits& bits, const Eight& constants,
                        int pixel, int channel) {
  const Eight a = widened(bits.a), b = widened(bits.b), bias = from.bias(constants, pixel, channel);
  Eight sum;
#pragma unroll
  for (int c = 0; c < 8; ++c) sum.v[c] = a.v[c] + b.v[c] + bias.v[c];
  return rounded(sum);
}

// Sums of a block's pixels in shared memory, made from those of its threads.
class BlockSums {
 public:
  // All threads call these. `pivots` are the same for all that share their channels.
  __device__ void give(const Share& share, const Eight& pivots, const Eight& sums, const Eight& squares) {
#pragma unroll
    for (int c = 0; c < 8; ++c) {
      parts_[c][threadIdx.x] = sums.v[c];
      parts_[8 + c][threadIdx.x] = squares.v[c];
      if (share.lane == 0) pivots_[8 * share.octet + c] = pivots.v[c];
    }
    __syncthreads();
  }

  // Adds up what the lanes gave until few are left; how many.
  __device__ int fold(const PictureCut& cut, int lane) {
    int count = cut.lanes;
    while (count > kFewLanes) {
      const int half = (count + 1) / 2;
      if (lane < count - half) {
#pragma unroll
        for (int c = 0; c < 16; ++c) parts_[c][threadIdx.x] += parts_[c][threadIdx.x + half * cut.octets];
      }
      __syncthreads();
      count = half;
    }
    return count;
  }

  // Of the block's channel `channel` over `pixels` pixels: the sum, and of the squared distances from the
  // mean.
  __device__ float2 of(const PictureCut& cut, int lanes, int channel, int pixels) const {
    const int octet = channel / 8, c = channel % 8;
    float sum = 0, squares = 0;
    for (int lane = 0; lane < lanes; ++lane) {
      sum += parts_[c][lane * cut.octets + octet];
      squares += parts_[8 + c][lane * cut.octets + octet];
    }
    const auto count = static_cast<float>(pixels);
    return {fmaf(count, pivots_[channel], sum), fmaxf(squares - sum * (sum / count), 0.0F)};
  }

 private:
  static constexpr int kFewLanes = 16;

  float parts_[16][kPictureThreads + 4];  // rows apart so that eight channels lie in different banks
  float pivots_[8 * kPictureOctets];
};

constexpr int kBlocksTogether = 3;  // on a multiprocessor

// Numbers are summed as their distances from the block's first pixel, so that a mean far from 0 costs no
// digits.
template <class Source>
__global__ void __launch_bounds__(kPictureThreads, kBlocksTogether) sum(SumTask<Source> task) {
  __shared__ BlockSums block;
  const auto& from = task.from;
  const int channels = from.op.channels;
  const Share share(task.cut, from.pixels(), channels);
  const int64_t picture = blockIdx.z;
  let_next_start<kAtStart>(kAtStart);
  wait_for_previous();

  Eight pivots = every(0.0F), sums = every(0.0F), squares = every(0.0F);
  if (share.any) {
    const Eight constants = from.constants(share.channel);
    const auto pivot_bits = from.load(picture, share.begin, share.channel);
    for (int first = share.first; first < share.end; first += Source::kAtATime * share.step) {
      typename Source::Bits bits[Source::kAtATime];
#pragma unroll
      for (int i = 0; i < Source::kAtATime; ++i) {
        const int pixel = first + i * share.step;
        if (pixel < share.end) bits[i] = from.load(picture, pixel, share.channel);
      }
      if (first == share.first)
        pivots = widened(sum_of(from, pivot_bits, constants, share.begin, share.channel));
#pragma unroll
      for (int i = 0; i < Source::kAtATime; ++i) {
        const int pixel = first + i * share.step;
        if (pixel >= share.end) continue;
        const uint4 y = sum_of(from, bits[i], constants, pixel, share.channel);
        if (from.op.y != nullptr) store_bits(from.op.y, from.place(picture, pixel, share.channel), y);
        const Eight e = widened(y);
#pragma unroll
        for (int c = 0; c < 8; ++c) {
          const float d = e.v[c] - pivots.v[c];
          sums.v[c] += d;
          squares.v[c] = fmaf(d, d, squares.v[c]);
        }
      }
    }
  }
  block.give(share, pivots, sums, squares);
  const int lanes = block.fold(task.cut, share.lane);
  const int own = static_cast<int>(threadIdx.x);
  const int channel = static_cast<int>(blockIdx.y) * 8 * task.cut.octets + own;
  if (own >= 8 * task.cut.octets || channel >= channels) return;
  const float2 result = block.of(task.cut, lanes, own, share.end - share.begin);
  float* to = from.op.sums + (picture * task.cut.chunks + blockIdx.x) * 2 * channels + channel;
  to[0] = result.x;
  to[channels] = result.y;
}

struct ScalesTask {
  EquiPictureScales op;
  PictureCut cut;
  double whole, rest;                  // pixels of a chunk, and of the last one
  double part_of_whole, part_of_rest;  // one by those
  double part;                         // one by the numbers of a group
};

constexpr int kScaleThreads = 256, kScaleParts = 16;

// The sum of what all threads give, the same for each. `scratch` is free again after the caller's next
// barrier.
__device__ inline double2 block_sum(const double2& mine, double2 (&scratch)[kScaleThreads + kScaleParts]) {
  const int thread = static_cast<int>(threadIdx.x);
  scratch[thread] = mine;
  __syncthreads();
  if (thread < kScaleParts) {
    double2 sum = {0, 0};
#pragma unroll
    for (int i = thread; i < kScaleThreads; i += kScaleParts) {
      sum = {sum.x + scratch[i].x, sum.y + scratch[i].y};
    }
    scratch[kScaleThreads + thread] = sum;
  }
  __syncthreads();
  double2 sum = {0, 0};
#pragma unroll
  for (int i = 0; i < kScaleParts; ++i) {
    const double2 part = scratch[kScaleThreads + i];
    sum = {sum.x + part.x, sum.y + part.y};
  }
  return sum;
}

// A block for each group of each picture; a thread has one channel of every few chunks. Sums go through
// doubles: a mean far from 0 would cost a variance its digits.
__global__ void __launch_bounds__(kScaleThreads) scales(ScalesTask task) {
  __shared__ double2 scratch[kScaleThreads + kScaleParts];
  const EquiPictureScales& op = task.op;
  const int in_group = op.channels / op.groups, first = static_cast<int>(blockIdx.x) * in_group;
  const int64_t picture = blockIdx.y;
  const int thread = static_cast<int>(threadIdx.x), last = task.cut.chunks - 1;
  const int across = in_group < kScaleThreads ? in_group : kScaleThreads;  // threads side by side
  const int lines = kScaleThreads / across, line = thread / across;
  let_next_start<kAtStart>(kAtStart);
  wait_for_previous();

  double2 mine = {0, 0};
  for (int c = first + thread % across; line < lines && c < first + in_group; c += across) {
    const double shift = op.shift != nullptr ? op.shift[c] : 0.0F;
    const float* from = op.sums + picture * task.cut.chunks * 2 * op.channels + c;
#pragma unroll 8
    for (int chunk = line; chunk < task.cut.chunks; chunk += lines) {
      const float* of_chunk = from + static_cast<int64_t>(chunk) * 2 * op.channels;
      const double own = of_chunk[0] + (chunk < last ? task.whole : task.rest) * shift;
      const double squares = own * own * (chunk < last ? task.part_of_whole : task.part_of_rest);
      mine = {mine.x + own, mine.y + squares + of_chunk[op.channels]};
    }
  }
  const double2 sum = block_sum(mine, scratch);
  const double mean = sum.x * task.part, variance = sum.y * task.part - mean * mean;
  const float inverse = rsqrtf((variance > 0 ? static_cast<float>(variance) : 0.0F) + op.eps);
  float* to = op.scales + picture * 2 * op.channels;
  for (int c = first + thread; c < first + in_group; c += kScaleThreads) {
    const double factor = static_cast<double>(inverse) * op.weight[c];
    const double shift = op.shift != nullptr ? op.shift[c] : 0.0F;
    to[c] = static_cast<float>(factor);
    to[op.channels + c] = static_cast<float>(op.bias[c] + (shift - mean) * factor);
  }
}

template <class Source>
cudaError_t launch_sum(const Source& from, int32_t pixels, const Launcher& launcher) {
  const auto cut = picture_cut(pixels, from.op.channels);
  return launcher(sum<Source>, picture_grid(cut, from.op.pictures), kPictureThreads, 0,
                  SumTask<Source>{from, cut});
}

}  // namespace

cudaError_t launch(const EquiPictureAdd& op, const Launcher& launcher) {
  const bool usable = are_pictures(op.pictures, op.pixels, 1, op.channels) && op.sums != nullptr &&
                      aligned(op.a) && aligned(op.b) && aligned(op.bias) && aligned(op.y);
  if (!usable) return cudaErrorInvalidValue;
  return op.b != nullptr ? launch_sum(Added<true>{op}, op.pixels, launcher)
                         : launch_sum(Added<false>{op}, op.pixels, launcher);
}

cudaError_t launch(const EquiPictureEnlarge& op, const Launcher& launcher) {
  const int64_t pixels = int64_t{op.height} * op.width * op.vertical * op.horizontal;
  const bool usable =
      are_pictures(op.pictures, op.height, op.width, op.channels) && op.vertical >= 1 && op.horizontal >= 1 &&
      fit_pixels(int64_t{op.height} * op.vertical, int64_t{op.width} * op.horizontal) && op.y != nullptr &&
      op.sums != nullptr && aligned(op.x) && aligned(op.parts) && aligned(op.bias) && aligned(op.y);
  if (!usable) return cudaErrorInvalidValue;
  return launch_sum(Enlarged{op}, static_cast<int32_t>(pixels), launcher);
}

cudaError_t launch(const EquiPictureScales& op, const Launcher& launcher) {
  const bool usable = are_pictures(op.pictures, op.pixels, 1, op.channels) && op.groups >= 1 &&
                      op.channels % op.groups == 0 && op.sums != nullptr && op.weight != nullptr &&
                      op.bias != nullptr && op.scales != nullptr;
  if (!usable) return cudaErrorInvalidValue;
  const dim3 grid(static_cast<unsigned>(op.groups), static_cast<unsigned>(op.pictures));
  const auto cut = picture_cut(op.pixels, op.channels);
  const double whole = cut.chunk, rest = op.pixels - whole * (cut.chunks - 1);
  const double part = 1.0 / (static_cast<double>(op.pixels) * (op.channels / op.groups));
  return launcher(scales, grid, kScaleThreads, 0,
                  ScalesTask{op, cut, whole, rest, 1.0 / whole, 1.0 / rest, part});
}

}  // namespace equi::cuda
