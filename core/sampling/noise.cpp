#include "core/sampling/noise.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace equi::sampling {
namespace {

constexpr int kRounds = 10;
constexpr std::uint32_t kMultiplier0 = 0xD2511F53U, kMultiplier1 = 0xCD9E8D57U;
constexpr std::uint32_t kWeyl0 = 0x9E3779B9U, kWeyl1 = 0xBB67AE85U;
constexpr int kFrameBit = 31;

std::uint32_t high_word(std::uint64_t x) {
  return static_cast<std::uint32_t>(x >> 32U);
}

std::uint32_t low_word(std::uint64_t x) {
  return static_cast<std::uint32_t>(x);
}

// A word as a number in (0, 1): never 0, whose logarithm Box-Muller could not take.
double open_unit(std::uint32_t word) {
  return (static_cast<double>(word) + 0.5) * 0x1p-32;
}

// Two words -> two independent normal numbers.
std::array<float, 2> box_muller(std::uint32_t a, std::uint32_t b) {
  const double radius = std::sqrt(-2.0 * std::log(open_unit(a)));
  const double angle = 2.0 * std::numbers::pi * open_unit(b);
  return {static_cast<float>(radius * std::cos(angle)), static_cast<float>(radius * std::sin(angle))};
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t product0 = std::uint64_t{kMultiplier0} * counter[0];
    const std::uint64_t product1 = std::uint64_t{kMultiplier1} * counter[2];
    counter = {high_word(product1) ^ counter[1] ^ key[0], low_word(product1),
               high_word(product0) ^ counter[3] ^ key[1], low_word(product0)};
    key = {key[0] + kWeyl0, key[1] + kWeyl1};
  }
  return counter;
}

void fill_noise(const NoiseKey& key, std::span<float> out) {
  const auto column = static_cast<std::uint64_t>(key.column);
  const std::uint32_t frame = static_cast<std::uint32_t>(key.frame) << kFrameBit;
  for (std::size_t at = 0; at < out.size(); at += 4) {
    const auto block = static_cast<std::uint32_t>(at / 4);
    const auto words = philox4x32_10({block | frame, low_word(column), high_word(column), key.take},
                                     {low_word(key.seed), high_word(key.seed)});
    const auto first = box_muller(words[0], words[1]), second = box_muller(words[2], words[3]);
    const std::array<float, 4> four = {first[0], first[1], second[0], second[1]};
    std::copy_n(four.begin(), std::min<std::size_t>(4, out.size() - at),
                out.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

torch::Tensor column_noise(const NoiseKey& key, std::int64_t width) {
  auto noise = torch::empty({width}, torch::kFloat32);
  fill_noise(key, {noise.data_ptr<float>(), static_cast<std::size_t>(width)});
  return noise;
}

torch::Tensor column_noise(std::span<const NoiseKey> keys, std::int64_t width) {
  auto noise = torch::empty({static_cast<std::int64_t>(keys.size()), width}, torch::kFloat32);
  float* row = noise.data_ptr<float>();
  for (const auto& key : keys) {
    fill_noise(key, {row, static_cast<std::size_t>(width)});
    row += width;
  }
  return noise;
}

}  // namespace equi::sampling
