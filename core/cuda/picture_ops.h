#pragma once

#include <cstdint>

// Operations on pictures of the tokenizer's decoder, as plain data (see ops.h): what lies between its
// convolutions. A picture is [height, width, channels] bfloat16, contiguous, several lie behind each other;
// channels are a multiple of 8, pointers are aligned to 16 bytes. Everything else is float32.
extern "C" {

// y = a + b + bias, rounded, and the sums of y that the next norm needs:
//   sums[p][k][0][c] = the sum of channel c over chunk k of picture p,
//   sums[p][k][1][c] = the sum of its squared distances from its mean there.
// A chunk is picture_cut(pixels, channels).chunk pixels in their order; the last one may be shorter.
struct EquiPictureAdd {
  int32_t pictures, pixels, channels;
  const void* a;      // [pictures, pixels, channels]
  const void* b;      // the same, or null: none
  const float* bias;  // [channels], or null: none
  void* y;            // as a, other memory; or null: only the sums are wanted
  float* sums;        // [pictures, chunks, 2, channels]
};

// A picture made larger: y[h * vertical + i, w * horizontal + j] = x[h, w] + parts[h, w, i, j] + bias[i, j],
// and the sums of y over chunks of the larger picture.
struct EquiPictureEnlarge {
  int32_t pictures, height, width, channels;  // of x
  int32_t vertical, horizontal;
  const void* x;      // [pictures, height, width, channels]
  const void* parts;  // [pictures, height, width, vertical, horizontal, channels]
  const float* bias;  // [vertical, horizontal, channels]
  void* y;            // [pictures, height * vertical, width * horizontal, channels]
  float* sums;        // [pictures, chunks, 2, channels]
};

// GroupNorm of x + shift as what x is multiplied with and what is added then, from the sums of x.
struct EquiPictureScales {
  int32_t pictures, pixels, channels, groups;
  float eps;
  const float* sums;           // [pictures, chunks, 2, channels]
  const float* shift;          // [channels], or null: none
  const float *weight, *bias;  // [channels]
  float* scales;               // [pictures, 2, channels]: factors, offsets
};

// y = act(x * factor + offset) with a border of reflected pixels (the edge itself is not repeated).
struct EquiPictureImage {
  int32_t pictures, height, width, channels;  // of x
  int32_t border;                             // 0, or 1 for pictures of at least 2 x 2
  int32_t swish;                              // act(v) = v / (1 + exp(-v)), else v
  const void* x;
  const float* scales;  // [pictures, 2, channels]; null: x as it is
  void* y;              // [pictures, height + 2 border, width + 2 border, channels]
};

enum EquiPictureOpKind {
  EQUI_PICTURE_ADD = 0,
  EQUI_PICTURE_ENLARGE,
  EQUI_PICTURE_SCALES,
  EQUI_PICTURE_IMAGE,
};

struct EquiPictureOp {
  int32_t kind;
  union {
    EquiPictureAdd add;
    EquiPictureEnlarge enlarge;
    EquiPictureScales scales;
    EquiPictureImage image;
  };
};
}

namespace equi::cuda {

constexpr int32_t kMostPictures = 65535, kMostChannels = 65528;
constexpr int32_t kPictureThreads = 256;  // of a block
constexpr int32_t kPictureOctets = 16;    // the most octets of channels in a block: 256 bytes of a pixel

// How a picture is cut into blocks of threads. A thread has eight channels of some of its block's pixels.
struct PictureCut {
  int32_t octets;  // of channels in a block
  int32_t slices;  // blocks that share a pixel's channels
  int32_t lanes;   // pixels that a block is at at a time
  int32_t chunk;   // pixels of a block
  int32_t chunks;  // of a picture
};

// Small pictures are spread over many blocks; in large ones a thread has up to sixteen pixels.
constexpr PictureCut picture_cut(int32_t pixels, int32_t channels) {
  constexpr int64_t kThreadsWanted = int64_t{132} * 4 * kPictureThreads, kMostPixels = 16;
  const int32_t octets = channels < 8 ? 1 : channels / 8,
                in_block = octets < kPictureOctets ? octets : kPictureOctets;
  const int32_t lanes = kPictureThreads / in_block;
  const int64_t wanted = (int64_t{pixels} * octets + kThreadsWanted / 2) / kThreadsWanted;
  const int64_t each = wanted < 1 ? 1 : (wanted > kMostPixels ? kMostPixels : wanted);
  const auto chunk = static_cast<int32_t>(lanes * each);
  return {in_block, (octets + in_block - 1) / in_block, lanes, chunk, (pixels + chunk - 1) / chunk};
}

}  // namespace equi::cuda
