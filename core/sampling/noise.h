#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <torch/torch.h>

namespace equi::sampling {

// The two frames of a document (algorithm.md section 6). The numbers are part of the noise's definition.
enum class Frame : std::uint32_t { forward = 0, mirrored = 1 };

// What the noise of a column is a pure function of (section 8).
struct NoiseKey {
  std::uint64_t seed = 0;
  Frame frame = Frame::forward;
  std::int64_t column = 0;  // within the frame; may be negative
  std::uint32_t take = 0;   // "regenerate" increments it
  bool operator==(const NoiseKey&) const = default;
};

// Philox4x32 with 10 rounds (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011).
std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key);

// Standard normal numbers. Philox key = seed, low word first; counter = (block | frame << 31, column's low
// word, its high word, take); each block of four words gives four numbers by two Box-Muller pairs in double
// precision. Made on the CPU, so every device gets the same bits; number i depends on the key and i alone.
// Precondition: at most 2^31 blocks, which no token width reaches.
void fill_noise(const NoiseKey& key, std::span<float> out);

// The noise of one column, [width] float32 on the CPU.
torch::Tensor column_noise(const NoiseKey& key, std::int64_t width);

// One row for each key, [keys, width] float32 on the CPU.
torch::Tensor column_noise(std::span<const NoiseKey> keys, std::int64_t width);

}  // namespace equi::sampling
