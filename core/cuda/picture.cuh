// What the kernels on pictures share: eight channels at a time, and which of them a thread has.
#pragma once

#include <cstring>

#include "core/cuda/device.cuh"
#include "core/cuda/launch.h"
#include "core/cuda/picture_ops.h"

namespace equi::cuda {

// Eight channels of a pixel.
struct Eight {
  float v[8];
};

__device__ inline Eight every(float v) {
  return {{v, v, v, v, v, v, v, v}};
}

__device__ inline Eight load_eight(const float* p) {
  const float4 a = *reinterpret_cast<const float4*>(p), b = *reinterpret_cast<const float4*>(p + 4);
  return {{a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w}};
}

// Where picture `picture`'s channels from `channel` on of its pixel `pixel` lie.
__device__ inline int64_t place_of(int64_t picture, int64_t pixels, int64_t pixel, int channels,
                                   int channel) {
  return (picture * pixels + pixel) * channels + channel;
}

__device__ inline uint4 load_bits(const void* pictures, int64_t at) {
  return *reinterpret_cast<const uint4*>(static_cast<const __nv_bfloat16*>(pictures) + at);
}
__device__ inline void store_bits(void* pictures, int64_t at, const uint4& bits) {
  *reinterpret_cast<uint4*>(static_cast<__nv_bfloat16*>(pictures) + at) = bits;
}

__device__ inline Eight widened(const uint4& bits) {
  Eight e;
  const unsigned pairs[4] = {bits.x, bits.y, bits.z, bits.w};
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    e.v[2 * i] = __uint_as_float(pairs[i] << 16U);
    e.v[2 * i + 1] = __uint_as_float(pairs[i] & 0xFFFF0000U);
  }
  return e;
}

__device__ inline uint4 rounded(const Eight& e) {
  unsigned pairs[4];
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    const __nv_bfloat162 pair = __float22bfloat162_rn({e.v[2 * i], e.v[2 * i + 1]});
    static_assert(sizeof pair == sizeof pairs[i]);
    std::memcpy(&pairs[i], &pair, sizeof pair);
  }
  return {pairs[0], pairs[1], pairs[2], pairs[3]};
}

// The part of a picture that a thread has: pixels first, first + step, ... before end.
struct Share {
  int channel;  // the first of eight
  int first, step, end;
  int begin;  // of the block's pixels
  int lane, octet;
  bool any;

  __device__ Share(const PictureCut& cut, int pixels, int channels) {
    const int thread = static_cast<int>(threadIdx.x);
    octet = thread % cut.octets;
    lane = thread / cut.octets;
    channel = 8 * (static_cast<int>(blockIdx.y) * cut.octets + octet);
    begin = static_cast<int>(blockIdx.x) * cut.chunk;
    end = begin + cut.chunk < pixels ? begin + cut.chunk : pixels;
    first = begin + lane;
    step = cut.lanes;
    any = lane < cut.lanes && channel < channels;
  }
};

inline dim3 picture_grid(const PictureCut& cut, int32_t pictures) {
  return {static_cast<unsigned>(cut.chunks), static_cast<unsigned>(cut.slices),
          static_cast<unsigned>(pictures)};
}

inline bool fit_pixels(int64_t height, int64_t width) {
  constexpr int64_t kMostPixels = int64_t{1} << 30U;
  return height >= 1 && width >= 1 && height <= kMostPixels && width <= kMostPixels / height;
}
inline bool are_pictures(int32_t pictures, int32_t height, int32_t width, int32_t channels) {
  return pictures >= 1 && pictures <= kMostPictures && channels >= 8 && channels % 8 == 0 &&
         channels <= kMostChannels && fit_pixels(height, width);
}

// picture_sums.cu
cudaError_t launch(const EquiPictureAdd& op, const Launcher& launcher);
cudaError_t launch(const EquiPictureEnlarge& op, const Launcher& launcher);
cudaError_t launch(const EquiPictureScales& op, const Launcher& launcher);

}  // namespace equi::cuda
